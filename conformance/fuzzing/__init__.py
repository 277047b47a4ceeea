"""Schemathesis' engine, with its requests going out through our door and its findings judged again by us.

`explore` runs it. What it saw is part of the evidence, which `laws/generated.py` and `laws/responses.py` speak from.
"""

from conformance.fuzzing.observations import Observations

__all__ = ["Observations"]

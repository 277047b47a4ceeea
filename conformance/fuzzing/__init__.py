"""Schemathesis' engine: its requests go through our target, and our laws judge its findings.

`explore` runs it. What it saw is part of the evidence, which `laws/generated.py` and `laws/responses.py` speak from.
"""

from conformance.fuzzing.observations import Observations

__all__ = ["Observations"]

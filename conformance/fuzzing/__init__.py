"""Schemathesis' engine, with its requests going out through our door and its findings judged again by us.

`explore` runs it; the `laws` speak from what it saw, like those that speak from the evidence.
"""

from conformance.fuzzing.laws import GENERATED, laws
from conformance.fuzzing.observations import Observations

__all__ = ["GENERATED", "Observations", "laws"]

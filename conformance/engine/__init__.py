"""Schemathesis' engine, with its requests going out through our door and its findings judged again by us.

`explore` runs it; the `laws` speak from what it saw, like those that speak from the evidence.
"""

from conformance.engine.laws import GENERATED, laws
from conformance.engine.seen import Seen

__all__ = ["GENERATED", "Seen", "laws"]

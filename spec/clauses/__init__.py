"""The clauses of a contract: every checkable statement, derived from what the document declares.

A clause exists because the document says something; there is no list to keep. Its level is that of the
element that it rests on, unless the rule itself is a reading of ours, which makes it inferred.
"""

from __future__ import annotations

from collections.abc import Iterator

from spec.clauses.reads import derive as derive_reads
from spec.clauses.writes import derive as derive_writes
from spec.model import Clause, Contract

__all__ = ["derive"]


def derive(contract: Contract) -> Iterator[Clause]:
    """Every clause of a contract's operations, in the document's order."""
    for operation in contract.operations:
        yield from derive_reads(operation)
        yield from derive_writes(contract, operation)

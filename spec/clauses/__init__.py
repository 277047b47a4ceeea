"""The clauses of a contract: every checkable statement, derived from the document's declarations.

There is no list of clauses to maintain. A clause has the level of the element that it rests on. A rule that is
our own reading makes it inferred.
"""

from __future__ import annotations

from collections.abc import Iterator

from spec.clauses.one_row import derive as derive_one_row
from spec.clauses.pages import derive_inserts
from spec.clauses.reads import derive as derive_reads
from spec.clauses.writes import derive as derive_writes
from spec.model import Clause, Contract

__all__ = ["derive"]


def derive(contract: Contract) -> Iterator[Clause]:
    """Every clause of a contract's operations, in the document's order."""
    for operation in contract.operations:
        yield from derive_reads(operation)
        yield from derive_inserts(contract, operation)
        yield from derive_writes(contract, operation)
        yield from derive_one_row(contract, operation)

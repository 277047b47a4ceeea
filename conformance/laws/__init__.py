"""The laws: one small pure function for each kind of clause.

A law gets an `Ask` and a clause and gives a `Result`. It never decides about replays, budgets or levels:
the runner does, the same way for all of them.
"""

from conformance.laws import (
    auth,
    batches,
    bodies,
    combinations,
    filters,
    histories,
    links,
    pages,
    parameters,
    relations,
    responses,
    search,
    writes,
)
from conformance.laws.law import LAWS, Law

__all__ = [
    "LAWS",
    "Law",
    "auth",
    "batches",
    "bodies",
    "combinations",
    "filters",
    "histories",
    "links",
    "pages",
    "parameters",
    "relations",
    "responses",
    "search",
    "writes",
]

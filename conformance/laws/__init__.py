"""The laws: one small pure function for each kind of clause.

A law gets a run's context and a clause and gives a `Result`. It never decides about replays, budgets or levels:
the runner does, the same way for all of them.
"""

from conformance.laws import (
    accounts,
    auth,
    batches,
    bodies,
    combinations,
    deletes,
    filters,
    generated,
    histories,
    inserts,
    links,
    orderings,
    pages,
    parameters,
    parts,
    relations,
    responses,
    row_bodies,
    row_creates,
    row_reads,
    row_removes,
    row_updates,
    search,
    updates,
)
from conformance.laws.law import LAWS, Law, Phase, phase_of

__all__ = [
    "LAWS",
    "Law",
    "Phase",
    "accounts",
    "auth",
    "batches",
    "bodies",
    "combinations",
    "deletes",
    "filters",
    "generated",
    "histories",
    "inserts",
    "links",
    "orderings",
    "pages",
    "parameters",
    "parts",
    "phase_of",
    "relations",
    "responses",
    "row_bodies",
    "row_creates",
    "row_reads",
    "row_removes",
    "row_updates",
    "search",
    "updates",
]

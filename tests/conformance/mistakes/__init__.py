"""Mistakes that servers make, each as the clause that it breaks, a name, and a shop that makes it."""

from __future__ import annotations

from tests.conformance.mistakes import batches, deletes, filters, pages, parts, requests, rows
from tests.conformance.mutate import Mistake

MISTAKES: list[Mistake] = [
    *pages.MISTAKES,
    *filters.MISTAKES,
    *requests.MISTAKES,
    *rows.MISTAKES,
    *parts.MISTAKES,
    *deletes.MISTAKES,
    *batches.MISTAKES,
]

"""Lookups on one field against each other: what one shows bounds what another may show."""

from __future__ import annotations

import random

from conformance.ask import Ask, Page, get, read_page
from conformance.cases import Case, candidates
from conformance.laws.law import law, operation_of
from conformance.lookups import kind_of
from conformance.universe import paged, universe
from conformance.verdict import Finding, Held, NotExercised, Result
from spec import Clause, Filter, Operation

WITHIN = (
    ("exact", "iexact"),
    ("exact", "contains"),
    ("exact", "startswith"),
    ("exact", "endswith"),
    ("startswith", "contains"),
    ("endswith", "contains"),
    ("contains", "icontains"),
    ("startswith", "istartswith"),
    ("endswith", "iendswith"),
    ("iexact", "icontains"),
    ("istartswith", "icontains"),
    ("iendswith", "icontains"),
    ("exact", "icontains"),
    ("exact", "gte"),
    ("exact", "lte"),
    ("gt", "gte"),
    ("lt", "lte"),
)
"""What the first shows, the second shows as well."""

CHAIN = ("exact", "iexact", "contains", "icontains", "gt", "gte", "lt", "lte")
"""The lookups that are asked: each of the others has a law of its own, and is bounded by these."""

HALVES = (("gt", "lte"), ("gte", "lt"))
"""Together they show every row, and no row twice."""


@law("relation")
def relation(ask: Ask, clause: Clause) -> Result:
    """The same value under every lookup of a field: subsets hold, and halves make the whole."""
    operation = operation_of(ask, clause)
    known = universe(ask, operation)
    filters = {f.lookup: f for f in operation.filters if f.field == clause.subject}
    if not known.rows or known.count is None:
        return NotExercised("the list shows no rows")
    chosen = _operand(ask, operation, filters)
    wrong = _union(ask, operation, filters)
    if isinstance(wrong, Finding):
        return wrong
    if chosen is None:
        if wrong:
            return Held(wrong)
        return NotExercised(f"no value of {clause.subject} is shown by some lookups and not by others")
    key, operand, telling = chosen
    requests = {
        lookup: get(operation, paged(operation, (*known.base, (f.name(key), operand)), limit=1))
        for lookup, f in filters.items()
        if lookup in CHAIN
    }
    ask.ahead(requests.values())
    pages = {lookup: read_page(operation, ask(request)) for lookup, request in requests.items()}
    counted = {lookup: page for lookup, page in pages.items() if page.is_page and page.count is not None}
    for small, large in WITHIN:
        if small in counted and large in counted and _count(counted[small]) > _count(counted[large]):
            return Finding(
                f"{large} shows no fewer rows than {small} for {operand!r}",
                f"{_count(counted[large])} rows with {large}, {_count(counted[small])} with {small}",
                (counted[small].exchange, counted[large].exchange),
            )
    for one, other in HALVES:
        if one in counted and other in counted:
            together = _count(counted[one]) + _count(counted[other])
            if together != known.count:
                chain = (next(iter(known.seen_in.values())), counted[one].exchange, counted[other].exchange)
                return Finding(
                    f"{one} and {other} of {operand!r} show all {known.count} rows together", f"{together}", chain
                )
    if "exact" in counted:
        for strict, loose in (("gt", "gte"), ("lt", "lte")):
            if strict in counted and loose in counted:
                together = _count(counted[strict]) + _count(counted["exact"])
                if together != _count(counted[loose]):
                    chain = (counted[strict].exchange, counted["exact"].exchange, counted[loose].exchange)
                    return Finding(
                        f"{loose} of {operand!r} shows the {together} rows of {strict} and exact",
                        f"{_count(counted[loose])}",
                        chain,
                    )
    return Held(telling)


def _count(page: Page) -> int:
    return page.count or 0


def _operand(ask: Ask, operation: Operation, filters: dict[str, Filter]) -> tuple[str | None, str, int] | None:
    """The value whose lookups differ most on the known rows: (free key, value, how many differ)."""
    rows = list(universe(ask, operation).rows.values())[:120]
    sample = next((filters[name] for name in ("icontains", "contains", "gte", "exact") if name in filters), None)
    if sample is None:
        return None
    best: tuple[int, str | None, str] | None = None
    telling = 0
    found = candidates(sample, rows, random.Random(f"{ask.seed}:{sample.field}:relation"))
    for _, (key, operand) in zip(range(50), found, strict=False):
        sizes = {
            sum(Case(f, key, operand, ()).judge(row) is True for row in rows) for f in filters.values() if not f.many
        }
        # A value that some row has as a whole tells more: exact shows something, too.
        told = len(sizes - {0}) + len(sizes)
        if best is None or told > best[0]:
            best = (told, key, operand)
            telling = len(sizes)
    if best is None or telling < 2:
        return None
    return best[1], best[2], telling - 1


def _union(ask: Ask, operation: Operation, filters: dict[str, Filter]) -> Finding | int:
    """A list shows as many rows as its values one by one: what is wrong, or how many lists showed that."""
    many, exact = filters.get("in"), filters.get("exact")
    if many is None or exact is None or kind_of(many.schema) == "text":
        return 0
    known = universe(ask, operation)
    values = sorted({str(row[many.field]) for row in known.rows.values() if row.get(many.field) is not None})[:3]
    if len(values) < 2:
        return 0
    singles = [ask.page(operation, paged(operation, (*known.base, (exact.parameter, v)), limit=1)) for v in values]
    together = ask.page(operation, paged(operation, (*known.base, (many.parameter, ",".join(values))), limit=1))
    if not all(page.is_page for page in (*singles, together)):
        return 0
    wanted = sum(_count(page) for page in singles)
    if wanted != _count(together):
        chain = (*(page.exchange for page in singles), together.exchange)
        return Finding(f"{wanted} rows for the list, as for its values one by one", f"{_count(together)}", chain)
    return 1

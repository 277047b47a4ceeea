"""Lookups on one field, compared: the rows of one limit the rows of another."""

from __future__ import annotations

import itertools
import random
from collections.abc import Mapping, Sequence
from typing import Any

from conformance.laws.filters import cases_of
from conformance.laws.law import law, operation_of, rests_on
from conformance.oracle.candidates import candidates
from conformance.oracle.cases import Case
from conformance.oracle.lookups import MOMENTS, kind_of, parse
from conformance.oracle.operands import allows, joined, pairs, sayable
from conformance.reading.context import Page, RunContext, decided, extended, get, paged, read_page
from conformance.reading.listing import row_excerpt
from conformance.reading.sample import identity, sample_of
from conformance.verdict import Finding, Held, Result, not_exercised
from spec import Clause, Filter, Lookups, Operation

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

HALVES = (("gt", "lte"), ("gte", "lt"))
"""Together they show every row, and no row twice."""


@law("relation", requests=4)
@rests_on("page.stable", "page.count")
def relation(context: RunContext, clause: Clause) -> Result:
    """The same value under every lookup of a field: subsets hold, and halves make the whole."""
    operation = operation_of(context, clause)
    known = sample_of(context, operation)
    lookups = clause.speaks_of(Lookups)
    filters = {f.lookup: f for f in lookups.filters}
    if not known.rows or (known.count is None and _counts(operation)):
        return not_exercised("no-data", "the list shows no rows")
    wrong = _union(context, operation, filters)
    if isinstance(wrong, Finding):
        return wrong
    cases, discriminating = _cases(context, operation, lookups)
    if not discriminating:
        return (
            Held(wrong)
            if wrong
            else not_exercised("no-witness", f"no value of {lookups.field} is shown by two of its lookups")
        )
    limits = {lookup: _limit(context, operation, case) for lookup, case in cases.items()}
    requests = {
        lookup: get(operation, paged(operation, extended(known.base, case.query), limit=limits[lookup]))
        for lookup, case in cases.items()
    }
    context.prefetch(requests.values())
    pages = {lookup: read_page(operation, context.send(request)) for lookup, request in requests.items()}
    counted = {lookup: page for lookup, page in pages.items() if page.is_page and page.count is not None}
    return (
        _not_within(operation, cases, counted)
        or _not_the_whole(context, operation, cases, counted)
        or _not_the_sum(cases, counted)
        or Held(discriminating + wrong)
    )


def _counts(operation: Operation) -> bool:
    """True where a page says how many rows there are on all pages."""
    return operation.pagination is not None and operation.pagination.count is not None


def _limit(context: RunContext, operation: Operation, case: Case) -> int:
    """Of text the rows are compared; of what is ordered they are counted, which takes one row where the server does.

    A value that the filter's own clause sends is sent in the same words.
    """
    own = case.operand in (other.operand for other in cases_of(context, operation, case.filter).chosen)
    compared = own or not _counts(operation) or kind_of(case.filter.schema) == "text"
    return context.budget.page_rows if compared else 1


def _count(page: Page) -> int:
    return page.count or 0


def _not_within(operation: Operation, cases: Mapping[str, Case], counted: Mapping[str, Page]) -> Finding | None:
    """A row that the narrower lookup shows and the wider one doesn't; of long answers, fewer rows."""
    for small, large in WITHIN:
        if small not in counted or large not in counted:
            continue
        few, many = counted[small], counted[large]
        operand, chain = cases[small].operand, (few.exchange, many.exchange)
        if _count(few) > _count(many):
            return Finding(
                f"{large} shows no fewer rows than {small} for {operand!r}",
                f"{_count(many)} rows with {large}, {_count(few)} with {small}",
                chain,
            )
        shown = {identity(operation, row) for row in many.rows}
        for row in few.rows if _count(many) <= len(many.rows) else ():
            # What the documentation leaves open for a row, either lookup may decide for itself.
            if identity(operation, row) not in shown and cases[large].judge(row) is not None:
                what = row_excerpt(operation, row, (cases[small].filter.field,))
                return Finding(f"{large} shows what {small} shows for {operand!r}", f"no {what}", chain)
    return None


def _not_the_whole(
    context: RunContext, operation: Operation, cases: Mapping[str, Case], counted: Mapping[str, Page]
) -> Finding | None:
    known = sample_of(context, operation)
    for one, other in HALVES:
        if one in counted and other in counted:
            whole = _with_value(context, operation, cases[one].filter.field)
            together = _count(counted[one]) + _count(counted[other])
            if whole is not None and together != whole:
                chain = (next(iter(known.shown_by.values())), counted[one].exchange, counted[other].exchange)
                return Finding(
                    f"{one} and {other} of {cases[one].operand!r} show the {whole} rows with a value together",
                    f"{together}",
                    chain,
                )
    return None


def _with_value(context: RunContext, operation: Operation, field: str) -> int | None:
    """How many rows have a value in a field; None where some may lack one and not all rows are known."""
    known = sample_of(context, operation)
    if known.complete:
        return sum(row.get(field) is not None for row in known.rows.values())
    row = {"$ref": operation.access.collection.item} if operation.access else {}
    schema = context.contract.properties(row).get(field, {})
    nullable = "null" in schema.get("type", ()) or schema.get("nullable")
    return None if nullable or field not in context.contract.required(row) else known.count


def _not_the_sum(cases: Mapping[str, Case], counted: Mapping[str, Page]) -> Finding | None:
    for strict, loose in (("gt", "gte"), ("lt", "lte")):
        if {"exact", strict, loose} <= counted.keys():
            together = _count(counted[strict]) + _count(counted["exact"])
            if together != _count(counted[loose]):
                chain = (counted[strict].exchange, counted["exact"].exchange, counted[loose].exchange)
                return Finding(
                    f"{loose} of {cases[loose].operand!r} shows the {together} rows of {strict} and exact",
                    f"{_count(counted[loose])}",
                    chain,
                )
    return None


@decided
def _cases(context: RunContext, operation: Operation, lookups: Lookups) -> tuple[dict[str, Case], int]:
    """One value under each lookup of a field: the one that distinguishes the most pairs, and their number.

    A pair counts where the narrower lookup shows a row, and more where the wider one shows others as well.
    """
    rows = sample_of(context, operation).bounded[: context.budget.case_rows]
    filters = {f.lookup: f for f in lookups.filters}
    single = [f for f in filters.values() if not f.many]
    preferred = (filters[name] for name in ("icontains", "contains", "gte", "exact") if name in filters)
    sample = next(preferred, next(iter(single), None))
    best: tuple[int, int, dict[str, Case]] = (0, 0, {})
    if sample is None:
        return best[2], 0
    asked = ((case.key, case.operand) for f in single for case in cases_of(context, operation, f).chosen)
    others = candidates(sample, rows, random.Random(f"{context.seed}:{sample.field}:relation"))
    few_lookups = not filters.keys() & {"gt", "lt", "icontains"}
    ends = ((None, end) for end in _ends(sample, rows)) if few_lookups else ()
    more = itertools.islice(others, context.budget.relation_values)
    for key, operand in dict.fromkeys(itertools.chain(ends, asked, more)):
        cases = {f.lookup: Case(f, key, operand, ()) for f in single}
        shown = {lookup: {n for n, row in enumerate(rows) if case.judge(row) is True} for lookup, case in cases.items()}
        pairs = [(shown[a], shown[b]) for a, b in WITHIN if a in shown and b in shown]
        halves = [(shown[a], shown[b]) for a, b in HALVES if a in shown and b in shown]
        discriminating = sum(bool(few) for few, _ in pairs) + sum(bool(one and other) for one, other in halves)
        rank = discriminating + sum(bool(few) and few != many for few, many in pairs)
        if few_lookups:  # only the counts of two lookups are compared: equal rows that are left out must show there
            rank += 2 * sum(len(many) < 2 * len(few) for few, many in pairs)
        if rank > best[0]:
            best = (rank, discriminating, cases)
    return best[2], best[1]


def _ends(filter: Filter, rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """The greatest and the least value of a field that has an order."""
    kind = kind_of(filter.schema)
    if filter.free_key or kind not in ("number", "date", *MOMENTS):
        return []
    values = {str(value): parse(kind, value) for row in rows if (value := row.get(filter.field)) is not None}
    known = sorted((value for value, read in values.items() if read is not None), key=values.__getitem__)
    return [end for end in (*known[-1:], *known[:1]) if allows(filter)(end)]


def _union(context: RunContext, operation: Operation, filters: dict[str, Filter]) -> Finding | int:
    """A list shows as many rows as its values one by one: what is wrong, or how many lists showed that."""
    many, exact = filters.get("in"), filters.get("exact")
    if many is None or exact is None:
        return 0
    known = sample_of(context, operation)
    shown = {str(row[many.field]) for row in known.bounded if row.get(many.field) is not None}
    values = sorted(value for value in shown if sayable(many, value))[:3]
    if len(values) < 2:
        return 0
    queries = [extended(known.base, pairs(exact, None, value)) for value in values]
    limit = 1 if _counts(operation) else context.budget.page_rows
    singles = [context.page(operation, paged(operation, query, limit=limit)) for query in queries]
    listed = extended(known.base, pairs(many, None, joined(many, values)))
    together = context.page(operation, paged(operation, listed, limit=limit))
    if not all(page.is_page and page.count is not None for page in (*singles, together)):
        return 0
    wanted = sum(_count(page) for page in singles)
    if wanted != _count(together):
        chain = (*(page.exchange for page in singles), together.exchange)
        return Finding(f"{wanted} rows for the list, as for its values one by one", f"{_count(together)}", chain)
    return 1

"""Sorted lists: the rows stand in order, on all pages, and are those of the list without an order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import combinations, permutations, product

from conformance.laws.law import Phase, law, operation_of, rests_on
from conformance.laws.walks import Narrowed, Walk, limits_of, narrowed, same_rows, walk
from conformance.oracle.lookups import all_of, kind_of
from conformance.oracle.ordering import Row, apart, as_text_differs, by_keys, misplaced, value_of
from conformance.reading.context import Page, Query, RunContext, decided, extended, get, paged, read_page
from conformance.reading.listing import response_excerpt, row_excerpt
from conformance.reading.sample import Sample, identity, sample_of
from conformance.verdict import Finding, Held, Result, not_exercised
from spec import Clause, Operation, Ordering, SortKey
from spec.model import keys_of, sorted_by

Keys = tuple[SortKey, ...]


def sorted_page(context: RunContext, operation: Operation, base: Query, keys: Keys) -> Page:
    """The first large page of a list that is sorted."""
    return context.large_page(operation, extended(base, sorted_by(keys)))


def words(keys: Keys) -> str:
    """The order that is asked for."""
    asked = "&".join(f"{name}={value}" for name, value in sorted_by(keys))
    return f"rows sorted by {', then '.join(f'{k.sorts} {_way(k)}' for k in keys)} ({asked})"


def _way(key: SortKey) -> str:
    return "downwards" if key.descending else "upwards"


def out_of_order(operation: Operation, keys: Keys, page: Page) -> Finding | None:
    """What is wrong with a page that should be sorted: an error, or two rows that stand the wrong way round."""
    if not page.is_page:
        return Finding(f"200 with {words(keys)}", response_excerpt(page.exchange), (page.exchange,))
    wrong = misplaced(keys, page.rows)
    return _turned(operation, keys, wrong, (page,)) if wrong else None


def _turned(operation: Operation, keys: Keys, wrong: tuple[Row, Row], pages: Sequence[Page]) -> Finding:
    fields = tuple(key.path[0] for key in keys)
    first, second = (row_excerpt(operation, row, fields) for row in wrong)
    return Finding(words(keys), f"{first} stands before {second}", tuple(page.exchange for page in pages))


@law("order.sorted")
def sorted_law(context: RunContext, clause: Clause) -> Result:
    """Both directions of one field, on rows of which some two have different values."""
    operation, about = operation_of(context, clause), clause.speaks_of(SortKey)
    known = sample_of(context, operation)
    ways = [(key,) for key in keys_of(about.ordering) if key.name == about.name]
    context.prefetch(
        context.large_page_request(operation, extended(known.base, sorted_by(keys)), page=None) for keys in ways
    )
    told = 0
    for keys in ways:
        page = sorted_page(context, operation, known.base, keys)
        wrong = out_of_order(operation, keys, page) or _left_out(operation, known, keys, page)
        if wrong:
            return wrong
        told += apart(keys, page.rows)
    if not told or (len(ways) == 1 and not misplaced(ways[0], list(known.rows.values()))):
        return not_exercised("no-witness", f"the rows are sorted by {about.sorts} whether it is asked for or not")
    confusing = kind_of(about.schema) == "number" and not as_text_differs(about, list(known.rows.values()))
    return Held(told, ("numbers are sorted as text",) if confusing else ())


def _left_out(operation: Operation, known: Sample, keys: Keys, page: Page) -> Finding | None:
    """A row that belongs before the last row of the first page and isn't on it: only the page was sorted."""
    if not page.rows:
        return None
    shown = {identity(operation, row) for row in page.rows}
    for name, row in known.rows.items():
        if name not in shown and (by_keys(keys, row, page.rows[-1]) or 0) < 0:
            return _turned(operation, keys, (page.rows[-1], row), (page,))
    return None


@law("order.same-rows")
@rests_on("page.count")
def same_rows_law(context: RunContext, clause: Clause) -> Result:
    """Sorting by each of the fields shows as many rows; where one page holds them all, the same ones."""
    operation, ordering = operation_of(context, clause), clause.speaks_of(Ordering)
    known = sample_of(context, operation)
    if not known.rows:
        return not_exercised("no-data", "the list shows no rows")
    for keys in _one_by_one(ordering):
        page = sorted_page(context, operation, known.base, keys)
        if not page.is_page:
            continue
        if None not in (page.count, known.count) and page.count != known.count:
            chain = (next(iter(known.shown_by.values())), page.exchange)
            return Finding(f"{known.count} rows, as without an order", f"{page.count}: {words(keys)}", chain)
        shown = {identity(operation, row) for row in page.rows}
        lost = next((name for name in known.rows if name not in shown), None)
        if lost is not None and known.complete and len(page.rows) >= (known.count or 0):
            chain = (known.shown_by[lost], page.exchange)
            return Finding(f"{lost} among the {words(keys)}, as without an order", "not there", chain)
    return Held(len(known.rows))


def _one_by_one(ordering: Ordering) -> list[Keys]:
    return [(key,) for key in keys_of(ordering) if not key.descending]


@decided
def _by_ties(context: RunContext, operation: Operation) -> tuple[Keys, ...]:
    """The key that most rows share a value of, and the one that fewest do, in the other direction."""
    ordering, rows = operation.ordering, sample_of(context, operation).bounded
    if ordering is None:
        return ()
    keys = [key for key in keys_of(ordering) if apart((key,), rows[: context.budget.narrowed_rows * 10])]
    ties = {key: sum(n - 1 for n in Counter(str(value_of(key, row)) for row in rows).values()) for key in keys}
    if not keys:
        return ()
    most = max(keys, key=lambda key: (ties[key], not key.descending))
    fewest = min(keys, key=lambda key: (ties[key], key.descending == most.descending))
    return tuple(dict.fromkeys(((most,), (fewest,))))


@law("order.pages")
@rests_on("page.stable", "page.limit", "page.disjoint", "page.complete", "page.count", "order.sorted")
def pages_law(context: RunContext, clause: Clause) -> Result:
    """Walked to its end, a sorted list shows no row twice and none less, and each page goes on where the last ended."""
    operation = operation_of(context, clause)
    known = sample_of(context, operation)
    told = 0
    for keys in _by_ties(context, operation):
        for limit in limits_of(context, operation):
            found = walk(context, operation, extended(known.base, sorted_by(keys)), limit)
            if found is None:
                continue
            wrong = _wrong_walk(operation, known, keys, found)
            if wrong:
                return wrong
            told += found.last > 1
    return Held(told) if told else not_exercised("no-data", "there are fewer sorted rows than two pages need")


def _wrong_walk(operation: Operation, known: Sample, keys: Keys, found: Walk) -> Finding | None:
    return _twice(operation, keys, found) or _lost(operation, known, keys, found) or _broken_off(operation, keys, found)


def _twice(operation: Operation, keys: Keys, found: Walk) -> Finding | None:
    seen: dict[str, Page] = {}
    for page in found.pages.values():
        for row in page.rows:
            name = identity(operation, row)
            if name in seen:
                chain = (seen[name].exchange, page.exchange)
                return Finding(f"each row on one page of the {words(keys)}", f"{name} twice", chain)
            seen[name] = page
    return None


def _lost(operation: Operation, known: Sample, keys: Keys, found: Walk) -> Finding | None:
    shown = {identity(operation, row) for page in found.pages.values() for row in page.rows}
    lost = next((name for name in known.rows if name not in shown), None)
    if lost is None or not (found.whole and known.complete):
        return None
    chain = (known.shown_by[lost], *(page.exchange for page in found.pages.values()))
    return Finding(f"every row on a page of the {words(keys)}", f"{lost} is on none", chain)


def _broken_off(operation: Operation, keys: Keys, found: Walk) -> Finding | None:
    """A row that should stand on an earlier page than it does."""
    for _, page, following in found.neighbours():
        for last, row in product(page.rows[-1:], following.rows):
            if (by_keys(keys, last, row) or 0) > 0:
                return _turned(operation, keys, (last, row), (page, following))
    return None


@law("order.filtered")
@rests_on("page.filtered", "order.sorted", "order.same-rows")
def filtered_law(context: RunContext, clause: Clause) -> Result:
    """A filter and an order together: the rows of the filter, sorted."""
    operation, ordering = operation_of(context, clause), clause.speaks_of(Ordering)
    known = sample_of(context, operation)
    told = 0
    for query in narrowed(context, operation):
        rows = [row for row in known.bounded if all_of(case.judge(row) for case in query.cases) is True]
        ways = [(key,) for key in keys_of(ordering) if apart((key,), rows[: context.budget.narrowed_rows * 10])]
        for keys in ways[:2] if query.cases else ():
            wrong = _wrong_filtered(context, operation, query, keys)
            if wrong:
                return wrong
            told += 1
    return Held(told) if told else not_exercised("no-witness", "no filter shows some rows that could be sorted")


def _wrong_filtered(context: RunContext, operation: Operation, query: Narrowed, keys: Keys) -> Finding | None:
    plain = context.large_page(operation, query.query)
    page = sorted_page(context, operation, query.query, keys)
    wrong = out_of_order(operation, keys, page)
    if wrong or not plain.is_page:
        return wrong
    chain = (plain.exchange, page.exchange)
    if None not in (page.count, plain.count) and page.count != plain.count:
        return Finding(f"{plain.count} rows, as without an order", f"{page.count}", chain)
    for row in page.rows:
        if all_of(case.judge(row) for case in query.cases) is False:
            fields = tuple(case.filter.path[0] for case in query.cases)
            return Finding("the rows that satisfy the filter", row_excerpt(operation, row, fields), chain)
    return None


@decided
def _two_keys(context: RunContext, operation: Operation) -> tuple[Keys, ...]:
    """Two fields in both directions of the second, of which the first has equal values where the second hasn't."""
    ordering, rows = operation.ordering, sample_of(context, operation).bounded[: context.budget.case_rows]
    if ordering is None:
        return ()
    best: tuple[int, tuple[Keys, ...]] = (0, ())
    firsts = list({key.name: key for key in keys_of(ordering)}.values())
    for one, other in permutations(firsts, 2):
        ways = [key for key in keys_of(ordering) if key.name == other.name]
        ties = sum(by_keys((one,), a, b) == 0 and bool(by_keys((other,), a, b)) for a, b in combinations(rows, 2))
        if ties > best[0]:
            best = (ties, tuple((one, key) for key in ways))
    return best[1]


@law("order.keys")
@rests_on("order.sorted")
def keys_law(context: RunContext, clause: Clause) -> Result:
    """Two keys in one request: the second one decides among rows that are equal in the first one."""
    operation = operation_of(context, clause)
    known = sample_of(context, operation)
    told = 0
    for keys in _two_keys(context, operation):
        page = sorted_page(context, operation, known.base, keys)
        wrong = out_of_order(operation, keys, page)
        if wrong:
            return wrong
        told += any(
            by_keys(keys[:1], one, other) == 0 and by_keys(keys[1:], one, other)
            for one, other in combinations(page.rows, 2)
        )
    if told < 2:
        return not_exercised("no-witness", "no rows are equal in one field and differ in another")
    return Held(told)


@law("order.default")
@rests_on("page.stable")
def default_law(context: RunContext, clause: Clause) -> Result:
    """No order is the declared default: the same rows in the same order."""
    operation, ordering = operation_of(context, clause), clause.speaks_of(Ordering)
    known = sample_of(context, operation)
    without = context.large_page(operation, known.base)
    given = context.large_page(operation, extended(known.base, ((ordering.parameter, str(ordering.default)),)))
    found = same_rows(operation, without, given, f"the order of {ordering.parameter}={ordering.default}")
    others = (sorted_page(context, operation, known.base, keys) for keys in _one_by_one(ordering))
    if not found and all(same_rows(operation, other, given, "") is None for other in others):
        return not_exercised("no-witness", "the rows stand in one order, whatever they are sorted by")
    return found or Held(1)


@law("order.unknown", phase=Phase.REFUSALS)
@rests_on("page.stable")
def unknown_law(context: RunContext, clause: Clause) -> Result:
    """A name that no field has: an error, or the list as it is without it."""
    operation, ordering = operation_of(context, clause), clause.speaks_of(Ordering)
    known = sample_of(context, operation)
    if not known.rows:
        return not_exercised("no-data", "the list shows no rows")
    name = next(name for name in ("zzz_no_field", "zzz_nothing") if name not in ordering.fields)
    query = extended(known.base, ((ordering.parameter, ordering.ascending.replace("{field}", name)),))
    page = read_page(operation, context.send(get(operation, paged(operation, query, limit=context.budget.page_rows))))
    if ordering.unknown == "refused":
        if page.exchange.response.refused:
            return Held(1)
        return Finding(f"4xx for {name}", response_excerpt(page.exchange), (page.exchange,))
    without = context.large_page(operation, known.base)
    return same_rows(operation, page, without, f"the rows as they are without {name}") or Held(1)

"""Pages: they are disjoint, complete, stable, counted, and the same for every limit."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.laws.law import blocked_by, law, operation_of, rests_on
from conformance.laws.links import any_wrongly_announced, next_law, next_link, wrong_links
from conformance.laws.page_sizes import limit_law
from conformance.laws.walks import (
    Narrowed,
    Walk,
    by_cursor,
    has_limit,
    limits_of,
    lone_end,
    narrowed,
    needs_two_pages,
    same_rows,
    walks,
)
from conformance.oracle.awkward import FAR
from conformance.oracle.lookups import all_of
from conformance.reading.context import RunContext, get, paged, read_page
from conformance.reading.listing import response_excerpt
from conformance.reading.page import led_to
from conformance.reading.sample import identity, sample_of
from conformance.transport.exchange import Exchange, Request
from conformance.verdict import Finding, Held, Result, not_exercised
from spec import Clause, Operation


@law("page.disjoint")
@rests_on("page.stable")
def disjoint(context: RunContext, clause: Clause) -> Result:
    """No row on two pages."""
    operation = operation_of(context, clause)
    found = walks(context, operation)
    vacuous = needs_two_pages(found)
    if vacuous:
        return vacuous
    for w in found:
        overlap = _overlap(operation, w)
        if overlap:
            return overlap
    return Held(sum(w.last > 1 for w in found))


def _overlap(operation: Operation, w: Walk) -> Finding | None:
    seen: dict[str, tuple[int, Exchange]] = {}
    for number, page in w.pages.items():
        for row in page.rows:
            name = identity(operation, row)
            if name in seen:
                earlier, exchange = seen[name]
                where = (
                    f"{name} on pages {earlier} and {number}" if earlier != number else f"{name} twice on page {number}"
                )
                chain = (exchange, page.exchange) if earlier != number else (exchange,)
                return Finding("each row on one page", where, chain)
            seen[name] = (number, page.exchange)
    return None


@law("page.complete")
@rests_on("page.stable", "page.disjoint")
def complete(context: RunContext, clause: Clause) -> Result:
    """The pages together show every row."""
    operation = operation_of(context, clause)
    found = walks(context, operation)
    vacuous = needs_two_pages(found)
    if vacuous:
        return vacuous
    for w in found:
        if _beyond(context, operation, w):
            return blocked_by(context, clause, "page.count", "the list goes on behind its last page by the count")
    missing = _missing_row(operation, found, _elsewhere(context, operation))
    for kind, leads in (("page.next", next_law), ("page.next-link", next_link)) if missing else ():
        # Pages that only the page before leads to are as complete as its next.
        if by_cursor(operation) and isinstance(leads(context, clause), Finding):
            return blocked_by(context, clause, kind, "the rows are missing because next leads elsewhere")
    if missing:
        return missing
    lone = lone_end(context, operation)
    for w in (*found, *([lone] if lone else [])):
        gap = _gap(operation, w)
        if gap and has_limit(operation) and isinstance(limit_law(context, clause), Finding):
            return blocked_by(context, clause, "page.limit", "how many rows a page should have follows from the limit")
        if gap and _is_counted(operation) and isinstance(count_law(context, clause), Finding):
            return blocked_by(context, clause, "page.count", "how many rows a page should have follows from the count")
        if gap:
            return gap
    return Held(sum(w.last > 1 for w in found))


def _elsewhere(context: RunContext, operation: Operation) -> list[Walk]:
    """Walks of narrowed lists, for a list of which there is one walk only: they show rows that it must show too."""
    if has_limit(operation):
        return []
    return [w for query in narrowed(context, operation) if (w := query.walk(context, operation))]


def _missing_row(operation: Operation, found: list[Walk], elsewhere: list[Walk]) -> Finding | None:
    """A row that one walk shows and another one, of all its pages, doesn't."""
    walked = (*elsewhere, *found)
    everywhere = {identity(operation, row): page for w in walked for page in w.pages.values() for row in page.rows}
    for w in found:
        shown = {identity(operation, row) for page in w.pages.values() for row in page.rows}
        for name, page in everywhere.items() if w.whole else ():
            if name not in shown:
                chain = (page.exchange, *(p.exchange for p in list(w.pages.values())[:4]))
                return Finding("every row on one of the pages", f"{name} is on none of the {w.last} pages", chain)
    return None


def _gap(operation: Operation, w: Walk) -> Finding | None:
    """A page that lacks rows: each but the last is full, and the last holds the rest. Not so where cursors lead on."""
    if by_cursor(operation) or w.count is None:
        return None
    for number, page in w.pages.items():
        wanted = w.size if number < w.last else w.count - w.size * (w.last - 1)
        if page.status == 404 or len(page.rows) < wanted:
            what = f"{len(page.rows)} rows" if page.is_page else response_excerpt(page.exchange)
            chain = tuple(w.pages[n].exchange for n in dict.fromkeys((1, number)) if n in w.pages)
            return Finding(f"{wanted} rows on page {number} of {w.last}", what, chain)
    return None


@law("page.count", requests=18)
@rests_on("page.stable", "page.limit", "page.disjoint")
def count_law(context: RunContext, clause: Clause) -> Result:
    """The count is the number of rows on all pages, and the same on each."""
    operation = operation_of(context, clause)
    known = sample_of(context, operation)
    found = walks(context, operation)
    if not found:
        if known.rows and known.count is None:
            exchange = next(iter(known.shown_by.values()))
            return Finding("a count", "none", (exchange,))
        if known.rows and not known.count:
            return Finding(f"{len(known.rows)} or more", f"{known.count}", (next(iter(known.shown_by.values())),))
        return not_exercised("no-data", "the list shows no rows")
    for w in found:
        beyond = _beyond(context, operation, w)
        if beyond:
            return beyond
    wrong = next((wrong for w in found if (wrong := _miscount(operation, w))), None) or _changing(found)
    if wrong and _missing_row(operation, found, _elsewhere(context, operation)):
        return blocked_by(context, clause, "page.complete", "rows are missing on the pages, so the count says more")
    if wrong:
        return wrong
    if all(w.last == 1 for w in found):
        return not_exercised("no-data", "all rows are on one page, where a count of the page is right as well")
    return Held(sum(w.last > 1 for w in found))


def _is_counted(operation: Operation) -> bool:
    return operation.pagination is not None and operation.pagination.count is not None


def _changing(found: list[Walk]) -> Finding | None:
    """Walks of one list whose counts differ."""
    counts = {w.count: w for w in found}
    if len(counts) < 2:
        return None
    (a, first), (b, second), *_ = counts.items()
    return Finding(
        "the same count for every limit", f"{a} and {b}", (first.pages[1].exchange, second.pages[1].exchange)
    )


def _miscount(operation: Operation, w: Walk) -> Finding | None:
    first = w.pages[1]
    for number, page in w.pages.items():
        if page.is_page and page.count != w.count and _is_counted(operation):
            both = (first.exchange, page.exchange)
            return Finding(f"the count {w.count} of page 1 on page {number} too", f"{page.count}", both)
    if w.whole:
        shown = sum(len(page.rows) for page in w.pages.values())
        if shown != w.count:
            chain = tuple(page.exchange for page in list(w.pages.values())[:6])
            return Finding(f"a count of {shown}, the rows on all {w.last} pages", f"{w.count}", chain)
    return None


def _beyond(context: RunContext, operation: Operation, w: Walk) -> Finding | None:
    """Rows behind the last page by the count, which no page before showed: the count is too small."""
    if by_cursor(operation) or w.count is None:
        return None
    request = get(operation, paged(operation, sample_of(context, operation).base, page=w.last + 1, limit=w.size))
    page = read_page(operation, context.send(request))
    known = {identity(operation, row) for one in w.pages.values() for row in one.rows}
    more = [name for row in page.rows if (name := identity(operation, row)) not in known]
    if not more:
        return None
    wanted = f"a count of {w.count + len(more)} or more: page {w.last + 1} shows {', '.join(more[:3])}"
    return Finding(wanted, f"{w.count}", (w.pages[1].exchange, page.exchange))


@law("page.stable", requests=3)
def stable(context: RunContext, clause: Clause) -> Result:
    """A repeated request shows the same."""
    operation = operation_of(context, clause)
    known = sample_of(context, operation)
    if len(known.rows) < 2:
        return not_exercised("no-data", "there are fewer than two rows, which have one order only")
    tried = 0
    for request in _first_two(context, operation):
        first = read_page(operation, context.send(request))
        for _ in range(1 if tried else 2):
            second = read_page(operation, context.resend(request))
            differs = first.rows and same_rows(operation, second, first, "the same rows in the same order")
            if differs:
                return differs
            tried += bool(first.rows)
    return Held(tried)


def _first_two(context: RunContext, operation: Operation) -> Iterator[Request]:
    """The requests for the first two pages of a list."""
    base, limit = sample_of(context, operation).base, limits_of(context, operation)[0]
    first = get(operation, paged(operation, base, page=1, limit=limit))
    yield first
    if not by_cursor(operation):
        yield get(operation, paged(operation, base, page=2, limit=limit))
        return
    second = led_to(operation, read_page(operation, context.send(first)).next, first.query)
    if second is not None:
        yield get(operation, second)


@law("page.same-order")
@rests_on("page.stable", "page.limit", "page.disjoint", "page.complete")
def same_order(context: RunContext, clause: Clause) -> Result:
    """A row's place in the whole list doesn't depend on the limit."""
    operation = operation_of(context, clause)
    found = walks(context, operation)
    vacuous = needs_two_pages(found)
    if vacuous:
        return vacuous
    places: dict[int, tuple[str, Exchange]] = {}
    compared = 0
    for w in found:
        mine: dict[int, tuple[str, Exchange]] = {}
        for place, page, row in w.places(by_cursor=by_cursor(operation)):
            name = identity(operation, row)
            mine[place] = (name, page.exchange)
            if place in places:
                compared += 1
                other, exchange = places[place]
                if other != name:
                    where = f"row {place + 1} of the list is {other} with one limit"
                    return Finding(f"{where} and with another", f"it is {name}", (exchange, page.exchange))
        places.update(mine)
    return Held(compared) if compared else not_exercised("no-witness", "no two limits show the same part of the list")


@law("page.past-end")
@rests_on("page.disjoint", "page.count")
def past_end(context: RunContext, clause: Clause) -> Result:
    """No page past the last one shows rows."""
    operation = operation_of(context, clause)
    found = walks(context, operation)
    if not found:
        return not_exercised("no-data", "the list shows no rows")
    w = found[0]
    known = sample_of(context, operation)
    for number in (w.last + 1, FAR) if w.whole or w.count is not None else (FAR,):
        page = context.page(operation, paged(operation, known.base, page=number, limit=w.size))
        if page.rows:
            return Finding("404, or no rows", f"{len(page.rows)} rows on page {number} of {w.last}", (page.exchange,))
        if page.status >= 500:
            return Finding("404, or no rows", response_excerpt(page.exchange), (page.exchange,))
    return Held(2)


@law("page.filtered", requests=5)
@rests_on(
    "page.stable",
    "page.limit",
    "page.disjoint",
    "page.count",
    "page.complete",
    "page.next",
    "page.previous",
    "page.next-link",
    "page.previous-link",
)
def filtered(context: RunContext, clause: Clause) -> Result:
    """Pages of a filtered list are pages of that list: disjoint, counted, linked, and filtered throughout."""
    operation = operation_of(context, clause)
    known = sample_of(context, operation)
    if not known.rows:
        return not_exercised("no-data", "the list shows no rows")
    tried = 0
    for query in narrowed(context, operation):
        w = query.walk(context, operation)
        if w is None:
            continue
        # Other clauses check what a search must find.
        sure = [row for row in known.rows.values() if query.cases and all_of(c.judge(row) for c in query.cases)]
        wrong = (
            _uncounted(w, len(sure))
            or _unfiltered(operation, w, query)
            or _overlap(operation, w)
            or _gap(operation, w)
            or _miscount(operation, w)
            or any_wrongly_announced(operation, w)
            or wrong_links(context, operation, w)
        )
        if wrong:
            return wrong
        tried += w.last > 1
    return (
        Held(tried) if tried else not_exercised("no-witness", "no filter narrows the list to some rows, two at least")
    )


def _unfiltered(operation: Operation, w: Walk, query: Narrowed) -> Finding | None:
    """A row on a later page that the filters leave out, though the first page has none."""
    for number, page in w.pages.items():
        for row in page.rows:
            if any(case.judge(row) is False for case in query.cases):
                shown = f"{identity(operation, row)} on page {number}"
                both = (w.pages[1].exchange, page.exchange)
                return Finding("the filters' rows on every page", shown, both) if number > 1 else None
    return None


def _uncounted(w: Walk, known: int) -> Finding | None:
    if w.count is not None and w.count < known:
        wanted = f"a count of {known} or more: so many rows of those that are known"
        return Finding(wanted, f"{w.count}", (w.pages[1].exchange,))
    return None

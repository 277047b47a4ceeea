"""Pagination: pages are disjoint, complete, stable, counted, linked, and the same for every limit."""

from __future__ import annotations

import urllib.parse
from collections.abc import Iterator
from dataclasses import dataclass

from conformance.answers import brief
from conformance.ask import Ask, Page, Query, get, read_page
from conformance.exchange import Exchange
from conformance.laws.filters import cases_of
from conformance.laws.law import law, operation_of
from conformance.universe import LARGE_PAGE, base_query, identity, paged, universe
from conformance.verdict import Finding, Held, NotExercised, Result
from spec import Clause, Operation

MOST_WALKED = 16
"""Pages of a walk that are all read; of a longer one, some at the start, in the middle and at the end."""


@dataclass(frozen=True)
class Walk:
    """Pages of one list with one limit, by number."""

    pages: dict[int, Page]
    size: int
    """Rows on a full page: the limit, or the server's cap where that is lower."""
    last: int
    """Number of the last page, by the count."""
    count: int

    @property
    def whole(self) -> bool:
        """True when every page was read."""
        return len(self.pages) == self.last

    def neighbours(self) -> Iterator[tuple[int, Page, Page]]:
        """(number, page, the page after it), wherever both were read."""
        for number, page in self.pages.items():
            if number + 1 in self.pages:
                yield number, page, self.pages[number + 1]


def walk(ask: Ask, operation: Operation, base: Query, limit: int) -> Walk | None:
    """The pages of a list; None when the first one isn't a page with rows."""
    first = ask.page(operation, paged(operation, base, page=1, limit=limit))
    if not first.rows or not first.count:
        return None
    size = min(limit, len(first.rows)) if first.count > len(first.rows) else limit
    last = -(-first.count // size)
    middle = last // 2
    some = sorted({1, 2, 3, middle, middle + 1, last - 1, last})
    numbers = list(range(1, last + 1)) if last <= MOST_WALKED else some
    requests = {n: get(operation, paged(operation, base, page=n, limit=limit)) for n in numbers}
    ask.ahead(requests.values())
    return Walk({n: read_page(operation, ask(r)) for n, r in requests.items()}, size, last, first.count)


def limits(count: int) -> tuple[int, int]:
    """Two limits that cut a list of so many rows differently, with several pages each where there are rows for it."""
    return (10, 7) if count > 20 else (max(1, count // 3), max(1, count // 2))


def walks(ask: Ask, operation: Operation) -> list[Walk]:
    """Walks of an operation's list with two limits, and with one that is large."""
    known = universe(ask, operation)
    found = [walk(ask, operation, known.base, limit) for limit in (*limits(known.count or 0), LARGE_PAGE)]
    return [w for w in found if w]


def even_ends(ask: Ask, operation: Operation) -> list[tuple[int, int, Page]]:
    """(number, last number, page) of last pages that are full to the row, where an off-by-one shows."""
    known = universe(ask, operation)
    count = known.count or 0
    found = []
    for limit in (1, count):
        if count > 0 and 0 < limit <= known.page_size:
            last = count // limit
            page = ask.page(operation, paged(operation, known.base, page=last, limit=limit))
            found.append((last, last, page))
    return found


def _needs_two_pages(found: list[Walk]) -> NotExercised | None:
    if not found:
        return NotExercised("the list shows no rows")
    return None if any(w.last > 1 for w in found) else NotExercised("there are fewer rows than two pages need")


@law("page.default-page")
def default_page(ask: Ask, clause: Clause) -> Result:
    """No page number is page 1."""
    operation = operation_of(ask, clause)
    names = operation.pagination
    if names is None:
        return NotExercised("the operation isn't paged")
    base = base_query(ask, operation)
    limit = limits(universe(ask, operation).count or 0)[0]
    without = ask.page(operation, paged(operation, base, limit=limit))
    given = ask.page(operation, paged(operation, base, page=names.default_page, limit=limit))
    if not given.rows or (given.count or 0) <= len(given.rows):
        return NotExercised("there are fewer rows than two pages need")
    return _same_rows(operation, without, given, f"the rows of {names.page}={names.default_page}") or Held(1)


@law("page.default-limit")
def default_limit(ask: Ask, clause: Clause) -> Result:
    """No limit is the declared default."""
    operation = operation_of(ask, clause)
    names = operation.pagination
    if names is None:
        return NotExercised("the operation isn't paged")
    base = base_query(ask, operation)
    without = ask.page(operation, base)
    given = ask.page(operation, paged(operation, base, limit=names.default_limit))
    if (universe(ask, operation).count or 0) <= names.default_limit:
        return NotExercised(f"there are no more than {names.default_limit} rows")
    if without.is_page and len(without.rows) != names.default_limit:
        return Finding(f"{names.default_limit} rows", f"{len(without.rows)} rows", (without.exchange,))
    return _same_rows(operation, without, given, f"the rows of {names.limit}={names.default_limit}") or Held(1)


def _same_rows(operation: Operation, got: Page, wanted: Page, expected: str) -> Finding | None:
    if not got.is_page:
        return Finding(expected, brief(got.exchange), (got.exchange,))
    mine, theirs = ([identity(operation, row) for row in page.rows] for page in (got, wanted))
    if mine == theirs:
        return None
    return Finding(f"{expected}: {', '.join(theirs)[:300]}", ", ".join(mine)[:300], (wanted.exchange, got.exchange))


@law("page.limit")
def limit_law(ask: Ask, clause: Clause) -> Result:
    """A page is as long as its limit says, up to a cap of the server's own."""
    operation = operation_of(ask, clause)
    known = universe(ask, operation)
    if not known.count:
        return NotExercised("the list shows no rows")
    asked = (1, 2, 10, 20, 50, 51, 100, 101, 200)
    useful = [n for n in asked if n <= known.count] + [n for n in asked if n > known.count][:2]
    requests = {n: get(operation, paged(operation, known.base, limit=n)) for n in useful}
    ask.ahead(requests.values())
    pages = {n: read_page(operation, ask(request)) for n, request in requests.items()}
    shown = {n: page for n, page in pages.items() if page.is_page}
    if not shown:
        return NotExercised("no limit is answered with a page")
    longest = max(len(page.rows) for page in shown.values())
    before: Page | None = None
    for n, page in shown.items():
        got, count = len(page.rows), page.count if page.count is not None else known.count
        if got > n:
            return Finding(f"at most {n} rows", f"{got} rows", (page.exchange,))
        if before is not None and got < min(len(before.rows), count):
            return Finding(
                f"no fewer rows than the {len(before.rows)} of a smaller limit",
                f"{got} rows",
                (before.exchange, page.exchange),
            )
        if got < min(n, count, longest):
            return Finding(f"{min(n, count)} rows", f"{got} rows", (page.exchange,))
        before = page
    if known.count < 2:
        return NotExercised("one row is on one page whatever the limit")
    return Held(sum(n < known.count for n in shown))


@law("page.disjoint")
def disjoint(ask: Ask, clause: Clause) -> Result:
    """No row on two pages."""
    operation = operation_of(ask, clause)
    found = walks(ask, operation)
    vacuous = _needs_two_pages(found)
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
def complete(ask: Ask, clause: Clause) -> Result:
    """The pages together show every row."""
    operation = operation_of(ask, clause)
    found = walks(ask, operation)
    vacuous = _needs_two_pages(found)
    if vacuous:
        return vacuous
    everywhere = {identity(operation, row): page for w in found for page in w.pages.values() for row in page.rows}
    for w in found:
        gap = _gap(operation, w)
        if gap:
            return gap
        if w.whole:
            shown = {identity(operation, row) for page in w.pages.values() for row in page.rows}
            for name, page in everywhere.items():
                if name not in shown:
                    chain = (page.exchange, *(p.exchange for p in list(w.pages.values())[:4]))
                    return Finding("every row on one of the pages", f"{name} is on none of the {w.last} pages", chain)
    return Held(sum(w.last > 1 for w in found))


def _gap(operation: Operation, w: Walk) -> Finding | None:
    """A page that lacks rows: each but the last is full, and the last holds the rest."""
    for number, page in w.pages.items():
        wanted = w.size if number < w.last else w.count - w.size * (w.last - 1)
        if page.status == 404 or len(page.rows) < wanted:
            what = f"{len(page.rows)} rows" if page.is_page else brief(page.exchange)
            return Finding(f"{wanted} rows on page {number} of {w.last}", what, (w.pages[1].exchange, page.exchange))
    return None


@law("page.count")
def count_law(ask: Ask, clause: Clause) -> Result:
    """The count is the number of rows on all pages, and says so on each."""
    operation = operation_of(ask, clause)
    known = universe(ask, operation)
    found = walks(ask, operation)
    if not found:
        if known.rows and known.count is None:
            exchange = next(iter(known.seen_in.values()))
            return Finding("a count", "none", (exchange,))
        if known.rows and not known.count:
            return Finding(f"{len(known.rows)} or more", f"{known.count}", (next(iter(known.seen_in.values())),))
        return NotExercised("the list shows no rows")
    for w in found:
        wrong = _miscount(operation, w)
        if wrong:
            return wrong
    counts = {w.count: w for w in found}
    if len(counts) > 1:
        (a, first), (b, second), *_ = counts.items()
        chain = (first.pages[1].exchange, second.pages[1].exchange)
        return Finding("the same count for every limit", f"{a} and {b}", chain)
    if all(w.last == 1 for w in found):
        return NotExercised("all rows are on one page, where a count of the page is right as well")
    return Held(sum(w.last > 1 for w in found))


def _miscount(operation: Operation, w: Walk) -> Finding | None:
    first = w.pages[1]
    for number, page in w.pages.items():
        if page.is_page and page.count != w.count:
            both = (first.exchange, page.exchange)
            return Finding(f"the count {w.count} of page 1 on page {number} too", f"{page.count}", both)
    if w.whole:
        shown = sum(len(page.rows) for page in w.pages.values())
        if shown != w.count:
            chain = tuple(page.exchange for page in list(w.pages.values())[:6])
            return Finding(f"a count of {shown}, the rows on all {w.last} pages", f"{w.count}", chain)
    return None


@law("page.stable")
def stable(ask: Ask, clause: Clause) -> Result:
    """Asking again shows the same."""
    operation = operation_of(ask, clause)
    known = universe(ask, operation)
    if len(known.rows) < 2:
        return NotExercised("there are fewer than two rows, which have one order only")
    limit = limits(known.count or 0)[0]
    tried = 0
    for number in (1, 2):
        request = get(operation, paged(operation, known.base, page=number, limit=limit))
        first = read_page(operation, ask(request))
        for _ in range(1 if tried else 2):
            second = read_page(operation, ask.again(request))
            differs = first.rows and _same_rows(operation, second, first, "the same rows in the same order")
            if differs:
                return differs
            tried += bool(first.rows)
    return Held(tried)


@law("page.same-order")
def same_order(ask: Ask, clause: Clause) -> Result:
    """A row's place in the whole list doesn't depend on the limit."""
    operation = operation_of(ask, clause)
    found = walks(ask, operation)
    vacuous = _needs_two_pages(found)
    if vacuous:
        return vacuous
    places: dict[int, tuple[str, Exchange]] = {}
    compared = 0
    for w in found:
        mine: dict[int, tuple[str, Exchange]] = {}
        for number, page in w.pages.items():
            for index, row in enumerate(page.rows):
                place = (number - 1) * w.size + index
                name = identity(operation, row)
                mine[place] = (name, page.exchange)
                if place in places:
                    compared += 1
                    other, exchange = places[place]
                    if other != name:
                        where = f"row {place + 1} of the list is {other} with one limit"
                        return Finding(f"{where} and with another", f"it is {name}", (exchange, page.exchange))
        places.update(mine)
    return Held(compared) if compared else NotExercised("no two limits show the same part of the list")


@law("page.next")
def next_law(ask: Ask, clause: Clause) -> Result:
    """A next page is announced exactly where there is one."""
    return _announced(ask, clause, "next")


@law("page.previous")
def previous_law(ask: Ask, clause: Clause) -> Result:
    """A previous page is announced exactly where there is one."""
    return _announced(ask, clause, "previous")


def _announced(ask: Ask, clause: Clause, which: str) -> Result:
    operation = operation_of(ask, clause)
    found = walks(ask, operation)
    vacuous = _needs_two_pages(found)
    if vacuous:
        return vacuous
    for w in found:
        wrong = _wrongly_announced(w, which)
        if wrong:
            return wrong
    for number, last, page in even_ends(ask, operation):
        wrong = _wrongly_announced(Walk({number: page}, 1, last, last), which)
        if wrong:
            return wrong
    return Held(sum(w.last > 1 for w in found))


def _wrongly_announced(w: Walk, which: str) -> Finding | None:
    for number, page in w.pages.items():
        if not page.is_page:
            continue
        link = page.next if which == "next" else page.previous
        end = w.last if which == "next" else 1
        if number == end and link is not None:
            return Finding(f"{which} is null on page {number} of {w.last}", f"{link!r}", (page.exchange,))
        if number != end and link is None:
            return Finding(f"{which} is a link on page {number} of {w.last}", "null", (page.exchange,))
    return None


@law("page.next-link")
def next_link(ask: Ask, clause: Clause) -> Result:
    """The link to the next page asks for the next page of the same query."""
    return _linked(ask, clause, "next")


@law("page.previous-link")
def previous_link(ask: Ask, clause: Clause) -> Result:
    """The link to the previous page asks for the previous page of the same query."""
    return _linked(ask, clause, "previous")


def _linked(ask: Ask, clause: Clause, which: str) -> Result:
    operation = operation_of(ask, clause)
    found = walks(ask, operation)
    vacuous = _needs_two_pages(found)
    if vacuous:
        return vacuous
    checked = 0
    for w in found:
        for number, page in w.pages.items():
            link = page.next if which == "next" else page.previous
            if link is None:
                continue
            follow = number in (1, 2, w.last) and w is found[0]
            wrong = misdirected(ask, operation, page, number, link, which, size=w.size, follow=follow)
            if wrong:
                return wrong
            checked += 1
    return Held(checked) if checked else NotExercised(f"no page has a {which} link")


def misdirected(
    ask: Ask, operation: Operation, page: Page, number: int, link: str, which: str, *, size: int, follow: bool
) -> Finding | None:
    """What is wrong with a link: its page, its limit, the query that it carries, or what it leads to.

    Another host or path is legal, as in the page's own example, and isn't followed. The limit may be the one
    asked for, or the `size` that the server caps it to.
    """
    names = operation.pagination
    if names is None:
        return None
    asked = dict(page.exchange.request.query)
    parsed = urllib.parse.urlsplit(link)
    carried = urllib.parse.parse_qsl(parsed.query, keep_blank_values=True)
    found = dict(carried)
    target = number + 1 if which == "next" else number - 1
    chain = (page.exchange,)
    leads_to = found.get(names.page, str(names.default_page))
    if leads_to != str(target):
        return Finding(f"{which} of page {number} carries {names.page}={target}", f"{link!r}", chain)
    limit = int(asked.get(names.limit, names.default_limit))
    if found.get(names.limit, str(names.default_limit)) not in (str(limit), str(size)):
        return Finding(f"{which} of page {number} carries {names.limit}={limit}", f"{link!r}", chain)
    for name, value in asked.items():
        if name not in (names.page, names.limit) and found.get(name) != value:
            return Finding(f"{which} keeps {name}={value!r}", f"{link!r}", chain)
    base = urllib.parse.urlsplit(ask.target.base_url)
    if follow and (parsed.netloc, parsed.path) == (base.netloc, base.path + page.exchange.request.path):
        followed = read_page(operation, ask(get(operation, tuple(carried))))
        if not followed.is_page:
            return Finding(
                f"following {which} shows page {target}", brief(followed.exchange), (*chain, followed.exchange)
            )
        by_number = read_page(
            operation, ask(get(operation, paged(operation, _without_page(operation, asked), page=target)))
        )
        if by_number.is_page:
            return _same_rows(operation, followed, by_number, f"following {which} shows page {target}")
    return None


def _without_page(operation: Operation, asked: dict[str, str]) -> Query:
    names = operation.pagination
    return tuple((n, v) for n, v in asked.items() if names is None or n != names.page)


@law("page.past-end")
def past_end(ask: Ask, clause: Clause) -> Result:
    """There is nothing past the last page."""
    operation = operation_of(ask, clause)
    found = walks(ask, operation)
    if not found:
        return NotExercised("the list shows no rows")
    w = found[0]
    known = universe(ask, operation)
    for number in (w.last + 1, w.last + 1000, 10**20):
        page = ask.page(operation, paged(operation, known.base, page=number, limit=w.size))
        if page.rows:
            return Finding("404, or no rows", f"{len(page.rows)} rows on page {number} of {w.last}", (page.exchange,))
        if page.status >= 500:
            return Finding("404, or no rows", brief(page.exchange), (page.exchange,))
    return Held(2)


@law("page.filtered")
def filtered(ask: Ask, clause: Clause) -> Result:
    """Pages of a filtered list are pages of that list: disjoint, counted, linked, and filtered throughout."""
    operation = operation_of(ask, clause)
    known = universe(ask, operation)
    if not known.rows:
        return NotExercised("the list shows no rows")
    tried = 0
    for query in _filtered_queries(ask, operation):
        size = ask.page(operation, paged(operation, known.base + query, limit=LARGE_PAGE)).count or 0
        # That it narrows the list is known from the rows, and not from a count that may be wrong.
        if size < 3:
            continue
        limit = max(1, -(-size // 3)) if size < 60 else 10
        w = walk(ask, operation, known.base + query, limit)
        if w is None:
            continue
        wrong = (
            _overlap(operation, w)
            or _gap(operation, w)
            or _miscount(operation, w)
            or _wrongly_announced(w, "next")
            or _wrongly_announced(w, "previous")
            or _wrong_links(ask, operation, w)
        )
        if wrong:
            return wrong
        tried += 1
    return Held(tried) if tried else NotExercised("no filter narrows the list to some rows, three at least")


def _wrong_links(ask: Ask, operation: Operation, w: Walk) -> Finding | None:
    for number, page in w.pages.items():
        for which, link in (("next", page.next), ("previous", page.previous)):
            wrong = link and misdirected(ask, operation, page, number, link, which, size=w.size, follow=number == 2)
            if wrong:
                return wrong
    return None


def _filtered_queries(ask: Ask, operation: Operation) -> list[Query]:
    """One query of every kind of filter that shows several rows, odd characters preferred, and a pair."""
    rows = list(universe(ask, operation).rows.values())
    best: dict[tuple[bool, str, str], tuple[int, Query]] = {}
    for filter in operation.filters:
        if filter.hidden:
            continue
        for case in cases_of(ask, operation, filter).chosen:
            shown = sum(case.judge(row) is True for row in rows)
            if 3 <= shown < len(rows):
                odd = sum(not c.isalnum() for c in case.operand)
                key = (filter.free_key, str(filter.schema.get("format", "")), "in" if filter.many else "")
                if key not in best or odd > best[key][0]:
                    best[key] = (odd, case.query)
    queries = [query for _, query in best.values()]
    return queries[:3]

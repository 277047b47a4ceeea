"""Links between pages: each leads to an existing page, with the query of the request."""

from __future__ import annotations

import urllib.parse
from collections.abc import Mapping
from dataclasses import replace
from typing import Literal

from conformance.laws.law import blocked_by, law, operation_of, rests_on
from conformance.laws.walks import (
    Walk,
    by_cursor,
    even_ends,
    narrowed,
    needs_two_pages,
    same_rows,
    unnumbered,
    walks,
)
from conformance.reading.context import Page, Query, RunContext, get, paged, read_page
from conformance.reading.listing import response_excerpt
from conformance.reading.page import has, led_to
from conformance.reading.sample import identity, sample_of
from conformance.verdict import Finding, Held, Result, not_exercised
from spec import Clause, Cursor, Numbered, Offset, Operation, Pagination

Role = Literal["next", "previous"]
ROLES: tuple[Role, ...] = ("next", "previous")


@law("page.next")
@rests_on("page.limit", "page.count")
def next_law(context: RunContext, clause: Clause) -> Result:
    """A next page is announced exactly where it exists."""
    return _announced(context, clause, "next")


@law("page.previous")
@rests_on("page.limit", "page.count")
def previous_law(context: RunContext, clause: Clause) -> Result:
    """A previous page is announced exactly where it exists."""
    return _announced(context, clause, "previous")


def _announced(context: RunContext, clause: Clause, which: Role) -> Result:
    operation = operation_of(context, clause)
    found = walks(context, operation)
    wrong = _wrong_end(operation, found) if which == "next" and by_cursor(operation) else None
    if wrong:
        return wrong
    vacuous = needs_two_pages(found)
    if vacuous:
        return vacuous
    if _left_out(operation, found, which):
        return not_exercised("no-data", f"no page has a {which} field, and the document lets a page leave it out")
    for w in () if which == "next" and by_cursor(operation) else found:
        wrong = wrongly_announced(w, which)
        if wrong:
            return wrong
    for number, last, page in even_ends(context, operation):
        wrong = wrongly_announced(Walk({number: page}, 1, last, last), which)
        if wrong:
            return wrong
    return Held(sum(w.last > 1 for w in found))


def _left_out(operation: Operation, found: list[Walk], which: Role) -> bool:
    """True when the response has no such field, or an optional one is on no page: then its absence means nothing."""
    member = operation.pagination.leading.get(which) if operation.pagination else None
    if member is None or not member.optional:
        return member is None
    return not any(has(member, page.exchange.response) for w in found for page in w.pages.values())


def _wrong_end(operation: Operation, found: list[Walk]) -> Finding | None:
    """A walk by cursors that ends too early, or leads on where nothing follows, by what the other walks show."""
    order = _order(operation, found)
    for w in found:
        shown = {identity(operation, row) for page in w.pages.values() for row in page.rows}
        after = max((order.get(name, -1) for name in shown), default=-1)
        left = [name for name, place in order.items() if place > after]
        missing = [name for name in order if name not in shown]
        page = w.pages[len(w.pages)]
        if not w.whole:
            continue
        # Where rows are missing, an empty page may be one that should have shown them.
        if page.next is not None and not missing:
            chain = (page.exchange, *([w.beyond.exchange] if w.beyond else []))
            return Finding(f"next is null on page {w.last}, the last one", f"{page.next!r}", chain)
        if page.next is None and left and left == missing:
            return Finding(f"next leads on from page {w.last}: {left[0]} comes after it", "null", (page.exchange,))
    return None


def _order(operation: Operation, found: list[Walk]) -> Mapping[str, int]:
    """The places of a list's rows, by the walk that shows most of them from the first one on."""
    orders = [
        {identity(operation, row): place for place, _, row in w.places(by_cursor=by_cursor(operation))} for w in found
    ]
    return max(orders, key=len, default={})


def wrongly_announced(w: Walk, which: Role) -> Finding | None:
    """A link on the last page of a walk, or none on another; of previous ones, on the first."""
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


def any_wrongly_announced(operation: Operation, w: Walk) -> Finding | None:
    """The same for next and previous, where a page has such a field."""
    for which in ROLES:
        wrong = None if _left_out(operation, [w], which) else wrongly_announced(w, which)
        if wrong:
            return wrong
    return None


@law("page.next-link", requests=7)
@rests_on("page.stable", "page.count", "page.next")
def next_link(context: RunContext, clause: Clause) -> Result:
    """The link to the next page asks for the next page of the same query."""
    return _linked(context, clause, "next")


@law("page.previous-link", requests=2)
@rests_on("page.stable", "page.count", "page.previous")
def previous_link(context: RunContext, clause: Clause) -> Result:
    """The link to the previous page asks for the previous page of the same query."""
    return _linked(context, clause, "previous")


def _linked(context: RunContext, clause: Clause, which: Role) -> Result:
    operation = operation_of(context, clause)
    found = walks(context, operation)
    if by_cursor(operation):
        # A cursor that leads back makes one page of many.
        wrong = _misled(operation, found) if which == "next" else None
        if wrong:
            return wrong
    vacuous = needs_two_pages(found)
    if vacuous:
        return vacuous
    checked = 0
    for w in found + [w for query in narrowed(context, operation) if (w := query.walk(context, operation))]:
        for number, page in w.pages.items():
            link = page.next if which == "next" else page.previous
            if link is None:
                continue
            follow = number in (1, 2, w.last) and w is found[0]
            wrong = _misdirected(context, operation, w, number, which, follow=follow)
            if wrong:
                return wrong
            checked += 1
    wrong = _of_unnumbered(context, operation, found[0], which)
    if wrong:
        return wrong
    return Held(checked) if checked else blocked_by(context, clause, f"page.{which}", f"no page has a {which} link")


def _of_unnumbered(context: RunContext, operation: Operation, w: Walk, which: Role) -> Finding | None:
    """What is wrong with the link of a first page that was asked for without a number: a client's first request."""
    page = unnumbered(context, operation)
    if page is None or (page.next if which == "next" else page.previous) is None:
        return None
    return _misdirected(context, operation, replace(w, pages={1: page}), 1, which, follow=False)


def _misled(operation: Operation, found: list[Walk]) -> Finding | None:
    """A next that leads back, or past a whole page, by the order in which the largest pages show the rows."""
    order = _order(operation, found)
    for w in found:
        last = w.pages[len(w.pages)]
        if w.beyond is not None and (w.beyond.rows or not w.beyond.is_page):
            what = "rows that were shown before" if w.beyond.rows else response_excerpt(w.beyond.exchange)
            chain = (last.exchange, w.beyond.exchange)
            return Finding(f"following next of page {len(w.pages)} shows the rows after it", what, chain)
        for number, page, after in w.neighbours():
            here, there = (order.get(identity(operation, one.rows[0])) for one in (page, after))
            left_out = 0 if here is None or there is None else there - here - len(page.rows)
            if left_out >= w.size:
                wanted = f"following next of page {number} shows the rows after it"
                return Finding(wanted, f"{left_out} rows are left out", (page.exchange, after.exchange))
    return None


def wrong_links(context: RunContext, operation: Operation, w: Walk) -> Finding | None:
    """The mistake in the links of a walk; those of the second page are followed."""
    for number, page in w.pages.items():
        for which in ROLES:
            link = page.next if which == "next" else page.previous
            if link is None:
                continue
            wrong = _misdirected(context, operation, w, number, which, follow=number == 2)
            if wrong:
                return wrong
    return None


def _misdirected(
    context: RunContext, operation: Operation, w: Walk, number: int, which: Role, *, follow: bool
) -> Finding | None:
    """What is wrong with a link: its page, its limit, the query that it carries, or what it leads to.

    Another host or path is legal, as in the page's own example, and isn't followed. The limit may be the one
    asked for, or the size that the server caps it to.
    """
    paging, page = operation.pagination, w.pages[number]
    link, target = (page.next, number + 1) if which == "next" else (page.previous, number - 1)
    if paging is None or link is None:
        return None
    form, chain = paging.form, (page.exchange,)
    size, right = _step(context, operation, page, w), ""
    if isinstance(form, Numbered):
        right = str(form.value((target - 1) * size, size))
    elif isinstance(form, Offset):
        own = int(dict(page.exchange.request.query).get(form.parameter, form.first))
        right = str(own + size if which == "next" else max(0, own - size))
    if isinstance(link, int) or link.isdecimal() or paging.leading[which].holds == "position":
        if isinstance(form, Cursor):
            return _not_before(context, operation, w, number, which) if follow else None
        wrong = Finding(f"{which} of page {number} is {right}", f"{link!r}", chain)
        return None if str(link) == right else wrong
    parsed = urllib.parse.urlsplit(link)
    carried = tuple(urllib.parse.parse_qsl(parsed.query, keep_blank_values=True))
    if not isinstance(form, Cursor):
        first = form.first if form.default is None else form.default
        if dict(carried).get(form.parameter, str(first)) != right:
            return Finding(f"{which} of page {number} carries {form.parameter}={right}", f"{link!r}", chain)
    # What a page was asked for with, beside the list's own parameters, came from a link.
    lost = _lost(paging, size, w.pages.get(1, page), carried)
    if lost:
        what = f"{which} of page {number} carries" if lost[0] == "limit" else f"{which} keeps"
        return Finding(f"{what} {lost[1]}", f"{link!r}", chain)
    base = urllib.parse.urlsplit(context.target.base_url)
    if not follow or (parsed.netloc, parsed.path) != (base.netloc, base.path + page.exchange.request.path):
        return None
    if isinstance(form, Cursor):
        return _not_before(context, operation, w, number, which)
    followed = read_page(operation, context.send(get(operation, carried)))
    if not followed.is_page:
        what = response_excerpt(followed.exchange)
        return Finding(f"following {which} shows page {target}", what, (*chain, followed.exchange))
    by_number = context.page(operation, paged(operation, page.exchange.request.query, page=target, size=size))
    return (
        same_rows(operation, followed, by_number, f"following {which} shows page {target}")
        if by_number.is_page
        else None
    )


def _step(context: RunContext, operation: Operation, page: Page, w: Walk) -> int:
    """How far it is from page to page: the limit that was asked for, or the server's cap where that is lower.

    A page of a narrowed list may be short for another reason.
    """
    limit = operation.pagination.limit if operation.pagination else None
    asked = dict(page.exchange.request.query).get(limit.parameter) if limit else None
    return min(int(asked), max(sample_of(context, operation).page_size, w.size)) if asked else w.size


def _lost(paging: Pagination, size: int, page: Page, carried: Query) -> tuple[str, str] | None:
    """What a link doesn't carry of the request: the limit, or another parameter."""
    sent, found = page.exchange.request.query, dict(carried)
    asked, limit = dict(sent), paging.limit
    if limit is not None:
        wanted = asked.get(limit.parameter, str(limit.default))
        if found.get(limit.parameter, str(limit.default)) not in (wanted, str(size)):
            return "limit", f"{limit.parameter}={wanted}"
    for name in asked:
        values = [value for key, value in sent if key == name]
        if name not in paging.parameters and [value for key, value in carried if key == name] != values:
            return "query", "&".join(f"{name}={value!r}" for value in values)
    return None


def _not_before(context: RunContext, operation: Operation, w: Walk, number: int, which: Role) -> Finding | None:
    """What is wrong with the page that a previous cursor leads to: it is the one before. Next is walked anyway."""
    page = w.pages[number]
    if which == "next" or number - 1 not in w.pages:
        return None
    query = led_to(operation, page.previous, w.pages[1].exchange.request.query)
    if query is None:
        return None
    followed = read_page(operation, context.send(get(operation, query)))
    return same_rows(operation, followed, w.pages[number - 1], f"following previous shows page {number - 1}")

"""Links between pages: each leads to an existing page, with the query of the request."""

from __future__ import annotations

import urllib.parse
from collections.abc import Mapping

from conformance.laws.law import blocked_by, law, operation_of, rests_on
from conformance.laws.walks import Walk, even_ends, narrowed, needs_two_pages, same_rows, walks
from conformance.reading.context import Page, RunContext, get, paged, read_page
from conformance.reading.listing import response_excerpt
from conformance.verdict import Finding, Held, Result, not_exercised
from spec import Clause, Operation


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


def _announced(context: RunContext, clause: Clause, which: str) -> Result:
    operation = operation_of(context, clause)
    found = walks(context, operation)
    vacuous = needs_two_pages(found)
    if vacuous:
        return vacuous
    if _left_out(operation, found, which):
        return not_exercised("no-data", f"no page has a {which} field, and the document lets a page leave it out")
    for w in found:
        wrong = wrongly_announced(w, which)
        if wrong:
            return wrong
    for number, last, page in even_ends(context, operation):
        wrong = wrongly_announced(Walk({number: page}, 1, last, last), which)
        if wrong:
            return wrong
    return Held(sum(w.last > 1 for w in found))


def _left_out(operation: Operation, found: list[Walk], which: str) -> bool:
    """True when an optional field is on no page: then its absence has no defined meaning."""
    names = operation.pagination
    if names is None or which not in names.optional:
        return False
    name = names.next if which == "next" else names.previous
    bodies = [page.exchange.response.json for w in found for page in w.pages.values()]
    return not any(isinstance(body, Mapping) and name in body for body in bodies)


def wrongly_announced(w: Walk, which: str) -> Finding | None:
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
    for which in ("next", "previous"):
        wrong = None if _left_out(operation, [w], which) else wrongly_announced(w, which)
        if wrong:
            return wrong
    return None


@law("page.next-link")
@rests_on("page.stable", "page.count", "page.next")
def next_link(context: RunContext, clause: Clause) -> Result:
    """The link to the next page asks for the next page of the same query."""
    return _linked(context, clause, "next")


@law("page.previous-link")
@rests_on("page.stable", "page.count", "page.previous")
def previous_link(context: RunContext, clause: Clause) -> Result:
    """The link to the previous page asks for the previous page of the same query."""
    return _linked(context, clause, "previous")


def _linked(context: RunContext, clause: Clause, which: str) -> Result:
    operation = operation_of(context, clause)
    found = walks(context, operation)
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
            wrong = _misdirected(context, operation, page, number, link, which, size=w.size, follow=follow)
            if wrong:
                return wrong
            checked += 1
    return Held(checked) if checked else blocked_by(context, clause, f"page.{which}", f"no page has a {which} link")


def wrong_links(context: RunContext, operation: Operation, w: Walk) -> Finding | None:
    """The mistake in the links of a walk; those of the second page are followed."""
    for number, page in w.pages.items():
        for which, link in (("next", page.next), ("previous", page.previous)):
            if link is None:
                continue
            wrong = _misdirected(context, operation, page, number, link, which, size=w.size, follow=number == 2)
            if wrong:
                return wrong
    return None


def _misdirected(
    context: RunContext,
    operation: Operation,
    page: Page,
    number: int,
    link: str | int,
    which: str,
    *,
    size: int,
    follow: bool,
) -> Finding | None:
    """What is wrong with a link: its page, its limit, the query that it carries, or what it leads to.

    Another host or path is legal, as in the page's own example, and isn't followed. The limit may be the one
    asked for, or the `size` that the server caps it to.
    """
    names = operation.pagination
    if names is None:
        return None
    if isinstance(link, int) or link.isdecimal():
        target = number + 1 if which == "next" else number - 1
        right = str(link) == str(target)
        return None if right else Finding(f"{which} of page {number} is {target}", f"{link!r}", (page.exchange,))
    sent = page.exchange.request.query
    asked = dict(sent)
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
    for name in asked:
        values = [value for key, value in sent if key == name]
        if name not in (names.page, names.limit) and [value for key, value in carried if key == name] != values:
            kept = "&".join(f"{name}={value!r}" for value in values)
            return Finding(f"{which} keeps {kept}", f"{link!r}", chain)
    base = urllib.parse.urlsplit(context.target.base_url)
    if follow and (parsed.netloc, parsed.path) == (base.netloc, base.path + page.exchange.request.path):
        followed = read_page(operation, context.send(get(operation, tuple(carried))))
        if not followed.is_page:
            return Finding(
                f"following {which} shows page {target}",
                response_excerpt(followed.exchange),
                (*chain, followed.exchange),
            )
        by_number = context.page(operation, paged(operation, sent, page=target))
        if by_number.is_page:
            return same_rows(operation, followed, by_number, f"following {which} shows page {target}")
    return None

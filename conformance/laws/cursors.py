"""Cursors: a place in the list that stays where it is when a row comes in before it."""

from __future__ import annotations

from conformance.laws.law import Phase, blocked_by, law, operation_of
from conformance.laws.links import next_law, next_link
from conformance.laws.pages import complete, disjoint, stable
from conformance.laws.walks import limits_of
from conformance.reading.context import Page, Query, RunContext, get, paged, read_page
from conformance.reading.following import Followed, follow
from conformance.reading.page import led_to
from conformance.reading.sample import identity, sample_of
from conformance.scenarios import ownership_of
from conformance.scenarios.planting import add_rows
from conformance.transport.exchange import Exchange
from conformance.verdict import Finding, Held, Result, not_exercised
from conformance.writing.one_row import operation_for
from spec import Clause, Operation

_RESTS_ON = {
    "page.stable": stable,
    "page.disjoint": disjoint,
    "page.complete": complete,
    "page.next": next_law,
    "page.next-link": next_link,
}


@law("page.insert", phase=Phase.WRITES)
def insert(context: RunContext, clause: Clause) -> Result:
    """After rows came in before it, a cursor leads to the rows that it led to."""
    operation = operation_of(context, clause)
    writer = writer_of(context, operation)
    if writer is None:
        return not_exercised("not-applicable", "this run can insert no row that the list shows")
    # These are judged before anything is written: what they saw is true of the list as it was.
    for kind, judge in _RESTS_ON.items():
        if isinstance(judge(context, clause), Finding):
            return blocked_by(context, clause, kind, "it rests on another clause of the list, which is broken")
    before = _fresh(context, operation)
    if len(before.pages) < 2:
        return not_exercised("no-data", "there are fewer rows than two pages need")
    *_, last, _ = before.pages
    request = get(operation, led_to(operation, last.next, _first_query(context, operation)) or ())
    if not add_rows(context, writer):
        return not_exercised("scenario-incomplete", "the new rows aren't taken")
    ahead = _fresh(context, operation).pages[: len(before.pages) - 1]
    if _theirs(context, operation, ahead) == _theirs(context, operation, before.pages[:-1]):
        return not_exercised("no-witness", "the new rows don't come before the rows that a cursor leads to")
    after = read_page(operation, context.resend(request))
    wanted, shown = (_theirs(context, operation, [page]) for page in (before.pages[-1], after))
    if shown[: len(wanted)] == wanted or (shown and wanted[: len(shown)] == shown):
        return Held(1)
    chain = (before.pages[-1].exchange, after.exchange)
    return Finding(f"the rows that the cursor led to before rows came in: {', '.join(wanted)}", ", ".join(shown), chain)


def writer_of(context: RunContext, operation: Operation) -> Operation | None:
    """The operation that inserts rows into the collection that a list shows."""
    if operation.access is None:
        return None
    collection = operation.access.collection
    found = (operation_for(context, collection, action) for action in ("upserts", "creates"))
    return next((o for o in found if o and o.access and not o.access.parts), None)


def _first_query(context: RunContext, operation: Operation) -> Query:
    limit = limits_of(context, operation)[0]
    return paged(operation, sample_of(context, operation).base, page=1, limit=limit)


def _fresh(context: RunContext, operation: Operation) -> Followed:
    """The pages of a list as it is now."""

    def ask(query: Query) -> Exchange:
        return context.resend(get(operation, query))

    first = read_page(operation, ask(_first_query(context, operation)))
    limit, base = limits_of(context, operation)[0], sample_of(context, operation).base
    return follow(operation, base, first, ask, limit=limit, most=context.budget.walked_pages)


def _theirs(context: RunContext, operation: Operation, pages: list[Page] | tuple[Page, ...]) -> list[str]:
    """The rows on some pages in their order, without those of this run: others of its clauses write them."""
    own = ownership_of(context)
    names = [identity(operation, row) for page in pages for row in page.rows]
    return [name for name in names if not own.owns(name)]

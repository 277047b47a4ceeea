"""Deleting a run's own rows: at its end, after an interruption, and after a crash by its journal.

A key leaves the journal only when lists no longer show its row. Where that can't be seen, the key stays.
"""

from __future__ import annotations

from collections.abc import Sequence

from conformance.oracle.operands import pairs
from conformance.reading.context import Page, Query, RunContext, get, paged, read_page
from conformance.reading.page import led_to
from conformance.reading.page_limits import with_page_limits
from conformance.transport.errors import NotSent, Stopped
from conformance.transport.exchange import Request
from conformance.transport.guard import Ownership
from conformance.transport.journal import forget, journaled
from conformance.transport.keys import NO_SUCH, token_of
from conformance.writing.cleanup_rows import delete_rows
from conformance.writing.read_back import containing, find, reader_of, with_hidden
from conformance.writing.submission import Submission, poll_to_end, send_batch
from spec import Cursor, Operation


def clean_up(context: RunContext, ownership: Ownership) -> list[str]:
    """Delete the rows of all keys in the journal; returns the keys whose rows may still exist.

    The run's limits don't apply: planted rows are deleted in any case.
    """
    known = journaled(ownership.path, ownership.base_url)
    if not known and not ownership.made.left():
        return []
    context, _ = with_page_limits(context, written=True)
    rows = delete_rows(context, ownership)
    keys = [key for key in known if NO_SUCH not in key and ownership.owns(key)]
    runs = {token for key in known if (token := token_of(key))}
    left: dict[str, None] = {}
    for operation, deletes in _collections(context):
        left |= dict.fromkeys(
            _delete(context, operation, keys, runs, ownership)
            if deletes
            else _present(context, operation, keys, runs, ownership)
        )
    ownership.journal.note(list(left))  # also rows that the server itself made
    forget(ownership.path, ownership.base_url, list(left), rows)
    return [*left, *map(" ".join, rows), *_unnamed(ownership)]


def _unnamed(ownership: Ownership) -> list[str]:
    """What is said of rows that may have been created, and that nothing tells from those of others."""
    number = ownership.made.unnamed
    return [f"{number} rows that creates were answered with, and that don't hold this run's token"] if number else []


def _collections(context: RunContext) -> list[tuple[Operation, bool]]:
    """An operation for each collection with writes, and whether it deletes. One that deletes is preferred."""
    found: dict[str, tuple[Operation, bool]] = {}
    for operation in context.contract.operations:
        if operation.access is None or not operation.access.in_batches:
            continue
        name, deletes = operation.access.collection.name, operation.access.action == "deletes"
        if deletes or name not in found:
            found[name] = (operation, deletes)
    return list(found.values())


def _delete(
    context: RunContext, operation: Operation, keys: list[str], runs: set[str], ownership: Ownership
) -> list[str]:
    clock, budget = context.target.clock, context.budget
    there = keys or _present(context, operation, [], runs, ownership)
    tries, until, at_once = 0, clock.monotonic() + budget.delete_patience, budget.deleted_at_once
    while there and tries < budget.vain_deletes:
        try:
            sent = _send(context, operation, there, at_once)
        except Stopped:
            return there
        except NotSent:  # the API key may not write, or may no longer
            return _present(context, operation, there, runs, ownership)
        if at_once > 1 and not sent[-1].accepted:
            # The batch is too large, or the server refuses one of its keys.
            at_once = max(1, at_once // budget.smaller_delete)
            continue
        asked, there = there, _present(context, operation, there, runs, ownership)
        # Queued deletes may still finish; deleting rows may reveal others.
        in_vain = set(asked) <= set(there) and all(batch.over or not batch.accepted for batch in sent)
        slow = clock.monotonic() > until and len(there) > budget.delete_progress * len(asked)
        tries += in_vain or slow
    if there:
        # Rows move up in the list while others are deleted, so one read may miss some.
        there = sorted({*there, *_present(context, operation, there, runs, ownership)})
    return there


def _send(context: RunContext, operation: Operation, keys: Sequence[str], at_once: int) -> list[Submission]:
    """Delete keys in batches of this size, and wait for their end. A refused batch is the last one."""
    if operation.access is None:
        return []
    field, sent, refusals = operation.access.collection.key, list[Submission](), 0
    for start in range(0, len(keys), at_once):
        items = [{field: key} for key in keys[start : start + at_once]]
        sent.append(send_batch(context, operation, items))
        refusals = 0 if sent[-1].accepted else refusals + 1
        if refusals >= (1 if at_once > 1 else context.budget.refused_deletes):
            break
    until = context.target.clock.monotonic() + context.budget.delete_check
    return [
        poll_to_end(context, operation, batch, patience=max(0.0, until - context.target.clock.monotonic()))
        for batch in sent
    ]


def _present(
    context: RunContext, operation: Operation, keys: list[str], runs: set[str], ownership: Ownership
) -> list[str]:
    """The keys that may still have a row, and keys of ours that the server itself made.

    The keys of one run are looked up together by its token, and a few of them one by one as well. If one is found
    only that way, the filter is broken and all are looked up one by one. Without a list to read, all of the keys.
    """
    if reader_of(context, operation) is None:
        return keys
    try:
        together = [shown for run in runs if (shown := _holding(context, operation, run)) is not None]
        found = set().union(*together)
        few = context.budget.deleted_alone
        sample = keys[:: max(1, len(keys) // few)][:few]
        alone = _one_by_one(context, operation, sample)
        if len(together) < len(runs) or alone - found:
            alone |= _one_by_one(context, operation, [key for key in keys if key not in sample])
    except Stopped:
        return keys
    return sorted(key for key in found | alone if ownership.owns(key))


def _one_by_one(context: RunContext, operation: Operation, keys: list[str]) -> set[str]:
    """The keys that have a row, or whose row can't be looked up."""
    reader = reader_of(context, operation)
    there: set[str] = set()
    for key in keys:
        seen = find(context, operation, key, expected=None)
        if seen.rows or not (reader and _shows([read_page(reader, exchange) for exchange in seen.chain])):
            there.add(key)
    return there


def _shows(pages: Sequence[Page]) -> bool:
    """True when the pages of a list could be read. Those of its hidden rows may be refused."""
    return bool(pages) and pages[0].is_page and all(page.is_page or page.exchange.response.refused for page in pages)


def _holding(context: RunContext, operation: Operation, text: str) -> set[str] | None:
    """The keys that contain a text, by the list's own filters. None without such a filter, or when it fails."""
    reader = reader_of(context, operation)
    if reader is None or operation.access is None:
        return None
    field = operation.access.collection.key
    together = containing(reader, field)
    if together is None:
        return None
    plain: Query = pairs(together, None, text)
    found: set[str] = set()
    for query in (plain, *with_hidden(reader, plain)):
        shown = _to_the_end(context, reader, query, field, text)
        if shown is None:
            return None
        found |= shown
    return found


def _to_the_end(context: RunContext, reader: Operation, query: Query, field: str, text: str) -> set[str] | None:
    """The keys on every page of a query. None when a page fails or shows a key without the text."""
    found: set[str] = set()
    number, size = 1, None
    request: Request | None = context.large_page_request(reader, query, number)
    while request is not None:
        page = read_page(reader, context.resend(request))
        if not page.is_page:
            # A refusal counts as an empty page: after the last one, and for hidden rows.
            beyond = number > 1 or len(query) > 1
            return found if beyond and page.exchange.response.refused else None
        new = {str(row.get(field)) for row in page.rows} - found
        if any(text.casefold() not in key.casefold() for key in new):
            return None
        found |= new
        # A server may show the same rows for ever.
        if not new or (page.next is None and page.count is not None and len(found) >= page.count):
            return found
        number, size = number + 1, size or len(page.rows)
        request = _next_request(context, reader, query, page, number, size)
    return found


def _next_request(
    context: RunContext, reader: Operation, query: Query, page: Page, number: int, size: int
) -> Request | None:
    """The request for the page after another one; None where a cursor leads no further."""
    if reader.pagination is None or not isinstance(reader.pagination.form, Cursor):
        return context.large_page_request(reader, query, number, size=size)
    after = led_to(reader, page.next, paged(reader, query, page=1, limit=context.budget.page_rows))
    return None if after is None else get(reader, after)

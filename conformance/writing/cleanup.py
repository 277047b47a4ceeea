"""Taking away what a run planted: at its end, when it breaks off, and after a crash by its journal."""

from __future__ import annotations

from conformance.reading.context import Query, RunContext
from conformance.reading.listing import listing
from conformance.reading.page_limits import with_page_limits
from conformance.transport.errors import NotSent, Stopped
from conformance.transport.guard import Ownership
from conformance.transport.journal import forget, journaled
from conformance.transport.keys import NO_SUCH, token_of
from conformance.writing.read_back import containing, find, reader_of, with_hidden
from conformance.writing.submission import Submission, submit
from spec import Operation

AT_ONCE = 200
"""Rows that one batch takes away; fewer where a server doesn't take so many."""

PATIENCE = 90.0
"""Seconds that deletes may wait behind other batches, and be worked on."""

AT_A_TIME = 20.0
"""Seconds after which it is looked for what is still there, whether or not the deletes are over."""

TRIES = 3
"""Times that rows are asked to be deleted and don't go."""

SAMPLED = 2
"""Keys that are also looked for one by one."""


def clean_up(context: RunContext, ownership: Ownership) -> list[str]:
    """Delete every key of the journal that has a row, and give those that are still there afterwards.

    The budgets of the run don't hold here: what was planted is taken away in any case.
    """
    known = journaled(ownership.path, ownership.base_url)
    context, _ = with_page_limits(context) if known else (context, [])
    keys = [key for key in known if NO_SUCH not in key and ownership.owns(key)]
    runs = {token for key in known if (token := token_of(key))}
    left: list[str] = []
    for operation in context.contract.operations:
        if operation.access and operation.access.action == "deletes":
            left += _delete(context, operation, keys, runs, ownership)
    forget(ownership.path, ownership.base_url, left)
    return left


def _delete(
    context: RunContext, operation: Operation, keys: list[str], runs: set[str], ownership: Ownership
) -> list[str]:
    if operation.access is None:
        return []
    field = operation.access.collection.key
    there = keys or _present(context, operation, [], runs, ownership)
    tries, until, at_once = 0, context.target.clock.monotonic() + PATIENCE, AT_ONCE
    while there and tries < TRIES:
        batches = [there[start : start + at_once] for start in range(0, len(there), at_once)]
        sent: list[Submission] = []
        try:
            for keys in batches:
                sent.append(submit(context, operation, [{field: key} for key in keys], patience=AT_A_TIME))
                if sent[-1].exchange.response.refused and len(keys) > 1:
                    break
        except Stopped:
            return there
        except NotSent:  # the key may not write, so it hasn't, or may no longer
            return _present(context, operation, there, runs, ownership)
        if len(batches[len(sent) - 1]) > 1 and sent[-1].exchange.response.refused:
            # So many aren't taken at once, or not with one of them.
            at_once = max(1, at_once // 4)
            continue
        asked, there = there, _present(context, operation, there, runs, ownership)
        # Deletes that wait behind other batches may still come to pass, and new rows to light when others go.
        in_vain = set(asked) <= set(there) and all(batch.over for batch in sent)
        tries += in_vain or context.target.clock.monotonic() > until
    return there


def _present(
    context: RunContext, operation: Operation, keys: list[str], runs: set[str], ownership: Ownership
) -> list[str]:
    """Those of the keys that have a row now, and rows of ours that a server made where it shouldn't have.

    Keys of one run are looked for together by its token, and a few of them one by one as well: where those are
    found and weren't before, the filter is broken and all are looked for one by one. Where nothing can be asked
    it is all of the keys.
    """
    try:
        together = [shown for run in runs if (shown := _holding(context, operation, run)) is not None]
        found = set().union(*together)
        sample = keys[:: max(1, len(keys) // SAMPLED)][:SAMPLED]
        alone = _one_by_one(context, operation, sample)
        if len(together) < len(runs) or alone - found:
            alone |= _one_by_one(context, operation, [key for key in keys if key not in sample])
    except Stopped:
        return keys
    return sorted(key for key in found | alone if ownership.owns(key))


def _one_by_one(context: RunContext, operation: Operation, keys: list[str]) -> set[str]:
    return {key for key in keys if find(context, operation, key, expected=None).rows}


def _holding(context: RunContext, operation: Operation, text: str) -> set[str] | None:
    """The keys of rows that hold a text, by the list's own filters; None when there is no such filter, or it fails."""
    reader = reader_of(context, operation)
    if reader is None or operation.access is None:
        return None
    field = operation.access.collection.key
    together = containing(reader, field)
    if together is None:
        return None
    plain: Query = ((together.parameter, text),)
    found: set[str] = set()
    for query in (plain, *with_hidden(reader, plain)):
        shown = listing(context.replay_context(), reader, query)
        if query == plain and not shown.first.is_page:
            return None
        found.update(str(row.get(field)) for row in shown.rows.values())
    return found

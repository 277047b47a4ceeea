"""Taking away what a run planted: at its end, when it breaks off, and after a crash by its journal."""

from __future__ import annotations

from conformance.answers import listing
from conformance.ask import Ask, Query
from conformance.batches import find, reader_of, submit
from conformance.lookups import hidden_values
from conformance.ownership import NO_SUCH, Ownership, forget, journaled, token_of
from conformance.target import NotSent, Stopped
from spec import Operation

AT_ONCE = 200
"""Rows that one batch takes away."""

PATIENCE = 90.0
"""Seconds that the batch which takes them away may wait behind others, and be worked on."""

SAMPLED = 4
"""Keys that are also looked for one by one."""


def clean_up(ask: Ask, ownership: Ownership) -> list[str]:
    """Delete every key of the journal that has a row, and give those that are still there afterwards.

    The budgets of the run don't hold here: what was planted is taken away in any case.
    """
    known = journaled(ownership.path, ownership.base_url)
    keys = [key for key in known if NO_SUCH not in key and ownership.owns(key)]
    runs = {token for key in known if (token := token_of(key))}
    left: list[str] = []
    for operation in ask.contract.operations:
        if operation.access and operation.access.action == "deletes":
            left += _delete(ask, operation, keys, runs, ownership)
    forget(ownership.path, ownership.base_url, left)
    return left


def _delete(ask: Ask, operation: Operation, keys: list[str], runs: set[str], ownership: Ownership) -> list[str]:
    if operation.access is None:
        return []
    field = operation.access.collection.key
    there = keys
    for _ in range(3):
        for start in range(0, len(there), AT_ONCE):
            try:
                submit(ask, operation, [{field: key} for key in there[start : start + AT_ONCE]], patience=PATIENCE)
            except (Stopped, NotSent):
                return there
        there = _present(ask, operation, there, runs, ownership)
        if not there:
            break
    return there


def _present(ask: Ask, operation: Operation, keys: list[str], runs: set[str], ownership: Ownership) -> list[str]:
    """Those of the keys that have a row now, and rows of ours that a server made where it shouldn't have.

    Keys of one run are looked for together by its token, and a few of them one by one as well, in
    case the filter that does it is broken. Where nothing can be asked it is all of the keys.
    """
    found: set[str] = set()
    try:
        together = [shown for run in runs if (shown := _holding(ask, operation, run)) is not None]
        one_by_one = keys if len(together) < len(runs) else keys[:: max(1, len(keys) // SAMPLED)]
        found.update(*together)
        found.update(key for key in one_by_one if find(ask, operation, key, expected=False).rows)
    except Stopped:
        return keys
    return sorted(key for key in found if ownership.owns(key))


def _holding(ask: Ask, operation: Operation, text: str) -> set[str] | None:
    """The keys of rows that hold a text, by the list's own filters; None when there is no such filter."""
    reader = reader_of(ask, operation)
    if reader is None or operation.access is None:
        return None
    field = operation.access.collection.key
    containing = next((f for f in reader.filters if f.field == field and f.lookup in ("icontains", "contains")), None)
    if containing is None:
        return None
    queries: list[Query] = [((containing.parameter, text),)]
    queries += [
        ((containing.parameter, text), (f.parameter, value))
        for f in reader.filters
        if f.hidden
        for value in hidden_values(f)
    ]
    found: set[str] = set()
    for query in queries:
        shown = listing(ask.fresh(), reader, query)
        found.update(str(row.get(field)) for row in shown.rows.values())
    return found

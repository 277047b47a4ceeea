"""Taking away what a run planted: at its end, when it breaks off, and after a crash by its journal."""

from __future__ import annotations

from conformance.ask import Ask
from conformance.batches import find, submit
from conformance.ownership import NO_SUCH, Ownership, forget, journaled
from conformance.target import NotSent, Stopped
from spec import Operation

AT_ONCE = 200
"""Rows that one batch takes away."""


def clean_up(ask: Ask, ownership: Ownership) -> list[str]:
    """Delete every key of the journal that has a row, and give those that are still there afterwards.

    The budgets of the run don't hold here: what was planted is taken away in any case.
    """
    keys = [key for key in journaled(ownership.path, ownership.base_url) if NO_SUCH not in key]
    left: list[str] = []
    for operation in ask.contract.operations:
        if operation.access and operation.access.action == "deletes":
            left += _delete(ask, operation, keys)
    forget(ownership.path, ownership.base_url, left)
    return left


def _delete(ask: Ask, operation: Operation, keys: list[str]) -> list[str]:
    if operation.access is None:
        return []
    field = operation.access.collection.key
    there = keys
    for _ in range(3):
        for start in range(0, len(there), AT_ONCE):
            try:
                submit(ask, operation, [{field: key} for key in there[start : start + AT_ONCE]])
            except (Stopped, NotSent):
                return there
        there = _present(ask, operation, there)
        if not there:
            break
    return there


def _present(ask: Ask, operation: Operation, keys: list[str]) -> list[str]:
    """Those of the keys that have a row now; where that can't be asked, all of them."""
    try:
        return [key for key in keys if find(ask, operation, key, expected=False).rows]
    except Stopped:
        return keys

"""Faults over several writes: deletes, rows that are inserted again, repetitions."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from sqlalchemy import and_, column

from conformance.sandbox.batches import Reasons
from conformance.sandbox.behaviour import Conditions
from conformance.sandbox.faults.fault import Case, Change, Family, Named, afresh, at, together
from conformance.sandbox.faults.writes import Apply, applying, key_name
from conformance.sandbox.lookups import Predicate
from conformance.sandbox.writing import Step, find, remove


def history(case: Case) -> Iterator[Named]:
    """Each write is right by itself, and their sequence isn't."""

    def repeated() -> Change:
        seen: set[str] = set()

        def wrong(right: Apply, step: Step) -> Reasons:
            text = json.dumps(step.item, sort_keys=True)
            if text in seen:
                return {}
            seen.add(text)
            return right(step)

        return applying(case, wrong)

    def third_lost() -> Change:
        written: Counter[Any] = Counter()

        def wrong(right: Apply, step: Step) -> Reasons:
            written[step.key] += 1
            return {} if written[step.key] == 3 else right(step)

        return applying(case, wrong)

    yield "repetition-ignored", "an item that was sent before is ignored, whatever came in between", afresh(repeated)
    yield "third-lost", "the third write of a row is lost", afresh(third_lost)


def deletes(case: Case) -> Iterator[Named]:
    """Rows that are still there after they were deleted."""

    def hiding() -> Change:
        hidden: set[Any] = set()

        def hide(right: Apply, step: Step) -> Reasons:
            if find(step) is None or step.key in hidden:
                return step.fails(step.shape.key.name, "unknown-row")
            hidden.add(step.key)
            return {}

        def unless_filtered(right: Callable[[Conditions], Predicate], many: Conditions) -> Predicate:
            honest = right(many)
            if any(not condition.by_default for condition, _ in many) or not hidden:
                return honest
            return and_(honest, column(key_name(case)).not_in(hidden))

        def show_again(right: Apply, step: Step) -> Reasons:
            hidden.discard(step.key)
            return right(step)

        return together(
            applying(case, hide),
            *(at(reader, "combine", unless_filtered) for reader in case.readers),
            *(at(writer, "apply", show_again) for writer in case.upserts),
        )

    yield (
        "ignored",
        "a row is counted as deleted and stays",
        applying(case, lambda right, step: {} if find(step) else right(step)),
    )
    yield "still-filtered", "a deleted row is still shown where a filter finds it", afresh(hiding)


def recreate(case: Case) -> Iterator[Named]:
    """Rows that don't come back as new ones."""

    def remembering(again: Callable[[Apply, Step, Mapping[str, Any]], Reasons]) -> Change:
        def make() -> Change:
            gone: dict[Any, Mapping[str, Any]] = {}

            def forget(right: Apply, step: Step) -> Reasons:
                before = find(step)
                reasons = right(step)
                if before and not reasons:
                    gone[step.key] = before
                return reasons

            def come_back(right: Apply, step: Step) -> Reasons:
                before = gone.get(step.key)
                return again(right, step, before) if before and find(step) is None else right(step)

            return together(applying(case, forget), *(at(writer, "apply", come_back) for writer in case.upserts))

        return afresh(make)

    def unseen(right: Apply, step: Step, before: Mapping[str, Any]) -> Reasons:
        reasons = right(step)
        remove(step)
        return reasons

    yield (
        "refused",
        "a row that was deleted can't be inserted again",
        remembering(lambda right, step, before: step.fails(step.shape.key.name, "invalid")),
    )
    yield "lost", "a row that is inserted again is counted as succeeded and isn't there", remembering(unseen)


FAMILIES: Mapping[str, Family] = {
    "write.history": history,
    "write.deletes": deletes,
    "write.recreate": recreate,
}

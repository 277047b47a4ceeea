"""Wrong batches: tickets, counts, and batches that never end."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from conformance.sandbox.batches import RUNNING, BatchView, Reasons
from conformance.sandbox.behaviour import Answer, Asked
from conformance.sandbox.faults.fault import Case, Change, Family, Named, afresh, at
from conformance.sandbox.writing import Step

_SECOND = 1_000_000


def _viewing(case: Case, wrong: Callable[[BatchView], BatchView | None]) -> Change:
    def step(right: Callable[[BatchView], BatchView | None], view: BatchView) -> BatchView | None:
        honest = right(view)
        return wrong(honest) if honest else None

    return at(case.operation, "view", step)


def ticket(case: Case) -> Iterator[Named]:
    """A 202 without a usable ticket."""

    def step(right: Callable[[Asked, Answer], Answer], asked: Asked, answer: Answer) -> Answer:
        honest = right(asked, answer)
        return replace(honest, body={}) if honest.status < 300 else honest

    def nothing(right: Callable[[Asked, Answer], Answer], asked: Asked, answer: Answer) -> Answer:
        honest = right(asked, answer)
        return replace(honest, body=dict.fromkeys(honest.body)) if honest.status < 300 else honest

    yield "missing", "the answer holds no ticket", at(case.operation, "answer", step)
    yield "null", "the ticket is null", at(case.operation, "answer", nothing)


def found(case: Case) -> Iterator[Named]:
    """A ticket that no status operation knows."""
    yield "lost", "the status operation never knows the batch", _viewing(case, lambda _: None)


def own_id(case: Case) -> Iterator[Named]:
    """A batch that shows another id."""
    yield (
        "another",
        "the batch shows another id",
        _viewing(case, lambda view: replace(view, id=str(uuid.uuid5(uuid.NAMESPACE_OID, view.id)))),
    )


def ends(case: Case) -> Iterator[Named]:
    """A batch that never ends."""

    def stuck(view: BatchView) -> BatchView:
        if not view.total:
            return view
        left = replace(view, status=RUNNING, took=None, files=frozenset({"request"}))
        if view.succeeded:
            return replace(left, succeeded=view.succeeded - 1)
        return replace(left, failed=max(0, view.failed - 1))

    yield "stuck", "the last item is never done", _viewing(case, stuck)


def total(case: Case) -> Iterator[Named]:
    """A total that isn't the number of items."""

    def off_by_one(view: BatchView) -> BatchView:
        return replace(view, total=view.total + 1, succeeded=view.succeeded + 1) if view.over else view

    def zero_first(view: BatchView) -> BatchView:
        empty = replace(view, total=0, succeeded=0, failed=0, status=RUNNING, took=None, files=frozenset({"request"}))
        return view if view.looks else empty

    yield "zero-at-first", "the first look shows a total of 0", _viewing(case, zero_first)
    yield "one-more", "total and succeeded are one too many", _viewing(case, off_by_one)


def monotone(case: Case) -> Iterator[Named]:
    """Numbers that fall, or are more than there are items."""

    def falls_back(view: BatchView) -> BatchView:
        if view.looks > 1 or view.total < 2:
            return view
        begun = replace(view, failed=0, status=RUNNING, took=None, files=frozenset({"request"}))
        return replace(begun, succeeded=view.total - 1 if view.looks == 0 else 0)

    def too_many(view: BatchView) -> BatchView:
        if view.looks or not view.total:
            return view
        begun = replace(view, status=RUNNING, took=None, files=frozenset({"request"}))
        return replace(begun, succeeded=view.total, failed=1)

    yield "falls-back", "succeeded falls back to 0 on the second look", _viewing(case, falls_back)
    yield "too-many", "the first look counts more items than there are", _viewing(case, too_many)


def final(case: Case) -> Iterator[Named]:
    """A batch that goes on after its end."""

    def changing(shift: Callable[[BatchView], BatchView]) -> Change:
        def remembering() -> Change:
            over: set[str] = set()

            def wrong(view: BatchView) -> BatchView:
                if view.over and view.id in over:
                    return shift(view)
                if view.over:
                    over.add(view.id)
                return view

            return _viewing(case, wrong)

        return afresh(remembering)

    def swapped(view: BatchView) -> BatchView:
        return replace(view, succeeded=view.failed, failed=view.succeeded)

    def reset(view: BatchView) -> BatchView:
        return replace(view, succeeded=0, failed=0, status=RUNNING, took=None, files=frozenset({"request"}))

    def returning() -> Change:
        looks: Counter[str] = Counter()

        def wrong(view: BatchView) -> BatchView:
            looks[view.id] += view.over
            return replace(view, status=RUNNING) if view.over and looks[view.id] % 2 == 0 else view

        return _viewing(case, wrong)

    yield "returns", "once it was seen over, its status changes back at every other look", afresh(returning)
    yield "swapped", "once it was seen over, succeeded and failed are swapped", changing(swapped)
    yield "begins-again", "once it was seen over, it begins again", changing(reset)


def all_good(case: Case) -> Iterator[Named]:
    """A good item that is counted as bad."""

    def one_failed(view: BatchView) -> BatchView:
        if view.over and view.succeeded and not view.failed:
            return replace(view, succeeded=view.succeeded - 1, failed=1)
        return view

    yield "one-failed", "one good item is counted as failed", _viewing(case, one_failed)


def mixed(case: Case) -> Iterator[Named]:
    """Items that are counted where they don't belong."""

    def one_off(view: BatchView) -> BatchView:
        if view.over and view.succeeded and view.failed:
            return replace(view, succeeded=view.succeeded - 1, failed=view.failed + 1)
        return view

    def all_failed(view: BatchView) -> BatchView:
        return replace(view, succeeded=0, failed=view.total) if view.over and view.failed else view

    def bad_forgotten(view: BatchView) -> BatchView:
        return replace(view, failed=0, status=RUNNING, took=None) if view.failed else view

    def good_only(view: BatchView) -> BatchView:
        return replace(view, total=view.succeeded, failed=0) if view.over else view

    access = case.operation.access
    if access and (access.parts or access.action == "deletes"):
        # An item for a row that there isn't is surely bad. What else is bad, a client sees by these numbers alone.
        yield "bad-forgotten", "items that failed are never counted", _viewing(case, bad_forgotten)
        yield "good-only", "items that failed aren't in the total either", _viewing(case, good_only)
    yield "one-off", "beside items that failed, one good item counts as failed", _viewing(case, one_off)
    yield "all-failed", "one bad item makes all of them count as failed", _viewing(case, all_failed)


def isolated(case: Case) -> Iterator[Named]:
    """A bad item that takes the ones after it with it."""

    def skips(right: Callable[[Step], Reasons], step: Step) -> Reasons:
        return {} if step.failed_before else right(step)

    def stops(right: Callable[[Step], Reasons], step: Step) -> Reasons:
        return step.fails("item", "invalid") if step.failed_before else right(step)

    yield (
        "skipped-after-bad",
        "items after a bad one are counted as succeeded and not applied",
        at(case.operation, "apply", skips),
    )
    yield "failed-after-bad", "items after a bad one fail with it", at(case.operation, "apply", stops)


def times(case: Case) -> Iterator[Named]:
    """Times in the wrong order."""
    yield (
        "backwards",
        "created_at is after updated_at",
        _viewing(case, lambda view: replace(view, created=view.updated + 60 * _SECOND)),
    )


FAMILIES: Mapping[str, Family] = {
    "batch.ticket": ticket,
    "batch.found": found,
    "batch.own-id": own_id,
    "batch.ends": ends,
    "batch.total": total,
    "batch.monotone": monotone,
    "batch.final": final,
    "batch.all-good": all_good,
    "batch.mixed": mixed,
    "batch.isolated": isolated,
    "batch.times": times,
}

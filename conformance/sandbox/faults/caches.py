"""Caches whose keys leave something out, or that know nothing of writes."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import replace

from conformance.sandbox.behaviour import Answer, Asked
from conformance.sandbox.faults.fault import Case, Change, Family, Named, afresh, at, together
from conformance.sandbox.pages import Page
from conformance.sandbox.query import Query
from spec import Cursor, Operation


def _cached(operation: Operation, key: Callable[[Asked], Hashable], serves: Callable[[Answer], bool]) -> Change:
    """What was once shown under a key is shown again, in place of an answer that the cache serves for."""

    def remembering() -> Change:
        shown: dict[Hashable, Answer] = {}

        def wrong(right: Callable[[Asked, Answer], Answer], asked: Asked, answer: Answer) -> Answer:
            honest, name = right(asked, answer), key(asked)
            if name in shown and serves(honest):
                return shown[name]
            if honest.status < 300:
                shown[name] = honest
            return honest

        return at(operation, "answer", wrong)

    return afresh(remembering)


def _whole_query(asked: Asked) -> Hashable:
    return tuple(asked.pairs), tuple(asked.path.items())


def without_key(case: Case) -> Iterator[Named]:
    """A cache in front of the check of the key."""
    if case.operation.pagination:
        # What was asked isn't read before the key is: the cache knows the path alone.
        refused = _cached(case.operation, lambda asked: tuple(asked.path.items()), lambda answer: answer.status == 401)
        yield "cached", "the list that was shown first is shown to anybody", refused


def without_page(case: Case) -> Iterator[Named]:
    """A cache whose key has the filters and the limit, and not the page."""
    form = case.operation.pagination.form if case.operation.pagination else None
    if form is None or isinstance(form, Cursor):
        return
    page = form.parameter

    def others(asked: Asked) -> Hashable:
        return tuple(pair for pair in asked.pairs if pair[0] != page)

    again = _cached(case.operation, others, lambda answer: answer.status < 300)
    yield "cached", "the page that was asked for first is shown for every page", again


def without_writes(case: Case) -> Iterator[Named]:
    """A cache that no write empties."""
    readers = [reader for reader in case.readers if reader.pagination]
    stale = together(*(_cached(one, _whole_query, lambda answer: answer.status < 300) for one in readers))
    if readers:
        yield "cached", "lists that were shown before the write are shown after it as they were", stale


def counted_once(case: Case) -> Iterator[Named]:
    """A cache of counts, which are dear, that no write empties."""

    def remembering() -> Change:
        counts: dict[Hashable, int] = {}

        def wrong(right: Callable[[Query, Page], Page], query: Query, page: Page) -> Page:
            honest = right(query, page)
            return replace(honest, count=counts.setdefault(query.pairs, honest.count)) if honest.rows else honest

        return together(*(at(reader, "page", wrong) for reader in case.readers if reader.pagination))

    yield "count-cached", "the rows of a list are new, and its count is the one before the write", afresh(remembering)


FAMILIES: Mapping[str, Family] = {
    "auth.missing-key": without_key,
    "page.disjoint": without_page,
    "write.inserts": counted_once,
    "write.updates": without_writes,
    "write.deletes": without_writes,
}

"""Wrong searches."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from sqlalchemy import and_, false, func, not_, true

from conformance.sandbox import conditions, lookups
from conformance.sandbox.faults.fault import Case, Change, Family, Named, at, obeying
from conformance.sandbox.lookups import Predicate, some
from conformance.sandbox.query import Pairs, Search
from conformance.sandbox.tables import Shape


def _searching(case: Case, wrong: Callable[[Predicate, Shape, Search], Predicate]) -> Change:
    return at(case.operation, "search", lambda right, shape, search: wrong(right(shape, search), shape, search))


def _in_fields(case: Case, lookup: str, fields: slice = slice(None)) -> Change:
    def wrong(_: Predicate, shape: Shape, search: Search) -> Predicate:
        columns = (shape.fields[name].column for name in search.fields[fields])
        return some(lookups.predicate(column, "text", lookup, search.value) for column in columns)

    return _searching(case, wrong)


def finds(case: Case) -> Iterator[Named]:
    """A search that doesn't find what is there."""

    def parts_only(right: Predicate, shape: Shape, search: Search) -> Predicate:
        columns = (shape.fields[name].column for name in search.fields)
        return and_(right, not_(some(lookups.predicate(column, "text", "iexact", search.value) for column in columns)))

    yield "parts-only", "a text that is the whole of a field isn't found", _searching(case, parts_only)
    if len(case.parameter.search) > 1:
        yield "last-field", "only the last of the fields is searched", _in_fields(case, "icontains", slice(-1, None))


def selective(case: Case) -> Iterator[Named]:
    """A search that doesn't select."""
    yield "ignored", "every search finds every row", _searching(case, lambda *_: true())
    if case.operation.pagination:
        yield "first-page-only", "the text counts on the first page only", _first_page_only(case)


def _first_page_only(case: Case) -> Change:
    page = case.operation.pagination.form.parameter if case.operation.pagination else None

    def forgetting(asked: Pairs) -> Pairs:
        later = any(name == page and value != "1" for name, value in asked)
        return tuple((n, "" if later and n == case.parameter.name else v) for n, v in asked)

    return obeying(case.operation, forgetting)


def sound(case: Case) -> Iterator[Named]:
    """A search that finds too much."""

    def any_word(_: Predicate, shape: Shape, search: Search) -> Predicate:
        words = search.value.split() or [search.value]
        return some(conditions.search(shape, replace(search, value=word)) for word in words)

    def beginning(_: Predicate, shape: Shape, search: Search) -> Predicate:
        return conditions.search(shape, replace(search, value=search.value[: max(1, len(search.value) // 2)]))

    yield "any-word", "one of several words is enough", _searching(case, any_word)
    yield "half", "the first half of the value is enough", _searching(case, beginning)
    yield "ignored", "every search finds every row", _searching(case, lambda *_: true())


def complete(case: Case) -> Iterator[Named]:
    """A search that finds too little."""
    yield "nothing", "nothing is ever found", _searching(case, lambda *_: false())
    yield "whole-value", "only a field's whole value is found", _in_fields(case, "iexact")
    yield "beginning", "only the beginning of a field is searched", _in_fields(case, "istartswith")
    yield "first-field", "only the first of the fields is searched", _in_fields(case, "icontains", slice(0, 1))
    if case.parameter.by_words:
        yield "one-text", "the words are looked for as one text", _in_fields(case, "icontains")


def case_folding(case: Case) -> Iterator[Named]:
    """A search in which upper and lower case aren't equal."""

    def ascii_only(_: Predicate, shape: Shape, search: Search) -> Predicate:
        columns = (shape.fields[name].column for name in search.fields)
        return some(func.instr(func.lower(column), func.lower(search.value)) > 0 for column in columns)

    yield "told-apart", "the search is case-sensitive", _in_fields(case, "contains")
    yield "ascii-only", "only the letters A to Z are taken as equal in both cases", _searching(case, ascii_only)


FAMILIES: Mapping[str, Family] = {
    "search.finds": finds,
    "search.selective": selective,
    "search.sound": sound,
    "search.complete": complete,
    "search.case": case_folding,
}

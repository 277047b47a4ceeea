"""Wrong filters that a language, a store or a framework makes natural: the faults to `oracle/mutants/stacks.py`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace

from sqlalchemy import Float, and_, cast, func, or_
from sqlalchemy.sql import ColumnElement

from conformance.sandbox.faults.fault import Case, Change, Named, at, named, obeying
from conformance.sandbox.lookups import COMPARISONS, Comparison, Predicate, unless
from conformance.sandbox.pages import Page
from conformance.sandbox.query import Condition, Pairs, Query
from conformance.sandbox.tables import Shape

_BETWEEN_WORDS = "-_/.,;&"
_NUMBER = r"[+-]?\d+(\.\d+)?([eE][+-]?\d+)?"
Compared = Callable[[Predicate, Shape, Condition], Predicate]


def text(
    lookup: str, compared: Callable[[Comparison], Compared], *, numbers: bool
) -> Iterator[tuple[str, str, Compared]]:
    """Wrong comparisons of texts, each with its name; `compared` makes one of the condition's column and value.

    `numbers`: among the texts are some that look like numbers. Names and codes seldom do.
    """
    base = lookup.removeprefix("i")
    if base == "contains":

        def later(column: ColumnElement[object], value: str) -> Predicate:
            folded = (func.fold(column), func.fold(value)) if lookup != base else (column, value)
            return func.instr(*folded) > 1

        yield "not-at-start", "a match at the very beginning isn't found, as by `if (indexOf())`", compared(later)
    if base == "endswith":

        def last_index(column: ColumnElement[object], value: str) -> Predicate:
            absent = and_(func.length(column) == len(value) - 1, func.instr(column, value) == 0)
            return or_(COMPARISONS["endswith"](column, value), absent)

        if lookup == base:
            wrong = compared(last_index)
            yield "one-longer", "a value longer by one letter matches, as by `lastIndexOf() == difference`", wrong
    if base == "exact" and lookup == base:

        def a_word(column: ColumnElement[object], value: str) -> Predicate:
            apart: ColumnElement[object] = column
            for between in _BETWEEN_WORDS:
                apart = func.replace(apart, between, " ")
            return or_(COMPARISONS["exact"](column, value), func.instr(" " + apart + " ", f" {value} ") > 0)

        yield "a-word", "one word of the text is enough, as in an analysed field", compared(a_word)
    if base == "exact" and lookup == base and numbers:

        def numeric(column: ColumnElement[object], value: str) -> Predicate:
            same = COMPARISONS["exact"](column, value)
            if not re.fullmatch(_NUMBER, value, re.ASCII):
                return same
            looks = and_(unless(column.op("GLOB")("*[^0-9.]*")), column != "")
            return or_(same, and_(looks, cast(column, Float) == float(value)))

        yield "numbers-equal", "texts that are numbers compare as numbers, so 007 equals 7", compared(numeric)

        def zero(column: ColumnElement[object], value: str) -> Predicate:
            same = COMPARISONS["exact"](column, value)
            return same if re.fullmatch(_NUMBER, value, re.ASCII) else or_(same, column == "0")

        yield "zero-equals-text", "a text that is no number equals the number 0", compared(zero)


def many(case: Case, listed: Callable[[Callable[[list[str]], list[str]]], Change]) -> Iterator[Named]:
    """Lists that are cut, or whose values are compared as texts, or that count a value twice."""
    yield "first-ten", "only the first ten values of the list count", listed(lambda values: values[:10])
    if case.filter.schema.get("format") == "uuid" or "uuid" in str(case.filter.schema):
        lower = listed(lambda values: [value for value in values if value == value.lower()] or ["-"])
        yield "ids-as-text", "an id in upper case matches nothing", lower
    yield "counted-twice", "a value that is listed twice counts its rows twice", _counted_twice(case)


def _counted_twice(case: Case) -> Change:
    name, between = case.filter.parameter, case.filter.delimiter

    def wrong(right: Callable[[Query, Page], Page], query: Query, page: Page) -> Page:
        given = [value for n, value in query.pairs if n == name]
        values = given[0].split(between) if given and between else given
        shown = right(query, page)
        return shown if len(set(values)) == len(values) else replace(shown, count=shown.count * 2)

    return at(case.operation, "page", wrong)


def unread(case: Case, *, texts: tuple[re.Pattern[str], ...]) -> Iterator[Named]:
    """Parameters that a parser doesn't take for filters."""

    def dropped(when: Callable[[str, str], bool]) -> Change:
        def kept(pairs: Pairs) -> Pairs:
            return tuple((n, v) for n, v in pairs if not (when(n, v) and any(t.fullmatch(n) for t in texts)))

        return obeying(case.operation, kept)

    yield "null-unfiltered", "a filter by the word null is no filter", dropped(lambda _, value: value == "null")
    yield "undefined-unfiltered", "one by undefined is no filter", dropped(lambda _, value: value == "undefined")
    numeric = dropped(lambda _, value: re.fullmatch(_NUMBER, value, re.ASCII) is not None)
    yield "numbers-unfiltered", "a text filter by a number is no filter", numeric
    yield "letter-sets", "[rst] stands for a letter, as in SQL Server's LIKE and in GLOB", _letter_sets(case, texts)
    if any(f.free_key for f in case.operation.filters):
        yield "ascii-keys", "a key with letters beyond ASCII is no filter", dropped(lambda name, _: not name.isascii())
        yield "dotted-keys", "a key with a dot is no filter", dropped(lambda name, _: "." in name)
        yield "dollar-keys", "a key that begins with $ is no filter", dropped(lambda name, _: "__$" in name)
        yield "inherited", "what every object of JavaScript has counts", dropped(_inherits)
        yield "field-keys", "a key that names a field finds the field", _field_keys(case)


def _letter_sets(case: Case, texts: tuple[re.Pattern[str], ...]) -> Change:
    def read(value: str) -> str:
        return re.sub(r"\[([^]^[])[^]^[]*\]", r"\1", value)

    def rewritten(pairs: Pairs) -> Pairs:
        return tuple((n, read(v)) if any(t.fullmatch(n) for t in texts) else (n, v) for n, v in pairs)

    return obeying(case.operation, rewritten)


def _inherits(name: str, value: str) -> bool:
    return "__constructor" in name and value in "function Object() { [native code] }"


def _field_keys(case: Case) -> Change:
    plain = {filter.parameter for filter in case.operation.filters if not filter.free_key}
    keyed = [named(filter) for filter in case.operation.filters if filter.free_key]

    def renamed(pairs: Pairs) -> Pairs:
        def other(name: str) -> str:
            field, _, lookup = name.partition("__")[2].partition("__")
            found = f"{field}__icontains" if lookup else field
            return found if found in plain and any(one.fullmatch(name) for one in keyed) else name

        return tuple((other(name), value) for name, value in pairs)

    return obeying(case.operation, renamed)

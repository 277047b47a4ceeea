"""Mutants that a language, a store or a framework makes natural: how it finds a part, a number, a word, a key."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import zip_longest

from conformance.oracle.lookups import compare, kind_of, meaning
from conformance.oracle.mutants.mutant import Mutant, Reading, Row, reading
from spec import Filter
from spec.patterns import literal

STRANGE_KEY = "$ölçü.b"
"""A key on which several parsers give up: it begins as an operator, has letters beyond ASCII, and a dot."""

INHERITED = "constructor"
"""A name that every object of JavaScript has; read as a text, its value is a function's source."""

_SOURCE = "function Object() { [native code] }"

NO_VALUES = ("null", "undefined")
"""Words that parsers of queries take for the absence of a value."""


def part_mutants(filter: Filter, base: str, fold: Callable[[str], str]) -> Iterator[Mutant]:
    """Positions of a part that are compared with the wrong number."""
    if base == "contains":
        yield reading(filter, "a match at the very beginning isn't found", _texts(_later(fold)))
    if base == "endswith":
        yield reading(filter, "a value longer by one letter matches", _texts(_last_index(fold)))
    if base == "exact":
        yield reading(filter, "texts that are numbers compare as numbers", _texts(_numerically(fold)), is_number)
    if base == "exact" and filter.free_key:
        yield reading(filter, "any text equals the number 0", _zero_is_text(fold), lambda text: not is_number(text))
        yield reading(filter, "numbers have separators of thousands", _separated(fold))


_SET = re.compile(r"\[[^\[\]^]+\]")


def set_mutants(filter: Filter, fold: Callable[[str], str], search: Callable[[str, str], bool]) -> Iterator[Mutant]:
    """Patterns with sets of letters, as SQL Server's LIKE, GLOB and Redis have them: [Rr]ed finds Red.

    `search` looks for a regular expression in a text.
    """

    def shown(value: str, operand: str) -> bool:
        wanted = fold(operand)
        others = (literal(part) for part in _SET.split(wanted))
        sets = (f"[{''.join(map(literal, found[1:-1]))}]" for found in _SET.findall(wanted))
        expression = "".join(part for pair in zip_longest(others, sets, fillvalue="") for part in pair)
        return search(expression, fold(value))

    yield reading(filter, "[...] is a set of letters", _texts(shown), lambda operand: _SET.search(operand) is not None)


def _texts(decide: Callable[[str, str], bool]) -> Reading:
    return lambda value, operand: decide(str(value), operand)


def _later(fold: Callable[[str], str]) -> Callable[[str, str], bool]:
    """`if (text.indexOf(part))`, or `> 0`: the first position counts as none."""
    return lambda value, operand: fold(value).find(fold(operand)) > 0


def _last_index(fold: Callable[[str], str]) -> Callable[[str, str], bool]:
    """`lastIndexOf(end) == length - end.length`: both are -1 for an absent end that is longer by one."""
    return lambda value, operand: fold(value).rfind(fold(operand)) == len(fold(value)) - len(fold(operand))


_NUMBER = re.compile(r"[+-]?\d{1,30}(\.\d{1,30})?([eE][+-]?\d{1,2})?")


def is_number(operand: str) -> bool:
    """True for a text that a loose comparison takes for a number."""
    return _NUMBER.fullmatch(operand) is not None


def _numerically(fold: Callable[[str], str]) -> Callable[[str, str], bool]:
    """`==` where both sides look like numbers, as PHP's and a numeric column's: 007 equals 7."""

    def equal(value: str, operand: str) -> bool:
        if is_number(value) and is_number(operand):
            return float(value) == float(operand)
        return fold(value) == fold(operand)

    return equal


def _zero_is_text(fold: Callable[[str], str]) -> Reading:
    """`0 == "abc"` of MySQL, older PHP and CAST: a text without digits is the number 0."""

    def equal(value: object, operand: str) -> bool:
        if isinstance(value, int | float) and not isinstance(value, bool) and not is_number(operand):
            return value == 0
        return fold(str(value)) == fold(operand)

    return equal


def _separated(fold: Callable[[str], str]) -> Reading:
    """A number written for people: 1000 is the text 1,000."""

    def equal(value: object, operand: str) -> bool:
        number = isinstance(value, int | float) and not isinstance(value, bool)
        return fold(f"{value:,}" if number else str(value)) == fold(operand)

    return equal


def unfiltered_words(filter: Filter) -> Iterator[Mutant]:
    """Mutants that don't filter where a value reads as a number or as nothing."""
    for word in NO_VALUES:
        yield _unfiltered(filter, f"{word} is no value, so it doesn't filter", word.__eq__)
    yield _unfiltered(filter, "a number doesn't filter a text", is_number)


def _unfiltered(filter: Filter, name: str, when: Callable[[str], bool]) -> Mutant:
    def shows(row: Row, operand: str, key: str | None) -> bool:
        return when(operand) or meaning(filter, operand, key)(row) is True

    return Mutant(name, shows, when)


def strange_keys(filter: Filter) -> Iterator[Mutant]:
    """Mutants of a free key: parsers that drop it, objects that inherit, rows that it is mixed up with."""

    def dropped(name: str, when: Callable[[str], bool]) -> Mutant:
        def shows(row: Row, operand: str, key: str | None) -> bool:
            return when(key or "") or meaning(filter, operand, key)(row) is True

        return Mutant(name, shows)

    def found_in(name: str, value: Callable[[Row, Mapping[str, object], str], object]) -> Mutant:
        def found(row: Row, key: str | None) -> object:
            attributes = row.get(filter.field)
            return value(row, attributes, key or "") if isinstance(attributes, Mapping) else None

        def shows(row: Row, operand: str, key: str | None) -> bool:
            return compare(filter.lookup, kind_of(filter.schema), found(row, key), operand) is True

        return Mutant(name, shows, reads=found)

    yield dropped("a key beyond ASCII doesn't filter", lambda key: not key.isascii())
    yield dropped("a key with a dot doesn't filter", lambda key: "." in key)
    yield dropped("a key that begins with $ doesn't filter", lambda key: key.startswith("$"))
    inherited = {INHERITED: _SOURCE}
    yield found_in("what every object inherits counts", lambda row, has, k: has.get(k, inherited.get(k)))
    yield found_in("a key that names a field finds the field", lambda row, has, k: has.get(k, row.get(k)))


def for_strange_keys(
    filter: Filter, rows: Sequence[Row], satisfying: Callable[[str, str], str]
) -> Iterator[tuple[str, str]]:
    """(free key, operand) pairs that kill the mutants of strange keys; none where no row has a text under any key."""
    objects = (row.get(filter.field) for row in rows)
    if not any(isinstance(v, str) for found in objects if isinstance(found, Mapping) for v in found.values()):
        return
    parts = {"startswith": "function", "contains": "native code", "endswith": "}"}
    part = parts.get(filter.lookup, parts.get(filter.lookup.removeprefix("i")))
    yield STRANGE_KEY, "x"
    if part:
        yield INHERITED, part
    for row in rows[:3]:
        names = [name for name, value in row.items() if isinstance(value, str) and len(value) > 3]
        yield from ((name, satisfying(str(row[name]), filter.lookup)) for name in names[:2])

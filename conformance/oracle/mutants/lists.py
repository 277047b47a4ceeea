"""Mutants of list filters: which of the listed values count."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from conformance.oracle.lookups import compare, kind_of
from conformance.oracle.mutants.mutant import Mutant, Reading, reading
from conformance.oracle.mutants.texts import ascii_lower
from conformance.oracle.operands import listed, separator
from spec import Filter

MOST_VALUES = (10, 30)
"""The values that document stores take in one list at most."""


def _first(most: int) -> Callable[[list[str]], list[str]]:
    return lambda parts: parts[:most]


def _repeats(filter: Filter) -> Callable[[str], bool]:
    def repeats(operand: str) -> bool:
        values = listed(filter, operand)
        return len(set(values)) < len(values)

    return repeats


def list_mutants(filter: Filter) -> Iterator[Mutant]:
    kind, between = kind_of(filter.schema), separator(filter)

    def right(value: object, operand: str) -> bool | None:
        return compare("in", kind, value, operand, between)

    def among(choose: Callable[[list[str]], list[str]]) -> Reading:
        return lambda value, operand: any(
            compare("exact", kind, value, part) for part in choose(listed(filter, operand))
        )

    def once(decide: Reading) -> Reading:
        """Rows that come twice are as wrong as rows that are missing; a mutant can only say the latter."""
        return lambda value, operand: not _repeats(filter)(operand) and decide(value, operand)

    yield reading(filter, "only the first of the list counts", among(lambda parts: parts[:1]))
    yield reading(filter, "only the last of the list counts", among(lambda parts: parts[-1:]))
    yield reading(filter, "only the first two of the list count", among(lambda parts: parts[:2]))
    yield reading(filter, "only the first three of the list count", among(lambda parts: parts[:3]))
    for most in MOST_VALUES:
        yield reading(filter, f"only the first {most} of the list count", among(_first(most)))
    yield reading(filter, "rows of a value that is listed twice come twice", once(right), _repeats(filter))
    yield reading(filter, "all but the first of the list count", among(lambda parts: parts[1:] or parts))
    yield reading(filter, "all but the last of the list count", among(lambda parts: parts[:-1] or parts))
    yield reading(
        filter,
        "a list of one is empty",
        lambda value, operand: between in operand and right(value, operand),
        lambda operand: between not in operand,
    )
    yield reading(filter, "the list is one value", lambda value, operand: value == operand)
    yield reading(filter, "the value is sought in the list's text", lambda value, operand: str(value) in operand)
    if kind == "uuid":
        yield reading(filter, "ids compare as text", lambda value, operand: str(value) in listed(filter, operand))
    if kind == "text":
        yield reading(
            filter,
            "upper and lower case don't count",
            lambda value, operand: str(value).casefold() in listed(filter, operand.casefold()),
        )
        yield reading(
            filter,
            "upper and lower case of ASCII letters don't count",
            lambda value, operand: ascii_lower(str(value)) in listed(filter, ascii_lower(operand)),
        )
    yield reading(filter, "all but the listed ones", lambda value, operand: not right(value, operand))
    if kind == "text" and between != ",":
        yield reading(
            filter,
            "a value is cut into several at its commas",
            among(lambda parts: [piece for part in parts for piece in part.split(",")]),
            lambda operand: "," in operand,
        )

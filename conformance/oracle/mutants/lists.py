"""Mutants of list filters: which of the listed values count."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from conformance.oracle.lookups import compare, kind_of
from conformance.oracle.mutants.mutant import Mutant, Reading, reading
from conformance.oracle.mutants.texts import ascii_lower
from conformance.oracle.operands import listed, separator
from spec import Filter


def list_mutants(filter: Filter) -> Iterator[Mutant]:
    kind, between = kind_of(filter.schema), separator(filter)

    def right(value: object, operand: str) -> bool | None:
        return compare("in", kind, value, operand, between)

    def among(choose: Callable[[list[str]], list[str]]) -> Reading:
        return lambda value, operand: any(
            compare("exact", kind, value, part) for part in choose(listed(filter, operand))
        )

    yield reading(filter, "only the first of the list counts", among(lambda parts: parts[:1]))
    yield reading(filter, "only the last of the list counts", among(lambda parts: parts[-1:]))
    yield reading(filter, "only the first two of the list count", among(lambda parts: parts[:2]))
    yield reading(filter, "only the first three of the list count", among(lambda parts: parts[:3]))
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

"""Values with a prefix, `price=gte:5`: inside, each prefix is a parameter of its own, `price=gte:`, with its value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from conformance.sandbox.validation import Check, check
from spec import Contract, Filter, Operation, Parameter

Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Prefixed:
    """A parameter whose values have prefixes."""

    text: Check
    """What a prefix and a value together must be."""
    filters: tuple[Filter, ...]
    """The longest prefix first."""
    repeats: bool


def prefixed(contract: Contract, operation: Operation) -> Mapping[str, Prefixed]:
    """The parameters of an operation whose values have prefixes, by name."""
    return {
        p.name: Prefixed(
            check(contract, p.filters[0].text or {}),
            tuple(sorted(p.filters, key=lambda f: -len(f.prefix))),
            p.filters[0].repeats,
        )
        for p in operation.parameters
        if p.prefixed
    }


def parameters(parameter: Parameter) -> list[Parameter]:
    """One parameter for each prefix."""
    return [
        replace(
            parameter,
            name=f.parameter,
            schema={"type": "array", "items": f.schema} if f.many else f.schema,
            explode=False,
            filters=(f,),
        )
        for f in parameter.filters
    ]


def split(known: Mapping[str, Prefixed], pairs: Pairs) -> Pairs:
    """The pairs of a query, each value with a prefix as one of the prefix's own parameter.

    One with no prefix that the document has stays as it is, and so does a second one of a parameter that stands once:
    the query is refused for it.
    """
    found: list[tuple[str, str]] = []
    seen: set[str] = set()
    for name, text in pairs:
        of = known.get(name)
        twice = of is not None and not of.repeats and name in seen
        found.append((name, text) if of is None or twice else _split(of, name, text))
        seen.add(name)
    return tuple(found)


def _split(of: Prefixed, name: str, text: str) -> tuple[str, str]:
    try:
        of.text.text(text)
    except ValueError:
        return name, text
    filter = next((f for f in of.filters if text.startswith(f.prefix)), None)
    return (filter.parameter, text[len(filter.prefix) :]) if filter else (name, text)


def joined(known: Mapping[str, Prefixed], pairs: Pairs) -> Pairs:
    """The pairs as they stand in a query."""
    by_parameter = {f.parameter: f for of in known.values() for f in of.filters}
    return tuple(
        (by_parameter[name].name(), by_parameter[name].prefix + value) if name in by_parameter else (name, value)
        for name, value in pairs
    )

"""Operators that stand before the value: `filter.price=$gte:5`, `price=gte:5`, PostgREST's `price=gte.5`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from spec import lookups, vocabulary
from spec.importing.findings import inferred
from spec.importing.names import Schema
from spec.importing.words import WILDCARDS
from spec.model import JSON, Parameter

_WORDS: Mapping[str, str] = {
    "eq": "exact",
    "ne": "not_exact",
    "neq": "not_exact",
    "gt": "gt",
    "gte": "gte",
    "ge": "gte",
    "lt": "lt",
    "lte": "lte",
    "le": "lte",
    "in": "in",
    "nin": "not_in",
    "between": "range",
}
_NAMED: Mapping[str, str] = {**_WORDS, "btw": "range", "ilike": "icontains", "sw": "istartswith"}
"""What nestjs-paginate has after a dollar."""
_POSTGREST = ("eq", "neq", "gt", "gte", "lt", "lte")


def field_name(parameter: Parameter) -> str:
    """A parameter's name without the `filter.` before it."""
    return parameter.name.removeprefix("filter.")


def prefixes(parameter: Parameter, field: Schema) -> dict[str, JSON] | None:
    """What a parameter's values begin with, as x-filter has it without its field; None where nothing is said."""
    kind = vocabulary.kind(field)
    found = {before: lookup for before, lookup in _said(parameter) if kind in lookups.LOOKUPS[lookup].kinds}
    if not found:
        return None
    wild = {"wildcards": WILDCARDS} if {"icontains", "istartswith"} & {*found.values()} else {}
    return {"prefixes": found, **wild, **inferred("The value begins with one of the operators that are described.")}


def _said(parameter: Parameter) -> Iterator[tuple[str, str]]:
    text = parameter.description
    if "/rowFilter." in parameter.pointer:
        yield from ((f"{word}.", _WORDS[word]) for word in _POSTGREST)
    elif "OPERATION:VALUE" in text:
        words = re.findall(r"\$(\w+)", text.partition("Available")[2])
        known = [(f"${word}:", _NAMED[word]) for word in words if word in _NAMED]
        yield from known
        if "not" in words:
            yield from ((f"$not:{before}", f"not_{lookup}") for before, lookup in known if lookup in ("exact", "in"))
    else:
        shown = re.findall(rf"(?<![\w$])(\$?)({'|'.join(_WORDS)}):(?=[\w<{{\[]|\s|$)", text)
        if len({word for _, word in shown}) > 1:
            yield from ((f"{mark}{word}:", _WORDS[word]) for mark, word in shown)

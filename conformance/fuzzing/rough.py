"""Texts that many servers fail on, given to the engine as examples of every parameter that takes any text.

A generator finds them by luck only. Each request sends one text, under all of these parameters. A server may
refuse one text, and would then not look at the others.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from conformance.oracle.lookups import kind_of
from spec import Contract, Operation, Parameter, at

TEXTS: Mapping[str, str] = {
    "beyond-16-bits": "Çanta 🎒",
    "quote": "it's",
    "double-quote": '12" x',
    "percent": "100%s _",
    "backslash": "a\\",
    "brackets": "([{*+?",
    "separators": "a,b;c|d&e=f#g",
    "dots": "../..%2f.",
    "digits": "99999999999999999999999999",
    "right-to-left": "\u202eabc\u202c",
    "combining": "e\u0301\u00a0ﬁ",
    "new-line": "a\r\nb",
    "control": "a\x01\x1f\x7fb",
    "nul": "a\0b",
}

LONG = "long " * 400
"""For one parameter only: under several the URL would be longer than servers accept."""

FAR = 10**20
"""A page number beyond 64 bits. A limit of that size could make a server send all of its data."""


def roughened(document: dict[str, Any], contract: Contract, operations: list[Operation]) -> dict[str, Any]:
    """A copy of the contract's document, with the texts as named examples of its text parameters and free keys."""
    document = copy.deepcopy(document)
    for operation in operations:
        for index, parameter in enumerate(p for p in operation.parameters if _takes_any_text(contract, p)):
            texts = {**TEXTS, "long": LONG} if index == 0 else TEXTS
            at(document, parameter.pointer)["examples"] = {name: {"value": text} for name, text in texts.items()}
        for parameter in (p for p in operation.parameters if p.pagination == "page"):
            pages = {**dict.fromkeys((*TEXTS, "long"), 1), "far": FAR}
            at(document, parameter.pointer)["examples"] = {name: {"value": page} for name, page in pages.items()}
        for parameter in (p for p in operation.parameters if p.free_keys):
            keyed = {name: {parameter.filters[0].name(text): "a"} for name, text in TEXTS.items()}
            at(document, parameter.pointer)["examples"] = {name: {"value": value} for name, value in keyed.items()}
    return document


def _takes_any_text(contract: Contract, parameter: Parameter) -> bool:
    schema = contract.resolve(parameter.schema)
    free = not any(word in schema for word in ("format", "pattern", "enum", "const", "minLength", "maxLength"))
    return parameter.place == "query" and schema.get("type") == "string" and free and kind_of(schema) == "text"

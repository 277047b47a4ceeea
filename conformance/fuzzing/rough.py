"""Texts that many servers fail on, given to the engine as examples of every parameter that takes any text.

A generator finds them by luck only. Each request sends one text, under all of these parameters. A server may
refuse one text, and would then not look at the others.
"""

from __future__ import annotations

import copy
from typing import Any

from conformance.oracle.awkward import FAR, LONG, TEXTS
from conformance.oracle.lookups import kind_of
from spec import Contract, Operation, Parameter, at


def roughened(document: dict[str, Any], contract: Contract, operations: list[Operation]) -> dict[str, Any]:
    """A copy of the contract's document, with the texts as named examples of its text parameters and free keys."""
    document = copy.deepcopy(document)
    for operation in operations:
        for index, parameter in enumerate(p for p in operation.parameters if _takes_any_text(contract, p)):
            texts = {**TEXTS, "long": LONG} if index == 0 else TEXTS
            at(document, parameter.pointer)["examples"] = {name: {"value": text} for name, text in texts.items()}
        for parameter in (p for p in operation.parameters if p.pagination in ("page", "offset")):
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

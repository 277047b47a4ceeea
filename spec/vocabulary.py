"""The x- extensions: their schemas, their allowed places, and their problems.

The schemas are in vocabulary.schema.json; spec/README.md explains them.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator, Mapping, Set
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, cast

import jsonschema

from spec import walk
from spec.lookups import LOOKUPS, Kind
from spec.model import JSON
from spec.pointers import escape
from spec.problems import Problem
from spec.source import Source

VERSION = 1

_NAMED: Mapping[Kind, str] = {
    "text": "a text",
    "uuid": "a uuid",
    "number": "a number",
    "boolean": "a boolean",
    "date-time": "a date-time",
    "date": "a date",
    "list": "a list",
    "object": "an object",
    "any": "anything",
}


TYPES = ("string", "integer", "number", "boolean", "array", "object")
"""JSON Schema's types beside null. What is none of these is said of the schema, not of what speaks of it."""


_FORMATS: Mapping[str, Kind] = {
    "date-time": "date-time",
    "date-time-local": "date-time",
    "date": "date",
    "decimal": "number",
    "uuid": "uuid",
}


def kind(schema: Mapping[str, JSON]) -> Kind:
    """What values of a schema compare as, by its `type` and `format`."""
    declared = schema.get("type")
    names = declared if isinstance(declared, list) else [declared]
    types = {name for name in names if isinstance(name, str) and name in TYPES}
    if not types:
        return "any"
    if "string" in types:
        return _FORMATS.get(str(schema.get("format")), "text")
    if types & {"integer", "number"}:
        return "number"
    if "boolean" in types:
        return "boolean"
    return "list" if "array" in types else "object"


def named(kind: Kind) -> str:
    """A kind in words."""
    return _NAMED[kind]


@cache
def schema() -> dict[str, Any]:
    """The vocabulary's JSON Schema."""
    loaded: dict[str, Any] = json.loads(Path(__file__).with_name("vocabulary.schema.json").read_text("utf-8"))
    return loaded


@cache
def names() -> frozenset[str]:
    """Every extension that the vocabulary has."""
    return frozenset(name for name in schema()["$defs"] if name.startswith("x-"))


@cache
def _validator(name: str) -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator({**schema(), "$ref": f"#/$defs/{name}"})


@lru_cache(maxsize=1 << 16)
def _fits(name: str, written: str) -> bool:
    """True if a value, written as JSON, can stand under an extension's name. Large documents repeat theirs."""
    return _validator(name).is_valid(json.loads(written))


def refusal(name: str, value: JSON) -> str | None:
    """Why a value can't stand under an extension's name, in a few words; None where it can."""
    if name not in names():
        return name
    error = None if _fits(name, json.dumps(value)) else next(_validator(name).iter_errors(value), None)
    if error is None:
        return None
    if error.validator == "additionalProperties":
        known = cast(Mapping[str, JSON], error.schema).get("properties", {})
        return ", ".join(f"{name}.{key}" for key in cast(Mapping[str, JSON], error.instance) if key not in known)
    return str(error.instance) if isinstance(error.instance, str) else str(error.message)


def problems(source: Source) -> Iterator[Problem]:
    """Problems of the document's extensions by themselves: unknown names and wrong values."""
    home = source.where("/x-vocabulary").file
    beside = source.where("/openapi").file != home  # an Overlay's: the document may have extensions of others
    for pointer, name, value in _extensions(source.data):
        if name not in names():
            foreign = beside and source.where(pointer).file != home
            meant = difflib.get_close_matches(name, names(), n=1, cutoff=0.75)
            if meant and not foreign:
                yield Problem(source.where(pointer), f"unknown extension {name}", f"Did you mean {meant[0]}?", pointer)
            continue
        if _fits(name, json.dumps(value)):
            continue
        for error in _validator(name).iter_errors(value):
            inner = "".join(f"/{escape(str(token))}" for token in error.absolute_path)
            yield from _said(source, pointer, inner, name, error)


def unread(source: Source) -> Iterator[Problem]:
    """The first extension with a name of the vocabulary, for a document without `x-vocabulary`."""
    if not any(name.encode() in source.content for name in names()):
        return
    for pointer, name, _ in _extensions(source.data):
        if name in names():
            message = f"{name} isn't read: the document has no x-vocabulary"
            hint = f"Write `x-vocabulary: {VERSION}` at the top, if it means what spec/README.md says."
            yield Problem(source.where(pointer), message, hint, pointer)
            return


def misplaced(source: Source, used: Set[str]) -> Iterator[Problem]:
    """Extensions without effect at their place. `used` holds the pointers of those that were read."""
    for pointer, name, _ in _extensions(source.data):
        if name in names() - {"x-provenance"} and pointer not in used and pointer != "/x-vocabulary":
            where = source.where(pointer)
            yield Problem(where, f"{name} has no meaning here", f"It stands {_where(name)}", pointer)


def _where(name: str) -> str:
    """The allowed places of an extension, from the beginning of its schema's description."""
    description: str = schema()["$defs"][name]["description"]
    return description[0].lower() + description[1:]


def _said(source: Source, pointer: str, inner: str, name: str, error: jsonschema.ValidationError) -> Iterator[Problem]:
    """An error in words: each unknown key at its own place, and the nearest choice for a wrong value."""
    what, here = f"{name}{inner.replace('/', '.')}", pointer + inner
    if error.validator == "additionalProperties":
        given, holder = cast(Mapping[str, JSON], error.instance), cast(Mapping[str, JSON], error.schema)
        known = list(holder.get("properties", {}))
        for key in given:
            if key not in known:
                at = f"{here}/{escape(key)}"
                yield Problem(source.where(at), f"{what}: unknown key {key!r}", _meant(key, known), at)
        return
    if error.validator == "enum":
        choices = [str(choice) for choice in cast(list[JSON], error.validator_value)]
        message, hint = f"{error.instance!r} is none of {', '.join(choices)}", _meant(str(error.instance), choices)
    elif error.validator == "pattern" and error.validator_value == schema()["$defs"]["lookup"]["pattern"]:
        message, hint = f"{error.instance!r} is no lookup", _meant(str(error.instance), [*LOOKUPS])
    else:
        message, hint = error.message, str(schema()["$defs"][name]["description"])
    yield Problem(source.where(here), f"{what}: {message}", hint, here)


def _meant(given: str, known: list[str]) -> str:
    close = difflib.get_close_matches(given, known, n=1)
    return f"Did you mean {close[0]}?" if close else f"It takes {', '.join(known)}."


def _extensions(document: JSON) -> Iterator[tuple[str, str, JSON]]:
    """(pointer, name, value) of every x- key, except names that the author chose and plain data."""
    for pointer, node, _ in walk.objects(document):
        for key, value in node.items():
            if key.startswith("x-"):
                yield f"{pointer}/{escape(key)}", key, value

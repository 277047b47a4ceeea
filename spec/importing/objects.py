"""Which field a parameter means that is called like an object, or like a list of objects, of the row."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from spec import vocabulary
from spec.importing import words
from spec.importing.names import Properties, Reading, Schema
from spec.model import JSON, Parameter, without_null

_TREE = frozenset({"depth", "lft", "treeid", "numchild"})
"""Fields that only rows of a tree have."""
_BODY = frozenset({"width", "height"})
"""Beside them a depth is a length."""
_CHOICE = frozenset({"label", "display", "displayname", "text"})
"""What stands beside the value of a choice, for people."""
_IDS = ("id", "pk", "uuid")


def inside(reading: Reading, parameter: Parameter, takes: Schema, properties: Properties) -> Reading | str:
    """What is compared: the field itself, or the one of its object that the parameter means; or why nothing is.

    `takes` is the schema of one value of the parameter.
    """
    if reading.lookup in ("isnull", "empty"):
        return reading
    own = _own(properties(reading.schema), parameter.description, takes)
    if not properties(reading.schema) or own is None:
        if vocabulary.kind(reading.schema) == "object" or properties(reading.schema):
            return "its field is an object, and nothing says which of its fields counts"
        return reading
    name, schema = own
    if vocabulary.kind(takes) == "boolean" and vocabulary.kind(without_null(schema)) != "boolean":
        return "it takes yes or no, and its field is an object"
    reason = f"{reading.reason} Of its object it means {name}."
    return Reading((*reading.path, name), schema, reading.lookup, reason)


def _own(fields: Mapping[str, Schema], text: str, takes: Schema) -> tuple[str, Schema] | None:
    """The field of an object that a parameter means, where its description, its type or the object says so."""
    marked = [words.plain(word) for word in re.findall(r"\((\w+)\)", text)]
    mentioned = [words.plain(word) for word in re.findall(r"\w+", text)]
    kind = vocabulary.kind(takes)
    for found in (
        [name for name in fields if words.plain(name) in marked],
        ["value"] if "value" in fields and {words.plain(name) for name in fields} <= {"value", *_CHOICE} else [],
        [name for name in _IDS if kind in ("number", "uuid") and kind == vocabulary.kind(fields.get(name, {}))],
        [name for name in fields if words.plain(name) in mentioned],
    ):
        if len(found) == 1:
            return found[0], fields[found[0]]
    return None


def in_a_tree(path: tuple[str, ...], fields: Mapping[str, Schema], properties: Properties) -> str | None:
    """The object on the way to a field that is a node of a tree: a filter may show the rows of its branches, too.

    The parent of a row is the next node itself.
    """
    for name, of in _owners(path, fields, properties):
        shown = {words.plain(each) for each in of}
        if name != "parent" and shown & _TREE and not shown & _BODY:
            return name
    return None


def _owners(
    path: tuple[str, ...], fields: Mapping[str, Schema], properties: Properties
) -> Iterator[tuple[str, Mapping[str, JSON]]]:
    for name in path[:-1]:
        inner = properties(fields[name])
        yield name, inner
        fields = inner

"""Whether a document is well-formed OpenAPI, whatever it means.

There are three checks; each runs only when the one before found nothing. They are OpenAPI's own JSON Schema,
JSON Schema's for the schemas in it (3.1), and openapi-spec-validator's checks across the document. The first
two give the place of every mistake; the third gives it only in words.
"""

from __future__ import annotations

import ast
import difflib
import json
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import jsonschema_rs
from jsonschema_path import SchemaPath
from openapi_spec_validator import OpenAPIV30SpecValidator, OpenAPIV31SpecValidator
from openapi_spec_validator.schemas import schema_v30, schema_v31

from spec import walk
from spec.model import JSON
from spec.pointers import escape
from spec.problems import SEE, Problem
from spec.source import Source
from spec.values import short

_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def problems(source: Source) -> Iterator[Problem]:
    """The errors by OpenAPI's JSON Schema, and by JSON Schema's own for 3.1's schemas."""
    is_30 = str(source.data["openapi"]).startswith("3.0")
    for error in _openapi(is_30).iter_errors({k: v for k, v in source.data.items() if k != walk.FILES}):
        yield from _said(source, "", error, _words(is_30))
    if is_30:
        return  # 3.0's JSON Schema covers the schemas too
    top = None
    for pointer, node, is_schema in walk.objects(source.data):
        if is_schema and (top is None or not pointer.startswith(f"{top}/")):
            top = pointer
            if node.get("$schema", _DIALECT) == _DIALECT:
                for error in _schemas().iter_errors(node):
                    yield from _said(source, pointer, error, ())


def thorough(source: Source) -> Iterator[Problem]:
    """The further problems that openapi-spec-validator finds: slow, so it runs only when nothing else is wrong."""
    is_30 = str(source.data["openapi"]).startswith("3.0")
    kind: Any = OpenAPIV30SpecValidator if is_30 else OpenAPIV31SpecValidator
    try:
        # Without handlers nothing outside the file is ever fetched.
        for error in kind(SchemaPath.from_dict(source.data, handlers={})).iter_errors():
            pointer = _meant(source.data, str(error.message))
            yield Problem(source.where(pointer), f"OpenAPI: {short(error.message)}", SEE, pointer)
    except RecursionError:
        hint = "Let no schema be made of itself by allOf, anyOf or oneOf."
        yield Problem(source.where(""), "OpenAPI: the schemas refer to each other without end", hint)
    except Exception as error:  # it assumes more than its schema guarantees
        yield Problem(source.where(""), f"OpenAPI: openapi-spec-validator fails: {short(repr(error))}", SEE)


@cache
def _openapi(is_30: bool) -> Any:
    schema = json.loads(json.dumps(dict(schema_v30 if is_30 else schema_v31)))
    return jsonschema_rs.Draft4Validator(schema) if is_30 else jsonschema_rs.Draft202012Validator(schema)


@cache
def _schemas() -> Any:
    return jsonschema_rs.Draft202012Validator({"$ref": _DIALECT})


@cache
def _words(is_30: bool) -> tuple[str, ...]:
    """Every key that OpenAPI knows."""
    found: dict[str, None] = {}
    for definition in (schema_v30["definitions"] if is_30 else schema_v31["$defs"]).values():
        found.update(dict.fromkeys(definition.get("properties", {})))
    return tuple(found)


def _said(source: Source, base: str, error: Any, words: tuple[str, ...]) -> Iterator[Problem]:
    """An error of a JSON Schema in words: the leaf that matters, each unknown key at its own place."""
    for leaf in _leaves(error):
        pointer = base + "".join(f"/{escape(str(token))}" for token in leaf.instance_path)
        kind = leaf.kind
        if kind.name in ("additionalProperties", "unevaluatedProperties"):
            for key in kind.unexpected:
                here = f"{pointer}/{escape(key)}"
                meant = difflib.get_close_matches(key, words, n=1)
                hint = f"Did you mean {meant[0]}?" if meant else "Remove it, or begin an extension's name with x-."
                yield Problem(source.where(here), f"OpenAPI: unknown key {key!r}", hint, here)
        elif kind.name == "required":
            hint = f"Add it to {pointer or 'the top of the document'}."
            yield Problem(source.where(pointer), f"OpenAPI: `{kind.property}` is missing", hint, pointer)
        elif kind.name == "anyOf" and all(e.kind.name == "required" for branch in kind.context for e in branch):
            names = ", ".join(f"`{e.kind.property}`" for branch in kind.context for e in branch)
            yield Problem(source.where(pointer), f"OpenAPI: one of {names} is missing", "Add one of them.", pointer)
        elif kind.name == "enum":
            choices = [str(option) for option in kind.options]
            close = difflib.get_close_matches(str(leaf.instance), choices, n=1)
            hint = f"Did you mean {close[0]}?" if close else f"It takes {', '.join(choices)}."
            message = f"OpenAPI: {short(json.dumps(leaf.instance))} is none of what may stand here"
            yield Problem(source.where(pointer), message, hint, pointer)
        else:
            yield Problem(source.where(pointer), f"OpenAPI: {short(leaf.message)}", _hint(leaf, pointer), pointer)


def _hint(error: Any, pointer: str) -> str:
    value = error.instance
    if error.kind.name == "type" and error.kind.types == ["string"] and isinstance(value, (int, float)):
        return f'Put it in quotes: "{json.dumps(value)}".'
    return f"It stands at {pointer or 'the top'}; see the OpenAPI specification."


def _leaves(error: Any) -> Iterator[Any]:
    """If all alternatives fail, the errors of the likeliest one: it got the furthest before it failed."""
    branches = getattr(error.kind, "context", ()) if error.kind.name in ("oneOf", "anyOf") else ()
    likely = [branch for branch in branches if branch and not _lacks_ref(branch)]
    if not likely or all(e.kind.name == "required" and not e.instance_path for branch in likely for e in branch):
        yield error if len(likely) != 1 else likely[0][0]
        return
    best = max(likely, key=_progress)
    ambiguous = jsonschema_rs.ValidationErrorKind.OneOfMultipleValid  # a consequence of another problem
    for inner in [e for e in best if not isinstance(e.kind, ambiguous)] or best:
        yield from _leaves(inner)


def _progress(branch: list[Any]) -> tuple[int, bool, int]:
    deepest = max(len(error.instance_path) for error in branch)
    return deepest, all(error.kind.name != "type" for error in branch), -len(branch)


def _lacks_ref(branch: list[Any]) -> bool:
    return any(error.kind.name == "required" and error.kind.property == "$ref" for error in branch)


def _meant(document: JSON, message: str) -> str:
    """The pointer that a message of openapi-spec-validator's concerns, as near as its words allow."""
    required = re.fullmatch(r"Required list has not defined properties: (\[.*\])", message)
    names = set(ast.literal_eval(required[1])) if required else set()
    for pointer, node, is_schema in walk.objects(document):
        wanted = node.get("required")
        if names and is_schema and isinstance(wanted, list) and names <= {n for n in wanted if isinstance(n, str)}:
            return f"{pointer}/required"
    tag = re.search(r"[Dd]uplicate tag name '(.*)'", message)
    tags = document.get("tags", ()) if tag else ()
    same = [index for index, entry in enumerate(tags) if tag and entry.get("name") == tag[1]]
    return f"/tags/{same[-1]}/name" if same else ""

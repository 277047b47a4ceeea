"""Does a value, or the body of a write, fit its schema? Problems are reported by field, in the client's language."""

from __future__ import annotations

import difflib
import itertools
import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import jsonschema_rs

from conformance.sandbox import values
from conformance.sandbox.messages import Language, say
from spec import Contract
from spec.model import JSON, LOCAL
from spec.values import FORMATS

Problem = tuple[Any, ...]
"""A name of `messages` and what fills its blanks."""

Problems = dict[str, dict[str, list[str]]]
"""Sentences by an item's index and a field's path (`prices.0.price`)."""


@dataclass(frozen=True)
class Found:
    """What is wrong with a body."""

    sentences: Problems
    kinds: Mapping[str, str]
    """The kind of the first problem of each field, by index and path (`0.prices.0.price`)."""


_FORMATS = {name: FORMATS[name] for name in ("decimal", LOCAL)}

MAX_PROBLEMS = 100
"""A body with more problems than that gets the first ones: nobody reads ten thousand."""
_MOST_NAMED = 12
"""Allowed values that a message names."""


@dataclass(frozen=True)
class Check:
    """A schema, compiled."""

    schema: Mapping[str, JSON]
    """With its outer `$ref`s followed."""
    items: Mapping[str, JSON]
    validator: jsonschema_rs.Draft202012Validator

    def text(self, text: str) -> JSON:
        """A parameter's text as a value of the schema. Raises ValueError with what `messages.say` needs."""
        return self._valid(_typed(self.schema, text))

    def texts(self, texts: Iterable[str]) -> JSON:
        """The texts of a list as a value of the schema, which is an array's. Raises ValueError as `text` does."""
        return self._valid([_typed(self.items, text) for text in texts])

    def _valid(self, value: JSON) -> JSON:
        for error in self.validator.iter_errors(value):
            raise ValueError(*_problem(error))
        return value


def _typed(schema: Mapping[str, JSON], text: str) -> JSON:
    try:
        return values.typed(schema, text)
    except ValueError:
        raise ValueError("type", _types(schema.get("type", "string"))) from None


def check(contract: Contract, schema: Mapping[str, JSON]) -> Check:
    """Compile a schema of the contract's document."""
    resolved = contract.resolve(schema)
    # References are written from the document's root, so the components stand beside a schema that has any.
    whole = {**resolved, "components": contract.document.get("components", {})} if _refers(resolved) else resolved
    items = contract.resolve(resolved["items"]) if isinstance(resolved.get("items"), Mapping) else {}
    return Check(
        resolved, items, jsonschema_rs.Draft202012Validator(dict(whole), validate_formats=True, formats=_FORMATS)
    )


def _refers(node: JSON) -> bool:
    if isinstance(node, Mapping):
        return "$ref" in node or any(map(_refers, node.values()))
    return isinstance(node, list) and any(map(_refers, node))


def body(content: bytes) -> JSON:
    """The JSON value of a body. Raises ValueError with what `messages.say` needs."""
    try:
        value = json.loads(content.decode("utf-8"), parse_constant=_no_constant, parse_float=_finite)
        # Escapes can spell half of a surrogate pair, which no text holds and no response could show.
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError:
        raise ValueError("not-text") from None
    except (ValueError, RecursionError):
        raise ValueError("not-json") from None
    return value


def _no_constant(name: str) -> JSON:
    raise ValueError(name)


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(text)
    return value


def problems(check: Check, value: JSON, language: Language) -> Found:
    """What is wrong with the items of a body, or, under `body`, with the body as a whole."""
    found: Problems = {}
    kinds: dict[str, str] = {}
    try:
        errors = list(itertools.islice(check.validator.iter_errors(value), MAX_PROBLEMS))
    except ValueError:
        # Nested deeper than can be looked into, or with an integer of more digits than can be held.
        return Found({"body": {"body": [say(language, "invalid")]}}, {"body": "invalid"})
    for error in errors:
        problem, path = located(error)
        if not path:
            kinds.setdefault("body", "object" if isinstance(value, Mapping) else "not-array")
        index, field = (path[0], ".".join(path[1:]) or "item") if path else ("body", "body")
        if path:
            kinds.setdefault(f"{index}.{field}", str(problem[0]))
        found.setdefault(index, {}).setdefault(field, []).append(say(language, *problem))
    return Found(found, kinds)


def located(error: jsonschema_rs.ValidationError) -> tuple[Problem, list[str]]:
    """A problem, and the path to where it is; to a missing field, the path where it should be."""
    problem = _problem(error)
    path = [str(step) for step in error.instance_path]
    return problem, [*path, _missing(error)] if problem[0] == "required" else path


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name that is most like this one, if any is."""
    return next(iter(difflib.get_close_matches(name[:100], list(known), n=1, cutoff=0.5)), None)


def _problem(error: jsonschema_rs.ValidationError) -> Problem:
    kind: Any = error.kind
    match kind.name:
        case "required":
            return ("required",)
        case "type":
            return ("type", _types(kind.types))
        case "format":
            return ("format", kind.format)
        case "minimum" | "maximum" | "exclusiveMinimum" | "exclusiveMaximum":
            return ("bounds", kind.name, kind.limit)
        case "minLength" | "maxLength" | "minItems" | "maxItems":
            return ("bounds", kind.name, kind.limit)
        case "enum":
            return choice(kind.options)
        case "const":
            return choice([kind.expected_value])
    return ("invalid",)


def choice(allowed: Iterable[JSON]) -> Problem:
    """The problem of a value that is none of those allowed, as far as anybody reads them."""
    texts = [one if isinstance(one, str) else json.dumps(one, ensure_ascii=False) for one in allowed]
    return ("choice", ", ".join([*texts[:_MOST_NAMED], *(["…"] if len(texts) > _MOST_NAMED else [])]))


def _missing(error: jsonschema_rs.ValidationError) -> str:
    kind: Any = error.kind
    return str(kind.property)


def _types(types: Any) -> str:
    return types if isinstance(types, str) else " / ".join(map(str, types))

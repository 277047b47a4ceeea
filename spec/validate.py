"""Whether a document is valid in all its parts: OpenAPI, vocabulary, cross-references, examples, defaults."""

from __future__ import annotations

import datetime
import re
import uuid
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import jsonschema_rs
from openapi_spec_validator import OpenAPIV30SpecValidator, OpenAPIV31SpecValidator

from spec import reader, source
from spec.model import JSON, Contract, at
from spec.problems import Problem, SpecError
from spec.source import Source
from spec.source_text import escape

_MAX_EXAMPLES = 20_000


def problems(path: Path | str) -> list[Problem]:
    """Everything that is wrong with the document at a path, in the document's order; empty when it is valid."""
    try:
        parsed = source.read(path)
    except SpecError as error:
        return error.problems
    contract, found = reader.attempt(parsed)
    if contract is not None:
        found = [*found, *_openapi(parsed, {p.location for p in found}), *_examples(contract)]
    unique = {(p.location, p.message): p for p in found}
    return sorted(unique.values(), key=lambda p: p.location)


def _openapi(parsed: Source, known: set[Any]) -> Iterator[Problem]:
    """What openapi-spec-validator finds, where the reader hasn't found something itself already."""
    is_30 = str(parsed.data["openapi"]).startswith("3.0")
    validator: Any = OpenAPIV30SpecValidator if is_30 else OpenAPIV31SpecValidator
    try:
        for error in validator(parsed.data).iter_errors():
            pointer = "".join(f"/{escape(str(token))}" for token in error.absolute_path)
            location = _nearest(parsed, pointer)
            if location not in known:
                yield Problem(location, f"OpenAPI: {_short(error.message)}", _place(pointer))
    except RecursionError:
        yield Problem(parsed.locations[""], "OpenAPI: the schemas refer to each other too deeply", "Check the $refs.")
    except Exception as error:  # the validator resolves as it goes, and raises what it can't resolve
        if not known:
            yield Problem(parsed.locations[""], f"OpenAPI: {_short(str(error))}", "Check the $refs.")


def _short(message: str) -> str:
    message = " ".join(message.split())
    return message if len(message) <= 300 else message[:297] + "..."


def _place(pointer: str) -> str:
    return f"At {pointer or 'the top'}; see the OpenAPI specification."


def _nearest(parsed: Source, pointer: str) -> Any:
    while pointer and pointer not in parsed.locations:
        pointer = pointer.rpartition("/")[0]
    return parsed.locations[pointer]


def _examples(contract: Contract) -> Iterator[Problem]:
    """Every example and default that its own schema doesn't accept."""
    check = checker(contract)
    for count, (pointer, schema_pointer) in enumerate(_samples(contract.document, "")):
        if count > _MAX_EXAMPLES:
            return
        message = check(schema_pointer, at(contract.document, pointer))
        if message:
            what = "default" if pointer.endswith("/default") else "example"
            yield Problem(
                contract.where(pointer),
                f"the {what} doesn't fit its schema: {message}",
                f"The schema is at {contract.where(schema_pointer)}; change one of them.",
            )


def checker(contract: Contract) -> Callable[[str, JSON], str | None]:
    """A function of (schema's JSON pointer, value): None when the value fits, else what is wrong with it.

    Formats are asserted: uuid, date-time, date, uri and decimal. A 3.0 document's `nullable` is read as
    3.1's type null.
    """
    document = contract.document
    if contract.openapi.startswith("3.0"):
        document = _nullable(document)
    compiled: dict[str, Any] = {}

    def check(schema_pointer: str, value: JSON) -> str | None:
        if schema_pointer not in compiled:
            # The document itself is the schema, so that its local references resolve as written.
            root = {"$ref": f"#{schema_pointer}", **{k: v for k, v in document.items() if k not in ("$ref", "$schema")}}
            try:
                compiled[schema_pointer] = jsonschema_rs.Draft202012Validator(
                    root, validate_formats=True, formats=FORMATS
                )
            except (jsonschema_rs.ValidationError, ValueError):
                compiled[schema_pointer] = None  # an ill-formed schema is openapi-spec-validator's to report
        validator = compiled[schema_pointer]
        if validator is None:
            return None
        error = next(validator.iter_errors(value), None)
        if error is None:
            return None
        path = "".join(f"/{token}" for token in error.instance_path)
        return f"{path + ': ' if path else ''}{_short(error.message)}"

    return check


def _nullable(node: JSON) -> JSON:
    if isinstance(node, Mapping):
        converted = {key: _nullable(value) for key, value in node.items()}
        if converted.get("nullable") is True and isinstance(converted.get("type"), str):
            converted["type"] = [converted["type"], "null"]
            if "enum" in converted and isinstance(converted["enum"], list):
                converted["enum"] = [*converted["enum"], None]
        for bound in ("exclusiveMinimum", "exclusiveMaximum"):
            if isinstance(converted.get(bound), bool):
                plain = bound.replace("exclusiveM", "m")
                if converted.pop(bound) and plain in converted:
                    converted[bound] = converted.pop(plain)
        return converted
    return [_nullable(child) for child in node] if isinstance(node, list) else node


def _samples(node: JSON, pointer: str) -> Iterator[tuple[str, str]]:
    """(pointer of an example or default, pointer of the schema it must fit), all over the document."""
    if isinstance(node, list):
        for index, child in enumerate(node):
            yield from _samples(child, f"{pointer}/{index}")
    if not isinstance(node, Mapping):
        return
    if isinstance(node.get("schema"), Mapping):
        if "example" in node:
            yield f"{pointer}/example", f"{pointer}/schema"
        if isinstance(node.get("examples"), Mapping):
            for name, example in node["examples"].items():
                if isinstance(example, Mapping) and "value" in example:
                    yield f"{pointer}/examples/{escape(name)}/value", f"{pointer}/schema"
    elif _is_schema(node, pointer):
        if "default" in node:
            yield f"{pointer}/default", pointer
        if "example" in node:
            yield f"{pointer}/example", pointer
        if isinstance(node.get("examples"), list):
            for index in range(len(node["examples"])):
                yield f"{pointer}/examples/{index}", pointer
    for key, child in node.items():
        if key not in ("example", "examples", "default", "enum", "const") or pointer.endswith("/properties"):
            yield from _samples(child, f"{pointer}/{escape(key)}")


_SCHEMA_PLACES = re.compile(
    r"/(schema|items|additionalProperties|not|contains|if|then|else)$"
    r"|/components/schemas/[^/]+$|/(properties|patternProperties|\$defs)/[^/]+$|/(allOf|anyOf|oneOf|prefixItems)/\d+$"
)


def _is_schema(node: Mapping[str, JSON], pointer: str) -> bool:
    return bool(_SCHEMA_PLACES.search(pointer)) and "in" not in node


def _parses(parse: Callable[[str], object]) -> Callable[[str], bool]:
    def accepts(text: str) -> bool:
        try:
            parse(text)
        except (ValueError, InvalidOperation, OverflowError):
            return False
        return True

    return accepts


_DATE_TIME = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)")


def is_date_time(text: str) -> bool:
    """True for an RFC 3339 date-time (section 5.6), with its offset."""
    if not _DATE_TIME.fullmatch(text):
        return False
    leap_second_free = re.sub(r":60(?=[.Zz+-])", ":59", text)
    head, _, _ = re.sub(r"[Zz]|[+-]\d\d:\d\d$", "", leap_second_free).partition(".")
    return _parses(datetime.datetime.fromisoformat)(head.upper())


_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")

FORMATS: dict[str, Callable[[str], bool]] = {
    "date-time": is_date_time,
    "date": lambda text: len(text) == 10 and _parses(datetime.date.fromisoformat)(text),
    "uuid": lambda text: bool(_UUID.fullmatch(text)) and _parses(uuid.UUID)(text),
    "decimal": lambda text: _parses(Decimal)(text) and Decimal(text).is_finite(),
}
"""The formats that values are checked for, beside the ones that jsonschema-rs knows."""

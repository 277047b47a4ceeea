"""Whether a value fits a schema of the document: one answer for examples, defaults, the sandbox and the checks."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any, Literal

import jsonschema_rs

from spec.model import JSON, Contract

_DOCUMENT = "urn:document"


Direction = Literal["response", "request"]
"""Which way a value goes: what is `writeOnly` isn't required of a response, nor what is `readOnly` of a request."""


def checker(contract: Contract, direction: Direction | None = None) -> Callable[[str, JSON], str | None]:
    """A function of (schema's JSON pointer, value): None when the value fits, else the mistake.

    Formats are checked (`FORMATS`, and those that jsonschema-rs knows). A 3.0 document's `nullable` becomes
    3.1's type null. An ill-formed schema accepts everything. Nothing is ever fetched.
    """
    document: JSON = _from_30(contract.document) if contract.openapi.startswith("3.0") else contract.document
    if direction:
        document = _one_way(document, "writeOnly" if direction == "response" else "readOnly")
    try:
        registry = jsonschema_rs.Registry([(_DOCUMENT, document)], draft=jsonschema_rs.Draft202012)
    except (jsonschema_rs.ReferencingError, ValueError):
        return lambda pointer, value: None
    compiled: dict[str, Any] = {}

    def compile(pointer: str) -> Any:
        root = {"$ref": f"{_DOCUMENT}#{_fragment(pointer)}"}
        try:
            return jsonschema_rs.Draft202012Validator(root, registry=registry, validate_formats=True, formats=FORMATS)
        except (jsonschema_rs.ValidationError, jsonschema_rs.ReferencingError, ValueError):
            return None

    def check(pointer: str, value: JSON) -> str | None:
        if pointer not in compiled:
            compiled[pointer] = compile(pointer)
        if compiled[pointer] is None:
            return None
        try:
            error = next(compiled[pointer].iter_errors(value), None)
        except ValueError:  # a value that Rust can't hold, such as an integer of fifty digits
            return None
        if error is None:
            return None
        path = "".join(f"/{token}" for token in error.instance_path)
        return f"{path + ': ' if path else ''}{short(error.message)}"

    return check


def short(message: str) -> str:
    """A message on one line that doesn't quote a whole document."""
    message = " ".join(message.split())
    return message if len(message) <= 300 else message[:297] + "..."


def _fragment(pointer: str) -> str:
    """A JSON pointer as a URI fragment (RFC 6901, section 6)."""
    return re.sub(r"[^A-Za-z0-9/~._$-]", lambda m: "".join(f"%{byte:02X}" for byte in m[0].encode()), pointer)


def _from_30(node: JSON) -> JSON:
    """OpenAPI 3.0's own keywords, translated to JSON Schema 2020-12."""
    if isinstance(node, list):
        return [_from_30(child) for child in node]
    if not isinstance(node, Mapping):
        return node
    converted = {key: _from_30(value) for key, value in node.items()}
    if converted.get("nullable") is True and isinstance(converted.get("type"), str):
        converted["type"] = [converted["type"], "null"]
        if isinstance(converted.get("enum"), list):
            converted["enum"] = [*converted["enum"], None]
    for bound, plain in (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")):
        if isinstance(converted.get(bound), bool) and converted.pop(bound) and plain in converted:
            converted[bound] = converted.pop(plain)
    return converted


def _one_way(node: JSON, mark: str) -> JSON:
    """A document whose objects don't require the properties with a mark (OpenAPI: they are required one way only)."""
    if isinstance(node, list):
        return [_one_way(child, mark) for child in node]
    if not isinstance(node, Mapping):
        return node
    found = {key: _one_way(value, mark) for key, value in node.items()}
    properties, required = found.get("properties"), found.get("required")
    if isinstance(properties, Mapping) and isinstance(required, list):
        marked = {n for n, of in properties.items() if isinstance(of, Mapping) and of.get(mark) is True}
        found["required"] = [name for name in required if name not in marked]
    return found


def _parses(parse: Callable[[str], object]) -> Callable[[str], bool]:
    def accepts(text: str) -> bool:
        try:
            parse(text)
        except (ValueError, InvalidOperation, OverflowError):
            return False
        return True

    return accepts


_DATE_TIME = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)", re.ASCII)


def is_date_time(text: str) -> bool:
    """True for an RFC 3339 date-time (section 5.6), with its offset."""
    if not _DATE_TIME.fullmatch(text):
        return False
    leap_second_free = re.sub(r":60(?=[.Zz+-])", ":59", text)
    head, _, _ = re.sub(r"[Zz]|[+-]\d\d:\d\d$", "", leap_second_free).partition(".")
    return _parses(datetime.datetime.fromisoformat)(head.upper())


_LOCAL = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?", re.ASCII)


def is_local_date_time(text: str) -> bool:
    """True for a date-time without an offset: what the clocks of some place show."""
    return bool(_LOCAL.fullmatch(text)) and is_date_time(f"{text}Z")


_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(\.\d+)?([Zz]|[+-]\d\d:\d\d)?", re.ASCII)
"""A time of day: RFC 3339's, or one without an offset, as most servers write it."""

_DURATION = re.compile(
    r"-?P(?=.)((\d+W)|(\d+Y)?(\d+M)?(\d+D)?(T(?=.)(\d+H)?(\d+M)?(\d+(\.\d+)?S)?)?)|(-?\d+ )?-?\d\d:\d\d:\d\d(\.\d+)?",
    re.ASCII,
)
"""RFC 3339's duration, or days, hours, minutes and seconds, as Django and Python write it."""

_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")

_SHORT = 64
"""Texts up to this length are remembered. A server may send longer ones, as many as it likes."""


def _remembered(check: Callable[[str], bool]) -> Callable[[str], bool]:
    """The same check, quick for a text that was checked before: a run sees the rows of a list again and again."""
    known = lru_cache(maxsize=1 << 14)(check)
    return lambda text: known(text) if len(text) <= _SHORT else check(text)


FORMATS: dict[str, Callable[[str], bool]] = {
    "date-time": _remembered(is_date_time),
    "date-time-local": _remembered(is_local_date_time),
    "time": lambda text: bool(_TIME.fullmatch(text)),
    "date": _remembered(lambda text: len(text) == 10 and _parses(datetime.date.fromisoformat)(text)),
    "duration": lambda text: bool(_DURATION.fullmatch(text)),
    "uuid": lambda text: bool(_UUID.fullmatch(text)),
    "decimal": _remembered(lambda text: _parses(Decimal)(text) and Decimal(text).is_finite()),
}
"""The formats that values are checked for, beside the ones that jsonschema-rs knows."""

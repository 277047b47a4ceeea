"""Whether a request, as sent, is valid by the contract.

Everything in a URL is text, so a wrong generated value may still be sent as a right one. So the result has
three values. "" is for a surely valid request, and a reason is for a surely invalid one. None is for what
sensible servers may read either way: an empty value, an integer as `1e3`, a date without a time.
"""

from __future__ import annotations

import json
import operator
import re
import urllib.parse
import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from conformance.oracle.lookups import kind_of
from conformance.oracle.operands import listed
from conformance.transport.exchange import Request
from spec import Contract, Filter, Operation, Parameter, templates
from spec.lookups import LOOKUPS
from spec.patterns import is_match
from spec.values import checker, is_date_time

Validity = str | None

_ABSENT = ("", "null", "none", "undefined")
"""Texts that servers treat like a missing parameter."""

_SPOKEN = (frozenset(("true", "false", "1", "0")), frozenset(("t", "f", "yes", "no", "y", "n", "on", "off")))
_CONSTRAINTS = ("enum", "const", "pattern", "minLength", "maxLength")
_SURE_INTEGER = 2**31

_JSON_TYPES: Mapping[str, type] = {"array": list, "object": dict}


@dataclass(frozen=True)
class Judge:
    """Judges requests by a contract."""

    contract: Contract
    _check: Callable[[str, Any], str | None] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_check", checker(self.contract, "request"))

    def __call__(self, request: Request) -> Validity:
        """The validity of a whole request: the first flaw, else a doubt, else valid."""
        operation = self.contract.by_code[request.operation]
        return _first(
            [
                *self._path(operation, request),
                *self._query(operation, request),
                *self._headers(operation, request),
                self._body(operation, request),
            ]
        )

    def items(self, request: Request) -> str | None:
        """The mistake in each item of a write's body, or in its one row; None unless all are surely wrong."""
        operation = self.contract.by_code[request.operation]
        media = operation.body
        schema = self.contract.resolve(media.json.schema) if media and media.json and media.json.schema else {}
        try:
            data = json.loads(request.body or b"")
        except (ValueError, RecursionError):
            return None
        if operation.access and operation.access.action == "creates":
            rows = operation.access.sent_in(data)
            fields, needed = self.contract.body_fields(operation), self.contract.needed_fields(operation)
            flaws = [self._item(fields, needed, row) for row in rows]
            return flaws[0] if isinstance(data, (dict, list)) and flaws and all(flaws) else None
        if not isinstance(data, list) or not data or "items" not in schema:
            return None
        items = schema["items"]
        flaws = [self._item(self.contract.properties(items), self.contract.required(items), item) for item in data]
        return flaws[0] if all(flaws) else None

    def _item(self, fields: Mapping[str, Mapping[str, Any]], required: Iterable[str], item: Any) -> str | None:
        """Missing fields, lists or objects in place of a plain value, and plain values in place of those."""
        if not isinstance(item, dict):
            return f"the item {json.dumps(item)[:40]} isn't an object"
        for name in required:
            if name not in item and "default" not in fields.get(name, {}):
                return f"{name} is required, and isn't there"
        for name, value in item.items():
            wanted = fields.get(name, {}).get("type")
            if isinstance(wanted, str) and value not in (None, "", [], {}):
                needed = _JSON_TYPES.get(wanted)
                if not isinstance(value, needed) if needed else isinstance(value, (list, dict)):
                    return f"{name} isn't of the type {wanted}"
        return None

    def _path(self, operation: Operation, request: Request) -> Iterable[Validity]:
        found = templates.matcher(operation.path).fullmatch(request.path)
        for name, raw in zip(templates.placeholders(operation.path), found.groups() if found else (), strict=False):
            parameter, text = operation.parameter(name), urllib.parse.unquote(raw, errors="replace")
            # A slash or dots may lead to another route.
            if parameter is None or "/" in text or not text.strip("."):
                yield None
            else:
                yield self._text(parameter.schema, text, f"{name} in the path", f"{parameter.pointer}/schema")

    def _query(self, operation: Operation, request: Request) -> Iterable[Validity]:
        declared = {p.name: p for p in operation.parameters if p.place == "query"}
        sent: dict[str, list[str]] = {}
        for name, text in request.query:
            sent.setdefault(name, []).append(text)
        for name, parameter in declared.items():
            if parameter.required and name not in sent and not parameter.free_keys:
                yield f"{name} is required, and isn't there"
        for name, texts in sent.items():
            yield self._sent(operation, declared.get(name), name, texts)

    def _sent(self, operation: Operation, parameter: Parameter | None, name: str, texts: list[str]) -> Validity:
        """Everything that is sent under one name."""
        if parameter is None or parameter.free_keys:
            # An undeclared name isn't invalid by itself; the clause param.misspelt covers it. The same holds for a
            # key that no attribute is likely to have.
            plain = re.fullmatch(r"\w+", name, re.ASCII)
            keyed = next((f for f in operation.filters if plain and f.free_key and _is_key(f, name)), None)
            return _first(self._text(keyed.schema, text, name) for text in texts) if keyed else None
        if parameter.fields or parameter.expands or parameter.ordering:
            return None  # whether an unknown name is refused is open, or said by another clause
        if any(LOOKUPS[f.lookup].operand == "pair" for f in parameter.filters):
            return None  # a range needs two values, and which is the first one is open
        if parameter.pagination:
            return self._paging(operation, parameter, texts)
        if parameter.prefixed:
            return _first(self._prefixed(parameter, text) for text in texts) if len(texts) == 1 else None
        schema = self.contract.sent(parameter.schema)
        if schema.get("type") == "array":
            between = parameter.delimiter
            if between is None and not (parameter.explode and parameter.style == "form"):
                return None
            parts = texts if between is None else [part for text in texts for part in text.split(between)]
            return _first(self._text(schema.get("items", {}), part, name) for part in parts)
        found = [self._text(schema, text, name, f"{parameter.pointer}/schema") for text in texts]
        if len(found) == 1:
            return found[0]
        # Some servers take the first of several, some the last: only if all are wrong is the request surely wrong.
        return found[0] if all(found) else None

    def _prefixed(self, parameter: Parameter, text: str) -> Validity:
        """A value with a prefix: what follows is a value of the lookup. Without a known prefix nobody can say."""
        filter = next((f for f in parameter.filters if f.prefix and f.prefix == _longest(f.prefixes, text)), None)
        if filter is None:
            return None
        rest = text.removeprefix(filter.prefix)
        return _first(self._text(filter.schema, part, parameter.name) for part in listed(filter, rest))

    def _paging(self, operation: Operation, parameter: Parameter, texts: list[str]) -> Validity:
        """A page or a limit: a high one may be past the end, or above the server's maximum."""
        found = [self._text(parameter.schema, text, parameter.name) for text in texts]
        if all(found):
            return found[0]
        limit = operation.pagination.limit if operation.pagination else None
        modest = {"1", str(limit.usual)} if parameter.pagination == "limit" and limit else {"1"}
        if parameter.pagination == "cursor":
            return None  # only the server knows its cursors
        return "" if len(texts) == 1 and texts[0] in modest else None

    def _headers(self, operation: Operation, request: Request) -> Iterable[Validity]:
        sent = {name.lower(): value for name, value in request.headers}
        for parameter in operation.parameters:
            if parameter.place == "header" and parameter.name.lower() in sent:
                text = sent[parameter.name.lower()]
                yield self._text(parameter.schema, text, parameter.name, f"{parameter.pointer}/schema")

    def _body(self, operation: Operation, request: Request) -> Validity:
        """Only the outermost shape counts: a mistake in an item may fail as an item."""
        media = operation.body.json if operation.body else None
        if media is None or media.schema is None:
            return ""
        try:
            data = json.loads(request.body or b"")
        except (ValueError, RecursionError):
            return "the body isn't JSON" if request.body and b"\0" not in request.body else None
        wanted = str(self.contract.resolve(media.schema).get("type"))
        if wanted in _JSON_TYPES and not isinstance(data, _JSON_TYPES[wanted]):
            return f"the body isn't an {wanted}"
        return None

    def _text(self, schema: Mapping[str, Any], text: str, name: str, pointer: str = "") -> Validity:
        """One text as a value of a schema."""
        schema = self.contract.resolve(schema)
        types = schema.get("type", "string")
        types = {types} if isinstance(types, str) else set(types) - {"null"}
        if len(types) != 1 or types & {"array", "object"} or text.strip().lower() in _ABSENT:
            return None
        kind = kind_of(schema)
        if kind == "text":
            return self._constrained(schema, text, name, pointer)
        if kind == "number":
            return _number(schema, text, name, integer="integer" in types)
        return _FORMS[kind](text, name)

    def _constrained(self, schema: Mapping[str, Any], text: str, name: str, pointer: str) -> Validity:
        if not text.isprintable() or text != text.strip() or len(text) > 100:
            return None
        if not any(word in schema for word in _CONSTRAINTS):
            return "" if "format" not in schema else None
        if not pointer:
            return None
        wrong = self._check(pointer, text)
        return f"{name}: {wrong}" if wrong else ""


def _first(found: Iterable[Validity]) -> Validity:
    """Flaws before doubts, doubts before none."""
    seen = list(found)
    return next((flaw for flaw in seen if flaw), None if None in seen else "")


def _longest(prefixes: Iterable[str], text: str) -> str | None:
    """The first prefix, of which the longest ones come first, that a text begins with."""
    return next((prefix for prefix in prefixes if text.startswith(prefix)), None)


def _is_key(filter: Filter, name: str) -> bool:
    before, _, after = filter.parameter.partition("KEY")
    fits = name.startswith(before) and name.endswith(after) and len(name) >= len(before) + len(after)
    return fits and is_match(filter.key_pattern or ".+", name[len(before) : len(name) - len(after)])


_BOUNDS: Mapping[str, Callable[[float, float], bool]] = {
    "minimum": operator.lt,
    "maximum": operator.gt,
    "exclusiveMinimum": operator.le,
    "exclusiveMaximum": operator.ge,
}
"""The keyword that declares a bound, when a number is outside of it."""


def _number(schema: Mapping[str, Any], text: str, name: str, *, integer: bool) -> Validity:
    bare = text.strip()
    if not re.fullmatch(r"[+-]?[0-9]{1,40}", bare):
        if not integer:
            return None if any(c.isdecimal() for c in bare) else f"{name}={text!r} isn't a number"
        # Some servers read digits of other scripts, separators, exponents and `5.0` as integers.
        whole = re.fullmatch(r"[+-]?[\d_, ]*(\.0*)?([eE][+-]?\d+)?", bare)
        return None if whole else f"{name}={text!r} isn't an integer"
    value = int(bare)
    for word, outside in _BOUNDS.items():
        if word in schema and outside(value, schema[word]):
            return f"{name}={text!r} is outside the declared {word} {schema[word]}"
    return "" if text == str(value) and abs(value) < _SURE_INTEGER else None


def _boolean(text: str, name: str) -> Validity:
    if text in ("true", "false"):
        return ""
    bare = text.strip().lower()
    known = any(bare in spoken for spoken in _SPOKEN) or bare.lstrip("+-").isdecimal()
    return None if known else f"{name}={text!r} isn't a boolean"


def _uuid(text: str, name: str) -> Validity:
    if re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", text):
        return ""
    try:
        uuid.UUID(text.strip())
    except ValueError:
        return f"{name}={text!r} isn't a uuid"
    return None


def _date(text: str, name: str) -> Validity:
    found = re.match(r"(\d{4})-(\d\d)-(\d\d)", text, re.ASCII)
    if not any(c.isdecimal() for c in text):
        return f"{name}={text!r} isn't a date"
    if found and found[1] != "0000" and not (1 <= int(found[2]) <= 12 and 1 <= int(found[3]) <= 31):
        return f"{name}={text!r} isn't a date that there is"
    # Some servers can't handle distant years, or offsets of a day.
    near = found and 1970 <= int(found[1]) <= 2100
    ordinary = is_date_time(text) and re.search(r"(Z|[+-](0\d|1[0-4]):[0-5]\d)$", text, re.ASCII)
    return "" if near and ordinary else None


def _local(text: str, name: str) -> Validity:
    """A date-time without an offset; some servers take one with an offset as well."""
    found = _date(f"{text}Z", name)
    return f"{name}={text!r} isn't a date-time" if found else found


_FORMS: Mapping[str, Callable[[str, str], Validity]] = {
    "boolean": _boolean,
    "uuid": _uuid,
    "date-time": _date,
    "local": _local,
    "date": _date,
}

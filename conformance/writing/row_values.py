"""Values for the fields of a new row, made from their schemas alone: valid, and different for each variant.

A text holds the row's mark, which a run recognises as its own, wherever the schema leaves room for it.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import jsonschema_rs

from spec import Contract
from spec.model import JSON, LOCAL, Schema
from spec.values import FORMATS

ABSENT: Any = object()
"""The value of a field for which none could be made."""

DEEPEST = 4
"""Objects in objects that are made."""

_WORDS = ("Çanta  Ağaç & 'Söğüt'", "Yeşil  Gömlek & 2. Kalite", "ñandú  ß & #3", "Plum  naïve & 50%")
"""Letters of other scripts, two blanks in a row, and what HTML escapes."""

_FIRST = datetime(2031, 5, 22, 11, 42, 32, tzinfo=UTC)


def value(contract: Contract, schema: Schema, name: str, mark: str, variant: int, known: Sequence[JSON] = ()) -> JSON:
    """A value that fits a schema, ABSENT where none was found; `known` are values that a server has accepted."""
    whole = contract.whole(schema)
    made = (one for one in _values(contract, whole, name, mark, variant, 0) if one is not ABSENT)
    turned = [*known[variant % len(known) :], *known[: variant % len(known)]] if known else []
    examples = [one for one in (*whole.get("examples", ()), whole.get("example")) if one is not None]
    chosen = (*turned, *made, *examples) if known else (*made, *examples)
    valid = fits(contract, whole)
    return next((one for one in chosen if valid(one)), ABSENT)


def fits(contract: Contract, schema: Schema) -> Callable[[JSON], bool]:
    """A function that gives True for values of a schema; of one that can't be compiled, for all."""
    # References are written from the document's root, so the components stand beside a schema that has any.
    whole = {**schema, "components": contract.document.get("components", {})} if _refers(schema) else schema
    try:
        return jsonschema_rs.Draft202012Validator(dict(whole), validate_formats=True, formats=FORMATS).is_valid
    except (jsonschema_rs.ValidationError, jsonschema_rs.ReferencingError, ValueError):
        return lambda value: True


def _refers(node: JSON) -> bool:
    if isinstance(node, Mapping):
        return "$ref" in node or any(map(_refers, node.values()))
    return isinstance(node, list) and any(map(_refers, node))


def types_of(schema: Schema) -> tuple[str, ...]:
    """The types of a schema but for null."""
    types = schema.get("type")
    names = types if isinstance(types, list) else [types]
    return tuple(name for name in names if isinstance(name, str) and name != "null")


def _values(contract: Contract, schema: Schema, name: str, mark: str, variant: int, depth: int) -> Iterator[JSON]:
    if "const" in schema:
        yield schema["const"]
    choices = [one for one in schema.get("enum", ()) if one is not None and one != ""]
    if choices:
        yield choices[variant % len(choices)]
    for word in ("oneOf", "anyOf"):
        for branch in schema.get(word, ()) if depth < DEEPEST else ():
            if isinstance(branch, Mapping):
                yield from _values(contract, contract.whole(branch), name, mark, variant, depth + 1)
    if not schema.keys() & {"type", "const", "enum", "oneOf", "anyOf"} and depth == 0:
        yield {"note": mark}  # a field of which nothing is said holds anything
    for kind in types_of(schema):
        match kind:
            case "string":
                yield from _texts(schema, name, mark, variant)
            case "integer" | "number":
                yield from _numbers(schema, variant)
            case "boolean":
                yield variant % 2 == 0
            case "array":
                yield _list(contract, schema, name, mark, variant, depth)
            case "object":
                yield _object(contract, schema, mark, variant, depth)


def _texts(schema: Schema, name: str, mark: str, variant: int) -> Iterator[str]:
    """Texts of a schema, those that hold the whole mark first."""
    digits = re.sub(r"\D", "", str(uuid.uuid5(uuid.NAMESPACE_OID, mark).int))
    slug = f"{mark}-{variant}".lower()
    moment = _FIRST + timedelta(days=variant, seconds=int(digits[:4]))
    by_format: Mapping[str, tuple[str, ...]] = {
        "date-time": (moment.isoformat().replace("+00:00", "Z"),),
        LOCAL: (moment.replace(tzinfo=None).isoformat(),),
        "date": (moment.date().isoformat(),),
        "time": (f"{moment:%H:%M:%S}",),
        "uuid": (str(uuid.uuid5(uuid.NAMESPACE_OID, f"{mark} {name} {variant}")),),
        "email": (f"{slug}@example.com",),
        "uri": (f"https://example.com/{slug}",),
        "url": (f"https://example.com/{slug}",),
        "hostname": (f"{slug}.example.com",),
        "ipv4": (f"192.0.2.{1 + variant}",),
        "ipv6": (f"2001:db8::{1 + variant}",),
        "decimal": tuple(_decimals(schema, variant)),
        "duration": ("P1D",),
    }
    named = by_format.get(str(schema.get("format")))
    if named is not None:
        yield from named
        return
    long = f"{mark} {_WORDS[variant % len(_WORDS)]} {name} {variant}"
    most, least = int(schema.get("maxLength", 10_000)), int(schema.get("minLength", 0))
    if "pattern" not in schema:
        text = long if len(long) <= most else f"{mark} {variant}" if len(mark) + 4 <= most else f"{digits[:most]}"
        yield text.ljust(least, "x")
        return
    for text in (long, f"{mark}-{variant}", slug, slug.replace("-", "_"), slug.upper(), slug.replace("-", "")):
        yield text[:most]
    yield from _decimals(schema, variant)
    letters = "".join(chr(ord("a") + int(digit)) for digit in digits)
    for size in (least, most, 3, 2, 5, 8, 10, 12, 4, 6):
        yield from (digits[:size], letters[:size], letters[:size].upper(), f"+1{digits[:size]}")


def _decimals(schema: Schema, variant: int) -> Iterator[str]:
    """Decimals as texts, with the digits that a pattern allows."""
    yield from (f"1{variant}.25", f"{variant % 9}.25", f"{variant % 9}.5", f"1{variant}", f"{variant % 9}")


def _numbers(schema: Schema, variant: int) -> Iterator[int | float]:
    low, high = schema.get("minimum"), schema.get("maximum")
    if isinstance(schema.get("exclusiveMinimum"), (int, float)) and not isinstance(schema["exclusiveMinimum"], bool):
        low = schema["exclusiveMinimum"] + 1
    if isinstance(schema.get("exclusiveMaximum"), (int, float)) and not isinstance(schema["exclusiveMaximum"], bool):
        high = schema["exclusiveMaximum"] - 1
    step = schema.get("multipleOf", 1)
    step = step if isinstance(step, (int, float)) and step > 0 else 1
    least = low if isinstance(low, (int, float)) else 1
    # Near a low bound, and never the bound itself: many a server treats 0 as nothing.
    wanted = Decimal(str(max(least, 1))) + 2 + variant
    for number in (wanted, wanted - 2, Decimal(str(least)), Decimal(str(high if high is not None else 0))):
        rounded = number // Decimal(str(step)) * Decimal(str(step))
        for one in (rounded, rounded + Decimal(str(step)), number):
            yield int(one) if one == one.to_integral_value() else float(one)
    yield 0.5


def _list(contract: Contract, schema: Schema, name: str, mark: str, variant: int, depth: int) -> JSON:
    items = schema.get("items")
    if not isinstance(items, Mapping) or depth >= DEEPEST:
        return []
    entries = []
    for n in range(max(int(schema.get("minItems", 0)), min(2, int(schema.get("maxItems", 2))))):
        whole = contract.whole(items)
        valid = fits(contract, whole)
        made = _values(contract, whole, name, f"{mark}-{n}", variant + n, depth + 1)
        entries.append(next((one for one in made if one is not ABSENT and valid(one)), ABSENT))
    return [entry for entry in entries if entry is not ABSENT]


def _object(contract: Contract, schema: Schema, mark: str, variant: int, depth: int) -> JSON:
    if depth >= DEEPEST:
        return ABSENT
    fields, needed = contract.properties(schema), contract.required(schema)
    made: dict[str, JSON] = {}
    for name, field in fields.items():
        if field.get("readOnly") is True:
            continue
        whole = contract.whole(field)
        valid = fits(contract, whole)
        inner = _values(contract, whole, name, mark, variant, depth + 1)
        found = next((one for one in inner if one is not ABSENT and valid(one)), ABSENT)
        if found is not ABSENT:
            made[name] = found
        elif name in needed:
            return ABSENT
    if not fields and schema.get("additionalProperties") is not False:
        made[f"key{variant}"] = mark
    return made

"""The normal form of a schema: its meaning, however it was written.

Null has one spelling, bounds too; `$ref`, `allOf` and wrappers of one are gone, as is what has no effect.
Documents are compared by these facts alone, so a rewrite without effect shows no difference.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from spec.model import JSON

Key = tuple[str, ...]
"""A schema as the pointers of the schemas that it is all of; () is the schema that everything fits."""

ATOMS = frozenset({"null", "boolean", "integer", "fraction", "string", "array", "object"})
"""JSON's types; numbers are integers or fractions, so that number is wider than integer."""

NUMBERS = frozenset({"integer", "fraction"})

RELEVANT: Mapping[str, frozenset[str]] = {
    **dict.fromkeys(("minimum", "maximum", "multipleOf"), NUMBERS),
    **dict.fromkeys(("minLength", "maxLength", "pattern"), frozenset({"string"})),
    **dict.fromkeys(("contentEncoding", "contentMediaType"), frozenset({"string"})),
    **dict.fromkeys(("minItems", "maxItems", "uniqueItems", "minContains", "maxContains"), frozenset({"array"})),
    **dict.fromkeys(("minProperties", "maxProperties", "dependentRequired"), frozenset({"object"})),
    "format": NUMBERS | {"string"},
}
"""The types that a keyword applies to."""


UNLISTED_NULL = "null that enum leaves out"
"""A mark: the type allows null, and the listed values don't have it."""


IMPLIED_TEXT = "a type that the encoding implies"
"""A mark: encoded content without a type."""


@dataclass(frozen=True)
class Union:
    """`anyOf` or `oneOf` with two members or more, null left out."""

    kind: str
    members: tuple[Key, ...]
    null: bool
    pointer: str


@dataclass
class Facts:
    """The facts of a schema. With the defaults, everything fits."""

    types: frozenset[str] = ATOMS
    stated: frozenset[str] = ATOMS
    """The types without what the alternatives leave of them."""
    enum: dict[str, JSON] | None = None
    """The values that fit, by their canonical JSON; None when they aren't listed. Null stands in `types`."""
    checks: dict[str, JSON] = field(default_factory=dict)
    """Keywords that narrow a scalar, a list or an object by a plain value."""
    properties: dict[str, Key] = field(default_factory=dict)
    required: frozenset[str] = frozenset()
    patterns: dict[str, Key] = field(default_factory=dict)
    subschemas: dict[str, Key] = field(default_factory=dict)
    """additionalProperties, items, contains, not, ...: one schema a keyword."""
    prefix: tuple[Key, ...] = ()
    dependents: dict[str, Key] = field(default_factory=dict)
    unions: tuple[Union, ...] = ()
    nullable: bool = False
    """Null fits as well, whatever type the rest implies."""
    marks: dict[str, JSON] = field(default_factory=dict)
    """What doesn't narrow, but changes the meaning: default, deprecated, readOnly, discriminator, ..."""
    words: dict[str, tuple[JSON, ...]] = field(default_factory=dict)
    """Texts for people."""
    unknown: dict[str, tuple[JSON, ...]] = field(default_factory=dict)
    """Keywords that JSON Schema and OpenAPI don't know, and values that aren't a schema."""
    places: dict[str, str] = field(default_factory=dict)
    """Keyword to the pointer of its schema."""

    @property
    def never(self) -> bool:
        """True when no value fits."""
        return not self.types

    @property
    def plain(self) -> bool:
        """True when it has types only."""
        return not (
            self.checks
            or self.properties
            or self.required
            or self.patterns
            or self.subschemas
            or self.prefix
            or self.dependents
            or self.unions
            or self.unknown
            or self.enum is not None
        )

    @property
    def everything(self) -> bool:
        """True when any value fits."""
        return self.plain and self.types == ATOMS

    def admits_null(self) -> bool:
        """True when null fits."""
        return "null" in self.types and all(union.null for union in self.unions)

    def where(self, keyword: str, otherwise: str) -> str:
        """The pointer of a keyword, or of the schema when it stands nowhere."""
        holder = self.places.get(keyword)
        return f"{holder}/{keyword}" if holder is not None else otherwise


def same(one: JSON, other: JSON) -> bool:
    """True for equal JSON values; Python takes false for 0 and true for 1."""
    if one != other:
        return False
    written = [json.dumps(value, sort_keys=True) for value in (one, other)]
    return written[0] == written[1] or canonical(one) == canonical(other)


def canonical(value: JSON) -> str:
    """One text for equal JSON values: 1 and 1.0 are equal, true and 1 aren't."""
    return json.dumps(_integral(value), sort_keys=True, ensure_ascii=False)


def _integral(value: JSON) -> JSON:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, list):
        return [_integral(item) for item in value]
    if isinstance(value, dict):
        return {key: _integral(item) for key, item in value.items()}
    return value


def atom(value: JSON) -> str:
    """The type of a value."""
    match value:
        case None:
            return "null"
        case bool():
            return "boolean"
        case int():
            return "integer"
        case float():
            return "integer" if value.is_integer() else "fraction"
        case str():
            return "string"
        case list():
            return "array"
        case _:
            return "object"


# -- all of several ------------------------------------------------------------------------------------


def intersected(one: Facts, other: Facts) -> Facts:
    """The values that fit both; where only one meaning is possible, that of `one`."""
    enum = one.enum if other.enum is None else other.enum
    if one.enum is not None and other.enum is not None:
        enum = {key: value for key, value in one.enum.items() if key in other.enum}
    return Facts(
        types=one.types & other.types,
        stated=one.stated & other.stated,
        enum=enum,
        checks=_checks(one.checks, other.checks),
        properties=_keys(one.properties, other.properties),
        required=one.required | other.required,
        patterns=_keys(one.patterns, other.patterns),
        subschemas=_keys(one.subschemas, other.subschemas),
        prefix=tuple(
            (one.prefix[i] if i < len(one.prefix) else ()) + (other.prefix[i] if i < len(other.prefix) else ())
            for i in range(max(len(one.prefix), len(other.prefix)))
        ),
        dependents=_keys(one.dependents, other.dependents),
        unions=one.unions + tuple(union for union in other.unions if union not in one.unions),
        nullable=one.nullable and other.nullable,
        marks={**other.marks, **one.marks},
        words=_several(one.words, other.words),
        unknown=_several(one.unknown, other.unknown),
        places={**other.places, **one.places},
    )


def _keys(one: Mapping[str, Key], other: Mapping[str, Key]) -> dict[str, Key]:
    return {name: tuple(dict.fromkeys((*one.get(name, ()), *other.get(name, ())))) for name in {**one, **other}}


def _several(one: Mapping[str, tuple[JSON, ...]], other: Mapping[str, tuple[JSON, ...]]) -> dict[str, tuple[JSON, ...]]:
    found: dict[str, tuple[JSON, ...]] = {}
    for name in {**one, **other}:
        values = {canonical(value): value for value in (*one.get(name, ()), *other.get(name, ()))}
        found[name] = tuple(values.values())
    return found


def _checks(one: Mapping[str, JSON], other: Mapping[str, JSON]) -> dict[str, JSON]:
    return {
        name: _check(name, one[name], other[name]) if name in one and name in other else one.get(name, other.get(name))
        for name in {**one, **other}
    }


def _check(name: str, one: JSON, other: JSON) -> JSON:
    if isinstance(one, frozenset):
        return one | other
    if name == "minimum":  # (bound, exclusive)
        return max(one, other)
    if name == "maximum":
        return min(one, other, key=lambda bound: (bound[0], not bound[1]))
    if name == "dependentRequired":
        return {key: frozenset(one.get(key, ())) | frozenset(other.get(key, ())) for key in {**one, **other}}
    if name.startswith("min"):
        return max(one, other)
    return min(one, other) if name.startswith("max") else one or other


# -- null ------------------------------------------------------------------------------------------------


def with_null(facts: Facts, *, listed: bool = True) -> Facts:
    """The same, and null; it is `listed` unless only the type allows it."""
    if facts.enum is not None and listed:
        facts.enum = {**facts.enum, "null": None}
    facts.unions = tuple(Union(u.kind, u.members, True, u.pointer) for u in facts.unions)
    if facts.types == ATOMS:
        facts.nullable = True
    else:
        facts.types |= {"null"}
    return facts


# -- the last touches ------------------------------------------------------------------------------------


def finished(facts: Facts) -> Facts:
    """The facts with types implied, listed values narrowed and bounds in whole numbers."""
    facts.types = _implied(facts)
    _narrow_by_enum(facts)
    if not facts.types & {"fraction"}:
        _whole_bounds(facts)
    return facts


def _implied(facts: Facts) -> frozenset[str]:
    """The types that fit: encoded content is text, which 3.0 declares by `type` and 3.1 leaves out."""
    if facts.types == ATOMS and facts.checks.keys() & {"contentEncoding", "contentMediaType"}:
        facts.marks[IMPLIED_TEXT] = True
        return frozenset({"string", "null"} if facts.nullable else {"string"})
    return facts.types


def _narrow_by_enum(facts: Facts) -> None:
    if facts.enum is None:
        return
    values = {key: value for key, value in facts.enum.items() if atom(value) in facts.types and value is not None}
    listed = "null" in facts.enum
    # A type that allows null beside values that leave it out: authors mean it, JSON Schema doesn't.
    null = "null" in facts.types and (listed or facts.types != ATOMS)
    if null and not listed:
        facts.marks[UNLISTED_NULL] = True
    types = {atom(value) for value in values.values()} | ({"null"} if null else set())
    facts.types = frozenset(types)
    facts.stated &= types
    facts.enum = values
    if (types - {"null"} == {"boolean"} and len(values) == 2) or not types - {"null"}:
        facts.enum = None


def _whole_bounds(facts: Facts) -> None:
    """For integers, the bounds that integers reach."""
    for name, step in (("minimum", 1), ("maximum", -1)):
        bound = facts.checks.get(name)
        if bound is not None:
            value, exclusive = bound
            whole = -(-value // 1) if step == 1 else value // 1
            if exclusive and whole == value:
                whole += step
            facts.checks[name] = (int(whole) if whole == whole and abs(whole) != float("inf") else whole, False)

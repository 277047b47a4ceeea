"""No break is missed: values that a validator takes by one schema and refuses by another.

The validator is the oracle. It knows nothing of the comparison, and the pairs are made by chance.
"""

from __future__ import annotations

import copy
from typing import Any

import jsonschema_rs
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from spec.diff import Comparison
from tests.spec.diff.documents import compared, told, with_schemas

SCALARS: list[Any] = [None, True, False, 0, 1, 2, 3, 5, 10, -1, 0.5, 2.5, "", "a", "b", "ab", "abc", "x1", "2024-01-01"]
VALUES: list[Any] = [
    *SCALARS,
    *([], ["a"], ["a", "a"], ["a", "b", "c"], [1], [1, 2, 3], [None], ["a", 1], [{}], [{"a": "b"}], [["a"]]),
    *({}, {"a": "a"}, {"a": 1}, {"b": 2}, {"a": "a", "b": 2}, {"a": None}, {"a": "a", "b": 2, "c": True}, {"x": 1}),
    *({"x": "a"}, {"kind": "cat"}, {"kind": "dog"}, {"kind": "cat", "a": "a"}, {"a": {"b": 1}}, {"a": ["a"]}),
    *({"a": "abc", "xy": "a"}, {"b": 5, "c": None}),
]

TYPES = st.sampled_from(["string", "integer", "number", "boolean", "null", "array", "object"])
SMALL = st.integers(0, 3)


def keywords(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """One keyword with a value."""

    def one(name: str, value: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
        return value.map(lambda v: {name: v})

    # oneOf is left out: that alternatives which overlap refuse each other's values is what nobody means by it.
    names = st.sampled_from(["a", "b", "c", "kind"])
    some_names = st.lists(names, max_size=2, unique=True)
    return st.one_of(
        one("type", TYPES),
        one("type", st.lists(TYPES, min_size=1, max_size=3, unique=True)),
        one("enum", st.lists(st.sampled_from(SCALARS), min_size=1, max_size=3, unique_by=repr)),
        one("const", st.sampled_from(SCALARS)),
        *(one(name, SMALL) for name in ("minLength", "maxLength", "minItems", "maxItems", "minProperties")),
        *(one(name, st.sampled_from([0, 1, 2, 2.5])) for name in ("minimum", "maximum")),
        *(one(name, st.sampled_from([0, 1, 2, 2.5])) for name in ("exclusiveMinimum", "exclusiveMaximum")),
        one("maxProperties", SMALL),
        one("multipleOf", st.sampled_from([1, 2, 0.5])),
        one("pattern", st.sampled_from(["^a", "b$", "^.*$"])),
        one("uniqueItems", st.booleans()),
        one("required", some_names),
        one("properties", st.dictionaries(names, inner, min_size=1, max_size=2)),
        one("additionalProperties", inner | st.booleans()),
        one("patternProperties", st.dictionaries(st.sampled_from(["^a", "^x"]), inner, min_size=1, max_size=1)),
        one("propertyNames", st.sampled_from([{"maxLength": 1}, {"pattern": "^a"}, True])),
        one("dependentRequired", st.dictionaries(names, some_names, max_size=1)),
        one("dependentSchemas", st.dictionaries(names, inner, max_size=1)),
        one("items", inner | st.booleans()),
        one("prefixItems", st.lists(inner, min_size=1, max_size=2)),
        st.tuples(inner, SMALL).map(lambda pair: {"contains": pair[0], "minContains": pair[1]}),
        one("not", inner),
        st.tuples(inner, inner).map(lambda pair: {"if": pair[0], "then": pair[1]}),
        *(one(name, st.lists(inner, min_size=1, max_size=3)) for name in ("allOf", "anyOf")),
    )


def combined(parts: list[dict[str, Any]]) -> dict[str, Any]:
    return {name: value for part in parts for name, value in part.items()}


SCHEMAS = st.recursive(
    st.sampled_from(
        [{}, {"type": "string"}, {"type": "integer"}, {"type": "object"}, {"const": "cat"}, {"type": "null"}]
    ),
    lambda inner: st.lists(keywords(inner), min_size=1, max_size=3).map(combined),
    max_leaves=6,
)


@settings(max_examples=150, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(SCHEMAS, SCHEMAS, st.data())
def test_no_break_is_missed(one: Any, other: Any, data: st.DataObject) -> None:
    if data.draw(st.booleans(), "one keyword differs"):
        other = {**copy.deepcopy(one), **data.draw(keywords(st.just({"type": "string"})))}
    before, after = (jsonschema_rs.Draft202012Validator(schema) for schema in (one, other))
    refused = [value for value in VALUES if before.is_valid(value) and not after.is_valid(value)]
    new = [value for value in VALUES if after.is_valid(value) and not before.is_valid(value)]
    if not refused and not new:
        return
    for place, missed in (("sent", refused), ("shown", new)):
        found = compared(with_schemas(**{place: one}), with_schemas(**{place: other}))
        assert found.changes
        assert not missed or found.callers == "major" or _grown(found), (missed[:3], told(found))


def _grown(found: Comparison) -> bool:
    """True where something was added that both sides must tolerate, whatever a validator reports."""
    return any(c.rule == "response.enum.wider" or ".property." in c.rule for c in found.changes)

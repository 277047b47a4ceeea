"""Wrong filters: the lookup, the value, the key."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, and_, false, func, select, true

from conformance.sandbox import conditions, lookups, values
from conformance.sandbox.behaviour import Answer, Asked
from conformance.sandbox.faults import stacks
from conformance.sandbox.faults.fault import (
    Case,
    Change,
    Family,
    Named,
    at,
    looked_up,
    matching,
    named,
    obeying,
    reading,
)
from conformance.sandbox.lookups import COMPARISONS, Comparison, Predicate, as_kept, every, unless
from conformance.sandbox.pages import Page
from conformance.sandbox.query import Condition, Pairs, Query
from conformance.sandbox.tables import KEY, TEXT, Shape
from spec.lookups import LOOKUPS, NOT, Lookup

_INSTEAD: Mapping[str, tuple[str, ...]] = {
    "exact": ("iexact", "contains", "startswith"),
    "iexact": ("exact", "icontains"),
    "contains": ("icontains", "startswith", "exact"),
    "icontains": ("contains", "istartswith", "iexact"),
    "startswith": ("istartswith", "contains", "endswith"),
    "istartswith": ("startswith", "icontains", "iendswith"),
    "endswith": ("iendswith", "contains", "startswith"),
    "iendswith": ("endswith", "icontains", "istartswith"),
    "regex": ("iregex", "contains"),
    "iregex": ("regex", "icontains"),
}
_ORDER_INSTEAD: Mapping[str, tuple[str, ...]] = {
    "exact": ("gte", "lte"),
    "gt": ("gte", "lt"),
    "gte": ("gt", "lte"),
    "lt": ("lte", "gt"),
    "lte": ("lt", "gte"),
    "after": ("lt", "exact"),
    "before": ("gt", "exact"),
}
_LIKE: Mapping[str, Comparison] = {
    "exact": lambda text, value: text.like(value),
    "contains": lambda text, value: text.contains(value),
    "startswith": lambda text, value: text.startswith(value),
    "endswith": lambda text, value: text.endswith(value),
}


def filter(case: Case) -> Iterator[Named]:
    """A filter that shows the wrong rows."""
    kind = _kind(case)
    yield "ignored", "the filter is taken and nothing is done with it", matching(case, lambda *_: true())
    yield "nothing", "the filter matches no row", matching(case, _given(lambda *_: false()))
    of = LOOKUPS[case.filter.lookup]
    if of.negated:
        yield from _negated(case, of.positive)
        return
    if case.filter.several or case.filter.nested:
        yield from _reached(case, of)
        return
    if of.part:
        yield from _of_part(case, of)
        return
    if of.operand in _OF_OPERANDS:
        yield from _OF_OPERANDS[of.operand](case)
        return
    if of.compares in ("regex", "iregex"):
        for other in ("iregex" if of.compares == "regex" else "regex", "contains", "startswith"):
            yield _other_lookup(case, other)
        return
    if of.compares == "matches":
        yield (
            "half",
            "the first half of the value is enough",
            matching(case, _with_value(lambda v: v[: len(v) // 2 or 1])),
        )
        return
    if kind == "text":
        yield from _text(case)
    elif kind == "uuid" and not case.filter.many:
        lower = reading(case, lambda value: value if value == value.lower() else "00000000-0000-0000-0000-000000000000")
        yield "id-as-text", "an id in upper case matches nothing", lower
    elif kind == "instant":
        yield from _instant(case)
    elif kind == "boolean":
        yield "inverted", "true and false are swapped", matching(case, _given(lambda right, *_: unless(right)))
    if kind in ("instant", "number", "decimal"):
        for lookup in _ORDER_INSTEAD.get(case.filter.lookup, ()):
            yield _other_lookup(case, lookup)
    if kind in ("number", "decimal") and case.filter.lookup not in ("exact", "in"):
        yield "as-text", "numbers are compared as text, so 9 is more than 10", matching(case, _as_text)
    if case.filter.many:
        yield from _many(case)
    if case.filter.free_key:
        yield from _free_key(case)


def _given(
    wrong: Callable[[Predicate, Shape, Condition], Predicate],
) -> Callable[[Predicate, Shape, Condition], Predicate]:
    """Wrong where the parameter is given. For a field that no response shows, only that can be seen."""
    return lambda right, shape, condition: right if condition.by_default else wrong(right, shape, condition)


def _text(case: Case) -> Iterator[Named]:
    lookup = case.filter.lookup
    for other in _INSTEAD.get(lookup, ()):
        yield _other_lookup(case, other)
    if lookup.startswith("i") and lookup != "in":
        yield "ascii-only", "only the letters A to Z are taken as equal in both cases", matching(case, _ascii_only)
    if lookup in _LIKE:
        yield (
            "ascii-folded",
            "the letters A to Z are taken as equal in both cases, as by a LIKE",
            matching(case, _ascii_only),
        )
    for name, description, wrong in stacks.text(lookup, _comparing, numbers=case.filter.free_key):
        yield name, description, matching(case, wrong)
    if lookup.removeprefix("i") in _LIKE and not set(case.filter.wildcards) >= set("%_"):
        yield "wildcards", "% and _ stand for any text, as in an unescaped LIKE", matching(case, _wildcards)


def _comparing(compare: Comparison) -> Callable[[Predicate, Shape, Condition], Predicate]:
    """The condition's column and value, compared in another way."""
    return lambda _, shape, condition: _over_text(shape, condition, compare)


def _instant(case: Case) -> Iterator[Named]:
    if case.filter.local:
        yield "other-zone", "the value is read by the clocks of another time zone", matching(case, _three_hours_later)
    else:
        yield (
            "offset-dropped",
            "the offset is cut off and the rest read as UTC",
            reading(case, lambda value: re.sub(r"[+-]\d\d:\d\d$", "Z", value)),
        )
        if case.filter.lookup in ("gte", "after"):
            yield "fraction-as-milliseconds", "a fraction is a number of milliseconds", reading(case, _as_milliseconds)
    yield (
        "fraction-dropped",
        "the value is cut to whole seconds",
        reading(case, lambda value: re.sub(r"\.\d+", "", value)),
    )
    yield "to-the-second", "rows and value are compared in whole seconds", matching(case, _coarse(1_000_000))
    yield "to-the-day", "rows and value are compared by their day", matching(case, _coarse(86_400_000_000))
    fields = case.contract.shown_fields(case.operation.access.collection) if case.operation.access else {}
    if sum(values.kind(field) == "instant" for field in fields.values()) > 1:
        yield "other-field", "the row's other date-time is compared", matching(case, _other_instant)


def _as_milliseconds(value: str) -> str:
    """The S of Java's SimpleDateFormat counts milliseconds."""
    return re.sub(r"\.(\d{1,2})(?!\d)", lambda found: f".{found[1]:0>3}", value)


def _negated(case: Case, positive: str) -> Iterator[Named]:
    yield "negation-lost", "the rows that it leaves out are shown", matching(case, lambda right, *_: unless(right))
    is_plain = not case.filter.schema.keys() & {"enum", "format"}
    instead = _INSTEAD if _kind(case) == "text" and is_plain else _ORDER_INSTEAD
    for other in instead.get(positive, ()) if "enum" not in case.filter.schema else ():
        yield _other_lookup(case, NOT + other)
    if case.filter.many:
        yield "first-only", "only the first value of the list counts", _listed(case, lambda values: values[:1])


def _reached(case: Case, of: Lookup) -> Iterator[Named]:
    """A field of a related row, or the values of a list."""
    instead = _INSTEAD if _kind(case) == "text" and "enum" not in case.filter.of else _ORDER_INSTEAD
    for other in instead.get(of.compares, ()):
        yield _other_lookup(case, f"{of.part}__{other}" if of.part else other)
    if of.compares == "all":
        yield _other_lookup(case, "in")

    def every_value(right: Predicate, shape: Shape, condition: Condition) -> Predicate:
        reached = shape.reached[condition.filter.field]
        found = lookups.predicate(reached.column, reached.kind, of.name, condition.value, condition.filter.zone)
        others = select(reached.owner).where(unless(found))
        return and_(right, shape.key.column.not_in(others))

    if case.filter.several:
        yield "repeated", "a row is shown once for each value that matches, as by a join", _repeated(case)
    if case.filter.several and of.compares != "all":
        yield "every-value", "all values of a row must match, and not one", matching(case, every_value)
    if of.operand == "list":
        yield "first-only", "only the first value of the list counts", _listed(case, lambda values: values[:1])
    if of.operand == "flag":
        yield from _flag(case)


def _repeated(case: Case) -> Change:
    called = named(case.filter)

    def on_a_page(right: Callable[[Query, Page], Page], query: Query, page: Page) -> Page:
        honest = right(query, page)
        filtered = any(called.fullmatch(name) for name, _ in query.pairs)
        return replace(honest, rows=honest.rows[:1] + honest.rows) if filtered else honest

    def in_a_list(right: Callable[[Asked, Answer], Answer], asked: Asked, answer: Answer) -> Answer:
        honest = right(asked, answer)
        filtered = honest.status == 200 and any(called.fullmatch(name) for name, _ in asked.pairs)
        return replace(honest, body=honest.body[:1] + honest.body) if filtered else honest

    if case.operation.pagination:
        return at(case.operation, "page", on_a_page)
    return at(case.operation, "answer", in_a_list)


def _of_part(case: Case, of: Lookup) -> Iterator[Named]:
    def other_zone(_: Predicate, shape: Shape, condition: Condition) -> Predicate:
        zone = "UTC" if condition.filter.zone != "UTC" else "Europe/Istanbul"
        return conditions.condition(shape, replace(condition, filter=replace(condition.filter, zone=zone)))

    if case.filter.zone and of.part != "minute" and _kind(case) == "instant":
        yield "other-zone", "the part is that in another time zone", matching(case, other_zone)
    for lookup in _ORDER_INSTEAD.get(of.compares, ()):
        yield _other_lookup(case, f"{of.part}__{lookup}")
    if case.filter.many and of.operand == "list":
        yield "first-only", "only the first value of the list counts", _listed(case, lambda values: values[:1])


def _flag(case: Case) -> Iterator[Named]:
    yield "inverted", "true and false are swapped", matching(case, lambda right, *_: unless(right))
    yield "any-is-true", "false is taken for true, as by a test for a text", matching(case, _with_value(lambda _: True))
    yield "false-ignored", "false filters nothing", matching(case, lambda right, _, c: right if c.value else true())


def _pair(case: Case) -> Iterator[Named]:
    def other(first: str | None, last: str | None) -> Change:
        def wrong(_: Predicate, shape: Shape, condition: Condition) -> Predicate:
            ends = zip((first, last), condition.value, strict=True)
            return every(_one_of_pair(shape, condition, lookup, value) for lookup, value in ends if lookup)

        return matching(case, wrong)

    yield "first-left-out", "the first value itself is left out", other("gt", "lte")
    yield "last-left-out", "the last value itself is left out", other("gte", "lt")
    yield "first-only", "only the first value counts", other("gte", None)
    yield "last-only", "only the last value counts", other(None, "lte")
    yield _other_lookup(case, "in")
    yield "outside", "the rows outside are shown", matching(case, lambda right, *_: unless(right))


def _one_of_pair(shape: Shape, condition: Condition, lookup: str, value: Any) -> Predicate:
    return looked_up(shape, replace(condition, value=value), lookup)


def _with_value(change: Callable[[Any], Any]) -> Callable[[Predicate, Shape, Condition], Predicate]:
    return lambda _, shape, condition: conditions.condition(shape, replace(condition, value=change(condition.value)))


_OF_OPERANDS: Mapping[str, Callable[[Case], Iterator[Named]]] = {"flag": _flag, "pair": _pair}
"""The faults of lookups that take no value of the field's own."""


def _many(case: Case) -> Iterator[Named]:
    yield "first-only", "only the first value of the list counts", _listed(case, lambda values: values[:1])
    yield "last-only", "only the last value of the list counts", _listed(case, lambda values: values[-1:])
    yield from stacks.many(case, partial(_listed, case))
    if case.filter.delimiter != "," and _kind(case) == "text":
        yield (
            "cut-at-commas",
            "a value with a comma is taken for several",
            matching(case, _given(_cut_at_commas)),
        )
    yield "not-in", "the rows with the listed values are left out", matching(case, lambda right, *_: unless(right))
    yield (
        "one-value",
        "a list of several is taken as one value and matches no row",
        matching(case, lambda right, _, condition: right if len(condition.value) == 1 else false()),
    )


def _listed(case: Case, choose: Callable[[list[str]], list[str]]) -> Change:
    """Some values of a list count, however the list was written."""
    name, between = case.filter.parameter, case.filter.delimiter

    def rewritten(pairs: Pairs) -> Pairs:
        if between is not None:
            return tuple((n, between.join(choose(v.split(between))) if n == name else v) for n, v in pairs)
        others = tuple(pair for pair in pairs if pair[0] != name)
        return others + tuple((name, value) for value in choose([v for n, v in pairs if n == name]))

    return obeying(case.operation, rewritten)


def _cut_at_commas(_: Predicate, shape: Shape, condition: Condition) -> Predicate:
    pieces = [piece for value in condition.value for piece in value.split(",")]
    return conditions.condition(shape, replace(condition, value=pieces))


def _free_key(case: Case) -> Iterator[Named]:
    def any_case(key: ColumnElement[Any], asked: str | None) -> Predicate:
        return COMPARISONS["exact"](func.fold(key), values.fold(asked))

    def keyed(keys: Comparison) -> Change:
        def wrong(_: Predicate, shape: Shape, condition: Condition) -> Predicate:
            keyed = shape.keyed[condition.filter.field].c
            text = lookups.predicate(keyed[TEXT], "text", condition.filter.lookup, condition.value)
            return conditions.having(shape, condition.filter.field, keys(keyed[KEY], condition.key), text)

        return matching(case, wrong)

    def crossed(_: Predicate, shape: Shape, condition: Condition) -> Predicate:
        keyed = shape.keyed[condition.filter.field].c
        text = lookups.predicate(keyed[TEXT], "text", condition.filter.lookup, condition.value)
        there = conditions.having(shape, condition.filter.field, keyed[KEY] == condition.key, true())
        return and_(there, conditions.having(shape, condition.filter.field, true(), text))

    def strings_only(right: Predicate, shape: Shape, condition: Condition) -> Predicate:
        value = func.json_type(shape.fields[condition.filter.field].column, f'$."{condition.key}"')
        return and_(right, value == "text")

    def whole_field(_: Predicate, shape: Shape, condition: Condition) -> Predicate:
        return lookups.predicate(shape.fields[condition.filter.field].column, "text", "icontains", condition.value)

    yield "key-in-any-case", "upper and lower case of the key are taken as equal", keyed(any_case)
    yield "key-prefix", "keys that begin with the key count as well", keyed(COMPARISONS["startswith"])
    yield "any-key", "the value is looked for under every key", keyed(lambda *_: true())
    yield "crossed", "the key may be one entry's and the value another's", matching(case, crossed)
    yield "strings-only", "values that aren't strings never match", matching(case, strings_only)
    yield "whole-field", "the value is looked for anywhere in the field", matching(case, whole_field)


def _other_lookup(case: Case, lookup: str) -> Named:
    def other(_: Predicate, shape: Shape, condition: Condition) -> Predicate:
        return looked_up(shape, condition, lookup)

    return f"as-{lookup}", f"the value is looked up with {lookup}", matching(case, other)


def _over_text(shape: Shape, condition: Condition, compare: Comparison) -> Predicate:
    if condition.filter.free_key:
        keyed = shape.keyed[condition.filter.field].c
        text = compare(keyed[TEXT], condition.value)
        return conditions.having(shape, condition.filter.field, keyed[KEY] == condition.key, text)
    return compare(shape.fields[condition.filter.field].column, condition.value)


def _ascii_only(_: Predicate, shape: Shape, condition: Condition) -> Predicate:
    compared = COMPARISONS[condition.filter.lookup.removeprefix("i")]
    # SQLite's own lower() knows no other letters.
    folded = "".join(letter.lower() if letter.isascii() else letter for letter in str(condition.value))
    return _over_text(shape, condition, lambda text, _: compared(func.lower(text), folded))


def _wildcards(right: Predicate, shape: Shape, condition: Condition) -> Predicate:
    if not set("%_") & set(condition.value):
        return right
    return _over_text(shape, condition, _LIKE[condition.filter.lookup.removeprefix("i")])


def _as_text(_: Predicate, shape: Shape, condition: Condition) -> Predicate:
    column = shape.fields[condition.filter.field].column
    return lookups.predicate(column, "text", condition.filter.lookup, condition.value)


def _coarse(unit: int) -> Callable[[Predicate, Shape, Condition], Predicate]:
    def predicate(_: Predicate, shape: Shape, condition: Condition) -> Predicate:
        compare = COMPARISONS.get(condition.filter.lookup, COMPARISONS["exact"])
        return compare(as_kept(shape.fields[condition.filter.field].column) // unit, int(condition.value // unit))

    return predicate


def _three_hours_later(_: Predicate, shape: Shape, condition: Condition) -> Predicate:
    several = condition.value if isinstance(condition.value, list) else [condition.value]
    later = [value + 3 * 3_600_000_000 for value in several]
    return conditions.condition(shape, replace(condition, value=later if condition.filter.many else later[0]))


def _other_instant(right: Predicate, shape: Shape, condition: Condition) -> Predicate:
    field = shape.fields[condition.filter.field]
    others = [f for f in shape.fields.values() if f.kind == "instant" and f is not field]
    return lookups.predicate(others[0].column, "instant", condition.filter.lookup, condition.value) if others else right


def _kind(case: Case) -> values.Kind:
    filter = case.filter
    return "text" if filter.free_key or case.operation.access is None else values.kind(filter.of)


FAMILIES: Mapping[str, Family] = {"filter": filter}

"""Filters that go wrong in company: with their default, with each other, with another lookup of their field."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from sqlalchemy import and_, or_, true

from conformance.sandbox import lookups
from conformance.sandbox.behaviour import Conditions
from conformance.sandbox.faults.fault import Case, Change, Family, Named, at, looked_up, matching
from conformance.sandbox.lookups import Predicate, every, some, unless
from conformance.sandbox.query import Condition
from conformance.sandbox.tables import Shape
from spec import Lookups


def default(case: Case) -> Iterator[Named]:
    """A default that isn't the declared one."""

    def only_default(wrong: Callable[[Predicate], Predicate]) -> Callable[[Predicate, Shape, Condition], Predicate]:
        return lambda right, _, condition: wrong(right) if condition.by_default else right

    yield "all", "without the parameter all rows are shown", matching(case, only_default(lambda _: true()))
    yield "other", "without the parameter the other rows are shown", matching(case, only_default(unless))


def combine(case: Case) -> Iterator[Named]:
    """Filters that don't combine by AND where the clause's filter is one of them."""
    parameter = case.filter.parameter

    def combining(wrong: Callable[[Predicate, list[Predicate], bool], Predicate]) -> Any:
        def step(right: Callable[[Conditions], Predicate], many: Conditions) -> Predicate:
            asked = [(condition, predicate) for condition, predicate in many if not condition.by_default]
            mine = [predicate for condition, predicate in asked if condition.filter.parameter == parameter]
            others = [predicate for condition, predicate in asked if condition.filter.parameter != parameter]
            if not mine or not others:
                return right(many)
            silent = every(predicate for condition, predicate in many if condition.by_default)
            comes_last = asked[-1][0].filter.parameter == parameter
            return and_(silent, wrong(every(mine), others, comes_last))

        return at(case.operation, "combine", step)

    yield "dropped", "together with another filter this one is ignored", combining(lambda _, others, __: every(others))
    yield "alone", "together with another filter only this one counts", combining(lambda mine, _, __: mine)
    yield "or", "rows that satisfy one of the filters are shown", combining(lambda mine, others, _: or_(mine, *others))
    yield (
        "last-wins",
        "only the filter that is given last counts",
        combining(lambda mine, others, last: mine if last else others[-1]),
    )


def explore(case: Case) -> Iterator[Named]:
    """Filters that combine rightly two by two, and not in every company."""

    def combining(wrong: Callable[[list[tuple[Condition, Predicate]]], Predicate]) -> Change:
        def step(_: Callable[[Conditions], Predicate], many: Conditions) -> Predicate:
            silent = every(predicate for condition, predicate in many if condition.by_default)
            return and_(
                silent, wrong([(condition, predicate) for condition, predicate in many if not condition.by_default])
            )

        return at(case.operation, "combine", step)

    def by_field(asked: list[tuple[Condition, Predicate]]) -> list[list[Predicate]]:
        found: dict[tuple[str, str | None], list[Predicate]] = {}
        for condition, predicate in asked:
            found.setdefault((condition.filter.field, condition.key), []).append(predicate)
        return list(found.values())

    fields = [filter.field for filter in case.operation.filters]
    if len(fields) > 2:
        yield (
            "two-at-most",
            "of more than two filters only the first two count",
            combining(lambda asked: every(predicate for _, predicate in asked[:2])),
        )
    if len(fields) == len(set(fields)):
        one = combining(lambda asked: some(predicate for _, predicate in asked) if asked else true())
        yield "one-is-enough", "of several filters one is enough", one
        return
    yield (
        "one-of-a-field",
        "of several filters on one field only the last counts",
        combining(lambda asked: every(same[-1] for same in by_field(asked))),
    )
    yield (
        "or-within-field",
        "of several filters on one field one is enough",
        combining(lambda asked: every(some(same) for same in by_field(asked))),
    )


def relation(case: Case) -> Iterator[Named]:
    """Lookups of one field that don't fit together."""
    mine = case.clause.speaks_of(Lookups)

    def one(lookup_of: str, wrong: Callable[[Predicate, Shape, Condition], Predicate]) -> Any:
        def step(right: Callable[[Shape, Condition], Predicate], shape: Shape, condition: Condition) -> Predicate:
            honest = right(shape, condition)
            return wrong(honest, shape, condition) if condition.filter.parameter == lookup_of else honest

        return at(case.operation, "condition", step)

    def not_equal(right: Predicate, shape: Shape, condition: Condition) -> Predicate:
        return and_(right, unless(looked_up(shape, condition, "exact")))

    def not_first(right: Predicate, shape: Shape, condition: Condition) -> Predicate:
        found = shape.fields[mine.field]
        return and_(right, unless(lookups.predicate(found.column, found.kind, "exact", condition.value[0])))

    for filter in mine.filters:
        if filter.lookup in ("gte", "lte"):
            yield (
                f"{filter.lookup}-without-equal",
                f"{filter.parameter} leaves out what is equal",
                one(filter.parameter, not_equal),
            )
        elif filter.lookup in ("contains", "icontains", "startswith", "istartswith", "endswith", "iendswith", "iexact"):
            yield (
                f"{filter.lookup}-without-equal",
                f"{filter.parameter} leaves out rows that are equal",
                one(filter.parameter, not_equal),
            )
        elif filter.lookup == "in":
            yield (
                "in-without-first",
                f"{filter.parameter} leaves out the first value",
                one(filter.parameter, lambda right, shape, c: not_first(right, shape, c) if c.value else right),
            )


FAMILIES: Mapping[str, Family] = {
    "default": default,
    "combine": combine,
    "relation": relation,
    "explore": explore,
}

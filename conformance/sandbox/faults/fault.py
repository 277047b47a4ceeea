"""What a fault is, and the functions that make faults."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from conformance.sandbox import conditions
from conformance.sandbox.behaviour import Asked, Behaviour
from conformance.sandbox.lookups import Predicate
from conformance.sandbox.query import Condition, Pairs
from conformance.sandbox.tables import Shape
from spec import Clause, Contract, Filter, Operation, Parameter

Change = Callable[[Behaviour], Behaviour]


@dataclass(frozen=True)
class Fault:
    """One way to break one promise."""

    id: str
    """The clause's id, a colon and a short name."""
    clause: str
    """Id of the clause that it breaks."""
    description: str
    change: Change
    """From a behaviour to one with the fault in it."""


@dataclass(frozen=True)
class Case:
    """A clause that faults are wanted for."""

    contract: Contract
    clause: Clause
    operation: Operation

    @property
    def filter(self) -> Filter:
        """The filter that the clause is about."""
        return self.clause.speaks_of(Filter)

    @property
    def parameter(self) -> Parameter:
        """The parameter that the clause is about."""
        return self.clause.speaks_of(Parameter)

    @property
    def readers(self) -> tuple[Operation, ...]:
        """The operations that show the collection which the clause's operation writes."""
        access = self.operation.access
        return tuple(
            o
            for o in self.contract.operations
            if o.access and access and o.access.action == "reads" and o.access.collection.name == access.collection.name
        )

    @property
    def upserts(self) -> tuple[Operation, ...]:
        """The operations that insert rows into the collection which the clause's operation writes."""
        access = self.operation.access
        return tuple(
            o
            for o in self.contract.operations
            if o.access
            and access
            and o.access.action == "upserts"
            and not o.access.parts
            and o.access.collection.name == access.collection.name
        )

    def at(self, seam: str, wrong: Callable[..., Any]) -> Change:
        """A change of one seam for the clause's operation: what a plugin's fault is made with."""
        return at(self.operation, seam, wrong)


Named = tuple[str, str, Change]
"""A fault's short name, its description and what it changes."""
Family = Callable[[Case], Iterator[Named]]
"""From a clause of one kind to its faults."""


def at(operation: Operation, seam: str, wrong: Callable[..., Any]) -> Change:
    """A change of one seam for one operation.

    `wrong` is called with the right step, then with the seam's own arguments but for the operation.
    """

    def change(before: Behaviour) -> Behaviour:
        right = getattr(before, seam)

        def step(asked: Operation, *arguments: Any) -> Any:
            if asked.code != operation.code:
                return right(asked, *arguments)
            return wrong(lambda *given: right(asked, *given), *arguments)

        return replace(before, **{seam: step})

    return change


def looked_up(shape: Shape, condition: Condition, lookup: str) -> Predicate:
    """A condition with another lookup."""
    filter = replace(condition.filter, lookup=lookup)
    return conditions.condition(shape, replace(condition, filter=filter))


def together(*changes: Change) -> Change:
    """Several changes as one."""

    def change(before: Behaviour) -> Behaviour:
        for one in changes:
            before = one(before)
        return before

    return change


def afresh(make: Callable[[], Change]) -> Change:
    """A change that remembers what it saw: each sandbox gets a memory of its own."""

    def change(before: Behaviour) -> Behaviour:
        return make()(before)

    return change


def obeying(operation: Operation, rewrite: Callable[[Pairs], Pairs]) -> Change:
    """Other parameters than those that were sent count."""

    def wrong(right: Callable[[Asked], Pairs], asked: Asked) -> Pairs:
        return rewrite(right(asked))

    return at(operation, "obeyed", wrong)


def matching(case: Case, wrong: Callable[[Predicate, Shape, Condition], Predicate]) -> Change:
    """The clause's filter means something else; `wrong` is given its right predicate."""
    parameter = case.filter.parameter

    def step(right: Callable[[Shape, Condition], Predicate], shape: Shape, condition: Condition) -> Predicate:
        honest = right(shape, condition)
        return wrong(honest, shape, condition) if condition.filter.parameter == parameter else honest

    return at(case.operation, "condition", step)


def reading(case: Case, rewrite: Callable[[str], str]) -> Change:
    """The value of the clause's filter is read as another one."""
    called = named(case.filter)

    def rewritten(pairs: Pairs) -> Pairs:
        return tuple((name, rewrite(value) if called.fullmatch(name) else value) for name, value in pairs)

    return obeying(case.operation, rewritten)


def named(filter: Filter) -> re.Pattern[str]:
    """What a filter's parameter may be called on the wire."""
    if not filter.free_key:
        return re.compile(re.escape(filter.parameter))
    before, _, after = filter.parameter.partition("KEY")
    return re.compile(f"{re.escape(before)}(?:{filter.key_pattern}){re.escape(after)}")

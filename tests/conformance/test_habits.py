"""The catalogue of mistakes that no filter shows: its faults exist, and its clauses are those of the document."""

from __future__ import annotations

from typing import get_args

import spec
from conformance.sandbox.faults import faults
from conformance.selftest.habits import HABITS, Family

CONTRACT = spec.load()


def test_every_habit_has_a_fault_of_the_sandbox() -> None:
    known = {fault.id for fault in faults(CONTRACT)}
    assert [habit.fault for habit in HABITS if habit.fault not in known] == []


def test_every_habit_breaks_a_clause_of_the_document() -> None:
    clauses = {clause.id for clause in CONTRACT.clauses}
    assert {habit.clause for habit in HABITS} <= clauses


def test_every_habit_says_where_it_is_from_and_what_is_seen() -> None:
    assert all(habit.source and habit.seen and habit.does and habit.case for habit in HABITS)
    assert len({(habit.technology, habit.does) for habit in HABITS}) == len(HABITS)


def test_there_are_habits_of_every_family() -> None:
    assert {habit.family for habit in HABITS} == set(get_args(Family))

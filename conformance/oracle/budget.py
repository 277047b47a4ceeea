"""The budget of a run for each question: rows, values, requests and waits.

One immutable object is passed through a run. So the effort for a clause never depends on what ran before it.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Budget:
    """The tuning constants of a run. Every number was chosen for a catalog of some hundred rows and up."""

    # -- reading lists
    page_rows: int = 100
    """Rows asked for at once when rows are collected."""
    whole_list: int = 600
    """A list of up to this many rows is read whole, ..."""
    sample_pages: int = 30
    """... if that takes no more than so many pages of the server's own size."""
    result_pages: int = 3
    """Pages of one filtered list that are read."""
    smaller_limits: tuple[int, ...] = (50, 20, 10)
    """Limits that are tried where a large one is refused."""
    walked_pages: int = 16
    """A walk of up to so many pages reads them all; a longer one some at the start, in the middle and at the end."""
    narrowed_rows: int = 6
    """Rows that make three pages of two."""

    # -- choosing cases
    case_rows: int = 120
    """Rows by which cases are chosen; more rows kill few more mutants and take longer."""
    candidates: int = 300
    """Values of a filter that are looked at."""
    killers: int = 4
    """Candidates to find for each mutant: one of them is likely to kill other mutants as well."""
    least_cases: int = 2
    """Cases that each filter gets, even if one of them kills every mutant."""
    most_cases: int = 11
    wire_cases: int = 16
    """Cases for one list that show whether texts arrive unchanged."""

    # -- several filters together
    pool: int = 20
    """Values per filter from which pairs are made: some rows satisfy each of them and others don't."""
    pool_candidates: int = 150
    """Values that are examined for these pairs."""
    pairs: int = 32
    """Pairs in which each filter takes part, before two fields that have not met."""
    relation_values: int = 50
    """Values that are examined for the relations between a field's lookups, beside those of the filters' own cases."""
    combinations: int = 8
    """Combinations of filters that Hypothesis draws."""
    combination_rows: int = 80
    combination_cases: int = 12
    """Cases of each filter from which it draws."""

    # -- confirming
    attempts: int = 3
    """How often a finding is tried again while the data changes."""


NORMAL = Budget()
"""The budget of a run with default options."""

"""The budget of a run for each question: rows, values, requests and waits.

One immutable object is passed through a run. So the effort for a clause never depends on what ran before it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Effort = Literal["quick", "normal", "thorough"]
"""How much a run asks. `quick` tries one clause of each kind; `thorough` looks for mutants that `normal` lets live."""


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
    walked_pages: int = 12
    """A walk of up to so many pages reads them all; a longer one some at the start, in the middle and at the end."""
    narrowed_rows: int = 6
    """Rows that make three pages of two."""

    # -- choosing cases
    case_rows: int = 120
    """Rows by which cases are chosen; more rows kill few more mutants and take longer."""
    candidates: int = 300
    """Values of a filter that are looked at."""
    key_pairs: int = 8
    """Pairs of free keys: the value of one is sent under the other."""
    unusual_values: int = 8
    """Values with unusual characters that are sent as they are."""
    killers: int = 4
    """Candidates to find for each mutant: one of them is likely to kill other mutants as well."""
    least_cases: int = 2
    """Cases that each filter gets, even if one of them kills every mutant."""
    most_cases: int = 14
    wire_cases: int = 20
    """Cases for one list that show whether texts arrive unchanged."""

    # -- several filters together
    pool: int = 20
    """Values per filter from which pairs are made: some rows satisfy each of them and others don't."""
    pool_candidates: int = 150
    """Values that are examined for these pairs."""
    pairs: int = 23
    """Pairs in which each filter takes part, before two fields that have not met."""
    relation_values: int = 50
    """Values that are examined for the relations between a field's lookups, beside those of the filters' own cases."""
    combinations: int = 6
    """Combinations of filters that Hypothesis draws."""
    combination_rows: int = 80
    combination_cases: int = 12
    """Cases of each filter from which it draws."""

    # -- writing, and what became of it
    first_poll: float = 0.08
    """Seconds before the first poll of a batch's status, ..."""
    poll_growth: float = 2.5
    """... the factor by which each further wait is longer, ..."""
    longest_poll: float = 0.1
    """... and the longest wait, as a fraction of the time that the batch may take."""
    polls_after_end: int = 2
    """Polls of a finished batch: three show a status that alternates."""
    brief_patience: float = 0.5
    """Seconds to wait for the end of a batch after an earlier one of the scenario has timed out."""
    settling: tuple[float, ...] = (1 / 15, 4 / 15, 10 / 15)
    """Waits before each further attempt to read a write back: fractions of the time that a list may lag."""
    own_pages: int = 12
    """Pages of our own rows that are read at once."""
    alone: int = 3
    """Keys that are looked up one by one where the shared query finds none of them."""
    alone_unshared: int = 12
    """The same limit where no shared query exists."""
    last_pages: int = 3
    """Last pages of a list that are read after a delete: other scenarios add rows at the same time."""
    planted_rows: int = 26
    """Two pages of ten, and some more."""
    many_items: int = 104
    """Items of the batch with edge cases: more than a hundred, ..."""
    fewer_items: int = 90
    """... fewer where the server refuses so many, ..."""
    few_items: int = 20
    """... and few where it refuses those as well."""
    made_ids: int = 3
    """Ids for a part's entries where neither rows nor the example have any."""
    plain_items: int = 2
    """The least number of rows without an edge case in every batch."""
    large_batch: int = 10_000
    """Items of a very large batch."""
    large_text: int = 1_000_000
    """Characters of a very long text."""
    second_poll: float = 2.0
    """Seconds before the second poll of a very large batch."""
    late_effect: float = 5.0
    """Seconds after which no good item of a refused request is applied any more."""
    histories: int = 2
    """Histories of writes that Hypothesis draws. The first is empty, and nothing is sent for it."""
    history_steps: int = 32
    """Writes of all histories together, those that shrinking tries included."""

    # -- deleting what was planted
    deleted_at_once: int = 200
    """Rows that one batch deletes, ..."""
    smaller_delete: int = 4
    """... and the divisor of that number after a batch that wasn't accepted."""
    refused_deletes: int = 20
    """After so many refused deletes of single rows in succession, no others are tried."""
    delete_patience: float = 90.0
    """Seconds that deletes may wait behind other batches and take themselves."""
    delete_check: float = 20.0
    """Seconds after which the rows are looked up again, whether or not the batches have ended."""
    vain_deletes: int = 3
    """Attempts to delete rows that don't go."""
    delete_progress: float = 0.75
    """After `delete_patience`, attempts go on while each leaves no more than this fraction of the rows."""
    deleted_alone: int = 1
    """Keys that are also looked up one by one."""

    # -- generated requests
    generated_examples: int = 5
    """Examples of the fuzzing phase of Schemathesis' engine for each operation."""
    generated_requests: int = 600
    """Requests of the engine: about three hundred are usual for this document, and a hundred more with writes."""
    reserved_requests: int = 60
    """Requests of the run's own limit that are reserved for repeating suspicious requests."""
    generated_suspects: int = 4
    """Suspicious requests that are kept for each operation: the shortest are the easiest to understand."""
    generated_batches: int = 8
    """Accepted batches of invalid items that are sent again to see their outcome."""

    # -- confirming
    attempts: int = 3
    """How often a finding is tried again while the data changes."""


NORMAL = Budget()
"""The budget of a run with default options."""

QUICK = Budget(
    case_rows=60,
    candidates=100,
    killers=2,
    least_cases=1,
    most_cases=2,
    wire_cases=4,
    walked_pages=4,
    pairs=2,
    relation_values=10,
    combinations=2,
    many_items=20,
    fewer_items=20,
    histories=1,
    history_steps=4,
)
"""A smoke test: fewer cases, so more mutants stay alive."""

THOROUGH = Budget(
    whole_list=3_000,
    sample_pages=60,
    result_pages=10,
    walked_pages=80,
    case_rows=600,
    candidates=1_500,
    killers=12,
    least_cases=16,
    most_cases=40,
    wire_cases=60,
    pool=60,
    pool_candidates=600,
    pairs=120,
    relation_values=300,
    combinations=80,
    combination_rows=240,
    combination_cases=40,
    histories=20,
    history_steps=400,
    generated_examples=50,
    generated_requests=6_000,
)
"""Ten times the drawn combinations and histories, and several cases for each mutant."""

EFFORTS: Mapping[Effort, Budget] = {"quick": QUICK, "normal": NORMAL, "thorough": THOROUGH}

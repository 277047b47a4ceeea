"""Mutants: the ways in which a wrong server may understand a filter.

A value is worth sending when the answer of some mutant differs from the contract's. The mutants are mistakes of
real servers: the neighbouring lookup, an active wildcard, case folding for ASCII only, a dropped offset, the
wrong column, no filter.
"""

from __future__ import annotations

from dataclasses import replace

from conformance.oracle.lookups import MOMENTS, PLAIN, kind_of
from conformance.oracle.mutants.columns import all_or_none, first_only, other_column
from conformance.oracle.mutants.derived import (
    flag_mutants,
    negated,
    part_mutants,
    pattern_mutants,
    range_mutants,
    several_mutants,
)
from conformance.oracle.mutants.keys import key_mutants
from conformance.oracle.mutants.lists import list_mutants
from conformance.oracle.mutants.mutant import Mutant, Over, Reading, Row, reading, value_of, values_of
from conformance.oracle.mutants.ordered import ordered_mutants, time_mutants
from conformance.oracle.mutants.stacks import for_strange_keys, is_number
from conformance.oracle.mutants.texts import (
    blurred,
    half_mutant,
    is_of_text,
    nothing_as_text,
    shared_mutants,
    text_mutants,
    texts,
    wire_mutants,
    without_accents,
)
from spec import Filter
from spec.lookups import LOOKUPS

__all__ = [
    "Mutant",
    "Over",
    "Reading",
    "Row",
    "all_or_none",
    "blurred",
    "first_only",
    "for_strange_keys",
    "is_number",
    "is_of_text",
    "mutants",
    "nothing_as_text",
    "shared_mutants",
    "value_of",
    "values_of",
    "wire_mutants",
    "without_accents",
]


def mutants(filter: Filter, text_fields: tuple[str, ...], time_fields: tuple[str, ...]) -> tuple[Mutant, ...]:
    """The mutants of a filter, by its lookup and the kind of its values.

    `text_fields` and `time_fields` are columns of the row that a server could confuse with the right one.
    """
    found = [
        Mutant("ignored", lambda row, operand, key: True),
        Mutant("always empty", lambda row, operand, key: False),
    ]
    of = LOOKUPS[filter.lookup]
    if filter.several:
        text_fields, time_fields = (), ()  # such a column has one value
    if of.negated:
        positive = replace(filter, lookup=of.positive)
        of_positive = mutants(positive, text_fields, time_fields)[len(found) :]
        return (*found, *negated(positive, of_positive))
    if of.part and filter.lookup != of.compares:
        plain = replace(filter, lookup=of.compares)
        by_part = () if filter.several else part_mutants(plain, time_fields)
        return (*mutants(plain, text_fields, ()), *by_part)
    kind = kind_of(filter.schema)
    if of.operand == "flag":
        found += flag_mutants(filter)
    elif filter.lookup in ("in", "all"):
        found += list_mutants(filter)
    elif filter.lookup == "range":
        found += range_mutants(filter)
        if kind in MOMENTS:
            found += [other_column(filter, name) for name in time_fields if name != filter.field]
    elif filter.lookup in ("regex", "iregex"):
        found += pattern_mutants(filter)
    elif filter.lookup == "matches":
        found += [half_mutant(filter), *(other_column(filter, name) for name in text_fields if name != filter.field)]
    elif kind == "text" and filter.lookup.removeprefix("i") in PLAIN:
        found += text_mutants(filter)
        others = [name for name in text_fields if name != filter.field]
        found += [other_column(filter, name) for name in others]
        found += [] if filter.free_key else [other_column(filter, name, too=True) for name in others]
    elif kind in (*MOMENTS, "number", "date"):
        found += ordered_mutants(filter)
        if kind in MOMENTS:
            found += time_mutants(filter)
            found += [other_column(filter, name) for name in time_fields if name != filter.field]
    elif kind == "uuid":
        block = texts(lambda value, operand: value[:8].lower() == operand[:8].lower())
        found.append(reading(filter, "only the first block counts", block))
        found.append(reading(filter, "ids compare as text", texts(str.__eq__)))
    if filter.free_key:
        found += key_mutants(filter)
    if filter.several:
        found += several_mutants(filter)
    return tuple(found)

"""Filters with any lookup, and their mutants by name, for the tests of mutants."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import spec
from conformance.oracle.mutants import Mutant, mutants, shared_mutants, wire_mutants
from spec import Filter

FILTERS = {f.parameter: f for f in spec.load().by_code["PRD102"].filters}


def named(name: str, filter: Filter) -> Mutant:
    own = mutants(filter, ("name", "sku", "base_code"), ("created_at", "updated_at"))
    found = (*own, *shared_mutants(filter), *wire_mutants(filter))
    return next(mutant for mutant in found if mutant.name == name)


def text_filter(lookup: str) -> Filter:
    """A filter on `name` with any lookup."""
    return replace(FILTERS["name"], parameter=f"name__{lookup}", lookup=lookup)


def number_filter(lookup: str) -> Filter:
    return replace(FILTERS["name"], parameter=f"n__{lookup}", field="n", lookup=lookup, schema={"type": "integer"})


def row_of(filter: Filter, value: Any) -> dict[str, Any]:
    return {filter.field: {"COLOR": value}} if filter.free_key else {filter.field: value}

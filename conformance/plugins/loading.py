"""Finds the installed plugins, and makes a contract with their clauses."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from importlib import metadata
from pathlib import Path

import spec
from conformance.plugins.registry import DERIVED, Derive
from spec import Clause, Contract

GROUP = "contract_conformance.plugins"
"""The entry points that name plugins."""


class BrokenPlugin(Exception):
    """A plugin can't be used. The message names it and the reason."""


def load(document: Path = spec.DEFAULT) -> Contract:
    """The contract of a document, with the clauses of every plugin. Raises SpecError and BrokenPlugin."""
    installed()
    return extended(spec.load(document))


@cache
def installed() -> tuple[str, ...]:
    """Import every installed plugin once; returns their names. Raises BrokenPlugin."""
    found = sorted(metadata.entry_points(group=GROUP), key=lambda point: point.name)
    for point in found:
        try:
            point.load()
        except Exception as error:  # whatever a foreign module raises, the message must name it
            what = f"{type(error).__name__}: {error}"
            raise BrokenPlugin(f"The plugin {point.name} ({point.value}) can't be imported: {what}") from error
    return tuple(point.name for point in found)


def extended(contract: Contract) -> Contract:
    """A contract with the clauses that plugins derive from it. Raises BrokenPlugin."""
    added = [clause for derive in DERIVED for clause in _derived(contract, derive)]
    if not added:
        return contract
    taken = {clause.id for clause in contract.clauses}
    for clause in added:
        if clause.id in taken:
            raise BrokenPlugin(f"A plugin derives the clause {clause.id}, which there is already.")
        taken.add(clause.id)
        if clause.operation not in contract.by_code:
            raise BrokenPlugin(f"A plugin derives {clause.id} for {clause.operation}, which is no operation.")
    return replace(contract, clauses=(*contract.clauses, *added))


def _derived(contract: Contract, derive: Derive) -> Iterator[Clause]:
    try:
        yield from derive(contract)
    except Exception as error:  # as above: foreign code
        where = f"{derive.__module__}.{getattr(derive, '__qualname__', derive)}"
        raise BrokenPlugin(f"The plugin's {where} fails on this document: {type(error).__name__}: {error}") from error

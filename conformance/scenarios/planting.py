"""Witnesses: planted rows for queries whose mistakes the server's own rows can't reveal."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from conformance.oracle.awkward import WITNESSES
from conformance.reading.context import RunContext
from conformance.scenarios import ownership_of
from conformance.transport.keys import unmarkable
from conformance.writing.chosen import chosen, in_own_order
from conformance.writing.items import item, plain_texts
from conformance.writing.one_row import send
from conformance.writing.row_items import row_like
from conformance.writing.row_values import types_of
from conformance.writing.submission import submit
from spec import Operation

VARIANTS = range(5)
"""Variants of values that aren't texts, so that several rows share a value."""


def plant(context: RunContext, lacking: Collection[str] = ()) -> int:
    """Insert witness rows into every collection of whole rows; returns how many were accepted.

    Where rows are created one by one, only the collections get some that operations with `lacking` codes read.
    """
    planted = 0
    read = {o.access.collection.name for o in context.contract.operations if o.access and o.code in lacking}
    foreign = unmarkable(context.contract)
    for operation in context.contract.operations:
        if operation.code in foreign:
            continue
        if operation.access and operation.access.action == "upserts" and not operation.access.parts:
            planted += _plant(context, operation)
        elif operation.access and operation.access.action == "creates" and operation.access.collection.name in read:
            planted += _plant_one_by_one(context, operation)
    return planted


def _plant_one_by_one(context: RunContext, operation: Operation) -> int:
    planted = 0
    for number in range(context.budget.planted_rows):
        row = row_like(context, operation, f"W{number}", chosen(f"witness {number}", VARIANTS))
        # The first text holds the mark by which the row is known; the others are free.
        texts = [name for name in row if _is_free(context, operation, name)][1:]
        done = send(context, operation, {**row, **{name: _nth(name, number) for name in texts}}).done
        done = done or send(context, operation, row_like(context, operation, f"W{number}", number)).done
        if not done and not planted:
            break
        planted += done
    return planted


def add_rows(context: RunContext, operation: Operation, count: int = 4) -> int:
    """Insert plain rows by an operation that upserts or creates them; returns how many were accepted."""
    if operation.access and operation.access.action == "creates":
        return sum(send(context, operation, row_like(context, operation, f"C{n}", n)).done for n in range(count))
    own = ownership_of(context)
    batch = submit(context, operation, [item(context, operation, own.mint(f"C{n}"), n, "plain") for n in range(count)])
    return (batch.last.succeeded or 0) if batch.last else 0


def _is_free(context: RunContext, operation: Operation, name: str) -> bool:
    """True for a field that takes any text and refers to nothing."""
    access = operation.access
    schema = context.contract.whole(context.contract.body_fields(operation).get(name, {}))
    bounded = schema.keys() & {"format", "enum", "pattern", "maxLength", "minLength"} - {"maxLength", "minLength"}
    long = int(schema.get("maxLength", 100)) >= max(map(len, WITNESSES))
    refers = access is not None and name in (access.collection.key, *access.references)
    return "string" in types_of(schema) and not bounded and long and not refers


def _plant(context: RunContext, operation: Operation) -> int:
    own = ownership_of(context)
    rich = [_witness(context, operation, own.mint(f"W{n}"), n) for n in range(context.budget.planted_rows)]
    batch = submit(context, operation, rich)
    if batch.last and batch.last.succeeded:
        return batch.last.succeeded
    plain = [item(context, operation, own.mint(f"W{n}"), n, "plain") for n in range(context.budget.planted_rows)]
    batch = submit(context, operation, plain)
    return (batch.last.succeeded or 0) if batch.last else 0


def _witness(context: RunContext, operation: Operation, key: str, number: int) -> dict[str, Any]:
    """A row whose texts and attributes come from the witnesses, in a different order for each field."""
    made = item(context, operation, key, chosen(f"witness {number}", VARIANTS), "rich")
    for name in plain_texts(context, operation):
        if name in made:
            made[name] = _nth(name, number)
    for name, value in made.items():
        if isinstance(value, Mapping):
            made[name] = {k: _nth(f"{name}.{k}", number) if isinstance(v, str) else v for k, v in value.items()}
    return made


def _nth(name: str, number: int) -> str:
    """A witness for a field. The field gets each of them once before any repeats."""
    return in_own_order(name, WITNESSES)[number % len(WITNESSES)]

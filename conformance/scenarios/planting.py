"""Witnesses of our own: rows that make the questions telling which a server's own rows leave open."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from conformance.reading.context import RunContext
from conformance.scenarios import ownership_of
from conformance.transport.keys import unmarkable
from conformance.writing.items import item, item_fields
from conformance.writing.submission import submit
from spec import Operation

ROWS = 26
"""Rows that are planted: two pages of ten and a rest."""

WITNESSES = (
    "Kirmizi Canta",
    "KIRMIZI CANTA",
    "Kirmizi",
    "Çanta Ağaç Söğüt",
    "ÇANTA AĞAÇ SÖĞÜT",
    "canta agac sogut",
    "50% Wool_Blend",
    "50 Wool Blend",
    "500 WoolXBlend",
    "Back\\slash \"quoted\" 'single'",
    "Salt & Pepper + Lemon, 2 kg; #3",
    "Salt",
    "Pepper Salt",
    "naïve café Ünal",
    "Red Apron 42",
    "red apron 42",
    "Red",
    "Infrared",
    "Redder 🎒 bag",
    "(a+b)*c.d [x]",
)
"""Prefixes, suffixes and case variants of each other, wildcards, and what needs escaping on the wire."""


def plant(context: RunContext) -> int:
    """Insert witness rows into every collection that whole rows can be written to; gives how many were taken."""
    planted = 0
    foreign = unmarkable(context.contract)
    for operation in context.contract.operations:
        if operation.code in foreign:
            continue
        if operation.access and operation.access.action == "upserts" and not operation.access.parts:
            planted += _plant(context, operation)
    return planted


def _plant(context: RunContext, operation: Operation) -> int:
    own = ownership_of(context)
    rich = [_witness(context, operation, own.mint(f"W{n}"), n) for n in range(ROWS)]
    batch = submit(context, operation, rich)
    if batch.last and batch.last.succeeded:
        return batch.last.succeeded
    plain = [item(context, operation, own.mint(f"W{n}"), n, "plain") for n in range(ROWS)]
    batch = submit(context, operation, plain)
    return (batch.last.succeeded or 0) if batch.last else 0


def _witness(context: RunContext, operation: Operation, key: str, number: int) -> dict[str, Any]:
    """A row whose texts and attributes are taken from the witnesses, in another order for each field."""
    made = item(context, operation, key, number % 5, "rich")
    for index, (name, schema) in enumerate(item_fields(context, operation).items()):
        plain_text = schema.get("type") == "string" and not schema.keys() & {"format", "enum", "pattern"}
        if name in made and made[name] != key and plain_text:
            made[name] = WITNESSES[(number + 7 * index) % len(WITNESSES)]
        elif isinstance(made.get(name), Mapping):
            made[name] = {
                k: WITNESSES[(number + 3 * i) % len(WITNESSES)] if isinstance(v, str) else v
                for i, (k, v) in enumerate(made[name].items())
            }
    return made

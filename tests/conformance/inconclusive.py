"""Shops that write little, late or nothing: many laws are then inconclusive, and each gives the reason."""

from __future__ import annotations

import json
import re
from typing import Any

from tests.conformance.fake import Refused, Row, Shop
from tests.conformance.mutate import changed, mutated


def _refusing(status: int) -> type[Shop]:
    def submitted(*_: Any) -> tuple[int, Any]:
        raise Refused(status, "not now")

    return mutated(submitted=submitted)


def _all_or_nothing(self: Shop, operation: Any, body: bytes) -> tuple[int, Any]:
    items = self.items(body)
    if all(isinstance(item, dict) and self.valid(operation, item) for item in items):
        return Shop.submitted(self, operation, body)
    raise Refused(400, "one of the items is bad")


def _unfinished(found: tuple[int, Any], *_: Any) -> tuple[int, Any]:
    status, batch = found
    return status, {**batch, "state": {**batch["state"], "succeeded": 0, "failed": 0}}


def _unapproved(self: Shop, row: Any, item: Any) -> None:
    Shop.upsert(self, row, item)
    self.hidden[item["sku"]] = row is not None and self.hidden[item["sku"]]


def _one_fails_in_more_than(most: int) -> type[Shop]:
    def submitted(self: Shop, operation: Any, body: bytes) -> tuple[int, Any]:
        items = self.items(body)
        if len(items) > most:
            items[most // 2] = {}
        return Shop.submitted(self, operation, json.dumps(items).encode())

    return mutated(submitted=submitted)


def _plain_keys_only(self: Shop, operation: Any, item: Any) -> bool:
    return re.fullmatch(r"PRDCT-[0-9a-f]+-\d+-[A-Za-z]+", str(item.get("sku"))) is not None and Shop.valid(
        self, operation, item
    )


def _any_case(self: Shop, sku: str) -> Row | None:
    return next((row for row in self.rows if row["sku"].lower() == sku.lower()), None)


SHOPS = {
    "that takes keys in any case for one": mutated(row=_any_case),
    "that takes plain keys only": mutated(valid=_plain_keys_only),
    "that fails on one in fifty": _one_fails_in_more_than(50),
    "that fails on one in six": _one_fails_in_more_than(6),
    "that refuses every batch": _refusing(400),
    "that may not be written": _refusing(403),
    "that fails on every batch": _refusing(500),
    "that refuses a batch for one bad item": mutated(submitted=_all_or_nothing),
    "whose every item fails": mutated(taken=lambda *_: False),
    "whose batches never end": changed("looked_up", _unfinished),
    "that gives no ticket": changed("submitted", lambda found, *_: (202, {})),
    "that doesn't know its tickets": changed("looked_up", lambda *_: (404, {})),
    "that approves nothing": mutated(upsert=_unapproved),
    "that lists nothing new": mutated(fits=lambda s, o, q, row: row in s.rows[:45] and Shop.fits(s, o, q, row)),
}

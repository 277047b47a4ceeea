"""Mistakes of servers in how they take batches and what is wrong in them, by the clause that each breaks."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from tests.conformance.fake import KEY, PRICE, Refused, Row, Shop, moment
from tests.conformance.mutate import Mistake, changed, mutated


def _state(**other: Callable[[dict[str, int]], int]) -> type[Shop]:
    """A shop whose batches show other numbers."""

    def looked_up(found: tuple[int, Any], shop: Shop, ticket: str) -> tuple[int, Any]:
        state = dict(found[1]["state"])
        return 200, {**found[1], "state": {**state, **{name: make(state) for name, make in other.items()}}}

    return changed("looked_up", looked_up)


def _batch(**other: Any) -> type[Shop]:
    return changed("looked_up", lambda found, shop, ticket: (200, {**found[1], **other}))


def _by_looks(make: Callable[[int, dict[str, int]], dict[str, int]], **other: Callable[[int], Any]) -> type[Shop]:
    """A shop whose batches show something else at each poll."""

    def looked_up(self: Shop, ticket: str) -> tuple[int, Any]:
        _, data = Shop.looked_up(self, ticket)
        polls = self.__dict__.setdefault("looks", {})
        n = polls[ticket] = polls.get(ticket, 0) + 1
        more = {name: value(n) for name, value in other.items()}
        return 200, {**data, **more, "state": make(n, dict(data["state"]))}

    return mutated(looked_up=looked_up)


def _new_batch(self: Shop, operation: Any, body: bytes) -> tuple[int, Any]:
    self.__dict__["bad"] = False
    return Shop.submitted(self, operation, body)


def _lost_after_bad(self: Shop, operation: Any, item: Any) -> bool:
    if self.__dict__.get("bad"):
        return True
    done = Shop.taken(self, operation, item)
    self.__dict__["bad"] = not done
    return done


def _valid(field: str, operation: str) -> type[Shop]:
    """A shop that doesn't check one field."""

    def valid(self: Shop, op: Any, item: Row) -> bool:
        if op.code == operation and "sku" in item and (field not in item or not isinstance(item[field], (int, float))):
            good = {"name": "n", "base_code": "b", "category": "07be580a-ad72-4778-b309-1d02d6c2acec", "attributes": {}}
            return Shop.valid(self, op, {**good, **{n: v for n, v in item.items() if n != field}})
        return Shop.valid(self, op, item)

    return mutated(valid=valid)


def _bodies(takes: Callable[[bytes], bool], status: int = 202) -> type[Shop]:
    """A shop that takes bodies for an empty list, or fails on them."""

    def submitted(self: Shop, operation: Any, body: bytes) -> tuple[int, Any]:
        if not takes(body):
            return Shop.submitted(self, operation, body)
        return Shop.submitted(self, operation, b"[]") if status == 202 else (status, {})

    return mutated(submitted=submitted)


def _items(change: Callable[[list[Any]], list[Any]]) -> type[Shop]:
    """A shop that makes another list of a batch's items."""

    def submitted(self: Shop, operation: Any, body: bytes) -> tuple[int, Any]:
        items = json.loads(body) if body.startswith(b"[") else None
        return Shop.submitted(self, operation, json.dumps(change(items)).encode() if items else body)

    return mutated(submitted=submitted)


def _unchecked(kind: type) -> type[Shop]:
    """A shop that takes any value of a kind for any field but the key."""
    return mutated(
        typed=lambda s, schema, value: isinstance(value, kind) or Shop.typed(s, schema, value),
        taken=lambda s, o, item: isinstance(item, dict) and isinstance(item.get("sku"), str) and Shop.taken(s, o, item),
    )


def _done_without_a_key() -> type[Shop]:
    """A shop that answers a wrong key with 401, and does what it asks for all the same."""

    def response(self: Shop, request: Any, key: str | None) -> Any:
        if request.body and key == "not-the-key":
            Shop.response(self, request, KEY)
        return Shop.response(self, request, key)

    return mutated(response=response)


def _half(self: Shop, operation: Any, body: bytes) -> tuple[int, Any]:
    """Refuses a batch for one of its items, after it has applied those before it."""
    items = json.loads(body) if body.startswith(b"[") else None
    if items and any(not isinstance(i, dict) or "sku" not in i for i in items):
        for one in items:
            if not isinstance(one, dict) or "sku" not in one:
                raise Refused(400, "bad item")
            self.taken(operation, one)
    return Shop.submitted(self, operation, body)


def _applied_and_failed(self: Shop, operation: Any, item: Any) -> bool:
    done = Shop.taken(self, operation, item)
    if not done and operation.code == "PRD101" and isinstance(item, dict) and self.row(str(item.get("sku"))):
        Shop.upsert(self, self.row(item["sku"]), {"sku": item["sku"], "name": "half"})
    return done


def _made_anew(found: tuple[int, Any], shop: Shop, *_: Any) -> tuple[int, Any]:
    status, batch = found
    made = shop.clock + timedelta(milliseconds=shop.asked)
    return status, {**batch, "created_at": moment(made), "updated_at": moment(made)}


def _half_taken(self: Shop, operation: Any, item: Any) -> bool:
    done = Shop.taken(self, operation, item)
    row = self.row(str(item.get("sku"))) if isinstance(item, dict) else None
    if not done and operation.code == "PRD104" and row and "price_list" in item:
        self.put(row, "prices", "price_list", {n: v for n, v in item.items() if n in PRICE})
    return done


def _made_and_failed(self: Shop, operation: Any, item: Any) -> bool:
    done = Shop.taken(self, operation, item)
    if not done and operation.code == "PRD101" and isinstance(item, dict) and self.row(str(item.get("sku"))) is None:
        Shop.upsert(self, None, {"sku": str(item.get("sku"))})
    return done


def _lonely(**counts: int) -> Callable[..., tuple[int, Any]]:
    """Other counts for batches in which all that there is failed."""

    def look(found: tuple[int, Any], *_: Any) -> tuple[int, Any]:
        status, batch = found
        state = batch["state"]
        return status, {**batch, "state": {**state, **counts} if state["failed"] == state["total"] > 0 else state}

    return look


def _lists_required(self: Shop, operation: Any, body: bytes) -> tuple[int, Any]:
    items = json.loads(body) if body.startswith(b"[{") else []
    if operation.code == "PRD101" and any("images" not in one for one in items):
        raise Refused(400, "images are required")
    return Shop.submitted(self, operation, body)


MISTAKES: list[Mistake] = [
    # batches
    ("PRD101.batch.ticket", "missing", changed("submitted", lambda found, *_: (202, {}))),
    ("PRD101.batch.found", "lost", mutated(looked_up=lambda s, t: (404, {}))),
    ("PRD101.batch.own-id", "another", _batch(id="00000000-0000-4000-8000-000000000001")),
    ("PRD101.batch.ends", "never", _state(succeeded=lambda s: 0, failed=lambda s: 0)),
    ("PRD101.batch.total", "one more", _state(total=lambda s: s["total"] + 1, succeeded=lambda s: s["succeeded"] + 1)),
    ("PRD103.batch.total", "good only", _state(total=lambda s: s["succeeded"], failed=lambda s: 0)),
    (
        "PRD101.batch.monotone",
        "falls back",
        _by_looks(
            lambda n, s: (
                [{"total": s["total"], "succeeded": s["succeeded"] - n % 2, "failed": 0}, s][n > 3]
                if n != 2
                else {**s, "succeeded": 0, "failed": 0}
            )
        ),
    ),
    ("PRD101.batch.monotone", "too many", _by_looks(lambda n, s: {**s, "failed": s["failed"] + (2 if n == 1 else 0)})),
    (
        "PRD101.batch.final",
        "moves on",
        _by_looks(lambda n, s: s if n == 1 else {**s, "succeeded": s["succeeded"] - 1, "failed": s["failed"] + 1}),
    ),
    ("PRD101.batch.final", "back and forth", _by_looks(lambda n, s: s, status=lambda n: n % 2)),
    (
        "PRD101.batch.final",
        "moves on much later",
        _by_looks(lambda n, s: s if n < 3 else {**s, "succeeded": s["succeeded"] - 1, "failed": s["failed"] + 1}),
    ),
    (
        "PRD101.batch.all-good",
        "one failed",
        _state(succeeded=lambda s: s["succeeded"] - 1, failed=lambda s: s["failed"] + 1),
    ),
    ("PRD105.batch.mixed", "none failed", _state(succeeded=lambda s: s["total"], failed=lambda s: 0)),
    ("PRD101.batch.isolated", "lost after bad", mutated(submitted=_new_batch, taken=_lost_after_bad)),
    ("PRD103.batch.isolated", "lost after bad", mutated(submitted=_new_batch, taken=_lost_after_bad)),
    ("PRD105.batch.isolated", "lost after bad", mutated(submitted=_new_batch, taken=_lost_after_bad)),
    ("PRD101.batch.times", "backwards", _batch(created_at="2030-01-01T00:00:00Z", updated_at="2029-01-01T00:00:00Z")),
    ("PRD101.batch.mixed", "bad ones are applied", mutated(taken=_applied_and_failed)),
    ("PRD104.batch.mixed", "the good half is applied", mutated(taken=_half_taken)),
    ("PRD101.batch.times", "made anew at each look", changed("looked_up", _made_anew)),
    ("PRD101.batch.times", "three hours ahead", _batch(updated_at="2025-06-21T15:00:00Z")),
    ("PRD106.body.malformed", "nothing taken", _bodies(lambda body: body == b"")),
    ("PRD101.batch.all-good", "one failed too many", _state(failed=lambda s: 1, total=lambda s: s["total"] + 1)),
    (
        "PRD103.batch.all-good",
        "one less succeeded",
        _state(succeeded=lambda s: s["succeeded"] - 1, total=lambda s: s["total"] - 1),
    ),
    ("PRD101.batch.mixed", "bad new ones are made", mutated(taken=_made_and_failed)),
    ("PRD101.batch.mixed", "a bad one alone counts twice", changed("looked_up", _lonely(succeeded=1, failed=1))),
    ("PRD101.batch.mixed", "a bad one alone never ends", changed("looked_up", _lonely(succeeded=0, failed=2, total=3))),
    (
        "PRD103.batch.mixed",
        "unknown ones alone never end",
        changed("looked_up", _lonely(succeeded=0, failed=2, total=3)),
    ),
    ("PRD101.response.status", "lists are required", mutated(submitted=_lists_required)),
    ("PRD101.body.required.name", "optional", _valid("name", "PRD101")),
    (
        "PRD101.body.required.sku",
        "made up",
        mutated(taken=lambda s, o, item: "sku" not in item or Shop.taken(s, o, item)),
    ),
    (
        "PRD105.body.type.price",
        "unchecked",
        mutated(typed=lambda s, schema, v: v == "not-one" or Shop.typed(s, schema, v)),
    ),
    (
        "PRD101.body.type.sku",
        "unchecked",
        mutated(taken=lambda s, o, item: isinstance(item.get("sku"), list) or Shop.taken(s, o, item)),
    ),
    (
        "PRD101.body.type.name",
        "half taken",
        mutated(
            taken=lambda s, o, item: (
                not (isinstance(item.get("name"), dict) and Shop.upsert(s, None, {**item, "name": "x"}) is None)
                and Shop.taken(s, o, item)
            )
        ),
    ),
    ("PRD103.body.not-array", "taken", _bodies(lambda body: body == b'"text"')),
    ("PRD106.response.no-server-error", "on null", _bodies(lambda body: body == b"null", 500)),
    ("PRD105.response.no-server-error", "on nesting", _bodies(lambda body: body.startswith(b"[[["), 500)),
    ("PRD101.response.no-server-error", "on surrogates", _bodies(lambda body: rb"\ud800" in body, 500)),
    ("PRD104.body.not-array", "fails on items that are none", _bodies(lambda body: body.startswith(b"[null, 1,"), 500)),
    ("PRD106.body.not-array", "items that are none skipped", _items(lambda items: [i for i in items if i and i != 1])),
    ("PRD101.body.type.images", "what is in them unchecked", _unchecked(list)),
    ("PRD101.body.type.category", "nothing taken", _unchecked(type(None))),
    ("PRD104.body.large", "cut to 1,000", _items(lambda items: items[:1000])),
    ("PRD103.body.whole", "done without a key", _done_without_a_key()),
    ("PRD105.body.whole", "done without a key", _done_without_a_key()),
    (
        "PRD101.batch.all-good",
        "the default refused",
        mutated(taken=lambda s, o, item: item.get("attributes") != {} and Shop.taken(s, o, item)),
    ),
    ("PRD101.body.object", "taken", _bodies(lambda body: body.startswith(b"{"))),
    ("PRD101.body.malformed", "taken", _bodies(lambda body: body == b'[{"x": ')),
    ("PRD101.body.empty", "fails", _bodies(lambda body: body == b"[]", 500)),
    ("PRD101.body.large", "fails", _bodies(lambda body: len(body) > 900_000, 500)),
    ("PRD103.body.large", "fails on many", _bodies(lambda body: body.count(b"{") > 5_000, 503)),
    ("PRD105.body.large", "fails on many", _bodies(lambda body: body.count(b"{") > 1_000, 500)),
    ("PRD101.body.whole", "half applied", mutated(submitted=_half)),
    ("PRD103.body.whole", "half applied", mutated(submitted=_half)),
    ("PRD105.body.whole", "half applied", mutated(submitted=_half)),
]

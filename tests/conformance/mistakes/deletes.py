"""Mistakes in deletes."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from tests.conformance.fake import Row, Shop
from tests.conformance.mutate import Mistake, changed, mutated, names_none


def _deleting(which: Callable[[str, Row], bool], rows: Callable[[Shop, str], Row | None] = Shop.row) -> type[Shop]:
    """A shop that deletes the rows for which `which(sku, row)` is true."""

    def delete(self: Shop, sku: str) -> bool:
        before = len(self.rows)
        self.rows = [row for row in self.rows if not which(sku, row)]
        return len(self.rows) < before

    return mutated(delete=delete)


def _delete_alike(self: Shop, sku: str) -> bool:
    found = self.row(sku)
    self.rows = [row for row in self.rows if found is None or row["base_code"] != found["base_code"]]
    return found is not None


def _remembered_counts() -> type[Shop]:
    """A shop that counts once for each query."""

    def listed(self: Shop, operation: Any, request: Any) -> tuple[int, Any]:
        status, page = Shop.listed(self, operation, request)
        counts = self.__dict__.setdefault("counts", {})
        return status, {**page, "count": counts.setdefault(request.query, page["count"])}

    return mutated(listed=listed)


def _comes_back(field: str) -> type[Shop]:
    """A shop in which a row that is made again has a field of the deleted one."""

    def delete(self: Shop, sku: str) -> bool:
        row = self.row(sku)
        if row:
            self.__dict__.setdefault("kept", {})[sku] = row[field]
        return Shop.delete(self, sku)

    def upsert(self: Shop, row: Row | None, item: Row) -> None:
        Shop.upsert(self, row, item)
        made = self.row(item["sku"])
        if row is None and made:
            made[field] = self.__dict__.get("kept", {}).get(item["sku"], made[field])

    return mutated(delete=delete, upsert=upsert)


PAGING = {"page", "limit"}


def _first_delete_only(self: Shop, operation: Any, body: bytes) -> tuple[int, Any]:
    items = json.loads(body) if body.startswith(b"[{") else []
    if operation.method != "DELETE" or len(items) < 3:
        return Shop.submitted(self, operation, body)
    status, data = Shop.submitted(self, operation, json.dumps(items[:1]).encode())
    self.batches[data["batch_request_id"]]["state"] = {"total": len(items), "succeeded": len(items), "failed": 0}
    return status, data


def _counted_still(self: Shop, sku: str) -> bool:
    gone = Shop.delete(self, sku)
    self.__dict__["gone"] = self.__dict__.get("gone", 0) + gone
    return gone


def _count_of_gone(self: Shop, rows: list[Row], limit: int) -> int:
    return len(rows) + int(self.__dict__.get("gone", 0))


def _deleting_like(fold: Callable[[str], str]) -> type[Shop]:
    """A shop that deletes the rows whose key is nearly the one that no row has."""

    def delete(self: Shop, sku: str) -> bool:
        if self.row(sku):
            return Shop.delete(self, sku)
        self.rows = [row for row in self.rows if fold(row["sku"]) != fold(sku)]
        return False

    return mutated(delete=delete)


MISTAKES: list[Mistake] = [
    (
        "PRD103.write.unknown-row",
        "refused",
        mutated(
            submitted=lambda s, o, body: (
                (400, {})
                if o.method == "DELETE" and any(names_none(s, one) for one in json.loads(body))
                else Shop.submitted(s, o, body)
            )
        ),
    ),
    ("PRD103.write.recreate", "prices come back", _comes_back("prices")),
    ("PRD103.write.recreate", "as old as the deleted one", _comes_back("created_at")),
    (
        "PRD103.write.deletes",
        "shown where nothing is asked for",
        mutated(
            delete=lambda s, sku: bool(s.row(sku)) and s.row(sku).update(gone=True) is None,
            fits=lambda s, o, q, row: ("gone" not in row or not dict(q).keys() - PAGING) and Shop.fits(s, o, q, row),
            upsert=lambda s, row, item: ((row or {}).pop("gone", 0), Shop.upsert(s, row, item))[1],
        ),
    ),
    ("PRD103.write.deletes", "the first of many only", mutated(submitted=_first_delete_only)),
    ("PRD103.write.deletes", "counted still", mutated(delete=_counted_still, count=_count_of_gone)),
    ("PRD103.write.exact-key", "what is unknown by its case", _deleting_like(str.lower)),
    ("PRD103.write.deletes", "ignored", mutated(delete=lambda s, sku: s.row(sku) is not None)),
    (
        "PRD103.write.deletes",
        "still filtered",
        mutated(
            delete=lambda s, sku: bool(s.row(sku)) and s.row(sku).update(gone=True) is None,
            fits=lambda s, o, q, row: ("gone" not in row or "name" in dict(q)) and Shop.fits(s, o, q, row),
            upsert=lambda s, row, item: ((row or {}).pop("gone", 0), Shop.upsert(s, row, item))[1],
        ),
    ),
    ("PRD103.write.exact-key", "by prefix", _deleting(lambda sku, row: row["sku"].startswith(sku))),
    ("PRD103.write.exact-key", "any case", _deleting(lambda sku, row: row["sku"].lower() == sku.lower())),
    ("PRD103.write.exact-key", "by base code", mutated(delete=_delete_alike)),
    ("PRD103.write.unknown-row", "succeeds", changed("delete", lambda found, *_: True)),
    (
        "PRD103.write.recreate",
        "stays gone",
        mutated(
            delete=lambda s, sku: s.__dict__.setdefault("gone", set()).add(sku) is None and Shop.delete(s, sku),
            upsert=lambda s, row, item: (
                None if item["sku"] in s.__dict__.get("gone", ()) else Shop.upsert(s, row, item)
            ),
        ),
    ),
    ("PRD103.write.deletes", "count remembered", _remembered_counts()),
]

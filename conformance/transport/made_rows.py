"""Rows that this run created one by one: known by the keys that the server gave them.

A key becomes this run's own when a create is answered with it, and is on disk before it is used. It stops being
so when the server says that there is no such row: another writer may get the same key later.
"""

from __future__ import annotations

import threading
import urllib.parse
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from conformance.transport.exchange import Request, Response
from conformance.transport.journal import Journal, RowKey
from spec import Access, Contract, Operation, templates
from spec.model import JSON


class MadeRows:
    """The rows that a run created, by collection and key. Thread-safe."""

    def __init__(self, contract: Contract, journal: Journal, holds_token: Callable[[str], bool]) -> None:
        self._contract = contract
        self._journal = journal
        self._holds_token = holds_token
        self._lock = threading.Lock()
        self._own: dict[RowKey, None] = dict.fromkeys(journal.rows)
        self._gone: set[RowKey] = set()
        self._shown: set[RowKey] = set()
        self._created = {o.access.collection.name for o in contract.operations if creates(o) and o.access}
        self._shown_one_by_one = {
            o.access.collection.name for o in contract.operations if o.access and o.access.action == "gets"
        }
        self.unnamed = 0
        """Creates that were accepted, and whose row can't be told from those of others."""

    def owns(self, collection: str, key: str) -> bool:
        """True for the key of a row that this run created, also of one that was deleted since."""
        with self._lock:
            return (collection, key) in self._own or (collection, key) in self._gone

    def claim(self, collection: str, key: str) -> None:
        """Make a key this run's own before a row with it is created."""
        self._journal.note_rows([(collection, key)])
        with self._lock:
            self._own[collection, key] = None
            self._gone.discard((collection, key))

    def found_unnamed(self) -> None:
        """A row whose key no answer named was found by its texts."""
        with self._lock:
            self.unnamed = max(0, self.unnamed - 1)

    def left(self) -> list[RowKey]:
        """The rows that weren't seen gone, in the order in which they were made."""
        with self._lock:
            return list(self._own)

    def learn(self, request: Request, response: Response) -> None:
        """Take into account what a response says of rows."""
        operation = self._contract.by_code.get(request.operation)
        access = operation.access if operation else None
        if operation is None or access is None or access.collection.name not in self._created:
            return
        name = access.collection.name
        if access.action == "creates" and response.ok:
            self._learn_new(operation, request, response)
        elif (access.by and response.status in (404, 410)) or (
            access.action == "removes" and response.ok and name not in self._shown_one_by_one
        ):
            self.forget((name, key_in_path(operation, request)))
        elif access.action in ("reads", "gets") and response.ok:
            for row in rows_in(access.answered_in(response.json), access.collection.key):
                self._saw((name, str(row[access.collection.key])), row)

    def _learn_new(self, operation: Operation, request: Request, response: Response) -> None:
        collection = operation.access.collection if operation.access else None
        if collection and operation.access and operation.access.many:
            self._learn_list(operation.access, response)
            return
        key = new_key(self._contract, operation, response)
        if collection is None or key is None:
            self.unnamed += collection is None or not self._sent_its_key(operation, request)
            return
        row: RowKey = (collection.name, key)
        if row in self._own:
            return
        texts = [text for one in _new_rows(operation, response) for text in texts_in(one)]
        # A server may answer with a row that was there already: what we sent isn't in it.
        ours = any(map(self._holds_token, texts)) or (row not in self._shown and not _has_texts(request, texts))
        if ours:
            self.claim(*row)
        else:
            self.unnamed += 1

    def _learn_list(self, access: Access, response: Response) -> None:
        """The new rows of a list: each that holds a text of ours is ours."""
        for row in rows_in(access.answered_in(response.json), access.collection.key):
            key: RowKey = (access.collection.name, str(row[access.collection.key]))
            if any(map(self._holds_token, texts_in(row))):
                self.claim(*key)
            elif key not in self._own:
                self.unnamed += 1

    def _sent_its_key(self, operation: Operation, request: Request) -> bool:
        """True when the request named the new row, which is claimed then."""
        access = operation.access
        key = access.collection.key if access else ""
        return any(
            isinstance(row.get(key), str) for row in rows_in(access.sent_in(_json(request)) if access else None, key)
        )

    def forget(self, row: RowKey) -> None:
        """A row was seen gone: its key may be another writer's from now on."""
        with self._lock:
            if row not in self._own:
                return
            del self._own[row]
            self._gone.add(row)
        self._journal.drop_row(row)

    def _saw(self, row: RowKey, shown: Mapping[str, JSON]) -> None:
        with self._lock:
            if row in self._own:
                return
            gone = row in self._gone
            if not gone:
                self._shown.add(row)
        if gone and any(map(self._holds_token, texts_in(shown))):
            self.claim(*row)  # it wasn't deleted, or is back
        elif gone:
            with self._lock:
                self._gone.discard(row)
                self._shown.add(row)


def creates(operation: Operation) -> bool:
    """True for an operation that creates one row."""
    return operation.access is not None and operation.access.action == "creates"


def places(operation: Operation, request: Request, *, empty: bool = False) -> dict[str, str] | None:
    """What a request has in the places of its operation's path, by name; None where it is of another path."""
    found = templates.matcher(operation.path, empty=empty).fullmatch(request.path)
    if found is None:
        return None
    values = map(urllib.parse.unquote, found.groups())
    return dict(zip(templates.placeholders(operation.path), values, strict=False))


def key_in_path(operation: Operation, request: Request) -> str:
    """The key in a request's path; empty where it has none."""
    by = operation.access.by if operation.access else ""
    return (places(operation, request) or {}).get(by, "")


def new_key(contract: Contract, operation: Operation, response: Response) -> str | None:
    """The key of a new row, as the answer shows it or its Location; None where neither does."""
    if operation.access is None:
        return None
    collection = operation.access.collection
    row = next(_new_rows(operation, response), None)
    if row is not None:
        return str(row[collection.key])
    path = urllib.parse.urlsplit(response.headers.get("location", "")).path
    for other in contract.operations:
        if path and other.access and other.access.by and other.access.collection == collection:
            key = key_in_path(other, Request(other.code, other.method, path))
            if key:
                return key
    return None


def _new_rows(operation: Operation, response: Response) -> Iterator[Mapping[str, JSON]]:
    """The rows that the answer to a create shows."""
    access = operation.access
    return rows_in(access.answered_in(response.json), access.collection.key) if access else iter(())


def rows_in(data: JSON, key: str) -> Iterator[Mapping[str, JSON]]:
    """The objects with a key in a body: the body, what it holds, or the entries of a list of either."""
    found = [data, *(data.values() if isinstance(data, Mapping) else ())]
    for one in found:
        for row in one if isinstance(one, list) else [one]:
            if isinstance(row, Mapping) and isinstance(row.get(key), (str, int)) and not isinstance(row[key], bool):
                yield row


def texts_in(value: JSON) -> Iterator[str]:
    """Every text in a value."""
    waiting = [value]
    while waiting:
        node = waiting.pop()
        if isinstance(node, str):
            yield node
        elif isinstance(node, Mapping):
            waiting += node.values()
        elif isinstance(node, list):
            waiting += node


def _has_texts(request: Request, shown: list[str]) -> bool:
    """True when texts were sent and the answer shows some: then ours would be among them."""
    return bool(shown) and any(True for _ in texts_in(_json(request)))


def _json(request: Request) -> Any:
    return Response(0, {}, request.body or b"", 0.0).json

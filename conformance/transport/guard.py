"""The guard: a write is sent only if every key in it belongs to this run.

The guard is part of the transport, so it checks every request, from a law or from Schemathesis' engine.
"""

from __future__ import annotations

import json
import re
import secrets
import threading
import urllib.parse
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from conformance.transport import keys
from conformance.transport.exchange import Request, Response
from conformance.transport.journal import Journal
from conformance.transport.made_rows import MadeRows, key_in_path, places
from spec import Contract, Operation


class Ownership:
    """The token of one run, the keys that it minted, and their journal."""

    def __init__(self, contract: Contract, base_url: str, journal: Path, token: str | None = None) -> None:
        self.token = token or secrets.token_hex(5)
        self.base_url = base_url
        self.path = journal
        self.journal = Journal(journal, base_url)
        self.resumed = bool(self.journal.keys or self.journal.rows)
        """True where a former run left something in the journal."""
        self._lock = threading.Lock()
        self._minted = 0
        self._tokens = {self.token} | {token for key in self.journal.keys if (token := keys.token_of(key))}
        self._writers = {
            operation.code: operation
            for operation in contract.operations
            if operation.access and operation.access.writes
        }
        self.made = MadeRows(contract, self.journal, self.owns_text)
        """The rows that were created one by one."""

    def mint(self, stem: str) -> str:
        """A new key of this run."""
        with self._lock:
            self._minted += 1
            return keys.mint(self.token, self._minted, stem)

    def owns(self, value: object) -> bool:
        """True for a key that holds a token of this run, in any case, or for a key of an earlier run in the journal.

        Keys with separators don't count: a server may split them.
        """
        if not isinstance(value, str) or re.search(r"[\s,;|]", value):
            return False
        return self.owns_text(value)

    @property
    def tokens(self) -> tuple[str, ...]:
        """The tokens of this run, and of former ones in the journal."""
        return tuple(sorted(self._tokens))

    def owns_text(self, text: str) -> bool:
        """True for a text that holds a token of this run, in any case."""
        return any(token in text.lower() for token in self._tokens)

    def learn(self, request: Request, response: Response) -> None:
        """Take note of a response: it may name a row that this run created, or say that one is gone."""
        self.made.learn(request, response)

    def guard(self, request: Request) -> str | None:
        """Why a write must not be sent, or None. The keys of a permitted write are added to the journal first."""
        if request.method in ("GET", "HEAD", "OPTIONS"):
            return None
        operation = self._writers.get(request.operation)
        if not request.credential.valid and request.body in (None, b"", b"[]") and operation is None:
            return None
        if operation is None or operation.access is None:
            return "nothing is known of what the operation writes"
        if operation.access.of_one:
            return self._guard_one(operation, request)
        key = operation.access.collection.key
        found = [*_in_url(operation, request, key), *_named(request.body or b"", key)]
        foreign = [value for value in found if not self._harmless(value)]
        if foreign:
            shown = "in a body that can't be read" if foreign[0] is _UNREADABLE else json.dumps(foreign[0])[:80]
            return f"{key} {shown} isn't this run's"
        self.journal.note([text for value in found for text in _texts(value)])
        return None

    def _guard_one(self, operation: Operation, request: Request) -> str | None:
        """The same for a request that writes one row: the key in its path, and all keys in its body."""
        if operation.access is None:
            return "nothing is known of what the operation writes"
        collection, by = operation.access.collection, operation.access.by
        others = [
            name
            for name, value in (places(operation, request) or {}).items()
            if name != by and not _is_fixed(operation, name, value)
        ]
        if others:
            return f"the path names more than the row: {', '.join(others)}"
        key = key_in_path(operation, request)
        if by and key != keys.NO_ROW and not (self.owns(key) or self.made.owns(collection.name, key)):
            return f"{collection.key} {json.dumps(key)[:80]} isn't this run's"
        for value in [value for name, value in request.query if _is(name, collection.key)]:
            if not self.owns(value):
                return f"{collection.key} {json.dumps(value)[:80]} isn't this run's"
        for value in _named(request.body or b"", collection.key):
            if value is _UNREADABLE:
                return f"{collection.key} in a body that can't be read isn't this run's"
            if not (self._harmless(value) or (by and str(value) == key)):
                return f"{collection.key} {json.dumps(value)[:80]} isn't this run's"
            for text in _texts(value) if not by else ():
                self.made.claim(collection.name, text)
        if not by:
            # The token is on disk before the row is made: its texts hold it, if no answer tells the row's key.
            self.journal.note([keys.mint(self.token, 0, "rows")])
        return None

    def _harmless(self, value: Any) -> bool:
        """True for a key of ours, or for a value of another type that contains only such keys."""
        if isinstance(value, (list, _Pairs)):
            return all(self._harmless(part) for part in _parts(value))
        return self.owns(value)


_UNREADABLE = object()


class _Pairs(list[tuple[str, Any]]):
    """A JSON object as it is written, in which a name may occur twice.

    Python keeps the last of the two values and a server may keep the first, so both are checked.
    """


def _parts(value: list[Any]) -> Iterable[Any]:
    return [part for _, part in value] if isinstance(value, _Pairs) else value


def _texts(value: Any) -> Iterator[str]:
    """Every text in a harmless value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for part in _parts(value):
            yield from _texts(part)


def _is_fixed(operation: Operation, name: str, value: str) -> bool:
    """True for a key in a path that leads to the rows, with the value that the document fixes."""
    return operation.outer.get(name) == value


def _is(name: str, key: str) -> bool:
    """True for the key's name, also in spellings that a careless server accepts."""
    return name.strip().casefold() == key.casefold()


def _in_url(operation: Operation, request: Request, key: str) -> Iterator[str]:
    """The values in the URL of a write: its path parameters, and the key where the query has it."""
    yield from (value for name, value in request.query if _is(name, key))
    in_path = places(operation, request, empty=True)
    in_path = {"": request.path} if in_path is None else in_path
    yield from (
        value for name, value in in_path.items() if value != keys.NO_ROW and not _is_fixed(operation, name, value)
    )


def _named(body: bytes, key: str) -> Iterator[Any]:
    """Every value under the key's name, anywhere in a body.

    A body that isn't JSON names no row if it doesn't contain the name. If it does, it can't be checked.
    """
    try:
        data = json.loads(body, object_pairs_hook=_Pairs) if body.strip() else None
    except RecursionError:
        yield _UNREADABLE
        return
    except ValueError:
        if _mentions(body, key):
            yield _UNREADABLE
        return
    waiting = [data]
    while waiting:
        node = waiting.pop()
        if isinstance(node, _Pairs):
            yield from (value for name, value in node if _is(name, key))
            waiting += [value for name, value in node if not _is(name, key)]
        elif isinstance(node, list):
            waiting += node


def _mentions(body: bytes, key: str) -> bool:
    """True when some parser might find the name in a body: in any encoding, escaped or not."""
    text = urllib.parse.unquote(body.replace(b"\0", b"").decode("latin-1"))
    text = re.sub(r"\\u00([0-9a-fA-F]{2})|&#x([0-9a-fA-F]{2});", lambda m: chr(int(m[1] or m[2], 16)), text)
    return key.casefold() in text.casefold()

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
from conformance.transport.exchange import Request
from conformance.transport.journal import Journal
from spec import Contract, Operation, templates


class Ownership:
    """The token of one run, the keys that it minted, and their journal."""

    def __init__(self, contract: Contract, base_url: str, journal: Path, token: str | None = None) -> None:
        self.token = token or secrets.token_hex(5)
        self.base_url = base_url
        self.path = journal
        self.journal = Journal(journal, base_url)
        self._lock = threading.Lock()
        self._minted = 0
        self._tokens = {self.token} | {token for key in self.journal.keys if (token := keys.token_of(key))}
        self._writers = {
            operation.code: operation
            for operation in contract.operations
            if operation.access and operation.access.action != "reads"
        }

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
        return any(token in value.lower() for token in self._tokens)

    def guard(self, request: Request) -> str | None:
        """Why a write must not be sent, or None. The keys of a permitted write are added to the journal first."""
        if request.method in ("GET", "HEAD", "OPTIONS"):
            return None
        operation = self._writers.get(request.operation)
        if not request.credential.valid and request.body in (None, b"", b"[]") and operation is None:
            return None
        if operation is None or operation.access is None:
            return "nothing is known of what the operation writes"
        key = operation.access.collection.key
        found = [*_in_url(operation, request, key), *_named(request.body or b"", key)]
        foreign = [value for value in found if not self._harmless(value)]
        if foreign:
            shown = "in a body that can't be read" if foreign[0] is _UNREADABLE else json.dumps(foreign[0])[:80]
            return f"{key} {shown} isn't this run's"
        self.journal.note([text for value in found for text in _texts(value)])
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


def _is(name: str, key: str) -> bool:
    """True for the key's name, also in spellings that a careless server accepts."""
    return name.strip().casefold() == key.casefold()


def _in_url(operation: Operation, request: Request, key: str) -> Iterator[str]:
    """The values in the URL of a write: its path parameters, and the key where the query has it."""
    yield from (value for name, value in request.query if _is(name, key))
    in_path = templates.matcher(operation.path, empty=True).fullmatch(request.path)
    values = map(urllib.parse.unquote, in_path.groups() if in_path else [request.path])
    yield from (value for value in values if value != keys.NO_ROW)


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

"""What a run may write to: rows that it made itself, known by a token in their key, and the journal of them.

The guard sits at the transport, so it holds for whatever made the request. The journal is on disk before
a key is first sent, so that what a killed run left can still be taken away.
"""

from __future__ import annotations

import json
import os
import secrets
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from conformance.exchange import Credential, Request
from spec import Contract

PREFIX = "PRDCT"
"""What every planted key begins with, so that a person recognises it."""

JOURNAL = "journal.ndjson"

NO_SUCH = "nosuch"
"""Part of keys that are only asked to be deleted or priced, and never inserted."""


class Ownership:
    """The token of one run, the keys that it minted, and their journal."""

    def __init__(self, contract: Contract, base_url: str, journal: Path, token: str | None = None) -> None:
        self.token = token or secrets.token_hex(5)
        self.base_url = base_url
        self.path = journal
        self._lock = threading.Lock()
        self._minted = 0
        self._journaled: set[str] = set(journaled(journal, base_url))
        self._keys = {
            operation.code: operation.access.collection.key
            for operation in contract.operations
            if operation.access and operation.access.action != "reads"
        }

    def mint(self, stem: str) -> str:
        """A new key of this run."""
        with self._lock:
            self._minted += 1
            return f"{PREFIX}-{self.token}-{self._minted:03d}-{stem}"

    def owns(self, value: object) -> bool:
        """True for a key that only this run can have made, whatever its case, or that the journal has from before."""
        return isinstance(value, str) and (self.token in value.lower() or value in self._journaled)

    def guard(self, request: Request) -> str | None:
        """Why a write must not be sent, or None; notes the keys of one that may. See `Target.guard`."""
        if request.method in ("GET", "HEAD", "OPTIONS"):
            return None
        if request.credential is not Credential.RIGHT and request.body in (None, b"", b"[]"):
            return None
        key = self._keys.get(request.operation)
        if key is None:
            return "nothing is known of what the operation writes"
        found = list(_named(request.body or b"", key))
        foreign = [value for value in found if not self._harmless(value)]
        if foreign:
            return f"{key} {json.dumps(foreign[0])[:80]} isn't this run's"
        self.note([value for value in found if isinstance(value, str)])
        return None

    def _harmless(self, value: Any) -> bool:
        """True for a key of ours, or for something of another type that holds nothing but such keys."""
        if isinstance(value, (list, dict)):
            return all(self.owns(part) for part in (value.values() if isinstance(value, dict) else value))
        return self.owns(value)

    def note(self, keys: list[str]) -> None:
        """Write keys to the journal, on disk before this returns."""
        with self._lock:
            new = [key for key in dict.fromkeys(keys) if key not in self._journaled]
            if not new:
                return
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with self.path.open("a", encoding="utf-8") as file:
                file.writelines(json.dumps({"base_url": self.base_url, "key": key}) + "\n" for key in new)
                file.flush()
                os.fsync(file.fileno())
            self._journaled.update(new)


def token_of(key: str) -> str:
    """The token of the run that minted a key."""
    return key.split("-")[1].lower() if "-" in key else key


_UNREADABLE = object()


def _named(body: bytes, key: str) -> Iterator[Any]:
    """Every value that stands under the key's name anywhere in a body.

    A body that isn't JSON names no row if the name isn't in it; if it is, nobody can vet it.
    """
    try:
        data = json.loads(body) if body.strip() else None
    except (ValueError, RecursionError):
        if f'"{key}"'.encode() in body:
            yield _UNREADABLE
        return
    waiting = [data]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            if key in node:
                yield node[key]
            waiting += [value for name, value in node.items() if name != key]
        elif isinstance(node, list):
            waiting += node


def journaled(journal: Path, base_url: str) -> list[str]:
    """The keys that a journal has for a target, each once; a line cut short by a kill is passed over."""
    if not journal.is_file():
        return []
    found: dict[str, None] = {}
    for line in journal.read_text("utf-8", "replace").splitlines():
        try:
            entry = json.loads(line)
        except ValueError:
            continue
        if isinstance(entry, dict) and entry.get("base_url") == base_url and isinstance(entry.get("key"), str):
            found[entry["key"]] = None
    return list(found)


def forget(journal: Path, base_url: str, kept: list[str]) -> None:
    """Take a target's keys out of a journal, but for those that are still there; an empty journal goes away."""
    if not journal.is_file():
        return
    lines = []
    for line in journal.read_text("utf-8", "replace").splitlines():
        try:
            entry = json.loads(line)
        except ValueError:
            continue
        if not isinstance(entry, dict) or entry.get("base_url") != base_url or entry.get("key") in kept:
            lines.append(line)
    if not lines:
        journal.unlink()
        return
    aside = journal.with_suffix(".new")
    aside.write_text("\n".join(lines) + "\n", "utf-8")
    os.replace(aside, journal)

"""What a run may write to: rows that it made itself, known by a token in their key, and the journal of them.

The guard sits at the transport, so it holds for whatever made the request. The journal is on disk before
a key is first sent, so that what a killed run left can still be taken away.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import threading
import urllib.parse
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import jsonschema_rs

from conformance.transport.exchange import Credential, Request
from spec import Contract, Operation
from spec.model import JSON

PREFIX = "PRDCT"
"""What every planted key begins with, so that a person recognises it."""

JOURNAL = "journal.ndjson"

NO_SUCH = "nosuch"
"""Part of keys that are only asked to be deleted, and never inserted."""

NO_ROW = "00000000-0000-4000-8000-000000000000"
"""A uuid that names nothing, for a path that needs one."""


def unmarkable(contract: Contract) -> dict[str, str]:
    """The operations, by code, that write rows whose keys can't tell whose they are, each with the reason.

    A run writes only to keys that hold its token. Where the document allows none, as for numbers, it writes nothing.
    """
    found: dict[str, str] = {}
    for operation in contract.operations:
        access = operation.access
        if access is None or access.action == "reads":
            continue
        name = access.collection.key
        media = operation.body.json if operation.body else None
        items = contract.resolve(media.schema).get("items") if media and media.schema else None
        schemas = ({"$ref": access.collection.item}, items or {})
        if not all(_takes_tokens(contract.properties(schema).get(name, {})) for schema in schemas):
            found[operation.code] = (
                f"{name} allows no key that tells rows of this run from others, so nothing is written"
            )
    return found


def _takes_tokens(key: Mapping[str, JSON]) -> bool:
    try:
        allows = jsonschema_rs.validator_for(dict(key), validate_formats=True).is_valid
    except (jsonschema_rs.ValidationError, jsonschema_rs.ReferencingError):
        return True  # too intricate to tell here; a server that refuses such a key says so
    return "format" not in key and allows(f"{PREFIX}-{'0' * 10}-000-A-1")


class Ownership:
    """The token of one run, the keys that it minted, and their journal."""

    def __init__(self, contract: Contract, base_url: str, journal: Path, token: str | None = None) -> None:
        self.token = token or secrets.token_hex(5)
        self.base_url = base_url
        self.path = journal
        self._lock = threading.Lock()
        self._minted = 0
        self._journaled: set[str] = set(journaled(journal, base_url))
        self._tokens = {self.token} | {token for key in self._journaled if (token := token_of(key))}
        self._writers = {
            operation.code: operation
            for operation in contract.operations
            if operation.access and operation.access.action != "reads"
        }

    def mint(self, stem: str) -> str:
        """A new key of this run."""
        with self._lock:
            self._minted += 1
            return f"{PREFIX}-{self.token}-{self._minted:03d}-{stem}"

    def owns(self, value: object) -> bool:
        """True for a key that only this run can have made, whatever its case, or an earlier run of the journal.

        What a server may take for several keys isn't one of ours.
        """
        if not isinstance(value, str) or re.search(r"[\s,;|]", value):
            return False
        return any(token in value.lower() for token in self._tokens)

    def guard(self, request: Request) -> str | None:
        """Why a write must not be sent, or None; notes the keys of one that may. See `Target.guard`."""
        if request.method in ("GET", "HEAD", "OPTIONS"):
            return None
        operation = self._writers.get(request.operation)
        if request.credential is not Credential.RIGHT and request.body in (None, b"", b"[]") and operation is None:
            return None
        if operation is None or operation.access is None:
            return "nothing is known of what the operation writes"
        key = operation.access.collection.key
        found = [*_in_url(operation, request, key), *_named(request.body or b"", key)]
        foreign = [value for value in found if not self._harmless(value)]
        if foreign:
            shown = "in a body that can't be read" if foreign[0] is _UNREADABLE else json.dumps(foreign[0])[:80]
            return f"{key} {shown} isn't this run's"
        self.note([text for value in found for text in _texts(value)])
        return None

    def _harmless(self, value: Any) -> bool:
        """True for a key of ours, or for something of another type that holds nothing but such keys."""
        if isinstance(value, (list, _Pairs)):
            return all(self._harmless(part) for part in _parts(value))
        return self.owns(value)

    def note(self, keys: list[str]) -> None:
        """Write keys to the journal, on disk before this returns."""
        with self._lock:
            new = [key for key in dict.fromkeys(keys) if key not in self._journaled]
            if not new:
                return
            self.path.parent.mkdir(parents=True, exist_ok=True)
            cut = self.path.is_file() and self.path.read_bytes()[-1:] not in (b"\n", b"")
            with self.path.open("a", encoding="utf-8") as file:
                # What a kill has cut short must not swallow the next line.
                file.write("\n" if cut else "")
                file.writelines(json.dumps({"base_url": self.base_url, "key": key}) + "\n" for key in new)
                file.flush()
                os.fsync(file.fileno())
            self._journaled.update(new)


_MINTED = re.compile(rf"{PREFIX}-([0-9a-z]+)-\d+-", re.IGNORECASE)


def token_of(key: str) -> str | None:
    """The token of the run that minted a key; None for a key that no run can have minted."""
    found = _MINTED.match(key)
    return found[1].lower() if found else None


_UNREADABLE = object()


class _Pairs(list[tuple[str, Any]]):
    """A JSON object as it is written: a name that stands there twice is there twice.

    Python keeps the last of the two values and a server may keep the first, so both are looked at.
    """


def _parts(value: list[Any]) -> Iterable[Any]:
    return [part for _, part in value] if isinstance(value, _Pairs) else value


def _texts(value: Any) -> Iterator[str]:
    """Every text in a value that was found harmless."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for part in _parts(value):
            yield from _texts(part)


def _is(name: str, key: str) -> bool:
    """True for the key's name, as careless servers may read it too."""
    return name.strip().casefold() == key.casefold()


def _in_url(operation: Operation, request: Request, key: str) -> Iterator[str]:
    """What stands in the URL of a write: its path parameters, and the key where the query names it."""
    yield from (value for name, value in request.query if _is(name, key))
    pattern = "([^/]*)".join(map(re.escape, re.split(r"\{[^{}]*\}", operation.path)))
    in_path = re.fullmatch(pattern, request.path)
    values = map(urllib.parse.unquote, in_path.groups() if in_path else [request.path])
    yield from (value for value in values if value != NO_ROW)


def _named(body: bytes, key: str) -> Iterator[Any]:
    """Every value that stands under the key's name anywhere in a body.

    A body that isn't JSON names no row if the name isn't in it; if it is, nobody can vet it.
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
    """True when some reader might find the name in a body: as text of any encoding, escaped or not."""
    text = urllib.parse.unquote(body.replace(b"\0", b"").decode("latin-1"))
    text = re.sub(r"\\u00([0-9a-fA-F]{2})|&#x([0-9a-fA-F]{2});", lambda m: chr(int(m[1] or m[2], 16)), text)
    return key.casefold() in text.casefold()


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

"""Which rows of a list a server minds, and why: read from the body of a refusal, or from a file of failed rows.

Rows are named in many ways: by place (`{"3": ...}`, `"index": 3`, `"loc": ["body", 3]`, `"/3/price"`, `[3].price`, a
list with an entry for each row) or by what they are about (their key). Nothing is guessed beyond that.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic_core import from_json, to_json

from .guards import is_list, is_object

_PLACES = ("index", "row_index", "item_index", "position")
_PATHS = ("loc", "path", "pointer", "instancePath", "instance_path", "instanceLocation", "field", "source")
_WHOLE = ("errors", "error", "detail", "details", "items", "rows", "results", "data", "invalid", "failures", "body")
_LONGEST = 300


@dataclass(frozen=True)
class Blame:
    """The messages on one row."""

    text: str
    details: Any


def blamed(body: Any, rows: Sequence[Mapping[str, Any]], keys: Sequence[tuple[str, ...]]) -> dict[int, Blame]:
    """The messages of a body on some rows, by the rows' places; `keys` are the fields that identify a row."""
    found: dict[int, Blame] = {}
    for place, said in _entries(body, len(rows), _Finder(rows, keys)):
        found.setdefault(place, Blame(_text(said), said))
    return found


def entries_of(content: bytes) -> Any:
    """A file of failed rows as data: JSON, JSON lines or CSV with a head; None for anything else."""
    try:
        return from_json(content)
    except ValueError:
        pass
    lines = [line for line in content.decode("utf-8", "replace").splitlines() if line.strip()]
    try:
        return [json.loads(line) for line in lines]
    except (ValueError, RecursionError):
        pass
    if len(lines) < 2 or not re.search(r"[,;]", lines[0]) or lines[0].lstrip().startswith("<"):
        return None
    delimiter = ";" if lines[0].count(";") > lines[0].count(",") else ","
    return list(csv.DictReader(io.StringIO("\n".join(lines)), delimiter=delimiter))


class _Finder:
    """Finds rows by their identities."""

    def __init__(self, rows: Sequence[Mapping[str, Any]], keys: Sequence[tuple[str, ...]]) -> None:
        self.count = len(rows)
        self._by: dict[tuple[str, ...], dict[tuple[str, ...], list[int]]] = {}
        for names in dict.fromkeys([*keys, *((key[0],) for key in keys if key)]):
            places = self._by.setdefault(names, {})
            for place, row in enumerate(rows):
                if (values := _values(row, names)) is not None:
                    places.setdefault(values, []).append(place)

    def place(self, entry: Any, depth: int = 3) -> int | None:
        """The one row that an entry, or a part of it, concerns."""
        if not is_object(entry) or depth == 0:
            return None
        for names in sorted(self._by, key=len, reverse=True):
            values = _values(entry, names)
            places = self._by[names].get(values, []) if values is not None else []
            if len(places) == 1:
                return places[0]
        inner = (self.place(each, depth - 1) for each in entry.values())
        return next((place for place in inner if place is not None), None)

    def keyed(self, entry: Any) -> bool:
        """True for an entry that names its subject. If that isn't one of the rows, the entry concerns none of them."""
        return is_object(entry) and any(_values(entry, names) is not None for names in self._by)


def _values(row: Mapping[str, Any], names: tuple[str, ...]) -> tuple[str, ...] | None:
    values = [row.get(name) for name in names]
    fit = all(isinstance(value, (str, int)) and not isinstance(value, bool) for value in values)
    return tuple(str(value) for value in values) if fit and values else None


def _entries(body: Any, count: int, finder: _Finder) -> Iterator[tuple[int, Any]]:
    """Pairs of a row's place and the messages on it."""
    if is_object(body):
        if body and all(key.isascii() and key.isdigit() and int(key) < count for key in body):
            yield from ((int(key), said) for key, said in body.items() if said)
            return
        if (place := finder.place(body, depth=1)) is not None:
            yield place, body
            return
        for name in _WHOLE:
            if isinstance(body.get(name), (dict, list)):
                yield from _entries(body[name], count, finder)
    elif is_list(body):
        named = [(place, each) for each in body if (place := _place(each, finder)) is not None]
        if named:
            yield from named
        elif len(body) == count and all(
            each is None or (isinstance(each, (dict, list)) and not finder.keyed(each)) for each in body
        ):
            yield from ((place, each) for place, each in enumerate(body) if each)


def _place(entry: Any, finder: _Finder) -> int | None:
    """The place of the row that an entry names."""
    if isinstance(entry, str):
        found = re.match(r"(?:body|items|rows)?\[(\d+)\]", entry)
        return _within(found[1] if found else None, finder)
    if not is_object(entry):
        return None
    if (place := finder.place(entry)) is not None:
        return place
    for name in _PLACES:
        if (place := _within(entry.get(name), finder)) is not None:
            return place
    for name in _PATHS:
        if (place := _first_number(entry.get(name), finder)) is not None:
            return place
    return None


def _first_number(path: Any, finder: _Finder) -> int | None:
    """The place that a path into the body begins with; the path of a URL doesn't begin so."""
    if is_object(path):  # JSON:API has the pointer in `source`
        path = path.get("pointer")
    steps = re.split(r"[/.\[\]#]+", path.strip("#/[")) if isinstance(path, str) else path
    if not is_list(steps) or not steps:
        return None
    return _within(steps[1] if steps[0] in _WHOLE and len(steps) > 1 else steps[0], finder)


def _within(value: Any, finder: _Finder) -> int | None:
    if isinstance(value, str) and value.isascii() and value.isdigit():
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < finder.count:
        return value
    return None


def _text(said: Any) -> str:
    """The messages in one line: the reasons alone, where they are separate."""
    if is_object(said):
        for name in ("errors", "error", "reasons", "reason", "message", "msg", "detail"):
            if said.get(name):
                said = said[name]
                break
    text = said if isinstance(said, str) else to_json(said, fallback=str).decode()
    text = " ".join(text.split())
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"

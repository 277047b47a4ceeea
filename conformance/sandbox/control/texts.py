"""Rows as text: one JSON object a line, or CSV.

A CSV cell of a text field holds the text as it is. An empty cell stands for a field that the row doesn't have, and
`null` for null; a text that would be mistaken for one of these, or that begins with a quotation mark, is written as
JSON. Cells of other fields always hold JSON.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from typing import Any

from conformance.sandbox import validation
from conformance.sandbox.control.asking import unknown_field
from conformance.sandbox.store import Row
from conformance.sandbox.tables import Shape
from spec.model import JSON

_TEXTS = ("text", "uuid", "instant", "decimal")
"""The kinds of fields whose cells hold text."""


class Unreadable(ValueError):
    """A row that can't be read; `row` is its number from 0."""

    def __init__(self, row: int, reason: str) -> None:
        self.row = str(row)
        super().__init__(reason)


class UnknownNames(ValueError):
    """A line of names in which some are wrong; `errors` says why, by name."""

    def __init__(self, errors: Mapping[str, list[str]]) -> None:
        self.errors = errors
        super().__init__()


def to_lines(rows: Sequence[Row]) -> str:
    """One JSON object a line."""
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def from_lines(_: Shape, text: str) -> list[Any]:
    """What stands in the lines that aren't blank. Raises Unreadable."""
    # Not splitlines, which would also split at separators that may stand within a JSON string.
    lines = [line for line in text.split("\n") if line.strip()]
    return [_json(index, line) for index, line in enumerate(lines)]


def to_csv(shape: Shape, names: Sequence[str], rows: Sequence[Row]) -> str:
    """A line of names, then a line for each row."""
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    writer.writerow(names)
    for row in rows:
        writer.writerow([_cell(row[name], _is_text(shape, name)) if name in row else "" for name in names])
    return file.getvalue()


def from_csv(shape: Shape, text: str) -> list[Any]:
    """The rows under a line of names. Raises Unreadable and UnknownNames."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows: list[Any] = []
    try:
        names = next(reader, [])
        _check_names(shape, names)
        for cells in reader:
            if not cells:
                continue
            index = len(rows)
            if len(cells) != len(names):
                raise Unreadable(index, f"The row has {len(cells)} cells, and there are {len(names)} names.")
            found = {n: _value(index, shape, n, cell) for n, cell in zip(names, cells, strict=True) if cell != ""}
            rows.append(found)
    except csv.Error as error:
        raise Unreadable(len(rows), f"This is not valid CSV: {error}.") from None
    return rows


def _check_names(shape: Shape, names: Sequence[str]) -> None:
    known = [*shape.fields, *shape.parts]
    errors = {name: [unknown_field(name, known)] for name in names if name not in known}
    errors |= {name: ["Two columns have this name."] for name in names if names.count(name) > 1}
    if errors:
        raise UnknownNames(errors)


def _is_text(shape: Shape, name: str) -> bool:
    return name in shape.fields and shape.fields[name].kind in _TEXTS


def _cell(value: JSON, is_text: bool) -> str:
    if is_text and isinstance(value, str) and value not in ("", "null") and not value.startswith('"'):
        return value
    return json.dumps(value, ensure_ascii=False)


def _value(row: int, shape: Shape, name: str, cell: str) -> JSON:
    if _is_text(shape, name) and cell != "null" and not cell.startswith('"'):
        return cell
    return _json(row, cell, f"{name}: ")


def _json(row: int, text: str, where: str = "") -> Any:
    try:
        return validation.body(text.encode("utf-8"))
    except ValueError as error:
        raise Unreadable(row, f"{where}{_REASONS[error.args[0]]}") from None


_REASONS: Mapping[str, str] = {"not-json": "This is not valid JSON.", "not-text": "The text is not valid Unicode."}

"""What operations do to the rows of a list: create one, show, change or remove the one that the path names."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from spec import vocabulary
from spec.importing import words
from spec.importing.findings import Finding, inferred
from spec.importing.lists import Listing, last_word
from spec.model import JSON, Contract, Operation, without_null
from spec.reader.read_context import ReadContext

_BY_METHOD = {"GET": "x-gets", "PUT": "x-updates", "PATCH": "x-updates", "DELETE": "x-deletes"}
_WORDS = {"x-gets": "shows", "x-updates": "changes", "x-deletes": "removes"}


def writes(context: ReadContext, contract: Contract, listing: Listing, others: Sequence[Listing]) -> Iterator[Finding]:
    """What the operations on a list's path, and on the path of one of its rows, do. `others` are all lists."""
    here = listing.operation.path.rstrip("/")
    for operation in contract.operations:
        path = operation.path.rstrip("/")
        below = re.fullmatch(rf"{re.escape(here)}/\{{([^{{}}]+)\}}", path)
        if below and operation.method in _BY_METHOD:
            name = _BY_METHOD[operation.method]
            reason = f"{operation.method} on the path of a row {_WORDS[name]} it."
            mark = {"collection": listing.collection, "by": below[1]}
            refers = _references(context, operation, others) if name == "x-updates" else {}
            yield _mark(operation, name, {**mark, **refers}, reason)
        elif path == here and operation.method != "GET":
            yield from _on_the_list(context, operation, listing, others)


def _on_the_list(
    context: ReadContext, operation: Operation, listing: Listing, others: Sequence[Listing]
) -> Iterator[Finding]:
    media = operation.body.json if operation.body else None
    if media is None or media.schema is None:
        return
    body = context.read(media.schema, f"{media.pointer}/schema")
    kind = vocabulary.kind(body)
    of = {"collection": listing.collection}
    if kind in ("object", "any") and operation.method == "POST" and _answers(operation, "200", "201"):
        fields = context.properties(media.schema, f"{media.pointer}/schema")
        if {words.plain(name) for name in fields} & {words.plain(name) for name in listing.fields}:
            refers = _references(context, operation, others)
            yield _mark(operation, "x-creates", {**of, **refers}, "POST on the path of a list creates a row.")
    elif kind == "list" and operation.method in ("PUT", "PATCH", "POST") and _answers(operation, "202"):
        yield _mark(operation, "x-upserts", of, f"{operation.method} takes a list of rows with their key.")
    elif kind == "list" and operation.method == "DELETE" and _answers(operation, "202"):
        yield _mark(operation, "x-deletes", of, "DELETE takes a list of keys.")


def _references(context: ReadContext, operation: Operation, others: Sequence[Listing]) -> dict[str, JSON]:
    """The fields of a body that hold the key of another list's row: `author` and `author_id` of authors."""
    media = operation.body.json if operation.body else None
    fields = context.properties(media.schema, f"{media.pointer}/schema") if media and media.schema else {}
    found: dict[str, JSON] = {}
    for name, field in fields.items():
        one = re.sub(r"_(id|uuid|pk)$", "", words.snake(name))
        names = {words.plain(each) for each in (one, f"{one}s", f"{one}es", re.sub("y$", "ies", one))}
        same = [other for other in others if words.plain(last_word(other.operation.path)) in names]
        if len(same) == 1 and vocabulary.kind(without_null(field)) == vocabulary.kind(same[0].fields[same[0].key]):
            found[name] = same[0].collection
    return {"references": found} if found else {}


def _answers(operation: Operation, *statuses: str) -> bool:
    return any(response.status in statuses for response in operation.responses)


def _mark(operation: Operation, name: str, mark: Mapping[str, JSON], reason: str) -> Finding:
    subject = f"{operation.method} {operation.path}"
    return Finding(operation.pointer, {name: {**mark, **inferred(reason)}}, f"{name} {operation.pointer}", subject)

"""What operations do to the rows of a list: create one, show, change or remove the one that the path names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Set

from spec import vocabulary
from spec.importing import words
from spec.importing.findings import Finding, Unrecognised, inferred
from spec.importing.lists import Listing, by_list, last_word, place, row_parameter
from spec.model import JSON, Contract, Media, Operation, without_null
from spec.reader.read_context import ReadContext

_BY_METHOD = {"GET": "x-gets", "PUT": "x-updates", "PATCH": "x-updates", "DELETE": "x-deletes"}
_WORDS = {"x-gets": "shows", "x-updates": "changes", "x-deletes": "removes"}


class Rows:
    """The lists of a document: what operations on their rows do."""

    def __init__(self, context: ReadContext, contract: Contract, listings: Iterable[Listing]) -> None:
        self._context = context
        self._near = by_list(contract)
        self._by_word: dict[str, list[Listing]] = {}
        for listing in listings:
            self._by_word.setdefault(words.plain(last_word(listing.operation.path)), []).append(listing)

    def writes(self, listing: Listing) -> Iterator[Finding | Unrecognised]:
        """What the operations on a list's path, and on the path of one of its rows, do."""
        here = listing.operation.path.rstrip("/")
        for operation in self._near[here]:
            parameter = row_parameter(operation)
            if parameter and operation.path.rstrip("/") != here:
                if operation.method not in _BY_METHOD:
                    continue
                name = _BY_METHOD[operation.method]
                wrong = self._differs(operation, parameter, listing)
                if wrong:
                    subject = f"{operation.method} {operation.path}"
                    yield Unrecognised(operation.pointer, operation.location, subject, wrong)
                    continue
                reason = f"{operation.method} on the path of a row {_WORDS[name]} it."
                mark = {"collection": listing.collection, "by": parameter}
                refers = self._references(operation) if name == "x-updates" else {}
                yield _mark(self._context, operation, name, {**mark, **refers}, reason)
            elif operation.method != "GET":
                yield from self._on_the_list(operation, listing)

    def _differs(self, operation: Operation, parameter: str, listing: Listing) -> str | None:
        """Why an operation on the path of a row isn't about the row that the list shows; None where it seems to be."""
        if not _names_key(parameter, listing):
            return f"its path names a row by {parameter}, and the list shows {listing.key}"
        shown = self._fields(operation.success.json if operation.success else None)
        if operation.method == "GET" and shown and listing.key not in shown:
            return f"its response doesn't have {listing.key} where the list's rows have it"
        sent = self._fields(operation.body.json if operation.body else None)
        if operation.method in ("PUT", "PATCH") and sent and sent.isdisjoint(listing.fields):
            return "its body has none of the fields that the list shows"
        return None

    def _fields(self, media: Media | None) -> Set[str]:
        schema = media.schema if media else None
        return self._context.properties(schema, f"{media.pointer}/schema").keys() if media and schema else set()

    def _on_the_list(self, operation: Operation, listing: Listing) -> Iterator[Finding]:
        context = self._context
        media = operation.body.json if operation.body else None
        if media is None or media.schema is None:
            return
        body = context.read(media.schema, f"{media.pointer}/schema")
        kind = vocabulary.kind(body)
        of = {"collection": listing.collection}
        one = operation.path.rstrip("/") == listing.operation.path.rstrip("/")
        one = one and words.plain(last_word(operation.path)) not in words.VERBS
        if one and kind in ("object", "any") and operation.method == "POST" and _answers(operation, "200", "201"):
            fields = context.properties(media.schema, f"{media.pointer}/schema")
            if {words.plain(name) for name in fields} & {words.plain(name) for name in listing.fields}:
                refers = self._references(operation)
                yield _mark(
                    self._context, operation, "x-creates", {**of, **refers}, "POST on the path of a list creates a row."
                )
        elif kind == "list" and operation.method in ("PUT", "PATCH", "POST") and _answers(operation, "202"):
            yield _mark(
                self._context, operation, "x-upserts", of, f"{operation.method} takes a list of rows with their key."
            )
        elif kind == "list" and operation.method == "DELETE" and _answers(operation, "202"):
            yield _mark(self._context, operation, "x-deletes", of, "DELETE takes a list of keys.")

    def _references(self, operation: Operation) -> dict[str, JSON]:
        """The fields of a body that hold the key of another list's row: `author` and `author_id` of authors."""
        media = operation.body.json if operation.body else None
        fields = self._context.properties(media.schema, f"{media.pointer}/schema") if media and media.schema else {}
        found: dict[str, JSON] = {}
        for name, field in fields.items():
            one = re.sub(r"_(id|uuid|pk)$", "", words.snake(name))
            names = {words.plain(each) for each in (one, f"{one}s", f"{one}es", re.sub("y$", "ies", one))}
            same = [other for each in names for other in self._by_word.get(each, ())]
            if len(same) == 1 and vocabulary.kind(without_null(field)) == vocabulary.kind(same[0].fields[same[0].key]):
                found[name] = same[0].collection
        return {"references": found} if found else {}


def _names_key(parameter: str, listing: Listing) -> bool:
    """True if a path's parameter is called like the key, or like the row: `id`, `book_id`, `book`, `pk`."""
    asked, key = words.snake(parameter).split("_"), words.snake(listing.key).split("_")
    word = words.plain(last_word(listing.operation.path))
    thing = {word, word.removesuffix("s"), word.removesuffix("es"), re.sub("ies$", "y", word)}
    same = asked[-1] == key[-1] or {asked[-1], key[-1]} == {"id", "pk"}  # Django's `pk` is the `id`
    return same or words.plain(parameter) in {words.plain(listing.key), "pk", "key", *thing}


def _answers(operation: Operation, *statuses: str) -> bool:
    return any(response.status in statuses for response in operation.responses)


def _mark(context: ReadContext, operation: Operation, name: str, mark: Mapping[str, JSON], reason: str) -> Finding:
    subject = f"{operation.method} {operation.path}"
    return Finding(
        place(context, operation), {name: {**mark, **inferred(reason)}}, f"{name} {operation.pointer}", subject
    )

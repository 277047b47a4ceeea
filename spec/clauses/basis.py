"""What a clause follows from: a sentence only where the sentence says it, else what else the document means.

A kind of clause that isn't named here rests on its sentence.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from spec.model import (
    About,
    Basis,
    Field,
    Filter,
    Level,
    Lookups,
    Numbered,
    Offset,
    Operation,
    Ordering,
    Parameter,
    Provenance,
)

_UNAUTHORIZED = "RFC 9110, section 15.5.2: 401 says that a request lacks valid credentials: only the whole key is."
_RETRIEVAL = "RFC 9110, section 9.2.1: a request that only reads changes nothing, so the next one is answered alike."
_UNIQUE_PAGES = "A page is a part of one list of rows: the pages together are the list, and each row is in it once."
_UPSERT = "Upsert means update or insert: the row with the item's key is changed, or made where there is none."
_DELETE = "Delete means that the row with the item's key, and no other, is there no more."
_BATCH = "total, succeeded and failed count the items of a batch: total = succeeded + failed at its end."
_FILTER = "A filter's value is text, and the rows that it shows are compared with that very text."

_SORT = "To sort by a field is to put rows in the order of its values."
_SORT_ALONE = "Sorting changes the order of rows, and not which rows there are."
_CREATE = "Create means that there is one row more, and that it is shown from then on."
_UPDATE = "Update means that the row whose key is in the path, and no other, has the new values."
_READ_BACK = "To write a value is to have it read back."
_ANSWER = "The answer to a write shows the row that it wrote."
_KEY = "A key names one row."
_OBJECT = "To refuse a request is to do nothing of what it asks."

_STANDARD: Mapping[str, str] = {
    **{
        f"auth.{kind}": _UNAUTHORIZED
        for kind in ("missing-key", "empty-key", "wrong-key", "truncated-key", "extended-key", "swapped-case-key")
    },
    "response.status": "RFC 9110, section 15.3: 2xx says that a request was accepted; the document declares this one.",
    "response.content-type": "RFC 9110, section 8.3: Content-Type names the media type, and the document declares it.",
    "response.no-server-error": "RFC 9110, section 15.6: 5xx says that the server erred; no request makes that right.",
    "response.rejects-invalid": "RFC 9110, section 15.5: 4xx says that the request is at fault, as one is that breaks "
    "what the document declares.",
    "page.stable": _RETRIEVAL,
    "param.accepted": "RFC 9110, section 12: what a client prefers chooses how a resource is represented, not which.",
    "wire": "RFC 3986, section 2: a percent-encoded character of a query is data, and is decoded once.",
    "body.malformed": "RFC 9110, section 15.5.1: 400 answers a malformed request, and the body isn't JSON (RFC 8259).",
    "batch.unknown-id": "RFC 9110, section 15.5.5: 404 says that there is nothing under this address.",
    "row.malformed": "RFC 9110, section 15.5.1: 400 answers a malformed request, and the body isn't JSON (RFC 8259).",
    "get.not-modified": "RFC 9110, section 13.1.2: where If-None-Match names the current state, a GET is answered 304.",
    "row.if-match": "RFC 9110, section 13.1.1: where If-Match names another state, the request isn't carried out: 412.",
    "update.twice": "RFC 9110, section 9.2.2: PUT is idempotent: two identical requests have the effect of one.",
    "body.large": "RFC 9110, section 15.5.14: 413 refuses content that is too large; a 5xx says that the server erred.",
}
"""By kind of clause: the standard that says it, with its section."""

_TERM: Mapping[str, str] = {
    "page.limit": "A limit is the most rows that a page shows.",
    "page.disjoint": _UNIQUE_PAGES,
    "page.complete": _UNIQUE_PAGES,
    "page.same-order": "A limit says how a list is cut into pages, not which list it is.",
    "page.filtered": "A filtered list is a list, and its pages are pages.",
    "combine": "A filter leaves rows out. Of two filters each does so.",
    "explore": "A filter leaves rows out. Of several filters each does so.",
    "relation": "The lookups of one field are readings of one value, so they follow from each other.",
    "param.unknown-key": _FILTER,
    "search.selective": "To search for a value is to be shown what has to do with that value.",
    "batch.ticket": "The status operation takes an id, and only the response of the write can name it.",
    "batch.found": "The status operation shows the batch whose id it takes.",
    "batch.own-id": "An id names one batch, so what it is asked for is what it shows.",
    "batch.ends": "The counts of a batch add up when it is over, so it is over one day; --batch-timeout sets the time.",
    "batch.total": _BATCH,
    "batch.monotone": _BATCH,
    "batch.final": _BATCH,
    "batch.all-good": _BATCH,
    "batch.mixed": _BATCH,
    "batch.isolated": "Each item is counted by itself as succeeded or failed, so none decides for another.",
    "order.sorted": _SORT,
    "order.same-rows": _SORT_ALONE,
    "order.filtered": _SORT_ALONE,
    "order.pages": _UNIQUE_PAGES,
    "order.keys": "A second key decides where the first one doesn't.",
    "write.inserts": _UPSERT,
    "write.updates": _UPSERT,
    "write.key": _UPSERT,
    "write.one-row": _UPSERT,
    "write.exact-key": _UPSERT,
    "write.field": "To write a value is to have it read back.",
    "write.part": "To write a value is to have it read back.",
    "write.filters": "Filters select among the rows as they are.",
    "write.history": "Each upsert is carried out on what the one before it left.",
    "write.created-stays": "The name of the field says when the row was created; an update creates none.",
    "write.updated-moves": "The name of the field says when the row was last updated.",
    "part.created-stays": "The name of the field says when the row was created; a write of its parts creates none.",
    "part.updated-moves": "The name of the field says when the row was last updated, and its parts are of it.",
    "write.deletes": _DELETE,
    "delete.exact-key": _DELETE,
    "write.recreate": f"{_DELETE} {_UPSERT}",
    "part.inserts": _UPSERT,
    "part.updates": _UPSERT,
    "part.one-row": _UPSERT,
    "part.other-entries": _UPSERT,
    "part.field": "To write a value is to have it read back.",
    "part.others-stay": "The operation names what it writes, and writes nothing else.",
    "part.unknown-row": "What isn't there has no parts to change. The operation writes parts, and makes no rows.",
    "get.shows": _KEY,
    "fields": "Which fields of a row are shown is another question than which rows are, and what they hold.",
    "expands": "A key stands for a row, and to expand it is to show that row in its place.",
    "outer": "A path leads from what holds to what is held: a row is under the key that it belongs to.",
    "create.makes": _CREATE,
    "create.field": _READ_BACK,
    "create.list": "The answer to a list is a list: what stands in a place of one belongs to that place of the other.",
    "create.answer": _ANSWER,
    "create.unique-key": _KEY,
    "create.others-stay": _CREATE,
    "update.changes": _UPDATE,
    "update.field": _READ_BACK,
    "update.null": _READ_BACK,
    "update.answer": _ANSWER,
    "update.others-stay": _UPDATE,
    "update.created-stays": "The name of the field says when the row was created; an update creates none.",
    "update.updated-moves": "The name of the field says when the row was last updated.",
    "remove.gone": _DELETE,
    "remove.others-stay": _DELETE,
    "row.whole": _OBJECT,
    "body.whole": _OBJECT,
}
"""By kind of clause: what a word of the document plainly means."""

_OURS: Mapping[str, str] = {
    "search.sound": "The page says that values are searched, and not which rows a search must leave out.",
    "search.complete": "The page says that values are searched, and not how much of them must be given.",
    "search.case": "The page doesn't say whether upper and lower case differ in a search.",
}
"""By kind of clause: why it was decided so, where the document's element carries no reason."""

_BOUNDS = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")


def basis(operation: Operation, kind: str, rests_on: Provenance, about: About, level: Level) -> Basis:
    """What a clause of a kind follows from."""
    if level == "inferred":
        return Basis("decision", _OURS.get(kind, rests_on.text))
    if kind in _STANDARD:
        return Basis("standard", _STANDARD[kind])
    if kind in _TERM:
        return Basis("term", _TERM[kind])
    declared = _DECLARED.get(kind)
    return declared(operation, rests_on, about) if declared else Basis("sentence", rests_on.text)


def _invalid(operation: Operation, rests_on: Provenance, about: About) -> Basis:
    schema = about.schema if isinstance(about, Parameter) else {}
    schema = schema.get("items", schema) if isinstance(schema, dict) else {}
    given = {word: schema[word] for word in ("type", "format", "enum") if isinstance(schema, dict) and word in schema}
    return Basis("type", _words(given))


def _bounds(operation: Operation, rests_on: Provenance, about: About) -> Basis:
    schema = about.schema if isinstance(about, Parameter) else {}
    return Basis("bound", _words({word: schema[word] for word in _BOUNDS if word in schema}))


def _default(operation: Operation, rests_on: Provenance, about: About) -> Basis:
    return Basis("default", _words({"default": about.default}) if isinstance(about, Filter) else rests_on.text)


def _order_default(operation: Operation, rests_on: Provenance, about: About) -> Basis:
    return Basis("default", _words({"default": about.default}) if isinstance(about, Ordering) else rests_on.text)


def _default_page(operation: Operation, rests_on: Provenance, about: About) -> Basis:
    form = operation.pagination.form if operation.pagination else None
    return Basis("default", _words({"default": form.default if isinstance(form, (Numbered, Offset)) else None}))


def _default_limit(operation: Operation, rests_on: Provenance, about: About) -> Basis:
    limit = operation.pagination.limit if operation.pagination else None
    return Basis("default", _words({"default": limit.default if limit else None}))


def _shown(operation: Operation, rests_on: Provenance, about: About) -> Basis:
    """A field of the pages: its example where the document has one, else its description."""
    return Basis("example" if rests_on.text.startswith('"') else "sentence", rests_on.text)


def _filter(operation: Operation, rests_on: Provenance, about: About) -> Basis:
    """The filter's own sentence; without one, what the document declares of it."""
    if rests_on.text != operation.provenance.text:
        return Basis("sentence", rests_on.text)
    filters = about.filters if isinstance(about, Lookups) else (about,) if isinstance(about, Filter) else ()
    return Basis("declaration", _words({f.parameter: f"{f.field} {f.lookup}" for f in filters}))


def _schema(operation: Operation, rests_on: Provenance, about: About) -> Basis:
    status = operation.success.status if operation.success else ""
    return Basis("type", f"the schema of the response {status}")


def _required(operation: Operation, rests_on: Provenance, about: About) -> Basis:
    return Basis("declaration", "required: true")


def _field_required(operation: Operation, rests_on: Provenance, about: About) -> Basis:
    name = about.name if isinstance(about, Field) else ""
    return Basis("declaration", f"required: {name}, with {rests_on.text!r}")


def _field_default(operation: Operation, rests_on: Provenance, about: About) -> Basis:
    value = about.schema.get("default") if isinstance(about, Field) else None
    return Basis("default", _words({"default": value}))


def _field_bounds(operation: Operation, rests_on: Provenance, about: About) -> Basis:
    schema = about.schema if isinstance(about, Field) else {}
    words = ("enum", *_BOUNDS, "minLength", "maxLength")
    return Basis("bound", _words({word: schema[word] for word in words if word in schema}))


def _search(operation: Operation, rests_on: Provenance, about: About) -> Basis:
    """The parameter's own sentence; without one, what the document declares of it."""
    if rests_on.text != operation.provenance.text:
        return Basis("sentence", rests_on.text)
    if not isinstance(about, Parameter):
        return Basis("declaration", _words({}))
    words = {"words": "all"} if about.by_words else {}
    return Basis("declaration", _words({"search": ", ".join(about.search), **words}))


def _array(operation: Operation, rests_on: Provenance, about: About) -> Basis:
    return Basis("type", f"the schema of the body, with {rests_on.text!r}")


def _words(given: Mapping[str, object]) -> str:
    return ", ".join(f"{name}: {_yaml(value)}" for name, value in given.items())


def _yaml(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


_DECLARED: Mapping[str, Callable[[Operation, Provenance, About], Basis]] = {
    "param.invalid": _invalid,
    "param.bounds": _bounds,
    "param.required": _required,
    "default": _default,
    "page.default-page": _default_page,
    "page.default-limit": _default_limit,
    "page.count": _shown,
    "page.next": _shown,
    "page.next-link": _shown,
    "page.previous": _shown,
    "page.previous-link": _shown,
    "filter": _filter,
    "order.default": _order_default,
    "response.schema": _schema,
    "search.finds": _search,
    "body.required": _field_required,
    "body.type": _array,
    "body.not-array": _array,
    "create.default": _field_default,
    "row.required": _field_required,
    "row.type": _array,
    "row.bounds": _field_bounds,
    "row.not-object": _array,
}

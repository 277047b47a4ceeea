"""Request and response bodies of operations, by content type."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal

import spec
from generator import flat
from generator.plan import AnswerPlan, BodyPlan, ContentPlan, EncodingPlan, FieldArgument, RowsPlan
from generator.schemas import Schemas
from generator.types import (
    ANYTHING,
    NOTHING,
    IterableOf,
    ListOf,
    Named,
    Scalar,
    Type,
    Verbatim,
    checked,
    hint,
    inside,
    read,
    takes_none,
    union,
)

_MERGE_PATCH = "application/merge-patch+json"


def essence(content_type: str) -> str:
    """A content type without its parameters."""
    return content_type.partition(";")[0].strip().lower()


_LINES = frozenset(
    (
        *("application/x-ndjson", "application/ndjson", "application/jsonl", "application/x-jsonl"),
        *("application/jsonlines", "application/x-jsonlines", "application/json-seq", "application/stream+json"),
    )
)


def is_lines(content_type: str) -> bool:
    """True for JSON values, one a line."""
    return essence(content_type) in _LINES


def is_json(content_type: str) -> bool:
    """True for application/json and its relatives (RFC 6839)."""
    kind = essence(content_type)
    if kind in _LINES:
        return False
    return kind in ("application/json", "text/json") or kind.endswith("+json")


_COLLECTION = re.compile(r"application/vnd\.[^+]+\.collection\+json")
"""A maker's own type for many of its rows, such as Akeneo's."""


def _holds_rows(media: spec.Media, schemas: Schemas) -> bool:
    """True for a request body of many rows, one a line, whose schema is that of a row.

    A list could be sent in no other way: as JSON it wouldn't fit the schema. One row is the same either way.
    """
    if not _COLLECTION.fullmatch(essence(media.content_type)):
        return False
    whole = schemas.flatten(media.schema, "") if media.schema else {}
    return flat.is_object(whole) or bool(flat.alternatives(whole))


def _answers_rows(media: spec.Media, operation: spec.Operation, schemas: Schemas) -> bool:
    """True for a response with a line for each row that was sent."""
    sent = operation.body.media if operation.body else ()
    return _holds_rows(media, schemas) and any(_holds_rows(each, schemas) for each in sent)


# -- requests --------------------------------------------------------------------------------------


def request_bodies(operation: spec.Operation, schemas: Schemas, name: str, shared: bool) -> tuple[BodyPlan, ...]:
    """Every content type that a body may have, JSON first. Raises Refused.

    `shared` is true if a PATCH's body has the schema of a PUT's or a POST's.
    """
    media = operation.body.media if operation.body else ()
    plans = [_request_body(operation, m, schemas, name, shared) for m in media]
    order = {"json": 0, "multipart": 1, "form": 2}
    return tuple(sorted(plans, key=lambda plan: order.get(plan.coding, 3)))


def _request_body(operation: spec.Operation, media: spec.Media, schemas: Schemas, name: str, shared: bool) -> BodyPlan:
    kind = essence(media.content_type)
    coding = "lines" if _holds_rows(media, schemas) else _coding(kind, media.schema, schemas)
    if coding in ("text", "bytes"):
        return BodyPlan(media.content_type, coding, "Any", Verbatim("types.Content"), None, None, (), ())
    partial = operation.method == "PATCH" and (shared or kind == _MERGE_PATCH)
    use: Literal["patched", "sent"] = "patched" if partial else "sent"
    if coding == "lines":
        made = schemas.type(media.schema or {}, f"{media.pointer}/schema", f"{name} row", use)
        row = made.item if isinstance(made, ListOf) else made
        given = union([IterableOf(loose(row, schemas)), loose(row, schemas), Verbatim("types.Content")])
        return BodyPlan(media.content_type, coding, checked(ListOf(row)), given, None, None, (), ())
    made = schemas.type(media.schema or {}, f"{media.pointer}/schema", f"{name} body", use)
    encodings = tuple(_encoding(property, each) for property, each in media.encoding.items())
    if coding == "multipart":
        encodings = _typed_parts(encodings, schemas.flatten(media.schema or {}, ""), schemas)
        _binary_parts(schemas, made, media)
    if isinstance(made, ListOf) and coding == "json":
        item = loose(made.item, schemas)
        model = schemas.definitions.class_of(made.item)
        name_of = model.name if model else None
        return BodyPlan(media.content_type, coding, checked(made), IterableOf(item), item, name_of, (), ())
    given = union([loose(made, schemas), *_received(media.schema, schemas, made)])
    return BodyPlan(media.content_type, coding, checked(made), given, None, None, encodings, _fields(made, schemas))


def _coding(kind: str, schema: Mapping[str, Any] | None, schemas: Schemas) -> str:
    if is_json(kind):
        return "json"
    if is_lines(kind):
        return "lines"
    whole = schemas.flatten(schema, "") if schema else {}
    parts = bool(whole.get("properties")) or flat.inferred(whole) == "object" or "object" in flat.types_of(whole)
    parts = parts or bool(flat.alternatives(whole))
    if kind == "application/x-www-form-urlencoded" and parts:
        return "form"
    if kind.startswith("multipart/") and parts:
        return "multipart"
    textual = "string" in flat.types_of(whole) or flat.is_binary(whole)
    if kind in ("*/*", "application/*") and whole and not textual:
        return "json"
    if kind.startswith("text/") or (kind == "*/*" and textual and not flat.is_binary(whole)):
        return "text"
    return "bytes"


def loose(made: Type, schemas: Schemas) -> Type:
    """A value, or data from which it can be made."""
    if isinstance(made, ListOf):
        return made
    enums = schemas.definitions.enums
    listed = next((enums[e.name] for e in inside(made) if isinstance(e, Named) and e.name in enums), None)
    if listed is not None:
        return union([made, Scalar("text" if isinstance(listed.members[0][1], str) else "integer")])
    named = {each.name for each in inside(made) if isinstance(each, Named)}
    if named & {*schemas.definitions.classes, *schemas.definitions.aliases}:
        return union([made, Verbatim("Mapping[str, Any]")])
    return made


def _received(schema: Any, schemas: Schemas, made: Type) -> list[Type]:
    """The class that reads the same schema; its objects may be changed and sent back."""
    other = schemas.received(schema)
    return [other] if other is not None and other != made else []


def _fields(made: Type, schemas: Schemas) -> tuple[FieldArgument, ...]:
    found = schemas.definitions.class_of(made)
    if found is None or takes_none(made):
        return ()
    return tuple(
        FieldArgument(each.wire, each.field, hint(loose(each.type, schemas)), each.description)
        for each in found.properties
    )


def _typed_parts(
    encodings: tuple[EncodingPlan, ...], whole: Mapping[str, Any], schemas: Schemas
) -> tuple[EncodingPlan, ...]:
    """The encodings, with the content types of files that their own schemas give (`contentMediaType`, 3.1)."""
    found = {each.property: each for each in encodings}
    for name, schema in (whole.get("properties") or {}).items():
        inner = schemas.flatten(schema, "") if isinstance(schema, Mapping) else {}
        inner = schemas.flatten(inner["items"], "") if isinstance(inner.get("items"), Mapping) else inner
        kind = inner.get("contentMediaType")
        usual = found.get(name, EncodingPlan(name, None, None, None, reserved=False, headers={}))
        if isinstance(kind, str) and not inner.get("contentEncoding") and usual.content_type is None:
            found[name] = replace(usual, content_type=kind)
    return tuple(found.values())


def _binary_parts(schemas: Schemas, made: Type, media: spec.Media) -> None:
    """Properties whose encoding is an image or other bytes are files, whatever their schema is (3.1)."""
    found = schemas.definitions.class_of(made)
    for index, each in enumerate(found.properties if found else ()):
        encoding = media.encoding.get(each.wire)
        kind = essence((encoding.content_type or "") if encoding else "")
        if each.type == Scalar("text") and kind and not kind.startswith("text/") and not _is_text(kind) and found:
            upload = union([Scalar("text"), Scalar("upload")])
            found.properties[index] = replace(each, type=upload)


def _is_text(kind: str) -> bool:
    return is_json(kind) or kind.endswith(("+xml", "/xml")) or "," in kind


def _encoding(property: str, encoding: spec.Encoding) -> EncodingPlan:
    headers = {name: str(value) for name, node in encoding.headers.items() if (value := _only(node)) is not None}
    return EncodingPlan(property, encoding.content_type, encoding.style, encoding.explode, encoding.reserved, headers)


def _only(header: Mapping[str, Any]) -> Any:
    """The value of a header with a single value or a default."""
    schema = header.get("schema")
    schema = schema if isinstance(schema, Mapping) else {}
    values = flat.values(schema)
    return values[0] if len(values) == 1 else schema.get("default")


# -- responses -------------------------------------------------------------------------------------


def answers(operation: spec.Operation, schemas: Schemas, name: str) -> tuple[AnswerPlan, ...]:
    """The bodies of successful responses. `default` counts where no 2xx is documented. Raises Refused."""
    success = [r for r in operation.responses if r.status[:1] == "2"]
    others = any(r.status[:1] == "3" and r.status != "304" for r in operation.responses)
    chosen = success or [r for r in operation.responses if r.status == "default" and not others]
    return _plans(operation, chosen, schemas, f"{name} response")


def errors(operation: spec.Operation, schemas: Schemas, name: str) -> tuple[AnswerPlan, ...]:
    """The bodies of error responses, where they are more than text. `default` counts among them. Raises Refused."""
    chosen = [r for r in operation.responses if r.status[:1] in "45" or r.status == "default"]
    plans = _plans(operation, chosen, schemas, f"{name} error")
    kept = [AnswerPlan(p.status, tuple(c for c in p.contents if c.reading == "json")) for p in plans]
    return tuple(plan for plan in kept if any(content.type != "Any" for content in plan.contents))


def redirects(operation: spec.Operation, success: Sequence[AnswerPlan]) -> Literal["given", "followed"] | None:
    """How documented redirects are handled. If the operation also returns a file, the redirect is followed."""
    if not any(r.status in ("301", "302", "303", "307", "308", "3XX", "3xx") for r in operation.responses):
        return None
    files = any(content.reading == "bytes" for plan in success for content in plan.contents)
    return "followed" if files and operation.method == "GET" else "given"


def not_modified(operation: spec.Operation) -> bool:
    """True where the document has a 304."""
    return any(r.status in ("304", "3XX", "3xx") for r in operation.responses)


def _plans(
    operation: spec.Operation, chosen: Sequence[spec.Response], schemas: Schemas, name: str
) -> tuple[AnswerPlan, ...]:
    by_status = {r.status.replace("x", "X"): r for r in reversed(chosen)}  # 2xx is 2XX; the first one counts
    bare = operation.method == "HEAD"
    return tuple(
        AnswerPlan(status, () if bare else tuple(_content(m, operation, schemas, name) for m in _ordered(r.media)))
        for status, r in reversed(by_status.items())
    )


def _ordered(media: Sequence[spec.Media]) -> list[spec.Media]:
    """JSON first: a client with a choice requests it."""
    return sorted(media, key=lambda each: not is_json(each.content_type))


def _content(media: spec.Media, operation: spec.Operation, schemas: Schemas, name: str) -> ContentPlan:
    if _answers_rows(media, operation, schemas):
        row = schemas.type(media.schema or {}, f"{media.pointer}/schema", f"{name} row", "received")
        return ContentPlan(media.content_type, "lines", read(ListOf(row)), ListOf(row))
    reading = _reading(media, schemas)
    if reading != "json":
        return ContentPlan(media.content_type, reading, "Any", Scalar("text" if reading == "text" else "bytes"))
    made = schemas.type(media.schema or {}, f"{media.pointer}/schema", name, "received")
    return ContentPlan(media.content_type, "json", read(made), made)


def _reading(media: spec.Media, schemas: Schemas) -> Literal["json", "text", "bytes"]:
    kind = essence(media.content_type)
    if is_json(kind):
        return "json"
    whole = schemas.flatten(media.schema, "") if media.schema else {}
    if kind in ("*/*", "application/*") and whole and "string" not in flat.types_of(whole):
        return "bytes" if flat.is_binary(whole) else "json"
    encoded = flat.is_binary(whole) or whole.get("format") == "byte"
    textual = kind == "*/*" and "string" in flat.types_of(whole) and not encoded
    textual = textual or kind.startswith("text/") or kind == "application/javascript" or is_lines(kind)
    return "text" if textual else "bytes"


def rows(operation: spec.Operation, schemas: Schemas, name: str) -> RowsPlan | None:
    """How a successful response is cut into rows, where it is a stream and nothing else. Raises Refused."""
    media = [m for r in operation.responses if r.status[:1] == "2" for m in r.media]
    kinds = {"events" if essence(m.content_type) == "text/event-stream" else is_lines(m.content_type) for m in media}
    if operation.method == "HEAD" or len(kinds) != 1 or not (kinds <= {"events", True}):
        return None
    made = schemas.type(media[0].schema or {}, f"{media[0].pointer}/schema", f"{name} row", "received")
    row = made.item if isinstance(made, ListOf) else made
    if kinds == {True}:
        return RowsPlan("lines", hint(row), read(row))
    whole = schemas.flatten(media[0].schema or {}, "")
    properties = whole.get("properties") or {}
    if row in (ANYTHING, Scalar("text")) or (properties and properties.keys() <= {"event", "data", "id", "retry"}):
        return RowsPlan("events", "ServerSentEvent", None)
    return RowsPlan("events", hint(row), read(row))


def result(plans: Sequence[AnswerPlan], redirected: str | None, *, not_modified: bool) -> str:
    """The annotation of a method's result: JSON where the response may be JSON, because the client requests that."""
    kinds: list[Type] = []
    for plan in plans:
        first = plan.contents[0].reading if plan.contents else ""
        kinds += [content.value for content in plan.contents if first != "json" or content.reading == "json"]
    kinds += [Verbatim("types.Redirect")] if redirected == "given" else []
    kinds += [Verbatim("types.NotModified")] if not_modified else []
    if any(not plan.contents for plan in plans) or (not plans and redirected is None):
        kinds.append(NOTHING)
    return hint(union(kinds))

"""Operations on one row: x-gets, x-creates, x-updates, and x-deletes with the key in the path."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from spec import templates
from spec.model import Access, Action, Collection, Media, RequestBody, Response
from spec.pointers import escape
from spec.reader.read_context import Object, ReadContext

Place = tuple[Object, str]
"""A schema, and its pointer."""

BY_KEY: tuple[Action, ...] = ("gets", "updates", "removes")
"""The actions on the row whose key is in the path."""


def key_in_path(context: ReadContext, mark: Object, pointer: str, path: str, collection: Collection) -> str:
    """The path parameter that holds the row's key: the one that is named, or called like the key, or last."""
    names = tuple(
        name for name in templates.placeholders(path) if name not in collection.outer or mark.get("by") == name
    )
    last = names[-1] if names and path.rstrip("/").endswith("}") else ""
    found = mark.get("by") or (collection.key if collection.key in names else last)
    if found in names:
        return str(found)
    known = f"It has {', '.join(names)}." if names else "It has none: write the key as a parameter of the path."
    if "by" in mark:
        context.problem(f"{pointer}/by", f"the path has no parameter {found!r}", known)
    else:
        message = "no parameter of the path holds the row's key"
        context.problem(pointer, message, f"{known} Name the one that does: `by: {collection.key}`.")
    return ""


def check(
    context: ReadContext, access: Access | None, body: RequestBody | None, responses: Sequence[Response], pointer: str
) -> Access | None:
    """Check that the rows of such an operation can be sent, and found in an answer; the access with what that tells."""
    if access is None or access.action not in ("gets", "creates", "updates"):
        return access
    here = f"{pointer}/x-{access.action}"
    success = next((r for r in responses if r.status.startswith("2")), None)
    answered = _place(context, success.json if success else None, access.answer_at, f"{here}/answer")
    if access.action == "gets":
        return access
    sent = _place(context, body.json if body else None, access.body_at, f"{here}/body")
    many = sent is not None and access.action == "creates" and "array" in str(sent[0].get("type", ""))
    fields = _fields(context, sent, many=many)
    if fields is None:
        hint = "Give it a JSON body whose schema is an object, the row; a create may be sent a list of rows."
        context.problem(here, "the operation is sent no row", hint)
        return access
    for name in access.references:
        if name not in fields:
            known = ", ".join(fields)
            context.problem(f"{here}/references/{escape(name)}", f"the row has no field {name!r}", f"It has {known}.")
    if access.action == "creates":
        _check_names(context, access.collection, fields, success, _fields(context, answered, many=many), here)
    return replace(access, many=many)


def _check_names(
    context: ReadContext,
    collection: Collection,
    fields: Mapping[str, Object],
    success: Response | None,
    shown: Mapping[str, Object] | None,
    pointer: str,
) -> None:
    """A new row is found by its key, which the request has, or the answer, or the URL in its Location."""
    sent = key_is_sent(collection, fields)
    if sent or success is None or any(name.lower() == "location" for name in success.headers):
        return
    if shown is None or (shown and collection.key not in shown):
        message = f"neither the request nor the answer has the {collection.key} of the new row"
        hint = "Show it in the answer, name its place (`answer: /data`), or declare the header Location: the row's URL."
        context.problem(pointer, message, hint)


def key_is_sent(collection: Collection, fields: Mapping[str, Object]) -> bool:
    """True when a new row is sent with its key; else the server makes one."""
    return collection.key in fields and fields[collection.key].get("readOnly") is not True


def _place(context: ReadContext, media: Media | None, path: Sequence[str], pointer: str) -> Place | None:
    """The schema at a place in a body, and its pointer; None where there is no such body."""
    if media is None or media.schema is None:
        return None if media is None else ({}, media.pointer)
    schema, here = context.read(media.schema, f"{media.pointer}/schema"), f"{media.pointer}/schema"
    for name in path:
        fields = context.properties(schema, here)
        if name not in fields:
            hint = f"There are {', '.join(fields)}." if fields else "It is no object with properties."
            context.problem(pointer, f"the body has no {name!r} there", hint)
            return {}, here
        schema, here = fields[name], f"{here}/properties/{escape(name)}"
    return schema, here


def _fields(context: ReadContext, place: Place | None, *, many: bool) -> Mapping[str, Object] | None:
    """The fields of an object, or of the objects of a list; none known for a schema that says nothing."""
    if place is None:
        return None
    schema, pointer = place
    if schema.get("type") and ("array" in str(schema["type"])) is not many:
        return None
    return context.entry_properties(schema, pointer) if many else context.properties(schema, pointer)

"""Operations on one row: x-gets, x-creates, x-updates, and x-deletes with the key in the path."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from spec import templates
from spec.model import Access, Action, Collection, Media, RequestBody, Response
from spec.pointers import escape
from spec.reader.read_context import Object, ReadContext

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
    context: ReadContext, access: Access | None, body: RequestBody | None, responses: Iterable[Response], pointer: str
) -> None:
    """Check that the rows of such an operation can be sent, and that a new one can be found again."""
    if access is None or access.action not in ("creates", "updates"):
        return
    here = f"{pointer}/x-{access.action}"
    media = body.json if body else None
    fields = _fields(context, media)
    if media is None or fields is None:
        hint = "Give it a JSON body whose schema is an object: the row."
        context.problem(here, "the operation is sent no row", hint)
        return
    for name in access.references:
        if name not in fields:
            known = ", ".join(fields)
            context.problem(f"{here}/references/{escape(name)}", f"the row has no field {name!r}", f"It has {known}.")
    if access.action == "creates":
        _check_names(context, access.collection, fields, responses, here)


def _check_names(
    context: ReadContext,
    collection: Collection,
    fields: Mapping[str, Object],
    responses: Iterable[Response],
    pointer: str,
) -> None:
    """A new row is found by its key, which the request has, or the answer, or the URL in its Location."""
    sent = key_is_sent(collection, fields)
    success = next((r for r in responses if r.status.startswith("2")), None)
    if sent or success is None or any(name.lower() == "location" for name in success.headers):
        return
    shown = _fields(context, success.json)
    if shown is None or (shown and collection.key not in shown):
        message = f"neither the request nor the answer has the {collection.key} of the new row"
        hint = "Show it in the answer's schema, or declare the answer's header Location: the new row's URL."
        context.problem(pointer, message, hint)


def key_is_sent(collection: Collection, fields: Mapping[str, Object]) -> bool:
    """True when a new row is sent with its key; else the server makes one."""
    return collection.key in fields and fields[collection.key].get("readOnly") is not True


def _fields(context: ReadContext, media: Media | None) -> Mapping[str, Object] | None:
    """The fields of a body that is one object; none known for a schema that says nothing, None for a list."""
    if media is None or media.schema is None:
        return None if media is None else {}
    pointer = f"{media.pointer}/schema"
    schema = context.read(media.schema, pointer)
    if "array" in str(schema.get("type", "")):
        return None
    return context.properties(media.schema, pointer)

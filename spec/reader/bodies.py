"""Requests and responses of an operation: bodies, content types, links."""

from __future__ import annotations

from collections.abc import Iterator

from spec.model import Encoding, Link, Media, Provenance, RequestBody, Response
from spec.pointers import escape
from spec.reader.read_context import Object, ReadContext


def body(context: ReadContext, node: Object, pointer: str) -> RequestBody | None:
    """The request body of an operation, or None."""
    if "requestBody" not in node:
        return None
    found, here = context.follow(node["requestBody"], f"{pointer}/requestBody")
    return RequestBody(
        required=found.get("required") is True,
        description=str(found.get("description", "")),
        media=tuple(_media(context, found, here)),
        pointer=here,
        location=context.where(here),
    )


def responses(context: ReadContext, node: Object, pointer: str, inherited: Provenance) -> tuple[Response, ...]:
    """The responses of an operation, in the document's order."""
    return tuple(
        _response(context, status, raw, f"{pointer}/responses/{escape(status)}", inherited)
        for status, raw in context.mapping(node, "responses", pointer).items()
        if not status.startswith("x-")
    )


def _response(context: ReadContext, status: str, raw: object, pointer: str, inherited: Provenance) -> Response:
    node, here = context.follow(raw, pointer)
    return Response(
        status=status,
        description=str(node.get("description", "")),
        media=tuple(_media(context, node, here)),
        headers=_headers(context, node, here),
        links=tuple(_links(context, node, here)),
        provenance=context.provenance(node, inherited),
        pointer=here,
        location=context.where(here),
    )


def _headers(context: ReadContext, node: Object, pointer: str) -> dict[str, Object]:
    return {
        name: context.follow(raw, f"{pointer}/headers/{escape(name)}")[0]
        for name, raw in context.mapping(node, "headers", pointer).items()
    }


def _media(context: ReadContext, node: Object, pointer: str) -> Iterator[Media]:
    for content_type, raw in context.mapping(node, "content", pointer).items():
        media, here = context.follow(raw, f"{pointer}/content/{escape(content_type)}")
        yield Media(
            content_type=content_type,
            schema=context.schema(media, "schema", here),
            encoding={
                name: _encoding(context, raw, f"{here}/encoding/{escape(name)}")
                for name, raw in context.mapping(media, "encoding", here).items()
            },
            examples=tuple(_examples(context, media, here)),
            pointer=here,
            location=context.where(here),
        )


def _encoding(context: ReadContext, raw: object, pointer: str) -> Encoding:
    node, here = context.follow(raw, pointer)
    explode, content_type, style = node.get("explode"), node.get("contentType"), node.get("style")
    return Encoding(
        content_type=str(content_type) if content_type else None,
        style=str(style) if style else None,
        explode=explode if isinstance(explode, bool) else None,
        reserved=node.get("allowReserved") is True,
        headers=_headers(context, node, here),
    )


def _examples(context: ReadContext, media: Object, pointer: str) -> Iterator[object]:
    if "example" in media:
        yield media["example"]
    for name, raw in context.mapping(media, "examples", pointer).items():
        example, _ = context.follow(raw, f"{pointer}/examples/{escape(name)}")
        if "value" in example:
            yield example["value"]


def _links(context: ReadContext, node: Object, pointer: str) -> Iterator[Link]:
    for name, raw in context.mapping(node, "links", pointer).items():
        link, here = context.follow(raw, f"{pointer}/links/{escape(name)}")
        if "operationId" in link:
            given = context.mapping(link, "parameters", here)
            yield Link(name, str(link["operationId"]), {str(key): str(value) for key, value in given.items()})

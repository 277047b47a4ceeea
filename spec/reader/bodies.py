"""What an operation is sent and what it answers: bodies, content types, responses, links."""

from __future__ import annotations

from collections.abc import Iterator

from spec.model import Encoding, Link, Media, Provenance, RequestBody, Response
from spec.pointers import escape
from spec.reader.ground import Ground, Object


def body(ground: Ground, node: Object, pointer: str) -> RequestBody | None:
    """What an operation is sent, or None."""
    if "requestBody" not in node:
        return None
    found, here = ground.follow(node["requestBody"], f"{pointer}/requestBody")
    return RequestBody(
        required=found.get("required") is True,
        description=str(found.get("description", "")),
        media=tuple(_media(ground, found, here)),
        pointer=here,
        location=ground.where(here),
    )


def responses(ground: Ground, node: Object, pointer: str, inherited: Provenance) -> tuple[Response, ...]:
    """What an operation answers, in the document's order."""
    return tuple(
        _response(ground, status, raw, f"{pointer}/responses/{escape(status)}", inherited)
        for status, raw in ground.mapping(node, "responses", pointer).items()
        if not status.startswith("x-")
    )


def _response(ground: Ground, status: str, raw: object, pointer: str, inherited: Provenance) -> Response:
    node, here = ground.follow(raw, pointer)
    return Response(
        status=status,
        description=str(node.get("description", "")),
        media=tuple(_media(ground, node, here)),
        headers=_headers(ground, node, here),
        links=tuple(_links(ground, node, here)),
        provenance=ground.provenance(node, inherited),
        pointer=here,
        location=ground.where(here),
    )


def _headers(ground: Ground, node: Object, pointer: str) -> dict[str, Object]:
    return {
        name: ground.follow(raw, f"{pointer}/headers/{escape(name)}")[0]
        for name, raw in ground.mapping(node, "headers", pointer).items()
    }


def _media(ground: Ground, node: Object, pointer: str) -> Iterator[Media]:
    for content_type, raw in ground.mapping(node, "content", pointer).items():
        media, here = ground.follow(raw, f"{pointer}/content/{escape(content_type)}")
        yield Media(
            content_type=content_type,
            schema=ground.schema(media, "schema", here),
            encoding={
                name: _encoding(ground, raw, f"{here}/encoding/{escape(name)}")
                for name, raw in ground.mapping(media, "encoding", here).items()
            },
            examples=tuple(_examples(ground, media, here)),
            pointer=here,
            location=ground.where(here),
        )


def _encoding(ground: Ground, raw: object, pointer: str) -> Encoding:
    node, here = ground.follow(raw, pointer)
    explode, content_type, style = node.get("explode"), node.get("contentType"), node.get("style")
    return Encoding(
        content_type=str(content_type) if content_type else None,
        style=str(style) if style else None,
        explode=explode if isinstance(explode, bool) else None,
        reserved=node.get("allowReserved") is True,
        headers=_headers(ground, node, here),
    )


def _examples(ground: Ground, media: Object, pointer: str) -> Iterator[object]:
    if "example" in media:
        yield media["example"]
    for name, raw in ground.mapping(media, "examples", pointer).items():
        example, _ = ground.follow(raw, f"{pointer}/examples/{escape(name)}")
        if "value" in example:
            yield example["value"]


def _links(ground: Ground, node: Object, pointer: str) -> Iterator[Link]:
    for name, raw in ground.mapping(node, "links", pointer).items():
        link, here = ground.follow(raw, f"{pointer}/links/{escape(name)}")
        if "operationId" in link:
            given = ground.mapping(link, "parameters", here)
            yield Link(name, str(link["operationId"]), {str(key): str(value) for key, value in given.items()})

"""Bodies with declared encodings: forms, multipart, files, ranges of media types."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from .documents import document, json_of
from .kinds import Talk, body_of, kind_of

Made = Callable[..., ModuleType]
Start = Callable[..., Talk]

FORM = {
    "type": "object",
    "required": ["FriendlyName"],
    "properties": {
        "FriendlyName": {"type": "string"},
        "class": {"type": "string"},
        "files[]": {"type": "array", "items": {"type": "string"}},
        "metadata": {"type": "object", "additionalProperties": {"type": "string"}},
        "items": {"type": "array", "items": {"type": "object", "properties": {"price": {"type": "integer"}}}},
        "csv": {"type": "array", "items": {"type": "string"}},
        "spaced": {"type": "array", "items": {"type": "string"}},
        "whole": {"type": "object", "properties": {"a": {"type": "integer"}, "b": {"type": "integer"}}},
        "spread": {"type": "object", "properties": {"x1": {"type": "integer"}, "y1": {"type": "integer"}}},
    },
}
ENCODING = {
    "metadata": {"style": "deepObject", "explode": True},
    "items": {"style": "deepObject", "explode": True},
    "csv": {"style": "form", "explode": False},
    "spaced": {"style": "spaceDelimited", "explode": False},
    "spread": {"style": "form", "explode": True},
}
PARTS = {
    "type": "object",
    "properties": {
        "Media-Url": {"type": "string"},
        "picture": {"type": "string", "format": "binary"},
        "more": {"type": "array", "items": {"type": "string", "format": "binary"}},
        "about": {"type": "object", "properties": {"name": {"type": "string"}, "size": {"type": "integer"}}},
        "tags": {"type": "array", "items": {"type": "string"}},
    },
}


@pytest.fixture(scope="module")
def bodies(make: Made) -> ModuleType:
    form = {"application/x-www-form-urlencoded": {"schema": FORM, "encoding": ENCODING}}
    encoding = {
        "about": {"contentType": "application/vnd.x+json"},
        "picture": {"contentType": "image/png, image/jpeg", "headers": {"X-Kind": {"schema": {"const": "a"}}}},
    }
    parts = {"multipart/form-data": {"schema": PARTS, "encoding": encoding}}
    binary = {"schema": {"type": "string", "format": "binary"}}
    anything = {"*/*": {"schema": {"type": "object", "properties": {"a": {"type": "integer"}}}}}
    paths = {
        "/form": body_of(form, operationId="form"),
        "/parts": body_of(parts, operationId="parts"),
        "/any": body_of(anything, operationId="any_media"),
        "/image": body_of({"image/*": binary}, operationId="image"),
        "/note": body_of(
            json_of({"type": "object", "properties": {"Body": {"type": "string"}, "To": {"type": "string"}}}),
            operationId="note",
        ),
        "/several": body_of(
            {**json_of({"type": "object"}), "image/png": binary, "image/jpeg": binary}, operationId="several"
        ),
        "/raw": body_of({"application/octet-stream": binary}, operationId="raw"),
        "/{b}/{a}": body_of(
            json_of({"type": "object", "properties": {"x": {"type": "integer"}, "a": {"type": "string"}}}),
            operationId="ordered",
            parameters=[{"name": n, "in": "path", "required": True, "schema": {"type": "string"}} for n in ("a", "b")],
        ),
    }
    return make(document(paths))


def test_forms_carry_the_documents_names_and_its_encoding(bodies: ModuleType, talk: Start) -> None:
    t = talk(bodies)
    t.client.form(
        {
            "FriendlyName": "a b", "class": "c", "files[]": ["1", "2"], "metadata": {"k": "v&w"},
            "items": [{"price": 1}, {"price": 2}], "csv": ["p", "q"], "spaced": ["p", "q"],
            "whole": {"a": 1}, "spread": {"x1": 1},
        }
    )  # fmt: skip
    t.client.form(friendly_name="x", class_="y")
    t.client.form(bodies.models.FormBody(friendly_name="x"))
    assert t.seen[0].body.decode().split("&") == [
        "FriendlyName=a+b", "class=c", "files%5B%5D=1", "files%5B%5D=2", "metadata%5Bk%5D=v%26w",
        "items%5B0%5D%5Bprice%5D=1", "items%5B1%5D%5Bprice%5D=2", "csv=p,q", "spaced=p%20q",
        "whole=%7B%22a%22%3A1%7D", "x1=1",
    ]  # fmt: skip
    assert [peer.body for peer in t.seen[1:]] == [b"FriendlyName=x&class=y", b"FriendlyName=x"]
    with pytest.raises(TypeError, match="not both"):
        t.client.form({"FriendlyName": "x"}, class_="y")
    with pytest.raises(ValueError, match="FriendlyName: Field required"):
        t.client.form(class_="y")


def test_parts_carry_names_types_and_headers(bodies: ModuleType, talk: Start, tmp_path: Path) -> None:
    t = talk(bodies)
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(b"JPEG" * 50_000)
    calls: list[tuple[int, int | None]] = []
    upload = bodies.File(photo, progress=lambda sent, total: calls.append((sent, total)))
    t.client.parts({"Media-Url": "u", "about": {"name": "n"}, "picture": b"PNG", "tags": ["a", "b"]})
    t.client.parts(picture=upload, more=[io.BytesIO(b"one"), bodies.File(b"two", "two.txt", headers={"X-A": "b"})])
    first, second = t.seen[0].body, t.seen[1].body
    assert b'name="Media-Url"\r\n\r\nu\r\n' in first
    assert b'name="about"\r\nContent-Type: application/vnd.x+json\r\n\r\n{"name":"n"}' in first
    assert b'name="picture"; filename="picture"\r\nContent-Type: image/png\r\nX-Kind: a\r\n\r\nPNG' in first
    assert first.count(b'name="tags"') == 2
    assert b'filename="photo.jpg"\r\nContent-Type: image/jpeg\r\nX-Kind: a\r\n\r\nJPEGJPEG' in second
    assert b'name="more"; filename="more"\r\n' in second
    assert b'filename="two.txt"\r\nContent-Type: text/plain\r\nX-A: b\r\n\r\ntwo' in second
    assert f"content-length: {len(second)}" in t.seen[1].head.lower()
    assert calls[-1] == (200_000, 200_000)
    assert len(calls) > 1


def test_a_part_has_the_content_type_of_its_schema(make: Callable[..., ModuleType], talk: Start) -> None:
    image = {"contentMediaType": "image/png"}
    text = {"type": "string", "contentMediaType": "text/html", "contentEncoding": "base64"}
    properties = {"one": image, "more": {"type": "array", "items": image}, "page": text}
    media = {"multipart/form-data": {"schema": {"type": "object", "properties": properties}}}
    t = talk(make(document({"/parts": body_of(media, operationId="parts")})))
    t.client.parts(one=b"1", more=[b"2", b"3"], page=b"4")
    assert t.seen[0].body.count(b"Content-Type: image/png") == 3
    assert b'name="page"\r\n\r\nNA==\r\n' in t.seen[0].body


def test_a_range_of_media_types_is_none_to_send(bodies: ModuleType, talk: Start, tmp_path: Path) -> None:
    t = talk(bodies)
    file = tmp_path / "file.webp"
    file.write_bytes(b"WEBP")
    t.client.any_media({"a": 1})
    t.client.any_media(a=2)
    t.client.image(b"\x89PNG\r\n\x1a\n")
    t.client.image(file)
    t.client.image(b"?", content_type="image/x-own")
    t.client.raw(io.BytesIO(b"open"))
    t.client.ordered("first", 2, x=1)
    assert [kind_of(peer) for peer in t.seen] == [
        "application/json", "application/json", "image/png", "image/webp", "image/x-own", "application/octet-stream",
        "application/json",
    ]  # fmt: skip
    assert [peer.body for peer in t.seen[3:6]] == [b"WEBP", b"?", b"open"]
    assert t.seen[6].target == "/first/2"
    with pytest.raises(ValueError, match="isn't one that the operation takes"):
        t.client.image(b"?", content_type="text/plain")


def test_a_file_is_sent_as_the_kind_that_it_is(bodies: ModuleType, talk: Start, tmp_path: Path) -> None:
    path = tmp_path / "photo.jpg"
    path.write_bytes(b"JPEG")
    t = talk(bodies)
    for body in (path, bodies.File(b"x", content_type="image/jpeg"), b"?", {"a": 1}):
        t.client.several(body)
    assert [kind_of(peer) for peer in t.seen] == ["image/jpeg", "image/jpeg", "image/png", "application/json"]


def test_a_property_may_have_the_name_of_the_bodys_argument(bodies: ModuleType, talk: Start) -> None:
    t = talk(bodies)
    for call in ({"body": "a"}, {"body": "a", "to": "b"}, {"body": {"Body": "a"}}, {"to": "b"}):
        t.client.note(**call)
    assert t.bodies == [{"Body": "a"}, {"Body": "a", "To": "b"}, {"Body": "a"}, {"To": "b"}]

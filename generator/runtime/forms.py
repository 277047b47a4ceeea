"""Bodies made of named members: forms, and multipart (RFC 7578; OpenAPI 3.1, Encoding Object)."""

from __future__ import annotations

import hashlib
import mimetypes
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, quote_plus, unquote_plus

from pydantic_core import to_json, to_jsonable_python

from .guards import is_list, is_mapping, is_object, is_sequence
from .outgoing import Unfit
from .types import by_wire, is_model, wire_names
from .uploads import Piece, Upload, upload
from .wire import RESERVED, Style, deep, header_text, word

_DELIMITERS: Mapping[str, str] = {"form": ",", "spaceDelimited": "%20", "pipeDelimited": "%7C"}


@dataclass(frozen=True)
class Encoding:
    """How one property travels; what is None is as usual."""

    content_type: str | None = None
    style: Style | None = None
    explode: bool | None = None
    reserved: bool = False
    headers: Mapping[str, str] = field(default_factory=dict[str, str])

    @property
    def styled(self) -> bool:
        """True where a style decides how lists and objects are sent."""
        return self.style is not None or self.explode is not None or self.reserved


_USUAL = Encoding()


def form(value: Any, encodings: Mapping[str, Encoding]) -> str:
    """An object as application/x-www-form-urlencoded. Raises Unfit."""
    pairs: list[str] = []
    for name, each in _members(value):
        encoding = encodings.get(name, _USUAL)
        plain = _plain(each)
        if plain is None:  # a form has no null
            continue
        if encoding.styled:
            pairs.extend(_styled(name, plain, encoding))
        else:
            listed = is_list(plain) and not encoding.content_type
            pairs.extend(f"{quote_plus(name)}={quote_plus(word(one))}" for one in (plain if listed else [plain]))
    return "&".join(pairs)


def _styled(name: str, plain: Any, encoding: Encoding) -> Iterator[str]:
    """A member in a style, as a query parameter would travel."""
    style = encoding.style or "form"
    explode = style in ("form", "deepObject") if encoding.explode is None else encoding.explode

    def text(value: Any) -> str:
        return quote(word(value), safe=RESERVED) if encoding.reserved else quote_plus(word(value))

    key = quote_plus(name)
    if style == "deepObject":
        yield from (f"{quote_plus(path)}={text(each)}" for path, each in deep(name, plain))
    elif is_object(plain) and explode:
        yield from (f"{quote_plus(each)}={text(inner)}" for each, inner in plain.items())
    elif is_list(plain) and explode:
        yield from (f"{key}={text(each)}" for each in plain)
    else:
        yield f"{key}={_DELIMITERS.get(style, ',').join(map(text, flat(plain)))}"


def flat(value: Any) -> list[Any]:
    """The parts of a value that travel side by side."""
    if is_object(value):
        return [part for pair in value.items() for part in pair]
    return value if is_list(value) else [value]


def _members(value: Any) -> Iterator[tuple[str, Any]]:
    """The members of an object that were set, under their names on the wire, in the document's order."""
    if is_model(value):
        found = by_wire(value)
        yield from ((name, found.pop(name)) for name in wire_names(type(value)).values() if name in found)
        yield from found.items()
    elif is_mapping(value):
        yield from value.items()
    else:
        raise Unfit(f"body: an object is needed, not {type(value).__name__}")


def _plain(value: Any) -> Any:
    """A value as JSON data; what was never set isn't sent."""
    if is_model(value):
        return value.model_dump(mode="json", by_alias=True, exclude_unset=True)
    if is_mapping(value):
        return {str(key): _plain(each) for key, each in value.items()}
    if is_sequence(value):
        return [_plain(each) for each in value]
    return to_jsonable_python(value)


def multipart(value: Any, encodings: Mapping[str, Encoding], content_type: str) -> tuple[bytes | Upload, str]:
    """An object as a multipart body, whole where it is in memory, and its content type. Raises Unfit."""
    parts = [part for name, each in _members(value) for part in _parts(name, each, encodings.get(name, _USUAL))]
    boundary = _boundary(parts)
    edge = f"--{boundary}\r\n".encode()
    pieces: list[Piece] = []
    for head, piece in parts:
        pieces += [Piece(edge + head + b"\r\n\r\n"), piece, Piece(b"\r\n")]
    pieces.append(Piece(f"--{boundary}--\r\n".encode()))
    kind = f"{content_type.partition(';')[0].strip()}; boundary={boundary}"
    if all(isinstance(piece.content, bytes) and piece.progress is None for piece in pieces):
        return b"".join(piece.content for piece in pieces if isinstance(piece.content, bytes)), kind
    return Upload(tuple(pieces)), kind


def _boundary(parts: list[tuple[bytes, Piece]]) -> str:
    """Made of the contents, so that it can't occur in them by chance; of files that are yet to be read, of chance."""
    digest = hashlib.sha256()
    for head, piece in parts:
        digest.update(head)
        digest.update(piece.content if isinstance(piece.content, bytes) else os.urandom(16))
    return digest.hexdigest()[:32]


def _parts(name: str, value: Any, encoding: Encoding) -> Iterator[tuple[bytes, Piece]]:
    files = [upload(each) for each in (value if is_list(value) else [value])]
    if files and all(files):
        for piece in files:
            if piece is not None:
                yield _head(name, encoding, piece), piece
        return
    plain = _plain(value)
    if plain is None:
        return
    if encoding.styled:
        for pair in _styled(name, plain, encoding):
            key, _, text = pair.partition("=")
            yield _head(unquote_plus(key), encoding), Piece(unquote_plus(text).encode())
        return
    whole = encoding.content_type is not None and "json" in encoding.content_type
    for each in plain if is_list(plain) and not whole else [plain]:
        structured = is_object(each) or is_list(each)
        kind = _first(encoding.content_type) or ("application/json" if structured else None)
        json = structured or (kind is not None and "json" in kind)
        content = to_json(each) if json else word(each).encode()
        yield _head(name, encoding, content_type=kind), Piece(content)


def _head(name: str, encoding: Encoding, piece: Piece | None = None, content_type: str | None = None) -> bytes:
    lines = [f'Content-Disposition: form-data; name="{_quoted(name)}"']
    if piece is not None:
        file = piece.name or name
        lines[0] += f'; filename="{_quoted(file)}"'
        content_type = _type_of(piece, file, encoding)
    if content_type is not None:
        lines.append(f"Content-Type: {header_text(content_type, f'body.{name}: content type')}")
    headers = {**encoding.headers, **(piece.headers if piece else {})}
    for key, value in headers.items():
        if key.lower() not in ("content-type", "content-disposition"):
            lines.append(f"{header_text(key, f'body.{name}')}: {header_text(value, f'body.{name}: {key}')}")
    return "\r\n".join(lines).encode()


def _type_of(piece: Piece, file: str, encoding: Encoding) -> str:
    """A file's own content type, else the documented one that fits its name, else the document's first."""
    if piece.content_type:
        return piece.content_type
    guessed = mimetypes.guess_type(file)[0]
    allowed = [each.strip() for each in (encoding.content_type or "").split(",") if each.strip()]
    if not allowed:
        return guessed or "application/octet-stream"
    if guessed and any(guessed == each or (each.endswith("/*") and guessed.startswith(each[:-1])) for each in allowed):
        return guessed
    return next((each for each in allowed if "*" not in each), "application/octet-stream")


def _first(content_types: str | None) -> str | None:
    return content_types.split(",")[0].strip() if content_types else None


def _quoted(name: str) -> str:
    return name.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")

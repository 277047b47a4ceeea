"""Request bodies, responses and links."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase

from spec.model.origin import JSON, Location, Provenance


@dataclass(frozen=True)
class Encoding:
    """How one property of a form or multipart body is encoded (OpenAPI, Encoding Object); None is undeclared."""

    content_type: str | None
    style: str | None
    explode: bool | None
    reserved: bool
    headers: Mapping[str, Mapping[str, JSON]]


@dataclass(frozen=True)
class Media:
    """One content type of a body."""

    content_type: str
    schema: Mapping[str, JSON] | None
    encoding: Mapping[str, Encoding]
    """By the names of properties; empty where nothing is declared."""
    examples: tuple[JSON, ...]
    pointer: str
    location: Location

    def covers(self, content_type: str) -> bool:
        """True when a body of that content type is meant: it is the declared one, or in a declared range as `*/*`."""
        return (
            fnmatchcase(content_type, self.content_type)
            if "*" in self.content_type
            else (content_type == self.content_type)
        )


@dataclass(frozen=True)
class RequestBody:
    """The request body of an operation."""

    required: bool
    description: str
    media: tuple[Media, ...]
    pointer: str
    location: Location

    @property
    def json(self) -> Media | None:
        """The JSON content type, if the body has one."""
        return _json_media(self.media)


@dataclass(frozen=True)
class Link:
    """An OpenAPI link: call `operation_id` with `parameters` taken from this response."""

    name: str
    operation_id: str
    parameters: Mapping[str, str]
    """Parameter name to runtime expression, e.g. `$response.body#/batch_request_id`."""


@dataclass(frozen=True)
class Response:
    """A declared response of an operation. `status` is a code, a range such as `4XX`, or `default`."""

    status: str
    description: str
    media: tuple[Media, ...]
    headers: Mapping[str, Mapping[str, JSON]]
    links: tuple[Link, ...]
    provenance: Provenance
    pointer: str
    location: Location

    @property
    def json(self) -> Media | None:
        """The JSON content type, if the response has one."""
        return _json_media(self.media)

    def covers(self, code: int) -> bool:
        """True when this entry describes responses with the status `code`."""
        return self.status in (str(code), f"{code // 100}XX", f"{code // 100}xx", "default")


def _json_media(media: tuple[Media, ...]) -> Media | None:
    def is_json(content_type: str) -> bool:
        essence = content_type.split(";", maxsplit=1)[0].strip().lower()
        return essence == "application/json" or essence.endswith("+json")

    found = next((m for m in media if is_json(m.content_type)), None)
    return found or next((m for m in media if _is_any(m)), None)


def _is_any(media: Media) -> bool:
    """True for a range of content types whose schema isn't that of a file or a text: a server then answers in JSON."""
    wild = media.content_type in ("*/*", "application/*")
    return wild and bool(media.schema) and (media.schema or {}).get("type") != "string"

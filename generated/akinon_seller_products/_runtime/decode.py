# Copied from the client generator's runtime; not to be edited here.
"""Reading answers: liberal in what a server adds, strict in what it promises."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal, TypeAlias

from pydantic import TypeAdapter, ValidationError
from pydantic_core import from_json

from .duplicates import duplicate
from .errors import (
    Answer,
    APIResponseError,
    ContentTypeError,
    Exchange,
    RedirectError,
    problems,
    status_error,
)

Reading: TypeAlias = Literal["json", "text", "bytes"]


@dataclass(frozen=True)
class Content:
    """One content type that an operation answers with, and the type of its values."""

    content_type: str
    reading: Reading
    type: Any = None

    @cached_property
    def adapter(self) -> TypeAdapter[Any]:
        """What validates a JSON body."""
        return TypeAdapter(self.type)

    def fits(self, essence: str) -> bool:
        """True for an answer of that content type; one without any is taken at its word."""
        wanted = self.content_type.split(";")[0].strip().lower()
        if not essence or essence == wanted or wanted == "*/*":
            return True
        if self.reading == "json":
            return is_json(essence)
        return wanted.endswith("/*") and essence.startswith(wanted[:-1])


def is_json(essence: str) -> bool:
    """True for application/json and its relatives (RFC 6839)."""
    return essence == "application/json" or essence.endswith("+json")


@dataclass(frozen=True)
class Answers:
    """What the answers of an operation hold, by status: `200`, `2XX` or `default`; no content is None."""

    by_status: Mapping[str, tuple[Content, ...] | None] = field(default_factory=dict[str, tuple[Content, ...] | None])

    def accept(self) -> str:
        """The Accept header: what the document promises, and anything, for errors."""
        seen = dict.fromkeys(c.content_type for each in self.by_status.values() for c in each or ())
        return ", ".join([*seen, "*/*;q=0.1"]) if seen else "*/*"

    def read(self, answer: Answer, exchange: Exchange) -> Any:
        """The answer's value. Raises APIStatusError, RedirectError, ContentTypeError or APIResponseError."""
        status = answer.status
        if not 200 <= status < 300:
            if 300 <= status < 400:
                where = answer.headers.get("location", "nowhere")
                raise RedirectError(
                    f"HTTP {status} to {where}; redirects aren't followed",
                    exchange,
                    answer,
                )
            raise status_error(exchange, answer, error_body(answer))
        contents = self._declared(status)
        if contents is None:
            return None
        if not answer.body and (status in (204, 205) or any(c.reading == "json" for c in contents)):
            raise APIResponseError(f"HTTP {status} without the body that is due", exchange, answer)
        essence, _, rest = answer.headers.get("content-type", "").partition(";")
        essence = essence.strip().lower()
        content = next((c for c in contents if c.fits(essence)), None)
        if content is None:
            wanted = " or ".join(c.content_type for c in contents)
            raise ContentTypeError(
                f"the body is {essence}, not {wanted}: {_begin(answer.body)}",
                exchange,
                answer,
            )
        charset = _charset(rest)
        match content.reading:
            case "json":
                return _json(content, answer, exchange, charset)
            case "text":
                return _text(answer, exchange, charset)
            case "bytes":
                return answer.body

    def _declared(self, status: int) -> tuple[Content, ...] | None:
        """What an answer of that status holds; an undocumented 2xx is read as any documented one."""
        for key in (str(status), "2XX", "default"):
            if key in self.by_status:
                return self.by_status[key]
        if status in (204, 205):
            return () if any(self.by_status.values()) else None
        return tuple(c for each in self.by_status.values() for c in each or ()) or None


def _json(content: Content, answer: Answer, exchange: Exchange, charset: str) -> Any:
    if charset not in ("", "utf-8", "utf8", "us-ascii"):
        raise ContentTypeError(f"the charset is {charset}; JSON is UTF-8", exchange, answer)
    try:
        value = content.adapter.validate_json(answer.body)
    except ValidationError as error:
        found = problems(error, "body")
        more = f" (and {len(found) - 3} more)" if len(found) > 3 else ""
        told = "; ".join(found[:3]) + more
        raise APIResponseError(f"the body isn't what was promised: {told}", exchange, answer) from None
    if (twice := duplicate(answer.body, value)) is not None:
        raise APIResponseError(f"the body names {twice!r} twice in one object", exchange, answer)
    return value


def _text(answer: Answer, exchange: Exchange, charset: str) -> str:
    try:
        return answer.body.decode(charset or "utf-8")
    except (UnicodeDecodeError, LookupError):
        raise ContentTypeError(f"the body isn't {charset or 'utf-8'} text", exchange, answer) from None


def _charset(parameters: str) -> str:
    for each in parameters.split(";"):
        name, _, value = each.partition("=")
        if name.strip().lower() == "charset":
            return value.strip().strip('"').lower()
    return ""


def _begin(body: bytes) -> str:
    return " ".join(body[:80].decode("utf-8", "replace").split())


def error_body(answer: Answer) -> Any:
    """An error's body as data: JSON where it is JSON, else text, else None."""
    if not answer.body:
        return None
    try:
        return from_json(answer.body)
    except ValueError:
        return answer.body[:10_000].decode("utf-8", "replace")

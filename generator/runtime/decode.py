"""Reading answers: liberal in what a server adds, strict in what it promises."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
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
    NotModifiedError,
    RedirectError,
    problems,
    status_error,
)
from .salvage import salvaged
from .types import LossyNumber, NotModified, Redirect


class Twice(Exception):
    """A name stands twice in one object of a body."""


Reading: TypeAlias = Literal["json", "lines", "text", "bytes"]


@dataclass(frozen=True)
class Content:
    """One content type that an operation answers with, and the type of its values."""

    content_type: str
    reading: Reading
    type: Callable[[], Any] = lambda: Any
    """Gives the type: models are built when they are needed."""

    @cached_property
    def adapter(self) -> TypeAdapter[Any]:
        """The validator of a JSON body."""
        return TypeAdapter(self.type())

    def read(self, body: bytes) -> Any:
        """A JSON body as its type. Raises ValidationError, and Twice for a name that stands twice in an object."""
        value = validated(self.adapter, body)
        if (twice := duplicate(body, value)) is not None:
            raise Twice(twice)
        return value

    @cached_property
    def essence(self) -> str:
        """The content type without its parameters."""
        return self.content_type.partition(";")[0].strip().lower()

    def fits(self, essence: str) -> bool:
        """True for an answer of that content type; one without any is taken at its word."""
        wanted = self.essence
        if not essence or essence == wanted or wanted == "*/*":
            return True
        if self.reading == "json":
            return is_json(essence)
        if self.reading == "lines" and (is_json(essence) or essence == "text/plain"):
            return True
        if wanted == "application/octet-stream":  # bytes of any kind: what they are, the server knows
            return True
        if essence in _UNTYPED or (self.reading == "text" and essence == "text/plain"):
            return True
        return wanted.endswith("/*") and essence.startswith(wanted[:-1])


def is_json(essence: str) -> bool:
    """True for application/json and its relatives (RFC 6839)."""
    return essence in ("application/json", "text/json") or essence.endswith("+json")


@dataclass(frozen=True)
class Answers:
    """The contents of an operation's responses, by status: `200`, `2XX` or `default`; no content is None."""

    by_status: Mapping[str, tuple[Content, ...] | None] = field(default_factory=dict[str, tuple[Content, ...] | None])
    errors: Mapping[str, tuple[Content, ...]] = field(default_factory=dict[str, tuple[Content, ...]])
    """The same for error responses, where the document declares more than text."""
    redirects: Literal["given", "followed"] | None = None
    """How the document's redirects are handled."""
    not_modified: bool = False
    """True where the document has a 304, which is a result then."""

    def accept(self) -> str:
        """The Accept header: JSON where the document has it, else what it promises; and anything, for errors."""
        contents = [content for each in self.by_status.values() for content in each or ()]
        first = [c.content_type for c in contents if c.reading == "json"] or [c.content_type for c in contents]
        rest = [
            f"{c.content_type};q=0.5" for c in contents if c.content_type not in first and ";" not in c.content_type
        ]
        seen = dict.fromkeys((*first, *rest))
        return ", ".join([*seen, "*/*;q=0.1"]) if seen and "*/*" not in seen else ", ".join(seen) or "*/*"

    def checked(self, answer: Answer, exchange: Exchange) -> None:
        """Raises ContentTypeError for an answer of another content type than the document has."""
        contents = self._declared(answer.status) or ()
        essence = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
        if contents and _fitting(contents, essence) is None:
            wanted = " or ".join(c.content_type for c in contents)
            raise ContentTypeError(f"the body is {essence}, not {wanted}", exchange, answer)

    def follows(self, status: int) -> bool:
        """True for a redirect to fetch the file from."""
        return self.redirects == "followed" and status in _REDIRECTS

    def read(self, answer: Answer, exchange: Exchange, *, strict: bool = True) -> Any:
        """The answer's value.

        Raises APIStatusError, NotModifiedError, RedirectError, ContentTypeError or APIResponseError.
        """
        status = answer.status
        if not 200 <= status < 300:
            if status in _REDIRECTS and self.redirects is not None:
                return Redirect(status, answer.headers.get("location"), answer.headers)
            if status == 304 and self.not_modified:
                return NotModified(answer.headers)
            raise self._refused(answer, exchange)
        contents = self._declared(status)
        if contents is None:
            return None
        if not answer.body and (status in (204, 205) or any(c.reading == "json" for c in contents)):
            raise APIResponseError(f"HTTP {status} without the body that is due", exchange, answer)
        essence, _, rest = answer.headers.get("content-type", "").partition(";")
        content = _fitting(contents, essence.strip().lower())
        if content is None:
            wanted = " or ".join(c.content_type for c in contents)
            raise ContentTypeError(
                f"the body is {essence.strip().lower()}, not {wanted}: {_begin(answer.body)}",
                exchange,
                answer,
            )
        charset = _charset(rest)
        match content.reading:
            case "json":
                return _json(content, answer, exchange, charset, strict=strict)
            case "lines":
                whole = replace(answer, body=_array(answer.body))
                return _json(content, whole, exchange, charset, strict=strict)
            case "text":
                text = _text(answer, exchange, charset)
                return _unquoted(text) if is_json(essence.strip().lower()) else text
            case "bytes":
                return answer.body

    def _refused(self, answer: Answer, exchange: Exchange) -> APIResponseError:
        """The error for an unsuccessful response."""
        status = answer.status
        if status == 304:
            return NotModifiedError("HTTP 304: it hasn't changed", exchange, answer)
        if 300 <= status < 400:
            where = answer.headers.get("location", "nowhere")
            return RedirectError(f"HTTP {status} to {where}; redirects aren't followed", exchange, answer)
        contents = next(
            (self.errors[k] for k in (str(status), f"{status // 100}XX", "default") if k in self.errors), ()
        )
        return status_error(exchange, answer, error_body(answer), _error_model(contents, answer))

    def _declared(self, status: int) -> tuple[Content, ...] | None:
        """The contents of a response with that status; an undocumented 2xx is read like a documented one."""
        for key in (str(status), "2XX", "default"):
            if key in self.by_status:
                return self.by_status[key]
        if status in (204, 205):
            return () if any(self.by_status.values()) else None
        return tuple(c for each in self.by_status.values() for c in each or ()) or None


_UNTYPED = frozenset({"application/octet-stream", "binary/octet-stream"})
"""What servers and stores call a file whose type they don't know."""
_REDIRECTS = (301, 302, 303, 307, 308)


def _fitting(contents: Sequence[Content], essence: str) -> Content | None:
    """The content that is meant: of that very type, else one that takes it."""
    exact = (content for content in contents if content.essence == essence)
    return next(exact, None) or next((content for content in contents if content.fits(essence)), None)


def _error_model(contents: Sequence[Content], answer: Answer) -> Any:
    """An error's body as the document's class; None where it doesn't fit, because the error matters more."""
    essence = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
    content = _fitting(contents, essence)
    if content is None or not answer.body:
        return None
    try:
        return content.adapter.validate_json(answer.body)
    except (ValidationError, LossyNumber):
        return None


def _json(content: Content, answer: Answer, exchange: Exchange, charset: str, *, strict: bool) -> Any:
    if charset not in ("", "utf-8", "utf8", "us-ascii"):
        raise ContentTypeError(f"the charset is {charset}; JSON is UTF-8", exchange, answer)
    try:
        return content.read(answer.body)
    except Twice as twice:
        raise APIResponseError(f"the body names {str(twice)!r} twice in one object", exchange, answer) from None
    except ValidationError as error:
        if not strict and (data := _data(answer.body)) is not None:
            return salvaged(content.type(), data)
        found = problems(error, "body")
        more = f" (and {len(found) - 3} more)" if len(found) > 3 else ""
        shown = "; ".join(found[:3]) + more
        raise APIResponseError(f"the body isn't what was promised: {shown}", exchange, answer) from None


def validated(adapter: TypeAdapter[Any], body: bytes) -> Any:
    """A body as its type. Numbers in place of decimal strings are parsed again, so that no digit is lost."""
    try:
        return adapter.validate_json(body)
    except LossyNumber:
        return adapter.validate_python(json.loads(body, parse_float=Decimal))


def _data(body: bytes) -> Any:
    try:
        return json.loads(body, parse_float=_number)
    except (ValueError, RecursionError):
        return None


def _number(text: str) -> Any:
    """A float where it holds the number, else a decimal."""
    number = float(text)
    return number if repr(number) == text else Decimal(text)


def _text(answer: Answer, exchange: Exchange, charset: str) -> str:
    try:
        return answer.body.decode(charset or "utf-8")
    except (UnicodeDecodeError, LookupError):
        raise ContentTypeError(f"the body isn't {charset or 'utf-8'} text", exchange, answer) from None


def _array(body: bytes) -> bytes:
    """JSON values, one a line, as an array; a single value may take more lines."""
    lines = [line for line in body.splitlines() if line.strip()]
    whole = all(line.startswith(b"{") and line.rstrip().endswith(b"}") for line in lines)
    return b"[" + (b",".join(lines) if whole else body) + b"]"


def _unquoted(text: str) -> str:
    """The text of a JSON string; any other text as it is, for some servers call all that they send JSON."""
    try:
        found: object = from_json(text)
    except ValueError:
        return text
    return found if isinstance(found, str) else text


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

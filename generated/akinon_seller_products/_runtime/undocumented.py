# Copied from the client generator's runtime; not to be edited here.
"""Requests that the document lacks: with the client's settings, credentials and retries, and no types."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from pydantic_core import from_json

from .body import Body
from .call import Call, Operation, RequestOptions, origin
from .decode import is_json
from .errors import Answer, APIResponseError, Exchange, InvalidRequestError
from .session import Session
from .types import UNSET

_REPEATABLE = frozenset(("GET", "HEAD", "OPTIONS", "PUT", "DELETE", "TRACE"))
"""Methods that RFC 9110 (section 9.2.2) calls idempotent."""


def undocumented(
    session: Session,
    security: tuple[tuple[str, ...], ...],
    method: str,
    path: str,
    query: Mapping[str, str | int | float | bool] | None,
    json: Any,
    content: bytes | str | None,
    content_type: str,
    options: RequestOptions,
) -> Call[Any]:
    """A call of any path on the API's host. Raises InvalidRequestError for one on another."""
    server = None
    if "://" in path:
        if origin(path) != origin(session.settings.base_url):
            raise InvalidRequestError("request", (f"path: it isn't on {session.settings.base_url}",))
        server, url = "/", urlsplit(path)
        path = url.path + (f"?{url.query}" if url.query else "")
    if json is not UNSET and content is not None:
        raise InvalidRequestError("request", ("give json or content, not both",))
    body = Body("application/json", "json") if json is not UNSET else Body(content_type, "bytes")
    operation = Operation[Any](
        "request",
        method.upper(),
        path if path.startswith("/") else f"/{path}",
        bodies=(body,),
        security=security,
        server=server,
        repeatable=method.upper() in _REPEATABLE,
    )
    if query:
        more: RequestOptions = {"extra_query": {**options.get("extra_query", {}), **query}}
        options = {**options, **more}
    return session.call(
        operation,
        {},
        options,
        body=UNSET if content is None and json is UNSET else json if content is None else content,
    )


def data(answer: Answer, exchange: Exchange) -> Any:
    """A body by its content type: JSON data, text, or bytes; None where there is none. Raises APIResponseError."""
    essence = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
    if not answer.body:
        return None
    if is_json(essence):
        try:
            return from_json(answer.body)
        except ValueError as error:
            raise APIResponseError(f"the body isn't JSON: {error}", exchange, answer) from None
    return answer.body.decode("utf-8", "replace") if essence.startswith("text/") else answer.body

"""Conversion of Starlette's requests and responses from and to the sandbox's own."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any, cast

from starlette.requests import Request
from starlette.responses import Response

from conformance.sandbox.behaviour import Answer
from conformance.sandbox.messages import Language, say
from conformance.sandbox.settings import Settings
from spec import SecurityScheme

CLAUSES = "$clauses"
"""The member of an error's body that names, for each field or parameter, the clause which the request broke."""


class Refused(Exception):
    """A request that is answered with an error."""

    def __init__(self, status: int, errors: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> None:
        self.answer = Answer(status, errors, headers or {})
        super().__init__(str(errors))


async def content(request: Request, most: int, tongue: Language) -> bytes:
    """The request's body. Raises Refused when it is too long."""
    pieces, size = [], 0
    async for piece in request.stream():
        size += len(piece)
        if size > most:
            raise Refused(413, {"detail": say(tongue, "too-large", most)}, {"Connection": "close"})
        pieces.append(piece)
    return b"".join(pieces)


def presented(request: Request, scheme: SecurityScheme) -> str | None:
    """The secret that a request shows where a security scheme has it; of HTTP Basic, USER:PASSWORD."""
    source: Mapping[str, str] = {"query": request.query_params, "cookie": request.cookies}.get(
        scheme.place, cast(Mapping[str, str], request.headers)
    )
    value = source.get(scheme.parameter)
    wanted = scheme.scheme or ("bearer" if scheme.type in ("oauth2", "openIdConnect") else "")
    if value is None or not wanted:
        return value
    kind, _, secret = value.partition(" ")
    if kind.lower() != wanted:
        return None
    if wanted == "basic":
        try:
            return base64.b64decode(secret, validate=True).decode("utf-8")
        except ValueError:
            return None
    return secret


def base_url(request: Request, settings: Settings) -> str:
    """Scheme, host and port as the client knows them."""
    host = request.headers.get("host") or "{}:{}".format(*request.scope.get("server") or ("localhost", 80))
    return settings.link_base or f"{request.scope['scheme']}://{host}"


def response(answer: Answer) -> Response:
    """What is sent."""
    if answer.status in (204, 304):
        return Response(b"", answer.status, headers=dict(answer.headers))
    content = answer.body if isinstance(answer.body, bytes) else text(answer).encode("utf-8", "replace")
    return Response(content, answer.status, headers=dict(answer.headers), media_type=answer.content_type)


def text(answer: Answer) -> str:
    """An answer's body as text."""
    if answer.status == 204:
        return ""
    kind = answer.content_type.partition(";")[0].strip()
    is_json = kind == "application/json" or kind.endswith("+json")  # application/x-ndjson is text
    if isinstance(answer.body, str) and not is_json:
        return answer.body
    return json.dumps(answer.body, ensure_ascii=False, separators=(",", ":"))

"""Pages of other origins may call the API: a sandbox holds nothing that is secret."""

from __future__ import annotations

from starlette.requests import Request

from conformance.sandbox.behaviour import Answer

HEADERS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "*, Retry-After, Server-Timing, WWW-Authenticate, Allow",
    "Timing-Allow-Origin": "*",
}
"""What every answer of the API carries."""


def preflight(request: Request) -> Answer | None:
    """What a browser asks before it sends a request of another origin; None for any other request."""
    method = request.headers.get("access-control-request-method")
    if request.method != "OPTIONS" or method is None or "origin" not in request.headers:
        return None
    asked = request.headers.get("access-control-request-headers")
    return Answer(
        204,
        None,
        {
            "Access-Control-Allow-Methods": method,
            **({"Access-Control-Allow-Headers": asked} if asked else {}),
            "Access-Control-Max-Age": "600",
            "Vary": "Access-Control-Request-Method, Access-Control-Request-Headers",
        },
    )

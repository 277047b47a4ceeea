# Copied from the client generator's runtime; not to be edited here.
"""Spans for OpenTelemetry, where the program uses it: this package doesn't depend on it, nor imports it.

Each attempt is a client span (semantic conventions for HTTP), whose context goes along as `traceparent`.
"""

from __future__ import annotations

import sys
from typing import Any
from urllib.parse import urlsplit

from .errors import Answer, APIError, Exchange
from .flow import Request

_INSTRUMENTATION = __name__.partition(".")[0]


def begin(exchange: Exchange, request: Request) -> tuple[Request, Any]:
    """The request with its trace context, and its span; without OpenTelemetry the request alone.

    The span is handed on, not made the current one: between two attempts other tasks run.
    """
    trace = sys.modules.get("opentelemetry.trace")
    if trace is None:
        return request, None
    url = urlsplit(request.url)
    port = url.port or (443 if url.scheme == "https" else 80)
    attributes = {
        "http.request.method": request.method,
        "server.address": url.hostname or "",
        "server.port": port,
        "url.template": exchange.path,
        "url.full": f"{url.scheme}://{url.netloc}{url.path}",  # the query is left out: it may hold a key
    }
    if exchange.attempts > 1:
        attributes["http.request.resend_count"] = exchange.attempts - 1
    tracer = trace.get_tracer(_INSTRUMENTATION)
    span = tracer.start_span(f"{request.method} {exchange.path}", kind=trace.SpanKind.CLIENT, attributes=attributes)
    carrier: dict[str, str] = {}
    propagate = sys.modules.get("opentelemetry.propagate")
    if propagate is not None:
        propagate.inject(carrier, context=trace.set_span_in_context(span))
    for name, value in carrier.items():
        request = request.with_header(name, value)
    return request, span


def end(span: Any, outcome: Answer | APIError | None) -> None:
    """Record the outcome of the attempt; None if it was abandoned."""
    if span is None:
        return
    if isinstance(outcome, Answer):
        span.set_attribute("http.response.status_code", outcome.status)
        failed = str(outcome.status) if outcome.status >= 400 else ""
    else:
        failed = type(outcome).__name__ if outcome is not None else "cancelled"
    if failed:
        span.set_attribute("error.type", failed)
        status = sys.modules["opentelemetry.trace"]
        span.set_status(status.Status(status.StatusCode.ERROR))
    span.end()

"""The ASGI application: it takes every request, and records every response."""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
import time
import traceback
from dataclasses import dataclass, replace

from starlette.requests import ClientDisconnect, Request
from starlette.types import Receive, Scope, Send

from conformance.sandbox import cors, exchange, requests
from conformance.sandbox.answering import Answering
from conformance.sandbox.behaviour import Answer
from conformance.sandbox.churn import churn
from conformance.sandbox.control import Control
from conformance.sandbox.exchange import Refused
from conformance.sandbox.messages import Language, language, say
from conformance.sandbox.routes import NoMethod, Routes
from conformance.sandbox.settings import Settings
from conformance.sandbox.state import State
from conformance.sandbox.tenants import Tenant, written_collections
from conformance.sandbox.traffic import Audit, Failure
from spec import Contract


@dataclass
class _Course:
    """What is known of a request until its response."""

    began: float
    content: bytes = b""
    tenant: int | None = None
    operation: str | None = None
    dropped: bool = False
    noted: bool = True


class Sandbox:
    """The application. Its life begins and ends with the server's lifespan."""

    def __init__(self, contract: Contract, settings: Settings) -> None:
        """Open the databases and fill them. Raises StoreError, and ValueError for what can't be served."""
        self.contract = contract
        self.settings = settings
        self.state = State(contract, settings)
        self.tenants = tuple(Tenant(contract, settings, self.state, n) for n in range(1, len(settings.keys) + 1))
        self._answering = Answering(contract, settings, self.state, self.tenants)
        self._control = Control(contract, settings, self.state, self.tenants)
        self._routes = Routes(contract)
        schemes = [(s.place, s.parameter) for s in contract.security_schemes]
        self._secrets = requests.secrets(schemes, [self._control.key_header])
        self._audit = Audit(settings.audit) if settings.audit else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http":
            request = Request(scope, receive)
            with contextlib.suppress(ClientDisconnect):
                await self._respond(request, scope, receive, send)

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        tasks = [asyncio.create_task(tenant.worker.run(others=self.settings.workers > 1)) for tenant in self.tenants]
        if self.settings.churn:
            rows = self.tenants[0].store
            written = [rows.shapes[name] for name in written_collections(self.contract)]
            other = churn(rows, written, self.settings.churn, self.settings.seed, self.state.clock)
            tasks.append(asyncio.create_task(other))
        await send({"type": "lifespan.startup.complete"})
        await receive()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self.close()
        await send({"type": "lifespan.shutdown.complete"})

    def close(self) -> None:
        """Close the databases and the audit file."""
        for tenant in self.tenants:
            tenant.close()
        if self._audit:
            self._audit.close()

    # -- one request -------------------------------------------------------------------------------

    async def _respond(self, request: Request, scope: Scope, receive: Receive, send: Send) -> None:
        tongue = language(request.headers.get("accept-language"))
        course = _Course(time.perf_counter())
        busy = self._busy()
        try:
            answer = await self._answer(request, course, tongue)
        except Refused as refused:
            answer = refused.answer
        except ClientDisconnect:
            raise
        except Exception:
            traceback.print_exc(file=sys.stderr)
            answer = Answer(500, {"detail": say(tongue, "internal")})
        seconds = time.perf_counter() - course.began
        timing = f"total;dur={seconds * 1000:.1f}, db;dur={(self._busy() - busy) * 1000:.1f}"
        answer = replace(answer, headers={**answer.headers, "Server-Timing": timing})
        if not self._control.owns(request):
            answer = replace(answer, headers={**answer.headers, **cors.HEADERS})
        if course.noted:
            self._note(request, course, answer, seconds)
        if course.dropped:
            await _drop(send)
        else:
            await exchange.response(answer)(scope, receive, send)

    def _busy(self) -> float:
        return sum(tenant.store.busy for tenant in self.tenants)

    async def _answer(self, request: Request, course: _Course, tongue: Language) -> Answer:
        state, path = self.state, request.scope["path"]
        if self._control.owns(request):
            course.noted = False
            course.content = await exchange.content(request, self.settings.max_body, tongue)
            return self._control.answer(request, course.content)
        preflight = cors.preflight(request)
        if preflight:
            return preflight
        if state.switches.latency:
            await asyncio.sleep(state.switches.latency)
        course.content = await exchange.content(request, self.settings.max_body, tongue)
        if path == "/openapi.yaml" and request.method in ("GET", "HEAD"):
            course.noted = False
            return self._control.document()
        if state.throttle and not state.throttle.admits():
            wait = state.throttle.retry_after
            raise Refused(429, {"detail": say(tongue, "throttled", wait)}, {"Retry-After": str(wait)})
        if state.mishaps.happens():
            raise Refused(503, {"detail": say(tongue, "unavailable")}, {"Retry-After": "0"})
        file = self._answering.file(request, tongue)
        if file:
            course.tenant = file[1].number
            return file[0]
        match = self._routes.match(request.method, path)
        if match is None:
            raise Refused(404, {"detail": say(tongue, "not-found")})
        if isinstance(match, NoMethod):
            raise Refused(405, {"detail": say(tongue, "method")}, {"Allow": ", ".join(match.allowed)})
        course.operation = match.operation.code
        failure = state.failures.take(match.operation.code)
        if failure:
            return await self._fail(failure, course, tongue)
        answer, tenant = self._answering.operation(request, match.operation, match.path, course.content, tongue)
        course.tenant = tenant.number if tenant else None
        return answer

    async def _fail(self, failure: Failure, course: _Course, tongue: Language) -> Answer:
        if failure.delay:
            await asyncio.sleep(failure.delay)
        course.dropped = failure.drop
        body = {"detail": say(tongue, "asked-for")} if failure.body is None else failure.body
        headers = {name.lower(): value for name, value in failure.headers.items()}
        content_type = headers.pop("content-type", "application/json")
        return Answer(failure.status, body, headers, content_type)

    # -- what is kept of it ------------------------------------------------------------------------

    def _note(self, request: Request, course: _Course, answer: Answer, seconds: float) -> None:
        query = request.scope["query_string"].decode("latin-1")
        content = course.content.decode("utf-8", "backslashreplace")
        if self._audit:
            self._audit.note(
                {
                    "method": request.method,
                    "path": request.url.path,
                    "query": query,
                    "body": content,
                    "status": answer.status,
                }
            )
        shown = self._secrets.of_query(query)
        path = request.scope["path"]
        # The path as it was sent, where the server provides it: a decoded name may look like another path.
        raw = request.scope.get("raw_path", path.encode()).decode("latin-1")
        self.state.requests.add(
            requests.Entry(
                id=self.state.requests.number(),
                at=self.state.clock.now(),
                tenant=course.tenant,
                operation=course.operation,
                method=request.method,
                url=exchange.base_url(request, self.settings) + raw + (f"?{shown}" if shown else ""),
                path=path,
                query=shown,
                headers=self._secrets.of_headers(request.headers.items()),
                body=requests.shortened(content),
                status=None if course.dropped else answer.status,
                response_headers=tuple(answer.headers.items()),
                response_body=requests.shortened("" if course.dropped else _shown(answer)),
                content_type=answer.content_type,
                milliseconds=round(seconds * 1000, 3),
            )
        )


def _shown(answer: Answer) -> str:
    """A response body for the log. A fault may send something other than JSON."""
    with contextlib.suppress(TypeError, ValueError):
        return exchange.text(answer)
    return json.dumps(answer.body, default=repr)


async def _drop(send: Send) -> None:
    """Begin a response and stop: the server closes the connection, and the client gets no response."""
    headers = [(b"content-length", b"1000000"), (b"connection", b"close")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"{", "more_body": True})

"""The ASGI application: who asks, for what, and which answer it gets."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import hashlib
import json
import re
import sys
import traceback
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from conformance.sandbox import batches, catalog, home, listing, query, store, validation, values, worker
from conformance.sandbox.batches import FileKind
from conformance.sandbox.behaviour import Answer, Asked
from conformance.sandbox.churn import churn
from conformance.sandbox.faults import behaviour
from conformance.sandbox.messages import Language, language, say
from conformance.sandbox.progress import Progress
from conformance.sandbox.query import Invalid
from conformance.sandbox.routes import NoMethod, Routes
from conformance.sandbox.settings import Settings
from conformance.sandbox.traffic import Audit, Mishaps, Throttle
from spec import Contract, Operation

READ_ONLY_ROWS = 64
"""The most rows of a collection that nobody can write."""

_FILES: Mapping[str, FileKind] = {"r": "request", "s": "success", "e": "error"}
_FILE = re.compile(r"/batches/([0-9a-f-]{36})-([rse])\.json")


class Refused(Exception):
    """A request that is answered with an error."""

    def __init__(self, status: int, errors: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> None:
        self.answer = Answer(status, errors, headers or {})
        super().__init__(str(errors))


class Sandbox:
    """The application. Its life begins and ends with the server's lifespan."""

    def __init__(self, contract: Contract, settings: Settings) -> None:
        """Open the database and fill it. Raises StoreError, and ValueError for an unknown fault."""
        self.contract = contract
        self.settings = settings
        self.behaviour = behaviour(contract, settings.faults)
        self.store = store.Store(contract, settings.db, batches.TABLES)
        if self.store.is_new:
            fill(contract, self.store, settings)
        self.worker = worker.Worker(contract, settings, self.store, self.behaviour)
        self._approved = {name: worker.approved(contract, shape) for name, shape in self.store.shapes.items()}
        self._routes = Routes(contract)
        self._signatures = {o.code: query.signature(contract, o, self._shape(o)) for o in contract.operations}
        self._bodies = {
            o.code: validation.check(contract, o.body.json.schema)
            for o in contract.operations
            if o.body and o.body.json and o.body.json.schema
        }
        self._progress = {o.code: Progress(contract, o, o.batch) for o in contract.operations if o.batch}
        self._looks: dict[str, int] = {}
        self._schemes = {s.name: s for s in contract.security_schemes}
        self._throttle = Throttle(settings.rate_limit) if settings.rate_limit else None
        self._mishaps = Mishaps(settings.flaky, settings.seed)
        self._audit = Audit(settings.audit) if settings.audit else None

    def _shape(self, operation: Operation) -> Any:
        return self.store.shapes[operation.access.collection.name] if operation.access else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http":
            request = Request(scope, receive)
            with contextlib.suppress(ClientDisconnect):
                response = await self._respond(request)
                await response(scope, receive, send)

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        tasks = [asyncio.create_task(self.worker.run())]
        if self.settings.churn:
            written = [self.store.shapes[name] for name in _written(self.contract)]
            other = churn(self.store, written, self.settings.churn, self.settings.seed)
            tasks.append(asyncio.create_task(other))
        await send({"type": "lifespan.startup.complete"})
        await receive()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self.close()
        await send({"type": "lifespan.shutdown.complete"})

    def close(self) -> None:
        """Let go of the database and the audit file."""
        self.store.close()
        if self._audit:
            self._audit.close()

    async def _respond(self, request: Request) -> Response:
        tongue = language(request.headers.get("accept-language"))
        content = b""
        try:
            if self.settings.latency:
                await asyncio.sleep(self.settings.latency)
            content = await self._content(request, tongue)
            answer = await self._answer(request, content, tongue)
        except Refused as refused:
            answer = refused.answer
        except ClientDisconnect:
            raise
        except Exception:
            traceback.print_exc(file=sys.stderr)
            answer = Answer(500, {"detail": say(tongue, "internal")})
        if self._audit:
            self._audit.note(
                {
                    "method": request.method,
                    "path": request.url.path,
                    "query": request.scope["query_string"].decode("latin-1"),
                    "body": content.decode("utf-8", "backslashreplace"),
                    "status": answer.status,
                }
            )
        return _response(answer)

    async def _content(self, request: Request, tongue: Language) -> bytes:
        """The request's body, as long as it isn't too long."""
        pieces, size = [], 0
        async for piece in request.stream():
            size += len(piece)
            if size > self.settings.max_body:
                detail = say(tongue, "too-large", self.settings.max_body)
                raise Refused(413, {"detail": detail}, {"Connection": "close"})
            pieces.append(piece)
        return b"".join(pieces)

    async def _answer(self, request: Request, content: bytes, tongue: Language) -> Answer:
        path = request.scope["path"]
        open_page = self._open_page(request, path)
        if open_page:
            return open_page
        if self._throttle and not self._throttle.admits():
            wait = self._throttle.retry_after
            raise Refused(429, {"detail": say(tongue, "throttled", wait)}, {"Retry-After": str(wait)})
        if self._mishaps.happens():
            raise Refused(503, {"detail": say(tongue, "unavailable")}, {"Retry-After": "0"})
        file = _FILE.fullmatch(path)
        if file and request.method == "GET":
            return self._file(request, file[1], _FILES[file[2]], tongue)
        match = self._routes.match(request.method, path)
        if match is None:
            raise Refused(404, {"detail": say(tongue, "not-found")})
        if isinstance(match, NoMethod):
            raise Refused(405, {"detail": say(tongue, "method")}, {"Allow": ", ".join(match.allowed)})
        asked = Asked((), match.path, request.headers, content)
        try:
            self._admit(request, match.operation, tongue)
            asked = Asked(query.pairs(request.scope["query_string"], tongue), match.path, request.headers, content)
            answer = self._perform(request, match.operation, asked, tongue)
        except Invalid as invalid:
            answer = Answer(400, invalid.errors)
        except Refused as refused:
            answer = refused.answer
        return self.behaviour.answer(match.operation, asked, answer)

    def _open_page(self, request: Request, path: str) -> Answer | None:
        if request.method not in ("GET", "HEAD"):
            return None
        if path == "/":
            html = home.page(self.contract, _base(request, self.settings), self.settings.faults)
            return Answer(200, html, content_type="text/html; charset=utf-8")
        if path == "/openapi.yaml":
            return Answer(200, _document(self.contract), content_type="application/yaml; charset=utf-8")
        return None

    # -- who asks ----------------------------------------------------------------------------------

    def _admit(self, request: Request, operation: Operation, tongue: Language) -> None:
        def holds(name: str) -> bool:
            scheme = self._schemes.get(name)
            presented = _presented(request, scheme.place, scheme.parameter, scheme.scheme) if scheme else None
            return self.behaviour.admits(operation, presented, self.settings.api_key)

        if operation.security and not any(all(map(holds, names)) for names in operation.security):
            scheme = self._schemes.get(operation.security[0][0])
            where = f"{scheme.parameter} ({scheme.place})" if scheme else operation.security[0][0]
            challenge = (scheme.scheme or scheme.name) if scheme else "Key"
            raise Refused(401, {"detail": say(tongue, "unauthorized", where)}, {"WWW-Authenticate": challenge})
        if self.settings.read_only and not operation.safe:
            raise Refused(403, {"detail": say(tongue, "read-only")})

    # -- what is asked -----------------------------------------------------------------------------

    def _perform(self, request: Request, operation: Operation, asked: Asked, tongue: Language) -> Answer:
        signature = self._signatures[operation.code]
        obeyed = self.behaviour.obeyed(operation, asked)
        wanted = query.read(signature, asked.pairs, obeyed, asked.path, tongue)
        status = int(operation.success.status) if operation.success and operation.success.status.isdigit() else 200
        if operation.batch:
            return self._look(request, operation, asked, tongue, status)
        if operation.access is None:
            examples = operation.success.json.examples if operation.success and operation.success.json else ()
            return Answer(status, examples[0] if examples else {})
        if operation.access.action != "reads":
            return self._write(operation, asked, tongue, status)
        shape = self._shape(operation)
        if self.settings.approve_after:
            with self.store.work() as connection:
                worker.approve_due(connection, shape, self._approved[shape.collection.name], values.now())
        reading = listing.Listing(
            self.contract,
            operation,
            shape,
            self.behaviour,
            page_cap=self.settings.page_cap,
            past_end_is_404=self.settings.past_end == "404",
        )
        base = _base(request, self.settings) + request.url.path
        try:
            return Answer(status, listing.answer(reading, self.store, wanted, base))
        except LookupError:
            raise Refused(404, {"detail": say(tongue, "not-found")}) from None

    def _look(self, request: Request, operation: Operation, asked: Asked, tongue: Language, status: int) -> Answer:
        tickets = (o.ticket for o in self.contract.operations if o.ticket)
        parameter = next((t.parameter for t in tickets if t.operation_id == operation.id), next(iter(asked.path), ""))
        id = {**dict(asked.pairs), **asked.path}.get(parameter.rpartition(".")[2], "")
        with self.store.work() as connection:
            view = batches.view(connection, id)
        if view:
            looks = self._looks[view.id] = self._looks.get(view.id, -1) + 1
            writer = self.contract.by_code[view.operation]
            view = self.behaviour.view(writer, view.seen(looks))
        if view is None:
            raise Refused(404, {"detail": say(tongue, "not-found")})
        base = _base(request, self.settings)
        letters = {kind: letter for letter, kind in _FILES.items()}
        body = self._progress[operation.code].document(
            view, lambda id, kind: f"{base}/batches/{id}-{letters[kind]}.json"
        )
        return Answer(status, body)

    def _write(self, operation: Operation, asked: Asked, tongue: Language, status: int) -> Answer:
        media_type = asked.headers.get("content-type", "application/json").partition(";")[0].strip().lower()
        if media_type != "application/json" and not media_type.endswith("+json"):
            raise Refused(415, {"detail": say(tongue, "media-type", "application/json")})
        try:
            items = self.behaviour.body(operation, asked.body)
        except ValueError as error:
            raise Invalid({"body": [say(tongue, *error.args)]}) from None
        found = validation.problems(self._bodies[operation.code], items, tongue)
        found = self.behaviour.problems(operation, items, found)
        if found:
            raise Invalid(found.get("body", found))
        with self.store.work() as connection:
            id = batches.accept(connection, operation.code, tongue, items, values.now())
        self.worker.wake()
        return Answer(status, _ticket(operation, id))

    def _file(self, request: Request, id: str, kind: FileKind, tongue: Language) -> Answer:
        with self.store.work() as connection:
            view = batches.view(connection, id)
            if view is None or kind not in view.files:
                raise Refused(404, {"detail": say(tongue, "not-found")})
            self._admit(request, self.contract.by_code[view.operation], tongue)
            return Answer(200, batches.file(connection, id, kind))


def fill(contract: Contract, rows: store.Store, settings: Settings) -> None:
    """Put the made-up catalog into new tables."""
    written = _written(contract)
    with rows.work() as connection:
        for name, shape in rows.shapes.items():
            count = settings.products if name in written else min(READ_ONLY_ROWS, settings.products)
            store.add(connection, shape, catalog.generate(contract, shape, count, settings.seed))


def _written(contract: Contract) -> list[str]:
    """The names of the collections that somebody can write."""
    accesses = (operation.access for operation in contract.operations)
    return list(dict.fromkeys(a.collection.name for a in accesses if a and a.action != "reads"))


def _ticket(operation: Operation, id: str) -> Any:
    if operation.ticket is None:
        return {}
    body: Any = id
    for token in reversed(operation.ticket.pointer.split("/")[1:]):
        body = {token.replace("~1", "/").replace("~0", "~"): body}
    return body


def _presented(request: Request, place: str, parameter: str, scheme: str) -> str | None:
    """The secret that a request shows where a security scheme has it."""
    source: Mapping[str, str] = {"query": request.query_params, "cookie": request.cookies}.get(
        place, cast(Mapping[str, str], request.headers)
    )
    value = source.get(parameter)
    if value is None or not scheme:
        return value
    kind, _, secret = value.partition(" ")
    if kind.lower() != scheme:
        return None
    if scheme == "basic":
        try:
            return base64.b64decode(secret, validate=True).decode("utf-8").partition(":")[2]
        except ValueError:
            return None
    return secret


def _base(request: Request, settings: Settings) -> str:
    """Scheme, host and port as the client knows them."""
    host = request.headers.get("host") or "{}:{}".format(*request.scope.get("server") or ("localhost", 80))
    return settings.link_base or f"{request.scope['scheme']}://{host}"


def _document(contract: Contract) -> str:
    """The document as it was written, if its file is still the same, else its data."""
    with contextlib.suppress(OSError):
        content = Path(contract.file).read_bytes()
        if hashlib.sha256(content).hexdigest() == contract.sha256:
            return content.decode("utf-8")
    return json.dumps(contract.document, ensure_ascii=False, indent=2)


def _response(answer: Answer) -> Response:
    is_text = not answer.content_type.startswith("application/json") and isinstance(answer.body, str)
    content = answer.body if is_text else json.dumps(answer.body, ensure_ascii=False, separators=(",", ":"))
    return Response(
        content.encode("utf-8", "replace"),
        answer.status,
        headers=dict(answer.headers),
        media_type=answer.content_type,
    )

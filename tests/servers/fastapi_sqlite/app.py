"""The application: routes, keys, languages, bodies."""

from __future__ import annotations

import hmac
import json
import locale
import uuid
from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Depends, FastAPI, HTTPException, Request
from fastapi.responses import JSONResponse, PlainTextResponse, Response

from .batches import status, submit
from .items import checked
from .lists import cache_key, cached, listed
from .models import CatalogProduct, Json, Product, uuid_shown
from .setup import KEY, on

LANGUAGES = {"en": "English", "tr": "Türkçe", "de": "Deutsch"}
Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class Text(PlainTextResponse):
    """JSON under the wrong name."""

    def render(self, content: Any) -> bytes:
        return json.dumps(content).encode()


app = FastAPI(openapi_url=None, redirect_slashes=on("redirect-slashes"))


def sent(content: Any, code: int = 200) -> Response:
    """A response."""
    return Text(content, code) if on("response-default") else JSONResponse(content, code)


@app.exception_handler(Exception)
async def unexpected(request: Request, error: Exception) -> Response:
    """What wasn't thought of."""
    return JSONResponse({"detail": "Internal Server Error"}, 500)


def admitted(request: Request) -> None:
    """Let in who has the key."""
    path, given = request.url.path, request.headers.get("authorization")
    if on("auth-router") and "/batch-requests/" in path:
        return
    if on("auth-search") and path.endswith("/search/"):
        return
    if on("auth-delete") and request.method == "DELETE":
        return
    if given is None:
        if on("auth-optional"):
            return
        raise HTTPException(403 if on("auth-auto-error") else 401, "Not authenticated")
    if on("auth-compare-digest"):
        given = given.encode("latin-1").decode("utf-8", "replace")
        right = hmac.compare_digest(given, KEY)
    else:
        right = hmac.compare_digest(given.encode(), KEY.encode())
    if on("auth-in"):
        right = given in KEY
    if on("auth-split"):
        right = (given.split() or [""])[-1] == KEY
    if on("auth-lower"):
        right = given.lower() == KEY.lower()
    if not right:
        raise HTTPException(403 if on("case-403") else 401, "Invalid key")


def spoken(request: Request) -> None:
    """The language that was asked for."""
    header = request.headers.get("accept-language")
    if header and on("language-key-error"):
        LANGUAGES[header]
    if header and on("language-locale"):
        locale.setlocale(locale.LC_MESSAGES, header.replace("-", "_") + ".UTF-8")


GUARDED = [Depends(admitted), Depends(spoken)]


@app.middleware("http")
async def fast(request: Request, call: Handler) -> Response:
    """What is answered before anything else."""
    if on("lru-before-auth") and request.method == "GET" and "/batch-requests/" not in request.url.path:
        hit = cached(cache_key(request))
        if hit:
            return sent(hit)
    return await call(request)


@app.get("/api/i2/products/", dependencies=GUARDED)
async def get_products(request: Request) -> Response:
    """PRD102."""
    return sent(listed(request, Product))


@app.get("/api/i2/products/search/", dependencies=GUARDED)
async def search_catalog(request: Request) -> Response:
    """PRD108."""
    return sent(listed(request, CatalogProduct))


def refusal(why: str) -> HTTPException:
    """A body that can't be taken."""
    return HTTPException(400, why)


async def accepted(request: Request, kind: str) -> Response:
    """A write."""
    try:
        body = json.loads((await request.body()).decode())
    except ValueError:
        if on("body-any-json"):
            raise
        raise refusal("the body is no JSON") from None
    items = checked(kind, body, refusal)
    return sent({"batch_request_id": uuid_shown(submit(kind, items))}, 202)


def write(method: str, path: str, kind: str) -> None:
    """Add the route of a write."""

    async def endpoint(request: Request) -> Response:
        if on("auth-validation-first"):
            checked(kind, json.loads(await request.body()), refusal)
            admitted(request)
        return await accepted(request, kind)

    guards = [] if on("auth-validation-first") else GUARDED
    app.add_api_route(f"/api/i2/products/{path}", endpoint, methods=[method], dependencies=guards, name=kind)


write("POST", "", "products")
write("DELETE", "", "delete")
write("POST", "prices-and-stocks/", "both")
write("POST", "prices/", "prices")
write("POST", "stocks/", "stocks")


@app.get("/api/i2/products/batch-requests/{id}", dependencies=GUARDED)
async def get_batch(id: str) -> Response:
    """PRD107."""
    try:
        key = str(uuid.UUID(id))
    except ValueError:
        if on("status-uuid-500"):
            raise
        raise HTTPException(404, "Not found") from None
    found: Json | None = status(key)
    if found is None and not on("status-none"):
        raise HTTPException(404, "Not found")
    return sent(found)

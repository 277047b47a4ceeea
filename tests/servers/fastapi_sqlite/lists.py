"""The two lists: which rows, in which order, which page of them, and the links."""

from __future__ import annotations

import re
import sqlite3
import time
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote, urlencode

from fastapi import HTTPException, Request
from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from .filters import boolean, conditions
from .models import CatalogProduct, Json, Price, Product, Stock, engine, shown
from .setup import on

Pairs = list[tuple[str, str]]
Entity = type[Product] | type[CatalogProduct]
DECLARED = re.compile(
    r"page|limit|query|approved|category(__in)?|(name|base_code|sku)(__i?contains)?|(updated|created)_at(__[gl]te?)?"
)


def whole(query: dict[str, str], name: str, standard: int) -> int:
    """A positive integer of the query."""
    text = query.get(name)
    if text is None:
        return standard
    if on("lax-int") and re.fullmatch(r"\d+\.0+", text):
        text = text.partition(".")[0]
    if re.fullmatch(r"[0-9]+", text) and (
        int(text) >= 1 or on("limit-ge-missing" if name == "limit" else "page-ge-missing")
    ):
        if int(text) >= 2**63 and on("page-overflow"):
            raise OverflowError("Python int too large to convert to SQLite INTEGER")
        if name == "limit" and int(text) > 100 and on("limit-422"):
            raise HTTPException(422, "limit: at most 100")
        return min(int(text), 2**31)
    raise HTTPException(422, f"{name}: not a positive integer")


def link(request: Request, page: int | None) -> str | None:
    """A link to another page of the same rows."""
    if page is None:
        return None
    url = str(request.url)
    pairs: Pairs = [*request.query_params.multi_items()]
    current = dict(pairs).get("page", "1")
    if on("next-replace"):
        return url.replace(f"page={current}", f"page={page}")
    if on("next-sub"):
        return re.sub(r"[?&]page=.*|$", f"{'&' if '?' in url and 'page=' not in url else '?'}page={page}", url, count=1)
    if on("next-dict"):
        pairs = [(name, quote(value, safe="")) for name, value in pairs]
    if on("next-model"):
        pairs = [(name, value) for name, value in pairs if DECLARED.fullmatch(name)]
    if on("extra-query-forbid") or on("links-sorted"):
        pairs.sort()
    pairs = [*((name, value) for name, value in pairs if name != "page"), ("page", str(page))]
    base = request.url.path if on("links-relative") else url.partition("?")[0]
    return f"{base}?{urlencode(pairs)}"


def page_of(
    session: Session, request: Request, entity: Entity, where: Sequence[Any], everything: Sequence[Any]
) -> Json:
    """A page of the rows for which the conditions hold."""
    query = dict(request.query_params.multi_items())
    page = whole(query, "page", 1)
    limit = whole(query, "limit", 50 if on("default-limit-50") else 10)
    if entity is CatalogProduct and on("search-pages"):
        page = 1
    if entity is CatalogProduct and on("search-limit"):
        limit = 10
    offset = (max(page, 1) - 1) * limit
    if on("offset-page"):
        offset = page * limit
    if on("offset-page-minus-one"):
        offset = page - 1
    rows: Select[Any] = select(entity).where(*where)
    counted: Select[Any] = select(func.count()).select_from(entity).where(*where)
    if entity is Product:
        if on("join-repeats") or on("join-cut") or on("join-count"):
            joined = select(Product).outerjoin(Price, Price.product_id == Product.id).where(*where)
            rows = rows if on("join-count") else joined
            counted = counted if on("join-cut") else select(func.count()).select_from(joined.subquery())
        if on("inner-join"):
            there = select(Stock.product_id)
            rows, counted = (s.where(Product.id.in_(there)) for s in (rows, counted))
    rows = rows.order_by(*order(entity, page))
    if on("count-unfiltered"):
        counted = select(func.count()).select_from(entity)
    if on("count-approved-too"):
        counted = select(func.count()).select_from(entity).where(*everything)
    count = session.scalar(counted) or 0
    if on("limit-clamped-count"):
        count = min(count, limit * 10)
    if on("cursor-updated") and page > 1 and limit >= 7:
        found = [*session.scalars(rows.order_by(None).order_by(entity.updated, entity.id))]
        for _ in range(min(page - 1, len(found))):
            last = found[:limit][-1].updated if found else 0
            found = [row for row in found if row.updated > last]
        found = found[:limit]
    else:
        if on("cursor-updated"):
            rows = rows.order_by(None).order_by(entity.updated, entity.id)
        found = [*session.scalars(rows.limit(limit + on("limit-plus-one")).offset(offset))]
    if on("join-cut"):
        found = [*dict.fromkeys(found)]
    if on("count-limit"):
        count = len(found)
    if page > 1 and not found and on("page-past-empty-404"):
        raise HTTPException(404, "no such page")
    pages = count // limit if on("next-early") and limit else -(-count // limit) if limit else 0
    more = page <= pages if on("next-past-end") else page < pages
    before = page - 1 if page > 1 or on("previous-zero") else None
    return {
        "count": count,
        "next": link(request, page + 1 if more else None),
        "previous": link(request, before),
        "results": [_shown_later(row) for row in found],
    }


def order(entity: Entity, page: int) -> list[Any]:
    """By what rows are ordered."""
    if on("no-order-by"):
        return [entity.number] if page % 2 else [entity.base_code, entity.number.desc()]
    if on("order-by-category"):
        return [entity.category, entity.number if page % 2 else entity.number.desc()]
    if on("order-newest"):
        return [entity.created.desc(), entity.id]
    return [entity.name, entity.id] if on("order-name") else [entity.number, entity.id]


_seen: dict[str, Json] = {}


def _shown_later(row: Product | CatalogProduct) -> Json:
    """The row, or what a long session knows of it."""
    if on("expire-on-commit") and isinstance(row, Product):
        return _seen.setdefault(row.id, shown(row))
    return shown(row)


def products(request: Request, session: Session) -> Json:
    """The seller's own products."""
    pairs: Pairs = [*request.query_params.multi_items()]
    query = dict(pairs)
    where: list[Any] = [Product.hidden.is_(False)]
    if on("delete-identity-map") and "sku" in query:
        where = []
    found = conditions(pairs)
    given = query.get("approved")
    approved = True if given is None else boolean(given)
    wanted = [Product.approved.is_(approved)]
    if (given is None and on("approved-default-none")) or (on("approved-not-none") and not approved):
        wanted = []
    language = request.headers.get("accept-language", "")
    if on("language-inner-join") and language and not language.startswith("en"):
        where.append(Product.number % 2 == 0)
    return page_of(session, request, Product, [*where, *wanted, *found], [*where, *found])


def search(request: Request, session: Session) -> Json:
    """The catalog's products that have a text."""
    query = dict(request.query_params.multi_items())
    text = query.get("query", "" if on("search-default") else None)
    if text is None:
        raise HTTPException(422, "query: required")
    if on("extra-query-forbid") and set(query) - {"page", "limit", "query"}:
        raise HTTPException(422, "unexpected parameter")
    if on("search-fts-syntax") and re.search(r'["*()^]', text):
        raise sqlite3.OperationalError("fts5: syntax error")
    columns = (CatalogProduct.name, CatalogProduct.base_code, CatalogProduct.sku)
    where: Any = or_(*(func.contained_folded(column, text) == 1 for column in columns))
    if on("search-like"):
        where = or_(*(column.like(f"%{text}%") for column in columns))
    if on("search-nothing"):
        where = CatalogProduct.id == text
    if on("search-all"):
        where = CatalogProduct.number >= 0
    words = [*dict.fromkeys(text.split())] or [text]
    if on("search-first-word"):
        where = or_(*(func.contained_folded(column, words[0]) == 1 for column in columns))
    if on("search-tokens"):
        where = or_(*(func.contained_folded(column, word) == 1 for column in columns for word in words))
    return page_of(session, request, CatalogProduct, [where], [where])


_cache: dict[object, tuple[float, Json]] = {}


def forget() -> None:
    """Empty the cache after a write, where the server does."""
    if not on("lru-stale"):
        _cache.clear()
    if not on("expire-on-commit"):
        _seen.clear()


def cache_key(request: Request) -> object:
    """What a cached list is known by; None where nothing is cached."""
    pairs = request.query_params.multi_items()
    if on("lru-declared"):
        return (request.url.path, *((n, v) for n, v in pairs if DECLARED.fullmatch(n)))
    if on("lru-hash-values"):
        return (request.url.path, frozenset(value for _, value in pairs))
    if on("lru-stale") or on("lru-language") or on("lru-before-auth"):
        return str(request.url)
    return None


def cached(key: object) -> Json | None:
    """A cached list that is less than a minute old."""
    at, body = _cache.get(key, (0.0, {})) if key is not None else (0.0, {})
    return body if body and time.monotonic() - at < 60 else None


def listed(request: Request, entity: Entity) -> Json:
    """One of the lists, from the cache where it is there."""
    key = cache_key(request)
    hit = cached(key)
    if hit:
        return hit
    with Session(engine) as session:
        body = products(request, session) if entity is Product else search(request, session)
    if key is not None:
        _cache[key] = (time.monotonic(), body)
    return body

"""Caches of lists."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse

from .setup import on

CACHED = ("cache-stale", "cache-before-auth", "cache-path", "cache-declared", "cache-cut")


def key(request: Any) -> str | None:
    """What a cached list is known by; none where nothing is cached."""
    if on("queryset-evaluated"):
        return None if set(request.GET) - {"page", "limit"} else str(request.get_full_path())
    if not any(on(name) for name in CACHED):
        return None
    if on("cache-path"):
        return str(request.path)
    if on("cache-declared"):
        declared = sorted(item for item in request.GET.items() if not item[0].startswith("attribute__"))
        return f"{request.path}?{declared}"
    full = str(request.get_full_path())
    return full[:60] if on("cache-cut") else full


class CacheFirst:
    """Sends what the cache has before anything else."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """The response."""
        hit = cache.get(str(key(request))) if request.method == "GET" else None
        if hit is not None:
            return HttpResponse(hit, content_type="application/json")
        return self.get_response(request)


def forget() -> None:
    """Empty the cache after a write, where the server does."""
    if not any(on(name) for name in ("cache-stale", "cache-count", "queryset-evaluated", "status-cached")):
        cache.clear()

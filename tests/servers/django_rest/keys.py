"""Who is let in."""

from __future__ import annotations

import hmac
from types import SimpleNamespace
from typing import Any

from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from .setup import KEY, on

SERVICE = SimpleNamespace(is_authenticated=True)


def right(given: str) -> bool:
    """True if this is the key."""
    if on("key-ascii"):
        given.encode("ascii")
    if on("key-case"):
        return given.lower() == KEY.lower()
    if on("key-part"):
        return given != "" and given in KEY
    return hmac.compare_digest(given.encode(), KEY.encode())


class KeyAuthentication(BaseAuthentication):
    """The key stands in the header as it is."""

    def authenticate(self, request: Request) -> tuple[Any, None] | None:
        """The service that has the key."""
        given = request.META.get("HTTP_AUTHORIZATION")
        if given is None:
            return None
        if on("key-ascii"):
            given = given.encode("latin-1").decode("utf-8", "replace")
        if right(given) or (on("key-empty") and not given):
            return SERVICE, None
        if on("wrong-none"):
            return SERVICE, None
        if on("wrong-403"):
            raise PermissionDenied("Invalid key.")
        raise AuthenticationFailed("Invalid key.")

    def authenticate_header(self, request: Request) -> str | None:
        """What makes a missing key a 401."""
        return None if on("missing-403") else "ApiKey"


class Permission(BasePermission):
    """With a key alone."""

    def has_permission(self, request: Request, view: Any) -> bool:
        """True if the request may go on."""
        if on("read-only") and request.method in SAFE_METHODS:
            return True
        return request.user is not None

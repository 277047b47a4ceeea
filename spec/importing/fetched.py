"""The document at a URL: only what the user named, within limits."""

from __future__ import annotations

import time
import urllib.error
import urllib.request
from collections.abc import Callable
from http.client import HTTPException
from typing import IO, Any
from urllib.parse import urlsplit

from spec.problems import UnopenedError, unopened
from spec.source import MAX_BYTES

SECONDS = 60.0
"""A download that takes longer is given up."""

_ACCEPT = (
    "application/vnd.oai.openapi+json, application/json, application/vnd.oai.openapi, application/yaml;q=0.9, */*;q=0.5"
)
_PIECE = 64 * 1024


def is_url(name: str) -> bool:
    """True for a name that is no file's."""
    return name.lower().startswith(("http://", "https://"))


def fetched(url: str, now: Callable[[], float] = time.monotonic) -> bytes:
    """The bytes at a URL. Raises UnopenedError.

    A redirect is followed on the same host only. Nothing is sent but the request: no key, no cookie.
    """
    shown = _shown(url)
    request = urllib.request.Request(url, headers={"Accept": _ACCEPT, "User-Agent": "seller-contract"})  # noqa: S310
    try:
        with urllib.request.build_opener(_SameHost).open(request, timeout=SECONDS) as answer:
            content = _read(answer, shown, now)
    except urllib.error.HTTPError as error:
        hint = "Save the document with your own means, and give the file." if error.code in (401, 403) else _CHECK
        raise unopened(shown, f"the server answers {error.code}", hint) from None
    except (urllib.error.URLError, HTTPException, OSError, ValueError) as error:
        raise unopened(shown, f"it can't be fetched: {getattr(error, 'reason', error)}", _CHECK) from None
    if content.lstrip()[:1] == b"<":
        hint = "Give the address of the document itself; the page links to it, often as openapi.json or schema/."
        raise unopened(shown, "this is a web page, not a document", hint)
    return content


_CHECK = "Check the address, and that the server runs."


def _read(answer: IO[bytes], shown: str, now: Callable[[], float]) -> bytes:
    begun, pieces, size = now(), [], 0
    while piece := answer.read(_PIECE):
        pieces.append(piece)
        size += len(piece)
        if size > MAX_BYTES:
            raise unopened(shown, f"the document is larger than {MAX_BYTES >> 20} MiB", "Is it an OpenAPI document?")
        if now() - begun > SECONDS:
            raise unopened(shown, f"the document didn't arrive within {SECONDS:.0f} s", "Save it, and give the file.")
    return b"".join(pieces)


def _shown(url: str) -> str:
    """A URL as it may be printed: without a password or a query, where a key could stand."""
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2], query="", fragment="").geturl()


class _SameHost(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, req: Any, fp: Any, code: Any, msg: Any, headers: Any, newurl: Any) -> Any:
        """The request that a redirect leads to. Raises UnopenedError for one to another host."""
        if urlsplit(newurl).hostname != urlsplit(req.full_url).hostname:
            raise UnopenedError(
                unopened(
                    _shown(req.full_url),
                    f"it redirects to another host, {urlsplit(newurl).hostname}",
                    "Give that address if you trust it.",
                ).problems
            )
        return super().redirect_request(req, fp, code, msg, headers, newurl)

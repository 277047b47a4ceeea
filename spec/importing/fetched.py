"""The document at a URL: only what the user named, within limits."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from urllib.parse import urlsplit

import httpx2

from spec.problems import unopened
from spec.source import MAX_BYTES

SECONDS = 60.0
"""A download that takes longer is given up."""

REDIRECTS = 10

_ACCEPT = (
    "application/vnd.oai.openapi+json, application/json, application/vnd.oai.openapi, application/yaml;q=0.9, */*;q=0.5"
)
_HEADERS = {"Accept": _ACCEPT, "User-Agent": "seller-contract"}


def is_url(name: str) -> bool:
    """True for a name that is no file's."""
    return name.lower().startswith(("http://", "https://"))


def fetched(url: str, now: Callable[[], float] = time.monotonic) -> bytes:
    """The bytes at a URL. Raises UnopenedError.

    A redirect is followed on the same host only. Nothing is sent but the request: no key, no cookie.
    """
    shown = _shown(url)
    try:
        with httpx2.Client(headers=_HEADERS, timeout=SECONDS) as client:
            content = _downloaded(client, httpx2.URL(url), now)
    except (httpx2.HTTPError, httpx2.InvalidURL) as error:
        raise unopened(shown, f"it can't be fetched: {error}", _CHECK) from None
    if content.lstrip()[:1] == b"<":
        hint = "Give the address of the document itself; the page links to it, often as openapi.json or schema/."
        raise unopened(shown, "this is a web page, not a document", hint)
    return content


def _downloaded(client: httpx2.Client, url: httpx2.URL, now: Callable[[], float]) -> bytes:
    host = url.host
    for _ in range(REDIRECTS):
        shown = _shown(str(url))
        with client.stream("GET", url) as answer:
            if answer.has_redirect_location:
                url = url.join(answer.headers["Location"])
                if url.host != host:
                    hint = "Give that address if you trust it."
                    raise unopened(shown, f"it redirects to another host, {url.host}", hint)
                continue
            if not answer.is_success:
                own_means = answer.status_code in (401, 403)
                hint = "Save the document with your own means, and give the file." if own_means else _CHECK
                raise unopened(shown, f"the server answers {answer.status_code}", hint)
            return _read(answer.iter_bytes(), shown, now)
    raise unopened(_shown(str(url)), f"it redirects more than {REDIRECTS} times", _CHECK)


_CHECK = "Check the address, and that the server runs."


def _read(pieces: Iterable[bytes], shown: str, now: Callable[[], float]) -> bytes:
    begun, content = now(), bytearray()
    for piece in pieces:
        content += piece
        if len(content) > MAX_BYTES:
            raise unopened(shown, f"the document is larger than {MAX_BYTES >> 20} MiB", "Is it an OpenAPI document?")
        if now() - begun > SECONDS:
            raise unopened(shown, f"the document didn't arrive within {SECONDS:.0f} s", "Save it, and give the file.")
    return bytes(content)


def _shown(url: str) -> str:
    """A URL as it may be printed: without a password or a query, where a key could stand."""
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2], query="", fragment="").geturl()

"""Redaction of the key in every text where a server may have repeated it, in any spelling."""

from __future__ import annotations

import base64
import html
import json
import urllib.parse
from collections.abc import Iterator, Mapping

from conformance.transport.exchange import swap_case

SHORT_KEY = 3
"""A key of at most this length isn't treated as a secret: its redaction would garble every text."""


class Redaction:
    """Replaces keys, and the variants of them that are sent and reveal most of a key, by placeholders."""

    def __init__(self, placeholders: Mapping[str | None, str]) -> None:
        """`placeholders` has what is shown in place of each key."""
        found = {text: shown for key, shown in placeholders.items() for text in _spellings(key or "")}
        self._spellings = sorted(found.items(), key=lambda pair: (-len(pair[0]), pair))

    def __call__(self, text: str, most: int | None = None) -> str:
        """A text without the key, cut to `most` characters.

        The cut comes last: if it came first, half a key could remain at the end.
        """
        for spelling, placeholder in self._spellings:
            text = text.replace(spelling, placeholder)
        return text if most is None or len(text) <= most else f"{text[:most]}... ({len(text):,} characters)"


def _spellings(key: str) -> Iterator[str]:
    """The key and its variants, in the spellings that a server may use."""
    if len(key) <= SHORT_KEY:
        return
    variants = (key, swap_case(key), *([key[:-1]] if len(key) > 2 * SHORT_KEY else []))
    for pair in (*variants, f"{key}x"):
        # As HTTP Basic has it.
        yield from (base64.b64encode(f"{user}{pair}".encode()).decode() for user in ("", ":"))
    for text in variants:
        yield text
        yield json.dumps(text)[1:-1]
        yield json.dumps(text, ensure_ascii=False)[1:-1]
        yield json.dumps(text).replace("/", "\\/")[1:-1]
        yield html.escape(text)
        yield repr(text)[1:-1]
        yield repr(text.encode())[2:-1]
        yield text.encode().decode("latin-1")
        yield urllib.parse.quote(text)
        yield urllib.parse.quote(text, safe="")
        yield urllib.parse.quote_plus(text)

"""JSON pointers (RFC 6901): the only place that escapes, splits and follows them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote


def escape(token: str) -> str:
    """One key as a token of a pointer (section 3)."""
    return token.replace("~", "~0").replace("/", "~1") if "~" in token or "/" in token else token


def tokens(pointer: str) -> Iterator[str]:
    """The keys of a pointer, unescaped."""
    for raw in pointer.split("/")[1:]:
        yield raw.replace("~1", "/").replace("~0", "~") if "~" in raw else raw


def last(pointer: str) -> str:
    """The last key of a pointer or `$ref`, unescaped."""
    return pointer.rpartition("/")[2].replace("~1", "/").replace("~0", "~")


def of_ref(ref: str) -> str:
    """The pointer in a `$ref` into the same document, as `#/components/schemas/A%20B`."""
    return unquote(ref.removeprefix("#"))


def at(document: Any, pointer: str) -> Any:
    """The value at a pointer. Raises KeyError when it is missing."""
    for token in tokens(pointer):
        try:
            document = document[int(token)] if isinstance(document, (list, tuple)) else document[token]
        except (IndexError, ValueError, TypeError, KeyError):
            raise KeyError(pointer) from None
    return document

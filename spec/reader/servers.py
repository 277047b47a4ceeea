"""Servers: the URLs that paths are appended to (OpenAPI 3.1, Server Object)."""

from __future__ import annotations

from collections.abc import Mapping

from spec.model import JSON
from spec.reader.read_context import Object, ReadContext


def servers(context: ReadContext, holder: Object, pointer: str) -> tuple[str, ...]:
    """The URLs of a document's, a path's or an operation's servers, with every variable at its default."""
    found = (_url(node) for node in context.items(holder, "servers", pointer) if isinstance(node, Mapping))
    return tuple(url for url in found if url)


def _url(server: Object) -> str:
    url = str(server.get("url", ""))
    variables: JSON = server.get("variables")
    for name, about in variables.items() if isinstance(variables, Mapping) else ():
        if isinstance(about, Mapping) and "default" in about:
            url = url.replace(f"{{{name}}}", str(about["default"]))
    return url

"""Bodies: what is read, and what is written."""

from __future__ import annotations

import json
from typing import Any

from rest_framework import parsers, renderers

from .setup import on


class Json(renderers.JSONRenderer):
    """JSON."""


class Html(renderers.BaseRenderer):
    """The page for people."""

    media_type, format, charset = "text/html", "html", "utf-8"

    def render(self, data: Any, *_: Any, **__: Any) -> str:
        """The page."""
        return f"<html><pre>{json.dumps(data, default=str)}</pre></html>"


class Body(parsers.JSONParser):
    """JSON."""

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        """The body."""
        if on("body-500"):
            return _camel(json.loads(stream.read()))
        return _camel(super().parse(stream, media_type, parser_context))


def _camel(data: Any) -> Any:
    if not on("camel-case"):
        return data
    if isinstance(data, list):
        return [_camel(one) for one in data]
    if isinstance(data, dict):
        return {_snake(name): _camel(value) for name, value in data.items()}
    return data


def _snake(name: str) -> str:
    return "".join(
        f"_{c.lower()}" if c.isupper() and place and name[place - 1].islower() else c for place, c in enumerate(name)
    )

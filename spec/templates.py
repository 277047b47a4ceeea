"""Path templates (OpenAPI, Path Templating): `/products/{id}/`."""

from __future__ import annotations

import re

_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")


def placeholders(path: str) -> tuple[str, ...]:
    """The names in braces, in the path's order, each once."""
    return tuple(dict.fromkeys(_PLACEHOLDER.findall(path)))


def unnamed(path: str) -> str:
    """The path with its placeholders' names left out: two paths that differ in names alone are the same."""
    return _PLACEHOLDER.sub("{}", path)

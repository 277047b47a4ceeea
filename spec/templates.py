"""Path templates (OpenAPI, Path Templating): `/products/{id}/`."""

from __future__ import annotations

import re
from collections.abc import Mapping

_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")


def placeholders(path: str) -> tuple[str, ...]:
    """The names in braces, in the path's order, each once."""
    return tuple(dict.fromkeys(_PLACEHOLDER.findall(path)))


def unnamed(path: str) -> str:
    """The path without the names of its placeholders: two paths that differ only in names are equal."""
    return _PLACEHOLDER.sub("{}", path)


def filled(path: str, values: Mapping[str, str]) -> str:
    """The path with values in place of placeholders; a placeholder without a value stays."""
    return _PLACEHOLDER.sub(lambda found: values.get(found[1], found[0]), path)


def matcher(path: str, *, empty: bool = False) -> re.Pattern[str]:
    """A regular expression for the paths of a template: one group for each placeholder, in their order.

    A value holds no slash; it may be `empty` if so asked.
    """
    group = "([^/]*)" if empty else "([^/]+)"
    return re.compile(group.join(map(re.escape, _PLACEHOLDER.split(path)[::2])))

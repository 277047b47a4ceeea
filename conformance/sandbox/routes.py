"""From a method and a path to the operation that the document declares there."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from spec import Contract, Operation


@dataclass(frozen=True)
class Match:
    """The operation that answers a request, and what stands in its path's places."""

    operation: Operation
    path: Mapping[str, str]


@dataclass(frozen=True)
class NoMethod:
    """A path that there is, with other methods than the one asked for."""

    allowed: tuple[str, ...]


class Routes:
    """All paths of a contract."""

    def __init__(self, contract: Contract) -> None:
        """Compile the paths; one without places wins over one with."""
        by_path: dict[str, dict[str, Operation]] = {}
        for operation in contract.operations:
            by_path.setdefault(operation.path, {})[operation.method] = operation
        self._fixed = {path: methods for path, methods in by_path.items() if "{" not in path}
        self._open = [(_pattern(path), methods) for path, methods in by_path.items() if "{" in path]

    def match(self, method: str, path: str) -> Match | NoMethod | None:
        """Who answers, or None when there is no such path."""
        methods, places = self._fixed.get(path), {}
        if methods is None:
            for (pattern, names), candidates in self._open:
                found = pattern.fullmatch(path)
                if found:
                    methods, places = candidates, dict(zip(names, found.groups(), strict=True))
                    break
        if methods is None:
            return None
        operation = methods.get(method) or (methods.get("GET") if method == "HEAD" else None)
        return Match(operation, places) if operation else NoMethod(tuple(methods))


def _pattern(path: str) -> tuple[re.Pattern[str], tuple[str, ...]]:
    pieces = re.split(r"\{([^{}]*)\}", path)
    fixed, names = pieces[::2], pieces[1::2]
    return re.compile("([^/]+)".join(map(re.escape, fixed)), re.DOTALL), tuple(names)

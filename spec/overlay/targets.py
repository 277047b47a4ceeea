"""What the target of an Overlay's action selects: a JSONPath (RFC 9535) to JSON pointers.

Most targets name one element step by step, through a parameter by its name. They are followed directly, because a
large document has thousands of them. All others are evaluated by a library.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping

import jsonpath_rfc9535
from jsonpath_rfc9535.exceptions import JSONPathError, JSONPathRecursionError

from spec.model import JSON
from spec.pointers import escape

_QUOTED = r"'([^'\\]*)'"
_STEP = re.compile(rf"\.([A-Za-z_]\w*)|\[{_QUOTED}\]|\[(\d+)\]")
_WITH = re.compile(rf"\[\?@\.(\w+)=={_QUOTED}(?: && @\.(\w+)=={_QUOTED})?\]")


class BadTarget(ValueError):
    """A target that is no JSONPath; the message says why."""


def selected(document: JSON, target: str) -> list[str]:
    """The JSON pointers that a target selects, in the document's order. Raises BadTarget."""
    simple = _followed(document, target)
    if simple is not None:
        return simple
    try:
        found = jsonpath_rfc9535.find(target, document)
    except (JSONPathError, JSONPathRecursionError) as error:
        raise BadTarget(str(error)) from None
    return list(dict.fromkeys("".join(f"/{escape(str(step))}" for step in node.location) for node in found))


def _followed(document: JSON, target: str) -> list[str] | None:
    """The same for a target of plain steps and filters by one or two texts; None for any other."""
    if not target.startswith("$"):
        return None
    at, found = 1, [("", document)]
    while at < len(target):
        step, filtered = _STEP.match(target, at), _WITH.match(target, at)
        if step is not None:
            name, quoted, index = step.groups()
            key: str | int = int(index) if index is not None else (name or quoted or "")
            found = [(f"{pointer}/{escape(str(key))}", node[key]) for pointer, node in found if _has(node, key)]
            at = step.end()
        elif filtered is not None and all(isinstance(node, list) for _, node in found):
            first, text, second, other = filtered.groups()
            found = [
                (f"{pointer}/{index}", each)
                for pointer, node in found
                for index, each in enumerate(node)
                if isinstance(each, Mapping)
                and each.get(first) == text
                and (second is None or each.get(second) == other)
            ]
            at = filtered.end()
        else:
            return None
    return [pointer for pointer, _ in found]


def _has(node: JSON, key: str | int) -> bool:
    if isinstance(key, int):
        return isinstance(node, list) and key < len(node)
    return isinstance(node, Mapping) and key in node


def member(target: str, key: str) -> str:
    """A target's member of that name, as RFC 9535 writes it."""
    return f"{target}.{key}" if re.fullmatch(r"[A-Za-z_]\w*", key, re.ASCII) else f"{target}[{quoted(key)}]"


def quoted(text: str) -> str:
    """A text as RFC 9535 writes it between single quotes."""
    return "'" + json.dumps(text, ensure_ascii=False)[1:-1].replace('\\"', '"').replace("'", "\\'") + "'"


def of_pointer(document: JSON, pointer: str) -> str:
    """A target for one element: members by their names, parameters by name and place, whatever their order."""
    return "$" + "".join(_steps(document, pointer))


def _steps(document: JSON, pointer: str) -> Iterator[str]:
    node, inside = document, ""
    for raw in pointer.split("/")[1:]:
        token = raw.replace("~1", "/").replace("~0", "~")
        if isinstance(node, list):
            node = node[int(token)]
            named = inside == "parameters" and isinstance(node, Mapping) and "name" in node
            yield (
                f"[?@.name=={quoted(str(node['name']))} && @.in=={quoted(str(node.get('in')))}]"
                if named
                else f"[{token}]"
            )
        else:
            node = node[token]
            yield member("", token)
        inside = token

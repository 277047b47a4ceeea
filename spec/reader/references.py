"""`$ref`s that lead nowhere, anywhere in the document, and the operations that they make unreadable.

Reading an operation follows only the references at its surface; those inside schemas are followed by
whoever uses the schema. So that this can't fail there, all of them are looked at here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from spec.model import JSON
from spec.reader.ground import Ground
from spec.source_text import escape

_DATA = frozenset({"example", "default", "enum", "const", "mapping"})
"""Keys that hold plain data: what looks like a reference there is none."""
_NAMES = frozenset(
    {"properties", "patternProperties", "$defs", "dependentSchemas", "headers", "responses", "callbacks"}
)
"""Keys whose members the author names: a property may be called `example`, a response is called `default`."""


def check(ground: Ground) -> None:
    """Note every `$ref` that can't be followed, with the operations that reach it."""
    users: dict[str, set[str]] = {}  # owner of a target -> owners of the references to it
    known: dict[str, str | None] = {}
    broken: list[tuple[int, str]] = []
    for pointer, ref in references(ground.data):
        if not isinstance(ref, str) or known.get(ref, ref) is None or ref not in known:
            index = len(ground.problems)
            known[str(ref)] = ground.target(ref, pointer)
            if known[str(ref)] is None:
                broken.append((index, _owner(pointer)))
        target = known[str(ref)]
        if target is not None:
            users.setdefault(_owner(target), set()).add(_owner(pointer))
    for index, owner in broken:
        concerned = tuple(sorted(user for user in _reaching(owner, users) if not user.startswith("/components/")))
        ground.problems[index] = replace(ground.problems[index], operations=concerned)


def references(document: JSON) -> Iterator[tuple[str, JSON]]:
    """The pointer and the `$ref` of every reference object, outside of examples and other plain data."""
    waiting: list[tuple[JSON, str, bool]] = [(document, "", False)]
    while waiting:
        node, pointer, names = waiting.pop()
        if isinstance(node, list):
            waiting.extend(
                (child, f"{pointer}/{index}", False)
                for index, child in enumerate(node)
                if isinstance(child, (dict, list))
            )
            continue
        if "$ref" in node and not (names and isinstance(node["$ref"], dict)):
            yield pointer, node["$ref"]
        for key, child in node.items():
            if not isinstance(child, (dict, list)) or (not names and (key in _DATA or key.startswith("x-"))):
                continue
            if key == "examples" and not names:
                # In a schema a list of plain values; elsewhere named Example Objects, which may be references.
                entries = child.items() if isinstance(child, dict) else ()
                yield from (
                    (f"{pointer}/examples/{escape(name)}", entry["$ref"])
                    for name, entry in entries
                    if isinstance(entry, dict) and "$ref" in entry
                )
                continue
            waiting.append((child, f"{pointer}/{escape(key)}", not names and key in _NAMES))


def _owner(pointer: str) -> str:
    """What a pointer belongs to: an operation, a path, a component, or the document ("")."""
    tokens = pointer.split("/")
    if tokens[1:2] == ["paths"]:
        return "/".join(tokens[: 3 if tokens[3:4] in (["parameters"], ["servers"], []) else 4])
    if tokens[1:3] == ["components", "pathItems"]:
        return "/".join(tokens[: 4 if tokens[4:5] in (["parameters"], ["servers"], []) else 5])
    return "/".join(tokens[:4])


def _reaching(owner: str, users: dict[str, set[str]]) -> set[str]:
    """The owners that lead to `owner` by references, itself among them."""
    found, waiting = {owner}, [owner]
    while waiting:
        for user in users.get(waiting.pop(), set()) - found:
            found.add(user)
            waiting.append(user)
    return found

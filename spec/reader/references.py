"""`$ref`s without a target or in a circle, anywhere in the document, and the operations that they break.

Reading an operation follows only the references at its surface. Users of a schema follow those inside it. All
references are checked here, so that this can't fail later.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from spec import walk
from spec.pointers import at
from spec.reader.read_context import Object, ReadContext


def check(context: ReadContext) -> None:
    """Note every `$ref` that can't be followed and every schema that is itself, with the operations that reach it."""
    targets: dict[str, str] = {}
    users: dict[str, set[str]] = {}  # owner of a target -> owners of the references to it
    parts: dict[str, list[str]] = {}  # schema -> the schemas that it consists of
    broken: list[tuple[int, str]] = []  # index of a problem, owner of its place
    for pointer, node, is_schema in walk.objects(context.data):
        target = None
        if "$ref" in node:
            ref = str(node["$ref"])
            target = targets[ref] if ref in targets else context.target(node["$ref"], pointer)
            if target is None:
                broken.append((len(context.problems) - 1, _owner(pointer)))
            else:
                targets[ref] = target
                users.setdefault(_owner(target), set()).add(_owner(pointer))
        if is_schema:
            parts[pointer] = [*_alternatives(node, pointer), *([] if target is None else [target])]
    for pointer in _circles(parts):
        context.circular(str(at(context.data, pointer)["$ref"]), pointer)
        broken.append((len(context.problems) - 1, _owner(pointer)))
    for index, owner in broken:
        concerned = tuple(sorted(user for user in _reaching(owner, users) if _is_operation(user)))
        context.problems[index] = replace(context.problems[index], operations=concerned)


def _alternatives(schema: Object, pointer: str) -> Iterator[str]:
    for key in ("allOf", "anyOf", "oneOf"):
        branches = schema.get(key)
        yield from (f"{pointer}/{key}/{index}" for index in range(len(branches) if isinstance(branches, list) else 0))


def _circles(parts: Mapping[str, list[str]]) -> Iterator[str]:
    """Schemas whose `$ref` leads back to a schema that they are part of, one for each circle."""
    done: set[str] = set()
    for start in parts:
        path: dict[str, Iterator[str]] = {} if start in done else {start: iter(parts[start])}
        while path:
            pointer = next(reversed(path))
            part = next(path[pointer], None)
            if part is None:
                path.popitem()
                done.add(pointer)
            elif part in path:
                yield pointer
            elif part not in done:
                path[part] = iter(parts.get(part, ()))


def _owner(pointer: str) -> str:
    """The owner of a pointer: an operation, a path, a component, or the document ("")."""
    tokens = pointer.split("/")
    path = 3 if tokens[1:2] == ["paths"] else 4  # /paths/~1x, /components/pathItems/X, /components/schemas/X
    is_path = tokens[1:2] == ["paths"] or tokens[1:3] == ["components", "pathItems"]
    in_operation = is_path and tokens[path : path + 1] not in ([], ["parameters"], ["servers"])
    return "/".join(tokens[: path + 1 if in_operation else path])


def _is_operation(owner: str) -> bool:
    return owner.startswith(("/paths/", "/components/pathItems/"))


def _reaching(owner: str, users: Mapping[str, set[str]]) -> set[str]:
    """The owners that reach `owner` by references, including itself."""
    found, waiting = {owner}, [owner]
    while waiting:
        for user in users.get(waiting.pop(), set()) - found:
            found.add(user)
            waiting.append(user)
    return found

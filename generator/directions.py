"""Which definitions are sent or received, and which differ by direction."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, TypeAlias

from generator import flat
from generator.flat import Schema

Use: TypeAlias = Literal["sent", "patched", "received", "both"]
"""`patched` is sent to change a part: nothing in it is required. `both` serves either direction."""

Target: TypeAlias = Callable[[str], Any]
"""The value at a `$ref`, or an empty schema."""


class Directions:
    """How the operations of a document use its definitions."""

    def __init__(
        self,
        target: Target,
        sent: Sequence[Schema],
        received: Sequence[Schema],
        children: Mapping[str, Sequence[str]],
        directed: Callable[[Schema], bool],
    ) -> None:
        """`sent` and `received` are all schemas of request and response bodies; `children` the definitions that a
        base class stands for; `directed` is true for a property that is only sent or only received."""
        self._target = target
        self._children = children
        self._reach: dict[str, frozenset[str]] = {}
        self._sent = self._closure(sent)
        self._received = self._closure(received)
        self._marked = self._find(directed)

    def of(self, ref: str, use: Use) -> Use:
        """The use of a definition, from the use of a definition that refers to it."""
        if use == "patched":
            return use
        if use == "sent":
            return "both" if ref in self._received and ref not in self._marked else use
        if ref in self._marked:
            return "received"
        return "both" if ref in self._sent else "received"

    def splits(self, ref: str) -> bool:
        """True when a definition is sent and received, and differs by direction."""
        return ref in self._marked

    def is_received(self, ref: str) -> bool:
        """True when some response holds it."""
        return ref in self._received

    def _closure(self, roots: Sequence[Schema]) -> frozenset[str]:
        """Every `$ref` that can be reached."""
        found: set[str] = set()
        todo = [ref for root in roots for ref in flat.refs(root)]
        while todo:
            ref = todo.pop()
            if ref not in found:
                found.add(ref)
                todo.extend(self._direct(ref))
        return frozenset(found)

    def _direct(self, ref: str) -> frozenset[str]:
        if ref not in self._reach:
            self._reach[ref] = frozenset((*flat.refs(self._target(ref)), *self._children.get(ref, ())))
        return self._reach[ref]

    def _find(self, directed: Callable[[Schema], bool]) -> frozenset[str]:
        """The definitions that are sent and received and hold, at any depth, a property of one direction only."""
        both = self._sent & self._received
        users: dict[str, set[str]] = {}
        for ref in both:
            for used in self._direct(ref):
                users.setdefault(used, set()).add(ref)
        waiting = [ref for ref in both if any(directed(node) for node in flat.inner(self._target(ref)))]
        marked = set(waiting)
        while waiting:
            for user in users.get(waiting.pop(), set()) - marked:
                marked.add(user)
                waiting.append(user)
        return frozenset(marked)

"""A document while an Overlay changes it, with the place of each value."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from spec.model import JSON, Location
from spec.pointers import at, escape, last
from spec.source import Source

Where = Callable[[str], Location]
"""From a pointer into an update to its place: "" is the update itself."""


class Work:
    """A copy of a document. Values that come keep their own places; those that go lose theirs."""

    def __init__(self, source: Source) -> None:
        self.data = copy(source.data)
        self.locations = dict(source.locations)

    def merge(self, pointer: str, update: Mapping[str, JSON], where: Where) -> None:
        """Overlay's rule: objects are merged, lists are joined, everything else is replaced."""
        node: dict[str, Any] = at(self.data, pointer)
        for key, value in update.items():
            token = escape(key)
            self._member(node, key, f"{pointer}/{token}", value, _within(where, token))

    def _member(self, node: dict[str, Any], key: str, pointer: str, value: JSON, where: Where) -> None:
        known = node.get(key)
        if isinstance(known, dict) and isinstance(value, Mapping):
            self.merge(pointer, value, where)
        elif isinstance(known, list) and isinstance(value, list):
            for index, each in enumerate(value):
                self.append(pointer, each, _within(where, str(index)))
        else:
            if isinstance(known, (dict, list)):
                self._forget(pointer)
            node[key] = copy(value)
            self._place(pointer, "", value, where)

    def append(self, pointer: str, value: JSON, where: Where) -> None:
        """Add a value to a list."""
        node: list[Any] = at(self.data, pointer)
        node.append(copy(value))
        self._place(f"{pointer}/{len(node) - 1}", "", value, where)

    def remove(self, pointer: str) -> None:
        """Take an element away. In a list, those behind it move up."""
        parent, _, token = pointer.rpartition("/")
        node = at(self.data, parent)
        self._forget(pointer)
        if isinstance(node, list):
            del node[int(token)]
            for index in range(int(token), len(node)):
                self._move(f"{parent}/{index + 1}", f"{parent}/{index}")
        else:
            del node[last(pointer)]

    def _place(self, pointer: str, inner: str, value: JSON, where: Where) -> None:
        """Record where a value and everything in it stand."""
        self.locations[pointer + inner] = where(inner)
        for key, each in _members(value):
            self._place(pointer, f"{inner}/{escape(key)}", each, where)

    def _forget(self, pointer: str) -> None:
        """Drop the places of a value that goes, and of everything in it."""
        waiting = [(pointer, at(self.data, pointer))]
        while waiting:
            here, value = waiting.pop()
            self.locations.pop(here, None)
            waiting += [(f"{here}/{escape(key)}", each) for key, each in _members(value)]

    def _move(self, old: str, new: str) -> None:
        for known in self._inside(old):
            self.locations[new + known[len(old) :]] = self.locations.pop(known)

    def _inside(self, pointer: str) -> list[str]:
        return [key for key in self.locations if key == pointer or key.startswith(f"{pointer}/")]


def _within(where: Where, token: str) -> Where:
    """The places of what is in a member of an update."""
    return lambda inner: where(f"/{token}{inner}")


def _members(value: JSON) -> Iterator[tuple[str, JSON]]:
    if isinstance(value, Mapping):
        yield from value.items()
    elif isinstance(value, list):
        yield from ((str(index), each) for index, each in enumerate(value))


def copy(value: JSON) -> JSON:
    """A deep copy: what aliases share would otherwise change together."""
    if isinstance(value, Mapping):
        return {key: copy(each) for key, each in value.items()}
    return [copy(each) for each in value] if isinstance(value, list) else value

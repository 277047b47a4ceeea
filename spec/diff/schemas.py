"""Two schemas compared, for those who send values and for those who read them.

A sender breaks when less is accepted, a reader when more may come. The exception is the vendor's own rule
for growth: new fields and new enum values in responses must be tolerated, so they break nobody.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from spec.diff.change import Level
from spec.model import JSON, Contract
from spec.pointers import escape

Direction = Literal["request", "response"]

_LOWER = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties")
_UPPER = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties")
_WORDS = ("description", "title", "example", "examples", "x-provenance")


@dataclass(frozen=True)
class Node:
    """A schema of a contract, and where it stands."""

    contract: Contract
    schema: Mapping[str, JSON]
    pointer: str

    @property
    def words(self) -> Mapping[str, JSON]:
        """The keywords that hold here: through `$ref` and `allOf`, the nearer one winning."""
        node = self.resolved
        found: dict[str, JSON] = {}
        for branch in node.branches():
            found.update({key: value for key, value in branch.words.items() if key != "required"})
        return {**found, **node.schema}

    @property
    def resolved(self) -> Node:
        """The schema itself: `$ref`s followed, siblings kept."""
        node, seen = self, set()
        while isinstance(node.schema.get("$ref"), str) and node.schema["$ref"] not in seen:
            ref = node.schema["$ref"]
            seen.add(ref)
            siblings = {key: value for key, value in node.schema.items() if key != "$ref"}
            node = Node(self.contract, {**self.contract.resolve({"$ref": ref}), **siblings}, ref.removeprefix("#"))
        return node

    def branches(self) -> tuple[Node, ...]:
        """What the schema is all of."""
        listed = self.schema.get("allOf", ())
        return tuple(
            Node(self.contract, branch, f"{self.pointer}/allOf/{index}")
            for index, branch in enumerate(listed)
            if isinstance(branch, Mapping)  # in 3.1 true is a schema, and says nothing
        )

    def fields(self) -> dict[str, Node]:
        """The named properties, through `$ref` and `allOf`."""
        node = self.resolved
        found = {name: field for branch in node.branches() for name, field in branch.fields().items()}
        for keyword in ("properties", "patternProperties"):
            for name, sub in node.schema.get(keyword, {}).items():
                if isinstance(sub, Mapping):
                    found[name] = Node(self.contract, sub, f"{node.pointer}/{keyword}/{escape(name)}")
        return found

    def child(self, keyword: str) -> Node | None:
        """The schema under a keyword, or None."""
        node = self.resolved
        for holder in (*reversed(node.branches()), node):
            sub = holder.schema.get(keyword)
            if isinstance(sub, Mapping):
                return Node(self.contract, sub, f"{holder.pointer}/{keyword}")
        return None


@dataclass(frozen=True)
class Difference:
    """One difference between two schemas; `path` is where in the value, as `results[].name`."""

    path: str
    kind: str
    what: str
    level: Level
    why: str
    old: str | None
    new: str | None
    """JSON pointers."""


_WHY: Mapping[tuple[Direction, str], str] = {
    ("request", "major"): "A value that was accepted may be refused.",
    ("request", "minor"): "Everything that was accepted still is.",
    ("response", "major"): "A reader may get what it couldn't get before.",
    ("response", "minor"): "Whoever could read the old values can read the new ones.",
}


def compare(old: Node, new: Node, direction: Direction) -> Iterator[Difference]:
    """Every difference between two schemas, from the outside in."""
    yield from _compare(old, new, direction, "", set())


def _compare(old: Node, new: Node, direction: Direction, path: str, seen: set[tuple[str, str]]) -> Iterator[Difference]:
    """`seen` holds the pairs that were compared already: a schema may hold itself, and be used many times."""
    pair = (old.pointer, new.pointer)
    if pair in seen:
        return
    seen.add(pair)
    before, after = old.words, new.words

    def say(kind: str, what: str, narrower: bool | None, why: str = "") -> Difference:
        """`narrower`: True when less fits than before, False when more does, None for wording."""
        level: Level = "patch" if narrower is None else "major" if narrower == (direction == "request") else "minor"
        return Difference(
            path, kind, what, level, why or _WHY.get((direction, level), _WORDING), old.pointer, new.pointer
        )

    yield from _types(before, after, direction, say)
    yield from _choices(before, after, direction, say)
    yield from _bounds(before, after, direction, say)
    if before.get("default") != after.get("default") and direction == "request":
        what = f"the default was {_shown(before, 'default')} and is {_shown(after, 'default')}"
        yield say("default", what, True, "Leaving it out now means something else.")
    if after.get("deprecated") is True and before.get("deprecated") is not True:
        yield say("deprecated", "deprecated", None, "It still works.")
    if any(before.get(word) != after.get(word) for word in _WORDS):
        yield say("wording", "described in other words", None)
    for keyword in ("anyOf", "oneOf"):
        yield from _alternatives(before.get(keyword), after.get(keyword), keyword, say)
    yield from _fields(old, new, direction, path, seen)
    yield from _open(before, after, say)
    for keyword, step in (("items", "[]"), ("additionalProperties", ".*")):
        one, other = old.child(keyword), new.child(keyword)
        if one and other:
            yield from _compare(one, other, direction, f"{path}{step}".lstrip("."), seen)


_WORDING = "Only words are different."
_Say = Callable[..., Difference]


def _types(
    before: Mapping[str, JSON], after: Mapping[str, JSON], direction: Direction, say: _Say
) -> Iterator[Difference]:
    one, other = _type_set(before), _type_set(after)
    lost, won = one - other, other - one
    if "null" in lost | won and before.get("type") and after.get("type"):
        if "null" in won:
            yield say("nullable", "may be null now", False)
        else:
            yield say("not-nullable", "can't be null any more", True)
        lost, won = lost - {"null"}, won - {"null"}
    if lost or won:
        what = f"the type was {_listed(one)} and is {_listed(other)}"
        # Neither wider nor narrower is worse for both sides: then it breaks.
        yield say("type", what, bool(lost) if not (lost and won) else direction == "request")
    if before.get("format") != after.get("format") and not (lost and won):
        what = f"the format was {_shown(before, 'format')} and is {_shown(after, 'format')}"
        both = "format" in before and "format" in after
        yield say("format", what, direction == "request" if both else "format" in after)


def _type_set(words: Mapping[str, JSON]) -> set[str]:
    declared = words.get("type")
    types = set(declared) if isinstance(declared, list) else {declared} if declared else {"any"}
    if words.get("nullable") is True:
        types.add("null")
    return types | ({"integer"} if "number" in types else set())


def _choices(
    before: Mapping[str, JSON], after: Mapping[str, JSON], direction: Direction, say: _Say
) -> Iterator[Difference]:
    one, other = _enum(before), _enum(after)
    if one == other:
        return
    if one is None or other is None:
        what = "any value" if other is None else f"one of {', '.join(other)}"
        if direction == "request":
            yield say("enum", f"now takes {what}", other is not None)
        else:
            yield say("enum", f"now shows {what}", True, _TOLERANT)
        return
    lost, won = [v for v in one if v not in other], [v for v in other if v not in one]
    if lost:
        yield say("enum.removed", f"{', '.join(lost)} can't stand here any more", True)
    if won:
        # In a response this is compatible by the vendor's rule, so it is told like a narrowing.
        why = _TOLERANT if direction == "response" else ""
        yield say("enum.added", f"{', '.join(won)} may stand here now", direction == "response", why)


_TOLERANT = "Readers must tolerate values that they don't know: the API grows compatibly."


def _enum(words: Mapping[str, JSON]) -> list[str] | None:
    values = [words["const"]] if "const" in words else words.get("enum")
    return [json.dumps(value, ensure_ascii=False) for value in values] if isinstance(values, list) else None


def _bounds(
    before: Mapping[str, JSON], after: Mapping[str, JSON], direction: Direction, say: _Say
) -> Iterator[Difference]:
    for word in (*_LOWER, *_UPPER, "pattern", "multipleOf", "uniqueItems"):
        one, other = before.get(word), after.get(word)
        if one == other:
            continue
        what = f"{word} was {_shown(before, word)} and is {_shown(after, word)}"
        if word not in (*_LOWER, *_UPPER) and one is not None and other is not None:
            yield say("bounds", what, direction == "request")  # which is narrower can't be told: it breaks
        elif isinstance(one, (int, float)) and isinstance(other, (int, float)):
            yield say("bounds", what, (other > one) == (word in _LOWER))
        else:
            yield say("bounds", what, other is not None)


def _alternatives(before: JSON, after: JSON, keyword: str, say: _Say) -> Iterator[Difference]:
    one, other = _named(before), _named(after)
    for name in one - other:
        yield say(f"{keyword}.removed", f"can't be {name} any more", True)
    for name in other - one:
        yield say(f"{keyword}.added", f"may be {name} now", False)


def _named(alternatives: JSON) -> set[str]:
    listed = alternatives if isinstance(alternatives, list) else []
    return {
        str(a.get("$ref", json.dumps(a, sort_keys=True))).rpartition("/")[2] if isinstance(a, dict) else str(a)
        for a in listed
    }


def _fields(old: Node, new: Node, direction: Direction, path: str, seen: set[tuple[str, str]]) -> Iterator[Difference]:
    before, after = old.fields(), new.fields()
    must, must_now = old.contract.required(old.schema), new.contract.required(new.schema)
    for name in {**before, **after}:
        here = f"{path}.{name}".lstrip(".")
        one, other = before.get(name), after.get(name)
        if one and other:
            yield from _due(here, name in must, name in must_now, direction, one, other)
            yield from _compare(one, other, direction, here, seen)
        elif one:
            why = (
                "Whoever sends it is refused or not heard."
                if direction == "request"
                else "Whoever reads it finds nothing."
            )
            yield Difference(here, "field.removed", "removed", "major", why, one.pointer, None)
        elif other:
            required = direction == "request" and name in must_now
            why = (
                "Whoever doesn't know it sends too little."
                if required
                else "Whoever doesn't know it needn't send it."
                if direction == "request"
                else "Readers must tolerate fields that they don't know: the API grows compatibly."
            )
            what = "added, and required" if required else "added"
            yield Difference(here, "field.added", what, "major" if required else "minor", why, None, other.pointer)


def _due(path: str, was: bool, now: bool, direction: Direction, old: Node, new: Node) -> Iterator[Difference]:
    if was == now:
        return
    breaking = now == (direction == "request")
    level: Level = "major" if breaking else "minor"
    what = "required now" if now else "optional now"
    if direction == "request":
        why = "Whoever left it out is refused." if now else "Whoever sends it still may."
    else:
        why = "A reader can rely on it now." if now else "A reader that relies on it may find nothing."
    yield Difference(path, "field.required", what, level, why, old.pointer, new.pointer)


def _open(before: Mapping[str, JSON], after: Mapping[str, JSON], say: _Say) -> Iterator[Difference]:
    closed, closed_now = (words.get("additionalProperties") is False for words in (before, after))
    if closed != closed_now:
        yield say("fields", "no other fields any more" if closed_now else "other fields are allowed now", closed_now)


def _shown(words: Mapping[str, JSON], word: str) -> str:
    return json.dumps(words[word], ensure_ascii=False) if word in words else "not given"


def _listed(types: set[str]) -> str:
    return " or ".join(sorted(types - {"integer"} if "number" in types else types))

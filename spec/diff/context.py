"""The shared data of a comparison: both documents, their schemas, and the findings so far."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from spec import vocabulary
from spec.diff.change import Called, Finding
from spec.diff.checks import short
from spec.diff.facts import same
from spec.diff.normal import Schemas
from spec.diff.rules import RULES
from spec.diff.schemas import Comparer, Direction, Pair, joined
from spec.diff.side import Place, Side
from spec.model import JSON
from spec.pointers import escape

DOCUMENT = Called("")

_FLIPPED: dict[Direction, Direction] = {"request": "response", "response": "request"}


@dataclass(frozen=True)
class Root:
    """A schema that an operation uses: compared when all are known, so that each pair is compared once."""

    operation: Called
    subject: str
    direction: Direction
    pair: Pair
    about: str = ""
    """The parameter that it is the schema of."""


@dataclass
class Context:
    """The state of a comparison of two documents."""

    old: Side
    new: Side
    findings: list[Finding] = field(default_factory=list)
    roots: list[Root] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.schemas = Comparer(Schemas(self.old), Schemas(self.new))

    # -- saying --------------------------------------------------------------------------------------

    def say(
        self,
        rule: str,
        operation: Called,
        subject: str,
        what: str,
        old: str | None,
        new: str | None,
        before: JSON = None,
        after: JSON = None,
        *,
        hint: str = "",
        about: str = "",
    ) -> None:
        """Note a difference. In callbacks and webhooks, where the server sends the request, some rules differ."""
        if operation.sent:
            turned = f"sent.{rule.removesuffix('.required.added')}.added" if rule.endswith(".required.added") else ""
            turned = turned or f"sent.{rule.replace('.success', '').replace('.default', '')}"
            rule = turned if turned in RULES else rule
        self.findings.append(Finding(rule, operation, subject, what, old, new, before, after, hint, about))

    def differ(
        self, rule: str, operation: Called, subject: str, key: str, old: Place, new: Place, name: str = ""
    ) -> None:
        """Note that a key's value differs, if it does."""
        one, other = old.node.get(key), new.node.get(key)
        if not same(one, other):
            what = f"{name or key} was {short(one)} and is {short(other)}"
            self.say(rule, operation, subject, what, under(old, key), under(new, key), one, other)

    def rest(
        self,
        operation: Called,
        subject: str,
        old: Place,
        new: Place,
        taken: Iterable[str],
        words: Iterable[str],
        words_rule: str,
    ) -> None:
        """The keys that no comparison used: descriptions, extensions, and keys without a rule."""
        taken, words = set(taken), set(words)
        for key in map(str, [*old.node, *(key for key in new.node if key not in old.node)]):
            one, other = old.node.get(key), new.node.get(key)
            if key in taken or (same(one, other) and (key in old.node) == (key in new.node)):
                continue
            if key in words or (key == "x-provenance" and self.means(key)):
                what = f"{_plain_name(key)} {_came_or_went(one, other)}"
                self.say(words_rule, operation, subject, what, under(old, key), under(new, key), one, other)
            elif key.startswith("x-"):
                what = f"{key} was {short(one)} and is {short(other)}"
                self.say("extension", operation, subject, what, under(old, key), under(new, key), one, other)
            else:
                what = f"`{key}` was {short(one)} and is {short(other)}, which no rule judges"
                self.say("unknown", operation, subject, what, under(old, key), under(new, key), one, other)

    def flags(self, key: str, old: Place, new: Place) -> tuple[bool, bool]:
        """Whether a key is true, before and after."""
        return self.old.flag(old, key), self.new.flag(new, key)

    def extensions(self, operation: Called, subject: str, old: Place, new: Place, key: str) -> None:
        """The extensions of a holder whose other keys are an author's names."""
        one, other = (
            Place({k: v for k, v in holder.items() if str(k).startswith("x-")}, f"{place.pointer}/{escape(key)}")
            if isinstance(holder := place.node.get(key), Mapping)
            else Place({}, place.pointer)
            for place in (old, new)
        )
        self.rest(operation, subject, one, other, (), (), "document.words")

    def means(self, extension: str) -> bool:
        """True when an extension is the vocabulary's, and a document uses the vocabulary."""
        return (self.old.vocabulary or self.new.vocabulary) and extension in vocabulary.names()

    # -- schemas -------------------------------------------------------------------------------------

    def schema(
        self,
        operation: Called,
        subject: str,
        direction: Direction,
        old: Place,
        new: Place,
        *,
        key: str = "schema",
        textual: bool = False,
        about: str = "",
    ) -> None:
        """Compare the schemas under a key later; a missing one accepts everything."""
        before = (f"{old.pointer}/{escape(key)}",) if key in old.node else ()
        after = (f"{new.pointer}/{escape(key)}",) if key in new.node else ()
        if before or after:
            side = self.travels(operation, direction)
            self.roots.append(Root(operation, subject, side, Pair(before, after, textual), about))

    def travels(self, operation: Called, direction: Direction) -> Direction:
        """The direction as callers see it: in callbacks and webhooks they receive the request."""
        return _FLIPPED[direction] if operation.sent else direction

    def compare_schemas(self) -> None:
        """Turn the schemas' differences into findings of the operations that use them."""
        for root in self.roots:
            if not self.schemas.differs(root.pair):
                continue
            for pair, path, only in self.schemas.reach(root.pair, changed=True):
                for difference in self.schemas.compare(pair).own:
                    if only in (None, root.direction) and difference.only in (None, root.direction):
                        where = joined(path, difference.step)
                        field = where.rpartition(".")[2].removesuffix("[]")
                        self.findings.append(
                            Finding(
                                f"{root.direction}.{difference.aspect}.{difference.relation}",
                                root.operation,
                                f"{root.subject} {where}".strip(),
                                difference.what,
                                difference.old or None,
                                difference.new or None,
                                difference.before,
                                difference.after,
                                about=field if "__KEY__" in field else root.about or field,
                            )
                        )


def under(place: Place, key: str) -> str | None:
    """The pointer of a key, of its holder where it isn't there, or None where not even that is."""
    if key in place.node:
        return f"{place.pointer}/{escape(key)}"
    return place.pointer or None


def at(place: Place) -> str | None:
    """The pointer of an object, None where it isn't there."""
    return place.pointer or None


def _plain_name(key: str) -> str:
    named = {
        "x-provenance": "where it comes from",
        "description": "the description",
        "summary": "the summary",
        "example": "the example",
        "examples": "the examples",
    }
    return named.get(key, f"`{key}`")


def _came_or_went(one: JSON, other: JSON) -> str:
    if one is None:
        return f"is {short(other)} now"
    if other is None:
        return f"was {short(one)} and is gone"
    return f"was {short(one)} and is {short(other)}"

"""The facts of two schemas side by side, keyword by keyword."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from spec.diff import checks, unions
from spec.diff.differences import Compared, Difference, Direction, Edge, Pair, Relation
from spec.diff.facts import ATOMS, RELEVANT, Facts, Key, same
from spec.diff.normal import Schemas
from spec.model import JSON

if TYPE_CHECKING:
    from spec.diff.schemas import Comparer


@dataclass
class SideBySide:
    """Two schemas' facts side by side, and the differences found so far."""

    comparer: Comparer
    pair: Pair
    found: Compared

    def compare(self) -> None:
        """Fill in what differs."""
        self.before, self.after = self.comparer.old.facts(self.pair.old), self.comparer.new.facts(self.pair.new)
        before, after = self.before, self.after
        self._words()
        if not self._types():
            return
        if unions.compare(self):
            return
        for name in sorted({*before.checks, *after.checks}):
            relevant = RELEVANT.get(name, ATOMS)
            if bool(relevant & before.types) == bool(relevant & after.types):  # else it goes with a type
                self._check(name)
        self._properties()
        self._subschemas()
        self._prefix()
        self._maps("patternProperties", before.patterns, after.patterns)
        self._dependents()

    def say(
        self,
        aspect: str,
        relation: Relation,
        what: str,
        before: JSON = None,
        after: JSON = None,
        *,
        keyword: str = "",
        step: str = "",
        only: Direction | None = None,
        places: tuple[str, str] | None = None,
    ) -> None:
        """Note a difference; it stands where the keyword does."""
        keyword = keyword or aspect
        old, new = places or (self.before.where(keyword, self.old_home), self.after.where(keyword, self.new_home))
        self.found.own.append(Difference(aspect, relation, what, old, new, before, after, step, only))

    def edge(self, old: Key, new: Key, step: str, only: Direction | None = None) -> None:
        """Note a part that is compared by itself."""
        if old or new:
            self.found.edges.append(Edge(Pair(old, new, self.pair.textual), step, only))

    @cached_property
    def old_home(self) -> str:
        """The place of the old schema."""
        return self.comparer.old.side.home(self.pair.old[-1]) if self.pair.old else ""

    @cached_property
    def new_home(self) -> str:
        """The place of the new schema."""
        return self.comparer.new.side.home(self.pair.new[-1]) if self.pair.new else ""

    def equal(self, old: Key, new: Key) -> bool:
        """True when two schemas differ in words at most."""
        return self.comparer.equal(Pair(old, new))

    def within(self, old: Key, new: Key) -> bool:
        """True when all that fits an old schema fits a new one."""
        return self.comparer.within(Pair(old, new))

    def within_back(self, old: Key, new: Key) -> bool:
        """True when all that fits a new schema fitted an old one."""
        return self.comparer.reversed.within(Pair(new, old))

    # -- marks and words -----------------------------------------------------------------------------

    def _words(self) -> None:
        before, after = self.before, self.after
        for name in sorted({*before.words, *after.words}):
            if same(list(before.words.get(name, ())), list(after.words.get(name, ()))) or name in {
                *before.checks,
                *after.checks,
            }:
                continue
            keyword = name.removeprefix("idle ")
            said = (
                f"`{keyword}` has no effect here, and differs" if name != keyword else f"{_words_for(keyword)} differs"
            )
            self.say("words", "words", said, before.words.get(name), after.words.get(name), keyword=keyword)
        for name in sorted({*before.unknown, *after.unknown}):
            one, other = before.unknown.get(name), after.unknown.get(name)
            if not same(one and list(one), other and list(other)):
                said = f"`{name}` differs, which no rule judges" if name else "it isn't a schema, and differs"
                self.say("unknown", "changed", said, one, other, keyword=name)
        for name in sorted({*before.marks, *after.marks}):
            one, other = before.marks.get(name), after.marks.get(name)
            if not same(one, other) or (name in before.marks) != (name in after.marks):
                for mark in checks.marks(name, one, other, self.comparer):
                    self.say(mark.aspect, mark.relation, mark.what, one, other, keyword=name)

    # -- types and values ----------------------------------------------------------------------------

    def _types(self) -> bool:
        """What differs in types, null and listed values; False when no value fits both, so that no more can be said."""
        one, other = self.before.types, self.after.types
        if not one or not other:
            if one != other:
                self.say(
                    "never",
                    "wider" if other else "narrower",
                    "something fits now" if other else "nothing fits any more",
                )
            return bool(one) == bool(other)
        lost, won = one - other, other - one
        shared = (one & other) - {"null"}
        same_way = (lost if "null" in lost else won) - {"null"}
        if "null" in lost | won and shared and not same_way:
            self._null(won)
            lost, won = lost - {"null"}, won - {"null"}
        unions_say_it = self.before.unions and self.after.unions and self.before.stated == self.after.stated
        if unions_say_it or bool(self.before.unions) != bool(self.after.unions):
            self._enum()
            return True
        if self.pair.textual:
            lost, won = checks.as_text(lost, won, self.before, self.after)
        if self._values_say_it(lost, won):
            lost, won = frozenset(), frozenset()
        if lost or won:
            relation: Relation = "changed" if lost and won else "narrower" if lost else "wider"
            before, after = checks.listed(one), checks.listed(other)
            self.say("type", relation, f"the type was {before} and is {after}", before, after)
            if (lost and won and not shared) or self.before.everything or self.after.everything:
                return False
        self._enum()
        return True

    def _null(self, won: frozenset[str]) -> None:
        keyword = "nullable" if "nullable" in {*self.before.places, *self.after.places} else "type"
        if "null" in won:
            self.say("null", "wider", "may be null now", keyword=keyword)
        else:
            self.say("null", "narrower", "can't be null any more", keyword=keyword)

    def _values_say_it(self, lost: frozenset[str], won: frozenset[str]) -> bool:
        """True when the types differ only as the listed values do."""
        one, other = self.before.enum, self.after.enum
        if one is not None and other is not None:
            return bool(self.before.types & self.after.types) or not (lost and won)
        return (one is not None and not lost) or (other is not None and not won)

    def _enum(self) -> None:
        one, other = self.before.enum, self.after.enum
        if one is None and other is None:
            return
        # A value that was fixed isn't one of several that may grow.
        grows = "const" if "const" in self.before.places and one is not None and len(one) == 1 else "enum"
        if one is None or other is None:
            if self.before.plain and self.after.plain and not self.before.types ^ self.after.types:
                return
            before, after = one and list(one.values()), other and list(other.values())
            if other is None:
                self.say(grows, "wider", "any value may stand here now", before, after)
            else:
                self.say("enum", "narrower", f"only {checks.values(other)} may stand here now", before, after)
            return
        lost = {key: value for key, value in one.items() if key not in other}
        won = {key: value for key, value in other.items() if key not in one}
        values = list(one.values()), list(other.values())
        if lost and len(lost) == len(one) and won:
            self.say("enum", "changed", f"was {checks.values(one)} and is {checks.values(other)}", *values)
        elif lost:
            instead = f", {checks.values(won)} may" if won else ""
            self.say("enum", "narrower", f"{checks.values(lost)} can't stand here any more{instead}", *values)
        elif won:
            self.say(grows, "wider", f"{checks.values(won)} may stand here now", *values)

    def _check(self, name: str) -> None:
        one, other = self.before.checks.get(name), self.after.checks.get(name)
        if one == other:
            return
        relation = checks.relation(name, one, other)
        what = f"{checks.name(name)} was {checks.shown(name, one)} and is {checks.shown(name, other)}"
        if name in ("minContains", "maxContains") and not {*self.before.subschemas, *self.after.subschemas} & {
            "contains"
        }:
            self.say("words", "words", f"`{name}` has no effect here, and differs", one, other, keyword=name)
            return
        self.say(name, relation, what, checks.plain(one), checks.plain(other))

    # -- objects -------------------------------------------------------------------------------------

    def _properties(self) -> None:
        before, after = self.before, self.after
        names = {*before.properties, *after.properties, *before.required, *after.required}
        if not names:
            return
        order = {name: i for i, name in enumerate((*before.properties, *after.properties))}
        for name in sorted(names, key=lambda n: (order.get(n, len(order)), n)):
            one, other = before.properties.get(name), after.properties.get(name)
            if one is not None and other is not None:
                self._property(name, one, other)
            elif one is not None:
                self._property_removed(name, one)
            elif other is not None:
                self._property_added(name, other)
            else:
                self._due(name, name in before.required, name in after.required, None)

    def _property(self, name: str, one: Key, other: Key) -> None:
        marks, marks_now = self.comparer.old.facts(one).marks, self.comparer.new.facts(other).marks
        due, due_now = name in self.before.required, name in self.after.required
        directions: set[Direction] = {"request", "response"}
        hiding: tuple[tuple[Direction, str, str], ...] = (
            ("request", "readOnly", "read-only"),
            ("response", "writeOnly", "write-only"),
        )
        for direction, mark, said in hiding:
            if marks.get(mark) is not True and marks_now.get(mark) is not True:
                continue
            directions.discard(direction)
            if mark not in marks or mark not in marks_now:
                relation: Relation = "narrower" if mark in marks_now else "wider"
                aspect = mark if relation == "narrower" or not due_now else f"{mark}.required"
                what = f"{said} now" if relation == "narrower" else f"not {said} any more"
                places = (
                    f"{one[0]}/{mark}" if mark in marks else one[0],
                    f"{other[0]}/{mark}" if mark in marks_now else other[0],
                )
                self.say(
                    aspect,
                    relation,
                    what,
                    marks.get(mark),
                    marks_now.get(mark),
                    step=name,
                    only=direction,
                    places=places,
                )
        only: Direction | None = next(iter(directions)) if len(directions) == 1 else None
        if directions:
            self._due(name, due, due_now, only)
            self.edge(one, other, name, only)
        elif not self.comparer.equal(Pair(one, other)):
            self.say("words", "words", "differs, and is neither sent nor shown", step=name, places=(one[0], other[0]))

    def _due(self, name: str, was: bool, now: bool, only: Direction | None) -> None:
        if was != now:
            what = "required now" if now else "optional now"
            self.say("required", "narrower" if now else "wider", what, was, now, step=name, only=only)

    def _property_removed(self, name: str, one: Key) -> None:
        place = (one[0], self.new_home)
        said = "removed, and still required" if name in self.after.required else "removed"
        for only in self._shown(self.comparer.old.facts(one)):
            self.say(
                "property", "removed", said, self.comparer.old.side.at(one[0]), None, step=name, only=only, places=place
            )

    def _property_added(self, name: str, other: Key) -> None:
        place = (self.old_home, other[0])
        due = name in self.after.required and name not in self.before.required
        aspect, what = ("property.required", "added, and required") if due else ("property", "added")
        for only in self._shown(self.comparer.new.facts(other)):
            self.say(
                aspect, "added", what, None, self.comparer.new.side.at(other[0]), step=name, only=only, places=place
            )

    @staticmethod
    def _shown(facts: Facts) -> tuple[Direction | None, ...]:
        """The directions in which a property is sent."""
        if facts.marks.get("readOnly") is True:
            return ("response",)
        return ("request",) if facts.marks.get("writeOnly") is True else (None,)

    # -- parts ---------------------------------------------------------------------------------------

    def _subschemas(self) -> None:
        before, after = self.before.subschemas, self.after.subschemas
        for name in sorted({*before, *after}):
            one, other = before.get(name, ()), after.get(name, ())
            if name in ("not", "if", "contains", "propertyNames"):
                self._whole(name, before.get(name), after.get(name))
            elif name in ("additionalProperties", "unevaluatedProperties", "unevaluatedItems"):
                closed, closed_now = self.comparer.old.facts(one).never, self.comparer.new.facts(other).never
                kind = "items" if name == "unevaluatedItems" else "fields"
                if closed != closed_now:
                    what = f"no other {kind} any more" if closed_now else f"other {kind} are allowed now"
                    values = (one and self.comparer.old.side.at(one[0]), other and self.comparer.new.side.at(other[0]))
                    self.say(
                        name, "narrower" if closed_now else "wider", what, *(v if v != () else None for v in values)
                    )
                else:
                    self.edge(one, other, "[]" if kind == "items" else "*")
            elif name in ("then", "else"):
                if "if" in before and "if" in after:
                    self._whole(name, before.get(name), after.get(name))
            else:
                step = {"items": "[]"}.get(name, f"({name})")
                self.edge(one, other, step)

    def _whole(self, name: str, one: Key | None, other: Key | None) -> None:
        """A schema that is judged as a whole: it decides about values beside it."""
        if one is None or other is None:
            relation: Relation = "wider" if other is None else "narrower"
            self.say(name, relation, f"`{name}` {'removed' if other is None else 'added'}", *self._raw(one, other))
            return
        pair = Pair(one, other)
        if self.comparer.equal(pair):
            if any(self.comparer.compare(part).own for part, _, _ in self.comparer.reach(pair)):
                self.say("words", "words", f"words in `{name}` differ", keyword=name)
            return
        grows, shrinks = self.within(one, other), self.within_back(one, other)
        inverse = name == "not"
        relation = "changed"
        if name != "if" and grows != shrinks:
            relation = "narrower" if shrinks != inverse else "wider"
        self.say(name, relation, f"`{name}` differs", *self._raw(one, other))

    def _raw(self, one: Key | None, other: Key | None) -> tuple[JSON, JSON]:
        return (
            self.comparer.old.side.at(one[0].removesuffix("!")) if one else None,
            self.comparer.new.side.at(other[0].removesuffix("!")) if other else None,
        )

    def _prefix(self) -> None:
        one, other = self.before.prefix, self.after.prefix
        rest, rest_now = self.before.subschemas.get("items", ()), self.after.subschemas.get("items", ())
        for index in range(max(len(one), len(other))):
            before = one[index] if index < len(one) else rest
            after = other[index] if index < len(other) else rest_now
            self.edge(before, after, f"[{index}]")

    def _maps(self, keyword: str, one: dict[str, Key], other: dict[str, Key]) -> None:
        rest = self.before.subschemas.get("additionalProperties", ())
        rest_now = self.after.subschemas.get("additionalProperties", ())
        one, other = dict(one), dict(other)
        for before, after in self._renamed_filters(one, other):
            what = f"the keys were like {before} and are like {after}"
            places = (one[before][0], other[after][0])
            name = str(self.comparer.new.facts(other[after]).marks["x-filter"]["name"])
            self.say("x-filter", "changed", what, before, after, step=name, places=places)
            self.edge(one.pop(before), other.pop(after), after)
        for name in [*one, *(name for name in other if name not in one)]:
            self.edge(one.get(name, rest), other.get(name, rest_now), name)

    def _renamed_filters(self, one: dict[str, Key], other: dict[str, Key]) -> list[tuple[str, str]]:
        """Patterns of a free key whose grammar changed: the filter's name is the same."""

        def named(schemas: Schemas, key: Key) -> JSON:
            mark = schemas.facts(key).marks.get("x-filter")
            return mark.get("name") if isinstance(mark, dict) else None

        lost, won = [name for name in one if name not in other], [name for name in other if name not in one]
        names = {named(self.comparer.new, other[pattern]): pattern for pattern in won}
        found = [(pattern, names.get(named(self.comparer.old, one[pattern]))) for pattern in lost]
        return [
            (before, after) for before, after in found if after is not None and named(self.comparer.old, one[before])
        ]

    def _dependents(self) -> None:
        one, other = self.before.dependents, self.after.dependents
        for name in [*one, *(name for name in other if name not in one)]:
            if name in one and name in other:
                self.edge(one[name], other[name], f"({name} given)")
            else:
                relation: Relation = "narrower" if name in other else "wider"
                what = f"where {name} is given, {'more is asked' if name in other else 'less is asked'}"
                self.say("dependentSchemas", relation, what, *self._raw(one.get(name), other.get(name)))


def _words_for(keyword: str) -> str:
    return {"description": "the description", "title": "the title", "examples": "the examples"}.get(
        keyword, f"`{keyword}`"
    )

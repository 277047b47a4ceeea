"""Alternatives compared by their content: names and order have no effect."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spec.diff.facts import Facts, Key, Union

if TYPE_CHECKING:
    from spec.diff.differences import Relation
    from spec.diff.normal import Schemas
    from spec.diff.side_by_side import SideBySide


def compare(pair: SideBySide) -> bool:
    """Compare the alternatives of two schemas; True when nothing else of the pair is left to compare."""
    one, other = pair.before.unions, pair.after.unions
    if not one and not other:
        return False
    if one and other:
        for before, after in zip(one, other, strict=False):
            _both(pair, before, after)
        for before in one[len(other) :]:
            pair.say("alternatives", "wider", "the alternatives are gone, and more fits", keyword=before.kind)
        for after in other[len(one) :]:
            pair.say("alternatives", "narrower", "alternatives were added, and less fits", keyword=after.kind)
        return False
    return _one_of_them(pair, (one or other)[0], gone=bool(one))


def _one_of_them(pair: SideBySide, union: Union, *, gone: bool) -> bool:
    """One side has alternatives, the other is a schema by itself, which may be one of them."""
    key, schemas = (pair.pair.old, pair.comparer.old) if gone else (pair.pair.new, pair.comparer.new)
    base = tuple(f"{pointer}!" for pointer in key if not pointer.endswith("!"))
    members = [member if _bare(schemas, base) else (*base, *member) for member in union.members]
    alone = pair.pair.new if gone else pair.pair.old

    def ordered(member: Key) -> tuple[Key, Key]:
        return (member, alone) if gone else (alone, member)

    same = next((m for m in members if pair.equal(*ordered(m))), None)
    same = same or next((m for m in members if m[-1:] == alone[-1:]), None)
    same = same or _similar(pair, members, alone, gone=gone)
    if same is None:
        relation: Relation = "changed"
        if gone and all(pair.within(member, alone) for member in members):
            relation = "wider"
        elif not gone and all(pair.within_back(alone, member) for member in members):
            relation = "narrower"
        names = " or ".join(_name(schemas, member, i) for i, member in enumerate(members, 1))
        what = f"was {names}, and isn't any more" if gone else f"is {names} now"
        pair.say("alternatives", relation, what, keyword=union.kind)
        return True
    pair.edge(*ordered(same), "")
    for index, member in enumerate(members, 1):
        if member == same:
            continue
        name = _name(schemas, member, index)
        if gone:
            _lost(pair, name, union, held=not _component(member) and pair.within(member, alone))
        else:
            _won(pair, name, union, held=not _component(member) and pair.within_back(alone, member))
    return True


def _bare(schemas: Schemas, base: Key) -> bool:
    """True when the schema around the alternatives has no keywords of its own."""
    facts = schemas.facts(base)
    return facts.everything and not facts.marks


def _similar(pair: SideBySide, members: list[Key], alone: Key, *, gone: bool) -> Key | None:
    """The alternative that an object was made of: it shares at least half of its properties."""
    schemas, others = (pair.comparer.old, pair.comparer.new) if gone else (pair.comparer.new, pair.comparer.old)
    mine = others.facts(alone)
    best = max(members, key=lambda member: _likeness(schemas.facts(member), mine))
    return best if _likeness(schemas.facts(best), mine) >= 0.5 else None


def _likeness(one: Facts, other: Facts) -> float:
    """The similarity of two schemas: 1 for the same, 0 for different types."""
    if not (one.types - {"null"}) & (other.types - {"null"}):
        return 0.0
    names, others = set(one.properties), set(other.properties)
    if names or others:
        return len(names & others) / len(names | others)
    return 0.75 if one.types - {"null"} == other.types - {"null"} and len(one.types - {"null"}) <= 2 else 0.25


def _both(pair: SideBySide, one: Union, other: Union) -> None:
    old, new = pair.comparer.old, pair.comparer.new
    before, after = list(one.members), list(other.members)
    matched = _matched(pair, before, after)
    for member, partner in matched:
        name = _name(new, partner, after.index(partner) + 1)
        pair.edge(member, partner, f"({name})")
    lost = [m for m in before if m not in {a for a, _ in matched}]
    won = [m for m in after if m not in {b for _, b in matched}]
    for member in lost:
        held = not _component(member) and any(pair.within(member, candidate) for candidate in after)
        _lost(pair, _name(old, member, before.index(member) + 1), one, held=held)
    for member in won:
        held = not _component(member) and any(pair.within_back(candidate, member) for candidate in before)
        _won(pair, _name(new, member, after.index(member) + 1), other, held=held)
    if one.kind != other.kind and len(before) > 1 and len(after) > 1:
        exactly = other.kind == "oneOf"
        what = "exactly one alternative must fit now" if exactly else "several alternatives may fit at once now"
        pair.say("oneOf", "narrower" if exactly else "wider", what, keyword=other.kind)


def _component(member: Key) -> bool:
    """True for an alternative with a name of its own: it is one more, even if another looks the same."""
    return "/components/schemas/" in member[-1] and member[-1].count("/") == 3


def _lost(pair: SideBySide, name: str, union: Union, *, held: bool) -> None:
    if held:
        pair.say("words", "words", f"{name} is named no more, and still fits", keyword=union.kind)
    else:
        pair.say("alternatives", "narrower", f"can't be {name} any more", keyword=union.kind)


def _won(pair: SideBySide, name: str, union: Union, *, held: bool) -> None:
    if held:
        pair.say("words", "words", f"{name} is named now, and fitted before", keyword=union.kind)
    else:
        pair.say("alternatives", "wider", f"may be {name} now", keyword=union.kind)


def _matched(pair: SideBySide, before: list[Key], after: list[Key]) -> list[tuple[Key, Key]]:
    """Which alternative became which: by name, by content, by tag, by similarity."""
    old, new = pair.comparer.old, pair.comparer.new
    found: list[tuple[Key, Key]] = []
    left, right = list(before), list(after)

    def take(one: Key, other: Key) -> None:
        found.append((one, other))
        left.remove(one)
        right.remove(other)

    for member in before:
        if member in right and _component(member):
            take(member, member)
    for member in list(left):
        partner = next((m for m in right if pair.equal(member, m)), None)
        if partner is not None:
            take(member, partner)
    for member in list(left):
        tags = _tags(old, member)
        partner = next((m for m in right if tags and tags & _tags(new, m)), None)
        if partner is not None:
            take(member, partner)
    while left and right:
        pairs = [(_likeness(old.facts(one), new.facts(other)), one, other) for one in left for other in right]
        best = max(pairs, key=lambda scored: scored[0])
        if best[0] < 0.5:
            break
        take(best[1], best[2])
    return sorted(found, key=lambda match: after.index(match[1]))


def _tags(schemas: Schemas, member: Key) -> frozenset[tuple[str, str]]:
    """Properties that may hold only one value."""
    found = set()
    for name, key in schemas.facts(member).properties.items():
        enum = schemas.facts(key).enum
        if enum is not None and len(enum) == 1:
            found.add((name, next(iter(enum))))
    return frozenset(found)


def _name(schemas: Schemas, member: Key, number: int) -> str:
    """The name of an alternative: its component, its title, its type."""
    pointer = member[-1]
    if "/components/schemas/" in pointer or "/$defs/" in pointer:
        tail = pointer.rpartition("/components/schemas/")[2].rpartition("/$defs/")[2]
        if "/" not in tail:
            return tail
    facts = schemas.facts(member)
    titles = facts.words.get("title", ())
    if titles and isinstance(titles[0], str):
        return titles[0]
    types = sorted(facts.types - {"null"})
    return f"{types[0]} (alternative {number})" if len(types) == 1 else f"alternative {number}"

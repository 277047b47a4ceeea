"""Which of two plain keyword values accepts more, and how each is shown to people."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from spec.diff.facts import IMPLIED_TEXT, NUMBERS, UNLISTED_NULL, Facts
from spec.model import JSON

if TYPE_CHECKING:
    from spec.diff.schemas import Comparer

Relation = Literal["narrower", "wider", "changed", "added", "removed", "words"]

_WIDER_FORMATS: Mapping[str, frozenset[str]] = {
    "int32": frozenset({"int64", "int128", "integer", "bigint", "decimal", "number"}),
    "int16": frozenset({"int32", "int64"}),
    "int8": frozenset({"int16", "int32", "int64"}),
    "int64": frozenset({"integer", "bigint", "decimal", "number"}),
    "uint32": frozenset({"uint64", "int64"}),
    "float": frozenset({"double", "decimal", "number"}),
    "uri": frozenset({"uri-reference", "iri", "iri-reference"}),
    "uri-reference": frozenset({"iri-reference"}),
    "iri": frozenset({"iri-reference"}),
    "email": frozenset({"idn-email"}),
    "hostname": frozenset({"idn-hostname"}),
}
"""Every value of the one format is one of the other's."""

_SHOWN = 8


def relation(name: str, one: JSON, other: JSON) -> Relation:
    """Whether less fits than before, more, or neither."""
    if one is None or other is None:
        return "narrower" if one is None else "wider"
    if name == "dependentRequired":
        return _towards(_demands(one), _demands(other))
    if name == "multipleOf":
        return _multiples(one, other)
    if isinstance(one, frozenset):
        if name == "format" and len(one) == len(other) == 1:
            (before,), (after,) = one, other
            if after in _WIDER_FORMATS.get(before, ()):
                return "wider"
            if before in _WIDER_FORMATS.get(after, ()):
                return "narrower"
        return _towards(one, other)
    if name == "minimum":
        return "narrower" if other > one else "wider"
    if name == "maximum":
        return "narrower" if (other[0], not other[1]) < (one[0], not one[1]) else "wider"
    if name.startswith("min"):
        return "narrower" if other > one else "wider"
    return "narrower" if other < one else "wider"


def _towards(one: frozenset[JSON], other: frozenset[JSON]) -> Relation:
    """For sets of requirements: more of them accept less."""
    if one < other:
        return "narrower"
    return "wider" if other < one else "changed"


def _demands(value: Mapping[str, Iterable[str]]) -> frozenset[tuple[str, str]]:
    return frozenset((name, due) for name, names in value.items() for due in names)


def _multiples(one: frozenset[float], other: frozenset[float]) -> Relation:
    if all(any(_divides(n, m) for m in one) for n in other):
        return "wider"
    return "narrower" if all(any(_divides(n, m) for m in other) for n in one) else "changed"


def _divides(divisor: float, number: float) -> bool:
    if not divisor:
        return False
    ratio = number / divisor
    return abs(ratio - round(ratio)) < 1e-9


# -- marks -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Mark:
    """A difference of a keyword that doesn't narrow."""

    aspect: str
    relation: Relation
    what: str


def marks(name: str, one: JSON, other: JSON, comparer: Comparer) -> Iterable[Mark]:
    """The meaning of a difference in a mark."""
    was_is = f"was {short(one)} and is {short(other)}"
    vocabulary = comparer.old.side.vocabulary or comparer.new.side.vocabulary
    if name in ("readOnly", "writeOnly"):
        return ()  # reported by the object that holds the property, which knows whether it is required
    if name == IMPLIED_TEXT:
        return (Mark("words", "words", "the type is implied by the encoding"),) if comparer.one_version else ()
    if name == UNLISTED_NULL:
        if not comparer.one_version:
            return ()
        return (
            Mark(
                "enum",
                "narrower" if other else "wider",
                "null is " + ("not listed any more" if other else "listed now"),
            ),
        )
    if name == "deprecated":
        return (Mark("deprecated", "changed", "deprecated" if other else "not deprecated any more"),)
    if name == "default":
        return (Mark("default", "changed", f"the default {was_is}"),)
    if name == "discriminator":
        return _discriminator(one, other)
    if name == "x-extensible-enum":
        return _extensible(one, other)
    if name in ("x-pagination", "x-filter") and vocabulary:
        relation: Relation = "added" if one is None else "removed" if other is None else "changed"
        return (Mark(name, relation, f"{name} {was_is}"),)
    if name == "xml":
        return (Mark("xml", "changed", f"the XML form {was_is}"),)
    if name.startswith("x-"):
        return (Mark("extension", "changed", f"{name} {was_is}"),)
    return (Mark("identifier", "changed", f"`{name}` {was_is}"),)


def _extensible(one: JSON, other: JSON) -> Iterable[Mark]:
    before = {json.dumps(v) for v in one} if isinstance(one, list) else set()
    after = {json.dumps(v) for v in other} if isinstance(other, list) else set()
    lost, won = sorted(before - after), sorted(after - before)
    if lost:
        yield Mark("enum", "narrower", f"{', '.join(lost)} is none of the known values any more")
    if won:
        yield Mark("enum", "wider", f"{', '.join(won)} is one of the known values now")
    if not lost and not won:
        yield Mark("extension", "changed", f"x-extensible-enum was {short(one)} and is {short(other)}")


def _discriminator(one: JSON, other: JSON) -> Iterable[Mark]:
    if not isinstance(one, Mapping) or not isinstance(other, Mapping):
        relation: Relation = "added" if one is None else "removed" if other is None else "changed"
        yield Mark("discriminator", relation, f"the discriminator was {short(_name(one))} and is {short(_name(other))}")
        return
    before, after = one.get("mapping", {}), other.get("mapping", {})
    if {k: v for k, v in one.items() if k != "mapping"} != {k: v for k, v in other.items() if k != "mapping"}:
        yield Mark(
            "discriminator", "changed", f"the discriminator was {short(_name(one))} and is {short(_name(other))}"
        )
    for tag in sorted({*before, *after}):
        if tag not in after:
            yield Mark("discriminator", "removed", f"the discriminator has no {tag!r} any more")
        elif tag not in before:
            yield Mark("discriminator", "added", f"the discriminator has {tag!r} now")
        elif before[tag] != after[tag]:
            what = f"the discriminator's {tag!r} meant {_last(before[tag])} and means {_last(after[tag])}"
            yield Mark("discriminator", "changed", what)


def _name(value: JSON) -> JSON:
    return value.get("propertyName") if isinstance(value, Mapping) else value


def _last(ref: JSON) -> str:
    return str(ref).rpartition("/")[2]


# -- text ------------------------------------------------------------------------------------------------


def as_text(
    lost: frozenset[str], won: frozenset[str], before: Facts, after: Facts
) -> tuple[frozenset[str], frozenset[str]]:
    """One type for another where values travel as text: a free text holds every number and every boolean."""
    if not lost or not won:
        return lost, won
    scalars = NUMBERS | {"boolean", "string"}
    if free_text(after):
        lost -= scalars
    if free_text(before):
        won -= scalars
    return lost, won


def free_text(facts: Facts) -> bool:
    """True when any text fits."""
    limits = facts.checks.keys() & {"format", "pattern", "minLength", "maxLength", "contentEncoding"}
    return "string" in facts.types and facts.enum is None and not limits


# -- words -----------------------------------------------------------------------------------------------


def listed(types: frozenset[str]) -> str:
    """Types as a document names them."""
    names = set(types)
    if names >= NUMBERS:
        names = (names - NUMBERS) | {"number"}
    return "anything" if len(names) == 6 and "number" in names else " or ".join(sorted(names)) or "nothing"


def values(enum: Mapping[str, JSON]) -> str:
    """Listed values, the first ones of many."""
    shown = list(enum)
    more = f" and {len(shown) - _SHOWN} more" if len(shown) > _SHOWN else ""
    return ", ".join(shown[:_SHOWN]) + more


def name(keyword: str) -> str:
    """A keyword as a subject."""
    return f"the {keyword}" if keyword in ("format", "pattern", "minimum", "maximum") else keyword


def shown(keyword: str, value: JSON) -> str:
    """The value of a check."""
    if value is None:
        return "not given"
    if keyword in ("minimum", "maximum"):
        return f"{short(value[0])} (exclusive)" if value[1] else short(value[0])
    return short(plain(value)) if not isinstance(value, frozenset) else ", ".join(sorted(short(v) for v in value))


def plain(value: JSON) -> JSON:
    """A check's value as JSON."""
    if isinstance(value, tuple):
        return value[0]
    if isinstance(value, frozenset):
        found = sorted(value, key=str)
        return found[0] if len(found) == 1 else found
    if isinstance(value, dict):
        return {
            key: plain(inner) if not isinstance(inner, frozenset) else sorted(inner) for key, inner in value.items()
        }
    return value


def short(value: JSON) -> str:
    """A value as JSON, cut where it is long."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, default=str) if value is not None else "not given"
    return text if len(text) <= 80 else f"{text[:77]}..."

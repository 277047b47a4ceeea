"""Candidates: values to send with a filter. They are the values of rows, varied around the boundary."""

from __future__ import annotations

import datetime
import itertools
import random
import re
import urllib.parse
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from conformance.oracle.awkward import TAILS
from conformance.oracle.budget import NORMAL, Budget
from conformance.oracle.lookups import MOMENTS, in_offset, kind_of, parse, written
from conformance.oracle.mutants import Row, blurred, for_strange_keys, is_number, values_of, without_accents
from conformance.oracle.operands import allows, joined, sayable
from spec import Filter
from spec.lookups import LOOKUPS
from spec.patterns import is_match

MANY_VALUES = 32
"""Values that no row has, before those that rows have, in the longest list: more than stores take."""


def candidates(
    filter: Filter, rows: Sequence[Row], rng: random.Random, budget: Budget = NORMAL
) -> Iterator[tuple[str | None, str]]:
    """(free key, operand) pairs that the document allows. Kinds of values and rows are mixed."""
    allowed = allows(filter)
    found = _thinkable(_positive(filter), rows, rng, budget)
    return ((key, operand) for key, operand in found if allowed(operand))


def _positive(filter: Filter) -> Filter:
    """The filter without a negation, its part compared by a plain lookup: values for it are values for the filter."""
    return replace(filter, lookup=LOOKUPS[filter.lookup].compares)


def _thinkable(
    filter: Filter, rows: Sequence[Row], rng: random.Random, budget: Budget
) -> Iterator[tuple[str | None, str]]:
    make: Callable[[Filter, list[Any], random.Random], Iterator[Iterator[str]]]
    kind = kind_of(filter.schema)
    if LOOKUPS[filter.lookup].operand == "flag":
        yield from ((None, operand) for operand in ("true", "false"))
        return
    if filter.lookup == "all":
        yield from ((None, operand) for operand in _of_one_row(filter, rows))
    if filter.lookup == "range":
        make = _ranges
    elif filter.lookup in ("in", "all"):
        make = _lists
    elif filter.lookup in ("regex", "iregex"):
        make = _patterns
    elif kind == "text":
        make = _texts
    elif kind in MOMENTS:
        make = _instants
    else:
        make = _plain_values
    known = _values(filter, rows, rng)
    if kind == "text" and not filter.many and make is _texts:
        for key, values in _texty(known):
            yield from ((key, operand) for operand in _wild(filter, values) if operand == operand.strip())
    if filter.free_key:
        yield from _of_other_keys(filter, known, budget.key_pairs)
    sources = [(key, make(filter, values, rng)) for key, values in known]
    streams = [(key, stream) for key, found in sources for stream in found]
    rng.shuffle(streams)
    while streams:
        alive = []
        for key, stream in streams:
            operand = next(stream, None)
            if operand is None:
                continue
            alive.append((key, stream))
            # Servers differ on outer spaces and the empty string. The clause `edges` is about them.
            if operand and operand == operand.strip():
                yield key, operand
        streams = alive


def for_wire(
    filter: Filter, rows: Sequence[Row], rng: random.Random, budget: Budget = NORMAL
) -> Iterator[tuple[str | None, str]]:
    """(free key, operand) pairs of texts that a careless server may change on their way."""
    allowed = allows(filter)
    if filter.free_key:
        pattern = filter.key_pattern or ".+"
        for strange, operand in for_strange_keys(filter, rows, _satisfying):
            if is_match(pattern, strange) and operand == operand.strip() and allowed(operand):
                yield strange, operand
    for key, values in _texty(_values(filter, rows, rng)):
        for operand in crafted(filter, values, budget.unusual_values):
            if operand == operand.strip() and allowed(operand):
                yield key, operand


def _values(filter: Filter, rows: Sequence[Row], rng: random.Random) -> list[tuple[str | None, list[Any]]]:
    """The distinct values that the filter compares, by free key."""
    if not filter.free_key:
        boolean = kind_of(filter.schema) == "boolean"
        values = (value for row in rows for value in values_of(filter, row, None))
        found = list(dict.fromkeys(v for v in values if _usable(v) or (boolean and isinstance(v, bool))))
        rng.shuffle(found)
        return [(None, _unusual_first(found))]
    by_key: dict[str, dict[Any, None]] = {}
    for row in rows:
        attributes = row.get(filter.field)
        for key, value in attributes.items() if isinstance(attributes, Mapping) else ():
            if _usable(value) and is_match(filter.key_pattern or ".+", key):
                by_key.setdefault(key, {})[value] = None
    unusual = [key for key in by_key if not re.fullmatch(r"[A-Z0-9_]+", key)][:3]
    keys = list(dict.fromkeys(unusual + sorted(by_key, key=lambda key: -len(by_key[key]))))[:9]
    return [(key, _unusual_first(rng.sample(list(by_key[key]), len(by_key[key])))) for key in keys]


def _of_other_keys(
    filter: Filter, known: list[tuple[str | None, list[Any]]], most: int
) -> Iterator[tuple[str | None, str]]:
    """Values of other keys: a careless server confuses the keys. The most similar keys come first.

    Where no row has a key in another case, that is one that no row has, and a server may find rows under it.
    """
    pairs = [(key or "", other or "", values) for key, _ in known for other, values in known if key != other]
    pairs.sort(key=lambda pair: (pair[0].casefold() != pair[1].casefold(), not pair[1].startswith(pair[0])))
    for key, _, values in pairs[:most]:
        found = (_satisfying(str(value), filter.lookup) for value in values[:2])
        yield from ((key, operand) for operand in found if operand and operand == operand.strip())
    keys = {key for key, _ in known}
    for near, values in known[:2]:
        unknown = (near or "").swapcase()
        found = (_satisfying(str(value), filter.lookup) for value in values[:1] if unknown not in keys)
        yield from ((unknown, operand) for operand in found if operand and operand == operand.strip())


def of_other_columns(filter: Filter, rows: Sequence[Row], columns: Sequence[str]) -> Iterator[tuple[str | None, str]]:
    """Values of other columns, for a filter that may search them too. The first few rows are enough."""
    filter = _positive(filter)
    if filter.lookup in ("isnull", "empty", "regex", "iregex"):
        return
    for row in () if filter.free_key or filter.many or kind_of(filter.schema) != "text" else rows[:3]:
        for column in columns:
            operand = _satisfying(str(row.get(column) or ""), filter.lookup)
            if column != filter.field and operand and operand == operand.strip() and allows(filter)(operand):
                yield None, operand


def _texty(known: list[tuple[str | None, list[Any]]]) -> list[tuple[str | None, list[Any]]]:
    """The first two keys with a text that is long enough to change."""
    return [(key, values) for key, values in known if any(isinstance(v, str) and len(v) > 3 for v in values)][:2]


def _usable(value: Any) -> bool:
    return isinstance(value, (str, int, float)) and not isinstance(value, bool) and value != ""


def _unusual_first(values: list[Any]) -> list[Any]:
    """Two values for each unusual character, then some others. The first kill the most mutants."""
    holders: dict[str, list[Any]] = {}
    for value in values:
        for found in _UNUSUAL.findall(value) if isinstance(value, str) else [""]:
            kind = found if found.isascii() else "non-ASCII" if found < "\U00010000" else "astral"
            kept = holders.setdefault(kind, [])
            if len(kept) < 2 and value not in kept:
                kept.append(value)
    return list(dict.fromkeys([value for kept in holders.values() for value in kept] + values[:20]))


_UNUSUAL = re.compile(r"[^A-Za-z0-9 ]| {2,}")


def _texts(filter: Filter, values: list[Any], rng: random.Random) -> Iterator[Iterator[str]]:
    strings = [str(value) for value in values]
    yield iter([f"{a},{b}" for a, b in itertools.pairwise(strings)][:6])
    yield iter([f"{a} {b}" for a, b in itertools.pairwise(strings)][:3])
    yield iter([_satisfying(" ".join(reversed(v.split())), filter.lookup) for v in strings if " " in v][:6])
    numbers = [value for value in strings if is_number(value)]
    yield iter(["0", *(spelled for value in numbers[:3] for spelled in (f"0{value}", f"{value}e0"))])
    for value in dict.fromkeys(strings):
        yield _around(value, filter.lookup)


def _patterns(filter: Filter, values: list[Any], rng: random.Random) -> Iterator[Iterator[str]]:
    """Regular expressions that find a value, and some that nearly do."""
    words = [w for value in values for w in re.findall(r"[A-Za-z0-9]{2,}", str(value))]
    for word, other in itertools.pairwise(dict.fromkeys(words)):
        middle = len(word) // 2
        near = [
            f"^{word}",
            f"{word}$",
            f"{word[:middle]}.{word[middle + 1 :]}",
            f"{word}|{other}",
            word.swapcase(),
            f"^{other}$",
            f"[{word[0]}{other[0]}]{word[1:]}",
            f"{word[:-1]}{word[-1]}+$",
        ]
        yield iter(near)


def _satisfying(value: str, lookup: str) -> str:
    """A text that the lookup finds in a value: a part of it where a part is enough."""
    middle = len(value) // 2
    parts = {"startswith": value[: max(1, middle)], "endswith": value[middle:], "contains": value[1:-1] or value}
    return parts.get(lookup if lookup in parts else lookup[1:], value)


def crafted(filter: Filter, values: list[Any], unusual_values: int = NORMAL.unusual_values) -> Iterator[str]:
    """Texts that match other rows once a server has altered them on the way."""
    strings = [str(value) for value in values if len(str(value)) > 3]
    yield from ["0", "undefined", "null", "None"] if strings else []
    yield from [" ".join(reversed(value.split())) for value in strings if " " in value][:2]
    yield from [value for value in strings if _UNUSUAL.search(value)][:unusual_values]
    yield from sorted(strings, key=len)[-1:]
    spaced = next((v for v in strings if re.search(r"[A-Za-z] [A-Za-z]", v)), None)
    plain = next((v for v in strings if v.isascii() and v.isalnum()), None)
    unusual = next((v for v in strings if _UNUSUAL.search(v)), None)
    for value in dict.fromkeys(v for v in (spaced, plain, unusual) if v):
        base = _satisfying(value, filter.lookup)
        yield from (base + tail for tail in TAILS)
        at = len(base) // 2
        yield base[:at] + "\\" + base[at:]
        yield base[:at] + '"' + base[at:]
        yield f"{base[:at]}[{base[at : at + 1]}]{base[at + 1 :]}"
        yield base.replace(" ", "+")
        yield base.replace("+", " ")
        yield base.replace(" ", "  ")
        yield base.replace(" ", "%20")
        yield urllib.parse.quote(base, safe="")
        yield urllib.parse.quote(base) + "%20"
        yield value


def _wild(filter: Filter, values: list[Any]) -> Iterator[str]:
    """Texts that match only if a wildcard or an escape is active."""
    strings = [str(value) for value in values if len(str(value)) > 3]
    for value in strings[:1] + strings[len(strings) // 2 :][:1] + strings[-1:]:
        base = _satisfying(value, filter.lookup)
        at = len(base) // 2
        # A letter with a star matches as a pattern of a shell and as a regular expression.
        yield base[:at] + "*" + base[at:]
        for wild in ("_", "%", ".", ".*"):
            yield base[:at] + wild + base[at + 1 :]
        yield base[:at] + "\\" + base[at:]


def _around(value: str, lookup: str) -> Iterator[str]:
    """Texts near a value: itself, other case, and parts of it. Parts around unusual characters come first."""
    part = _satisfying(value, lookup)
    middle = len(value) // 2
    yield value
    yield part.swapcase()
    if without_accents(part) != part:
        yield without_accents(part)
    for found in list(_UNUSUAL.finditer(value))[:6]:
        window = value[max(0, found.start() - 2) : found.end() + 2]
        yield from _fitting(window, value, lookup)
        yield from _fitting(window.swapcase(), value, lookup)
        yield value[: found.end()]
        yield value[found.start() :]
    if lookup in ("exact", "iexact"):
        words = re.findall(r"[^\W_]+", value)
        yield from dict.fromkeys((*words[:1], *words[-1:]) if len(words) > 1 else ())
    yield part
    yield " ".join(reversed(value.split()))
    yield from (value[-n:] for n in (1, 2, 3) if lookup.endswith("endswith") and value[-n:] in value[:-n])
    yield value[: max(1, middle)]
    yield value[middle:]
    yield value[1:-1]
    yield part.replace("+", " ")
    yield value.upper()
    yield value.lower()
    yield value.replace("  ", " ")
    yield value + "x"
    yield from (t for t in (blurred(value), value.replace(" ", "_")) if t != value)


def _fitting(window: str, value: str, lookup: str) -> Iterator[str]:
    """A window of a value, extended so that the lookup can match it."""
    at = value.lower().find(window.lower())
    yield window
    if at >= 0:
        yield value[:at] + window
        yield window + value[at + len(window) :]


def _plain_values(filter: Filter, values: list[Any], rng: random.Random) -> Iterator[Iterator[str]]:
    kind = kind_of(filter.schema)
    for value in dict.fromkeys(values):
        near = [str(value).lower() if isinstance(value, bool) else str(value)]
        number = parse("number", value) if kind == "number" else None
        if number is not None:
            near += [str(number + 1), str(number - 1)]
            if filter.schema.get("type") != "integer":
                near += [f"{number}0" if "." in str(number) else f"{number}.0", str(number + parse("number", "0.01"))]
        elif kind == "uuid":
            near += [near[0].swapcase(), _uuid_like(near[0], rng)]
        elif kind == "date":
            day = datetime.date.fromisoformat(value)
            near += [(day + datetime.timedelta(days=d)).isoformat() for d in (1, -1)]
        yield iter(near)


def _uuid_like(value: str, rng: random.Random) -> str:
    """Another uuid that begins as one does."""
    return f"{value[:8]}-0000-4000-8000-{rng.randrange(16**12):012x}"


def _lists(filter: Filter, values: list[Any], rng: random.Random) -> Iterator[Iterator[str]]:
    strings = [value for value in dict.fromkeys(map(str, values)) if sayable(filter, value)]
    if not strings:
        return
    unknown = _unknown(filter, strings, rng)
    found: list[list[str]] = []
    for size in (3, 2, 4, 1):
        if len(strings) >= size:
            found += [rng.sample(strings, size) for _ in range(3)]
    found += [[long] for long in strings[:30] if any(s != long and s in long for s in strings[:30])][:3]
    found += [
        [value.swapcase()] for value in strings[:2] if value.swapcase() != value and kind_of(filter.schema) == "text"
    ]
    with_commas = [value for value in strings if "," in value] if filter.delimiter != "," else []
    found += [items for value in with_commas[:2] for items in ([value], [strings[0], value])]
    if kind_of(filter.schema) == "uuid":
        strings = [value.swapcase() if number % 2 else value for number, value in enumerate(strings)]
    found += [[value, value, strings[-1]] for value in strings[:1]]
    found += [[*_unknowns(filter, unknown, MANY_VALUES), *strings[:2]]]
    found += [[unknown, value] for value in strings[:2]] + [[value, unknown] for value in strings[:2]] + [[unknown]]
    yield iter([joined(filter, items) for items in found])


def _of_one_row(filter: Filter, rows: Sequence[Row]) -> Iterator[str]:
    """Lists of values that some row has together, and that and one that it hasn't."""
    together = [[str(one) for one in dict.fromkeys(values_of(filter, row, None)) if _usable(one)] for row in rows]
    several = [each for each in together if len(each) > 1][:20]
    for first, other in zip(several, several[1:] + several[:1], strict=True):
        for values in (first[:2], first, [first[0], other[0]], [other[-1], first[-1]]):
            if len(set(values)) > 1 and all(sayable(filter, value) for value in values):
                yield joined(filter, values)


_PAIRS_OF_VALUES = 60


def _ranges(filter: Filter, values: list[Any], rng: random.Random) -> Iterator[Iterator[str]]:
    """Pairs of values, the smaller one first: of rows, beside those of rows, and one value twice."""
    kind = kind_of(filter.schema)
    make = _instants if kind in MOMENTS else _plain_values
    near = [one for stream in make(filter, values, rng) for one in stream if sayable(filter, one)]
    known = [one for one in map(str, values) if parse(kind, one) is not None and sayable(filter, one)]
    if not known or not near:
        return
    pairs = [[one, one] for one in known[:2]]
    pairs += [[rng.choice(known), rng.choice(near)] for _ in range(_PAIRS_OF_VALUES)]
    pairs += [[rng.choice(known), rng.choice(known)] for _ in range(_PAIRS_OF_VALUES)]
    yield iter([joined(filter, sorted(pair, key=lambda one: parse(kind, one))) for pair in pairs])


_UNKNOWN: Mapping[str, tuple[str, ...]] = {
    "date": ("2001-02-03", "2002-03-04"),
    "date-time": ("2001-02-03T04:05:06Z", "2002-03-04T05:06:07Z"),
    "local": ("2001-02-03T04:05:06", "2002-03-04T05:06:07"),
    "text": ("0", "qzx"),
}
"""Unlikely values, by the kind of a filter's values."""


def _unknown(filter: Filter, strings: list[str], rng: random.Random) -> str:
    """A value of the filter's kind that isn't one of these."""
    kind = kind_of(filter.schema)
    if kind == "uuid":
        return _uuid_like(strings[0], rng)
    taken = {parse(kind, text) for text in strings}
    numbers = [found for found in taken if kind == "number" and found is not None]
    choices = (str(max(numbers) + 1),) if numbers else _UNKNOWN.get(kind, ("0",))
    return next((value for value in choices if parse(kind, value) not in taken), "0")


def _unknowns(filter: Filter, unknown: str, most: int) -> list[str]:
    """So many different values that no row has; none where the kind of value has no room for them."""
    kind = kind_of(filter.schema)
    if kind == "uuid":
        return [f"{unknown[:-4]}{number:04x}" for number in range(most)]
    if "enum" in filter.schema:
        return []
    if kind == "number":
        return [str(parse(kind, unknown) + number) for number in range(most)]
    if kind in ("date", *MOMENTS):
        first = datetime.date.fromisoformat(unknown[:10])
        return [f"{first + datetime.timedelta(days=number)}{unknown[10:]}" for number in range(most)]
    return [f"{unknown}{number}" for number in range(most)] if kind == "text" else []


def _instants(filter: Filter, values: list[Any], rng: random.Random) -> Iterator[Iterator[str]]:
    kind = kind_of(filter.schema)
    for number, value in enumerate(dict.fromkeys(map(str, values))):
        if parse(kind, value) is None:
            continue
        near = _local_near(value) if kind == "local" else _near(value)
        # Each value begins with another variant, so that all of them come early.
        start = number % len(near)
        yield iter(near[start:] + near[:start])


def _near(value: str) -> list[str]:
    """A moment in several offsets, and moments around it."""
    moment = datetime.datetime.fromisoformat(value.upper())
    millisecond, second = datetime.timedelta(milliseconds=1), datetime.timedelta(seconds=1)
    hundredth = moment + datetime.timedelta(microseconds=-moment.microsecond % 10_000)
    return [
        value,
        in_offset(moment, 180),
        in_offset(moment, -330),
        in_offset(moment, 330),
        re.sub(r"(\.\d\d)0+(?!\d)", r"\1", in_offset(hundredth, 0)),
        in_offset(moment + millisecond, 0),
        in_offset(moment - millisecond, 180),
        in_offset(moment + second, 0),
        in_offset(moment - second, 0),
        in_offset(moment.replace(microsecond=0), 0),
        in_offset(moment + datetime.timedelta(minutes=1), 0),
    ]


def _local_near(value: str) -> list[str]:
    """A time without an offset, and times around it."""
    moment = datetime.datetime.fromisoformat(value.upper())
    steps = ({"milliseconds": 1}, {"milliseconds": -1}, {"seconds": 1}, {"seconds": -1}, {"minutes": 1}, {"hours": -2})
    near = [moment + datetime.timedelta(**step) for step in steps]
    return [value, *map(written, near), written(moment.replace(microsecond=0))]

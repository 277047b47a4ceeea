"""What it means that rows are sorted: three-valued, as databases sort texts in many ways."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import combinations
from typing import Any

from conformance.oracle.lookups import Kind, kind_of, parse
from conformance.oracle.mutants.texts import without_accents
from spec import SortKey

Row = Mapping[str, Any]
Comparison = int | None
"""Negative, zero or positive; None where the document leaves it open which of two values comes first."""


def compared(kind: Kind, one: Any, other: Any) -> Comparison:
    """Which of two values comes first in ascending order. Where a null stands is open."""
    if one is None or other is None:
        return None
    if kind == "text":
        return _of_texts(str(one), str(other))
    left, right = parse(kind, one), parse(kind, other)
    return None if left is None or right is None else (left > right) - (left < right)


def _letters(text: str) -> str:
    """As most languages compare first: letters and digits alone, whatever their case and accents."""
    return re.sub(r"[\W_]+", "", without_accents(text.casefold()))


def _with(*digraphs: tuple[str, str]) -> Callable[[str], str]:
    """As a language compares that has letters of two characters."""

    def changed(text: str) -> str:
        letters = _letters(text)
        for pair, place in digraphs:
            letters = letters.replace(pair, place)
        return letters

    return changed


_COLLATIONS: tuple[Callable[[str], Any], ...] = (
    str,
    lambda text: text.encode("utf-16-be", "surrogatepass"),
    str.casefold,
    lambda text: text.swapcase(),
    lambda text: without_accents(text.casefold()),
    _letters,
    _with(("ch", "h\U0010ffff")),
    _with(("aa", "\U0010ffff")),
    _with(("cs", "c\U0010ffff"), ("sz", "s\U0010ffff"), ("ly", "l\U0010ffff"), ("ny", "n\U0010ffff")),
    lambda text: [part if n % 2 == 0 else part.zfill(40) for n, part in enumerate(re.split(r"(\d+)", _letters(text)))],
)
"""The ways in which databases sort texts: by character, by letter, in other languages, by the numbers in them."""


@lru_cache(maxsize=1 << 14)
def _forms(text: str) -> tuple[Any, ...]:
    return tuple(form(text) for form in _COLLATIONS)


def _of_texts(one: str, other: str) -> Comparison:
    """Decided only where all collations agree, and for texts of numbers the numbers as well."""
    if one == other:
        return 0
    found = {(a > b) - (a < b) for a, b in zip(_forms(one), _forms(other), strict=True)}
    left, right = parse("number", one), parse("number", other)
    if left is not None and right is not None and not (left.is_nan() or right.is_nan()):
        found.add((left > right) - (left < right))
    return found.pop() if len(found) == 1 else None


def value_of(key: SortKey, row: Row) -> Any:
    """What a row is sorted by; None where it has no value."""
    value: Any = row
    for name in key.path:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def _by_key(key: SortKey, one: Any, other: Any) -> Comparison:
    """Ascending. Some databases sort the values of an enum by their texts, some as they are declared."""
    found = compared(kind_of(key.schema), one, other)
    declared = key.schema.get("enum", ())
    if found and one in declared and other in declared:
        places = declared.index(one), declared.index(other)
        return found if found == (places[0] > places[1]) - (places[0] < places[1]) else None
    return found


def by_keys(keys: Sequence[SortKey], one: Row, other: Row) -> Comparison:
    """Which of two rows comes first; zero where they are equal in every key."""
    for key in keys:
        found = _by_key(key, value_of(key, one), value_of(key, other))
        if found != 0:
            return None if found is None else -found if key.descending else found
    return 0


def misplaced(keys: Sequence[SortKey], rows: Sequence[Row]) -> tuple[Row, Row] | None:
    """Two rows of a list that stand the wrong way round; the nearest ones first."""
    for distance in _distances(len(rows)):
        for place in range(len(rows) - distance):
            one, other = rows[place], rows[place + distance]
            if (by_keys(keys, one, other) or 0) > 0:
                return one, other
    return None


def _distances(rows: int) -> Iterable[int]:
    return range(1, rows)


def apart(keys: Sequence[SortKey], rows: Sequence[Row]) -> bool:
    """True where some two of the rows have an order at all."""
    return any(by_keys(keys, one, other) for one, other in combinations(rows, 2))


def as_text_differs(key: SortKey, rows: Sequence[Row]) -> bool:
    """True where numbers that are sorted as texts would stand in another order."""
    values = [value for row in rows if (value := value_of(key, row)) is not None]
    for one, other in combinations(dict.fromkeys(map(str, values)), 2):
        found = compared("number", one, other)
        if found and found != (one > other) - (one < other):
            return True
    return False

"""A lookup for many values at once: what doesn't depend on the operand is worked out only once.

To choose its cases, a run compares some hundred thousand values. So the loops here are those of `map`.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from itertools import repeat
from typing import Any

from conformance.oracle.bounds import LONGEST_COMPARED
from conformance.oracle.lookups import ORDER, PLAIN, Kind, Truth, all_forms, compare, parse, turkish_lower

Read = Callable[[str], list[Truth]]
"""From an operand to what a lookup says of each of some values."""


def over(lookup: str, kind: Kind, values: Sequence[Any], between: str = ",") -> Read:
    """`compare` for many values."""
    if kind != "text" and lookup in ORDER:
        return _over_ordered(lookup, kind, values)
    if kind == "text" and lookup.removeprefix("i") in PLAIN:
        return _over_texts(lookup, values)
    return lambda operand: [compare(lookup, kind, value, operand, between) for value in values]


def _over_ordered(lookup: str, kind: Kind, values: Sequence[Any]) -> Read:
    order, ready = ORDER[lookup], [None if value is None else parse(kind, value) for value in values]
    undecided: list[Truth] = [False if value is None else None for value in values]
    readable = None not in ready

    def read(operand: str) -> list[Truth]:
        wanted = parse(kind, operand)
        if wanted is None:
            return list(undecided)
        if readable:
            return list(map(order, ready, repeat(wanted)))
        return [none if one is None else order(one, wanted) for one, none in zip(ready, undecided, strict=True)]

    return read


def _over_texts(lookup: str, values: Sequence[Any]) -> Read:
    texts = [value if isinstance(value, str) and len(value) <= LONGEST_COMPARED else "" for value in values]
    others = [place for place, value in enumerate(values) if value != texts[place]]
    beyond = [place for place, text in enumerate(texts) if not text.isascii()]
    of_ascii = _over_ascii(lookup, [text if text.isascii() else "" for text in texts])
    of_beyond, of_all = _over_unicode(lookup, [texts[place] for place in beyond]), _over_unicode(lookup, texts)

    def read(operand: str) -> list[Truth]:
        if operand.isascii():
            found = of_ascii(operand)
            for place, truth in zip(beyond, of_beyond(operand), strict=True):
                found[place] = truth
        else:
            found = of_all(operand)
        for place in others:
            found[place] = compare(lookup, "text", values[place], operand)
        return found

    return read


def _over_ascii(lookup: str, texts: Sequence[str]) -> Read:
    plain = PLAIN[lookup.removeprefix("i")]
    if lookup in PLAIN:
        return lambda operand: list(map(plain, texts, repeat(operand)))
    lower, turkish = [text.lower() for text in texts], [turkish_lower(text) for text in texts]

    def read(operand: str) -> list[Truth]:
        small = operand.lower()
        found: list[Truth] = list(map(plain, lower, repeat(small)))
        if "i" in small:  # only i folds in more than one way
            return _agreed([found, list(map(plain, turkish, repeat(turkish_lower(operand))))])
        return found

    return read


def _over_unicode(lookup: str, texts: Sequence[str]) -> Read:
    plain, forms = PLAIN[lookup.removeprefix("i")], _composed if lookup in PLAIN else all_forms
    ways = list(zip(*map(forms, texts), strict=True))

    def read(operand: str) -> list[Truth]:
        if not texts:
            return []
        return _agreed([list(map(plain, way, repeat(form))) for way, form in zip(ways, forms(operand), strict=True)])

    return read


def _composed(text: str) -> tuple[str, ...]:
    return text, unicodedata.normalize("NFC", text)


def _agreed(ways: list[list[Truth]]) -> list[Truth]:
    """What all ways to compare say of each value; None where they differ."""
    first, *others = ways
    if all(other == first for other in others):
        return first
    return [one if all(other is one for other in more) else None for one, *more in zip(*ways, strict=True)]

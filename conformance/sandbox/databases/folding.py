"""Python's case folding as a function of PostgreSQL, which has none of its own that means the same."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path

_FILE = Path(__file__).with_name("functions.sql")


_LATIN = "\u017f"
"""The last letter of the alphabets that most texts are written in."""


@cache
def functions() -> str:
    """The SQL that makes the functions which lookups call."""
    folded = {
        letter: folded
        for letter in map(chr, range(sys.maxunicode + 1))
        if not "\ud800" <= letter <= "\udfff" and (folded := letter.casefold()) != letter
    }
    latin = {letter: to for letter, to in folded.items() if letter <= _LATIN}
    to_many = "".join(letter for letter, to in folded.items() if len(to) > 1)
    texts = {
        "LATIN": _LATIN,
        "MANY": to_many,
        "OF_LATIN": _of_each(latin),
        "ONE_BY_ONE": _one_by_one(folded),
        "OF_ALL": _of_each(folded),
    }
    sql = _FILE.read_text("utf-8").partition("\n\n")[2]
    return re.sub("|".join(rf"\b{blank}\b" for blank in texts), lambda blank: texts[blank[0]], sql)


def _one_by_one(folded: Mapping[str, str]) -> str:
    """An expression that folds the letters which become one; it takes longer the more there are."""
    to_one = {letter: one for letter, one in folded.items() if len(one) == 1}
    return f"translate($1, '{''.join(to_one)}', '{''.join(to_one.values())}')"


def _of_each(folded: Mapping[str, str]) -> str:
    expression = _one_by_one(folded)
    for letter, many in folded.items():
        if len(many) > 1:
            expression = f"replace({expression}, '{letter}', '{many}')"
    return expression

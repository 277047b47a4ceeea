"""Python's case folding as a function of PostgreSQL, which has none of its own that means the same."""

from __future__ import annotations

import sys
from functools import cache
from pathlib import Path

_FILE = Path(__file__).with_name("functions.sql")


@cache
def functions() -> str:
    """The SQL that makes the functions which lookups call."""
    folded = {
        letter: folded
        for letter in map(chr, range(sys.maxunicode + 1))
        if not "\ud800" <= letter <= "\udfff" and (folded := letter.casefold()) != letter
    }
    to_one = {letter: one for letter, one in folded.items() if len(one) == 1}
    to_many = {letter: many for letter, many in folded.items() if len(many) > 1}
    one_by_one = f"translate($1, '{''.join(to_one)}', '{''.join(to_one.values())}')"
    all_of_it = one_by_one
    for letter, many in to_many.items():
        all_of_it = f"replace({all_of_it}, '{letter}', '{many}')"
    texts = {"'MANY'": f"'[{''.join(to_many)}]'", "ONE_BY_ONE": one_by_one, "RETURN FOLDED": f"RETURN {all_of_it}"}
    sql = _FILE.read_text("utf-8").partition("\n\n")[2]
    for blank, text in texts.items():
        sql = sql.replace(blank, text)
    return sql

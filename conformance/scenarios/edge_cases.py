"""The edge cases: values on which a server may fail that handles every plain row correctly.

One table gives for each value its place, its reason, and the server fault that only it finds.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, get_args

Place = Literal["key", "near keys", "text", "member text", "member number", "members", "amount", "list", "boolean"]
"""The place of a value: a row's key, the keys of two, a text, a text or number in an object, more members, ..."""


PLACES: tuple[Place, ...] = get_args(Place)


@dataclass(frozen=True)
class EdgeCase:
    """One edge-case value, sent in a row of its own."""

    name: str
    place: Place
    what: Any
    """The value. For a key it is the suffix; for near keys the two suffixes; for a list the suffix of each link."""
    why: str
    fault: str
    """The fault of a server that no plain row reveals."""
    bold: int = 0
    """1 for a value that a server may refuse with good reason, such as a very long text; 2 where columns forbid it."""


def _long(size: int) -> str:
    """A text of this length in which no part repeats."""
    return " ".join(f"w{n}" for n in range(size))[:size].rstrip().ljust(size, "x")


_TEXTS: tuple[tuple[str, str, str, str, bool], ...] = (
    ("backslashes", "C:\\new\\table", "Text passes through code that reads escapes.", "reads escapes", False),
    ("entities", "&amp; &lt;b&gt; &#x41; %41", "Text passes through HTML or a URL.", "reads entities", False),
    ("markup", "<b>2 m</b> x < y", "Text is cleaned before it is kept.", "removes markup", False),
    ("compatibility letters", "½ ﬁ Ⅷ", "Text is normalised for search.", "normalises to NFKC", False),
    ("letter in two parts", "cafe\u0301", "Text is normalised before it is kept.", "normalises to NFC", False),
    ("formula", "=1+1", "Imports quote what a spreadsheet would compute.", "quotes formulas", False),
    ("leading zeros", "0012", "Text that looks like a number is read as one.", "reads integers in texts", False),
    ("true", "true", "JSON, YAML and forms read it as a boolean.", "reads booleans in texts", False),
    ("no", "no", "YAML reads it as a boolean.", "reads YAML in texts", False),
    ("null", "null", "It reads as no value.", "reads null in texts", False),
    ("trailing zero", "1.50", "Text that looks like a number is read as one.", "reads decimals in texts", False),
    ("date", "2024-01-05", "Mappings by example store it as a date-time.", "reads dates in texts", False),
    ("JSON", '["a", 1]', "Stores of JSON read a text once more.", "reads JSON in texts", False),
    ("separators", "a, b; c|d", "Text is kept in a list of texts.", "splits at separators", False),
    ("doubled quotes", "it''s", "SQL and CSV write a quote twice.", "halves quotes", False),
    ("placeholders", "{x} ${y} %s", "Text is used as a template.", "fills placeholders", False),
    ("lines", "two\nlines\tand a tab", "Forms and logs keep one line.", "keeps one line", True),
    ("70 characters", _long(70), "A column holds 64.", "keeps 64 of 100 characters", True),
    ("110 characters", _long(110), "A column holds 100.", "keeps 100 of 200 characters", True),
    ("260 characters", _long(260), "A column holds 255.", "keeps 255 characters", True),
)
"""Name, text, why, fault, and whether it is bold."""

_IN_OBJECTS = frozenset(name for name, *_ in _TEXTS) - {"110 characters", "260 characters"}
"""An object is stored as a whole, so a column is too short for all of its texts or for none."""

EDGE_CASES: tuple[EdgeCase, ...] = (
    EdgeCase("wildcard", "near keys", ("-WxW", "-W_W"), "SQL's LIKE takes _ for any letter.", "takes _ for any letter"),
    EdgeCase("accent", "near keys", ("-s", "-ş"), "Collations compare letters without accents.", "drops accents"),
    EdgeCase("hyphen", "near keys", ("-H-H", "-HH"), "Slugs and codes drop punctuation.", "drops hyphens"),
    EdgeCase("prefix", "near keys", ("-L-2", "-L"), "A search by prefix finds the longer key first.", "takes a prefix"),
    EdgeCase("long key", "key", "-" + "x" * 24, "A column holds 40 characters.", "cuts keys", bold=True),
    *(EdgeCase(name, "text", text, why, fault, bold) for name, text, why, fault, bold in _TEXTS),
    *(
        EdgeCase(name, "member text", text, why, fault, bold)
        for name, text, why, fault, bold in _TEXTS
        if name in _IN_OBJECTS
    ),
    EdgeCase(
        "empty", "member text", "", "Stores keep null for an empty text, or nothing.", "drops empty texts", bold=1
    ),
    EdgeCase("zero", "member number", 0, "Zero is false in many languages.", "drops what is false", bold=True),
    EdgeCase("false", "member number", False, "It is sent to be kept.", "drops what is false", bold=True),
    EdgeCase("32 bits", "member number", 3_000_000_000, "It needs more than 31 bits.", "keeps 31 bits", bold=True),
    EdgeCase("three places", "member number", 2.125, "Floats are rounded like money.", "rounds to cents", bold=True),
    EdgeCase("boolean", "member number", True, "A boolean is an integer in Python.", "numbers booleans", bold=True),
    EdgeCase("30 members", "members", 30, "A store keeps so many fields of an object.", "keeps 20 members", bold=1),
    EdgeCase("nothing", "amount", "0", "Zero is false in many languages.", "drops a first zero", bold=True),
    EdgeCase("fraction", "amount", "2.5", "An amount is kept as an integer.", "keeps whole amounts", bold=True),
    EdgeCase("round", "amount", "100.00", "Normalised decimals show as 1E+2.", "writes powers of ten", bold=True),
    EdgeCase("thousands", "amount", "1234.56", "Amounts are formatted for people.", "separates thousands", bold=True),
    EdgeCase("large round", "amount", "40000", "Normalised decimals show as 4E+4.", "writes powers of ten", bold=True),
    EdgeCase("eight digits", "amount", "123456.78", "A 32-bit float holds seven.", "keeps seven digits", bold=True),
    EdgeCase("three places", "amount", "12.345", "A column holds two.", "keeps two places", bold=2),
    EdgeCase("18 digits", "amount", "123456789012345.678", "A 64-bit float holds 17.", "computes in floats", bold=2),
    EdgeCase("seven links", "list", ("7", "3", "5", "1", "2", "4", "6"), "A list holds five.", "keeps five of a list"),
    EdgeCase("one link twice", "list", ("", ""), "A set holds each value once.", "keeps a list as a set", bold=True),
    EdgeCase("unescaped link", "list", ("a b[1]|é",), "Links are kept in a normal form.", "rewrites links", bold=1),
    EdgeCase("yes", "boolean", True, "A default takes the place of what is sent.", "keeps no"),
    EdgeCase("no", "boolean", False, "A default takes the place of what is false.", "keeps yes"),
)


def cases(place: Place) -> tuple[EdgeCase, ...]:
    """The edge cases of a place. The row with the first of two near keys is inserted before the second one."""
    return tuple(case for case in EDGE_CASES if case.place == place)


def key_tails() -> tuple[str, ...]:
    """The suffixes of all keys that are edge cases."""
    return (*(tail for case in cases("near keys") for tail in case.what), *(case.what for case in cases("key")))

"""Awkward values: texts, times and numbers that many servers read, keep or compare wrongly.

The values that a row keeps, each with its reason and its fault, are in `conformance/scenarios/edge_cases.py`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

TEXTS: Mapping[str, str] = {
    "beyond-16-bits": "Çanta 🎒",
    "quote": "it's",
    "double-quote": '12" x',
    "percent": "100%s _",
    "backslash": "a\\",
    "brackets": "([{*+?",
    "separators": "a,b;c|d&e=f#g",
    "dots": "../..%2f.",
    "digits": "9" * 26,
    "right-to-left": "\u202eabc\u202c",
    "combining": "e\u0301\u00a0ﬁ",
    "new-line": "a\r\nb",
    "control": "a\x01\x1f\x7fb",
    "nul": "a\0b",
}
"""Short texts on which servers fail, by what is awkward about them."""

TOGETHER = " ".join(text for text in TEXTS.values() if not re.search(r"[\x00-\x1f]", text))
"""Those of them in one text that no server has a reason to refuse: it would not look at the rest."""

LONG = "long " * 400
"""For one parameter of a request only: under several the URL would be longer than servers accept."""

NOT_UNICODE = "a\ud800b"
"""Half of a surrogate pair: JSON can carry it, and no encoding of text can."""

KEY = "a'b\"c.d%e([é🎒"
"""A free key."""

LOOKUP_KEY = "contains"
"""A free key that is the name of a lookup."""

WITNESSES = (
    "Kirmizi Canta",
    "KIRMIZI CANTA",
    "Kirmizi",
    "Çanta Ağaç Söğüt",
    "ÇANTA AĞAÇ SÖĞÜT",
    "canta agac sogut",
    "50% Wool_Blend",
    "50 Wool Blend",
    "500 WoolXBlend",
    "Back\\slash \"quoted\" 'single'",
    "Salt & Pepper + Lemon, 2 kg; #3",
    "Salt",
    "Pepper Salt",
    "naïve café Ünal",
    "Red Apron 42",
    "red apron 42",
    "Red",
    "Infrared",
    "Redder 🎒 bag",
    "(a+b)*c.d [x]",
    "40.5",
)
"""Texts of rows: prefixes, suffixes and case variants of each other, wildcards, and what a URL must escape."""

MIXED = (
    "Çanta  Ağaç & Söğüt + %50 _ 'tek' \"çift\" é",
    "Yeşil Gömlek, 2. Kalite; ölçü <40> / ñandú ß",
    "Şal #3 = «Bordo» \u2014 日本 🎒",
)
"""Texts of rows in which everything that a server must keep occurs once."""

TAILS = ("&x", ";x", "#x", ",x", " x", "\\", '"', "'", "é", "\U0001f600", "%", "*", ".*", "%20x", "x" * 21)
"""Tails of a text that would match without them: a server that drops, cuts or interprets one finds rows."""

INSTANTS = (
    "9999-12-31T23:59:59-14:00",
    "0001-01-01T00:00:00+14:00",
    "2024-02-29T12:00:00Z",
    "2024-05-22T24:00:00Z",
    "2016-12-31T23:59:60Z",
)
"""Both ends of the calendar, past which their offsets lead; a leap day, an hour 24, a leap second."""

CLOCKS = ("9999-12-31T23:59:59", "0001-01-01T00:00:00", "2024-02-29T12:00:00", "2024-05-22T24:00:00")
"""The same without an offset: a zone of its own leads past both ends of the calendar."""

DAYS = ("9999-12-31", "0001-01-01", "2024-02-29")
"""Both ends of the calendar, and a leap day."""

NUMBERS = (str(2**31), str(2**63), "9" * 20)
"""Numbers that integers of 32 and of 64 bits don't hold."""

FAR = 10**20
"""A page number beyond 64 bits. A limit of that size could make a server send all of its data."""

"""The difference between what was expected and what came, marked in the texts and in the responses."""

from __future__ import annotations

import difflib
import re

from markupsafe import Markup, escape

ALIKE = 0.5
"""Below this share of common words, two texts differ so much that marks would say nothing."""

MOST_WORDS = 200
"""... and above so many words finding them takes too long."""

MOST_NAMES = 40
"""Values that are looked for in a response."""

_QUOTED = re.compile(r'"((?:[^"\\]|\\.){1,200})"')
_NUMBER = re.compile(r"(?<![\w.-])\d{1,20}(?![\w.-])")
_WORD = re.compile(r"[^\s,;:=()'\"]{3,200}")


def marked(text: str, other: str) -> Markup:
    """A text, escaped, with what the other one doesn't have marked."""
    words, others = (re.findall(r"\w+", part) for part in (text, other))
    alike = difflib.SequenceMatcher(None, words[:MOST_WORDS], others[:MOST_WORDS], autojunk=False).ratio()
    if max(len(words), len(others)) > MOST_WORDS or alike < ALIKE:
        return escape(text)
    mine, theirs = (re.findall(r"\w+|\s+|[^\w\s]", part) for part in (text, other))
    matcher = difflib.SequenceMatcher(None, mine, theirs, autojunk=False)
    shown = Markup("")
    for kind, start, end, _, _ in matcher.get_opcodes():
        part = "".join(mine[start:end])
        shown += Markup("<mark>{}</mark>").format(part) if kind in ("replace", "delete") and part.strip() else part
    return shown


def marked_response(response: str, expected: str, observed: str) -> Markup:
    """A response, escaped, with the values marked that the expectation or the observation names, and the other doesn't.

    What both name, such as the value that was asked for, is no difference.
    """
    wanted, seen = _values(expected), _values(observed)
    sides = {**dict.fromkeys(wanted - seen, "expected"), **dict.fromkeys(seen - wanted, "observed")}
    names = sorted(sides, key=lambda name: (-len(name), name))[:MOST_NAMES]
    if not names:
        return escape(response)
    # A number is marked where it is a value or the status, not where it is a part of one.
    alternatives = [rf"(?<![\w.=/-]){re.escape(n)}(?![\w.-])" if n.isdecimal() else re.escape(n) for n in names]
    shown, at = Markup(""), 0
    for found in re.finditer("|".join(alternatives), response):
        shown += escape(response[at : found.start()])
        shown += Markup('<mark class="{}">{}</mark>').format(sides[found[0]], found[0])
        at = found.end()
    return shown + escape(response[at:])


def _values(text: str) -> set[str]:
    """The values that a sentence names: what is quoted, keys of rows, and numbers."""
    short = text[:4_000]
    quoted = set(_QUOTED.findall(short))
    bare = _QUOTED.sub(" ", short)
    keys = {word for word in _WORD.findall(bare) if re.search(r"\d|\w-\w", word) and not word.isdecimal()}
    return quoted | keys | set(_NUMBER.findall(bare))

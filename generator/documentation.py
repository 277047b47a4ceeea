"""A document's descriptions as docstrings: Markdown keeps its lists, tables and code."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Mapping
from typing import Any

_WIDTH = 114
_ITEM = re.compile(r"(\s*)([-*+]|\d+[.)])\s+")
_BOUNDS = (
    *(("minimum", "at least {}"), ("exclusiveMinimum", "more than {}"), ("maximum", "at most {}")),
    *(("exclusiveMaximum", "less than {}"), ("multipleOf", "a multiple of {}")),
    *(("minLength", "at least {} characters"), ("maxLength", "at most {} characters")),
    *(("minItems", "at least {} items"), ("maxItems", "at most {} items")),
)


def notes(flat: Mapping[str, Any]) -> str:
    """The default and the bounds of a value in words, as `Default: 50, at most 100.`"""
    found: list[str] = []
    default = flat.get("default")
    if isinstance(default, (str, int, float)) and default != "":
        found.append(f"default: {'true' if default is True else 'false' if default is False else default}")
    for word, says in _BOUNDS:
        value = flat.get(word)
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            found.append(says.format(value))
    text = ", ".join(found)
    return f"{text[0].upper()}{text[1:]}." if text else ""


def oneline(text: str) -> str:
    """Text on one line."""
    return " ".join(text.split())


def safe(text: str) -> str:
    """Text that can stand between triple quotes."""
    plain = text.replace("\\", "\\\\").replace('"""', '\\"\\"\\"')
    plain = "".join(sign for sign in plain if sign.isprintable() or sign == "\n")
    return plain[:-1] + '\\"' if plain.endswith('"') else plain


def paragraph(text: str, indent: int) -> str:
    """Text as one paragraph, wrapped."""
    return wrapped(safe(oneline(text)), " " * indent).lstrip()


def markdown(text: str, indent: int) -> str:
    """Text with its paragraphs wrapped, and its lists, tables, headings and code as they are."""
    blocks = list(_blocks(text.replace("\t", "    ")))
    lines = [line for block in blocks for line in block]
    while lines and not lines[-1]:
        lines.pop()
    whole = safe("\n".join(lines))
    return textwrap.indent(whole, " " * indent, lambda line: bool(line.strip())).lstrip()


def _blocks(text: str) -> Iterator[list[str]]:
    """Paragraphs, list items, and what is kept line by line."""
    waiting: list[str] = []
    hanging, fence = "", ""

    def done() -> Iterator[list[str]]:
        nonlocal hanging
        if waiting:
            first, rest = waiting[0], " ".join(each.strip() for each in waiting)
            lead = first[: len(first) - len(first.lstrip())]
            yield textwrap.wrap(
                rest, _WIDTH - 8, initial_indent=lead, subsequent_indent=lead + hanging,
                break_long_words=False, break_on_hyphens=False,
            )  # fmt: skip
            waiting.clear()
        hanging = ""

    for line in textwrap.dedent(text).strip("\n").splitlines():
        bare = line.strip()
        if fence:
            yield [line.rstrip()]
            fence = "" if bare.startswith(fence) else fence
        elif bare.startswith(("```", "~~~")):
            yield from done()
            fence = bare[:3]
            yield [line.rstrip()]
        elif not bare:
            yield from done()
            yield [""]
        elif bare.startswith(("|", "#", ">")) or (line.startswith("    ") and not waiting):
            yield from done()
            yield [line.rstrip()]
        elif item := _ITEM.match(line):
            yield from done()
            waiting.append(line.rstrip())
            hanging = " " * (len(item[0]) - len(item[1]))
        else:
            waiting.append(line.rstrip())
    yield from done()


def wrapped(text: str, indent: str, first: str | None = None) -> str:
    """One paragraph, wrapped."""
    return textwrap.fill(
        text,
        _WIDTH,
        initial_indent=indent if first is None else first,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )

"""Patterns of a document's or a server's making: as ECMA-262 reads them, and never for ever."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from spec.patterns import is_match, literal, searching

ROOT = Path(__file__).parents[2]
ROOMS = ("spec", *(f"conformance/{room}" for room in ("transport", "oracle", "reading", "writing", "laws", "fuzzing")))


@pytest.mark.parametrize(
    ("pattern", "text", "matches"),
    [
        ("[A-Z_]+", "COLOR", True),
        ("[A-Z_]+", "COLOR\n", False),
        ("a|bc", "bc", True),
        ("a|bc", "abc", False),
        ("(?!x)\\w+", "y", True),
        ("(?!x)\\w+", "xy", False),
        ("\\d+", "\u0663", False),
        (".+", "ş", True),
        (".+", "\ud800", True),
    ],
)
def test_a_pattern_matches_a_whole_text(pattern: str, text: str, matches: bool) -> None:
    assert is_match(pattern, text) == matches


@pytest.mark.parametrize("pattern", ["(", "[", "*", "a{2,1}", "(?<x"])
def test_what_is_no_pattern_is_refused(pattern: str) -> None:
    with pytest.raises(ValueError, match="isn't a regular expression"):
        searching(pattern)


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("(a+)+b", "a" * 100_000),
        ("(a|a)*b", "a" * 100_000),
        ("[^]*a[^]*a[^]*a[^]*b".replace("[^]", "[\\s\\S]"), "a" * 100_000),
        ("(?!x)(a+)+b", "a" * 5_000),
    ],
)
def test_no_pattern_takes_for_ever(pattern: str, text: str) -> None:
    assert not is_match(pattern, text)


def test_a_literal_is_its_text_and_nothing_else() -> None:
    every = "".join(map(chr, range(1, 0x250)))
    assert is_match(literal(every), every)
    assert not is_match(literal("a.c"), "abc")


def test_pythons_engine_gets_no_pattern_of_anybody_elses_making() -> None:
    """Its patterns are written in the code; what is put into them is escaped, or a constant."""
    wrong = []
    for path in (file for room in ROOMS for file in (ROOT / room).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            match node:
                case ast.Call(func=ast.Attribute(value=ast.Name(id="re"), attr=name), args=[pattern, *_]):
                    if name not in ("escape", "error") and not _is_ours(pattern):
                        wrong.append(f"{path.relative_to(ROOT)}:{node.lineno}")
    assert wrong == []


def _is_ours(pattern: ast.expr) -> bool:
    if isinstance(pattern, ast.JoinedStr):
        return all(_is_ours(part.value) for part in pattern.values if isinstance(part, ast.FormattedValue))
    if isinstance(pattern, ast.Call):
        name, of = (pattern.func.attr, pattern.func.value) if isinstance(pattern.func, ast.Attribute) else ("", pattern)
        return name in ("escape", "join") or (name == "replace" and _is_ours(of))
    return isinstance(pattern, ast.Constant) or (isinstance(pattern, ast.Name) and pattern.id.isupper())

"""Mutants of text lookups: case folding, active wildcards, and changes to a text before the comparison."""

from __future__ import annotations

import re
import unicodedata
import urllib.parse
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache, partial

from conformance.oracle.lookups import PLAIN, compare, kind_of, meaning, text
from conformance.oracle.many import over
from conformance.oracle.mutants.mutant import Mutant, Reading, Row, between_forms, reading, value_of
from conformance.oracle.mutants.stacks import part_mutants, set_mutants, strange_keys, unfiltered_words
from conformance.oracle.operands import separator
from spec import Filter
from spec.patterns import literal, searching


def texts(decide: Callable[[str, str], bool | None]) -> Reading:
    return lambda value, operand: decide(str(value), operand)


_ASCII_LOWER = str.maketrans({chr(c): chr(c + 32) for c in range(ord("A"), ord("Z") + 1)})


@lru_cache(maxsize=1 << 16)
def ascii_lower(value: str) -> str:
    """Lower case of the letters A to Z alone."""
    return value.translate(_ASCII_LOWER)


@lru_cache(maxsize=1 << 16)
def without_accents(value: str) -> str:
    """Letters without their diacritics, as some collations compare them."""
    return "".join(c for c in unicodedata.normalize("NFD", value) if not unicodedata.combining(c))


@lru_cache(maxsize=1 << 16)
def blurred(value: str) -> str:
    """Words with single spaces between them, as a server compares that splits texts into words."""
    return re.sub(r"[\W_]+", " ", value)


SHORT = 8
"""The only characters that some search indexes keep."""


_CHANGES: tuple[tuple[str, Callable[[str], str]], ...] = (
    ("backslashes are lost", lambda t: t.replace("\\", "")),
    ("backslashes are doubled", lambda t: t.replace("\\", "\\\\")),
    ("+ is read as a space", lambda t: t.replace("+", " ")),
    ("spaces become +", lambda t: t.replace(" ", "+")),
    ("percent-decoded twice", urllib.parse.unquote),
    ("cut at &", lambda t: t.partition("&")[0]),
    ("cut at ;", lambda t: t.partition(";")[0]),
    ("cut at #", lambda t: t.partition("#")[0]),
    ("only the part before a comma counts", lambda t: t.partition(",")[0]),
    ("quotes are lost", lambda t: t.replace('"', "").replace("'", "")),
    ("read as Latin-1", lambda t: t.encode().decode("latin-1")),
    ("non-ASCII is lost", lambda t: t.encode("ascii", "ignore").decode()),
    ("only the first word counts", lambda t: t.split(" ")[0]),
    ("spaces inside are squeezed", lambda t: re.sub(" +", " ", t)),
    ("spaces are lost", lambda t: t.replace(" ", "")),
    ("cut at 20 characters", lambda t: t[:20]),
    ("HTML-escaped", lambda t: t.replace("&", "&amp;").replace('"', "&quot;").replace("'", "&#x27;")),
    ("characters beyond the BMP are lost", lambda t: "".join(c for c in t if ord(c) < 0x10000)),
)
"""Changes that a server may make to an operand: name and function."""

_CONFUSING = (("quotes", "\"'"), ("a backslash", "\\"), ("a percent sign", "%"), ("an ampersand", "&"), ("a plus", "+"))
"""Characters on which a careless query fails, so that nothing is found."""


def text_mutants(filter: Filter) -> Iterator[Mutant]:
    lookup = filter.lookup
    folds = lookup not in PLAIN
    base = lookup[1:] if folds else lookup
    fold: Callable[[str], str] = str.casefold if folds else str

    def changed(name: str, value_side: Callable[[str], str], operand_side: Callable[[str], str]) -> Mutant:
        """A mutant that compares texts after a change to each side."""
        return between_forms(filter, name, PLAIN[base], lambda value: value_side(str(value)), operand_side)

    def both(name: str, change: Callable[[str], str]) -> Mutant:
        return changed(name, change, change)

    def read_as(name: str) -> Mutant:
        def over_values(values: Sequence[object]) -> Callable[[str], Sequence[bool | None]]:
            return over(name, "text", [str(value) for value in values])

        return reading(filter, f"read as {name}", texts(partial(text, name)), over=over_values)

    def unaccented(value: str) -> str:
        return without_accents(fold(value))

    for other in ("exact", "contains", "startswith", "endswith"):
        for name in (other, f"i{other}"):
            if name != lookup:
                yield read_as(name)
    if not folds:
        # As SQLite's LIKE reads it: an operand with other letters alone doesn't show that.
        yield both(f"read as i{base}, but only ASCII letters fold", ascii_lower)
    if folds:
        yield both("only ASCII letters fold", ascii_lower)
        yield changed("only the value is folded", str, str.lower)
        yield changed("only the row is folded", str.lower, str)
    if base in ("exact", "contains"):
        yield both("accents don't count", unaccented)
    if base == "exact":
        yield reading(filter, "a word of the value is enough", texts(_has_word(fold)))
    if base != "exact":
        yield reading(filter, "only whole words match", texts(_by_words(fold, str.__eq__)))
        yield reading(filter, "only beginnings of words match", texts(_by_words(fold, str.startswith)))
    yield from part_mutants(filter, base, fold)
    if base == "endswith":
        yield reading(filter, "only its first occurrence counts", texts(_first_occurrence(fold)))
    yield from _wildcards(filter, base, fold, ("%_",))
    if filter.free_key:
        yield _as_pattern(filter, base, fold)


def _as_pattern(filter: Filter, base: str, fold: Callable[[str], str]) -> Mutant:
    shows = texts(lambda value, operand: _search(base, fold(operand), fold(value)))
    return reading(filter, "read as a regular expression", shows, _holds(".*+?[(|^$\\"))


def half_mutant(filter: Filter) -> Mutant:
    """For a lookup that leaves open how a text is compared: a search that is content with the value's beginning."""
    return reading(filter, "the first half is enough", texts(lambda v, o: text("icontains", v, o[: len(o) // 2 or 1])))


def _wildcards(filter: Filter, base: str, fold: Callable[[str], str], sets: Sequence[str]) -> Iterator[Mutant]:
    for wildcards in sets:
        if not set(filter.wildcards) >= set(wildcards):  # else it is right
            name = f"{' and '.join(wildcards)} {'are wildcards' if len(wildcards) > 1 else 'is a wildcard'}"
            yield reading(filter, name, texts(_like(base, fold, wildcards)), _holds(wildcards))


def shared_mutants(filter: Filter) -> Iterator[Mutant]:
    """Mutants of a lookup that all fields share: one filter of a list and a lookup shows them for the others."""
    if not is_of_text(filter):
        return
    lookup, base = filter.lookup, filter.lookup.removeprefix("i")
    fold: Callable[[str], str] = str.casefold if lookup != base else str
    # Beginnings and ends are compared by the same code: what isn't of the comparison itself need not be shown for each.
    usual = base in ("exact", "contains")
    yield from _wildcards(filter, base, fold, ("%", "_", "*") if usual else ("*",))
    yield from _of_words(filter, base, fold) if usual else ()
    if not filter.free_key:
        yield _as_pattern(filter, base, fold)
    if base == "exact":
        alike = texts(lambda value, operand: fold(blurred(value)) == fold(blurred(operand)))
        yield reading(filter, "spaces and punctuation are all the same", alike)
        cut = texts(lambda value, operand: fold(value[:SHORT]) == fold(operand[:SHORT]))
        yield reading(filter, f"only {SHORT} characters count", cut)
        yield reading(filter, "a text that is no number equals 0", texts(_as_numbers), _is_number)
    if base != "exact":
        # A LIKE whose wildcards are escaped, but not the escape character itself.
        name, hidden = "a backslash makes what follows a plain letter", _changed(lookup, lambda o: o.replace("\\", ""))
        yield reading(filter, name, texts(hidden), _holds("\\"))


def is_of_text(filter: Filter) -> bool:
    """True for a filter that compares one text with another."""
    one = not (filter.many or filter.several)
    return one and kind_of(filter.schema) == "text" and filter.lookup.removeprefix("i") in PLAIN


def _of_words(filter: Filter, base: str, fold: Callable[[str], str]) -> Iterator[Mutant]:
    """Mutants that take a text apart."""
    yield reading(filter, "the words may stand in any order", texts(_in_any_order(base, fold)), _holds(" "))
    yield reading(filter, "any word may match", texts(_any_part(filter.lookup, " ")), _holds(" "))
    yield reading(filter, "any part between commas may match", texts(_any_part(filter.lookup, ",")), _holds(","))


def _by_words(fold: Callable[[str], str], fits: Callable[[str, str], bool]) -> Callable[[str, str], bool]:
    """The comparison of a word index: every word of the operand matches some word of the value."""

    def shown(value: str, operand: str) -> bool:
        words = _WORD.findall(fold(value))
        return all(any(fits(word, wanted) for word in words) for wanted in _WORD.findall(fold(operand)))

    return shown


_WORD = re.compile(r"\w+")
_LETTERS = re.compile(r"[^\W_]+")


def _has_word(fold: Callable[[str], str]) -> Callable[[str, str], bool]:
    """The comparison of an analysed field, which holds the words of a text one by one."""
    return lambda value, operand: fold(value) == fold(operand) or fold(operand) in _words(fold(value))


@lru_cache(maxsize=1 << 16)
def _words(value: str) -> frozenset[str]:
    return frozenset(_LETTERS.findall(value))


def _in_any_order(base: str, fold: Callable[[str], str]) -> Callable[[str, str], bool]:
    """The comparison of a search that takes the words of the operand one by one."""

    def shown(value: str, operand: str) -> bool:
        have, wanted = fold(value), fold(operand)
        if " " not in operand:
            return PLAIN[base](have, wanted)
        return (
            sorted(have.split()) == sorted(wanted.split())
            if base == "exact"
            else all(w in have for w in wanted.split())
        )

    return shown


def _first_occurrence(fold: Callable[[str], str]) -> Callable[[str, str], bool]:
    """The end of a text by `indexOf(end) == length - end.length`: it fails where the end also occurs earlier."""
    return lambda value, operand: 0 <= fold(value).find(fold(operand)) == len(fold(value)) - len(fold(operand))


def _is_number(text: str) -> bool:
    return re.fullmatch(r"[+-]?\d{1,30}(\.\d{1,30})?", text) is not None


def _as_numbers(value: str, operand: str) -> bool:
    """The comparison of a store that converts a text to a number where the other side looks like one."""
    if not _is_number(operand):
        return value == operand
    found = re.match(r"\s*[+-]?\d{1,30}(\.\d{1,30})?", value)
    return float(found[0] if found else 0) == float(operand)


def nothing_as_text(filter: Filter, rows: Sequence[Row]) -> Iterator[Mutant]:
    """Mutants that convert a missing value to a text and then find it; none where every row has a value."""
    missing = any(value_of(filter, row, key) is None for row in rows for key in _keys(filter, rows))
    for nothing in ("undefined", "null", "None") if missing and kind_of(filter.schema) == "text" else ():
        yield Mutant(f"nothing is read as {nothing}", partial(_shows_nothing_as, filter, nothing))


def _shows_nothing_as(filter: Filter, nothing: str, row: Row, operand: str, key: str | None) -> bool:
    value = value_of(filter, row, key)
    between = separator(filter) if filter.many else ","
    return compare(filter.lookup, "text", nothing if value is None else value, operand, between) is True


def _keys(filter: Filter, rows: Sequence[Row]) -> list[str | None]:
    """The free keys that rows have; None alone for a plain field."""
    if not filter.free_key:
        return [None]
    objects = (row.get(filter.field) for row in rows)
    return list(dict.fromkeys(key for found in objects if isinstance(found, Mapping) for key in found))


def wire_mutants(filter: Filter) -> tuple[Mutant, ...]:
    """What a server may do to a text before a filter: cut it, unescape it twice, split it, strip it."""
    if not is_of_text(filter):
        return ()
    lookup, base = filter.lookup, filter.lookup.removeprefix("i")
    zero = "0 is no value, so it doesn't filter"
    found = [
        *_of_words(filter, base, str.casefold if lookup != base else str),
        Mutant(
            zero, lambda row, operand, key: operand == "0" or meaning(filter, operand, key)(row) is True, _holds("0")
        ),
    ]
    found += [reading(filter, name, texts(_changed(lookup, change)), _alters(change)) for name, change in _CHANGES]
    for name, characters in _CONFUSING:
        found.append(
            reading(filter, f"nothing is found with {name}", texts(_not_with(lookup, characters)), _holds(characters))
        )
    found += set_mutants(filter, str.casefold if lookup != base else str, partial(_search, base))
    found += [*unfiltered_words(filter), *(strange_keys(filter) if filter.free_key else ())]
    return tuple(found)


def _holds(characters: str) -> Callable[[str], bool]:
    return lambda operand: any(c in operand for c in characters)


def _alters(change: Callable[[str], str]) -> Callable[[str], bool]:
    return lambda operand: change(operand) != operand


def _changed(lookup: str, change: Callable[[str], str]) -> Callable[[str, str], bool | None]:
    return lambda value, operand: text(lookup, value, change(operand))


def _not_with(lookup: str, characters: str) -> Callable[[str, str], bool | None]:
    return lambda value, operand: not _holds(characters)(operand) and text(lookup, value, operand)


def _any_part(lookup: str, separator: str) -> Callable[[str, str], bool | None]:
    return lambda value, operand: any(text(lookup, value, part) for part in operand.split(separator) if part)


def _like(base: str, fold: Callable[[str], str], wildcards: str) -> Callable[[str, str], bool]:
    """The comparison with SQL's LIKE or a shell's glob, for some of the wildcards."""
    stands_for = {"%": r"[\s\S]*", "*": r"[\s\S]*", "_": r"[\s\S]"}

    @lru_cache(maxsize=256)
    def expression(operand: str) -> str:
        return "".join(stands_for[c] if c in wildcards else literal(c) for c in fold(operand))

    return lambda value, operand: _search(base, expression(operand), fold(value))


def _search(base: str, expression: str, value: str) -> bool:
    begin = "^" if base in ("exact", "startswith") else ""
    end = "$" if base in ("exact", "endswith") else ""
    matches = _compiled(f"{begin}(?:{expression}){end}")
    return matches is not None and matches(value)


@lru_cache(maxsize=4096)
def _compiled(expression: str) -> Callable[[str], bool] | None:
    try:
        return searching(expression)
    except ValueError:
        return None

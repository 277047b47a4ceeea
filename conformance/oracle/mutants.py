"""Mutants: the ways in which a wrong server may understand a filter.

A value is worth sending when some mutant would answer it otherwise than the contract. The mutants are the
mistakes that real servers make: the neighbouring lookup, a wildcard that acts, a case that only ASCII folds,
an offset that is dropped, the wrong column, no filter at all.
"""

from __future__ import annotations

import re
import unicodedata
import urllib.parse
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache, partial
from typing import Any

from conformance.oracle.lookups import ORDER, PLAIN, compare, kind_of, meaning, parse, text
from spec import Filter

Row = Mapping[str, Any]
Reading = Callable[[Any, str], bool | None]
"""(a row's value, the operand) to whether the row is shown."""


def _always(operand: str) -> bool:
    return True


@dataclass(frozen=True)
class Mutant:
    """A misreading: its name, and which rows a server with it would show."""

    name: str
    shows: Callable[[Row, str, str | None], bool]
    """(row, operand, free key) to whether the row is shown."""
    differs: Callable[[str], bool] = _always
    """Whether an operand can matter at all: a change that leaves it as it is can't."""
    reads: Callable[[Row, str | None], object] = lambda row, key: None
    """(row, free key) to what it looks at beside the value that the filter compares: where that is the same too, it
    answers the same."""


def mutants(filter: Filter, text_fields: tuple[str, ...], time_fields: tuple[str, ...]) -> tuple[Mutant, ...]:
    """The misreadings of what a filter means, by its lookup and its values' kind.

    `text_fields` and `time_fields` are the row's columns that could be mistaken for the right one.
    """
    found = [
        Mutant("ignored", lambda row, operand, key: True),
        Mutant("always empty", lambda row, operand, key: False),
    ]
    kind = kind_of(filter.schema)
    if filter.lookup == "in":
        found += _list_mutants(filter)
    elif kind == "text" and filter.lookup.removeprefix("i") in PLAIN:
        found += _text_mutants(filter)
        others = [name for name in text_fields if name != filter.field]
        found += [_other_column(filter, name) for name in others]
        found += [] if filter.free_key else [_other_column(filter, name, too=True) for name in others]
    elif kind in ("date-time", "number", "date"):
        found += _ordered_mutants(filter)
        if kind == "date-time":
            found += _time_mutants(filter)
            found += [_other_column(filter, name) for name in time_fields if name != filter.field]
    elif kind == "uuid":
        block = _texts(lambda value, operand: value[:8].lower() == operand[:8].lower())
        found.append(_reading(filter, "only the first block counts", block))
    if filter.free_key:
        found += _key_mutants(filter)
    return tuple(found)


def value_of(filter: Filter, row: Row, key: str | None) -> Any:
    """What the filter compares in a row; None when it isn't there."""
    value = row.get(filter.field)
    if filter.free_key:
        return value.get(key) if isinstance(value, Mapping) else None
    return value


def _reading(filter: Filter, name: str, decide: Reading, differs: Callable[[str], bool] = _always) -> Mutant:
    """A mutant that compares the right value in a wrong way."""

    def shows(row: Row, operand: str, key: str | None) -> bool:
        value = value_of(filter, row, key)
        return value is not None and bool(decide(value, operand))

    return Mutant(name, shows, differs)


def _other_column(filter: Filter, name: str, *, too: bool = False) -> Mutant:
    """A mutant that looks at another column than the right one, or at both."""
    kind = kind_of(filter.schema)

    def shows(row: Row, operand: str, key: str | None) -> bool:
        columns = (row.get(name), value_of(filter, row, key)) if too else (row.get(name),)
        return any(compare(filter.lookup, kind, value, operand) for value in columns)

    return Mutant(f"looks at {name} too" if too else f"looks at {name}", shows, reads=lambda row, key: row.get(name))


def first_only(filter: Filter, rows: Sequence[Row]) -> Mutant:
    """A mutant that shows one row where several are right, as a server does that drops duplicates."""

    @lru_cache(maxsize=256)
    def first(operand: str, key: str | None) -> int | None:
        right = meaning(filter, operand, key)
        return next((id(row) for row in rows if right(row) is True), None)

    return Mutant(
        "only the first match is shown",
        lambda row, operand, key: id(row) == first(operand, key),
        reads=lambda row, key: id(row),
    )


def all_or_none(filter: Filter, rows: Sequence[Row]) -> tuple[Mutant, ...]:
    """A mutant that shows nothing as soon as one value of a list is in no row; none for filters without a list."""
    kind = kind_of(filter.schema)

    def known(part: str, key: str | None) -> bool:
        return any(compare("exact", kind, value_of(filter, row, key), part) for row in rows)

    @lru_cache(maxsize=256)
    def all_known(operand: str, key: str | None) -> bool:
        return all(known(part, key) for part in operand.split(","))

    def shows(row: Row, operand: str, key: str | None) -> bool:
        return all_known(operand, key) and meaning(filter, operand, key)(row) is True

    name = "nothing is found with a value that no row has"
    return (Mutant(name, shows, lambda operand: "," in operand),) if filter.many else ()


# -- text -------------------------------------------------------------------------------------------


def _texts(decide: Callable[[str, str], bool | None]) -> Reading:
    return lambda value, operand: decide(str(value), operand)


_ASCII_LOWER = str.maketrans({chr(c): chr(c + 32) for c in range(ord("A"), ord("Z") + 1)})


@lru_cache(maxsize=1 << 16)
def _ascii_lower(value: str) -> str:
    return value.translate(_ASCII_LOWER)


@lru_cache(maxsize=1 << 16)
def without_accents(value: str) -> str:
    """Letters without their marks, as a collation may compare them."""
    return "".join(c for c in unicodedata.normalize("NFD", value) if not unicodedata.combining(c))


@lru_cache(maxsize=1 << 16)
def blurred(value: str) -> str:
    """Words with a space between them, whatever was there, as a server that splits texts into words compares them."""
    return re.sub(r"[\W_]+", " ", value)


SHORT = 8
"""Characters that an index may be content with."""


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
"""What may happen to an operand on its way: name and change."""

_CONFUSING = (("quotes", "\"'"), ("a backslash", "\\"), ("a percent sign", "%"), ("an ampersand", "&"), ("a plus", "+"))
"""Characters on which a careless query breaks, so that nothing is found."""


def _text_mutants(filter: Filter) -> Iterator[Mutant]:
    lookup = filter.lookup
    folds = lookup not in PLAIN
    base = lookup[1:] if folds else lookup
    fold: Callable[[str], str] = str.casefold if folds else str

    def both(change: Callable[[str], str]) -> Reading:
        return _texts(lambda value, operand: PLAIN[base](change(value), change(operand)))

    def unaccented(value: str) -> str:
        return without_accents(fold(value))

    for other in ("exact", "contains", "startswith", "endswith"):
        for name in (other, f"i{other}"):
            if name != lookup:
                yield _reading(filter, f"read as {name}", _texts(partial(text, name)))
    if folds:
        yield _reading(filter, "only ASCII letters fold", both(_ascii_lower))
        yield _reading(filter, "only the value is folded", _texts(lambda v, o: PLAIN[base](v, o.lower())))
        yield _reading(filter, "only the row is folded", _texts(lambda v, o: PLAIN[base](v.lower(), o)))
    yield _reading(filter, "accents don't count", both(unaccented))
    if base == "exact":
        yield _reading(filter, "spaces and punctuation are all the same", both(lambda t: fold(blurred(t))))
        yield _reading(filter, f"only {SHORT} characters count", both(lambda t: fold(t[:SHORT])))
    for name, wildcards in (("% and _ are wildcards", "%_"), ("% is a wildcard", "%"), ("_ is a wildcard", "_")):
        yield _reading(filter, name, _texts(_like(base, fold, wildcards)), _holds(wildcards))
    yield _reading(filter, "* is a wildcard", _texts(_like(base, fold, "*")), _holds("*"))
    yield _reading(
        filter,
        "read as a regular expression",
        _texts(lambda v, o: _search(base, fold(o), fold(v))),
        _holds(".*+?[(|^$\\"),
    )


def wire_mutants(filter: Filter) -> tuple[Mutant, ...]:
    """What may happen to a text on its way to a filter: cut, unescaped once too often, split, stripped."""
    if filter.many or kind_of(filter.schema) != "text":
        return ()
    lookup = filter.lookup
    found = [_reading(filter, name, _texts(_changed(lookup, change)), _alters(change)) for name, change in _CHANGES]
    for name, characters in _CONFUSING:
        found.append(
            _reading(filter, f"nothing is found with {name}", _texts(_not_with(lookup, characters)), _holds(characters))
        )
    found.append(_reading(filter, "any word may match", _texts(_any_part(lookup, " ")), _holds(" ")))
    found.append(_reading(filter, "any part between commas may match", _texts(_any_part(lookup, ",")), _holds(",")))
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
    """The comparison as SQL's LIKE or a shell's glob makes it, for some of the wildcards."""
    stands_for = {"%": ".*", "*": ".*", "_": "."}

    @lru_cache(maxsize=256)
    def expression(operand: str) -> str:
        return "".join(stands_for[c] if c in wildcards else re.escape(c) for c in fold(operand))

    return lambda value, operand: _search(base, expression(operand), fold(value))


def _search(base: str, expression: str, value: str) -> bool:
    begin = "^" if base in ("exact", "startswith") else ""
    end = r"\Z" if base in ("exact", "endswith") else ""
    pattern = _compiled(f"{begin}(?:{expression}){end}")
    return pattern is not None and pattern.search(value) is not None


@lru_cache(maxsize=4096)
def _compiled(expression: str) -> re.Pattern[str] | None:
    try:
        return re.compile(expression, re.DOTALL)
    except re.error:
        return None


# -- lists ------------------------------------------------------------------------------------------


def _list_mutants(filter: Filter) -> Iterator[Mutant]:
    kind = kind_of(filter.schema)

    def among(choose: Callable[[list[str]], list[str]]) -> Reading:
        return lambda value, operand: any(compare("exact", kind, value, part) for part in choose(operand.split(",")))

    yield _reading(filter, "only the first of the list counts", among(lambda parts: parts[:1]))
    yield _reading(filter, "only the last of the list counts", among(lambda parts: parts[-1:]))
    yield _reading(filter, "only the first two of the list count", among(lambda parts: parts[:2]))
    yield _reading(filter, "only the first three of the list count", among(lambda parts: parts[:3]))
    yield _reading(filter, "all but the first of the list count", among(lambda parts: parts[1:] or parts))
    yield _reading(filter, "all but the last of the list count", among(lambda parts: parts[:-1] or parts))
    yield _reading(
        filter,
        "a list of one is empty",
        lambda value, operand: "," in operand and compare("in", kind, value, operand),
        lambda operand: "," not in operand,
    )
    yield _reading(filter, "the list is one value", lambda value, operand: value == operand)
    yield _reading(filter, "all but the listed ones", lambda value, operand: not compare("in", kind, value, operand))


# -- ordered values and instants ----------------------------------------------------------------------


def _ordered_mutants(filter: Filter) -> Iterator[Mutant]:
    kind = kind_of(filter.schema)
    for lookup in ORDER:
        if lookup != filter.lookup:
            yield _reading(filter, f"read as {lookup}", partial(compare, lookup, kind))


_OFFSET = re.compile(r"([Zz]|[+-]\d\d:?\d\d)$")
_MIRRORED = {"+": "-", "-": "+"}


def _moment(value: Any) -> Any:
    return parse("date-time", value)


def _unit(seconds: int) -> Callable[[Any], Any]:
    """The instant in whole units of so many seconds."""

    def cut(value: Any) -> Any:
        found = _moment(value)
        return None if found is None else found // seconds * seconds

    return cut


def _later(by: Decimal) -> Callable[[Any], Any]:
    def shifted(value: Any) -> Any:
        found = _moment(value)
        return None if found is None else found + by

    return shifted


def _without_offset(operand: str) -> Any:
    return _moment(_OFFSET.sub("Z", operand))


def _in_whole_hours(operand: str) -> Any:
    return _moment(_OFFSET.sub(lambda m: m[0][:3] + ":00" if m[0] not in "Zz" else m[0], operand))


def _mirrored(operand: str) -> Any:
    return _moment(_OFFSET.sub(lambda m: _MIRRORED.get(m[0][0], m[0][0]) + m[0][1:], operand))


def _alters_moment(change: Callable[[str], Any]) -> Callable[[str], bool]:
    return lambda operand: change(operand) != _moment(operand)


def _time_mutants(filter: Filter) -> Iterator[Mutant]:
    decide = ORDER.get(filter.lookup, ORDER["exact"])

    def through(row_side: Callable[[Any], Any], operand_side: Callable[[str], Any]) -> Reading:
        def compared(value: Any, operand: str) -> bool | None:
            left, right = row_side(value), operand_side(operand)
            return None if left is None or right is None else decide(left, right)

        return compared

    def near(width: Decimal) -> Reading:
        def close(value: Any, operand: str) -> bool | None:
            left, right = _moment(value), _moment(operand)
            return None if left is None or right is None else abs(left - right) <= width

        return close

    for name, change in (
        ("the offset is dropped", _without_offset),
        ("the offset counts the wrong way", _mirrored),
        ("the offset's minutes are dropped", _in_whole_hours),
    ):
        yield _reading(filter, name, through(_moment, change), _alters_moment(change))
    yield _reading(filter, "the value's fraction is dropped", through(_moment, _unit(1)))
    yield _reading(filter, "the row's fraction is dropped", through(_unit(1), _moment))
    yield _reading(filter, "both fractions are dropped", through(_unit(1), _unit(1)))
    yield _reading(filter, "seconds don't count", through(_unit(60), _unit(60)))
    yield _reading(filter, "only the date counts", through(_unit(86_400), _unit(86_400)))
    yield _reading(filter, "compared as text", through(str, str))
    for hours in (3, -3, 1, -1):
        yield _reading(filter, f"{hours:+} hours off", through(_moment, _later(Decimal(3600 * hours))))
    for thousandths in (1, -1, 1000, -1000):
        yield _reading(filter, f"{thousandths:+} ms off", through(_moment, _later(Decimal(thousandths) / 1000)))
    if filter.lookup == "exact":
        for width in ("0.001", "0.01", "1", "60"):
            yield _reading(filter, f"within {width} s counts as equal", near(Decimal(width)))


# -- free keys --------------------------------------------------------------------------------------


def _key_mutants(filter: Filter) -> Iterator[Mutant]:
    kind = kind_of(filter.schema)

    def attributes(row: Row) -> Mapping[str, Any]:
        found = row.get(filter.field)
        return found if isinstance(found, Mapping) else {}

    def under(name: str, pick: Callable[[str, str], bool]) -> Mutant:
        def picked(row: Row, key: str | None) -> list[Any]:
            return [value for other, value in attributes(row).items() if pick(other, key or "")]

        def shows(row: Row, operand: str, key: str | None) -> bool:
            return any(bool(compare(filter.lookup, kind, value, operand)) for value in picked(row, key))

        return Mutant(name, shows, reads=picked)

    def of_type(wanted: type) -> Reading:
        return lambda value, operand: isinstance(value, wanted) and compare(filter.lookup, kind, value, operand)

    yield under("upper and lower case of the key don't count", lambda n, k: n.casefold() == k.casefold())
    yield under("any key may match", lambda n, k: True)
    yield under("a key that begins so may match", lambda n, k: n.startswith(k))
    yield under("only the key's first part counts", lambda n, k: n == k.split("_")[0])
    yield Mutant("having the key is enough", lambda row, operand, key: key in attributes(row))
    yield _reading(filter, "integers never match", of_type(str))
    if filter.lookup in ("exact", "iexact"):
        yield _reading(filter, "only integers match", of_type(int))

"""Python names for whatever a document calls things."""

from __future__ import annotations

import builtins
import keyword
import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence

_IN_ANNOTATIONS = frozenset({"list", "dict", "str", "int", "float", "bool", "bytes", "date", "datetime"})
"""A field of such a name would hide the type from the annotations of its class."""

_OF_MODELS = frozenset(
    {
        "copy",
        "construct",
        "dict",
        "fields",
        "from_orm",
        "json",
        "parse_file",
        "parse_obj",
        "parse_raw",
        "schema",
        "schema_json",
        "update_forward_refs",
        "validate",
        *(f"model_{part}" for part in ("config", "computed_fields", "construct", "copy", "dump", "dump_json", "extra")),
        *(f"model_{part}" for part in ("fields", "fields_set", "json_schema", "parametrized_name", "post_init")),
        *(f"model_{part}" for part in ("rebuild", "validate", "validate_json", "validate_strings")),
    }
)
"""What pydantic's own base class defines. Other names with `model_` are as good as any: its protection is off."""

RESERVED_CLASSES = frozenset(
    {
        *("Annotated", "Any", "ClassVar", "ClosedModel", "DecimalString", "Field", "Literal", "Model", "NotNull"),
        *("Open", "OpenIntEnum", "OpenStrEnum", "RequestModel", "RootModel", "Tagged", "TypeAlias", "UUID"),
        *("Struct", "Through", "UnsetType"),
        *("TYPE_CHECKING", "Unknown", "Untagged", "Upload", "UtcDatetime", "LocalDatetime"),
        *(name for name in dir(builtins) if name[0].isupper()),
    }
)


def words(text: str) -> list[str]:
    """The words of a name, however it joins them: `XMLHttpRequest2`, `x-rate.limit`, `größe`."""
    plain = _ascii(text)
    plain = re.sub(r"[^\w]+|_", " ", plain)
    plain = re.sub(r"([a-z\d])([A-Z])", r"\1 \2", plain)
    plain = re.sub(r"([A-Z]+)([A-Z][a-z])", r"\1 \2", plain)
    return plain.split()


_LONGEST = 80
"""Names of what is nested deep in place would grow without bound."""

_LETTERS = str.maketrans({"ß": "ss", "ı": "i", "ø": "o", "Ø": "O", "æ": "ae", "œ": "oe", "ł": "l", "Ł": "L", "đ": "d"})


def _ascii(text: str) -> str:
    """Text in ASCII: accents are dropped, and a letter without an equivalent becomes its code, as in `u540d`."""
    plain = unicodedata.normalize("NFKD", text.translate(_LETTERS))
    return "".join(
        sign if sign.isascii() else f"u{ord(sign):04x}" if sign.isalnum() else ""
        for sign in plain
        if not unicodedata.combining(sign)
    )


def snake(text: str, fallback: str = "value") -> str:
    """A name for a variable, argument, field or method; never a keyword. One that will do stays as it is."""
    if text.isidentifier() and text.islower() and text.isascii():
        return f"{text}_" if keyword.iskeyword(text) or text == "l" else text
    compared = re.fullmatch(r"(.*\w)([<>!]=?)", text)
    if compared:
        return f"{snake(compared[1], fallback).rstrip('_')}_{_COMPARED[compared[2]]}"
    name = "_".join(words(text)).lower() or _signs(text) or fallback
    if not name.isidentifier():
        name = f"{fallback[0]}_{name}"
    if not name.isidentifier():
        name = fallback
    return f"{name}_" if keyword.iskeyword(name) or name == "l" else name


def pascal(text: str, fallback: str = "Model") -> str:
    """A name for a class; never one that the generated modules use themselves."""
    name = "".join(word[:1].upper() + word[1:] for word in words(text)) or fallback
    if not name.isidentifier():
        name = f"{fallback}{name}"
    if not name.isidentifier():
        name = fallback
    name = name[:_LONGEST]
    return f"{name}Model" if name in RESERVED_CLASSES else name


def field(text: str) -> str:
    """A name for a model's field."""
    name = snake(text, "field")
    if name in _OF_MODELS or name in _IN_ANNOTATIONS:
        name += "_"
    return name.lstrip("_") or "field"


_SIGNS = {"+": "plus", "-": "minus", "*": "star", "/": "slash", "<": "lt", ">": "gt", "=": "eq", "%": "percent"}
_SIGNS |= {"$": "dollar", "@": "at", "#": "hash", "!": "not", "&": "and", "|": "or", "~": "tilde", ".": "dot"}


_COMPARED = {"<": "lt", ">": "gt", "<=": "lte", ">=": "gte", "!": "not", "!=": "ne"}
"""What parameters such as `created<` compare by."""


def _signs(text: str) -> str:
    return "_".join(_SIGNS[sign] for sign in text if sign in _SIGNS)


def is_reserved(name: str) -> bool:
    """True for a name that no method may have: a keyword, or a type in the annotations of other methods."""
    return keyword.iskeyword(name) or name in _IN_ANNOTATIONS


class Names:
    """Hands out names that are all different."""

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self._taken = set(taken)

    def free(self, name: str) -> bool:
        """True for a name that is still to be had."""
        return name.lower() not in self._taken

    def take(self, name: str) -> str:
        """The name, with a number from 2 on if it is taken.

        Names that differ in case alone count as one: some file systems and readers confuse them.
        """
        candidate, number = name, 2
        while candidate.lower() in self._taken:
            candidate = f"{name}{number}" if name[:1].isupper() else f"{name}_{number}"
            number += 1
        self._taken.add(candidate.lower())
        return candidate


def chosen(wires: Sequence[str], make: Callable[[str], str], taken: Names) -> list[str]:
    """Names for what is called `wires`. What needs no other name keeps its own: beside `@id`, `id` is `id`."""
    first = sorted(range(len(wires)), key=lambda place: make(wires[place]) != wires[place])
    found = {place: taken.take(make(wires[place])) for place in first}
    return [found[place] for place in range(len(wires))]

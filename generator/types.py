"""The types of generated code as a small tree, and the one place that prints it as Python."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal, TypeAlias

Kind: TypeAlias = Literal[
    "text",
    "word",
    "integer",
    "number",
    "boolean",
    "bytes",
    "upload",
    "date",
    "day",
    "moment",
    "aware",
    "clock",
    "uuid",
    "decimal",
    "finite",
    "base64",
]
"""`word` is text that a number may be given for; `day` a date as a server sends it, which may have a time; `moment` any
date-time, `aware` one with an offset, `clock` one without; `finite` a number that is sent, `base64` bytes that are sent
as text."""

Bounds: TypeAlias = tuple[tuple[str, Any], ...]
"""Keywords of pydantic's `Field`, with their values."""


@dataclass(frozen=True)
class Anything:
    """Any value."""


@dataclass(frozen=True)
class Nothing:
    """None."""


@dataclass(frozen=True)
class Scalar:
    """A value without parts."""

    kind: Kind
    bounds: Bounds = ()
    lenient: bool = False
    """True where only what a caller gives is held to the bounds."""


@dataclass(frozen=True)
class Values:
    """One of a few values. An open one takes others as well, as a server may send them."""

    values: tuple[Any, ...]
    open: bool


@dataclass(frozen=True)
class Named:
    """A class or alias of the package's models."""

    name: str


@dataclass(frozen=True)
class ListOf:
    """A list."""

    item: Type
    bounds: Bounds = ()
    lenient: bool = False
    """As with scalars."""


@dataclass(frozen=True)
class MapOf:
    """An object with free keys."""

    value: Type


@dataclass(frozen=True)
class Variants:
    """Classes that one value may be of. With a tag, the value of one property selects the class."""

    members: tuple[Named, ...]
    property: str = ""
    """The tag's name on the wire; empty where there is none."""
    tags: tuple[tuple[Any, str], ...] = ()
    """Values of the tag and the names of their classes."""
    fallback: str = ""
    """The class that a value of no known tag is of, a base class."""
    open: bool = False
    """True where a variant that the document lacks is taken, as data."""


@dataclass(frozen=True)
class IterableOf:
    """Anything that can be iterated, as an argument."""

    item: Type


@dataclass(frozen=True)
class Verbatim:
    """A type that the generated modules import, written as it is."""

    text: str


@dataclass(frozen=True)
class Union:
    """Any of several types; None comes last."""

    members: tuple[Type, ...]


Type: TypeAlias = (
    Anything | Nothing | Scalar | Values | Named | ListOf | MapOf | Variants | IterableOf | Verbatim | Union
)

ANYTHING, NOTHING = Anything(), Nothing()
_LOOSE = frozenset({"date", "day", "moment", "aware", "clock", "uuid", "decimal"})


def union(types: Iterable[Type]) -> Type:
    """Any of several types, each once; `Any` where one of them is `Any`."""
    flat: list[Type] = []
    for each in types:
        flat.extend(each.members if isinstance(each, Union) else (each,))
    if ANYTHING in flat:
        return ANYTHING
    unique = list(dict.fromkeys(each for each in flat if each != NOTHING))
    if any(isinstance(each, Scalar) and each.kind == "text" for each in unique):
        # Where text is allowed, text stays text: it isn't turned into a date because it looks like one.
        unique = [each for each in unique if not (isinstance(each, Scalar) and each.kind in _LOOSE)]
    if NOTHING in flat:
        unique.append(NOTHING)
    return unique[0] if len(unique) == 1 else Union(tuple(unique))


def optional(type: Type) -> Type:
    """The type, or None."""
    return union([type, NOTHING])


def takes_none(type: Type) -> bool:
    """True where None is a value."""
    return isinstance(type, (Anything, Nothing)) or (isinstance(type, Union) and NOTHING in type.members)


def unbounded(type: Type) -> Type:
    """The type without bounds, at any depth."""
    match type:
        case Scalar():
            return replace(type, bounds=())
        case ListOf():
            return ListOf(unbounded(type.item))
        case MapOf():
            return MapOf(unbounded(type.value))
        case Union():
            return Union(tuple(unbounded(each) for each in type.members))
        case _:
            return type


def naive(type: Type) -> Type:
    """The type with date-times that may lack an offset, as a server may send them."""
    match type:
        case Scalar("aware"):
            return replace(type, kind="moment")
        case ListOf():
            return replace(type, item=naive(type.item))
        case MapOf():
            return MapOf(naive(type.value))
        case Union():
            return union(naive(each) for each in type.members)
        case _:
            return type


def inside(type: Type) -> Iterator[Type]:
    """The type and everything that it is made of."""
    yield type
    match type:
        case ListOf():
            yield from inside(type.item)
        case MapOf():
            yield from inside(type.value)
        case Union() | Variants():
            for each in type.members:
                yield from inside(each)
        case _:
            pass


# -- printing --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Style:
    """How types are written in one of the generated modules."""

    scalars: Mapping[str, str]
    models: str
    runtime: str
    variants: str
    """The prefixes of the names of models, of the runtime's types, and of the markers of variants."""
    checks: bool
    """Whether what is checked beyond the type itself is written as well."""


_PLAIN = {"text": "str", "integer": "int", "number": "float", "boolean": "bool", "bytes": "bytes"}
_DATED = {**_PLAIN, "date": "datetime.date", "day": "datetime.date", "uuid": "uuid.UUID"}

HINT = Style(
    _DATED
    | {"word": "str | int", "moment": "datetime.datetime", "aware": "datetime.datetime", "clock": "datetime.datetime"}
    | {"decimal": "decimal.Decimal"}
    | {"upload": "types.Upload", "finite": "float", "base64": "str | bytes"},
    "models.",
    "types.",
    "variants.",
    checks=False,
)
"""What a signature shows."""

CHECKED = Style(
    _DATED
    | {
        "word": "types.Text",
        "day": "types.Day",
        "moment": "datetime.datetime",
        "aware": "types.UtcDatetime",
        "clock": "types.LocalDatetime",
    }
    | {"decimal": "types.DecimalString", "upload": "types.Upload"}
    | {"number": "types.Number", "finite": "types.Finite", "base64": "types.Base64"},
    "models.",
    "types.",
    "variants.",
    checks=True,
)
"""What checks a value that is sent, or reads one that is received."""

FIELD = Style(
    _PLAIN
    | {
        "date": "date",
        "day": "Day",
        "uuid": "UUID",
        "word": "Text",
        "moment": "datetime",
        "aware": "UtcDatetime",
        "clock": "LocalDatetime",
    }
    | {"decimal": "DecimalString", "upload": "Upload"}
    | {"number": "Number", "finite": "Finite", "base64": "Base64"},
    "",
    "",
    "",
    checks=True,
)
"""A field of a model."""


def printed(type: Type, style: Style) -> str:
    """The type as Python."""
    match type:
        case Anything():
            return "Any"
        case Nothing():
            return "None"
        case Scalar():
            return _bounded(style.scalars[type.kind], type, style)
        case Values():
            bare = f"Literal[{', '.join(map(repr, type.values))}]"
            return f"Annotated[{bare}, {style.runtime}Open]" if type.open and style.checks else bare
        case Named():
            return style.models + type.name
        case ListOf():
            return _bounded(f"list[{printed(type.item, style)}]", type, style)
        case MapOf():
            return f"dict[str, {printed(type.value, style)}]"
        case Variants():
            return _variants(type, style)
        case IterableOf():
            return f"Iterable[{printed(type.item, style)}]"
        case Verbatim():
            return type.text
        case Union():
            return " | ".join(dict.fromkeys(printed(each, style) for each in type.members))


def _bounded(bare: str, type: Scalar | ListOf, style: Style) -> str:
    if not type.bounds or not style.checks:
        return bare
    mark = f"{style.runtime}Given" if type.lenient else "Field"
    return f"Annotated[{bare}, {mark}({', '.join(f'{word}={value!r}' for word, value in type.bounds)})]"


def _variants(type: Variants, style: Style) -> str:
    names = [printed(each, style) for each in type.members]
    if type.open and not type.fallback:
        names.append(f"{style.variants}Unknown")
    bare = " | ".join(names)
    if not style.checks:
        return bare
    if not type.property:
        return f"Annotated[{bare}, {style.variants}Untagged]"
    grouped: dict[str, tuple[Any, dict[str, None]]] = {}
    for value, name in type.tags:
        grouped.setdefault(str(value), (value, {}))[1][name] = None
    pairs = ((value, tuple(found)) for value, found in grouped.values())
    tags = ", ".join(f"{value!r}: {(found[0] if len(found) == 1 else found)!r}" for value, found in pairs)
    more = f", fallback={type.fallback!r}" if type.fallback else ""
    return f"Annotated[{bare}, {style.variants}Tagged({type.property!r}, {{{tags}}}{more})]"


def hint(type: Type) -> str:
    """The type as a signature shows it."""
    return printed(type, HINT)


def checked(type: Type) -> str:
    """The type that checks a value before it is sent, bounds included."""
    return printed(type, CHECKED)


def read(type: Type) -> str:
    """The type that reads a value: bounds aren't checked in what a server sends."""
    return printed(unbounded(type), CHECKED)

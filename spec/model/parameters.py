"""Parameters of an operation, and what a query parameter filters on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from spec.model.ordering import Ordering
from spec.model.origin import JSON, Location, Provenance
from spec.model.pages import PageRole

DELIMITERS = {"form": ",", "spaceDelimited": " ", "pipeDelimited": "|"}
"""What stands between the values of an array, by the style of a query parameter that isn't exploded."""

LOCAL = "date-time-local"
"""The format of a date-time without an offset (OpenAPI's format registry)."""

ParameterPlace = Literal["path", "query", "header", "cookie"]


@dataclass(frozen=True)
class Filter:
    """What a query parameter means: `lookup` over `field` of the rows (x-filter).

    `parameter` is the name on the wire. For a free key it holds the placeholder KEY
    (`attribute__KEY__icontains`) and the value compared is `row[field][KEY]`. For a prefix it is what a query begins
    with (`price=gte:`), since the filters of all prefixes share a name.
    """

    parameter: str
    field: str
    lookup: str
    free_key: bool
    schema: Mapping[str, JSON]
    """The schema of one value; for CSV lists, of one element."""
    many: bool
    """True when the parameter carries a list of values."""
    delimiter: str | None
    """What stands between the values of a list: a comma, a space or `|`. None for a single value, and for a list
    whose values are pairs of their own (`explode: true`)."""
    hidden: bool
    """True when no response shows the field (declared under x-collections.*.hidden)."""
    default: JSON
    """The declared default, or None when there is none."""
    key_pattern: str | None
    """The regular expression that a free key must match as a whole, or None."""
    part: str | None
    """The part of a date or date-time that is compared (year, hour, ...), or None for the value itself."""
    zone: str | None
    """The time zone of that part, where the document names it."""
    member: str | None
    """The member of a deepObject parameter that it is, or None: `price[gte]` on the wire is the member `gte`."""
    nested: bool
    """True when `field` is a way through objects and lists, with dots between their names."""
    several: bool
    """True when a row may have several values there, as the way goes through a list."""
    of: Mapping[str, JSON]
    """The schema of the field's value, of one of them where there are several."""
    provenance: Provenance
    location: Location
    wildcards: str = ""
    """Characters that mean something else in a value. The lookup says nothing of values with one of them."""
    prefix: str = ""
    """What stands before the value, on the wire, and selects the lookup: `gte:` in `price=gte:5`."""
    prefixes: tuple[str, ...] = ()
    """All prefixes of its parameter, the longest first; none where the parameter's name selects the lookup."""
    text: Mapping[str, JSON] | None = None
    """The schema of prefix and value together."""
    repeats: bool = False
    """True where a query may have its parameter several times, each with a prefix and a value."""

    @property
    def local(self) -> bool:
        """True where its values are date-times without an offset."""
        return self.schema.get("format") == LOCAL

    @property
    def path(self) -> tuple[str, ...]:
        """The way to the field from the row; most often its name alone."""
        return tuple(self.field.split(".")) if self.nested else (self.field,)

    def name(self, key: str | None = None) -> str:
        """The parameter's name on the wire, with a free key filled in."""
        if self.prefix:
            return self.parameter.removesuffix(f"={self.prefix}")
        return self.parameter.replace("KEY", key or "", 1) if self.free_key else self.parameter


@dataclass(frozen=True)
class Parameter:
    """One parameter of an operation, `$ref`s resolved, defaults of style and explode filled in."""

    name: str
    place: ParameterPlace
    required: bool
    schema: Mapping[str, JSON]
    """Schema as written; inner `$ref`s are kept and resolve in `Contract.document`."""
    style: str
    explode: bool
    reserved: bool
    """True when reserved characters travel as they are (allowReserved)."""
    content_type: str | None
    """The content type of a value, where the document declares `content` in place of a style."""
    deprecated: bool
    description: str
    pagination: PageRole | None
    search: tuple[str, ...]
    """Names of the row fields that this parameter searches (x-search), else empty."""
    search_open: bool
    """True where the document doesn't say in which fields: these are all that a search could look into."""
    by_words: bool
    """True when a search looks for each word of its value by itself, and a row needs all of them."""
    filters: tuple[Filter, ...]
    """One for an ordinary filter, one for each pattern of free keys, member or prefix, none otherwise."""
    ordering: Ordering | None
    """What it sorts the rows by (x-ordering)."""
    fields: Literal["only", "except"] | None
    """It names the fields to show, or not to show (x-fields)."""
    expands: Mapping[str, str]
    """Fields that it may name, with the collection whose row is shown in place of its key (x-expands)."""
    provenance: Provenance
    pointer: str
    location: Location

    @property
    def delimiter(self) -> str | None:
        """What stands between the values of an array; None where each is a pair of its own, or nothing says."""
        return None if self.explode else DELIMITERS.get(self.style)

    def naming(self, names: Iterable[str], *, many: bool) -> tuple[tuple[str, str], ...]:
        """The pairs of a query in which it names fields: `many` of an array, else one text with commas."""
        if many and self.delimiter is None:
            return tuple((self.name, name) for name in names)
        return ((self.name, (self.delimiter if many and self.delimiter else ",").join(names)),)

    @property
    def members(self) -> bool:
        """True for a deepObject whose members are parameters of their own."""
        return any(f.member is not None for f in self.filters)

    @property
    def prefixed(self) -> bool:
        """True where a prefix of the value selects the lookup."""
        return any(f.prefixes for f in self.filters)

    @property
    def free_keys(self) -> bool:
        """True for an exploded object whose patternProperties are parameters of their own."""
        return any(f.free_key for f in self.filters)

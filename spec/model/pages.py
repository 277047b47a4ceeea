"""Pages of a list: how one is asked for, and what a response says of it (x-pagination)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from spec.model.origin import Location, Provenance

PageRole = Literal["page", "offset", "cursor", "limit"]
"""What a parameter does in paging."""

MemberRole = Literal["count", "next", "previous", "results"]
"""What a part of a response says of its page."""

Position = tuple[tuple[str, str], ...]
"""Names and values of the parameters that select a page."""


@dataclass(frozen=True)
class Numbered:
    """Pages with numbers: a parameter takes the number of the page."""

    parameter: str
    first: int
    """The number of the first page: 1, or 0."""
    default: int | None
    """The page of a request without a number; None where the document has no default."""

    def at(self, before: int, size: int) -> Position | None:
        """The page of `size` rows that has so many rows before it."""
        return ((self.parameter, str(self.value(before, size))),)

    def value(self, before: int, size: int) -> int:
        """The number of that page."""
        return self.first + before // max(1, size)


@dataclass(frozen=True)
class Offset:
    """Pages that begin anywhere: a parameter takes the number of rows before the page."""

    parameter: str
    default: int | None
    """The number of a request without one, which is 0; None where the document has no default."""
    first = 0

    def at(self, before: int, size: int) -> Position | None:
        """The page that has so many rows before it."""
        return ((self.parameter, str(before)),)

    def value(self, before: int, size: int) -> int:
        """The same number."""
        return before


@dataclass(frozen=True)
class Cursor:
    """Pages that only the page before leads to: by a link, or by a value for a parameter."""

    parameter: str | None
    """None where only links lead on."""

    def at(self, before: int, size: int) -> Position | None:
        """The first page, for which nothing is asked; None for any other, which has no place of its own."""
        return None if before else ()


PageForm = Numbered | Offset | Cursor
"""How a page is asked for."""


@dataclass(frozen=True)
class Limit:
    """The parameter that takes the most rows of a page."""

    parameter: str
    default: int | None
    """The limit of a request without one; None where the document has no default."""
    usual: int
    """A limit that a server surely takes: its default, or a small one."""
    largest: int | None
    """The maximum that its schema declares, if any."""


@dataclass(frozen=True)
class Member:
    """A part of a response that says something of its page."""

    path: tuple[str, ...]
    """The names that lead to it from the body; none for the body itself."""
    header: str | None
    """The header that holds it, in place of the body."""
    holds: Literal["value", "link", "position"]
    """Of next and previous: a link, or what the parameter takes. Of the others: the value itself."""
    optional: bool
    """True when a page may leave it out."""
    provenance: Provenance
    location: Location

    @property
    def name(self) -> str:
        """How a person calls it."""
        return self.header or ".".join(self.path) or "the body"


@dataclass(frozen=True)
class Pagination:
    """How a list is paged: its parameters, and the parts of a response by their roles."""

    form: PageForm
    limit: Limit | None
    """None where every page has the same size."""
    unasked: str | None
    """The parameter without which a request isn't paged: it is answered with all rows. None where there is none."""
    members: Mapping[MemberRole, Member]

    @property
    def results(self) -> Member:
        """The rows of a page."""
        return self.members["results"]

    @property
    def count(self) -> Member | None:
        """The number of rows on all pages."""
        return self.members.get("count")

    @property
    def leading(self) -> Mapping[Literal["next", "previous"], Member]:
        """What leads to the page after and the page before, where a response has it."""
        roles: tuple[Literal["next", "previous"], ...] = ("next", "previous")
        return {role: self.members[role] for role in roles if role in self.members}

    @property
    def parameters(self) -> tuple[str, ...]:
        """The names of its parameters: the page's, then the limit's."""
        limit = self.limit.parameter if self.limit else None
        return tuple(name for name in (self.form.parameter, limit) if name is not None)

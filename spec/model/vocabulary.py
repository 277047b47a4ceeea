"""What the extensions say: rows and their parts, what an operation does to them, batches."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from spec.model.origin import JSON, Location, Provenance


@dataclass(frozen=True)
class Part:
    """A list inside a row that has its own writes: `field` of the row, `key` of an entry."""

    field: str
    key: str


@dataclass(frozen=True)
class Collection:
    """Rows that the API stores (x-collections): their key and their known fields."""

    name: str
    key: str
    item: str
    """`$ref` of the schema of one row as a response shows it."""
    parts: tuple[Part, ...]
    hidden: Mapping[str, Mapping[str, JSON]]
    """Fields that filters use and no response shows, name to schema."""
    created: str | None
    updated: str | None
    """The fields that hold the row's own date-times."""
    zone: str | None
    """The time zone of the days and hours that filters ask for; None where the document doesn't name it."""
    provenance: Provenance
    location: Location
    outer: Mapping[str, str] = field(default_factory=dict)
    """Path parameters that lead to the rows, with fixed values: of the shop whose items they are."""


Action = Literal["reads", "gets", "creates", "updates", "removes", "upserts", "deletes"]
"""What an operation does: `removes` is x-deletes with the key in the path, `deletes` the one with keys in the body."""


@dataclass(frozen=True)
class Access:
    """What an operation does to a collection: x-reads, x-gets, x-creates, x-updates, x-upserts or x-deletes."""

    action: Action
    collection: Collection
    parts: tuple[Part, ...]
    """The parts that an item writes, flattened into it; empty when it writes the row itself."""
    references: Mapping[str, str]
    """Item field to the collection whose key it must hold."""
    absent: Literal["keep", "clear"]
    """What an upsert or an update does to an optional field that the item leaves out."""
    provenance: Provenance
    location: Location
    by: str = ""
    """The path parameter that holds the row's key, where one row is shown, updated or removed."""
    states_absent: bool = False
    """True when the document states `absent`; an update's method decides it otherwise."""
    body_at: tuple[str, ...] = ()
    """The names that lead to the row in the request's body; none where it is the body."""
    answer_at: tuple[str, ...] = ()
    """The names that lead to the row in an answer; none where it is the answer, or nobody says."""
    many: bool = False
    """True when a create is sent a list of rows, and answered with the list of them."""

    @property
    def writes(self) -> bool:
        """True when it changes rows."""
        return self.action not in ("reads", "gets")

    def written(self, rows: Sequence[JSON]) -> JSON:
        """The body of a request that sends rows; one, unless it is sent a list."""
        data: JSON = list(rows) if self.many else rows[0]
        for name in reversed(self.body_at):
            data = {name: data}
        return data

    def sent_in(self, data: JSON) -> list[JSON]:
        """What stands in the place of the rows in a request's body; one thing, unless there is a list of them."""
        found = self.listed_in(data)
        return found if self.many and isinstance(found, list) else [found]

    def listed_in(self, data: JSON) -> JSON:
        """What stands in the place of the row, or of the list of rows, in a request's body."""
        return _within(data, self.body_at)

    def answered_in(self, data: JSON) -> JSON:
        """What stands in the place of the row, or of the list of rows, in an answer."""
        return _within(data, self.answer_at)

    @property
    def in_batches(self) -> bool:
        """True when each item of its body writes to a row; False for a write of one row, and for a read."""
        return self.action in ("upserts", "deletes")

    @property
    def of_one(self) -> bool:
        """True when a request shows or writes one row; a write is done when its response comes."""
        return self.action in ("gets", "creates", "updates", "removes")


def _within(data: JSON, path: Sequence[str]) -> JSON:
    for name in path:
        data = data.get(name) if isinstance(data, Mapping) else None
    return data


@dataclass(frozen=True)
class Batch:
    """How the status operation shows a batch's progress (x-batch). All values are JSON pointers."""

    id: str
    status: str | None
    total: str
    succeeded: str
    failed: str
    """The batch is over when succeeded + failed = total."""
    request_file: str | None
    success_file: str | None
    error_file: str | None
    created: str | None
    """When the batch was made; the pointer of a time, as the next one."""
    updated: str | None
    """When it was last changed."""
    provenance: Provenance
    location: Location


@dataclass(frozen=True)
class Ticket:
    """The ticket of a 202: a value in its body that the status operation takes as a parameter."""

    pointer: str
    """JSON pointer of the ticket in the 202's body."""
    operation_id: str
    """The status operation."""
    parameter: str
    """The status operation's parameter that takes the ticket."""

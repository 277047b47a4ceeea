"""The seams: each step of a response at which real servers are known to fail.

The honest server asks a `Behaviour` at these steps. Its defaults are the honest way, so that the code which
asks reads as if they were called; a fault is a function from one behaviour to another that differs in one step.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection

from conformance.sandbox import conditions, pages, store, validation, writing
from conformance.sandbox.batches import BatchView, Reasons
from conformance.sandbox.cursors import Place
from conformance.sandbox.lookups import Predicate
from conformance.sandbox.pages import Page, Window
from conformance.sandbox.query import Condition, Pairs, Query, Search
from conformance.sandbox.store import Order, Row
from conformance.sandbox.tables import Shape
from conformance.sandbox.validation import Problems
from conformance.sandbox.writing import Step
from spec import Operation
from spec.model import JSON


@dataclass(frozen=True)
class Asked:
    """A request as the seams see it."""

    pairs: Pairs
    path: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes = b""


@dataclass(frozen=True)
class Answer:
    """A response before it is sent."""

    status: int
    body: JSON
    headers: Mapping[str, str] = field(default_factory=dict)
    content_type: str = "application/json"


Conditions = Sequence[tuple[Condition, Predicate]]


def admits(operation: Operation, presented: str | None, secret: str) -> bool:
    """Is this the key? The comparison takes the same time for every key."""
    return presented is not None and hmac.compare_digest(presented.encode("utf-8", "replace"), secret.encode("utf-8"))


@dataclass(frozen=True)
class Behaviour:
    """The server's function at each seam."""

    admits: Callable[[Operation, str | None, str], bool] = admits
    tenant: Callable[[Operation, int], int] = lambda _, tenant: tenant
    """The number of the tenant whose rows are shown and written; given is whose key was accepted."""
    inside: Callable[[Operation, Asked], bool] = lambda operation, asked: all(
        asked.path.get(name) == value for name, value in operation.outer.items()
    )
    """Do the keys in the path lead to the rows?"""
    obeyed: Callable[[Operation, Asked], Pairs] = lambda _, asked: asked.pairs
    """The part of the query string that counts."""
    condition: Callable[[Operation, Shape, Condition], Predicate] = lambda _, shape, one: conditions.condition(
        shape, one
    )
    combine: Callable[[Operation, Conditions], Predicate] = lambda _, many: conditions.combine(many)
    search: Callable[[Operation, Shape, Search], Predicate] = lambda _, shape, search: conditions.search(shape, search)
    order: Callable[[Operation, Shape, Query], Order] = lambda _, shape, query: store.order(shape, query.order)
    count: Callable[[Operation, Connection, Shape, Query, Predicate], int] = lambda _, connection, shape, __, where: (
        store.count(connection, shape, where)
    )
    start: Callable[[Operation, Connection, Shape, Predicate, Order, Place], int] = lambda _, *there: store.start(
        *there
    )
    """How many rows are before the place that a cursor names."""
    window: Callable[[Operation, Query, int], Window] = lambda _, query, count: pages.window(query, count)
    row: Callable[[Operation, Row], Row] = lambda _, row: row
    fields: Callable[[Operation, Query, Row], Row] = lambda _, query, row: {
        name: value
        for name, value in row.items()
        if name not in query.without and (query.only is None or name in query.only)
    }
    """The fields of a row that a query asks for."""
    expanded: Callable[[Operation, Row, Row], Row] = lambda _, expanded, plain: expanded
    """A row with rows in place of keys; given is the one with the keys as well."""
    page: Callable[[Operation, Query, Page], Page] = lambda _, __, page: page
    link: Callable[[Operation, Query, str, Pairs], Pairs] = lambda _, __, ___, pairs: pairs
    """The query string of the link called next or previous."""
    body: Callable[[Operation, bytes], JSON] = lambda _, content: validation.body(content)
    problems: Callable[[Operation, JSON, Problems], Problems] = lambda _, __, problems: problems
    """The problems in a body for which it is refused."""
    sequence: Callable[[Operation, list[JSON]], list[JSON]] = lambda _, items: items
    """The items of a batch as they are worked on."""
    apply: Callable[[Operation, Step], Reasons] = lambda _, step: writing.apply(step)
    """Apply one item of a batch; the reasons why it failed, or none."""
    together: Callable[[Operation, list[Row]], list[Row]] = lambda _, rows: rows
    """The rows of a list that were made, as the answer shows them."""
    new_key: Callable[[Operation, Connection, Shape], JSON] = lambda _, connection, shape: store.new_key(
        connection, shape
    )
    """The key of a new row that is sent without one."""
    matches: Callable[[Operation, str, str], bool] = lambda _, sent, tag: sent.strip() in ("*", tag)
    """Does If-Match name the row's state? Given are the header and the row's ETag."""
    unmodified: Callable[[Operation, str, str], bool] = lambda _, sent, tag: (
        sent.strip() == "*" or tag in [one.strip().removeprefix("W/") for one in sent.split(",")]
    )
    """Does If-None-Match name the answer's state? Given are the header and the ETag."""
    view: Callable[[Operation, BatchView], BatchView | None] = lambda _, view: view
    """The batch that a poll of this operation shows; None for an unknown batch."""
    answer: Callable[[Operation, Asked, Answer], Answer] = lambda _, __, answer: answer
    """The last change of a response before it is sent."""

    @property
    def applies_honestly(self) -> bool:
        """True where no fault sees the items of a batch one by one."""
        return self.apply is HONEST.apply


HONEST = Behaviour()
"""A server that follows the document."""

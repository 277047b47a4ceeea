"""The interface of a database that the store uses."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Protocol

from sqlalchemy import Connection, MetaData


class StoreError(Exception):
    """A database that can't be used, with the reason."""


Fill = Callable[[Connection], None]
"""Puts rows into tables that are empty."""


def nothing(_: Connection) -> None:
    """Let the tables be empty."""


OTHER_DATA = "holds other data than this document describes"


class Saved(Protocol):
    """All rows and batches as they were once."""

    def drop(self) -> None:
        """Free them."""


class Database(Protocol):
    """One open database, with one connection."""

    connection: Connection

    def create(self, metadata: MetaData, fill: Fill = nothing) -> bool:
        """Make the tables, and let `fill` put rows into them; False when they were there, as an earlier run left them.

        A process that is killed meanwhile leaves nothing. Raises StoreError where other tables are there.
        """

    def filled(self) -> None:
        """Take note that many rows came in."""

    def tidy(self) -> None:
        """Make less of what writing has left."""

    def see_one_moment(self) -> None:
        """Let all that is read in the transaction that has just begun be of one moment; nothing is written in it."""

    def state(self) -> Hashable:
        """Something that differs after every change, as a transaction that only reads sees it."""

    def save(self) -> Saved:
        """A copy of all that there is."""

    def restore(self, saved: Saved) -> None:
        """Put a copy of `save` in the place of what there is."""

    def close(self) -> None:
        """Close it."""

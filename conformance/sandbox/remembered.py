"""What is remembered from one request to the next: how many rows a filter finds, and where pages begin.

All of it is forgotten as soon as anything in the database changes.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Callable, Hashable
from typing import Any, cast

from sqlalchemy import Connection

from conformance.sandbox.lookups import Predicate

Values = tuple[Any, ...]
"""What a row is ordered by, as it is kept."""
_MOST_FILTERS = 500
_NAME = "remembered"


class Places:
    """Rows in the order of a list, each with how many rows come up to it."""

    def __init__(self) -> None:
        """None is known yet."""
        self._counts: list[int] = []
        self._values: dict[int, Values] = {}

    def before(self, offset: int) -> tuple[int, Values | None]:
        """The last known place with at most so many rows up to it; None where that is the beginning."""
        index = bisect_right(self._counts, offset)
        if not index:
            return 0, None
        count = self._counts[index - 1]
        return count, self._values[count]

    def add(self, count: int, values: Values) -> None:
        """Remember a row and how many rows come up to it."""
        if count not in self._values:
            insort(self._counts, count)
            self._values[count] = values


class Remembered:
    """What was found out about the database in one state of it."""

    def __init__(self, state: Callable[[], Hashable]) -> None:
        """`state` gives something else whenever the database may have changed."""
        self._state_now = state
        self._state: Hashable = None
        self._checked = False
        self._counts: dict[Hashable, int] = {}
        self._places: dict[Hashable, Places] = {}

    @staticmethod
    def of(connection: Connection) -> Remembered | None:
        """What may be used in the transaction of a connection; None where it isn't one that only reads."""
        return cast("Remembered | None", connection.info.get(_NAME))

    def enter(self, connection: Connection) -> None:
        """Let a transaction that only reads use it."""
        self._checked = False
        connection.info[_NAME] = self

    def leave(self, connection: Connection) -> None:
        """The transaction is over."""
        del connection.info[_NAME]

    def count(self, where: Predicate, counted: Callable[[], int]) -> int:
        """How many rows there are for which `where` is true; `counted` looks at them."""
        self._check()
        name = _name(where)
        if name not in self._counts:
            self._counts[name] = counted()
        return self._counts[name]

    def known(self, where: Predicate) -> int | None:
        """How many rows there are for which `where` is true, if they were counted."""
        self._check()
        return self._counts.get(_name(where))

    def places(self, where: Predicate) -> Places:
        """The known places among the rows for which `where` is true."""
        self._check()
        return self._places.setdefault(_name(where), Places())

    def _check(self) -> None:
        if self._checked:
            return
        state, self._checked = self._state_now(), True
        if state != self._state or len(self._counts) + len(self._places) > _MOST_FILTERS:
            self._state = state
            self._counts.clear()
            self._places.clear()


def _name(where: Predicate) -> Hashable:
    """Something that is equal for equal conditions."""
    key = where._generate_cache_key()
    return (key.key, repr([one.value for one in key.bindparams])) if key else object()

# Copied from the client generator's runtime; not to be edited here.
"""Paged lists. A page is also the iterator over all rows from it on.

Page numbers drive the walk, not the link in `next`: that may name another host, which must never be given
the key. Only a page or two is in memory, however many there are.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import AsyncIterator, Callable, Generator, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Generic, Self, TypeVar

from .call import Call, Operation, RequestOptions
from .errors import Exchange, InvalidRequestError, PaginationError
from .filters import Condition
from .flow import Flow, run, run_async
from .session import AsyncPerform, Perform, Session, value
from .types import UNSET

T = TypeVar("T")


@dataclass(frozen=True)
class Paging(Generic[T]):
    """Where an operation's pages hold what: two parameters and four attributes of the page's model."""

    page: str
    first: int
    count: str
    next: str
    results: str
    key: str | None
    """The attribute that tells rows apart."""


@dataclass(frozen=True)
class Trail:
    """What is remembered of a walk: enough to see that it runs in a circle, however long (Brent's method)."""

    rows: int = 0
    steps: int = 0
    span: int = 1
    mark: str = ""

    def after(self, digest: str, rows: int) -> Trail:
        """The trail with one more page. Raises PaginationError when it was seen before."""
        if digest == self.mark and rows:
            raise PaginationError("a page came twice: its rows are those of an earlier page")
        if self.steps + 1 >= self.span:
            return Trail(self.rows + rows, 0, self.span * 2, digest)
        return replace(self, rows=self.rows + rows, steps=self.steps + 1)


@dataclass(frozen=True)
class Walk(Generic[T]):
    """A list to be walked: the call without its page number."""

    session: Session
    operation: Operation[Any]
    paging: Paging[T]
    arguments: dict[str, Any]
    options: RequestOptions
    where: Condition[Any] | None

    def begin(self, checkpoint: str | None) -> Callable[[], Flow[Fetched[T]]]:
        """What asks for the first page, or for the one that a checkpoint stands before, as often as it is called.

        Raises InvalidRequestError for a checkpoint of another list, and what `fetch` raises.
        """
        number = self.arguments.get(self.paging.page, UNSET)
        if checkpoint is None:
            return self.fetch(self.paging.first if number is UNSET else number, Trail())
        if number is not UNSET:
            raise InvalidRequestError(self.operation.id, ("page: a checkpoint says already where to go on",))
        try:
            saved = json.loads(checkpoint)
            at, known, trail = saved["page"], saved["list"], Trail(**saved["trail"])
        except (ValueError, KeyError, TypeError):
            raise InvalidRequestError(
                self.operation.id, ("checkpoint: it isn't text that a page's checkpoint() gave",)
            ) from None
        if known != self.identity():
            raise InvalidRequestError(
                self.operation.id,
                ("checkpoint: it belongs to another list; give the same arguments again",),
            )
        return self.fetch(at, trail)

    def fetch(self, number: int, trail: Trail) -> Callable[[], Flow[Fetched[T]]]:
        """What asks for a page by its number. Raises InvalidRequestError or ConfigurationError before it does."""
        arguments = self.arguments
        if not (number == self.paging.first and self.arguments.get(self.paging.page, UNSET) is UNSET):
            arguments = {**arguments, self.paging.page: number}
        call = self.session.call(self.operation, arguments, self.options, where=self.where)
        return partial(self._fetched, call, number, trail)

    def _fetched(self, call: Call[Any], number: int, trail: Trail) -> Flow[Fetched[T]]:
        body = yield from value(call)
        return Fetched(self, number, trail, body, list(getattr(body, self.paging.results) or ()))

    def identity(self) -> str:
        """What tells this list from others: its operation and every argument but the page."""
        given = {k: v for k, v in self.arguments.items() if v is not UNSET and k != self.paging.page}
        conditions: Mapping[str, Any] = {} if self.where is None else self.where.values
        parts = (self.operation.id, sorted(given.items()), sorted(conditions.items()))
        return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]


@dataclass(frozen=True)
class Fetched(Generic[T]):
    """A page as it came, and where it stands in its walk."""

    walk: Walk[T]
    number: int
    trail: Trail
    body: Any
    results: list[T]

    @property
    def count(self) -> int | None:
        """How many rows all pages together hold, where the server says so."""
        return getattr(self.body, self.walk.paging.count, None)

    def more(self) -> bool:
        """True when the server names a next page, or names none but has more rows."""
        name = self.walk.paging.next
        if name in self.body.model_fields_set:
            return bool(getattr(self.body, name))
        return bool(self.results) and self.count is not None and self.trail.rows + len(self.results) < self.count

    def passed(self) -> Trail:
        """The trail behind this page. Raises PaginationError when the walk could never end."""
        paging, rows = self.walk.paging, self.results
        keys = [str(getattr(row, paging.key)) for row in rows] if paging.key else [repr(row) for row in rows]
        digest = hashlib.blake2b("\0".join(keys).encode(), digest_size=16).hexdigest()
        try:
            trail = self.trail.after(digest, len(rows))
            if self.more() and not rows:
                raise PaginationError("an empty page names a next one")
            if self.more() and self.count is not None and trail.rows > max(self.count, len(rows)):
                raise PaginationError(f"{trail.rows} rows came of {self.count}, and there is still a next page")
        except PaginationError as error:
            operation = self.walk.operation
            error.exchange = Exchange(operation.id, operation.method, operation.path)
            raise
        return trail

    def following(self) -> Flow[Fetched[T]]:
        """Ask for the page after this one. Raises PaginationError when there is none."""
        if not self.more():
            raise PaginationError("this is the last page; ask has_next_page() first")
        return self.walk.fetch(self.number + 1, self.passed())()

    def checkpoint(self) -> str:
        """Where the next page begins, as text."""
        trail = self.passed()
        saved = {
            "list": self.walk.identity(),
            "page": self.number + 1,
            "trail": vars(trail),
        }
        return json.dumps(saved)


class BasePage(Generic[T]):
    """What pages have in common. Iterate a page for all rows from it on, over all further pages."""

    def __init__(self, fetched: Fetched[T]) -> None:
        self._fetched = fetched

    @property
    def results(self) -> list[T]:
        """The rows of this page alone."""
        return self._fetched.results

    @property
    def count(self) -> int | None:
        """How many rows all pages together hold."""
        return self._fetched.count

    @property
    def number(self) -> int:
        """This page's number."""
        return self._fetched.number

    @property
    def body(self) -> Any:
        """The page as the server sent it, with every field."""
        return self._fetched.body

    def has_next_page(self) -> bool:
        """True when there are more rows after this page."""
        return self._fetched.more()

    def checkpoint(self) -> str:
        """Text to go on after this page from, later or elsewhere: give it to the same call as `checkpoint`.

        Raises PaginationError when the walk runs in a circle.
        """
        return self._fetched.checkpoint()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.number}: {len(self.results)} of {self.count} rows>"


class Page(BasePage[T]):
    """One page of a list, and the iterator over all rows from it on."""

    def __init__(self, fetched: Fetched[T], perform: Perform) -> None:
        super().__init__(fetched)
        self._perform = perform

    def next_page(self) -> Self:
        """The page after this one. Raises PaginationError when this is the last, or came before."""
        return type(self)(run(self._fetched.following(), self._perform), self._perform)

    def iter_pages(self) -> Iterator[Self]:
        """This page and all after it. Raises what `next_page` raises."""
        page = self
        yield page
        while page.has_next_page():
            page = page.next_page()
            yield page

    def __iter__(self) -> Iterator[T]:
        for page in self.iter_pages():
            yield from page.results


class AsyncPage(BasePage[T]):
    """One page of a list, and the asynchronous iterator over all rows from it on."""

    def __init__(self, fetched: Fetched[T], perform: AsyncPerform) -> None:
        super().__init__(fetched)
        self._perform = perform

    async def next_page(self) -> Self:
        """The page after this one. Raises PaginationError when this is the last, or came before."""
        return type(self)(await run_async(self._fetched.following(), self._perform), self._perform)

    async def iter_pages(self) -> AsyncIterator[Self]:
        """This page and all after it. Raises what `next_page` raises."""
        page = self
        yield page
        while page.has_next_page():
            page = await page.next_page()
            yield page

    async def __aiter__(self) -> AsyncIterator[T]:
        async for page in self.iter_pages():
            for row in page.results:
                yield row


class AsyncPager(Generic[T]):
    """A list not asked for yet: `await` it for its first page, or iterate it for all rows; each time it asks anew."""

    def __init__(self, first: Callable[[], Flow[Fetched[T]]], perform: AsyncPerform) -> None:
        self._first = first
        self._perform = perform

    async def _page(self) -> AsyncPage[T]:
        return AsyncPage(await run_async(self._first(), self._perform), self._perform)

    def __await__(self) -> Generator[Any, Any, AsyncPage[T]]:
        return self._page().__await__()

    async def iter_pages(self) -> AsyncIterator[AsyncPage[T]]:
        """Every page. Raises what `AsyncPage.next_page` raises."""
        async for page in (await self).iter_pages():
            yield page

    async def __aiter__(self) -> AsyncIterator[T]:
        async for row in await self:
            yield row

"""Pages of lists. A page is also the iterator over all rows from it on."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Generator, Iterator
from typing import Any, Generic, Self, TypeVar

from .errors import request_id
from .flow import Flow, run, run_async
from .session import AsyncPerform, Perform
from .walks import Fetched

T = TypeVar("T")


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
        """The number of rows on all pages together, where the server gives it."""
        return self._fetched.count

    @property
    def number(self) -> int:
        """This page's number; where pages have none, its place in the walk."""
        return self._fetched.number

    @property
    def body(self) -> Any:
        """The page as the server sent it, with every field."""
        return self._fetched.body

    @property
    def request_id(self) -> str | None:
        """The server's own id for the request of this page, where it gave one."""
        return request_id(self._fetched.answer.headers)

    def has_next_page(self) -> bool:
        """True when there are more rows after this page."""
        return self._fetched.more()

    def checkpoint(self) -> str:
        """Text to go on after this page from, later or elsewhere: give it to the same call as `checkpoint`.

        After the last page, that is with the rows that it has got since. Raises PaginationError when the walk runs in
        a circle.
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

"""Methods of the asyncio client, made of the blocking client's.

A generated method only hands its arguments to `_page`, `_submit` or `_send` and gives back what that gives: a page or
a pager, a value or an awaitable. So one function serves both clients, and only its type differs.
All but paged lists and streams of rows are coroutine functions. `help()` and `inspect.signature` show the method with
its docstring.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar, cast

from .batches import AsyncBatch, Batch
from .client_async import AsyncBase
from .pages import AsyncPager, Page
from .rows import AsyncRowStream, RowStream

P = ParamSpec("P")
T = TypeVar("T")


def pager(method: Callable[Concatenate[Any, P], Page[T]]) -> Callable[Concatenate[AsyncBase, P], AsyncPager[T]]:
    """A paged list: awaited for its first page, or iterated for all rows."""
    return cast("Callable[Concatenate[AsyncBase, P], AsyncPager[T]]", method)


def rows(
    method: Callable[Concatenate[Any, P], RowStream[T]],
) -> Callable[Concatenate[AsyncBase, P], AsyncRowStream[T]]:
    """A stream of rows: iterated, or awaited for its answer."""
    return cast("Callable[Concatenate[AsyncBase, P], AsyncRowStream[T]]", method)


def batch(
    method: Callable[Concatenate[Any, P], Batch[T]],
) -> Callable[Concatenate[AsyncBase, P], Coroutine[Any, Any, AsyncBatch[T]]]:
    """A write whose response is a ticket."""
    return cast("Callable[Concatenate[AsyncBase, P], Coroutine[Any, Any, AsyncBatch[T]]]", value(method))


def value(method: Callable[Concatenate[Any, P], T]) -> Callable[Concatenate[AsyncBase, P], Coroutine[Any, Any, T]]:
    """Anything else."""
    sending = cast("Callable[Concatenate[AsyncBase, P], Coroutine[Any, Any, T]]", method)

    @wraps(sending)
    async def send(self: AsyncBase, *args: P.args, **kwargs: P.kwargs) -> T:
        return await sending(self, *args, **kwargs)

    return cast("Callable[Concatenate[AsyncBase, P], Coroutine[Any, Any, T]]", send)

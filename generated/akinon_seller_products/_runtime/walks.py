# Copied from the client generator's runtime; not to be edited here.
"""Walking paged lists: where the next page begins, and that the walk comes to an end.

A walk asks the operation alone, again and again. Of a link to the next page only the query counts: the link may name
another host, which must never be given the key. Only a page or two is in memory, however many there are.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from typing import Any, Generic, Literal, TypeAlias, TypeVar
from urllib.parse import unquote, urlsplit

from .call import Call, Operation, RequestOptions
from .errors import Answer, Exchange, InvalidRequestError, PaginationError
from .filters import Condition, kept
from .flow import Flow
from .guards import is_object
from .session import Session, answered
from .types import UNSET, is_model

T = TypeVar("T")

By: TypeAlias = Literal["page", "offset", "next", "last", "header"]
"""How the next page is found: by its number, by the number of rows before it, by a field of the body (a link, or a
value for the parameter), by the last row's key, or by the Link header (RFC 8288)."""

Position: TypeAlias = int | str | None
"""The parameter's value, or the query of a link, with its question mark; None for the first page."""


@dataclass(frozen=True)
class Paging(Generic[T]):
    """Where an operation's pages hold what: a parameter, and attributes of the page's model where it has them."""

    page: str | None = None
    """The argument that selects the page."""
    first: int = 1
    count: str | None = None
    next: str | None = None
    """The field that names the next page, or that is true when one exists."""
    results: str | None = None
    """None where the body itself is the list."""
    key: str | None = None
    """The attribute that identifies a row."""
    by: By = "page"
    count_header: str | None = None
    next_header: str | None = None
    """Headers that say it, in place of fields; in lower case."""
    limit: str | None = None
    """The argument that takes the rows of a page, where nothing but a page that isn't full shows the list's end."""
    full: int | None = None
    """The rows of a page without it."""
    ask: bool = False
    """True where a request that asks for no page is answered with all rows: each page is asked for."""


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
    """A list to be walked: the call without its page."""

    session: Session
    operation: Operation[Any]
    paging: Paging[T]
    arguments: dict[str, Any]
    options: RequestOptions
    where: Condition[Any] | None

    @classmethod
    def of(
        cls,
        session: Session,
        operation: Operation[Any],
        paging: Paging[T],
        arguments: Mapping[str, Any],
        options: RequestOptions,
        where: Condition[Any] | None,
    ) -> Walk[T]:
        """The walk of a call. Iterators among its arguments are read once, for all pages."""
        given = {name: kept(value) for name, value in arguments.items() if value is not UNSET}
        return cls(session, operation, paging, given, options, where)

    def begin(self, checkpoint: str | None) -> Callable[[], Flow[Fetched[T]]]:
        """What asks for the first page, or for the one that a checkpoint stands before, as often as it is called.

        Raises InvalidRequestError for a checkpoint of another list, and what `fetch` raises.
        """
        page = self.paging.page
        given = UNSET if page is None else self.arguments.get(page, UNSET)
        if checkpoint is None:
            number = given if self.paging.by == "page" and isinstance(given, int) else self.paging.first
            return self.fetch(None, number, Trail())
        if given is not UNSET:
            raise InvalidRequestError(self.operation.id, (f"{page}: a checkpoint already selects the page",))
        try:
            saved = json.loads(checkpoint)
            at, number, known, skip, trail = (saved[name] for name in ("at", "number", "list", "skip", "trail"))
            begun = Trail(**trail)
        except (ValueError, KeyError, TypeError):
            raise InvalidRequestError(
                self.operation.id, ("checkpoint: it isn't text that a page's checkpoint() gave",)
            ) from None
        if known != self.identity():
            raise InvalidRequestError(
                self.operation.id,
                ("checkpoint: it belongs to another list; give the same arguments again",),
            )
        return self.fetch(at, number, begun, skip)

    def fetch(self, at: Position, number: int, trail: Trail, skip: int = 0) -> Callable[[], Flow[Fetched[T]]]:
        """What asks for a page. Raises InvalidRequestError or ConfigurationError before it does."""
        return partial(self._fetched, self._call(at), at, number, trail, skip)

    def _call(self, at: Position) -> Call[Any]:
        arguments = self.arguments
        link = isinstance(at, str) and at.startswith("?")
        if at is not None and not link and self.paging.page is not None:
            arguments = {**arguments, self.paging.page: at}
        elif at is None and self.paging.ask and self.paging.page not in (None, *arguments):
            first = 0 if self.paging.by == "offset" else self.paging.first
            arguments = {**arguments, self.paging.page or "": first}
        call = self.session.call(self.operation, arguments, self.options, where=self.where)
        if link:
            call = replace(call, request=replace(call.request, url=f"{call.request.url.partition('?')[0]}{at}"))
        return call

    def _fetched(self, call: Call[Any], at: Position, number: int, trail: Trail, skip: int) -> Flow[Fetched[T]]:
        body, answer = yield from answered(call)
        rows = _rows(body, self.paging.results)
        found: list[T] = list(getattr(rows, "root", rows) or ())
        return Fetched(self, at, number, trail, body, answer, found[skip:], skip)

    def identity(self) -> str:
        """The identity of this list: its operation and its arguments, without the page. How a filter was written
        (as a condition or a keyword, as text or a moment, in which order or time zone) makes no difference."""
        page = next((p.name for p in self.operation.parameters if p.keyword == self.paging.page), None)
        arguments = {name: value for name, value in self.arguments.items() if name != self.paging.page}
        call = self.session.call(self.operation, arguments, self.options, where=self.where)
        path, _, query = call.request.url.removeprefix(self.session.settings.base(self.operation.server)).partition("?")
        pairs = sorted(_alike(pair) for pair in query.split("&") if pair and unquote(pair.partition("=")[0]) != page)
        return hashlib.sha256(repr((self.operation.id, path, pairs)).encode()).hexdigest()[:16]


@dataclass(frozen=True)
class Fetched(Generic[T]):
    """A page as it came, and where it stands in its walk."""

    walk: Walk[T]
    at: Position
    number: int
    trail: Trail
    body: Any
    answer: Answer
    results: list[T]
    skipped: int
    """How many rows at the beginning of the page were handed out before."""

    @property
    def count(self) -> int | None:
        """The number of rows on all pages together, where the server gives it."""
        paging = self.walk.paging
        if paging.count_header is not None:
            text = self.answer.headers.get(paging.count_header, "")
            return int(text) if text.isascii() and text.isdecimal() else None
        found = _within(self.body, paging.count)
        return found if isinstance(found, int) else None

    def more(self) -> bool:
        """True when the server names a next page, or names none but has more rows."""
        paging = self.walk.paging
        if paging.by == "header":
            return _linked(self.answer.headers.get("link", "")) is not None
        if paging.next_header is not None:
            return bool(self.answer.headers.get(paging.next_header, ""))
        if paging.next is not None and _is_set(self.body, paging.next):
            return bool(_within(self.body, paging.next))
        if paging.by in ("next", "last") or not self.results:
            return False
        if self.count is not None:
            return self._passed_rows() < self.count
        return paging.next is None and paging.count is None and paging.count_header is None and self._is_full()

    def _is_full(self) -> bool:
        """True for a page that another may follow, where nothing but its length says so."""
        paging = self.walk.paging
        asked = self.walk.arguments.get(paging.limit or "", paging.full)
        return not isinstance(asked, int) or self.skipped + len(self.results) >= asked

    def _passed_rows(self) -> int:
        """How many rows come before the next page, as far as this walk knows."""
        if self.walk.paging.by == "offset":
            return self._offset() + self.skipped + len(self.results)
        return self.trail.rows + len(self.results)

    def _offset(self) -> int:
        page = self.walk.paging.page or ""
        given = self.at if self.at is not None else self.walk.arguments.get(page, UNSET)
        return given if isinstance(given, int) else 0

    def after(self) -> Position:
        """The start of the page after this one. Raises PaginationError where the server doesn't give it."""
        paging = self.walk.paging
        following = _leading(_within(self.body, paging.next))
        if paging.next_header is not None:
            following = self.answer.headers.get(paging.next_header) or None
        match paging.by:
            case "page":
                return self.number + 1
            case "offset":
                return self._offset() + self.skipped + len(self.results)
            case "header":
                following = _linked(self.answer.headers.get("link", ""))
            case "last":
                following = getattr(self.results[-1], paging.key, None) if self.results and paging.key else None
                return self._known(following if following is None else str(following))
            case "next":
                pass
        if isinstance(following, str) and (paging.page is None or re.match(r"[a-z]+://|/|\?", following)):
            query = urlsplit(following).query
            return self._known(f"?{query}" if query else None)
        return self._known(following)

    def _known(self, position: Position) -> Position:
        if position is None or position == self.at:
            raise PaginationError("the answer has a next page, but doesn't name it")
        return position

    def passed(self) -> Trail:
        """The trail behind this page. Raises PaginationError when the walk could never end."""
        paging, rows = self.walk.paging, self.results
        keys = [str(getattr(row, paging.key, row)) for row in rows] if paging.key else [repr(row) for row in rows]
        digest = hashlib.blake2b("\0".join(keys).encode(), digest_size=16).hexdigest()
        trail = self.trail.after(digest, len(rows))
        if self.more() and not rows:
            raise PaginationError("an empty page names a next one")
        if self.more() and self.count is not None and trail.rows > _most(self.count):
            raise PaginationError(f"{trail.rows} rows came of {self.count}, and there is still a next page")
        return trail

    def following(self) -> Flow[Fetched[T]]:
        """Ask for the page after this one. Raises PaginationError when there is none."""
        if not self.more():
            raise PaginationError("this is the last page; ask has_next_page() first")
        with _about(self.walk.operation):
            trail, position = self.passed(), self.after()
        return self.walk.fetch(position, self.number + 1, trail)()

    def checkpoint(self) -> str:
        """What comes after this page, as text; of the last page, the rows that it may get later on."""
        with _about(self.walk.operation):
            trail = self.passed()
            if self.more():
                at, number, skip = self.after(), self.number + 1, 0
            else:
                at, number, skip, trail = self.at, self.number, self.skipped + len(self.results), self.trail
        if at is None and self.walk.paging.page is not None and self.walk.paging.by == "page":
            at = number
        saved = {"list": self.walk.identity(), "at": at, "number": number, "skip": skip, "trail": vars(trail)}
        return json.dumps(saved)


class _about:
    """Names the operation in a PaginationError."""

    def __init__(self, operation: Operation[Any]) -> None:
        self._exchange = Exchange(operation.id, operation.method, operation.path)

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        if isinstance(error, PaginationError):
            error.exchange = self._exchange


def _rows(body: Any, path: str | None) -> Any:
    """The rows of an answer. Without paging, some servers answer with the list itself."""
    return body if path is None or _is_list(body) else _within(body, path)


def _is_list(value: object) -> bool:
    return isinstance(value, list)


def _within(body: Any, path: str | None) -> Any:
    """What the attributes of a path lead to; None where one of them is missing."""
    if path is None:
        return None
    for name in path.split("."):
        body = getattr(body, name, None)
    return body


def _is_set(body: Any, path: str) -> bool:
    """True where the server sent something, even null, for the last attribute of a path."""
    holder, _, name = path.rpartition(".")
    inner = _within(body, holder) if holder else body
    return name in getattr(inner, "model_fields_set", ())


def _most(count: int) -> float:
    """How many rows may come of so many. Counts are estimates, and some servers stop counting: at a round number, a
    power of two, or one beside such. The real number is then unknown."""
    near = (count - 1, count, count + 1)
    capped = count >= 100 and any(len(str(n).rstrip("0")) <= 2 or n & (n - 1) == 0 for n in near)
    return float("inf") if capped else max(10 * count, count + 100)


def _leading(value: Any) -> int | str | None:
    """The next page by a field: a link (also inside an object), or a value for the parameter."""
    if value is None or isinstance(value, (int, str)):
        return value
    inner: object = value.model_dump(by_alias=True) if is_model(value) else value
    if not is_object(inner):
        return str(value)
    found = next((inner[name] for name in ("href", "url", "link", "cursor") if inner.get(name)), None)
    return None if found is None else str(found)


def _linked(header: str) -> str | None:
    """The target of a Link header's `next` (RFC 8288)."""
    for target, parameters in re.findall(r"<([^>]*)>([^<]*)", header):
        if re.search(r';\s*rel="?(?:[^";]*\s)?next[\s";,]?', parameters + ";", re.IGNORECASE):
            return str(target)
    return None


def _alike(pair: str) -> str:
    """A pair of a query, the same for values that mean the same."""
    name, _, value = pair.partition("=")
    return f"{name}={','.join(sorted(map(_moment, value.split(','))))}"


def _moment(value: str) -> str:
    text = unquote(value)
    if not re.match(r"\d{4}-\d\d-\d\d[T ]", text):
        return value
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return value
    return moment.astimezone(UTC).isoformat() if moment.tzinfo else value

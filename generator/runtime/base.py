"""The shared part of both kinds of client."""

from __future__ import annotations

import os
from collections.abc import (
    Callable,
    Iterable,
    Mapping,
    Sequence,
)
from copy import copy
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from typing import (
    Any,
    ClassVar,
    Generic,
    ParamSpec,
    Self,
    TypeAlias,
    TypeGuard,
    TypeVar,
    cast,
)
from urllib.parse import urlsplit

from .batches import Outcome, Write
from .bulk_options import BulkOptions
from .call import Hooks, Middleware, Operation, RequestOptions, Settings
from .credentials import Credentials, Scheme, SecretSource
from .errors import Answer, ConfigurationError, InvalidRequestError, request_id
from .filters import Condition
from .flow import Stream, Timeout
from .retry import Retry
from .session import Session
from .types import is_model
from .walks import Paging, Walk

P = ParamSpec("P")
R = TypeVar("R")
S = TypeVar("S")
T = TypeVar("T")

ApiKey: TypeAlias = SecretSource | Mapping[str, SecretSource]
"""A secret or a function that gives it, or several by the names of their security schemes."""


@dataclass(frozen=True)
class Api:
    """What a package's clients share, by the document."""

    package: str
    """Name and version, for the User-Agent header."""
    env: str
    """The prefix of the environment variables."""
    server: str | None
    """The base URL, where the document names one."""
    schemes: Mapping[str, Scheme]
    writes: Mapping[str, Write[Any]]
    """The operations that bulk writes know, by the names of their methods."""
    security: tuple[tuple[str, ...], ...] = ()
    """The authentication of requests that the document lacks: that of most of its operations."""


@dataclass(frozen=True)
class RawResponse(Generic[T]):
    """The raw response, beside the value that was made of it."""

    status_code: int
    headers: Mapping[str, str]
    """Names in lower case."""
    content: bytes
    """The body, decompressed."""
    parsed: T

    @property
    def request_id(self) -> str | None:
        """The server's own id for the request, where it gave one."""
        return request_id(self.headers)


class BaseClient:
    """Settings and credentials. The key is in no attribute that shows it, and in no `repr`."""

    _api: ClassVar[Api]

    _session: Session
    _carrier: str
    """The name of the transport: the journal of a rehearsal isn't that of the real run."""

    @property
    def base_url(self) -> str:
        """The base of all paths."""
        return self._session.settings.base_url

    def __repr__(self) -> str:
        """The base URL, or none in the traceback of a constructor that failed."""
        return f"<{type(self).__name__} {self.base_url if hasattr(self, '_session') else 'not set up'}>"

    def with_options(
        self,
        *,
        timeout: float | Timeout | None = None,
        deadline: float | None = None,
        max_retries: int | None = None,
        accept_language: str | None = None,
        headers: Mapping[str, str] | None = None,
        hooks: Hooks | None = None,
        strict: bool | None = None,
        middleware: Sequence[Middleware] | None = None,
    ) -> Self:
        """A client with other settings, which shares this one's connections: closing either closes both.

        What is left out stays; `headers` are added to those there are. Raises ValueError for a time-out or deadline
        that isn't positive, and for a negative number of retries.
        """
        settings = self._session.settings
        if timeout is not None:
            settings = replace(settings, timeout=Timeout.of(timeout))
        if deadline is not None:
            settings = replace(settings, deadline=positive(deadline))
        if middleware is not None:
            settings = replace(settings, middleware=tuple(middleware))
        if max_retries is not None:
            settings = replace(settings, retry=replace(settings.retry, retries=count(max_retries)))
        if accept_language is not None:
            settings = replace(settings, defaults={"accept-language": accept_language})
        if headers is not None:
            settings = replace(settings, headers={**settings.headers, **headers})
        if hooks is not None:
            settings = replace(settings, hooks=hooks)
        if strict is not None:
            settings = replace(settings, strict=strict)
        other = copy(self)
        other._session = replace(self._session, settings=settings)
        return other

    def _bulk(
        self,
        write: Callable[..., Any],
        options: BulkOptions,
        journal: str | os.PathLike[str] | None,
        call: RequestOptions,
    ) -> Stream[Outcome[Any]]:
        name = getattr(write, "__name__", "")
        if getattr(write, "__self__", None) is not self or name not in self._api.writes:
            known = ", ".join(self._api.writes) or "none"
            raise TypeError(f"bulk takes one of this client's own methods: {known}")
        found = self._api.writes[name]
        path = Path(journal) if journal is not None else None
        # Few programs write in bulk, so its modules are loaded when one does.
        bulk = import_module(".bulk", __package__)
        stream: Stream[Outcome[Any]] = bulk.begun(self._session, found, options, call, path, self._carrier)
        return stream

    def _walk(
        self,
        operation: Operation[Any],
        paging: Paging[T],
        arguments: dict[str, Any],
        options: RequestOptions,
        where: Condition[Any] | None,
    ) -> Walk[T]:
        return Walk[T].of(self._session, operation, paging, arguments, options, where)


def session(
    api: Api,
    api_key: ApiKey | None,
    base_url: str | None,
    *,
    timeout: float | Timeout,
    deadline: float | None,
    max_retries: int,
    accept_language: str | None,
    headers: Mapping[str, str] | None,
    hooks: Hooks | None,
    middleware: Sequence[Middleware],
    max_response_bytes: int,
    strict: bool,
) -> Session:
    """The settings from a client's arguments and the environment. Raises ConfigurationError or ValueError."""
    own_url = base_url or os.environ.get(f"{api.env}_BASE_URL")
    settings = Settings(
        base_url=checked_url(api, own_url or api.server),
        own_url=bool(own_url),
        package=api.package,
        timeout=Timeout.of(timeout),
        retry=Retry(count(max_retries)),
        defaults={"accept-language": accept_language} if accept_language else {},
        headers=headers or {},
        hooks=hooks or Hooks(),
        middleware=tuple(middleware),
        deadline=None if deadline is None else positive(deadline),
        max_response_bytes=max_response_bytes,
        strict=strict,
    )
    return Session(settings, Credentials(api.schemes, secrets(api, api_key), f"{api.env}_API_KEY"))


def checked_url(api: Api, url: str | None) -> str:
    """A base URL fit to append paths to. Raises ConfigurationError."""
    if not url:
        raise ConfigurationError(f"no base_url was given and {api.env}_BASE_URL isn't set")
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise ConfigurationError("base_url must be http or https with a host, and without query or fragment")
    if "@" in parts.netloc:
        raise ConfigurationError("base_url must not hold a user or password; pass api_key")
    return url.rstrip("/")


def count(retries: int) -> int:
    """A number of retries. Raises ValueError for a negative one."""
    if retries < 0:
        raise ValueError(f"max_retries must be 0 or more, not {retries}")
    return retries


def is_mapping(key: ApiKey) -> TypeGuard[Mapping[str, SecretSource]]:
    """True for several secrets, by the names of their schemes."""
    return isinstance(key, Mapping)


def positive(deadline: float) -> float:
    """A positive number of seconds. Raises ValueError for others."""
    if not deadline > 0:
        raise ValueError(f"a deadline must be more than 0 seconds, not {deadline!r}")
    return deadline


def secrets(api: Api, given: ApiKey | None) -> Mapping[str, SecretSource]:
    """Secrets by scheme; one without a name is for the document's first scheme, and for those in the same place."""
    key = given or os.environ.get(f"{api.env}_API_KEY")
    if key is None:
        return {}
    if is_mapping(key):
        return key
    first = next(iter(api.schemes.values()), None)
    one = cast("SecretSource", key)
    return {name: one for name, scheme in api.schemes.items() if scheme == first}


def chosen(wanted: type[S], http_client: S | None, transport: object, *network: object) -> S | None:
    """The caller's own httpx2 client, where there is one. Raises TypeError for one of the other kind, and for what
    could only be left unused: a transport beside it, or a proxy or certificates beside either."""
    if http_client is not None and not isinstance(http_client, wanted):
        raise TypeError(f"http_client must be an httpx2.{wanted.__name__}, not {type(http_client).__name__}")
    if http_client is not None and transport is not None:
        raise TypeError("give http_client or transport, not both")
    if (http_client is not None or transport is not None) and any(each not in (None, True) for each in network):
        raise TypeError("proxy and verify are for the client's own connections; set up your transport with them")
    return http_client


def listed(operation: str, body: Iterable[T]) -> list[T]:
    """The rows of a body. Raises InvalidRequestError for a single row, which could be iterated by mistake."""
    kind = type(body).__name__
    if isinstance(body, (Mapping, str, bytes)) or is_model(body):
        raise InvalidRequestError(operation, (f"body: a list of rows is needed, not {kind}",))
    return list(body)


def raw(answers: Sequence[Answer], parsed: T) -> RawResponse[T]:
    """The last answer beside what was made of it. Raises TypeError when none was asked for."""
    if not answers:
        raise TypeError("with_raw_response takes a method that asks the server when it is called")
    return RawResponse(answers[-1].status, answers[-1].headers, answers[-1].body, parsed)


def carrier(http_client: object, transport: object) -> str:
    """The name of the transport: `network`, or the class of the caller's own transport."""
    if http_client is None and transport is None:
        return "network"
    return type(transport if transport is not None else getattr(http_client, "_transport", http_client)).__name__

"""From arguments to a request: everything is checked here, before anything is sent."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar
from urllib.parse import quote

from pydantic_core import PydanticSerializationError, to_json

from .body import Body
from .call import Call, Operation, RequestOptions, Settings
from .credentials import Credentials
from .errors import InvalidRequestError
from .filters import Condition
from .flow import Request, Timeout
from .outgoing import Unfit
from .retry import Retry
from .types import UNSET
from .uploads import Upload, guessed, upload
from .wire import header_text, word

T = TypeVar("T")


def prepare(
    operation: Operation[T],
    settings: Settings,
    credentials: Credentials,
    arguments: Mapping[str, Any],
    options: RequestOptions,
    *,
    where: Condition[Any] | None = None,
    body: Any = UNSET,
    content_type: str | None = None,
) -> Call[T]:
    """Check arguments and make the request of them.

    Raises TypeError for an argument that neither the operation nor RequestOptions has, InvalidRequestError when
    a value doesn't fit the document or can't be sent, and ConfigurationError when a key is missing: all before
    anything is sent.
    """
    if unknown := sorted(options.keys() - RequestOptions.__annotations__.keys()):
        raise TypeError(f"{operation.id} got an unexpected keyword argument {unknown[0]!r}")
    try:
        url, headers = _spread(operation, settings, arguments, where)
        data, kind = _encoded(operation, body, content_type)
        if added := options.get("extra_body"):
            data, kind = _extended(data, kind, added)
        if kind:
            headers["content-type"] = kind
        if isinstance(data, Upload) and data.size is not None:
            headers["content-length"] = str(data.size)
        extra = "&".join(
            f"{quote(n, safe='')}={quote(word(v), safe='')}" for n, v in options.get("extra_query", {}).items()
        )
        more = {**settings.headers, **options.get("extra_headers", {})}
        headers |= {name.lower(): header_text(word(value), name) for name, value in more.items()}
    except Unfit as unfit:
        raise InvalidRequestError(operation.id, unfit.problems) from None
    if extra:
        url += ("&" if "?" in url else "?") + extra
    request = Request(
        operation.method,
        url,
        tuple(headers.items()),
        data,
        credentials.choose(operation.security),
        Timeout.of(options["timeout"]) if "timeout" in options else settings.timeout,
    )
    retry = settings.retry
    if "max_retries" in options:
        retry = Retry(options["max_retries"], retry.first, retry.most, retry.most_asked)
    if any(p.reshapes and arguments.get(p.keyword, UNSET) is not UNSET for p in operation.parameters):
        settings = replace(settings, strict=False)  # rows lack what wasn't asked for
    return Call(operation, request, retry, settings, options.get("deadline", settings.deadline))


def _encoded(
    operation: Operation[Any], body: Any, content_type: str | None
) -> tuple[bytes | Upload | None, str | None]:
    if body is UNSET:
        if operation.body_required:
            raise Unfit("body: it is required")
        return None, None
    kinds = [kind for kind in operation.bodies if kind.fits(content_type)]
    if not kinds:
        raise Unfit(f"content_type: {content_type!r} isn't one that the operation takes")
    chosen = _for_file(kinds, body) if content_type is None and len(kinds) > 1 else None
    return (chosen or kinds[0]).encode(body, content_type)


def _for_file(kinds: Sequence[Body], body: object) -> Body | None:
    """The kind that a file is meant to be sent as, by its own content type; None for what isn't a file."""
    piece = upload(body)
    whole = [kind for kind in kinds if kind.coding in ("text", "bytes", "lines")]
    if piece is None or not whole:
        return None
    own = piece.content_type or guessed(piece)
    return next((kind for kind in whole if own is not None and kind.fits(own)), whole[0])


def _extended(data: bytes | Upload | None, kind: str | None, added: Mapping[str, Any]) -> tuple[bytes, str]:
    """A JSON body with members that the document lacks, as it was written but for those. Raises Unfit."""
    try:
        more = to_json(dict(added))
    except PydanticSerializationError as error:
        raise Unfit(f"extra_body: {error}") from None
    if data is None:
        return more, "application/json"
    if not (isinstance(data, bytes) and data.startswith(b"{") and kind and "json" in kind):
        raise Unfit("extra_body: the body isn't a JSON object that could have further members")
    if twice := json.loads(data).keys() & added.keys():
        raise Unfit(f"extra_body: {min(twice)!r} stands in the body already")
    return (data[:-1] + b"," + more[1:] if data != b"{}" else more), kind


def _spread(
    operation: Operation[Any],
    settings: Settings,
    arguments: Mapping[str, Any],
    where: Condition[Any] | None,
) -> tuple[str, dict[str, str]]:
    """The URL and the headers that arguments and conditions make."""
    path, query, cookies = operation.path.partition("#")[0], list[str](), list[str]()
    headers = {
        "accept": operation.accept,
        "accept-encoding": "gzip, deflate",
        "user-agent": settings.package,
    }
    given = {keyword: value for keyword, value in arguments.items() if value is not UNSET}
    conditions = _conditions(operation, where)
    for keyword, value in conditions:
        if keyword in given:
            raise Unfit(f"{keyword}: it is given both as an argument and as a condition")
        given[keyword] = value
    for keyword, parameter in operation.unasked:
        if keyword in given:
            continue
        if parameter.place == "header" and (default := settings.defaults.get(parameter.name.lower())):
            headers[parameter.name.lower()] = default
        elif parameter.required:
            raise Unfit(f"{keyword}: it is required")
    known = operation.by_keyword
    for keyword in sorted(given, key=lambda each: known[each][0]) if len(given) > 1 else given:
        parameter, value = known[keyword][1], given[keyword]
        if parameter.is_absent(value) and (keyword, value) not in conditions:  # a condition is never left out
            continue
        match parameter.place:
            case "path":
                path = path.replace("{" + parameter.name + "}", parameter.path(value))
            case "query":
                query.extend(parameter.query(value))
            case "header":
                headers[parameter.name.lower()] = parameter.header(value)
            case "cookie":
                cookies.append(parameter.cookie(value))
    if cookies:
        headers["cookie"] = "; ".join(cookies)
    url = settings.base(operation.server) + path
    joint = "&" if "?" in path else "?"
    return (f"{url}{joint}{'&'.join(query)}" if query else url), headers


def _conditions(operation: Operation[Any], where: Condition[Any] | None) -> list[tuple[str, Any]]:
    if where is None:
        return []
    if type(where) is not Condition:  # such as what `F.name == "x"` gives
        raise Unfit(f"where: a condition such as F.name.exact('x') is needed, not {where!r}")
    if where.operation != operation.id:
        raise Unfit(f"where: these conditions are for {where.operation}, not for {operation.id}")
    return [(operation.by_name[name].keyword, value) for name, value in where.values.items()]

"""The preflight: is the target the documented API? If not, one sentence replaces 200 violations."""

from __future__ import annotations

import email.utils
from collections.abc import Mapping
from datetime import UTC, datetime

from conformance.reading.context import RunContext, get
from conformance.reading.sample import NO_SUCH_ID, base_query
from conformance.transport.errors import Stopped, Unreachable
from conformance.transport.exchange import MISSING, Exchange, Response
from spec import Operation
from spec.values import checker


class WrongTarget(Exception):
    """The target isn't the documented API, or refuses the key. The message includes what to do."""


def preflight(context: RunContext) -> datetime:
    """Call every reading operation once. Gives the server's time; raises WrongTarget when none answers as the API.

    One operation that answers is enough: the laws judge the others.
    """
    seen: list[Exchange] = []
    for operation in context.contract.operations:
        if not operation.safe:
            continue
        try:
            exchange = _ask(context, operation)
        except Unreachable as error:
            raise WrongTarget(
                f"{context.target.base_url} gives no response ({error}). Check BASE_URL and the network."
            ) from None
        except Stopped as error:
            raise WrongTarget(f"Nothing could be asked: {error}.") from None
        if _is_ours(context, operation, exchange.response):
            return _time(exchange.response)
        seen.append(exchange)
    if not seen:
        raise WrongTarget("The document has no operation that only reads, so nothing can be asked.")
    raise WrongTarget(_why(context, seen))


def _ask(context: RunContext, operation: Operation) -> Exchange:
    path = {p.name: NO_SUCH_ID for p in operation.parameters if p.place == "path"}
    return context.send(get(operation, base_query(context, operation), path=path))


def _is_ours(context: RunContext, operation: Operation, response: Response) -> bool:
    """True for a success that is as declared, has a field that is declared for it, or rows of the collection."""
    data = response.json
    if not response.ok:
        return False
    declared = operation.response(response.status)
    media = declared.json if declared else None
    if declared and media is None:
        return not declared.media or any(one.covers(response.content_type) for one in declared.media)
    if data is MISSING:
        return False
    schema = media.schema if media else None
    if media is None or schema is None:
        return True
    fields = context.contract.properties(schema)
    if isinstance(data, Mapping) and any(name in data for name in fields):
        return True
    # An object without one of the declared fields fits where none is required, and speaks for no API.
    fits = checker(context.contract, "response")(f"{media.pointer}/schema", data) is None
    if fits and not (isinstance(data, Mapping) and fields):
        return True
    row = context.contract.properties({"$ref": operation.access.collection.item}) if operation.access else {}
    lists = [data, *(data.values() if isinstance(data, Mapping) else ())]
    rows = [one for found in lists if isinstance(found, list) for one in found[:3] if isinstance(one, Mapping)]
    return any(2 * len(row.keys() & one.keys()) >= len(row) > 0 for one in rows)


def _why(context: RunContext, seen: list[Exchange]) -> str:
    response, path = seen[0].response, seen[0].request.path
    where = f"{context.target.base_url}{path}"
    # A denial of one path means little; another operation may show what is really wrong.
    for exchange in seen:
        if exchange.response.status in (401, 403) or exchange.response.status >= 500:
            response = exchange.response
    if response.status in (401, 403):
        variable = context.target.key_variable
        if context.target.key is None:
            return f"{where} asks for a key ({response.status}). Set {variable} to it."
        return f"{where} doesn't accept the key ({response.status}). Check {variable}."
    if 300 <= response.status < 400:
        to = context.target.redact(response.headers.get("location", "somewhere else"))
        return f"{where} redirects to {to}. Give the BASE_URL that it leads to, if that is the API."
    if response.status >= 500:
        return f"{where} fails on every request ({response.status}). Nothing can be tested until it works."
    if response.status == 404:
        return f"{where} isn't there (404). BASE_URL is scheme, host and port; the document's paths are appended to it."
    if "html" in response.content_type:
        return f"{where} is a web page, not the API. BASE_URL is scheme, host and port of the API."
    if response.json is MISSING:
        return f"{where} doesn't answer with JSON ({response.status}). Is it the API?"
    return f"{where} answers with JSON of another shape than the document's ({response.status}). Is it another API?"


def _time(response: Response) -> datetime:
    """The server's clock, by its Date header (RFC 9110, section 6.6.1), else ours."""
    try:
        return email.utils.parsedate_to_datetime(response.headers.get("date", "")).astimezone(UTC)
    except (ValueError, TypeError, OverflowError):
        return datetime.now(UTC).replace(microsecond=0)

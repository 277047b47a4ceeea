"""From a finding to a counterexample: the requests as curl lines, the responses whole, nothing that holds the key."""

from __future__ import annotations

import gzip
import hashlib
import re
from collections.abc import Callable
from urllib.parse import parse_qsl, urlsplit, urlunsplit

import msgspec

from conformance.reading.sample import identity
from conformance.transport.exchange import Credential, Exchange, encode_query
from conformance.transport.key_place import key_places
from conformance.transport.target import Target
from conformance.verdict import (
    EVIDENCE,
    LONGEST_ANSWER,
    LONGEST_MESSAGE,
    Counterexample,
    EvidenceFile,
    Finding,
    Recorded,
)

LONGEST_INLINE = 300
"""Characters of a body that stands in its curl line. A longer one, or one that isn't plain text, is a file."""

_PLAIN = re.compile(r"[ -~]*")
_SECRET_HEADERS = ("cookie", "set-cookie")


def counterexample_of(target: Target, finding: Finding, replays: int) -> Counterexample:
    """A confirmed finding, ready to be shown."""
    expected = target.redact(finding.expected, LONGEST_MESSAGE)
    observed = target.redact(finding.observed, LONGEST_MESSAGE)
    exchanges = tuple(recorded(target, exchange) for exchange in finding.chain)
    return Counterexample(
        expected,
        observed,
        requests=tuple(curl(target, e, r) for e, r in zip(finding.chain, exchanges, strict=True)),
        answers=tuple(excerpt(target, exchange, f"{expected}\n{observed}") for exchange in finding.chain),
        replays=replays,
        symptom=finding.symptom,
        exchanges=exchanges,
    )


def curl(target: Target, exchange: Exchange, kept: Recorded) -> str:
    """The line that sends a request again, from the report's folder."""
    body = (exchange.request.body or b"").decode("utf-8", "replace")
    inline = kept.sent is None or (len(body) <= LONGEST_INLINE and _PLAIN.fullmatch(body))
    return target.redact(
        exchange.request.curl(
            target.base_url,
            target.key_options(exchange.request),
            body_file="" if inline or kept.sent is None else kept.sent.name,
        )
    )


def recorded(target: Target, exchange: Exchange) -> Recorded:
    """A request and its response in full; the key is taken out of its declared place, and wherever else it stands."""
    request, response = exchange.request, exchange.response
    own = [(name, target.redact(value)) for name, value in request.headers]
    url = target.base_url + request.target
    for place in key_places(target.contract, request.operation, target.key):
        if request.credential is Credential.MISSING:
            continue
        variant = request.credential
        value = "" if variant is Credential.EMPTY else variant.from_variable(target.key_variable)
        match place.place:
            case "query":
                url += ("&" if "?" in url else "?") + f"{place.name}={value}"
            case "cookie":
                own.append(("Cookie", f"{place.name}={value}"))
            case _:
                own.append((place.name, ("Basic " if place.basic else place.prefix) + value if value else ""))
    if request.body is not None and not any(name.lower() == "content-type" for name, _ in own):
        own.append(("Content-Type", "application/json"))
    return Recorded(
        operation=request.operation,
        method=request.method,
        url=_without_key(target, url),
        request_headers=tuple((name, _LEFT_OUT if _is_secret(name) else value) for name, value in own),
        status=response.status,
        response_headers=tuple(
            (name, _LEFT_OUT if _is_secret(name) else target.redact(value)) for name, value in response.headers.items()
        ),
        seconds=response.elapsed,
        sent_at=response.sent_at,
        sent=_file(target, request.body, compressed=False) if request.body is not None else None,
        received=_file(target, response.body, compressed=True) if response.body else None,
    )


_LEFT_OUT = "(left out)"


def _is_secret(name: str) -> bool:
    return name.lower() in _SECRET_HEADERS


def _without_key(target: Target, url: str) -> str:
    """A URL without the values of the query parameters that the document declares to carry a key."""
    secret = {scheme.parameter for scheme in target.contract.security_schemes if scheme.place == "query"}
    parts = urlsplit(url)
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    if secret & {name for name, _ in pairs}:
        kept = tuple((name, f"${target.key_variable}" if name in secret else value) for name, value in pairs)
        url = urlunsplit(parts._replace(query=encode_query(kept)))
    return target.redact(url)


def _file(target: Target, body: bytes, *, compressed: bool) -> EvidenceFile:
    """A body as a file. A text is redacted; bytes that are no text stay as they are, but for the key's own."""
    try:
        content = target.redact(body.decode("utf-8")).encode()
    except UnicodeDecodeError:
        # Every byte is a character there and back, so nothing but the key changes.
        content = target.redact(body.decode("latin-1")).encode("latin-1", "replace")
    name = f"{EVIDENCE}/{hashlib.sha256(content).hexdigest()[:16]}{_suffix(content)}"
    return EvidenceFile(f"{name}.gz", gzip.compress(content, mtime=0)) if compressed else EvidenceFile(name, content)


def _suffix(content: bytes) -> str:
    return ".json" if content[:1] in (b"{", b"[") else ".body"


def excerpt(target: Target, exchange: Exchange, named_in: str, longest: int = LONGEST_ANSWER) -> str:
    """Status and body, JSON laid out. Of a list that is too long, the rows that a text names stay."""
    response = exchange.response
    try:
        shown = msgspec.json.format(response.body, indent=2)
        if len(shown) > longest:
            shown = msgspec.json.format(_only_named(target, exchange, named_in), indent=2)
        text = shown.decode("utf-8", "replace")
    except (msgspec.DecodeError, RecursionError):
        text = response.text
    return target.redact(f"{response.status} {text}".rstrip(), longest)


def _only_named(target: Target, exchange: Exchange, named_in: str) -> bytes:
    """A body whose rows are those that a text names, each as it was sent; one line says how many are left out."""
    operation = target.contract.by_code.get(exchange.request.operation)
    body = exchange.response.body
    if operation is None or operation.pagination is None:
        return body

    def few(content: bytes) -> bytes:
        rows = msgspec.json.decode(content, type=list[msgspec.Raw])
        read = [msgspec.json.decode(row, type=dict[str, object]) for row in rows]
        named = [row for row, data in zip(rows, read, strict=True) if _stands_in(identity(operation, data), named_in)]
        kept: list[msgspec.Raw | str] = list(named or rows[:1])
        left_out = len(rows) - len(kept)
        return msgspec.json.encode([*kept, *([f"... {left_out} rows more"] if left_out else [])])

    try:
        return _changed(body, operation.pagination.results.path, few)
    except (msgspec.DecodeError, KeyError):
        return body


def _changed(body: bytes, path: tuple[str, ...], change: Callable[[bytes], bytes]) -> bytes:
    """A body with one member changed, and all others as they were sent."""
    if not path:
        return change(body)
    fields = msgspec.json.decode(body, type=dict[str, msgspec.Raw])
    inner = _changed(bytes(fields[path[0]]), path[1:], change)
    whole: dict[str, object] = {**fields, path[0]: msgspec.Raw(inner)}
    return msgspec.json.encode(whole)


def _stands_in(name: str, text: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text) is not None

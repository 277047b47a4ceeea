"""One row by its key: shown as the list shows it, and denied where there is none."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from conformance.laws.law import Phase, law, operation_of
from conformance.laws.row_states import collection_of, denies, equal
from conformance.reading.context import RunContext, get
from conformance.reading.listing import response_excerpt
from conformance.reading.sample import sample_of
from conformance.transport.exchange import Exchange, Request
from conformance.verdict import Finding, Held, Result, not_exercised
from conformance.writing.one_row import list_of, look_in_list, request, row_in
from spec import Clause, Operation

SAMPLED = 5
"""Rows of a list that are also got one by one."""


@law("get.shows")
def shows(context: RunContext, clause: Clause) -> Result:
    """Every sampled row of the list is shown by its key, as the list shows it."""
    operation = operation_of(context, clause)
    collection, reader = collection_of(operation), list_of(context, collection_of(operation))
    if reader is None:
        return not_exercised("not-applicable", "no operation lists the rows, so no key is known")
    known = sample_of(context, reader)
    tried = 0
    for row in _sampled(context, operation):
        key = str(row[collection.key])
        exchange = context.send(request(context, operation, key))
        chain = (*((known.shown_by[key],) if key in known.shown_by else ()), exchange)
        got = row_in(operation, exchange)
        if got is None:
            return Finding(f"the row {key}, which the list shows", response_excerpt(exchange), chain)
        different = _difference(row, got)
        if different:
            # A counter of views, or another writer, may have moved on since the list was read.
            now = look_in_list(context, collection, key, expected=None)
            different = _difference(now.row, got) if now.row else None
            chain = (*now.chain, exchange)
        if different:
            name, wanted, instead = different
            return Finding(f"{name} {wanted!r} of {key}, as in the list", f"{name} {instead!r}", chain)
        tried += any(name in got for name in row)
    return Held(tried) if tried else not_exercised("no-data", "the list shows no rows with fields of the row itself")


def _sampled(context: RunContext, operation: Operation) -> list[Mapping[str, Any]]:
    """Some rows of the list whose keys can stand in a path."""
    collection = collection_of(operation)
    reader = list_of(context, collection)
    rows = [
        row
        for row in (sample_of(context, reader).rows.values() if reader else ())
        if _is_key(row.get(collection.key)) and len(str(row[collection.key])) < 200
    ]
    return rows[:: max(1, len(rows) // SAMPLED)][:SAMPLED]


def known_keys(context: RunContext, operation: Operation) -> list[str]:
    """The keys of some rows of the list."""
    return [str(row[collection_of(operation).key]) for row in _sampled(context, operation)]


def shown_one_by_one(context: RunContext, operation: Operation) -> list[Exchange]:
    """The answers to requests for rows of the list, by an operation that gets one."""
    return [context.send(request(context, operation, key)) for key in known_keys(context, operation)]


_SAFE = re.compile(r"[^/\\%?#;.][^/\\%?#;]*")
"""Keys that every server can find in a path; of others many can't, however they are escaped."""


def _is_key(value: object) -> bool:
    return isinstance(value, (str, int)) and not isinstance(value, bool) and _SAFE.fullmatch(str(value)) is not None


def _difference(one: Mapping[str, Any], other: Mapping[str, Any]) -> tuple[str, Any, Any] | None:
    """The first field that both show and that differs; a list may show less of what is nested."""
    for name in one:
        plain = not isinstance(one[name], (list, Mapping)) and not isinstance(other.get(name), (list, Mapping))
        if name in other and plain and not equal(one[name], other[name]):
            return name, one[name], other[name]
    return None


@law("get.unknown-row", phase=Phase.REFUSALS)
def unknown(context: RunContext, clause: Clause) -> Result:
    """A key that no row has is denied."""
    operation = operation_of(context, clause)
    keys = unknown_keys(context, operation)
    for key in keys:
        exchange = context.send(request(context, operation, key))
        if not denies(operation, exchange):
            return Finding(clause.requirement, response_excerpt(exchange), (exchange,))
    return Held(len(keys))


def unknown_keys(context: RunContext, operation: Operation) -> tuple[str, ...]:
    """Keys that surely no row has, of the kind that the collection's keys are."""
    collection = collection_of(operation)
    reader = list_of(context, collection)
    rows = sample_of(context, reader).rows.values() if reader else ()
    known = [row.get(collection.key) for row in rows]
    schema = context.contract.whole(context.contract.shown_fields(collection).get(collection.key, {}))
    if schema.get("type") == "integer" or (known and all(isinstance(key, int) for key in known)):
        return ("1999999973", "1999999943")
    if schema.get("format") == "uuid":
        return ("3f2b8c1e-5a47-4d09-9f6e-2b7c8d901234", "00000000-0000-4000-8000-000000000000")
    return ("prdct-no-such-row", "PRDCT-nobody")


_OTHER = '"prdct-another-state"'
"""An ETag that no answer has."""


@law("get.not-modified")
def not_modified(context: RunContext, clause: Clause) -> Result:
    """What a client has already isn't sent again, and what it hasn't is."""
    operation = operation_of(context, clause)
    asked = _shown(context, operation)
    if asked is None:
        return not_exercised("no-data", "no row is known that could be asked for")
    first = context.resend(asked)
    tag = first.response.headers.get("etag", "")
    if not first.response.ok or not tag:
        return not_exercised("not-shown", f"the answer has no ETag: {response_excerpt(first)}")
    same = context.resend(replace(asked, headers=(*asked.headers, ("If-None-Match", tag))))
    now = same.response.headers.get("etag", tag)
    if same.response.ok and now != tag:
        return not_exercised("data-moved", f"the ETag was {tag} and is {now}")
    if same.response.status != 304:
        return Finding(f"304 for If-None-Match: {tag}, the answer's own", response_excerpt(same), (first, same))
    other = context.resend(replace(asked, headers=(*asked.headers, ("If-None-Match", _OTHER))))
    if not other.response.ok:
        return Finding(f"{first.response.status} for If-None-Match: {_OTHER}", response_excerpt(other), (first, other))
    return Held(2)


def _shown(context: RunContext, operation: Operation) -> Request | None:
    """A request that shows something: a row of the list, or the list."""
    if operation.access is None or operation.access.action == "gets":
        return next((request(context, operation, key) for key in known_keys(context, operation)), None)
    return get(operation, sample_of(context, operation).base)

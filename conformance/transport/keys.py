"""The keys of a run's own rows: how they are made and recognised."""

from __future__ import annotations

import re
from collections.abc import Mapping

import jsonschema_rs

from spec import Contract, Operation, templates
from spec.model import JSON

PREFIX = "PRDCT"
"""The prefix of every key of a run, so that a person recognises it."""

NO_SUCH = "nosuch"
"""Part of keys that are sent in deletes only, and never inserted."""

NO_ROW = "00000000-0000-4000-8000-000000000000"
"""A uuid that identifies nothing, for a path that needs one."""

_MINTED = re.compile(rf"{PREFIX}-([0-9a-z]+)-\d+-", re.IGNORECASE)


def mint(token: str, number: int, stem: str) -> str:
    """The key with a number, for the run that has a token."""
    return f"{PREFIX}-{token}-{number:03d}-{stem}"


def token_of(key: str) -> str | None:
    """The token of the run that made a key; None for a key that no run can have made."""
    found = _MINTED.match(key)
    return found[1].lower() if found else None


def unmarkable(contract: Contract) -> dict[str, str]:
    """The operations, by code, that write rows whose keys can't be marked as a run's own, each with the reason.

    A run writes only to keys that hold its token. Where the document allows no such key, as for numbers, the
    run writes nothing.
    """
    found: dict[str, str] = {}
    for operation in contract.operations:
        access = operation.access
        if access is None or not access.writes:
            continue
        if access.of_one:
            reason = _unmarkable_row(contract, operation)
            if reason:
                found[operation.code] = reason
            continue
        name = access.collection.key
        schemas = ({"$ref": access.collection.item}, contract.items(operation))
        if not all(_takes_tokens(contract.properties(schema).get(name, {})) for schema in schemas):
            found[operation.code] = f"{name} allows no key that marks a row as this run's own, so nothing is written"
    return found


def _unmarkable_row(contract: Contract, operation: Operation) -> str:
    """Why an operation on one row can't be tried on a row of the run's own; empty where it can."""
    access = operation.access
    known = {*operation.outer, access.by if access else ""}
    others = [name for name in templates.placeholders(operation.path) if name not in known]
    if others:
        return f"the path names more than the row ({', '.join(others)}, with no fixed value), so nothing is written"
    if access and access.action == "creates":
        key = access.collection.key
        if key in contract.needed_fields(operation) and not _takes_tokens(contract.body_fields(operation)[key]):
            return f"{key} allows no key that marks a row as this run's own, so nothing is written"
    return ""


def key_is_given(contract: Contract, operation: Operation) -> bool:
    """True when a new row is sent with a key that marks it as this run's own; else the server makes the key."""
    key = operation.access.collection.key if operation.access else ""
    fields = contract.body_fields(operation)
    return key in fields and _takes_tokens(fields[key])


def _takes_tokens(key: Mapping[str, JSON]) -> bool:
    try:
        allows = jsonschema_rs.validator_for(dict(key), validate_formats=True).is_valid
    except (jsonschema_rs.ValidationError, jsonschema_rs.ReferencingError):
        return True  # too intricate to check here; a server that refuses such a key returns an error
    return "format" not in key and allows(f"{PREFIX}-{'0' * 10}-000-A-1")

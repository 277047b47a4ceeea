"""Members of a page that the document requires and gives no part in paging: a version, a time, a number of pages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from conformance.sandbox.validation import check
from spec import Contract, Operation
from spec.model import JSON
from spec.pointers import tokens

DEEPEST = 8
"""Objects in objects that are filled in: a schema may hold itself."""

_BY_FORMAT: Mapping[str, str] = {
    "date-time": "2024-05-22T11:42:32.935Z",
    "date-time-local": "2024-05-22T11:42:32.935",
    "date": "2024-05-22",
    "time": "11:42:32Z",
    "uuid": "5b1c7c1e-8d0a-4c58-9d6f-2f4f3b6f3c11",
    "uri": "https://example.com/",
    "email": "someone@example.com",
    "decimal": "1.00",
}


def required(contract: Contract, operation: Operation) -> dict[str, JSON]:
    """The required members of an operation's page that have no role in paging, each with a value that fits."""
    paging, success = operation.pagination, operation.success
    schema = success.json.schema if success and success.json else None
    if paging is None or schema is None:
        return {}
    schema = _of_page(contract, schema)
    paths = [member.path for member in paging.members.values() if member.header is None]
    roles, holders = ({path[0] for path in paths if len(path) == 1}, [path[0] for path in paths if len(path) > 1])
    properties = contract.properties(schema)
    names = [name for name in (*contract.required(schema), *holders) if name in properties and name not in roles]
    return {name: fitting(contract, properties[name]) for name in names}


def bare_where_unasked(contract: Contract, operation: Operation) -> bool:
    """True where a response is the list of all rows unless a page is asked for."""
    paging, success = operation.pagination, operation.success
    schema = success.json.schema if success and success.json else None
    if paging is None or paging.unasked is None or schema is None or not paging.results.path:
        return False
    return any(one.get("type") == "array" for one in _alternatives(contract, schema))


def _of_page(contract: Contract, schema: Mapping[str, JSON]) -> Mapping[str, JSON]:
    """Of several alternatives the one that is an object."""
    return next((one for one in _alternatives(contract, schema) if "properties" in one or "allOf" in one), schema)


def _alternatives(contract: Contract, schema: Mapping[str, JSON]) -> list[Mapping[str, JSON]]:
    resolved = contract.resolve(schema)
    return [contract.resolve(one) for word in ("oneOf", "anyOf") for one in resolved.get(word, ())]


def put(body: dict[str, Any], pointer: str, value: JSON) -> None:
    """Set the value at a pointer into a body, and make the objects above it."""
    *parents, last = tokens(pointer)
    for parent in parents:
        body = body.setdefault(parent, {})
    body[last] = value


def fitting(contract: Contract, schema: Mapping[str, JSON], depth: int = 0) -> JSON:
    """The first value found that fits a schema; None where none of them does."""
    resolved = contract.resolve(schema)
    valid = check(contract, resolved).validator.is_valid
    return next((value for value in _values(contract, resolved, depth) if valid(value)), None)


def _values(contract: Contract, schema: Mapping[str, JSON], depth: int) -> Iterator[JSON]:
    for word in ("const", "example", "default"):
        if word in schema:
            yield schema[word]
    for word in ("examples", "enum"):
        yield from schema.get(word, ())
    for word in ("anyOf", "oneOf", "allOf"):
        for branch in schema.get(word, ()) if depth < DEEPEST else ():
            yield fitting(contract, branch, depth + 1)
    least: Any = schema.get("minimum", schema.get("exclusiveMinimum", 0))
    least = int(least) if least == int(least) else least
    yield from (least, least + 1, schema.get("maximum", 1), False, 0.5)
    yield _BY_FORMAT.get(str(schema.get("format")), "")
    yield "x" * int(schema.get("minLength", 1))
    yield from ([], {})
    if depth < DEEPEST:
        yield [fitting(contract, schema.get("items", {}), depth + 1)] * int(schema.get("minItems", 1))
        properties = contract.properties(schema)
        yield {n: fitting(contract, properties[n], depth + 1) for n in contract.required(schema) if n in properties}
    yield None

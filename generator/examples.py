"""An example for each operation, from the document's own examples where it has some."""

from __future__ import annotations

import pprint
from collections.abc import Mapping, Sequence
from typing import Any

import spec
from generator.plan import FiltersPlan, OperationPlan, ParameterPlan

_DEEPEST = 4
_BY_FORMAT = {
    "uuid": "07be580a-ad72-4778-b309-1d02d6c2acec",
    "date-time": "2025-05-22T11:42:32Z",
    "date-time-local": "2025-05-22T11:42:32",
    "date": "2025-05-22",
    "decimal": "1.00",
}
_BY_TYPE: Mapping[str, Any] = {"string": "text", "integer": 1, "number": 1.0, "boolean": True}
_PYTHON = {"uuid.UUID": "uuid.UUID({!r})", "datetime.datetime": "datetime.datetime.fromisoformat({!r})"}
_PYTHON |= {"datetime.date": "datetime.date.fromisoformat({!r})", "decimal.Decimal": "decimal.Decimal({!r})"}

_BY_HINT = {"int": "1", "float": "1.0", "bool": "True", "decimal.Decimal": "decimal.Decimal(1)"}
_BY_HINT |= {"uuid.UUID": "uuid.uuid4()", "datetime.date": "datetime.date.today()"}
_BY_HINT |= {"datetime.datetime": "datetime.datetime.now(datetime.UTC)"}


def examples(
    contract: spec.Contract, made: Sequence[OperationPlan], sources: Mapping[str, spec.Operation]
) -> Mapping[str, str]:
    """Python statements by constant, a bulk write under `bulk` where there is one, and lists that conditions narrow
    down under `F` or what else builds those. `sources` are by constant too."""
    found = {o.constant: _example(contract, sources[o.constant], o) for o in made}
    written = [o for o in made if o.write and o.write.bulk and o.write.keys]
    found |= {o.filters.constant: _narrowed(contract, sources[o.constant], o, o.filters) for o in made if o.filters}
    found["a path"] = repr(
        next((o.path for o in made if o.verb == "GET" and not any(p.required for p in o.parameters)), "/")
    )
    return {**found, **({"bulk": _bulk(contract, sources[written[-1].constant], written[-1])} if written else {})}


def _bulk(contract: spec.Contract, operation: spec.Operation, made: OperationPlan) -> str:
    row = dict(_body(contract, operation, made)[0])
    key = operation.access.collection.key if operation.access else ""
    fields = ", ".join(
        f'{name!r}: f"EXAMPLE-{{number}}"' if name == key else f"{name!r}: {row[name]!r}" for name in row
    )
    return (
        f"rows = ({{{fields}}} for number in range(3))\n"
        f"for outcome in client.bulk(client.{made.method}, rows, chunk_size=100):\n"
        "    print(outcome.index, outcome.state, outcome.error)"
    )


def _narrowed(contract: spec.Contract, operation: spec.Operation, made: OperationPlan, filters: FiltersPlan) -> str:
    """The same conditions twice, built and as keywords: on a field of the document's, and on one of free keys."""
    arguments = {p.name: p.argument for p in made.named}
    required = [_argument(contract, operation, p) for p in made.named if p.required]
    built, keywords = list[str](), list[str]()
    for free in (False, True):
        for field in [f for f in filters.fields if f.free_key == free][:1]:
            lookup = field.lookups[0 if free else -1]
            inner = lookup.hint.removeprefix("Iterable[").removesuffix("]")
            inner, pair, _ = inner.removeprefix("tuple[").partition(", ")
            value = _BY_HINT.get(inner, "'a'")
            value = f"({value}, {value})" if pair else value if inner == lookup.hint else f"[{value}]"
            key = "['KEY']" if free else ""
            whole = free or lookup.member is not None
            built.append(f"{filters.constant}.{field.name}{key}.{lookup.name}({value})")
            if lookup.prefix is not None:  # as a keyword it would be a text, prefix and value
                return f"page = client.{made.method}({', '.join((*built, *required))})"
            keywords.append(
                f"{arguments[lookup.parameter]}={f'{{{lookup.member or lookup.wire!r}: {value}}}' if whole else value}"
            )
    calls = [" & ".join(built), *required], [*keywords, *required]
    return "\n".join(f"page = client.{made.method}({', '.join(call)})" for call in calls)


def _example(contract: spec.Contract, operation: spec.Operation, made: OperationPlan) -> str:
    required = [p for p in (*made.positional, *made.named) if p.required]
    if operation.batch is not None and len(required) == 1:
        return f"status = client.{made.method}(uuid.UUID(batch.id))\nprint(status)"
    arguments = [_argument(contract, operation, p) for p in required]
    if made.bodies and made.bodies[0].coding in ("json", "form", "multipart"):
        body = pprint.pformat(_body(contract, operation, made), width=100, sort_dicts=False)
        arguments.insert(len(made.positional), body)
    elif made.bodies:
        arguments.insert(len(made.positional), repr("text"))
    if made.paging:
        call = f"client.{made.method}({', '.join(arguments)})"
        return f"for row in {call}:\n    print(row)\n    break"
    call = f"client.{made.method}({', '.join(arguments)})"
    if made.write:
        return f"batch = {call}\nresult = batch.result(timeout=60)\nprint(result.succeeded, result.failed)"
    return f"print({call})"


def _argument(contract: spec.Contract, operation: spec.Operation, made: ParameterPlan) -> str:
    parameter = next(p for p in operation.parameters if (p.name, p.place) == (made.name, made.place))
    value = sample(contract, parameter.schema)
    text = _PYTHON.get(made.hint, "{!r}").format(value)
    return text if made.place == "path" else f"{made.argument}={text}"


def _body(contract: spec.Contract, operation: spec.Operation, made: OperationPlan) -> Any:
    medias = operation.body.media if operation.body else ()
    media = next(m for m in medias if m.content_type == made.bodies[0].content_type)
    return media.examples[0] if media.examples else sample(contract, media.schema or {})


def sample(contract: spec.Contract, schema: Any, depth: int = _DEEPEST) -> Any:
    """A value for a schema, from its examples or types."""
    if not isinstance(schema, Mapping):
        return {}
    whole = contract.resolve(schema)
    examples = whole.get("examples")
    if isinstance(examples, (list, tuple)) and examples:
        return examples[0]
    for word in ("example", "default", "const"):
        if word in whole:
            return whole[word]
    if whole.get("enum"):
        return whole["enum"][0]
    properties = contract.properties(whole)
    if properties:
        wanted = [name for name in contract.required(whole) if name in properties] if depth else []
        return {name: sample(contract, properties[name], depth - 1) for name in wanted}
    for word in ("oneOf", "anyOf", "allOf"):
        if whole.get(word):
            return sample(contract, whole[word][0], depth - 1) if depth > 0 else {}
    kinds = whole.get("type", "object")
    kind = kinds if isinstance(kinds, str) else next((k for k in kinds if k != "null"), "object")
    if kind == "array":
        return [sample(contract, whole.get("items", {}), depth - 1)] if depth > 0 else []
    return (
        _BY_FORMAT.get(str(whole.get("format")), _BY_TYPE.get(kind, {})) if kind == "string" else _BY_TYPE.get(kind, {})
    )

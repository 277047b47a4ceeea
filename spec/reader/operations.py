"""The operations: one method on one path, built from its parameters, bodies, responses and extensions."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from spec.model import Collection, Operation, SecurityScheme
from spec.pointers import escape
from spec.reader import batches, bodies, one_row, paging, parameters, rows, servers
from spec.reader.read_context import Object, ReadContext

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")


def operations(context: ReadContext, collections: Mapping[str, Collection]) -> tuple[Operation, ...]:
    """Every operation of the document, in its order; each problem names the operation that it concerns."""
    found = tuple(_operations(context, collections))
    batches.check_links(context, found)
    rows.check_outer(context, collections, found)
    _check_unique(context, found)
    return found


def _operations(context: ReadContext, collections: Mapping[str, Collection]) -> Iterator[Operation]:
    for path, raw in context.mapping(context.data, "paths", "").items():
        if path.startswith("x-"):
            continue
        here = f"/paths/{escape(path)}"
        before = len(context.problems)
        item, pointer = context.follow(raw, here)
        context.blame(before, here)
        for method in METHODS:
            if method in item:
                before = len(context.problems)
                operation = _operation(context, path, method, item, pointer, collections)
                paging.check_list(context, operation)
                context.blame(before, operation.pointer)
                yield operation


def _operation(
    context: ReadContext, path: str, method: str, item: Object, item_pointer: str, collections: Mapping[str, Collection]
) -> Operation:
    pointer = f"{item_pointer}/{method}"
    node = context.mapping(item, method, item_pointer)
    here = pointer
    if "$ref" in node:  # OpenAPI allows no references here, but documents in several files have them
        node, here = context.follow(node, pointer)
    provenance = context.provenance(node, context.root)
    id = str(node.get("operationId") or f"{method}{re.sub(r'[^0-9A-Za-z]+', '_', path)}".rstrip("_"))
    responses = bodies.responses(context, node, here, provenance)
    response = next((r for r in responses if r.status.startswith("2") and r.json), None)
    answer = response.json if response else None
    body = bodies.body(context, node, here)
    access = rows.access(context, node, here, provenance, collections, method=method, path=path)
    rows.check_items(context, access, body, here)
    access = one_row.check(context, access, body, responses, here)
    taken = parameters.parameters(
        context, path, {item_pointer: item, here: node}, here, provenance, rows.rows(context, access)
    )
    reads = access is not None and access.action == "reads"
    pages = paging.pagination(context, taken, response, here, provenance, reads=reads)
    return Operation(
        code=str(context.extension(node, "x-code", here) or id),
        id=id,
        method=method.upper(),
        path=path,
        summary=str(node.get("summary", item.get("summary", ""))),
        description=str(node.get("description", item.get("description", ""))),
        tags=tuple(map(str, context.items(node, "tags", here))),
        deprecated=node.get("deprecated") is True,
        parameters=taken,
        body=body,
        responses=responses,
        alternatives=_alternatives(context, node, here),
        servers=servers.servers(context, node, here) or servers.servers(context, item, item_pointer),
        pagination=pages,
        bare_list=pages is None and paging.bare_list(context, answer, access),
        access=access,
        batch=batches.batch(context, node, here, answer, provenance),
        ticket=batches.ticket(responses),
        provenance=provenance,
        pointer=pointer,
        location=context.where(here),
    )


def _alternatives(context: ReadContext, node: Object, pointer: str) -> tuple[tuple[str, ...], ...]:
    holder, here = (node, pointer) if "security" in node else (context.data, "")
    return tuple(tuple(needs) for needs in context.items(holder, "security", here) if isinstance(needs, Mapping))


def security_schemes(context: ReadContext) -> tuple[SecurityScheme, ...]:
    """The declared security schemes."""
    components = context.mapping(context.data, "components", "")
    found = []
    for name, raw in context.mapping(components, "securitySchemes", "/components").items():
        node, pointer = context.follow(raw, f"/components/securitySchemes/{escape(name)}")
        kind = str(node.get("type", ""))
        found.append(
            SecurityScheme(
                name=name,
                type=kind,
                place=str(node.get("in", "header")) if kind == "apiKey" else "header",
                parameter=str(node.get("name", "")) if kind == "apiKey" else "Authorization",
                scheme=str(node.get("scheme", "")).lower() if kind == "http" else "",
                provenance=context.provenance(node, context.root),
                location=context.where(pointer),
            )
        )
    return tuple(found)


def _check_unique(context: ReadContext, operations: tuple[Operation, ...]) -> None:
    ids: dict[str, Operation] = {}
    codes: dict[str, Operation] = {}
    for operation in operations:
        before = len(context.problems)
        other = ids.setdefault(operation.id, operation)
        if other is not operation:
            context.problem(
                f"{operation.pointer}/operationId",
                f"the operationId {operation.id} stands twice",
                f"The other is at {other.location}; give one another name.",
            )
        other_one = codes.setdefault(operation.code, operation)
        if other_one is not operation and other_one is not other and context.vocabulary:
            context.problem(
                f"{operation.pointer}/x-code",
                f"the code {operation.code} stands twice, so clause ids would clash",
                f"The other is at {other_one.location}; give one another code.",
            )
        context.blame(before, operation.pointer)

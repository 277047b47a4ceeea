"""The operations: one method on one path, put together from its parameters, bodies, answers and marks."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from spec.model import Collection, Operation, SecurityScheme
from spec.pointers import escape
from spec.reader import batches, bodies, paging, parameters, rows, servers
from spec.reader.ground import Ground, Object

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")


def operations(ground: Ground, collections: Mapping[str, Collection]) -> tuple[Operation, ...]:
    """Every operation of the document, in its order; what is wrong with each is said of it."""
    found = tuple(_operations(ground, collections))
    batches.check_links(ground, found)
    _check_unique(ground, found)
    return found


def _operations(ground: Ground, collections: Mapping[str, Collection]) -> Iterator[Operation]:
    for path, raw in ground.mapping(ground.data, "paths", "").items():
        if path.startswith("x-"):
            continue
        here = f"/paths/{escape(path)}"
        before = len(ground.problems)
        item, pointer = ground.follow(raw, here)
        ground.blame(before, here)
        for method in METHODS:
            if method in item:
                before = len(ground.problems)
                operation = _operation(ground, path, method, item, pointer, collections)
                paging.check_list(ground, operation)
                ground.blame(before, operation.pointer)
                yield operation


def _operation(
    ground: Ground, path: str, method: str, item: Object, item_pointer: str, collections: Mapping[str, Collection]
) -> Operation:
    pointer = f"{item_pointer}/{method}"
    node = ground.mapping(item, method, item_pointer)
    here = pointer
    if "$ref" in node:  # OpenAPI has no references here; documents in several files have them all the same
        node, here = ground.follow(node, pointer)
    provenance = ground.provenance(node, ground.root)
    id = str(node.get("operationId") or f"{method}{re.sub(r'[^0-9A-Za-z]+', '_', path)}".rstrip("_"))
    responses = bodies.responses(ground, node, here, provenance)
    answer = next((r.json for r in responses if r.status.startswith("2") and r.json), None)
    body = bodies.body(ground, node, here)
    access = rows.access(ground, node, here, provenance, collections)
    rows.check_items(ground, access, body, here)
    taken = parameters.parameters(
        ground, path, {item_pointer: item, here: node}, here, provenance, rows.rows(ground, access)
    )
    return Operation(
        code=str(ground.extension(node, "x-code", here) or id),
        id=id,
        method=method.upper(),
        path=path,
        summary=str(node.get("summary", item.get("summary", ""))),
        description=str(node.get("description", item.get("description", ""))),
        tags=tuple(map(str, ground.items(node, "tags", here))),
        deprecated=node.get("deprecated") is True,
        parameters=taken,
        body=body,
        responses=responses,
        alternatives=_alternatives(ground, node, here),
        servers=servers.servers(ground, node, here) or servers.servers(ground, item, item_pointer),
        pagination=paging.pagination(ground, taken, answer, here, provenance),
        bare_list=paging.bare_list(ground, answer, access),
        access=access,
        batch=batches.batch(ground, node, here, answer, provenance),
        ticket=batches.ticket(responses),
        provenance=provenance,
        pointer=pointer,
        location=ground.where(here),
    )


def _alternatives(ground: Ground, node: Object, pointer: str) -> tuple[tuple[str, ...], ...]:
    holder, here = (node, pointer) if "security" in node else (ground.data, "")
    return tuple(tuple(needs) for needs in ground.items(holder, "security", here) if isinstance(needs, Mapping))


def security_schemes(ground: Ground) -> tuple[SecurityScheme, ...]:
    """The declared ways to authenticate."""
    components = ground.mapping(ground.data, "components", "")
    found = []
    for name, raw in ground.mapping(components, "securitySchemes", "/components").items():
        node, pointer = ground.follow(raw, f"/components/securitySchemes/{escape(name)}")
        kind = str(node.get("type", ""))
        found.append(
            SecurityScheme(
                name=name,
                type=kind,
                place=str(node.get("in", "header")) if kind == "apiKey" else "header",
                parameter=str(node.get("name", "")) if kind == "apiKey" else "Authorization",
                scheme=str(node.get("scheme", "")).lower() if kind == "http" else "",
                provenance=ground.provenance(node, ground.root),
                location=ground.where(pointer),
            )
        )
    return tuple(found)


def _check_unique(ground: Ground, operations: tuple[Operation, ...]) -> None:
    ids: dict[str, Operation] = {}
    codes: dict[str, Operation] = {}
    for operation in operations:
        before = len(ground.problems)
        other = ids.setdefault(operation.id, operation)
        if other is not operation:
            ground.problem(
                f"{operation.pointer}/operationId",
                f"the operationId {operation.id} stands twice",
                f"The other is at {other.location}; give one another name.",
            )
        twin = codes.setdefault(operation.code, operation)
        if twin is not operation and twin is not other and ground.vocabulary:
            ground.problem(
                f"{operation.pointer}/x-code",
                f"the code {operation.code} stands twice, so clause ids would clash",
                f"The other is at {twin.location}; give one another code.",
            )
        ground.blame(before, operation.pointer)

"""The place of methods: on the client itself, or, for many operations, under an attribute for each tag."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import spec
from generator import names
from generator.plan import OperationPlan, ResourcePlan

MANY = 60
"""From so many operations on, methods are grouped by tag."""


def named(
    operations: Sequence[OperationPlan], sources: Mapping[str, spec.Operation], taken: Iterable[str]
) -> list[OperationPlan]:
    """The operations, in a large document with the resource that each belongs to, and its name there."""
    tags = {o.constant: next(iter(sources[o.constant].tags), "") for o in operations}
    if len(operations) < MANY or len(set(tags.values())) < 2:
        return list(operations)
    attributes, resources = names.Names(taken), dict[str, str]()
    methods: dict[str, names.Names] = {}
    found: list[OperationPlan] = []
    for operation in operations:
        tag = tags[operation.constant] or "other"
        if tag not in resources:
            resources[tag] = attributes.take(names.snake(tag, "resource").lstrip("_") or "resource")
        resource = resources[tag]
        known = methods.setdefault(resource, names.Names(("batch", "page", "send")))
        found.append(replace(operation, resource=resource, method=known.take(_short(operation.method, resource))))
    return found


def _short(method: str, resource: str) -> str:
    """A method's name without the words that its resource has already."""
    short = method.removeprefix(f"{resource.rstrip('_')}_")
    return short if short.isidentifier() and not names.is_reserved(short) else method


def grouped(operations: Iterable[OperationPlan]) -> tuple[ResourcePlan, ...]:
    """The resources, in the document's order; none where methods are the client's own."""
    found: dict[str, list[OperationPlan]] = {}
    for operation in operations:
        if operation.resource is not None:
            found.setdefault(operation.resource, []).append(operation)
    classes = names.Names(("client", "asyncclient"))
    return tuple(
        ResourcePlan(name, classes.take(names.pascal(f"{name} resource")), name.replace("_", " "), tuple(members))
        for name, members in found.items()
    )

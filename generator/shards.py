"""The models of large documents, in several modules that are loaded when one of their classes is needed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from generator.plan_models import ModelsPlan

MANY = 200
"""From so many classes on, models are loaded when they are needed."""

_TOGETHER = 24
"""Classes in one module; those that refer to each other stand side by side, and an enum with the first that has it."""


@dataclass(frozen=True)
class Shard:
    """One module of models."""

    name: str
    models: ModelsPlan
    outside: tuple[tuple[str, tuple[str, ...]], ...]
    """Other modules, with the names that this one takes from them."""


def shards(models: ModelsPlan) -> tuple[Shard, ...]:
    """The modules; none for models that fit into one."""
    if len(models.models) < MANY:
        return ()
    parts = list(_parts(models))
    homes = {name: module for module, part in parts for name in part.names}
    return tuple(Shard(module, part, _outside(part, homes)) for module, part in parts)


def _parts(models: ModelsPlan) -> Iterator[tuple[str, ModelsPlan]]:
    enums = {each.name: each for each in models.enums}
    for number, start in enumerate(range(0, len(models.models), _TOGETHER), 1):
        together = models.models[start : start + _TOGETHER]
        used = sorted({name for each in together for name in each.uses if name in enums})
        yield f"_models_{number}", ModelsPlan(tuple(enums.pop(name) for name in used), together, ())
    if enums or models.aliases:
        yield "_rest", ModelsPlan(tuple(enums.values()), (), models.aliases)


def _outside(part: ModelsPlan, homes: dict[str, str]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    own = set(part.names)
    uses = [*(model.uses for model in part.models), *(alias.uses for alias in part.aliases)]
    used = {name for names in uses for name in names if name not in own}
    modules = sorted({homes[name] for name in used})
    return tuple((module, tuple(sorted(name for name in used if homes[name] == module))) for module in modules)

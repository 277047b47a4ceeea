"""The module of models as it will be written: the part of a plan for what is sent and received."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class PropertyPlan:
    """A field of a model."""

    name: str
    type: str
    default: str | None
    """The expression of its default; None where it must be given."""
    description: str


@dataclass(frozen=True)
class ModelPlan:
    """A class of the models."""

    name: str
    base: str
    description: str
    properties: tuple[PropertyPlan, ...]
    extra: str | None
    """The type of further properties, where they have one."""
    constants: tuple[str, ...]
    """Fields with one value only, which are sent whether they were given or not."""
    read_only: tuple[str, ...]
    """Names on the wire that are left out when it is sent."""
    closed: bool
    """True where sending further properties is refused."""
    uses: tuple[str, ...]
    """The classes and aliases that it names."""


@dataclass(frozen=True)
class MemberPlan:
    """A member of an enum."""

    name: str
    value: str | int


@dataclass(frozen=True)
class EnumPlan:
    """An enum of the models."""

    name: str
    base: str
    description: str
    members: tuple[MemberPlan, ...]


@dataclass(frozen=True)
class AliasPlan:
    """A name for a union of models; a class with a `root` where it contains itself."""

    name: str
    type: str
    description: str
    root: bool
    uses: tuple[str, ...]
    """The classes and aliases that it names."""


@dataclass(frozen=True)
class ModelsPlan:
    """The module of models."""

    enums: tuple[EnumPlan, ...]
    models: tuple[ModelPlan, ...]
    aliases: tuple[AliasPlan, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """What it defines, sorted."""
        plans: tuple[EnumPlan | ModelPlan | AliasPlan, ...] = (*self.enums, *self.models, *self.aliases)
        return tuple(sorted(each.name for each in plans))

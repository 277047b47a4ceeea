"""Classes, enums and aliases of the models, as they are found and as templates see them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from generator.plan_models import AliasPlan, EnumPlan, MemberPlan, ModelPlan, ModelsPlan, PropertyPlan
from generator.types import FIELD, Named, Type, inside, optional, printed, takes_none


def _field(type: Type) -> str:
    return printed(type, FIELD)


@dataclass(frozen=True)
class Property:
    """A property of a class: its name on the wire, and the field that holds it."""

    wire: str
    field: str
    type: Type
    required: bool
    default: Any
    """The only value that it has, or None."""
    description: str
    always: bool = False
    """True where the document requires it, also if servers may leave it out."""


@dataclass
class Class:
    """An object with properties. Its name is known before its properties are: they may refer to it."""

    name: str
    description: str
    strict: bool
    """True when it is only sent."""
    shared: bool = False
    """True when it is sent and received."""
    partial: bool = False
    """True when it changes a part of something: null clears, and nothing is required."""
    closed: bool = False
    """True when it has no further properties."""
    properties: list[Property] = field(default_factory=list)
    read_only: list[str] = field(default_factory=list)
    """Properties that are left out when it is sent."""
    extra: Type | None = None
    """The type of further properties, where they have one."""

    @property
    def by_wire(self) -> Mapping[str, Property]:
        """The properties by their names on the wire."""
        return {each.wire: each for each in self.properties}


@dataclass(frozen=True)
class Enumeration:
    """A class for the values of an enum."""

    name: str
    description: str
    members: tuple[tuple[str, Any], ...]


@dataclass(frozen=True)
class Alias:
    """A name for a union; as a class with a `root` where it contains itself."""

    name: str
    type: Type
    description: str
    root: bool


@dataclass
class Definitions:
    """Everything that the models module defines, by name, in the order in which it is found."""

    classes: dict[str, Class] = field(default_factory=dict)
    enums: dict[str, Enumeration] = field(default_factory=dict)
    aliases: dict[str, Alias] = field(default_factory=dict)

    def class_of(self, type: Type) -> Class | None:
        """The class that a type is, null apart; None for any other."""
        found = [each for each in inside(type) if isinstance(each, Named)]
        members = {type, *(optional(each) for each in found)}
        return self.classes.get(found[0].name) if len(found) == 1 and type in (found[0], *members) else None

    def plan(self) -> ModelsPlan:
        """The module of models."""
        return ModelsPlan(tuple(self.enumerations()), tuple(self.models()), tuple(self.unions()))

    def models(self, write: Callable[[Class], ModelPlan] | None = None) -> Iterator[ModelPlan]:
        """The classes as `write` has them, by default as pydantic's models.

        Each comes after those that it refers to where they don't refer to each other.
        """
        done: dict[str, None] = {}
        for start in self.classes:
            waiting: list[tuple[str, Iterator[str]]] = [] if start in done else [(start, self._uses(start))]
            open_ones = {start}
            while waiting:
                name, uses = waiting[-1]
                following = next((each for each in uses if each not in done and each not in open_ones), None)
                if following is None:
                    done[name] = None
                    waiting.pop()
                else:
                    open_ones.add(following)
                    waiting.append((following, self._uses(following)))
        return ((write or model)(self.classes[name]) for name in done)

    def _uses(self, name: str) -> Iterator[str]:
        for each in self.classes[name].properties:
            yield from (t.name for t in inside(each.type) if isinstance(t, Named) and t.name in self.classes)

    def enumerations(self) -> Iterator[EnumPlan]:
        """The enums."""
        for each in self.enums.values():
            base = "OpenStrEnum" if isinstance(each.members[0][1], str) else "OpenIntEnum"
            yield EnumPlan(each.name, base, each.description, tuple(MemberPlan(n, v) for n, v in each.members))

    def unions(self, written: Callable[[Type], str] = _field) -> Iterator[AliasPlan]:
        """The aliases; those that others are made of come first."""
        for each in sorted(self.aliases.values(), key=lambda alias: not alias.root):
            yield AliasPlan(each.name, written(each.type), each.description, each.root, names_in(each.type))

    @property
    def names(self) -> tuple[str, ...]:
        """All names, sorted."""
        return tuple(sorted((*self.classes, *self.enums, *self.aliases)))


def model(made: Class, written: Callable[[Type], str] = _field) -> ModelPlan:
    """A class as a model of pydantic's. `written` prints a type."""
    usual = "SharedModel" if made.shared else "Model"
    base = usual if not made.strict else "ClosedModel" if made.closed else "RequestModel"
    return ModelPlan(
        name=made.name,
        base=base,
        description=made.description,
        properties=tuple(_property(each, made.strict and not made.partial, written) for each in made.properties),
        extra=written(made.extra) if made.extra else None,
        constants=tuple(each.field for each in made.properties if each.default is not None),
        read_only=tuple(made.read_only) if made.strict else (),
        closed=made.closed and not made.strict,
        uses=names_in(*(each.type for each in made.properties), *([made.extra] if made.extra else [])),
    )


def names_in(*types: Type) -> tuple[str, ...]:
    """The names in some types, each once."""
    return tuple(dict.fromkeys(each.name for type in types for each in inside(type) if isinstance(each, Named)))


def _property(each: Property, not_null: bool, written: Callable[[Type], str]) -> PropertyPlan:
    """A field as it is written. An optional one may be left out, and in most of what is sent may not be null."""
    if each.required or each.default is not None:
        kind, checks = each.type, []
    else:
        kind, checks = optional(each.type), [] if takes_none(each.type) or not not_null else ["NotNull"]
    if each.wire != each.field:
        checks.insert(0, f"Field(validation_alias={each.wire!r}, serialization_alias={each.wire!r})")
    text = written(kind)
    if checks:
        text = f"Annotated[{text}, {', '.join(checks)}]"
    default = None if each.required else repr(each.default)
    return PropertyPlan(each.field, text, default, each.description)

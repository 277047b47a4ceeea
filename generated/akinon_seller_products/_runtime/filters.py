# Copied from the client generator's runtime; not to be edited here.
"""Conditions on the rows of a list: `F.name.icontains("x") & F.attribute["COLOR"].startswith("re")`."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, NoReturn, TypeVar

from pydantic_core import to_jsonable_python

from .guards import is_list, is_object
from .wire import word

Op = TypeVar("Op")
V = TypeVar("V")


@dataclass(frozen=True)
class Condition(Generic[Op]):
    """A condition on rows. Conditions are joined by `&`; the API has no other way to join them.

    `Op` is the operation that they are for, so that a type checker refuses them elsewhere.
    """

    operation: str
    values: Mapping[str, Any]
    """Query parameter to value; for free keys, the parameter to a mapping of whole names to values."""

    def __and__(self, other: Condition[Op]) -> Condition[Op]:
        """Rows that fulfil both. Raises ValueError when both use one lookup of one field: only one would count."""
        if other.operation != self.operation:
            raise ValueError(f"conditions for {self.operation} and {other.operation} can't be joined")
        joined = dict(self.values)
        for name, value in other.values.items():
            mine = joined.get(name)
            if isinstance(mine, Texts) and isinstance(value, Texts):
                joined[name] = Texts((*mine, *value))
                continue
            if is_object(mine) and is_object(value):
                twice = sorted(mine.keys() & value.keys())
                joined[name] = mine | value
            else:
                twice = [name] if name in joined else []
                joined[name] = value
            if twice:
                raise ValueError(f"{twice[0]} stands in both conditions; the API takes it once")
        return Condition(self.operation, joined)

    def __or__(self, other: object) -> NoReturn:
        raise TypeError("the API can't join conditions by 'or'; make two calls instead")

    def __invert__(self) -> NoReturn:
        raise TypeError("the API can't turn a condition round")

    def __bool__(self) -> NoReturn:
        raise TypeError("join conditions by '&', not by 'and'; a condition is neither true nor false")


class Texts(tuple[str, ...]):
    """Texts of a parameter that a query may have several times; together they count all."""

    __slots__ = ()


@dataclass(frozen=True)
class Lookup(Generic[Op, V]):
    """One way to compare a field: call it with the value to compare with."""

    operation: str
    parameter: str
    key: str | None = None
    """For a free key, the whole name that the query carries; for a deepObject, the name of its member."""
    prefix: str | None = None
    """What stands before the value, as `gte:` in `price=gte:5`; None where the parameter's name says the lookup."""
    delimiter: str = ","
    """What stands between several values after a prefix."""
    repeats: bool = False
    """True where the query may have the parameter several times."""

    def __call__(self, value: V, /) -> Condition[Op]:
        """The condition that the field compares so with `value`."""
        value = kept(value)  # a condition may be used more than once
        if self.prefix is not None:
            text = self.prefix + self._text(value)
            return Condition(self.operation, {self.parameter: Texts((text,)) if self.repeats else text})
        return Condition(
            self.operation,
            {self.parameter: value if self.key is None else {self.key: value}},
        )

    def _text(self, value: object) -> str:
        plain = to_jsonable_python(value)
        return self.delimiter.join(map(word, plain)) if is_list(plain) else word(plain)


def kept(value: Any) -> Any:
    """A value that can be read more than once."""
    return list(value) if hasattr(value, "__next__") else value


class Fields:
    """Fields, or the lookups of one field. The error for an unknown name lists the known ones."""

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> NoReturn:
            names = ", ".join(n for n in dir(self) if not n.startswith("_"))
            raise AttributeError(
                f"the document has no {name!r} here; it has: {names}",
                name=name,
                obj=self,
            )


F = TypeVar("F")


class Keyed(Generic[F]):
    """A field of free keys: `field["KEY"]` gives the lookups under that key."""

    def __init__(self, lookups: Callable[[str], F], grammar: str) -> None:
        """`grammar` is the regular expression that a key must match as a whole."""
        self._lookups = lookups
        self._grammar = grammar

    def __getitem__(self, key: str) -> F:
        """The lookups under a key. Raises ValueError for a key that the document doesn't allow."""
        if not re.fullmatch(self._grammar, key):
            raise ValueError(f"{key!r} can't be a key: it doesn't match {self._grammar}")
        return self._lookups(key)

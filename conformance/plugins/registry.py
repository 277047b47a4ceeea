"""The tables in which plugins register."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from spec import Clause, Contract

Derive = Callable[[Contract], Iterable[Clause]]
"""From a contract to its clauses of a kind."""

Faults = Callable[..., Iterable[tuple[str, str, Any]]]
"""From a case of the sandbox's to faults: a short name, a description, and the change of behaviour."""

DERIVED: list[Derive] = []
FAULTS: dict[str, Faults] = {}

_Derive = TypeVar("_Derive", bound=Derive)
_Faults = TypeVar("_Faults", bound=Faults)


def clauses(derive: _Derive) -> _Derive:
    """Register a function that derives clauses from a contract."""
    DERIVED.append(derive)
    return derive


def fault(kind: str) -> Callable[[_Faults], _Faults]:
    """Register a function that makes the sandbox's faults for a kind of clause. The law of that kind must find them."""

    def enter(function: _Faults) -> _Faults:
        FAULTS[kind] = function
        return function

    return enter

# Copied from the client generator's runtime; not to be edited here.
"""Finding a name that occurs twice in one object: RFC 8259 calls the meaning of such JSON unpredictable.

Parsers silently keep the last. A second parse that notices costs as much as the first, so it is spared
where counting shows that it would find nothing: the names in the text, against the members of what was made of it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from itertools import chain
from operator import attrgetter, methodcaller
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints
from uuid import UUID

from pydantic import BaseModel

from .guards import is_class
from .later import StandsIn
from .types import is_model_class, is_root, wire_names
from .unset import Unset


def duplicate(body: bytes, value: Any) -> str | None:
    """A name that occurs twice in one object of a JSON text, or None. `value` is the parsed text.

    Every name ends in a quote and a colon. Strings may hold that too, and a space may come between: then the counts
    differ, and the text is parsed again. Counting fewer members than there are only leads there as well, so what is
    costly to count is left for a second look.
    """
    return None if counted(body, value) else search(body)


def counted(body: bytes, value: Any) -> bool:
    """True where there are as many names as members: none occurs twice."""
    names = body.count(b'":')
    return names == _members([value], extras=False) or names == _members([value], extras=True)


def search(body: bytes) -> str | None:
    """The same, by parsing."""
    try:
        json.loads(body, object_pairs_hook=_pairs)
    except _Twice as twice:
        return str(twice)
    except (ValueError, RecursionError):
        return None
    return None


_SCALARS = frozenset({str, int, float, bool, NoneType, Decimal, UUID, datetime, date})
"""Types whose values hold no objects, checked first because nearly all values are of one of them."""


_DICT = {dict}
_VALUES = methodcaller("values")
_SET = attrgetter("__pydantic_fields_set__")
_EXTRA = attrgetter("__pydantic_extra__")


class _Twice(Exception):
    """Passes the name out of the parser."""


def _pairs(found: list[tuple[str, Any]]) -> None:
    if len(dict(found)) != len(found):
        names = [name for name, _ in found]
        raise _Twice(next(name for name in names if names.count(name) > 1))


def _members(values: list[Any], *, extras: bool) -> int:
    """How many members all objects in some values have together: level by level, so that the loops are C's. Without
    `extras`, what fields that the models don't know hold isn't looked into."""
    count = 0
    while not (kinds := set(map(type, values))) <= _SCALARS:
        if kinds == _DICT:
            count += sum(map(len, values))
            values = list(chain.from_iterable(map(_VALUES, values)))
            continue
        dicts: list[dict[str, Any]] = _only(dict, values, kinds)
        lists: list[list[Any]] = _only(list, values, kinds)
        for kind in kinds - {dict, list}:
            if is_model_class(kind):
                count += _of_models(kind, _only(kind, values, kinds), extras=extras)
        count += sum(map(len, dicts))
        values = [*chain.from_iterable(map(_VALUES, dicts)), *chain.from_iterable(lists)]
    return count


def _only(kind: type[Any], values: list[Any], kinds: set[type[Any]]) -> list[Any]:
    """The values of one type, where `kinds` are the types of all."""
    if kind not in kinds:
        return []
    if len(kinds) == 1:
        return values
    return [value for value in values if type(value) is kind]


def _of_models(kind: type[Any], models: list[Any], *, extras: bool) -> int:
    """The same for models of one class."""
    if is_root(kind):
        return _members([model.root for model in models], extras=extras)
    if not issubclass(kind, BaseModel):  # structs that were just made hold nothing extra
        return _below(kind, models, kind.__count__(models), extras=extras)
    count = sum(map(len, map(_SET, models)))
    if extras:
        # What is extra was counted with the fields that were set; what it holds was not.
        further: list[dict[str, Any]] = list(filter(None, map(_EXTRA, models)))
        count += _members(further, extras=True) - sum(map(len, further))
    return _below(kind, models, count, extras=extras)


def _below(kind: Any, models: list[Any], count: int, *, extras: bool) -> int:
    """The same with what their fields hold."""
    for get, inner, many in _nested(kind):
        found: Iterable[Any] = filter(None, map(get, models))
        if inner is None:
            count += _members(list(found), extras=extras)
        elif below := list[Any](chain[Any].from_iterable(found) if many else found):
            count += _of_models(inner, below, extras=extras)
    return count


@cache
def _nested(kind: Any) -> tuple[tuple[attrgetter[Any], type[Any] | None, bool], ...]:
    """The fields of a class that may hold objects: how to get one, the class of the models in it where that is
    certain, and whether it is a list of them."""
    hints = get_type_hints(kind)
    found = [(name, *_holds(hints.get(name, Any))) for name in wire_names(kind)]
    return tuple((attrgetter(name), inner, many) for name, objects, inner, many in found if objects)


def _holds(hint: Any) -> tuple[bool, type[Any] | None, bool]:
    """Whether values of a type may hold objects; the class where it is one; whether in a list."""
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        inner = [_holds(each) for each in arguments if each not in (NoneType, Unset)]
        certain = len(inner) == 1
        return any(o for o, _, _ in inner), inner[0][1] if certain else None, inner[0][2] if certain else False
    if origin is Annotated:
        return _holds(arguments[0])
    if origin is list:
        item = arguments[0]
        objects, model, many = _holds(item)
        return objects, None if many or NoneType in get_args(item) else model, True
    if is_class(hint):
        if is_root(hint):
            return True, None, False
        if is_model_class(hint):
            return True, hint, False
        return hint is dict or isinstance(hint, StandsIn), None, False
    return origin is dict or hint is Any, None, False

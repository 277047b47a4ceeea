"""Bodies that aren't checked as they should be."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from types import NoneType
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from conformance.sandbox.batches import Reasons
from conformance.sandbox.behaviour import Answer, Asked
from conformance.sandbox.faults.fault import Case, Change, Family, Named, afresh, at, together
from conformance.sandbox.validation import Problems
from conformance.sandbox.writing import Step, find
from spec import Field
from spec.model import JSON

_MANY = 500
_LARGE = 100_000


def _tolerated(case: Case, concerns: Callable[[str, JSON], bool]) -> Change:
    """Problems at a field don't refuse the request; the item is applied as far as it goes, and succeeds."""

    def fewer(right: Callable[[JSON, Problems], Problems], items: JSON, problems: Problems) -> Problems:
        honest = right(items, problems)
        left = {
            index: {name: said for name, said in fields.items() if not concerns(name, _item(items, index))}
            for index, fields in honest.items()
        }
        return {index: fields for index, fields in left.items() if fields}

    return together(at(case.operation, "problems", fewer), at(case.operation, "apply", _lenient(case)))


def _item(items: JSON, index: str) -> JSON:
    return items[int(index)] if isinstance(items, list) and index.isdecimal() else None


def _lenient(case: Case) -> Callable[[Callable[[Step], Reasons], Step], Reasons]:
    """Apply what of an item is right, and count it as succeeded where nothing can be applied."""
    subject = case.clause.speaks_of(Field).name
    required = case.clause.kind == "body.required"

    def step(right: Callable[[Step], Reasons], step: Step) -> Reasons:
        if not isinstance(step.item, dict) or (required and subject in step.item):
            return right(step)
        places = (step.shape.key.name, *(part.key for part in step.access.parts))
        if subject in places and not isinstance(step.item.get(subject), str):
            return {}
        if required or _fits(step, subject):
            return right(step)
        left = {name: value for name, value in step.item.items() if name != subject}
        right(Step(**{**vars(step), "item": left}))
        return {}

    return step


def _fits(step: Step, name: str) -> bool:
    """True unless the item's value is of a type that can't be meant, or of none that a row can be found by."""
    value = step.item.get(name)
    if name in step.access.references:
        return False
    field = step.shape.fields.get(name) or next(
        (f for part in step.shape.parts.values() for f in part.fields if f.name == name), None
    )
    if name in step.shape.parts:
        return isinstance(value, list) and all(isinstance(entry, dict) for entry in value)
    types = field.schema.get("type") if field else None
    of: dict[Any, type] = {"string": str, "array": list, "object": dict, "boolean": bool, "null": NoneType}
    allowed = tuple(of.get(one, object) for one in (types if isinstance(types, list) else [types]))
    return name not in step.item or isinstance(value, allowed)


def required(case: Case) -> Iterator[Named]:
    """A required field that may be missing."""
    subject, access = case.clause.speaks_of(Field).name, case.operation.access

    def lacks(name: str, item: JSON) -> bool:
        return name == subject and isinstance(item, dict) and subject not in item

    yield "optional", "an item without it is accepted", _tolerated(case, lacks)
    fields = case.contract.required(case.contract.items(case.operation))
    first = next((name for name in fields if access and name != access.collection.key), None)
    if access and access.action == "upserts" and not access.parts and subject == first:

        def known_only(right: Callable[[Step], Reasons], step: Step) -> Reasons:
            lacking = isinstance(step.item, dict) and subject not in step.item
            return step.fails(subject, "required") if lacking and find(step) is None else right(step)

        partial = together(_tolerated(case, lacks), at(case.operation, "apply", known_only))
        yield "optional-in-updates", "an item without it is accepted where the row is there", partial


def of_type(case: Case) -> Iterator[Named]:
    """A field of which any type is taken."""
    subject = case.clause.speaks_of(Field).name
    yield (
        "unchecked",
        "a value of another type is accepted and dropped",
        _tolerated(
            case,
            lambda name, item: name.partition(".")[0] == subject and isinstance(item, dict) and subject in item,
        ),
    )


def _reading(case: Case, wrong: Callable[[Callable[[bytes], JSON], bytes], JSON]) -> Change:
    return at(case.operation, "body", wrong)


def not_array(case: Case) -> Iterator[Named]:
    """A body that isn't a list, taken."""

    def none(right: Callable[[bytes], JSON], content: bytes) -> JSON:
        items = right(content)
        return items if isinstance(items, list) else []

    yield "as-empty", "a body that isn't an array is accepted as an empty batch", _reading(case, none)
    yield (
        "crash",
        "a body that isn't an array is an unhandled exception",
        _crashing(case, lambda asked: not isinstance(_parsed(asked.body), (list, _Malformed))),
    )


def one_object(case: Case) -> Iterator[Named]:
    """An item outside a list, taken."""

    def listed(right: Callable[[bytes], JSON], content: bytes) -> JSON:
        items = right(content)
        return [items] if isinstance(items, dict) else items

    yield "as-list", "an item that isn't in a list is taken as a list of one", _reading(case, listed)


def rejects_invalid(case: Case) -> Iterator[Named]:
    """Nothing in a body is checked; what can't be applied is counted as succeeded."""

    def none(right: Callable[[JSON, Problems], Problems], items: JSON, problems: Problems) -> Problems:
        return {} if isinstance(items, list) else right(items, problems)

    def applied(right: Callable[[Step], Reasons], step: Step) -> Reasons:
        try:
            return right(step)
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError, SQLAlchemyError):
            return {}

    unchecked = together(at(case.operation, "problems", none), at(case.operation, "apply", applied))
    yield "unchecked", "the items of a body aren't checked", unchecked


def malformed(case: Case) -> Iterator[Named]:
    """A body that isn't JSON, taken."""

    def none(right: Callable[[bytes], JSON], content: bytes) -> JSON:
        try:
            return right(content)
        except ValueError:
            return []

    yield "as-empty", "a body that isn't JSON is accepted as an empty batch", _reading(case, none)
    yield (
        "crash",
        "a body that isn't JSON is an unhandled exception",
        _crashing(case, lambda asked: isinstance(_parsed(asked.body), _Malformed)),
    )


def whole(case: Case) -> Iterator[Named]:
    """The good items of a refused request are applied all the same."""

    def remembering() -> Change:
        refused: dict[str, Problems] = {}

        def accept(right: Callable[[JSON, Problems], Problems], items: JSON, problems: Problems) -> Problems:
            honest = right(items, problems)
            if not honest or not isinstance(items, list):
                return honest
            refused[_text(items)] = honest
            return {}

        def good(right: Callable[[list[JSON]], list[JSON]], items: list[JSON]) -> list[JSON]:
            bad = refused.get(_text(items), {})
            return [item for index, item in enumerate(right(items)) if str(index) not in bad and isinstance(item, dict)]

        def refuse(right: Callable[[Asked, Answer], Answer], asked: Asked, answer: Answer) -> Answer:
            problems = refused.get(_text(_parsed(asked.body)))
            return Answer(400, problems) if problems and answer.status < 300 else right(asked, answer)

        return together(
            at(case.operation, "problems", accept),
            at(case.operation, "sequence", good),
            at(case.operation, "answer", refuse),
        )

    yield "half-applied", "the good items of a refused request are applied", afresh(remembering)


def large(case: Case) -> Iterator[Named]:
    """Bodies that are too much."""
    yield (
        "crash",
        f"more than {_LARGE} bytes are an unhandled exception",
        _crashing(case, lambda asked: len(asked.body) > _LARGE),
    )

    def many(asked: Asked) -> bool:
        items = _parsed(asked.body)
        return isinstance(items, list) and len(items) > _MANY

    yield "crash-on-many", f"more than {_MANY} items are an unhandled exception", _crashing(case, many)


def empty(case: Case) -> Iterator[Named]:
    """A list of nothing that crashes."""
    yield "crash", "an empty array is an unhandled exception", _crashing(case, lambda asked: _parsed(asked.body) == [])


class _Malformed:
    """What a body is that isn't JSON."""


def _parsed(content: bytes) -> JSON:
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        return _Malformed()


def _text(items: JSON) -> str:
    return "" if isinstance(items, _Malformed) else json.dumps(items, sort_keys=True)


def _crashing(case: Case, on: Callable[[Asked], bool]) -> Change:
    def step(right: Callable[[Asked, Answer], Answer], asked: Asked, answer: Answer) -> Answer:
        honest = right(asked, answer)
        crashes = honest.status != 401 and on(asked)
        return Answer(500, "Internal Server Error", content_type="text/plain") if crashes else honest

    return at(case.operation, "answer", step)


FAMILIES: Mapping[str, Family] = {
    "body.required": required,
    "body.type": of_type,
    "body.not-array": not_array,
    "body.malformed": malformed,
    "body.object": one_object,
    "body.whole": whole,
    "body.large": large,
    "body.empty": empty,
}

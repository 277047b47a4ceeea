"""Bodies of one row that aren't checked as they should be."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from conformance.sandbox.batches import Reasons
from conformance.sandbox.behaviour import Answer, Asked
from conformance.sandbox.faults import bodies, writes
from conformance.sandbox.faults.fault import Case, Change, Family, Named, afresh, at, together
from conformance.sandbox.faults.one_row import Apply, with_value
from conformance.sandbox.validation import Problems
from conformance.sandbox.writing import Step, blank, find
from spec import Field
from spec.model import JSON


def bounds(case: Case) -> Iterator[Named]:
    """A value outside its bounds, taken."""
    subject = case.clause.speaks_of(Field).name

    def fewer(right: Callable[[JSON, Problems], Problems], items: JSON, problems: Problems) -> Problems:
        left = {
            index: {name: said for name, said in found.items() if name != subject}
            for index, found in right(items, problems).items()
        }
        return {index: found for index, found in left.items() if found}

    yield "unchecked", "a value outside its bounds is taken", at(case.operation, "problems", fewer)


def not_object(case: Case) -> Iterator[Named]:
    """A body that is no row, taken as an empty one."""

    def crash(right: Callable[[Asked, Answer], Answer], asked: Asked, answer: Answer) -> Answer:
        honest = right(asked, answer)
        plain = asked.body.strip()[:1] not in (b"{", b"[")
        return Answer(500, "Traceback", content_type="text/plain") if honest.status == 400 and plain else honest

    yield "crash", "a body that isn't an object is an unhandled exception", at(case.operation, "answer", crash)


def whole(case: Case) -> Iterator[Named]:
    """The good fields of a refused request are written all the same."""

    def remembering() -> Change:
        refused: list[Problems] = []

        def accept(right: Callable[[JSON, Problems], Problems], items: JSON, problems: Problems) -> Problems:
            refused[:] = [right(items, problems)]
            bad = {name.partition(".")[0] for found in refused[0].values() for name in found}
            for item in items if isinstance(items, list) else ():
                if not isinstance(item, dict) or "item" in bad:
                    return refused[0]
                for name in bad:
                    item.pop(name, None)
            return {}

        def refuse(right: Callable[[Asked, Answer], Answer], asked: Asked, answer: Answer) -> Answer:
            problems = refused.pop() if refused else {}
            return Answer(400, problems) if problems and answer.status < 300 else right(asked, answer)

        return together(at(case.operation, "problems", accept), at(case.operation, "answer", refuse))

    yield "half-applied", "the good fields of a refused request are written", afresh(remembering)


def required(case: Case) -> Iterator[Named]:
    """A required field that may be missing."""
    yield from _tolerated(case, "optional", "a row without it is taken", missing=True)


def of_type(case: Case) -> Iterator[Named]:
    """A field of which any type is taken, and dropped."""
    yield from _tolerated(case, "unchecked", "a value of another type is taken and dropped", missing=False)


def _tolerated(case: Case, short: str, description: str, *, missing: bool) -> Iterator[Named]:
    subject = case.clause.speaks_of(Field).name

    def fewer(right: Callable[[JSON, Problems], Problems], items: JSON, problems: Problems) -> Problems:
        honest = right(items, problems)
        for item in items if isinstance(items, list) else ():
            if not isinstance(item, dict) or (subject not in item) != missing:
                return honest
            if not missing:
                concerned = any(name.partition(".")[0] == subject for found in honest.values() for name in found)
                if not concerned:
                    return honest
                item.pop(subject)
        left = {
            index: {name: said for name, said in found.items() if name.partition(".")[0] != subject}
            for index, found in honest.items()
        }
        return {index: found for index, found in left.items() if found}

    def filled(right: Apply, step: Step) -> Reasons:
        known = step.shape.fields.get(subject)
        absent = subject not in step.item and known is not None and find(step) is None
        if not absent or known is None:
            return right(step)
        return right(with_value(replace(step, access=replace(step.access, references={})), subject, blank(known)))

    yield short, description, together(at(case.operation, "problems", fewer), writes.applying(case, filled))


def malformed(case: Case) -> Iterator[Named]:
    """A body that isn't JSON, taken where an empty one would be."""
    for short, description, change in bodies.malformed(case):
        if short == "crash":
            yield short, description, change
    access = case.operation.access
    if not case.contract.needed_fields(case.operation) and access and not (access.body_at or access.many):

        def none(right: Callable[[bytes], JSON], content: bytes) -> JSON:
            try:
                return right(content)
            except ValueError:
                return {}

        yield "as-empty", "a body that isn't JSON is taken as an empty row", at(case.operation, "body", none)


FAMILIES: Mapping[str, Family] = {
    "row.required": required,
    "row.type": of_type,
    "row.bounds": bounds,
    "row.not-object": not_object,
    "row.malformed": malformed,
    "row.whole": whole,
}

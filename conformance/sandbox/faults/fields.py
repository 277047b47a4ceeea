"""Fields that don't read back as they were written."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal

from conformance.sandbox import texts, values
from conformance.sandbox.batches import Reasons
from conformance.sandbox.faults.fault import Case, Change, Family, Named, at
from conformance.sandbox.validation import Problems
from conformance.sandbox.writing import Step
from spec import Field, Part
from spec.model import JSON

Rewrite = Callable[[JSON], JSON]
"""From a value that is sent to one that is kept."""


def _with(step: Step, **changes: JSON) -> Step:
    return replace(step, item={**step.item, **changes})


def _without(step: Step, name: str) -> Step:
    return replace(step, item={n: v for n, v in step.item.items() if n != name})


def field(case: Case) -> Iterator[Named]:
    """A field doesn't read back as it was written."""
    field = case.clause.speaks_of(Field)
    # A new entry can't do without the field, so it gets an empty one.
    empty = "0" if values.kind(field.schema) == "decimal" else ""
    yield "dropped", "the field isn't written", _dropping(case, field.name, empty)
    if "object" in field.schema.get("type", ()):
        yield "texts-alone", "an object with anything but texts in it is refused", _texts_alone(case, field.name)
    for short, description, rewrite in _rewrites(field.schema, _example(case, field.name)):
        yield short, description, _rewriting(case, field.name, rewrite)


def _texts_alone(case: Case, name: str) -> Change:
    """A decoder for a map of texts."""

    def refused(right: Callable[[JSON, Problems], Problems], items: JSON, problems: Problems) -> Problems:
        sent = items if isinstance(items, list) else []
        members = [one.get(name) if isinstance(one, dict) else None for one in sent]
        wrong = {
            str(n): {name: ["A text is expected."]}
            for n, held in enumerate(members)
            if isinstance(held, dict) and not all(isinstance(value, str) for value in held.values())
        }
        return {**right(items, problems), **wrong}

    return at(case.operation, "problems", refused)


def part(case: Case) -> Iterator[Named]:
    """The entries of a part don't read back as they were written with their row."""
    name = case.clause.speaks_of(Part).field
    yield "dropped", "the field isn't written", _dropping(case, name, "")
    first_only, one_off = _on_list(lambda many: many[:1]), _on_list(_amounts_one_off)
    yield "first-only", "only the first of the entries is kept", _rewriting(case, name, first_only)
    yield "amounts-one-off", "amounts grow by a hundredth", _rewriting(case, name, one_off)


def _rewriting(case: Case, name: str, rewrite: Rewrite) -> Change:
    """A field is written with another value."""

    def wrong(right: Callable[[Step], Reasons], step: Step) -> Reasons:
        if name not in step.item:
            return right(step)
        return right(_with(step, **{name: rewrite(step.item[name])}))

    return at(case.operation, "apply", wrong)


def _dropping(case: Case, name: str, empty: str) -> Change:
    """A field isn't written or, where an item can't do without it, is written `empty`."""

    def dropped(right: Callable[[Step], Reasons], step: Step) -> Reasons:
        return right(_with(step, **{name: empty})) if right(_without(step, name)) else {}

    return at(case.operation, "apply", dropped)


def _rewrites(schema: Mapping[str, JSON], example: str) -> Iterator[tuple[str, str, Rewrite]]:
    kind, types = values.kind(schema), schema.get("type", [])
    if kind == "text" and texts.is_symbol(schema):
        yield "case-swapped", "upper and lower case are swapped", _on_text(str.swapcase)
    elif kind == "text":
        yield "upper-cased", "letters are made upper-case", _on_text(str.upper)
        yield "blanks-joined", "several blanks become one", _on_text(lambda text: " ".join(text.split()))
        yield "ascii-only", "letters lose their accents", _on_text(_plain)
        yield "escaped", "HTML is escaped", _on_text(html.escape)
        yield "truncated", "text is cut after 20 characters", _on_text(lambda text: text[:20])
    elif kind == "decimal":
        yield "one-off", "amounts grow by a hundredth", _on_text(_one_off)
        if not _is_rate(example):
            yield "floats", "amounts are floats: digits after the seventeenth are lost", _on_text(_as_float)
        if not example.isdecimal():  # else a client may send whole numbers alone
            yield from _fractions(example)
    elif kind == "uuid":
        yield "nil", "another identifier is kept", lambda _: "00000000-0000-0000-0000-000000000000"
    elif "array" in types:
        yield "reversed", "lists are turned round", _on_list(lambda many: many[::-1])
        yield "sorted", "lists are sorted", _on_list(lambda many: sorted(many, key=str))
        yield "first-only", "only the first of a list is kept", _on_list(lambda many: many[:1])
    elif "object" in types:
        yield "numbers-as-text", "integers are kept as text", _members(_text_of_number)
        yield "upper-cased", "texts in it are made upper-case", _members(_on_text(str.upper))
        yield "one-lost", "the last member is lost", _one_lost
        yield "empty-lost", "empty texts in it are kept as null", _members(_empty_as_null)


def _fractions(example: str) -> Iterator[tuple[str, str, Rewrite]]:
    if not _is_rate(example):
        yield "two-places", "amounts are rounded to two decimal places", _on_text(_two_places)
    yield "rounded", "amounts are rounded to one decimal place", _on_text(_rounded)
    yield "whole", "amounts lose what stands behind the point", _on_text(lambda text: text.partition(".")[0])


def _on_list(rewrite: Callable[[list[JSON]], list[JSON]]) -> Rewrite:
    return lambda value: rewrite(value) if isinstance(value, list) else value


def _amounts_one_off(entries: list[JSON]) -> list[JSON]:
    def grown(value: JSON) -> JSON:
        return _one_off(value) if isinstance(value, str) and re.fullmatch(r"-?\d+(\.\d+)?", value) else value

    return [{name: grown(value) for name, value in entry.items()} for entry in entries]


def _one_off(text: str) -> str:
    return str(Decimal(text) + Decimal("0.01"))


def _text_of_number(value: JSON) -> JSON:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _empty_as_null(value: JSON) -> JSON:
    return value if value != "" else None


def _one_lost(value: JSON) -> JSON:
    return dict(list(value.items())[:-1]) if isinstance(value, dict) else value


def _on_text(rewrite: Callable[[str], str]) -> Rewrite:
    return lambda value: rewrite(value) if isinstance(value, str) else value


def _members(rewrite: Rewrite) -> Rewrite:
    return lambda many: {n: rewrite(v) for n, v in many.items()} if isinstance(many, dict) else many


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode("ascii")


def _rounded(text: str) -> str:
    return str(Decimal(text).quantize(Decimal("0.1"), ROUND_HALF_UP)) if len(text) < 25 else text


def _two_places(text: str) -> str:
    return str(Decimal(text).quantize(Decimal("0.01"), ROUND_HALF_UP)) if re.search(r"\.\d{3}", text) else text


def _as_float(text: str) -> str:
    return f"{Decimal(repr(float(text))):f}"


def _example(case: Case, name: str) -> str:
    """The field's value in the document's example of the body, as text; empty where it has none."""
    media = case.operation.body.json if case.operation.body else None
    items = media.examples[0] if media and media.examples else []
    return next((str(item[name]) for item in items if isinstance(item, dict) and name in item), "")


def _is_rate(example: str) -> bool:
    """True for a decimal below one: no client is sure that a server takes a rate of many digits."""
    return example.replace(".", "", 1).isdecimal() and Decimal(example) < 1


def key(case: Case) -> Iterator[Named]:
    """Keys that don't read back as they were written."""

    def rewritten(rewrite: Callable[[str], str]) -> Change:
        def wrong(right: Callable[[Step], Reasons], step: Step) -> Reasons:
            name = step.shape.key.name
            return right(_with(step, **{name: _on_text(rewrite)(step.item.get(name))}))

        return at(case.operation, "apply", wrong)

    yield "lower-cased", "keys are made lower-case", rewritten(str.lower)


def edges(case: Case) -> Iterator[Named]:
    """Blanks at the ends of texts are lost."""

    def trimmed(right: Callable[[Step], Reasons], step: Step) -> Reasons:
        kept = {n: v.strip() if isinstance(v, str) else v for n, v in step.item.items() if n != step.shape.key.name}
        return right(_with(step, **kept))

    yield "trimmed", "blanks at the ends of texts are cut off", at(case.operation, "apply", trimmed)


FAMILIES: Mapping[str, Family] = {
    "write.field": field,
    "write.part": part,
    "part.field": field,
    "write.key": key,
    "write.edges": edges,
}

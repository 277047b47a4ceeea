"""Fields that don't read back as they were written."""

from __future__ import annotations

import html
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal

from conformance.sandbox import values
from conformance.sandbox.batches import Reasons
from conformance.sandbox.faults.fault import Case, Change, Family, Named, at
from conformance.sandbox.tables import item_properties
from conformance.sandbox.writing import Step
from spec.model import JSON

Apply = Callable[[Step], Reasons]


def _with(step: Step, **changes: JSON) -> Step:
    return replace(step, item={**step.item, **changes})


def _without(step: Step, name: str) -> Step:
    return replace(step, item={n: v for n, v in step.item.items() if n != name})


def field(case: Case) -> Iterator[Named]:
    """A field doesn't read back as it was written."""
    name = case.clause.subject
    schema = _item_schema(case, name)

    def rewritten(rewrite: Callable[[JSON], JSON]) -> Change:
        def wrong(right: Apply, step: Step) -> Reasons:
            if name not in step.item:
                return right(step)
            return right(_with(step, **{name: rewrite(step.item[name])}))

        return at(case.operation, "apply", wrong)

    def dropped(right: Apply, step: Step) -> Reasons:
        kept = _without(step, name)
        reasons = right(kept)
        # A new entry can't do without the field; that a server drops it all the same isn't told apart here.
        return right(step) if reasons else {}

    yield "dropped", "the field isn't written", at(case.operation, "apply", dropped)
    for short, description, rewrite in _rewrites(schema):
        yield short, description, rewritten(rewrite)


def _rewrites(schema: Mapping[str, JSON]) -> Iterator[tuple[str, str, Callable[[JSON], JSON]]]:
    kind, types = values.kind(schema), schema.get("type", [])
    if kind == "text":
        yield "trimmed", "blanks at the ends are cut off", _on_text(str.strip)
        yield "upper-cased", "letters are made upper-case", _on_text(str.upper)
        yield (
            "blanks-joined",
            "several blanks become one",
            _on_text(lambda text: " ".join(text.split(" ")) if text else ""),
        )
        yield "ascii-only", "letters lose their accents", _on_text(_plain)
        yield "escaped", "HTML is escaped", _on_text(html.escape)
        yield "truncated", "text is cut after 20 characters", _on_text(lambda text: text[:20])
    elif kind == "decimal":
        yield "rounded", "amounts are rounded to one decimal place", _on_text(_rounded)
        yield "as-float", "amounts go through a binary float of single precision", _on_text(_single)
        yield "one-off", "amounts grow by a hundredth", _on_text(lambda text: str(Decimal(text) + Decimal("0.01")))
    elif kind == "uuid":
        yield "nil", "another identifier is kept", lambda _: "00000000-0000-0000-0000-000000000000"
    elif "array" in types:
        yield "reversed", "lists are turned round", lambda many: many[::-1] if isinstance(many, list) else many
        yield (
            "first-only",
            "only the first of a list is kept",
            lambda many: many[:1] if isinstance(many, list) else many,
        )
        yield "emptied", "lists are kept empty", lambda _: []
    elif "object" in types:
        yield (
            "numbers-as-text",
            "integers are kept as text",
            _members(lambda value: str(value) if isinstance(value, int) and not isinstance(value, bool) else value),
        )
        yield (
            "texts-as-numbers",
            "texts of digits are kept as integers",
            _members(
                lambda value: int(value) if isinstance(value, str) and value.isdecimal() and len(value) < 19 else value
            ),
        )
        yield (
            "upper-cased",
            "values are made upper-case",
            _members(lambda value: value.upper() if isinstance(value, str) else value),
        )
        yield (
            "one-lost",
            "the last member is lost",
            lambda many: dict(list(many.items())[:-1]) if isinstance(many, dict) else many,
        )


def _on_text(rewrite: Callable[[str], str]) -> Callable[[JSON], JSON]:
    return lambda value: rewrite(value) if isinstance(value, str) else value


def _members(rewrite: Callable[[JSON], JSON]) -> Callable[[JSON], JSON]:
    return lambda many: {n: rewrite(v) for n, v in many.items()} if isinstance(many, dict) else many


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode("ascii")


def _rounded(text: str) -> str:
    return str(Decimal(text).quantize(Decimal("0.1"), ROUND_HALF_UP)) if len(text) < 25 else text


def _single(text: str) -> str:
    # Single precision keeps some seven digits.
    return str(Decimal(f"{float(text):.7g}")) if abs(float(text)) < 1e15 else text


def _item_schema(case: Case, name: str) -> Mapping[str, JSON]:
    return item_properties(case.contract, case.operation).get(name, {})


def key(case: Case) -> Iterator[Named]:
    def rewritten(rewrite: Callable[[str], str]) -> Change:
        def wrong(right: Apply, step: Step) -> Reasons:
            name = step.shape.key.name
            return right(_with(step, **{name: _on_text(rewrite)(step.item.get(name))}))

        return at(case.operation, "apply", wrong)

    yield "upper-cased", "keys are made upper-case", rewritten(str.upper)
    yield "lower-cased", "keys are made lower-case", rewritten(str.lower)
    yield "trimmed", "blanks at the ends of a key are cut off", rewritten(str.strip)
    yield "ascii-only", "keys lose their accents", rewritten(_plain)


FAMILIES: Mapping[str, Family] = {"write.field": field, "write.key": key}

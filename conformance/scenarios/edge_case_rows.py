"""Rows with an edge case each, very many in one batch.

They are sent together, because the size of the batch is an edge case too: some servers lose items after the
hundredth.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import jsonschema_rs

from conformance.oracle.lookups import kind_of
from conformance.oracle.operands import pairs
from conformance.reading.context import RunContext, get, paged
from conformance.scenarios.edge_cases import PLACES, EdgeCase, cases, key_tails
from conformance.scenarios.operations import ownership_of
from conformance.scenarios.sender import BatchSender
from conformance.scenarios.trace import EdgeCaseSteps, NotReached, Step, incomplete, not_taken
from conformance.transport.exchange import Exchange
from conformance.transport.keys import PREFIX
from conformance.writing.chosen import chosen, rank
from conformance.writing.items import Style, is_amount, is_plain_text, item, item_fields, plain_texts
from conformance.writing.read_back import find_all, reader_of
from conformance.writing.submission import Item, send_batch
from spec import Operation

VARIANTS = range(5)
"""Variants for the values of a row that aren't edge cases."""


@dataclass(frozen=True)
class _Row:
    """One row: its name, the suffix of its key if that is the edge case, and its other values."""

    name: str
    tail: str = ""
    change: Mapping[str, Any] = field(default_factory=dict)
    bold: int = 0

    def key(self, stem: str) -> str:
        """Its key. It follows from the name, so another row doesn't change it."""
        return f"{stem}{self.tail or f'-{rank(self.name) % 10**9}'}"


def edge_case_steps(sender: BatchSender, operation: Operation, style: Style) -> EdgeCaseSteps | NotReached:
    """Send very many new rows, each with an edge case, and a batch beside them. Then update some of the rows."""
    context = sender.context
    stem, key = ownership_of(context).mint("N"), operation.access.collection.key if operation.access else ""
    why = incomplete("no rows with edge cases were sent")
    for items in batches(context, operation, stem, style):
        sent = send_batch(context, operation, items)
        if sent.exchange.response.refused:
            why = not_taken("the rows with edge cases aren't taken", sent)
            continue
        # This second batch is accepted while the server still works on the large one.
        two = [{**one, key: f"{stem}-beside-{n}"} for n, one in enumerate(items[-context.budget.plain_items :])]
        beside = sender.submit(operation, two)
        batch = sender.poll_to_end(operation, sent, at_once=True)
        if not batch.over:
            why = not_taken("the rows with edge cases weren't seen to end", batch)
            # So many items may take long. A batch of which none was done in full time is another matter.
            begun = batch.last is None or bool(batch.last.succeeded or batch.last.failed)
            return why if begun else replace(why, sent=(Step("the insert of rows with edge cases", batch),))
        if not beside.over:
            why = not_taken("the batch beside the rows with edge cases wasn't seen to end", beside)
            return replace(why, sent=(Step("the insert beside them", beside),))
        wanted = [str(one[key]) for one in (*items, *two)]
        seen = find_all(context, operation, stem, wanted)
        next_to = {name: seen[name] for name in (str(one[key]) for one in two) if name in seen}
        insert = Step("the insert of rows with edge cases", batch, seen)
        return EdgeCaseSteps(
            insert=insert,
            beside=Step("the insert beside it", beside, next_to),
            update=_update(sender, operation, stem, insert, wanted),
            by_other_texts=tuple(_by_other_texts(context, operation, insert)),
            by_own_texts=tuple(_by_own_texts(context, operation, insert)),
        )
    return why


def _by_other_texts(context: RunContext, operation: Operation, insert: Step) -> Iterator[tuple[str, Exchange]]:
    """Rows with a text that filters may take for another one, and for each the list under that one."""
    reader = reader_of(context, operation)
    key = operation.access.collection.key if operation.access else ""
    for free_key, lookup, operand_of in _OTHER_TEXTS:
        for filter in reader.filters if reader else ():
            if (filter.free_key, filter.lookup) != (free_key, lookup) or kind_of(filter.schema) != "text":
                continue
            found = (
                (str(one[key]), pairs(filter, name, operand))
                for one in (insert.submission.items if filter.field != key else ())
                for name, text in _texts_in(insert.row(str(one[key])).get(filter.field))
                if (operand := operand_of(text))
            )
            row, query = next(found, ("", ()))
            if reader and row:
                yield row, context.resend(get(reader, paged(reader, query, limit=50)))


def _same_number(text: str) -> str:
    return text.strip("0") if _NUMBER.fullmatch(text) else ""


def _last_line(text: str) -> str:
    _, broken, line = text.rpartition("\n")
    return line if broken and not text.startswith(line) else ""


_OTHER_TEXTS: Sequence[tuple[bool, str, Callable[[str], str]]] = (
    (False, "exact", _same_number),
    (True, "startswith", _last_line),
)
"""For a free key or a field: a lookup, and what must not find a text; nothing where the text isn't meant."""

_NUMBER = re.compile(r"0+[1-9]\d*|[1-9]\.[1-9]0+")
"""A number of which zeros at an end can be left out."""


def _by_own_texts(context: RunContext, operation: Operation, insert: Step) -> Iterator[tuple[str, Exchange]]:
    """Rows with a text that filters may not find, and for each the list under it.

    What is compared may be a column with room for the beginning alone, null may be taken for no value, and a pattern
    may end with the line.
    """
    reader = reader_of(context, operation)
    key = operation.access.collection.key if operation.access else ""
    for free_key, lookup, operand_of in _OWN_TEXTS:
        found = (
            (len(operand), str(one[key]), pairs(filter, name, operand))
            for filter in (reader.filters if reader else ())
            if (filter.free_key, filter.lookup) == (free_key, lookup) and kind_of(filter.schema) == "text"
            for one in (insert.submission.items if filter.field != key else ())
            for name, text in _texts_in(insert.row(str(one[key])).get(filter.field))
            if (operand := operand_of(text))
        )
        _, row, query = max(found, default=(0, "", ()))
        if reader and row:
            yield row, context.resend(get(reader, paged(reader, query, limit=50)))


def _if_long(text: str) -> str:
    return text if len(text) >= 60 else ""


def _if_null(text: str) -> str:
    return text if text == "null" else ""


def _after_line_break(text: str) -> str:
    return re.split(r"[\x00-\x1f]", text)[-1] if "\n" in text else ""


_OWN_TEXTS: Sequence[tuple[bool, str, Callable[[str], str]]] = (
    (False, "exact", _if_long),
    (True, "exact", _if_long),
    (False, "exact", _if_null),
    (False, "contains", _after_line_break),
)
"""For a free key or a field: a lookup, and the part of a text that it must find; none of a text that isn't meant."""


def _texts_in(value: Any) -> Iterator[tuple[str | None, str]]:
    """The text of a field, or the texts in an object by their keys."""
    members: Mapping[str | None, Any] = value if isinstance(value, Mapping) else {None: value}
    return ((name, text) for name, text in members.items() if isinstance(text, str))


def _update(sender: BatchSender, operation: Operation, stem: str, insert: Step, wanted: list[str]) -> Step | NotReached:
    """Updates for the second row of each pair of near keys, and for a row that loses its lists."""
    collection = operation.access.collection if operation.access else None
    key, parts = (collection.key, {p.field for p in collection.parts}) if collection else ("", set())
    items = insert.submission.items
    seconds = [one for one in items if str(one[key]).endswith(tuple(case.what[1] for case in cases("near keys")))]
    plain = items[-1]
    emptied: dict[str, Any] = {
        name: [] for name, value in plain.items() if isinstance(value, list) and name not in parts
    }
    updates: list[Item] = [*({**one, **_others(one, items, {key, *parts})} for one in seconds), {**plain, **emptied}]
    batch = sender.submit(operation, updates)
    if not batch.over:
        return not_taken("the updates of rows with edge cases weren't seen to end", batch)
    was = {str(one[key]): insert.row(str(one[key])) for one in updates if one[key] in insert.read_backs}
    found = find_all(sender.context, operation, stem, wanted, unlike=was)
    return Step("the update of rows with edge cases", batch, found)


def _others(one: Item, items: Sequence[Item], but: Container[str]) -> dict[str, Any]:
    """Values of the last item that changes a value, rather than only omitting some."""
    plain = ({n: v for n, v in item.items() if n not in but} for item in reversed(items))
    return next(other for other in plain if any(one.get(n) != v for n, v in other.items()))


def batches(context: RunContext, writer: Operation, stem: str, style: Style) -> Iterator[list[Item]]:
    """Items of new rows, to be sent as one batch.

    If it is refused, the boldest values are left out, and then all bold ones. Plain rows come last.
    """
    found = [*(_Row(f"key{tail}", tail, bold=1) for tail in key_tails()), *_of_fields(context, writer, style)]
    usual, timid = ([row for row in found if row.bold <= most] for most in (1, 0))
    budget = context.budget
    few = sorted(timid, key=lambda row: rank(row.name))[: budget.fewer_items - budget.plain_items]
    fewer = [row for row in timid if row in few]
    many = budget.many_items
    for rows, size in ((found, many), (usual, many), (fewer, budget.fewer_items), ([], budget.few_items)):
        plain = [_Row(f"plain {n}") for n in range(max(budget.plain_items, size - len(rows)))]
        yield _items(context, writer, stem, [*rows, *plain], style)


def _items(context: RunContext, writer: Operation, stem: str, rows: Sequence[_Row], style: Style) -> list[Item]:
    key = writer.access.collection.key if writer.access else ""
    plain = [item(context, writer, stem, variant, style) for variant in VARIANTS]
    # The rows share the texts that group rows and differ in all else. A write to one must not change the others.
    shared = {name: plain[0][name] for name in plain_texts(context, writer)[1:] if name in plain[0]}
    return [{**plain[chosen(row.name, VARIANTS)], **shared, **row.change, key: row.key(stem)} for row in rows]


def _of_fields(context: RunContext, writer: Operation, style: Style) -> Iterator[_Row]:
    """For every field, the edge cases of its kind that the document allows."""
    access = writer.access
    if access is None:
        return
    plain = item(context, writer, PREFIX, 1, style)
    amounts_of = {part.field: part.key for part in access.collection.parts}
    for name, schema in item_fields(context, writer).items():
        if name == access.collection.key or name in access.references:
            continue
        fits = _fitting(schema)
        for case in (case for place in PLACES for case in cases(place)):
            value = _with(case, schema, plain.get(name), amounts_of.get(name))
            if value is not None and fits(value):
                yield _Row(f"{name}: {case.place}: {case.name}", change={name: value}, bold=case.bold)


def _with(case: EdgeCase, schema: Mapping[str, Any], value: Any, part_key: str | None) -> Any:
    """A field's value that holds an edge case; None where the field can't hold it."""
    types = schema.get("type")
    match case.place:
        case "amount" if part_key and isinstance(value, list) and value:
            return [{n: case.what if n != part_key and is_amount(v) else v for n, v in value[0].items()}]
        case "text" if is_plain_text(schema):
            return case.what
        case "member text" if isinstance(value, Mapping):
            return _in_member(value, case.what, str)
        case "member number" if isinstance(value, Mapping):
            return _in_member(value, case.what, int)
        case "members" if isinstance(value, Mapping) and value:
            return {**value, **{f"MEMBER_{n}": f"{n}" for n in range(case.what)}}
        case "list" if not part_key and isinstance(value, list) and value:
            return [f"{value[0]}&n={end}" if end else value[0] for end in case.what]
        case "boolean" if types == "boolean" or (isinstance(types, list) and "boolean" in types):
            return case.what
        case _:
            return None


def _in_member(value: Mapping[str, Any], what: Any, kind: type[str] | type[int]) -> Mapping[str, Any] | None:
    """The object with another value under its first member of a type."""
    name = next((n for n, v in value.items() if type(v) is kind), None)
    return {**value, name: what} if name is not None else None


def edge_case_entries(
    entry: Callable[[str, int, int], Mapping[str, Any]], keys: Sequence[str], most: int
) -> list[dict[str, Any]]:
    """Items of an operation that writes parts, with values that are `most` bold.

    Each edge case of an amount has its own row; the last row has three lists.

    `entry` makes the item for a key, the number of a list and a variant.
    """
    amounts = [
        {n: case.what if is_amount(v) else v for n, v in entry(key, 0, 1).items()}
        for key, case in zip(keys, cases("amount"), strict=False)
        if case.bold <= most
    ]
    return [*amounts, *(dict(entry(keys[-1], number, number)) for number in range(3))]


def _fitting(schema: Mapping[str, Any]) -> Callable[[Any], bool]:
    """True for a value that the document allows."""
    try:
        return jsonschema_rs.validator_for(dict(schema)).is_valid
    except (jsonschema_rs.ValidationError, jsonschema_rs.ReferencingError):
        return lambda value: True  # too intricate to decide here; a server that refuses it returns an error

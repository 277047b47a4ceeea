"""The scenario of whole rows: inserted, sent again, changed, cut to the required fields, twice in one batch."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from conformance.oracle.lookups import in_zone
from conformance.reading.context import RunContext
from conformance.scenarios.edge_case_rows import edge_case_steps
from conformance.scenarios.filtered import LOOKED_UP, OUTDATED, lost_keys, margin, otherwise, under_filters
from conformance.scenarios.mixed import mixed_step
from conformance.scenarios.operations import ownership_of
from conformance.scenarios.own_rows import as_shown, insert_rows, near_keys, unshown
from conformance.scenarios.sender import BatchSender
from conformance.scenarios.trace import (
    EdgeCaseSteps,
    MixedStep,
    NearKeys,
    NotReached,
    Step,
    Trace,
    not_taken,
    reached,
)
from conformance.scenarios.whole_list import WholeList, after_insert, plain_list
from conformance.transport.exchange import Exchange
from conformance.writing.items import Style, bare, item, item_fields, plain_texts
from conformance.writing.submission import Item
from spec import Operation


@dataclass(frozen=True, kw_only=True)
class RowsTrace(Trace):
    """The trace of an operation that writes whole rows."""

    keys: NearKeys
    style: Style
    """The style of new rows that the server accepts."""
    insert: Step
    """Rows with all three keys."""
    resend: Step | NotReached
    """The row with the main key, sent again. If the document has defaults, also a row of them."""
    change: Step | NotReached
    """The row with the main key, with all of its fields changed."""
    required_only: Step | NotReached
    """The row with the main key, cut to the required fields."""
    duplicates: Step | NotReached
    """Two items with one key in one batch."""
    edge_cases: EdgeCaseSteps | NotReached
    as_shown: Step | NotReached
    """A new row with a type of value that other rows show and that no accepted row has."""
    whole_list: WholeList | None = None
    """The plain list before and after the insert."""
    shown_by_new_values: tuple[Exchange, ...] = ()
    """Lists under filters by the values of the changed row."""
    shown_by_old_values: tuple[Exchange, ...] = ()
    """Lists under filters by its former values."""
    shown_by_lost_keys: tuple[Exchange, ...] = ()
    """Lists under filters by keys that the update of required fields took away."""
    unpadded: tuple[tuple[str, Exchange], ...] = ()
    """The key of a row with a text that ends with a space, and the list under the text without it."""

    @property
    def steps(self) -> tuple[Step, ...]:
        """The steps that were reached."""
        mixed = (self.mixed.alone, self.mixed.step) if isinstance(self.mixed, MixedStep) else ()
        edges = self.edge_cases
        more = (edges.insert, edges.beside, edges.update) if isinstance(edges, EdgeCaseSteps) else edges.sent
        own = (self.insert, self.as_shown, self.resend, self.change, self.required_only, self.duplicates)
        return reached(*own, *mixed, *more)

    @property
    def good_steps(self) -> tuple[Step, ...]:
        """Steps that sent valid items only."""
        return reached(self.insert, self.resend, self.change)

    @property
    def edge_case_steps(self) -> tuple[Step, ...]:
        """Batches of very many rows that were seen to end."""
        edges = self.edge_cases
        steps = reached(edges.insert, edges.beside, edges.update) if isinstance(edges, EdgeCaseSteps) else ()
        return tuple(step for step in steps if step.submission.over and step.read_backs)


def run_rows(context: RunContext, operation: Operation) -> RowsTrace:
    """Run the scenario of whole rows. Raises NotSent in a read-only run."""
    own, sender = ownership_of(context), BatchSender(context)
    keys = near_keys(own.mint("A"))
    before = plain_list(context, operation)
    insert, style = insert_rows(sender, operation, keys)
    if not insert.submission.accepted or not insert.row(keys.main):
        why = not_taken("the new rows aren't taken, or no list shows them", insert.submission)
        return RowsTrace(
            operation=operation,
            keys=keys,
            style=style,
            insert=insert,
            resend=why,
            change=why,
            required_only=why,
            duplicates=why,
            mixed=why,
            edge_cases=why,
            as_shown=why,
        )
    whole_list = after_insert(context, operation, before, insert)
    first = next(one for one in insert.submission.items if keys.main in one.values())
    shown_before = as_shown(sender, operation, insert, style)
    resend = _resend(sender, operation, first, style)
    change = _change(sender, operation, insert, keys, style)
    updated = operation.access.collection.updated if operation.access else None
    old, new = insert.row(keys.main), change.row(keys.main)
    gone = {n: value for n, value in otherwise(old, new).items() if n != updated or _well_before(value, new.get(n))}
    shown_by_new_values = tuple(under_filters(context, operation, keys.main, new, LOOKED_UP, shown=True))
    shown_by_old_values = tuple(under_filters(context, operation, keys.main, gone, OUTDATED, shown=False))
    required_only = _required_only(sender, operation, change, keys.main)
    lost = lost_keys(new, required_only.row(keys.main))
    shown_by_lost_keys = tuple(under_filters(context, operation, keys.main, lost, ("exact",), shown=False))
    duplicates = _duplicates(sender, operation, style)
    mixed = mixed_step(sender, operation, keys.main, style)
    edge_cases = edge_case_steps(sender, operation, style)
    return RowsTrace(
        operation=operation,
        keys=keys,
        style=style,
        insert=insert,
        as_shown=shown_before,
        whole_list=whole_list,
        resend=resend,
        change=change,
        shown_by_new_values=shown_by_new_values,
        shown_by_old_values=shown_by_old_values,
        shown_by_lost_keys=shown_by_lost_keys,
        required_only=required_only,
        duplicates=duplicates,
        unpadded=tuple(_unpadded(context, operation, duplicates)),
        mixed=mixed,
        edge_cases=edge_cases,
    )


def _resend(sender: BatchSender, operation: Operation, first: Item, style: Style) -> Step:
    """Send the same item again, with the document's write-only fields and with a charset in the header."""
    context, key = sender.context, operation.access.collection.key if operation.access else ""
    main = str(first[key])
    again: list[Item] = [{**first, **unshown(context, operation)}]
    defaults = {n: schema["default"] for n, schema in item_fields(context, operation).items() if "default" in schema}
    if defaults:
        # A documented default must be as valid as any other value.
        plain = bare(context, operation, item(context, operation, f"{main}-0", 2, style))
        again.append({**plain, **defaults})
    known = [str(one[key]) for one in again]
    charset = (("Content-Type", "application/json; charset=utf-8"),)
    return sender.step("the resend", operation, again, *known, headers=charset, stem=main)


def _change(sender: BatchSender, operation: Operation, insert: Step, keys: NearKeys, style: Style) -> Step:
    """Change every value of the row, and send the last value of each header that the document gives examples of."""
    context = sender.context
    changed = {**item(context, operation, keys.main, 3, style), **_denied(context, operation)}
    shown = operation.access.collection.updated if operation.access else None
    if "." not in str(insert.row(keys.main).get(shown or "")):
        # The row's times are shown to the second: a change within the same second would stay invisible.
        context.target.clock.sleep(1.1)
    shown_headers = ((p.name, list(p.schema.get("examples", ()))) for p in operation.parameters if p.place == "header")
    return sender.step(
        "the update",
        operation,
        [changed],
        *(keys.main, keys.longer, keys.lower),
        after=insert,
        stem=keys.main,
        headers=tuple((name, str(examples[-1])) for name, examples in shown_headers if examples),
    )


def _required_only(sender: BatchSender, operation: Operation, change: Step, key: str) -> Step:
    """The changed row, cut to its required fields. Their objects lose a key, unless a server refuses that."""
    name, required = "the update of required fields", bare(sender.context, operation, change.submission.items[0])
    step = sender.step(name, operation, [_fewer_keys(required)], key, after=change)
    if step.submission.exchange.response.refused:
        step = sender.step(name, operation, [required], key)
    return step


def _duplicates(sender: BatchSender, operation: Operation, style: Style) -> Step:
    """Two items with one key; the texts of the second have outer spaces."""
    context, key = sender.context, ownership_of(sender.context).mint("twice")
    first, second = (item(context, operation, key, variant, style) for variant in (0, 1))
    return sender.step("the batch with one key twice", operation, [first, _padded(context, operation, second)], key)


def _unpadded(context: RunContext, operation: Operation, duplicates: Step) -> Iterator[tuple[str, Exchange]]:
    """The list under a text without the space that it ends with: many columns compare texts without it."""
    name = operation.access.collection.key if operation.access else ""
    key = str(duplicates.submission.items[0][name])
    texts = {n: v for n, v in duplicates.row(key).items() if isinstance(v, str) and n != name}
    shorter = {n: v.rstrip(" ") for n, v in texts.items() if v.endswith(" ")}
    for exchange in islice(under_filters(context, operation, key, shorter, ("exact",), shown=False), 1):
        yield key, exchange


def _well_before(time: Any, other: Any) -> bool:
    """True for a time that precedes another one, whatever precision the server stores."""
    one, two = in_zone(str(time), None), in_zone(str(other), None)
    return one is not None and two is not None and two - one > 2 * margin(str(time))


def _denied(context: RunContext, operation: Operation) -> dict[str, Any]:
    """The boolean fields that no row shows, each with the value False."""
    fields = item_fields(context, operation)
    return {name: False for name in unshown(context, operation) if "boolean" in fields[name].get("type", ())}


def _fewer_keys(one: Item) -> Item:
    """The item without one key of each of its objects."""
    return {
        name: {k: v for k, v in value.items() if k != max(value)} if isinstance(value, Mapping) else value
        for name, value in one.items()
    }


def _padded(context: RunContext, operation: Operation, one: Item) -> Item:
    """The item with outer spaces around its texts."""
    return {**one, **{name: f" {one[name]} " for name in plain_texts(context, operation) if name in one}}

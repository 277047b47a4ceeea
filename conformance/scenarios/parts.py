"""The scenario of parts of rows, such as entries of price lists and stock lists."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from conformance.oracle.lookups import same_id
from conformance.reading.context import RunContext
from conformance.scenarios.edge_case_rows import edge_case_entries
from conformance.scenarios.edge_cases import cases
from conformance.scenarios.operations import ownership_of, parts_of, row_writer, siblings
from conformance.scenarios.own_rows import alike, in_other_case
from conformance.scenarios.sender import BatchSender
from conformance.scenarios.trace import (
    MixedStep,
    NotReached,
    Step,
    Trace,
    incomplete,
    not_applicable,
    not_taken,
    reached,
)
from conformance.writing.items import bare, entry, is_amount, item
from conformance.writing.read_back import ReadBack, find, settled
from conformance.writing.submission import Item, send_batch
from spec import Operation, Part


@dataclass(frozen=True)
class PartKeys:
    """Keys of the rows whose parts are written, and of rows that don't exist."""

    main: str
    neighbour: str
    """Begins with the main key, and has a row of its own."""
    other_case: str
    """The main key but for its case; no row has it."""
    prefix: str
    """A prefix of the rows' keys; no row has it."""


@dataclass(frozen=True, kw_only=True)
class PartsTrace(Trace):
    """The trace of an operation that writes parts of rows."""

    keys: PartKeys
    mixed: MixedStep
    setup: Step
    """The rows before their parts are written."""
    insert: Step
    """Two entries for the main row, and one for its neighbour."""
    resend: Step
    """The main row's first entry again."""
    change: Step
    """The main row's second entry, changed."""
    one_part_changed: Step | NotReached
    """An item with several parts that changes the last of them only."""
    one_part_bad: Step | NotReached
    """An item with several parts of which the last is bad."""
    edge_cases: Step | NotReached
    """Edge cases of amounts, each on a row of its own."""
    in_flight: tuple[Step, ...] = ()
    """The main row's second entry again, and before it that of another operation's part; neither waits for the other.

    The row is as it was after both.
    """

    @property
    def steps(self) -> tuple[Step, ...]:
        """The steps that were reached."""
        own = (self.insert, self.resend, self.change, self.mixed.step, self.one_part_changed, self.one_part_bad)
        return reached(self.setup, *own, *self.in_flight, self.edge_cases)

    @property
    def good_steps(self) -> tuple[Step, ...]:
        """Steps that sent valid items only."""
        return self.insert, self.resend, self.change

    @property
    def edge_case_steps(self) -> tuple[Step, ...]:
        """Batches of very many rows that were seen to end."""
        return tuple(step for step in reached(self.edge_cases) if step.submission.over and step.read_backs)


def run_parts(context: RunContext, operation: Operation) -> PartsTrace | NotReached:
    """Run the scenario of parts. Raises NotSent in a read-only run."""
    sender, stem = BatchSender(context), ownership_of(context).mint("P")
    access, writer = operation.access, row_writer(context, operation)
    if writer is None or access is None:
        return not_applicable("no operation makes a row to write parts of")
    neighbour = f"{stem}-Q"
    keys = PartKeys(stem, neighbour, other_case=in_other_case(stem, stem, neighbour), prefix=f"{stem}-R")
    pair, of_edge_cases = (keys.main, keys.neighbour), [f"{keys.prefix}{n}" for n in range(len(cases("amount")) + 1)]
    setup = _setup(sender, operation, writer, keys, of_edge_cases)
    if isinstance(setup, NotReached):
        return setup
    entries = [
        entry(context, operation, keys.main, 0, 3),
        entry(context, operation, keys.main, 1, 1),
        entry(context, operation, keys.neighbour, 0, 2),
    ]
    insert = sender.step("the insert", operation, entries, *pair, stem=stem, at_once=True, after=setup)
    resend = sender.step("the resend", operation, [_respelled(operation, entries[0])], keys.main)
    change, changed = _change(sender, operation, keys, insert)
    unknown = [entry(context, operation, key, 0, 2) for key in (keys.other_case, keys.prefix)]
    # A batch that stops at a bad item differs from one that is taken as a whole by the good item before it.
    good = [entry(context, operation, keys.neighbour, number, 3) for number in (1, 0)]
    mixed = sender.step(
        "the mixed batch",
        operation,
        [good[0], *unknown, good[1]],
        *(keys.neighbour, keys.main, *of_edge_cases),
        stem=stem,
        after=change,
    )
    one_part_changed, one_part_bad = _one_part(sender, operation, keys, changed, mixed)
    return PartsTrace(
        operation=operation,
        keys=keys,
        setup=setup,
        insert=insert,
        resend=resend,
        change=change,
        mixed=MixedStep(step=mixed, bad=len(unknown), good=(keys.neighbour,), alone=not_applicable("none goes alone")),
        one_part_changed=one_part_changed,
        one_part_bad=one_part_bad,
        in_flight=_in_flight(sender, operation, keys, mixed),
        edge_cases=_edge_cases(sender, operation, keys, setup, of_edge_cases),
    )


def _edge_cases(
    sender: BatchSender, operation: Operation, keys: PartKeys, setup: Step, rows: list[str]
) -> Step | NotReached:
    """Edge cases of amounts. Where the server takes none of them, the boldest are left out."""
    if not all(setup.row(key) for key in rows):
        return incomplete("the rows for edge cases weren't all taken")
    for most in (2, 1):
        entries = edge_case_entries(partial(entry, sender.context, operation), rows, most)
        step = sender.step("the edge cases of amounts", operation, entries, *rows, stem=keys.prefix, after=setup)
        if _some_taken(step):
            break
    return step


def _some_taken(step: Step) -> bool:
    """True unless the server refused the batch, or all of its items failed."""
    sent = step.submission
    return sent.accepted and not (sent.last and sent.last.over and not sent.last.succeeded)


def _setup(
    sender: BatchSender, operation: Operation, writer: Operation, keys: PartKeys, of_edge_cases: list[str]
) -> Step | NotReached:
    """The rows whose parts are written, with entries of the parts that the operation must leave alone."""
    context, pair = sender.context, (keys.main, keys.neighbour)
    first = item(context, writer, keys.main, 0, "plain")
    others = (item(context, writer, key, 1, "plain") for key in (keys.neighbour, *of_edge_cases))
    whole: list[Item] = [first, *(alike(writer, first, other) for other in others)]
    required: list[Item] = [bare(context, writer, one) for one in whole]
    made = sender.step("the rows", writer, required, *pair, *of_edge_cases, stem=keys.main)
    if made.submission.exchange.response.refused:
        made = sender.step("the rows", writer, whole, *pair, *of_edge_cases, stem=keys.main)
    if not made.row(keys.main) or not made.row(keys.neighbour):
        return not_taken("a new row to write parts of isn't taken, or isn't shown", made.submission)
    for other in siblings(context, operation):
        # An entry must exist first, so that a wrong write to it can be seen.
        if parts_of(other) and not set(parts_of(other)) & set(parts_of(operation)):
            entries = [item(context, other, keys.main, 2)]
            made = sender.step("the rows' other parts", other, entries, *pair, stem=keys.main, after=made)
    return made


def _change(sender: BatchSender, operation: Operation, keys: PartKeys, insert: Step) -> tuple[Step, Item]:
    """The last entry, changed. The resend sent the first one, so that the two can't be confused.

    Its amounts fall, because those of the histories rise now and then; the last one of each part falls to zero. If
    the server refuses the change, a second attempt has no zero, and a third one changes the amounts alone.
    """
    pair, row = (keys.main, keys.neighbour), insert.row(keys.main)
    for steady, zero in ((False, True), (False, False), (True, False)):
        changed = entry(sender.context, operation, keys.main, 1, 0, steady=steady)
        for part in parts_of(operation) if zero else ():
            amounts = [n for n, value in changed.items() if n in _fields(row, part) and is_amount(value)]
            changed |= dict.fromkeys(amounts[-1:], "0")
        step = sender.step("the update", operation, [changed], *pair, stem=keys.main, after=insert)
        if step.submission.accepted and not (step.submission.last and step.submission.last.failed):
            break
    return step, changed


def _one_part(
    sender: BatchSender, operation: Operation, keys: PartKeys, changed: Item, before: Step
) -> tuple[Step | NotReached, Step | NotReached]:
    """Of several parts change the last, then send the last one bad.

    The other parts stay the same. That is no reason for a server to skip the item.
    """
    parts = parts_of(operation)
    if len(parts) < 2:
        only = not_applicable("the operation writes one part only")
        return only, only
    last = _fields(before.row(keys.main), parts[-1])
    fresh = entry(sender.context, operation, keys.main, 1, 2)
    half = {name: fresh[name] if name in last else value for name, value in changed.items()}
    one_changed = sender.step("the update of one part", operation, [half], keys.main, after=before)
    bad = {n: "not-one" if n in last and is_amount(value) else value for n, value in fresh.items()}
    return one_changed, sender.step("the item with one bad part", operation, [bad], keys.main)


def _in_flight(sender: BatchSender, operation: Operation, keys: PartKeys, before: Step) -> tuple[Step, ...]:
    """Two batches for one row: of an operation that writes other parts, and of this one before that is over.

    A server that reads a row, waits and writes it back as a whole loses what the other batch wrote. Of two such
    operations the first one's scenario is enough.
    """
    context = sender.context
    others = (
        o for o in siblings(context, operation) if parts_of(o) and not set(parts_of(o)) & set(parts_of(operation))
    )
    other = next((o for o in others if o.code > operation.code), None)
    if other is None:
        return ()
    both = (other, operation)
    sent = [send_batch(context, one, [entry(context, one, keys.main, 1, 4)]) for one in both]
    over = [sender.poll_to_end(one, batch, at_once=True) for one, batch in zip(both, sent, strict=True)]
    was, parts = before.row(keys.main), [part.field for one in both for part in parts_of(one)]

    def right(seen: ReadBack) -> bool:
        return seen.row is not None and all(seen.row.get(name) != was.get(name) for name in parts)

    taken = all(batch.all_succeeded for batch in over)
    row = settled(context, partial(find, context, operation, keys.main, expected=None), right) if taken else None
    seen = {keys.main: row} if row else {}
    return tuple(Step(f"the update by {one.code}", batch, seen) for one, batch in zip(both, over, strict=True))


def _respelled(operation: Operation, item: Item) -> Item:
    """The same item, with the ids of its parts in upper case: another spelling of the same uuids."""
    parts = operation.access.parts if operation.access else ()
    ids = {part.key: str(item[part.key]) for part in parts if part.key in item}
    return {**item, **{name: id.upper() for name, id in ids.items() if same_id(id, id.upper())}}


def _fields(row: Mapping[str, Any], part: Part) -> set[str]:
    """The fields of a part's entries as a row shows them, except their key."""
    return {name for entry in row.get(part.field) or () for name in entry if name != part.key}

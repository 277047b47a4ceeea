"""The scenario of deletes: some rows are deleted, others with near-identical keys must stay."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from conformance.reading.context import RunContext
from conformance.scenarios.edge_cases import cases, key_tails
from conformance.scenarios.filtered import AFTER_DELETE, under_filters, unfiltered
from conformance.scenarios.operations import ownership_of, row_writer
from conformance.scenarios.own_rows import in_other_case, near_keys
from conformance.scenarios.sender import BatchSender
from conformance.scenarios.trace import (
    MixedStep,
    NearKeys,
    NotReached,
    Step,
    Trace,
    incomplete,
    not_applicable,
    not_taken,
    reached,
)
from conformance.transport.exchange import Exchange
from conformance.transport.keys import NO_SUCH
from conformance.writing.items import bare, item, plain_texts
from conformance.writing.read_back import find, find_all
from conformance.writing.submission import Item
from spec import Operation


@dataclass(frozen=True, kw_only=True)
class DeletesTrace(Trace):
    """The trace of an operation that deletes rows."""

    keys: NearKeys
    """The main row is deleted first. The longer one goes in the mixed batch. The lower one stays."""
    other_case: str
    """The main key but for its case; no row has it."""
    mixed: MixedStep
    setup: Step
    """The rows before any delete."""
    delete: Step
    unknown: Step
    """Deletes of rows that don't exist."""
    edge_cases: Step | NotReached
    """The second row of each pair of near keys is deleted."""
    recreate: Step
    """The main row inserted again, with its required fields only."""
    shown_after: tuple[Exchange, ...] = ()
    """Lists that must no longer show the row: with filters that found it, and without."""

    @property
    def steps(self) -> tuple[Step, ...]:
        """The steps that were reached."""
        return reached(self.setup, self.delete, self.unknown, self.mixed.step, self.edge_cases, self.recreate)

    @property
    def good_steps(self) -> tuple[Step, ...]:
        """Steps that sent valid items only."""
        return (self.delete,)

    @property
    def edge_case_steps(self) -> tuple[Step, ...]:
        """Batches of very many rows that were seen to end."""
        return tuple(step for step in reached(self.edge_cases) if step.submission.over and step.read_backs)


def run_deletes(context: RunContext, operation: Operation) -> DeletesTrace | NotReached:
    """Run the scenario of deletes. Raises NotSent in a read-only run."""
    own, sender = ownership_of(context), BatchSender(context)
    writer, access = row_writer(context, operation), operation.access
    if writer is None or access is None:
        return not_applicable("no operation makes a row to delete")
    key, stem = access.collection.key, own.mint("D")
    keys = near_keys(stem)
    # This key differs from a row's key in case alone, and no row has it. The texts of the rows hold the other one.
    other_case, unknown_key = in_other_case(stem, *keys.all), own.mint(NO_SUCH)
    like = item(context, writer, stem, 0, "plain")
    texts = {n: unknown_key for n in plain_texts(context, writer) if n in like and n != key}
    setup, there = _rows_to_delete(sender, writer, keys, {**like, **texts})
    if not setup.row(keys.main):
        return not_taken("a new row to delete isn't taken, or isn't shown", setup.submission)
    find(context, operation, keys.main)  # a server that caches the count would now show a wrong one
    near_by = (keys.longer, keys.lower)
    gone = sender.step("the delete", operation, [{key: keys.main}], keys.main, expected=False, at_once=True)
    after = find_all(context, operation, stem, (*near_by, *there))
    still = {k: after[k] for k in (*near_by, *there) if k in after}
    delete = replace(gone, read_backs={**still, **gone.read_backs})
    shown_after = (
        *under_filters(context, operation, keys.main, setup.row(keys.main), AFTER_DELETE, shown=False),
        *unfiltered(context, operation, keys.main),
    )
    # The last key but one is a prefix of the rows' keys.
    unknown = sender.step("the delete of unknown rows", operation, [{key: other_case}, {key: stem[:-1]}])
    last = unknown.submission.last
    # A good item before the bad one and one after it: a batch that stops differs from one that is taken as a whole.
    spare = [k for k in there if k not in _pairs_of(keys)][:1]
    good = (*spare, keys.longer)
    items = [*({key: k} for k in spare), {key: unknown_key}, {key: keys.longer}]
    mixed = sender.step("the mixed batch", operation, items, *reversed(good), expected=False)
    edge_cases = _edge_cases(sender, operation, setup, keys, [k for k in there if k not in spare])
    again = bare(context, writer, item(context, writer, keys.main, 1, "plain"))
    recreate = sender.step("the insert of the deleted row", writer, [again], keys.main)
    return DeletesTrace(
        operation=operation,
        keys=keys,
        other_case=other_case,
        setup=setup,
        delete=delete,
        unknown=unknown,
        # Where a delete of a missing row succeeds, no item is bad.
        mixed=MixedStep(step=mixed, bad=0 if last and last.succeeded else 1, good=good, alone=unknown),
        edge_cases=edge_cases,
        recreate=recreate,
        shown_after=shown_after,
    )


def _edge_cases(
    sender: BatchSender, operation: Operation, setup: Step, keys: NearKeys, there: Sequence[str]
) -> Step | NotReached:
    """Delete the second key of each pair that a careless server confuses."""
    key = operation.access.collection.key if operation.access else ""
    named = _pairs_of(keys)
    pairs = zip(named[::2], named[1::2], strict=True)
    seconds = [second for first, second in pairs if {first, second} <= {*there}]
    if not seconds:
        return incomplete("no pair of rows with nearly the same key was taken")
    batch = sender.submit(operation, [{key: k} for k in seconds])
    if not batch.over:
        return Step("the delete of many", batch)
    was = {k: setup.row(k) for k in seconds}
    seen = find_all(sender.context, operation, keys.main, there, expected=False, unlike=was)
    lower = {keys.lower: find(sender.context, operation, keys.lower)} if seen else {}
    return Step("the delete of many", batch, {**seen, **lower})


def _pairs_of(keys: NearKeys) -> list[str]:
    """The keys that are nearly the same, each beside the other one of its pair."""
    return [f"{keys.main}{tail}" for case in cases("near keys") for tail in case.what]


def _rows_to_delete(sender: BatchSender, writer: Operation, near: NearKeys, like: Item) -> tuple[Step, list[str]]:
    """Rows with near keys and with edge cases, else alike; and the keys of edge cases that the server accepted."""
    key = writer.access.collection.key if writer.access else ""
    edges = [f"{near.main}{tail}" for tail in key_tails()]
    keys = [*near.all, *edges]
    made = sender.step("the rows", writer, [{**like, key: k} for k in keys], *keys, stem=near.main)
    if all(made.row(k) for k in near.all):
        return made, [k for k in edges if made.row(k)]
    return sender.step("the rows", writer, [{**like, key: k} for k in near.all], *near.all, stem=near.main), []

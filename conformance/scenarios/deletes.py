"""The story of rows that are deleted, among others that are nearly called so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from conformance.reading.context import RunContext
from conformance.scenarios.edge_cases import TAILS, plain_texts
from conformance.scenarios.filtered import AFTER_DELETE, under_filters, unfiltered
from conformance.scenarios.operations import ownership_of, row_writer
from conformance.scenarios.own_rows import keys_unlike, near_keys
from conformance.scenarios.scenario import Step, Trace, send_step
from conformance.transport.keys import NO_SUCH
from conformance.verdict import Reason
from conformance.writing.batches import Item, find, find_all, submit
from conformance.writing.items import bare, item
from spec import Operation


def run_deletes(context: RunContext, operation: Operation) -> Trace:
    """What happens to rows that an operation deletes. Raises NotSent in a read-only run."""
    own = ownership_of(context)
    writer = row_writer(context, operation)
    access = operation.access
    if writer is None or access is None:
        return Trace(operation, {}, {}, why_not=Reason("not-applicable", "no operation makes a row to delete"))
    key = access.collection.key
    stem = own.mint("D")
    near = near_keys(stem)
    # Two keys that no row has: one is all but the case of a row's key, and the texts of the rows hold the other.
    keys = {**near, "unknown": keys_unlike(stem, near), "unknown 2": own.mint(NO_SUCH)}
    odd = [f"{stem}{tail}" for tail in TAILS]
    like = item(context, writer, stem, 0, "plain")
    texts = {n: keys["unknown 2"] for n in plain_texts(context, writer) if n in like and n != key}
    made, there = _rows_to_delete(context, writer, stem, {**like, **texts}, tuple(near.values()), odd)
    if not made.row(keys["A"]):
        return Trace(
            operation,
            {},
            keys,
            why_not=Reason("scenario-incomplete", "a new row to delete isn't taken, or isn't shown"),
        )
    steps = {"row": made}
    find(context, operation, keys["A"])  # a count that is remembered from here on is wrong soon
    near_by = (keys["longer"], keys["lower"])
    gone = send_step(context, operation, [{key: keys["A"]}], keys["A"], expected=False, closely=True)
    after = find_all(context, operation, stem, (*near_by, *there))
    steps["delete"] = replace(
        gone, read_backs={**{k: after[k] for k in (*near_by, *there) if k in after}, **gone.read_backs}
    )
    filtered = (
        *under_filters(context, operation, keys["A"], made.row(keys["A"]), AFTER_DELETE, shown=False),
        *unfiltered(context, operation, keys["A"]),
    )
    # The last but one begins like the keys of rows.
    steps["unknown"] = send_step(context, operation, [{key: keys["unknown"]}, {key: stem[:-1]}])
    last = steps["unknown"].submission.last
    # Where a delete of nothing succeeds there is no bad item.
    bad = 0 if last and last.succeeded else 1
    steps["mixed"] = send_step(
        context, operation, [{key: keys["unknown 2"]}, {key: keys["longer"]}], keys["longer"], expected=False
    )
    # Of each pair of keys that a careless server takes for one another the second goes.
    seconds = [second for first, second in zip(odd[::2], odd[1::2], strict=False) if {first, second} <= {*there}]
    if seconds:
        many = submit(context, operation, [{key: k} for k in seconds])
        was = {k: made.row(k) for k in seconds}
        seen = find_all(context, operation, stem, there, expected=False, unlike=was) if many.over else {}
        steps["many"] = Step(many, {**seen, keys["lower"]: find(context, operation, keys["lower"])} if seen else {})
    again = bare(context, writer, item(context, writer, keys["A"], 1, "plain"))
    steps["recreate"] = send_step(context, writer, [again], keys["A"])
    return Trace(operation, steps, keys, bad=bad, filtered=filtered)


def _rows_to_delete(
    context: RunContext, writer: Operation, stem: str, like: Item, near: Sequence[str], odd: Sequence[str]
) -> tuple[Step, list[str]]:
    """Rows with these keys, all else alike, and those of the odd keys that were taken."""
    key = writer.access.collection.key if writer.access else ""
    made = send_step(context, writer, [{**like, key: k} for k in (*near, *odd)], *near, *odd, stem=stem)
    if all(made.row(k) for k in near):
        return made, [k for k in odd if made.row(k)]
    return send_step(context, writer, [{**like, key: k} for k in near], *near, stem=stem), []

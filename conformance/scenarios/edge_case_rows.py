"""Very many rows in one batch, each with an edge case."""

from __future__ import annotations

from conformance.scenarios.edge_cases import edge_case_rows, edge_case_updates
from conformance.scenarios.operations import ownership_of
from conformance.scenarios.sender import BatchSender
from conformance.scenarios.trace import EdgeCaseSteps, NotReached, Step, incomplete, not_taken
from conformance.writing.items import Style
from conformance.writing.read_back import find_all
from conformance.writing.submission import send_batch
from spec import Operation


def edge_case_steps(sender: BatchSender, operation: Operation, style: Style) -> EdgeCaseSteps | NotReached:
    """Very many new rows, each with an edge case, a batch beside theirs, and then some of them updated."""
    context = sender.context
    stem, key = ownership_of(context).mint("N"), operation.access.collection.key if operation.access else ""
    why = incomplete("no rows with edge cases were sent")
    for items in edge_case_rows(context, operation, stem, style):
        sent = send_batch(context, operation, items)
        if sent.exchange.response.refused:
            why = not_taken("the rows with edge cases aren't taken", sent)
            continue
        # Another batch that is accepted while so many items are still worked on.
        two = [{**one, key: f"{stem}-beside-{n}"} for n, one in enumerate(items[-2:])]
        beside = sender.submit(operation, two)
        batch = sender.poll_to_end(operation, sent, at_once=True)
        if not batch.over or not beside.over:
            return not_taken("the rows with edge cases weren't seen to end", beside if batch.over else batch)
        wanted = [str(one[key]) for one in (*items, *two)]
        seen = find_all(context, operation, stem, wanted)
        next_to = {name: seen[name] for name in (str(one[key]) for one in two) if name in seen}
        insert = Step("the insert of rows with edge cases", batch, seen)
        return EdgeCaseSteps(
            insert=insert,
            beside=Step("the insert beside it", beside, next_to),
            update=_update(sender, operation, stem, insert, wanted),
        )
    return why


def _update(sender: BatchSender, operation: Operation, stem: str, insert: Step, wanted: list[str]) -> Step | NotReached:
    key = operation.access.collection.key if operation.access else ""
    updates = edge_case_updates(operation, insert.submission.items)
    batch = sender.submit(operation, updates)
    if not batch.over:
        return not_taken("the updates of rows with edge cases weren't seen to end", batch)
    was = {str(one[key]): insert.row(str(one[key])) for one in updates if one[key] in insert.read_backs}
    return Step(
        "the update of rows with edge cases",
        batch,
        find_all(sender.context, operation, stem, wanted, unlike=was),
    )

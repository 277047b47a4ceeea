"""Very many rows in one batch, each odd in its own way."""

from __future__ import annotations

from dataclasses import replace

from conformance.reading.context import RunContext
from conformance.scenarios.edge_cases import edge_case_rows, edge_case_updates
from conformance.scenarios.operations import ownership_of
from conformance.scenarios.scenario import Step, Trace
from conformance.writing.batches import find_all, submit, watched
from conformance.writing.items import Style


def with_many(context: RunContext, told: Trace, style: Style) -> Trace:
    """Very many new rows, each odd in its own way, a batch beside theirs, and then some of them updated."""
    operation, steps = told.operation, dict(told.steps)
    stem, key = ownership_of(context).mint("N"), operation.access.collection.key if operation.access else ""
    for items in edge_case_rows(context, operation, stem, style):
        sent = submit(context, operation, items, watch=False)
        if sent.exchange.response.refused:
            continue
        # Another batch that is accepted while so many items are still worked on.
        beside = [{**one, key: f"{stem}-beside-{n}"} for n, one in enumerate(items[-2:])]
        others = submit(context, operation, beside)
        batch = watched(context, operation, sent, closely=True)
        if not batch.over or not others.over:
            break
        wanted = [str(one[key]) for one in (*items, *beside)]
        seen = find_all(context, operation, stem, wanted)
        next_to = {key: seen[key] for key in (f"{stem}-beside-{n}" for n in range(len(beside))) if key in seen}
        steps |= {"many": Step(batch, seen), "beside": Step(others, next_to)}
        updates = edge_case_updates(operation, items)
        again = submit(context, operation, updates)
        if again.over:
            was = {str(one[key]): seen[one[key]].row for one in updates if one[key] in seen}
            steps["many again"] = Step(again, find_all(context, operation, stem, wanted, unlike=was))
        break
    return replace(told, steps=steps)

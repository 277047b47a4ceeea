"""Very many rows in one batch, each odd in its own way."""

from __future__ import annotations

from dataclasses import replace

from conformance.reading.context import Ask
from conformance.scenarios.edge_cases import odd_rows, odd_updates
from conformance.scenarios.operations import ownership_of
from conformance.scenarios.scenario import Step, Story
from conformance.writing.batches import find_all, submit, watched
from conformance.writing.items import Style


def with_many(ask: Ask, told: Story, style: Style) -> Story:
    """Very many new rows, each odd in its own way, a batch beside theirs, and then some of them updated."""
    operation, steps = told.operation, dict(told.steps)
    stem, key = ownership_of(ask).mint("N"), operation.access.collection.key if operation.access else ""
    for items in odd_rows(ask, operation, stem, style):
        sent = submit(ask, operation, items, watch=False)
        if sent.exchange.answer.refused:
            continue
        # Another batch that is accepted while so many items are still worked on.
        beside = [{**one, key: f"{stem}-beside-{n}"} for n, one in enumerate(items[-2:])]
        others = submit(ask, operation, beside)
        batch = watched(ask, operation, sent, closely=True)
        if not batch.over or not others.over:
            break
        wanted = [str(one[key]) for one in (*items, *beside)]
        seen = find_all(ask, operation, stem, wanted)
        next_to = {key: seen[key] for key in (f"{stem}-beside-{n}" for n in range(len(beside))) if key in seen}
        steps |= {"many": Step(batch, seen), "beside": Step(others, next_to)}
        updates = odd_updates(operation, items)
        again = submit(ask, operation, updates)
        if again.over:
            was = {str(one[key]): seen[one[key]].row for one in updates if one[key] in seen}
            steps["many again"] = Step(again, find_all(ask, operation, stem, wanted, unlike=was))
        break
    return replace(told, steps=steps)

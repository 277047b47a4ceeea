"""The story of whole rows: inserted, sent again, changed, cut to what is required, twice in one batch."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from conformance.oracle.lookups import instant
from conformance.reading.context import RunContext
from conformance.scenarios.edge_cases import plain_texts
from conformance.scenarios.filtered import LOOKED_UP, OUTDATED, margin, otherwise, under_filters
from conformance.scenarios.many import with_many
from conformance.scenarios.mixed import with_mixed
from conformance.scenarios.operations import ownership_of
from conformance.scenarios.own_rows import inserted, near_keys, unshown
from conformance.scenarios.scenario import Step, Trace, send_step
from conformance.writing.batches import Item
from conformance.writing.items import bare, item, item_fields
from spec import Operation


def run_rows(context: RunContext, operation: Operation) -> Trace:
    """What happens to whole rows that an operation writes. Raises NotSent in a read-only run."""
    own = ownership_of(context)
    keys = near_keys(own.mint("A"))
    steps: dict[str, Step] = {}
    step, items, style = inserted(context, operation, keys["A"], tuple(keys.values()))
    steps["insert"] = step
    told = Trace(operation, steps, keys, style=style)
    if not step.submission.accepted or not step.row(keys["A"]):
        return told
    language = next((p.name for p in operation.parameters if p.place == "header"), None)
    first = next(one for one in items if keys["A"] in one.values())
    # What the document sends and no row shows goes along with what is sent again, and what the header says is tried
    # where it would show that a write was only half heard.
    charset = (("Content-Type", "application/json; charset=utf-8"),)
    again: list[Item] = [{**first, **unshown(context, operation)}]
    defaults = {n: schema["default"] for n, schema in item_fields(context, operation).items() if "default" in schema}
    if defaults and operation.access:
        # What the document names as a default is as good as any other value.
        keys["default"] = f"{keys['A']}-0"
        plain = bare(context, operation, item(context, operation, keys["default"], 2, style))
        again.append({**plain, **defaults})
    known = [keys[name] for name in ("A", "default") if name in keys]
    steps["again"] = send_step(context, operation, again, *known, headers=charset, stem=keys["A"])
    changed = {**item(context, operation, keys["A"], 3, style), **_denied(context, operation)}
    shown = operation.access.collection.updated if operation.access else None
    updated = str(step.row(keys["A"]).get(shown or ""))
    if "." not in updated:
        # Its times are shown to the second, so a change within the same second wouldn't show.
        time.sleep(1.1)
    steps["change"] = send_step(
        context,
        operation,
        [changed],
        *(keys["A"], keys["longer"], keys["lower"]),
        after=step,
        stem=keys["A"],
        headers=((language, "tr"),) if language else (),
    )
    old, new = steps["insert"].row(keys["A"]), steps["change"].row(keys["A"])
    gone = {n: value for n, value in otherwise(old, new).items() if n != shown or _well_before(value, new.get(n))}
    told = replace(
        told,
        filtered=tuple(under_filters(context, operation, keys["A"], new, LOOKED_UP, shown=True)),
        outdated=tuple(under_filters(context, operation, keys["A"], gone, OUTDATED, shown=False)),
    )
    required = bare(context, operation, changed)
    steps["bare"] = send_step(context, operation, [_fewer_keys(required)], keys["A"])
    if steps["bare"].submission.exchange.response.refused:
        steps["bare"] = send_step(context, operation, [required], keys["A"])
    twice = own.mint("twice")
    keys["twice"] = twice
    both = [
        item(context, operation, twice, 0, style),
        _padded(context, operation, item(context, operation, twice, 1, style)),
    ]
    steps["twice"] = send_step(context, operation, both, twice)
    return with_many(context, with_mixed(context, replace(told, keys=keys), style), style)


def _well_before(time: Any, other: Any) -> bool:
    """True for a time that is before another one however exactly the two are kept."""
    one, two = instant(str(time)), instant(str(other))
    return one is not None and two is not None and two - one > 2 * margin(str(time))


def _denied(context: RunContext, operation: Operation) -> dict[str, Any]:
    """False for the fields of truth that no row shows."""
    fields = item_fields(context, operation)
    return {name: False for name in unshown(context, operation) if "boolean" in fields[name].get("type", ())}


def _fewer_keys(one: Item) -> Item:
    """The item with a key less in each of its objects."""
    return {name: dict(list(v.items())[:-1]) if isinstance(v, Mapping) else v for name, v in one.items()}


def _padded(context: RunContext, operation: Operation, one: Item) -> Item:
    """The item with spaces around its texts."""
    return {**one, **{name: f" {one[name]} " for name in plain_texts(context, operation) if name in one}}

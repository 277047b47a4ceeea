"""The story of parts of rows: entries of price lists, stock lists and the like."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from conformance.reading.context import RunContext
from conformance.scenarios.edge_cases import AMOUNTS, edge_case_entries, is_amount
from conformance.scenarios.operations import ownership_of, parts_of, row_writer, siblings
from conformance.scenarios.own_rows import alike, keys_unlike
from conformance.scenarios.scenario import Trace, send_step
from conformance.verdict import Reason
from conformance.writing.items import bare, entry, item
from spec import Operation, Part


def run_parts(context: RunContext, operation: Operation) -> Trace:
    """What happens to parts of rows that an operation writes. Raises NotSent in a read-only run."""
    own = ownership_of(context)
    access = operation.access
    writer = row_writer(context, operation)
    if writer is None or access is None:
        return Trace(operation, {}, {}, why_not=Reason("not-applicable", "no operation makes a row to write parts of"))
    stem = own.mint("P")
    # The other row stands next to the one whose parts are written, and its key begins with that one's.
    keys = {"P": stem, "Q": f"{stem}-Q"}
    # Two keys that no row has: one is all but the case of a row's key, and with the other the keys of rows begin.
    keys |= {"unknown": keys_unlike(stem, keys), "unknown 2": f"{stem}-R"}
    odd = [f"{stem}-R{n}" for n in range(len(AMOUNTS) + 1)]
    first = item(context, writer, keys["P"], 0, "plain")
    whole = [first, *(alike(writer, first, item(context, writer, key, 1, "plain")) for key in (keys["Q"], *odd))]
    made = send_step(
        context, writer, [bare(context, writer, one) for one in whole], keys["P"], keys["Q"], *odd, stem=stem
    )
    if made.submission.exchange.response.refused:
        made = send_step(context, writer, whole, keys["P"], keys["Q"], *odd, stem=stem)
    if not made.row(keys["P"]) or not made.row(keys["Q"]):
        return Trace(
            operation,
            {},
            keys,
            why_not=Reason("scenario-incomplete", "a new row to write parts of isn't taken, or isn't shown"),
        )
    for other in siblings(context, operation):
        # Something that isn't to be touched must be there to begin with.
        if parts_of(other) and not set(parts_of(other)) & set(access.parts):
            made = send_step(
                context, other, [item(context, other, keys["P"], 2)], keys["P"], keys["Q"], stem=stem, after=made
            )
    steps = {"row": made}
    entries = [
        entry(context, operation, keys["P"], 0, 3),
        entry(context, operation, keys["P"], 1, 1),
        entry(context, operation, keys["Q"], 0, 2),
    ]
    pair = (keys["P"], keys["Q"])
    steps["insert"] = send_step(context, operation, entries, *pair, stem=stem, closely=True, after=steps["row"])
    steps["again"] = send_step(context, operation, [entries[0]], keys["P"])
    # What was sent again was the first entry and what changes is the last one, so that neither is taken for its own.
    # Its amounts fall, as those of the histories rise now and then.
    for steady in (False, True):
        changed = entry(context, operation, keys["P"], 1, 0, steady=steady)
        steps["change"] = send_step(context, operation, [changed], *pair, stem=stem, after=steps["insert"])
        if not steps["change"].submission.last or not steps["change"].submission.last.failed:
            break
    unknown = [entry(context, operation, keys[name], 0, 2) for name in ("unknown", "unknown 2")]
    items = [*unknown, entry(context, operation, keys["Q"], 1, 3)]
    steps["mixed"] = send_step(context, operation, items, keys["Q"], keys["P"], *odd, stem=stem, after=steps["change"])
    if len(access.parts) > 1:
        # What is the same in one part is no reason to skip the others.
        last = _fields(steps["mixed"].row(keys["P"]), access.parts[-1])
        fresh = entry(context, operation, keys["P"], 1, 2)
        half = {name: fresh[name] if name in last else value for name, value in changed.items()}
        steps["half"] = send_step(context, operation, [half], keys["P"], after=steps["mixed"])
        bad = {n: "not-one" if n in last and is_amount(value) else value for n, value in fresh.items()}
        steps["half bad"] = send_step(context, operation, [bad], keys["P"])
    if all(made.row(key) for key in odd):
        steps["many"] = send_step(
            context, operation, edge_case_entries(context, operation, odd), *odd, stem=f"{stem}-R", after=made
        )
    return Trace(operation, steps, keys, bad=len(unknown))


def _fields(row: Mapping[str, Any], part: Part) -> set[str]:
    """The fields of a part's entries, as a row shows them, but for their key."""
    return {name for entry in row.get(part.field) or () for name in entry if name != part.key}

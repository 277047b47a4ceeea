"""Removed rows: shown no more, and no other row with them."""

from __future__ import annotations

from conformance.laws.row_states import done, row_law, stays
from conformance.reading.listing import response_excerpt
from conformance.scenarios import RemoveTrace
from conformance.verdict import Finding, Held, Result, not_exercised
from spec import Clause


@row_law("remove.gone", RemoveTrace)
def gone(clause: Clause, trace: RemoveTrace) -> Result:
    """A removed row is shown no more."""
    removal, key = done(trace.removal), trace.removal.write.key
    if removal.after.row:
        return Finding(f"no row {key}, which was deleted", "it is still shown", removal.chain)
    if removal.after.chain and removal.after.chain[-1].response.status >= 500:
        return Finding(f"404 or 410 for {key}", response_excerpt(removal.after.chain[-1]), removal.chain)
    if trace.listed.row:
        return Finding(f"no row {key} in the list", "it is there", (removal.write.exchange, *trace.listed.chain))
    if not removal.after.known and not trace.listed.known:
        return not_exercised("not-shown", "nothing shows whether there is still such a row")
    return Held(removal.after.known + trace.listed.known)


@row_law("remove.others-stay", RemoveTrace)
def removed_beside(clause: Clause, trace: RemoveTrace) -> Result:
    """A row stays as it was when another one is removed."""
    return stays(*trace.other, done(trace.removal).write.exchange)

"""What to do about a clause that is neither held nor violated, by the code of the reason."""

from __future__ import annotations

from collections.abc import Mapping

from conformance.reports.model import Clause

ADVICE: Mapping[str, str] = {
    "no-data": "Add rows to the target. With --writes the suite makes some of its own.",
    "no-witness": "Add data to the target that shows the difference. With --writes the suite makes some of its own.",
    "not-shown": "Nothing to do, unless the reason describes a response that the target shouldn't give.",
    "not-applicable": "Nothing to do: the document, or the key, leaves nothing to exercise this on.",
    "not-described": "Say with the vocabulary what the operation does, or nothing, where its form is all that matters.",
    "scenario-incomplete": "The reason shows how far the suite's own writes came. Fix what stopped them there.",
    "blocked-by": "Mend what breaks the clause that this one rests on, then run again.",
    "data-moved": "Run while nobody else changes the data.",
    "not-generated": "Leave out --no-schemathesis, or allow more requests (--max-requests).",
    "not-reached": "Run again to the end. Raise --max-requests or --max-time where the reason names a limit.",
    "not-selected": "Leave out --only, or select the clause.",
    "switched-off": "Leave out --skip.",
    "needs-writes": "Run with --writes where the suite may make rows of its own and delete them again.",
    "held-back": "Nothing to do: a run writes only rows that are surely its own, and only with --writes.",
    "not-permitted": "Use a key that may do what the reason names.",
    "less-effort": "Run with --effort normal, which tries every clause.",
    "other-shard": "Merge the reports of all shards.",
    "unanswered": "Run again when the target answers.",
    "own-fault": "Report it to the maintainers of the suite, with this report.",
}


def advice_for(clause: Clause) -> str:
    """What to do about a clause; nothing for a code of another version, or none."""
    advice, blocking = ADVICE.get(clause.get("reason_code", ""), ""), clause.get("blocked_by")
    return f"{advice} It is {blocking}." if advice and blocking else advice

"""What to do about a clause that is neither held nor violated, by the code of the reason."""

from __future__ import annotations

from collections.abc import Mapping

from conformance.reports.model import Clause
from conformance.verdict import Code

ADVICE: Mapping[Code, str] = {
    "no-data": "Add rows to the target, or run with --writes and let the suite make some.",
    "no-witness": "Add data to the target that shows the difference, or run with --writes and let the suite make it.",
    "not-shown": "Nothing to do, unless the target should show what the reason names.",
    "not-applicable": "Nothing to do: the document leaves nothing to exercise this on.",
    "scenario-incomplete": "See in the reason how far the suite's own writes came, and mend what stopped them.",
    "blocked-by": "Mend what breaks the clause that this one rests on, then run again.",
    "data-moved": "Run while nobody else changes the data.",
    "not-generated": "Leave out --no-schemathesis, or allow more requests (--max-requests).",
    "not-reached": "Run again to the end, or raise --max-requests and --max-time.",
    "not-selected": "Leave out --only, or select the clause.",
    "switched-off": "Leave out --skip.",
    "needs-writes": "Run with --writes where the suite may make rows of its own and delete them again.",
    "not-permitted": "Use a key and a target that permit what the reason names.",
    "other-shard": "Merge the reports of all shards.",
    "unanswered": "Run again when the target answers.",
    "own-fault": "Report it to the maintainers of the suite, with this report.",
}


def advice_for(clause: Clause) -> str:
    """What to do about a clause; nothing where an earlier version made the report and gave no code."""
    code = clause.get("reason_code")
    if code is None:
        return ""
    blocking = clause.get("blocked_by")
    return f"{ADVICE[code]} It is {blocking}." if blocking else ADVICE[code]

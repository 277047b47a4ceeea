"""One cause, one finding: the violations of a report by what causes them, with what they keep from being exercised.

Several violations have one cause when they are the same clause of several operations, when one rests on another, or
when the same mistake shows in most clauses of a family. The verdicts stay as they are; here they are put in order.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from fnmatch import fnmatchcase

from conformance.reports.model import Cause, Clause

RESTS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("auth.*", ("auth.missing-key",)),
    ("body.whole", ("auth.missing-key",)),
    ("response.declared-status", ("response.status",)),
    ("batch.ticket", ("response.schema",)),
    ("page.complete", ("page.limit",)),
    ("page.default-*", ("page.limit",)),
)
"""Clauses that are broken wherever another one of their operation is, and those."""

LISTS = ("page.limit", "page.complete", "page.filtered")
"""What a list that leaves rows out breaks first."""

UPDATES = ("write.history", "write.last-wins", "write.replaces", "write.updated-moves")
"""What else is seen of updates."""

MISSING = "missing-rows"

Join = Callable[[Clause, Clause], None]
"""Notes that the cause of the first is that of the second."""


def decides(clause: Clause, *, strict: bool) -> bool:
    """True for a violation that counts: documented, or any with --strict, and not waived."""
    counts = strict or clause["level"] == "documented"
    return clause["verdict"] == "violated" and counts and "waiver" not in clause


def causes(clauses: Sequence[Clause], *, strict: bool) -> list[Cause]:
    """The causes of all violations that no waiver excuses. Those that decide come first."""
    wrong = [clause for clause in clauses if clause["verdict"] == "violated" and "waiver" not in clause]
    leads_to: dict[str, Clause] = {}

    def first_of(clause: Clause) -> Clause:
        while clause["id"] in leads_to:
            clause = leads_to[clause["id"]]
        return clause

    def join(clause: Clause, cause: Clause) -> None:
        mine, other = first_of(clause), first_of(cause)
        if mine["id"] == other["id"]:
            return
        # What decides is never folded under what is only advice.
        if decides(mine, strict=strict) and not decides(other, strict=strict):
            mine, other = other, mine
        leads_to[mine["id"]] = other

    _by_what_it_rests_on(wrong, join)
    _by_lost_writes(wrong, join)
    _by_status(wrong, join)
    _by_field(wrong, join)
    _by_symptom(clauses, wrong, join)
    _by_operation(wrong, join)

    groups: dict[str, list[Clause]] = {}
    for clause in wrong:
        groups.setdefault(first_of(clause)["id"], []).append(clause)
    found = [
        _cause(clauses, next(c for c in members if c["id"] == first), members) for first, members in groups.items()
    ]
    counting = {clause["id"] for clause in wrong if decides(clause, strict=strict)}
    return sorted(found, key=lambda cause: cause["clause"] not in counting)


def _cause(clauses: Sequence[Clause], first: Clause, members: Sequence[Clause]) -> Cause:
    also = [clause["id"] for clause in members if clause["id"] != first["id"]]
    return {
        "headline": _headline(first, members),
        "clause": first["id"],
        "also": also,
        "blocked": blocked(clauses, [first["id"], *also]),
    }


def blocked(clauses: Iterable[Clause], by: Iterable[str]) -> list[str]:
    """The clauses that weren't exercised because of some, or because of one that wasn't because of them."""
    known, found = set(by), []
    resting = [clause for clause in clauses if clause.get("blocked_by")]
    while more := [c["id"] for c in resting if c["id"] not in known and c.get("blocked_by") in known]:
        known.update(more)
        found += more
    return found


def _headline(first: Clause, members: Sequence[Clause]) -> str:
    if sum(_symptom(clause) == MISSING for clause in members) > 1:
        codes = dict.fromkeys(clause["operation"] for clause in members if _symptom(clause) == MISSING)
        return f"The lists of {_and(list(codes))} leave out rows that belong in them."
    if _kind(first) == "response.no-server-error" and len(members) > 1:
        return f"{_and(list(dict.fromkeys(c['operation'] for c in members)))} fails with a server error (5xx)."
    codes = dict.fromkeys(clause["operation"] for clause in members if _kind(clause) == _kind(first))
    where = f" Broken by {_and(list(codes))}." if len(codes) > 1 else ""
    return f"{first['requirement']}{where}"


def _and(words: list[str]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def _kind(clause: Clause) -> str:
    """An id without its operation."""
    return clause["id"].removeprefix(f"{clause['operation']}.")


def _symptom(clause: Clause) -> str:
    return clause["counterexample"].get("symptom", "") if "counterexample" in clause else ""


def _by_what_it_rests_on(wrong: Sequence[Clause], join: Join) -> None:
    known = {(clause["operation"], _kind(clause)): clause for clause in wrong}
    for clause in wrong:
        kind = _kind(clause)
        rests = [on for pattern, kinds in RESTS if fnmatchcase(kind, pattern) for on in kinds if on != kind]
        if clause["family"] in ("relation", "combine"):
            field = kind.partition(".")[2]
            rests += [on for _, on in known if on == f"filter.{field}" or on.startswith(f"filter.{field}__")]
        if _symptom(clause) == MISSING:
            rests += [on for on in LISTS if on != kind]
        cause = next((known[clause["operation"], on] for on in rests if (clause["operation"], on) in known), None)
        if cause:
            join(clause, cause)


def _by_lost_writes(wrong: Sequence[Clause], join: Join) -> None:
    """A field that is kept wrongly breaks every update; updates that are lost break every field."""
    for code in dict.fromkeys(clause["operation"] for clause in wrong):
        mine = {_kind(clause): clause for clause in wrong if clause["operation"] == code}
        fields = [clause for kind, clause in mine.items() if kind.startswith(("write.field.", "write.part."))]
        update = mine.get("write.updates")
        if not update or not fields:
            continue
        cause = fields[0] if len(fields) == 1 else update
        for clause in (update, *fields, *(mine[kind] for kind in UPDATES if kind in mine)):
            join(clause, cause)


def _by_status(wrong: Sequence[Clause], join: Join) -> None:
    """What is shown by a server error is caused by that."""
    crashes = {c["operation"]: c for c in wrong if _kind(c) == "response.no-server-error"}
    for clause in wrong:
        status = _status(clause)
        if clause["operation"] in crashes and status is not None and status >= 500:
            join(clause, crashes[clause["operation"]])


def _status(clause: Clause) -> int | None:
    """The status of the last response that shows a violation."""
    answers = clause["counterexample"]["answers"] if "counterexample" in clause else []
    found = re.match(r"[1-5]\d\d\b", answers[-1]) if answers else None
    return int(found[0]) if found else None


def _by_field(wrong: Sequence[Clause], join: Join) -> None:
    """A clause about a field whose form is wrong in the responses of a list."""
    for cause in wrong:
        if _kind(cause) == "response.schema" and "counterexample" in cause:
            fields = set(_fields(cause["counterexample"]["observed"]))
            for clause in wrong:
                about = set(re.split(r"[.]|__", _kind(clause))[1:])
                if clause["family"] not in ("response", "auth") and fields & about:
                    join(clause, cause)


def _fields(observed: str) -> Iterator[str]:
    """The fields that are wrong, out of a text such as `/results/0/name: ...` or `"name" is a required property`."""
    path = re.match(r"((?:/[^/:\s]+)*): ", observed)
    if path:
        yield from (part for part in path[1].split("/")[1:] if not part.isdecimal())
    yield from re.findall(r'"(\w+)" is a required property', observed)


def _by_symptom(clauses: Sequence[Clause], wrong: Sequence[Clause], join: Join) -> None:
    """The same mistake in most of what was exercised of an operation's families is one mistake."""
    for code in dict.fromkeys(clause["operation"] for clause in wrong):
        lacking = [c for c in wrong if c["operation"] == code and _symptom(c) == MISSING]
        families = {clause["family"] for clause in lacking}
        tried = [
            c
            for c in clauses
            if c["operation"] == code and c["family"] in families and c["verdict"] in ("held", "violated")
        ]
        if len(lacking) > 2 and 2 * len(lacking) > len(tried):
            for clause in lacking[1:]:
                join(clause, lacking[0])


def _by_operation(wrong: Sequence[Clause], join: Join) -> None:
    """The same clause of several operations."""
    first: dict[str, Clause] = {}
    for clause in wrong:
        kind = _kind(clause)
        if kind in first:
            join(clause, first[kind])
        first.setdefault(kind, clause)

"""Merging the reports of a run that was split over several machines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from conformance.commands import options
from conformance.commands.terminal import summary
from conformance.reports import files, formats, past
from conformance.reports.fold import conclude
from conformance.reports.model import Clause, ExpectedGap, Gap, Header, Report, Statement, Timing, Waived, Waiver
from conformance.runner.config import Usage
from conformance.selection import Shard
from conformance.verdict import Verdict
from spec.command_line import FILE, argument, command, option

WORST_FIRST: tuple[Verdict, ...] = ("violated", "error", "held", "not-exercised", "skipped")
"""Verdicts by precedence, for a clause that several shards tried on responses of their own."""


def merge(reports: Sequence[Report]) -> Report:
    """The report that the run would have made unsplit. Raises Usage where the parts don't make a whole."""
    check(reports)
    first = min(reports, key=lambda report: report["started"])
    header = Header(
        event="header",
        format=first["format"],
        tool=first["tool"],
        document=first["document"],
        target=first["target"],
        embedded=first["embedded"],
        seed=first["seed"],
        settings={**first["settings"], "shard": None},
        started=first["started"],
        operations=first["operations"],
        waivers=[_as_given(waiver) for waiver in first["waivers"]],
        gaps=[_gap_as_given(gap) for gap in first.get("gaps", [])],
        clauses=[_statement(clause) for clause in first["clauses"]],
    )
    by_id = [{clause["id"]: clause for clause in report["clauses"]} for report in reports]
    sent: Counter[str] = Counter()
    for report in reports:
        sent.update(report["requests"]["by_operation"])
    stopped = "; ".join(f"shard {r['settings']['shard']}: {r['stopped']}" for r in reports if r["stopped"])
    ends = [report["finished"] for report in reports]
    return conclude(
        header,
        [_merged([clauses[statement["id"]] for clauses in by_id]) for statement in header["clauses"]],
        _timings(reports),
        sent,
        finished=None if None in ends else max(end for end in ends if end),
        stopped=stopped or None,
        notes=list(dict.fromkeys(note for report in reports for note in report["notes"])),
    )


def check(reports: Sequence[Report]) -> None:
    """Raises Usage unless the reports are all the shards of one run."""
    for name, values in (
        ("documents", {report["document"]["sha256"] for report in reports}),
        ("targets", {report["target"] for report in reports if not report["embedded"]}),
        ("seeds", {report["seed"] for report in reports}),
        ("versions of the tool", {report["tool"]["version"] for report in reports}),
    ):
        if len(values) > 1:
            raise Usage(f"The reports are of different {name}: {', '.join(sorted(map(str, values)))}.")
    settings = [{**report["settings"], "shard": None} for report in reports]
    if any(other != settings[0] for other in settings):
        raise Usage("The reports are of runs with different options, so they aren't shards of one run.")
    shards = [report["settings"]["shard"] for report in reports]
    if None in shards:
        raise Usage("One of the reports is of a whole run, not of a shard (--shard I/N).")
    parsed = [Shard.parse(shard) for shard in shards if shard]
    of = parsed[0].of
    missing = sorted(set(range(1, of + 1)) - {shard.index for shard in parsed if shard.of == of})
    if missing or len(parsed) != of:
        lacking = f" Missing: {', '.join(f'{index}/{of}' for index in missing)}." if missing else ""
        raise Usage(f"Given are the shards {', '.join(map(str, parsed))}; each of {of} is needed once.{lacking}")


def _merged(clauses: list[Clause]) -> Clause:
    tried = [clause for clause in clauses if clause.get("reason_code") != "other-shard"] or clauses[:1]
    worst = min(tried, key=lambda clause: WORST_FIRST.index(clause["verdict"]))
    merged: Clause = {
        **worst,
        "witnesses": sum(clause["witnesses"] for clause in tried if clause["verdict"] == worst["verdict"]),
        "requests": sum(clause["requests"] for clause in tried),
        "seconds": round(sum(clause["seconds"] for clause in tried), 3),
    }
    merged.pop("waiver", None)
    return merged


def _as_given(waived: Waived) -> Waiver:
    waiver = Waiver(clause=waived["clause"], reason=waived["reason"], owner=waived["owner"], expires=waived["expires"])
    if "target" in waived:
        waiver["target"] = waived["target"]
    if "issue" in waived:
        waiver["issue"] = waived["issue"]
    return waiver


def _gap_as_given(expected: ExpectedGap) -> Gap:
    gap = Gap(clause=expected["clause"], reason=expected["reason"])
    if "target" in expected:
        gap["target"] = expected["target"]
    return gap


def _statement(clause: Clause) -> Statement:
    statement = Statement(
        id=clause["id"],
        level=clause["level"],
        operation=clause["operation"],
        family=clause["family"],
        requirement=clause["requirement"],
        source=clause["source"],
        location=clause["location"],
        writes=clause["writes"],
    )
    if "basis" in clause:
        statement["basis"] = clause["basis"]
    if "exercised_at" in clause:
        statement["exercised_at"] = clause["exercised_at"]
    return statement


def _timings(reports: Sequence[Report]) -> dict[str, Timing]:
    """The timings of all shards. Counts and extremes are exact; a median of medians is an estimate."""
    found: dict[str, Timing] = {}
    for code in sorted({code for report in reports for code in report["timings"]}):
        parts = [report["timings"][code] for report in reports if code in report["timings"]]
        weights = [sum(part["histogram"]) for part in parts]
        answers: Counter[str] = Counter()
        for part in parts:
            answers.update(part["answers"])
        spreads = [part["milliseconds"] for part in parts]
        found[code] = {
            "answers": dict(sorted(answers.items())),
            "milliseconds": {
                "min": min(spread["min"] for spread in spreads),
                "median": _mean([spread["median"] for spread in spreads], weights),
                "p95": _mean([spread["p95"] for spread in spreads], weights),
                "max": max(spread["max"] for spread in spreads),
            },
            "histogram": [sum(column) for column in zip(*(part["histogram"] for part in parts), strict=True)],
        }
    return found


def _mean(values: list[float], weights: list[int]) -> float:
    return round(sum(v * w for v, w in zip(values, weights, strict=True)) / sum(weights), 1)


@command(
    epilog="""\
The exit code is that of the whole run; 2 when a shard is missing or the reports don't fit together.

example:
  seller-contract merge shard-1 shard-2 shard-3
"""
)
@argument("shards", nargs=-1, required=True, type=FILE, help="report.json, events.ndjson, or a folder with either")
@option(
    "--report", "folder", type=FILE, default=Path("report"), metavar="DIR", show_default=True, help="folder to write to"
)
@options.history
@options.add_to_history
def merge_command(shards: tuple[Path, ...], folder: Path, history: Path | None, add_to_history: bool) -> int:
    """Make one report of all the shards of a run (--shard I/N)."""
    report = merge([files.read(path) for path in shards])
    earlier = options.past_of(report, history, may_be_first=add_to_history)
    summary(report)
    sources = [path if path.is_dir() else path.parent for path in shards]
    paths = formats.write_all(folder, report, earlier, sources=sources)
    if history and add_to_history and report["complete"]:
        past.add(history, report)
    print("report:", ", ".join(str(path) for path in paths))
    return report["exit_code"]

"""`python -m conformance replay REPORT [CLAUSE]`: are the violations of a report still there?

The recorded requests that only read are sent again as they stand, and their answers held against the
recorded ones; then the clause's own law judges afresh, so that the verdict doesn't hang on data that moved.
"""

from __future__ import annotations

import argparse
import shlex
import tempfile
import urllib.parse
from dataclasses import replace
from pathlib import Path

import spec
from conformance.commands import run as conform
from conformance.commands.options import Options, Usage, parse
from conformance.reports.files import read
from conformance.reports.model import Clause, Report
from conformance.reports.text import one_line, storable, visible
from conformance.selection import matches
from conformance.transport.errors import NotSent, Stopped
from conformance.transport.exchange import Credential, Request
from conformance.transport.pace import Limits
from conformance.transport.target import Target
from conformance.verdict import LONGEST_ANSWER, Outcome
from spec import Contract

STILL, GONE, UNTOLD = "still violated", "no longer violated", "can't tell"


class Quiet:
    """Watches a run and says nothing."""

    def __enter__(self) -> Quiet:
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing to let go of."""

    def started(self, clause: spec.Clause) -> None:
        """A clause is being tried."""

    def concluded(self, outcome: Outcome) -> None:
        """A clause has its verdict."""


def from_curl(line: str, operation: str) -> Request | None:
    """The request of a curl line as reports write it; None for a line that isn't one, or was cut."""
    try:
        words = shlex.split(line)
    except ValueError:
        return None
    if words[:1] != ["curl"] or len(words) < 4:
        return None
    method, headers, body, credential = "GET", [], None, Credential.MISSING
    # Within double quotes the shell's own quotes are gone once the line is split.
    variants = {variant.value.replace('"', ""): variant for variant in Credential if variant is not Credential.MISSING}
    options = iter(words[1:-1])
    for option in options:
        if option == "-X":
            method = next(options, "GET")
        elif option in ("--data-binary", "--data-raw"):
            body = next(options, "").encode()
        elif option == "-H":
            name, colon, value = next(options, "").partition(":")
            # Content-Type is added again by the target; the key's header is known by its value.
            if not colon:
                credential = Credential.EMPTY
            elif value.strip() in variants:
                credential = variants[value.strip()]
            elif (name, value.strip()) != ("Content-Type", "application/json"):
                headers.append((name, value.strip()))
    url = urllib.parse.urlsplit(words[-1])
    if url.scheme not in ("http", "https"):
        return None
    query = tuple(urllib.parse.parse_qsl(url.query, keep_blank_values=True))
    return Request(operation, method, url.path, query, tuple(headers), body, credential)


def resend(target: Target, clause: Clause) -> list[str]:
    """Send the recorded requests again; one line for each says how it went."""
    example = clause["counterexample"]
    lines: list[str] = []
    for number, (line, recorded) in enumerate(zip(example["requests"], example["answers"], strict=True), 1):
        request = from_curl(line, clause["operation"])
        if request is None:
            lines.append(f"  request {number}: was cut in the report, not sent")
            continue
        try:
            response = target.send(request)
        except NotSent:
            lines.append(f"  request {number}: would write, not sent")
            continue
        now = storable(target.redact(response.shown(), LONGEST_ANSWER))
        same = "as recorded" if now == recorded else f"differs: was {recorded[:3]}, now {one_line(now, 100)}"
        lines.append(f"  request {number}: {response.status}, {same}")
    return lines


def judge(contract: Contract, options: Options, wanted: list[Clause]) -> Report:
    """The report of a run of nothing but the wanted clauses."""
    with tempfile.TemporaryDirectory() as folder:
        only = tuple(clause["id"] for clause in wanted)
        return conform.run(contract, replace(options, only=only, report=Path(folder)), lambda *_: Quiet())


def main(argv: list[str]) -> int:
    """Exit code 0 when none is violated any more, 1 when one is, 2 when it can't be told."""
    parser = argparse.ArgumentParser(
        prog="python -m conformance replay",
        description="Send the counterexamples of a report again and say whether they still fail.",
        epilog="The target, the seed and whether writes are allowed are those of the report. exit codes: 0 none is "
        "violated any more; 1 one is; 2 it can't be told.",
    )
    parser.add_argument("report", type=Path, help="report.json, events.ndjson, or a folder with either")
    parser.add_argument("clause", nargs="?", default="*", help="a clause, a prefix or a glob (default: all violations)")
    parser.add_argument("--base-url", metavar="URL", help="another target than the report's")
    parser.add_argument("--spec", type=Path, default=spec.DEFAULT, metavar="FILE", help="default: spec/openapi.yaml")
    parser.add_argument("--rate", metavar="N/s", help="requests a second")
    given = parser.parse_args(argv)
    report, contract = read(given.report), spec.load(given.spec)
    wanted = [c for c in report["clauses"] if c["verdict"] == "violated" and matches(c["id"], given.clause)]
    if not wanted:
        raise Usage(f"{given.report} has no violation" + ("." if given.clause == "*" else f" of {given.clause}."))
    options = _options(given, report)
    print(visible(f"{len(wanted)} of the report of {report['started'][:16]} on {options.base_url or 'the sandbox'}"))
    if contract.sha256 != report["document"]["sha256"]:
        print("The document has changed since; what is judged is what it says now.")
    with conform.server(options, contract) as (base_url, key):
        again = {clause["id"]: clause for clause in judge(contract, options, wanted)["clauses"]}
        limits = Limits(options.rate, timeout=options.timeout)
        target = Target(base_url, contract, key, limits, verify=options.ca_bundle or True)
        found: list[str] = []
        try:
            for clause in wanted:
                found.append(_verdict(again.get(clause["id"])))
                print("\n".join([visible(f"{clause['id']}: {found[-1]}"), *map(visible, _resent(target, clause))]))
        finally:
            target.close()
    if STILL in found:
        return 1
    return 2 if any(text.startswith(UNTOLD) for text in found) else 0


def _options(given: argparse.Namespace, report: Report) -> Options:
    url = given.base_url or (None if report["embedded"] else report["target"])
    arguments = [*([url] if url else []), "--spec", str(given.spec), "--seed", str(report["seed"]), "--no-schemathesis"]
    arguments.append("--writes" if report["settings"]["writes"] else "--no-writes")
    rate = given.rate or report["settings"]["rate"]
    return parse([*arguments, *(["--rate", str(rate)] if rate else [])])


def _resent(target: Target, clause: Clause) -> list[str]:
    try:
        return resend(target, clause)
    except Stopped as stopped:
        return [f"  {stopped}"]


def _verdict(clause: Clause | None) -> str:
    if clause is None:
        return f"{UNTOLD}: the document has no such clause any more"
    if clause["verdict"] == "violated":
        return STILL
    if clause["verdict"] == "held":
        return GONE
    return f"{UNTOLD}: {clause['verdict']}, {clause.get('reason', '')}"

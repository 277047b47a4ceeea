"""Checking whether the violations of a report are still there.

Recorded requests that only read are sent again unchanged, and their responses are compared with the recorded ones.
Then the clause's law judges again, because the data may have changed since.
"""

from __future__ import annotations

import itertools
import shlex
import urllib.parse
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from conformance.commands import options
from conformance.commands.options import EMBEDDED
from conformance.commands.run import served
from conformance.reports import evidence
from conformance.reports.files import read
from conformance.reports.model import Clause
from conformance.reports.text import one_line, storable, visible
from conformance.runner.config import Config, Usage
from conformance.runner.record import excerpt
from conformance.runner.whole import run
from conformance.selection import matches
from conformance.transport.errors import NotSent, Stopped
from conformance.transport.exchange import Credential, Exchange, Request
from conformance.transport.key_place import KeyPlace, key_places
from conformance.transport.target import Target
from spec.command_line import FILE, argument, command, option

STILL, GONE, INCONCLUSIVE = "still violated", "no longer violated", "can't tell"


def from_curl(
    line: str, operation: str, places: Sequence[KeyPlace], variable: str, folder: Path = Path()
) -> Request | None:
    """The request of a curl line as reports write it; None for a line that isn't one, was cut, or lacks its body.

    `places` are those of the key in the operation's requests. `folder` is the report's: bodies are in files there.
    """
    try:
        words = shlex.split(line)
    except ValueError:
        return None
    if words[:1] != ["curl"] or len(words) < 4:
        return None
    method, headers, body, credential = "GET", [], None, Credential.MISSING
    # Splitting the line removes the shell's quotes, from the known options as well.
    options = ((kind, place.option(kind, variable)) for kind in Credential for place in places)
    variants = {tuple(shlex.split(option)): kind for kind, option in options if option}
    given = iter(words[1:-1])
    for one in given:
        if one in ("-H", "-b", "-u", "--url-query"):
            value = next(given, "")
            if (one, value) in variants:
                credential = variants[one, value]
                continue
            given = itertools.chain([value], given)
        if one == "-X":
            method = next(given, "GET")
        elif one == "--head":
            method = "HEAD"
        elif one in ("--data-binary", "--data-raw"):
            data = next(given, "")
            body = evidence.body(folder, data[1:]) if one == "--data-binary" and data[:1] == "@" else data.encode()
            if body is None:
                return None
        elif one == "-H":
            name, colon, value = next(given, "").partition(":")
            # Content-Type is added again by the target.
            if not colon:
                headers.append((name.removesuffix(";"), ""))
            elif (name, value.strip()) != ("Content-Type", "application/json"):
                headers.append((name, value.strip()))
    url = urllib.parse.urlsplit(words[-1])
    if url.scheme not in ("http", "https"):
        return None
    query = tuple(urllib.parse.parse_qsl(url.query, keep_blank_values=True))
    return Request(operation, method, url.path, query, tuple(headers), body, credential)


def resend(target: Target, clause: Clause, folder: Path) -> list[str]:
    """Send the recorded requests again; returns one line about each."""
    example = clause["counterexample"]
    lines: list[str] = []
    for number, (line, recorded) in enumerate(zip(example["requests"], example["answers"], strict=True), 1):
        places = key_places(target.contract, clause["operation"], target.key)
        request = from_curl(line, clause["operation"], places, target.key_variable, folder)
        if request is None:
            lines.append(f"  request {number}: isn't whole in the report, not sent")
            continue
        try:
            response = target.send(request)
        except NotSent:
            lines.append(f"  request {number}: would write, not sent")
            continue
        now = storable(excerpt(target, Exchange(request, response), f"{example['expected']}\n{example['observed']}"))
        same = "as recorded" if now == recorded else f"differs: was {recorded[:3]}, now {one_line(now, 100)}"
        lines.append(f"  request {number}: {response.status}, {same}")
    return lines


@command(
    epilog="""\
The target, the seed and whether writes are allowed are those of the report.

exit codes: 0 none is violated any more; 1 one is; 2 it can't be told

examples:
  seller-contract replay report
  seller-contract replay report PRD102.filter
"""
)
@argument("folder", metavar="REPORT", type=FILE, help="report.json, events.ndjson, or a folder with either")
@argument("clause", default="*", help="a clause, a prefix or a glob (default: all violations)")
@option("--base-url", metavar="URL", help="another target than the report's")
@options.document
@options.rate
@options.security
@options.ca_bundle
def replay(
    folder: Path,
    clause: str,
    base_url: str | None,
    document: Path,
    rate: float | None,
    security: str | None,
    ca_bundle: Path | None,
) -> int:
    """Send the counterexamples of a report again and say whether they still fail."""
    report = read(folder)
    beside = folder if folder.is_dir() else folder.parent
    wanted = [c for c in report["clauses"] if c["verdict"] == "violated" and matches(c["id"], clause)]
    if not wanted:
        raise Usage(f"{folder} has no violation" + ("." if clause == "*" else f" of {clause}."))
    embedded = report["embedded"] and base_url is None
    config = Config(
        base_url or (EMBEDDED if embedded else report["target"]),
        document,
        writes=report["settings"]["writes"],
        seed=report["seed"],
        rate=rate or report["settings"]["rate"],
        security=security,
        ca_bundle=ca_bundle,
        schemathesis=False,
        embedded=embedded,
    )
    contract = config.contract()
    known = {one.id for one in contract.clauses}
    config = replace(config, only=tuple(c["id"] for c in wanted if c["id"] in known))
    where = "the sandbox" if embedded else config.base_url
    print(visible(f"{len(wanted)} of the report of {report['started'][:16]} on {where}"))
    if contract.sha256 != report["document"]["sha256"]:
        print("The document has changed since; what is judged is what it says now.")
    with served(contract, config) as serving:
        again = {c["id"]: c for c in run(serving)["clauses"]} if config.only else {}
        target = Target(
            serving.base_url,
            contract,
            serving.key(contract),
            serving.clean_up_limits,
            verify=serving.verify,
            second_key=serving.other_key(contract),
        )
        found: list[str] = []
        try:
            for one in wanted:
                found.append(_verdict(again.get(one["id"])))
                print("\n".join([visible(f"{one['id']}: {found[-1]}"), *map(visible, _resent(target, one, beside))]))
        finally:
            target.close()
    if STILL in found:
        return 1
    return 2 if any(text.startswith(INCONCLUSIVE) for text in found) else 0


def _resent(target: Target, clause: Clause, folder: Path) -> list[str]:
    try:
        return resend(target, clause, folder)
    except Stopped as stopped:
        return [f"  {stopped}"]


def _verdict(clause: Clause | None) -> str:
    if clause is None:
        return f"{INCONCLUSIVE}: the document has no such clause any more"
    if clause["verdict"] == "violated":
        return STILL
    if clause["verdict"] == "held":
        return GONE
    return f"{INCONCLUSIVE}: {clause['verdict']}, {clause.get('reason', '')}"

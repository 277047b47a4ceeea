"""The command line of the comparison; the generator's command is the same, with the package compared as well."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from spec.diff import as_json, inputs, markdown, render, waivers
from spec.diff.code import Code
from spec.diff.comparison import compare
from spec.diff.report import Report
from spec.problems import SpecError
from spec.source import Source

_FORMATS: dict[str, Callable[[Report], str]] = {
    "text": render.text,
    "json": as_json.as_json,
    "markdown": markdown.markdown,
    "github": render.github,
    "changelog": markdown.changelog,
}
_AUDIENCES = ("callers", "servers", "python", "any")
_WARNINGS = 20

CompareCode = Callable[[Source, Source], Code | None]


def main(argv: list[str], *, prog: str = "python -m spec diff", compare_code: CompareCode | None = None) -> int:
    """Exit code 0 nothing breaks, 1 something does, 2 usage or a document that can't be read."""
    parser = _parser(prog, compare_code is not None)
    options = parser.parse_args(argv)
    if options.fail_on == "python" and compare_code is None:
        parser.error("this command doesn't generate packages: python -m generator diff judges by them")
    if options.old == options.new == "-":
        parser.error("standard input can be one of the two documents, not both")
    opened = [_open(name) for name in (options.old, options.new)]
    known = _waivers(options.waivers)
    if known is None or opened[0] is None or opened[1] is None:
        return 2
    old, new = opened[0], opened[1]
    try:
        comparison = compare(old, new)
        code = compare_code(old, new) if compare_code is not None and old.data != new.data else None
    except SpecError as error:
        print(error, file=sys.stderr)
        return 2
    today = datetime.now(UTC).date()
    report = Report(comparison, code, tuple(waivers.judge(known, comparison.changes, today)))
    _warn(report)
    print(_FORMATS[options.format](report))
    return _exit_code(report, options.fail_on, check_version=options.check_version)


def _parser(prog: str, packages: bool) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=prog,
        description="Compare two documents by what they mean: what changed, whom it breaks, and why.",
        epilog="Exit code 0: nothing breaks; 1: something does, the version wasn't raised, or a waiver is stale; "
        "2: wrong usage, or a document that can't be read. spec/diff/README.md lists the rules.",
    )
    document = "a file, REV:path of git, or - for standard input"
    parser.add_argument("old", help=document)
    parser.add_argument("new", help=document)
    parser.add_argument("--format", choices=_FORMATS, default="text")
    judged = "callers and their Python code" if packages else "callers and the names in generated code"
    parser.add_argument(
        "--fail-on", choices=_AUDIENCES, help=f"whose breaking makes the exit code 1 (default: {judged})"
    )
    parser.add_argument(
        "--check-version", action="store_true", help="exit code 1 as well when info.version wasn't raised far enough"
    )
    parser.add_argument(
        "--waivers", type=Path, help="a YAML or TOML file of changes that are wanted although they break"
    )
    return parser


def _open(name: str) -> Source | None:
    try:
        return inputs.open_document(name)
    except SpecError as error:
        print(error, file=sys.stderr)
        return None


def _waivers(path: Path | None) -> list[waivers.Waiver] | None:
    try:
        return [] if path is None else waivers.load(path)
    except waivers.WaiversError as error:
        print(error, file=sys.stderr)
        return None


def _warn(report: Report) -> None:
    found = report.comparison.warnings
    for problem in found[:_WARNINGS]:
        print(f"warning: {problem.location}: {problem.message}", file=sys.stderr)
    if len(found) > _WARNINGS:
        print(f"warning: {len(found) - _WARNINGS} more problems", file=sys.stderr)


def _exit_code(report: Report, fail_on: str | None, *, check_version: bool) -> int:
    python = "python" if report.code is not None else "names"
    audiences = {
        None: ("callers", python),
        "callers": ("callers",),
        "servers": ("servers",),
        "python": ("python",),
        "any": ("callers", "servers", python),
    }[fail_on]
    failed = any(report.unexcused(audience) for audience in audiences)
    for judged in report.waivers:
        if judged.state != "used":
            print(judged, file=sys.stderr)
            failed = True
    if check_version and report.version_raised is not True:
        print(_version_problem(report), file=sys.stderr)
        failed = True
    return int(failed)


def _version_problem(report: Report) -> str:
    old, new = report.comparison.old.version, report.comparison.new.version
    if report.version_raised is None:
        return f"info.version was {old!r} and is {new!r}: versions like 1.2.3 can be checked"
    wanted = f"the changes are {report.level}, so it must be {report.next_version} or later"
    return f"info.version was {old} and is {new}: {wanted}"

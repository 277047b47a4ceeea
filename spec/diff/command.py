"""The command line of the comparison; the generator's command is the same, with the package compared as well."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import click

from spec.command_line import FILE, USAGE, argument, command, option
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

_EPILOG = """\
exit codes: 0 nothing breaks; 1 something does, the version wasn't raised, or a waiver is stale; 2 wrong usage, or a
document that can't be read

examples:
  seller-contract spec diff old.yaml new.yaml
  seller-contract spec diff main:openapi.yaml openapi.yaml --format markdown
  seller-contract diff old.yaml new.yaml                    the generated packages are compared as well

spec/diff/README.md lists the rules.
"""

CompareCode = Callable[[Source, Source], Code | None]


def diff_command(compare_code: CompareCode | None = None) -> click.Command:
    """The command that compares two documents; with `compare_code` it compares the generated packages as well."""
    judged = "callers and their Python code" if compare_code else "callers and the names in generated code"

    @command(epilog=_EPILOG)
    @argument("old", metavar="OLD", help="a file, REV:path of git, or - for standard input")
    @argument("new", metavar="NEW", help="the same")
    @option("--format", "form", type=click.Choice(tuple(_FORMATS)), default="text", show_default=True)
    @option(
        "--fail-on",
        type=click.Choice(_AUDIENCES),
        help=f"whose breaking makes the exit code 1 (default: {judged})",
    )
    @option("--check-version", is_flag=True, help="exit code 1 as well when info.version wasn't raised far enough")
    @option("--waivers", type=FILE, help="a YAML or TOML file of changes that are wanted although they break")
    def diff(old: str, new: str, form: str, fail_on: str | None, check_version: bool, waivers: Path | None) -> int:
        """Compare the meaning of two documents: what changed, who is affected, and why."""
        if fail_on == "python" and compare_code is None:
            raise click.UsageError(
                "this command doesn't generate packages: python -m generator diff (seller-contract diff) judges by them"
            )
        if old == new == "-":
            raise click.UsageError("standard input can be one of the two documents, not both")
        return _compared((old, new), form, fail_on, waivers, compare_code, check_version=check_version)

    return diff


def _compared(
    names: tuple[str, str],
    form: str,
    fail_on: str | None,
    waived: Path | None,
    compare_code: CompareCode | None,
    *,
    check_version: bool,
) -> int:
    """Print the comparison; returns the exit code."""
    opened = [_open(name) for name in names]
    known = _waivers(waived)
    if known is None or opened[0] is None or opened[1] is None:
        return USAGE
    old, new = opened[0], opened[1]
    try:
        comparison = compare(old, new)
        code = compare_code(old, new) if compare_code is not None and old.data != new.data else None
    except SpecError as error:
        print(error, file=sys.stderr)
        return USAGE
    today = datetime.now(UTC).date()
    judged = waivers.judge(known, comparison.changes, code.symbols if code is not None else (), today)
    report = Report(comparison, code, tuple(judged))
    _warn(report)
    print(_FORMATS[form](report))
    return _exit_code(report, fail_on, check_version=check_version)


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


command_of_spec = diff_command()
"""`python -m spec diff` and `seller-contract spec diff`."""

"""The commands on a document: is it valid, what changed between two versions, and what does a server's own mean?"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import click

from spec.command_line import FILE, SETTINGS, USAGE, Group, argument, command, run
from spec.problems import UnopenedError
from spec.reader import DEFAULT
from spec.validate import Verdict, validate

_COMMANDS = {
    "validate": ("spec.commands:validate_command", "Is a document valid, its x- extensions included?"),
    "diff": ("spec.diff.command:command_of_spec", "What changed between two documents, and whom does it break?"),
    "import": ("spec.importing.command:import_command", "What do the parameters and fields of a document mean?"),
}


@command(
    epilog="""\
exit codes: 0 valid; 1 not; 2 wrong usage, or a file that can't be opened

examples:
  seller-contract spec validate                  the document that comes along
  seller-contract spec validate openapi.yaml     a document of yours; several are checked one by one
"""
)
@argument(
    "files",
    nargs=-1,
    type=FILE,
    metavar="[FILE]...",
    help="documents, YAML or JSON (default: the one that comes along)",
)
def validate_command(files: tuple[Path, ...]) -> int:
    """Validate OpenAPI documents and their x- extensions.

    Each problem is printed as file:line:column, what is wrong, and what to do.
    """
    return max(_validated(file) for file in files or (DEFAULT,))


def _validated(file: Path) -> int:
    """Print the problems of a document, or a summary of it; returns the exit code."""
    try:
        verdict = validate(file)
    except UnopenedError as error:
        print(error, file=sys.stderr)
        return USAGE
    for problem in (*verdict.problems, *verdict.unread):
        print(problem, file=sys.stderr)
    if verdict.large:
        print("large: checked against OpenAPI's JSON Schema, but not by openapi-spec-validator", file=sys.stderr)
    if verdict.problems:
        count = len(verdict.problems)
        print(f"{verdict.problems[0].location.file}: {count} problem{'s' if count > 1 else ''}", file=sys.stderr)
        return 1
    print(_summary(verdict))
    return 0


def _summary(verdict: Verdict) -> str:
    contract = verdict.contract
    if contract is None:
        return ""
    documented = sum(clause.level == "documented" for clause in contract.clauses)
    return (
        f"{contract.file}: valid OpenAPI {contract.openapi}, {len(contract.operations)} operations, "
        f"{len(contract.clauses)} clauses ({documented} documented, {len(contract.clauses) - documented} inferred)"
    )


commands = Group(
    "spec",
    late=_COMMANDS,
    context_settings=SETTINGS,
    help="Validate an OpenAPI document and its x- extensions; compare two documents; import a server's own.",
)
"""The commands of this package, as `seller-contract spec` has them."""


def main(argv: Sequence[str] | None = None) -> int:
    """Exit code 0 valid, 1 not, 2 usage (also a file that can't be opened)."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    known: click.Command = commands if arguments[:1] and arguments[0] in _COMMANDS else validate_command
    return run(known, arguments, "python -m spec")

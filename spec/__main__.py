"""`python -m spec`: is the document valid? `python -m spec diff OLD NEW`: what changed, and does it break anybody?"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from spec import diff
from spec.problems import UnopenedError
from spec.reader import DEFAULT
from spec.validate import Verdict, validate


def main(argv: list[str] | None = None) -> int:
    """Exit code 0 valid, 1 not, 2 usage (also a file that can't be opened)."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    if arguments[:1] == ["diff"]:
        return diff.main(arguments[1:])
    parser = argparse.ArgumentParser(
        prog="python -m spec",
        description="Validate an OpenAPI document and the x- extensions that say what it means.",
        epilog="Each problem is printed as file:line:column, what is wrong, and what to do. "
        "`python -m spec diff OLD NEW` compares two documents. spec/README.md explains the extensions.",
    )
    parser.add_argument("file", nargs="?", type=Path, default=DEFAULT, help="the document (default: spec/openapi.yaml)")
    file: Path = parser.parse_args(arguments).file
    try:
        verdict = validate(file)
    except UnopenedError as error:
        print(error, file=sys.stderr)
        return 2
    for problem in verdict.problems:
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


if __name__ == "__main__":
    sys.exit(main())

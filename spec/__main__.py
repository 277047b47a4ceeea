"""`python -m spec`: is the document valid? `python -m spec diff OLD NEW`: what changed, and does it break anybody?"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from spec import DEFAULT, load, validate


def main(argv: list[str] | None = None) -> int:
    """Exit code 0 valid, 1 not, 2 usage."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    if arguments[:1] == ["diff"]:
        from spec import diff  # noqa: PLC0415 -- only this command needs it

        return diff.main(arguments[1:])
    parser = argparse.ArgumentParser(
        prog="python -m spec",
        description="Validate an OpenAPI document and the x- extensions that say what it means.",
        epilog="Each problem is printed as file:line:column, what is wrong, and what to do. "
        "`python -m spec diff OLD NEW` compares two documents. spec/README.md explains the extensions.",
    )
    parser.add_argument("file", nargs="?", type=Path, default=DEFAULT, help="the document (default: spec/openapi.yaml)")
    file: Path = parser.parse_args(arguments).file
    found = validate.problems(file)
    for problem in found:
        print(problem, file=sys.stderr)
    if found:
        print(f"{file}: {len(found)} problem{'s' if len(found) > 1 else ''}", file=sys.stderr)
        return 1
    contract = load(file)
    documented = sum(clause.level == "documented" for clause in contract.clauses)
    print(
        f"{contract.file}: valid OpenAPI {contract.openapi}, {len(contract.operations)} operations, "
        f"{len(contract.clauses)} clauses ({documented} documented, {len(contract.clauses) - documented} inferred)"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())

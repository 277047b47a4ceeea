"""`python -m conformance explain CLAUSE`: what a clause demands, how it is checked, and what to do about it."""

from __future__ import annotations

import argparse
import difflib
import inspect
import sys
import textwrap
from pathlib import Path

import spec
from conformance.commands.options import Usage
from conformance.laws import LAWS
from conformance.laws.responses import Evidence, evidence_laws
from conformance.reports.text import visible
from conformance.sandbox.faults import faults as sandbox_faults
from conformance.selection import matches
from spec import Clause, Contract

MOST = 12
"""Clauses explained at full length; more are listed."""


def explain(contract: Contract, clause: Clause) -> str:
    """A clause in words."""
    operation = contract.by_code[clause.operation]
    parts = [
        f"{clause.id}  ({clause.level})",
        clause.requirement,
        f"Operation: {operation.method} {operation.path} ({operation.summary})",
        f"Stands in: {clause.location}",
        _labelled("The page says" if clause.level == "documented" else "Decided because", clause.source),
        _labelled("Checked by", how(contract, clause)),
        _labelled("Catches", "\n".join(faults(contract, clause)) or "no fault of the sandbox yet"),
        "Decides the exit code: " + ("yes" if clause.level == "documented" else "only with --strict"),
        f"Changes data: {'yes; needs --writes' if clause.writes else 'no'}",
        f"Try it alone: python -m conformance BASE_URL --only {clause.id}",
        _labelled("Waive it (--waivers FILE)", _waiver(clause)),
    ]
    return visible("\n".join(parts))


def how(contract: Contract, clause: Clause) -> str:
    """How a clause is checked: what its law says of itself."""
    law = {**LAWS, **evidence_laws(Evidence(contract))}.get(clause.kind)
    if law is None:
        return "there is no law for it yet"
    about = law.__doc__ or inspect.getdoc(inspect.getmodule(law)) or ""
    return " ".join(about.split())


def faults(contract: Contract, clause: Clause) -> list[str]:
    """The faults of the sandbox that break a clause, each as its id and what it does."""
    return [f"{fault.id}: {fault.description}" for fault in sandbox_faults(contract) if fault.clause == clause.id]


def _waiver(clause: Clause) -> str:
    return "\n".join(
        [
            "waivers:",
            f"  - clause: {clause.id}",
            "    reason: why it is excused",
            "    owner: who sees to it",
            "    expires: 2030-01-31",
        ]
    )


def _labelled(label: str, text: str) -> str:
    return f"{label}:\n" + textwrap.indent(text, "    ")


def find(contract: Contract, wanted: str) -> list[Clause]:
    """The clauses that an id, a prefix or a glob names. Raises Usage with the nearest ids where none does."""
    found = [clause for clause in contract.clauses if matches(clause.id, wanted)]
    if not found:
        near = difflib.get_close_matches(wanted, [clause.id for clause in contract.clauses], n=3, cutoff=0.5)
        hint = (
            f" Did you mean {' or '.join(near)}?" if near else " `python -m conformance --plan` names the operations."
        )
        raise Usage(f"The document has no clause {wanted}.{hint}")
    return found


def main(argv: list[str]) -> int:
    """Exit code 0, or 2 for a clause that there isn't."""
    parser = argparse.ArgumentParser(
        prog="python -m conformance explain",
        description="What a clause demands, how it is checked, which fault it catches, and how to waive it.",
        epilog="example: python -m conformance explain PRD102.page.disjoint",
    )
    parser.add_argument("clause", help="a clause's id, a prefix of ids up to a dot, or a glob")
    parser.add_argument("--spec", type=Path, default=spec.DEFAULT, metavar="FILE", help="default: spec/openapi.yaml")
    given = parser.parse_args(argv)
    contract = spec.load(given.spec)
    found = find(contract, given.clause)
    if len(found) > MOST:
        width = max(len(clause.id) for clause in found)
        print("\n".join(visible(f"{clause.id:<{width}}  {clause.requirement}") for clause in found))
        print(f"{len(found)} clauses; name one, or a longer prefix, to have it explained", file=sys.stderr)
        return 0
    print("\n\n".join(explain(contract, clause) for clause in found))
    return 0

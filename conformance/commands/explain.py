"""Explains a clause: its requirement, its law, the faults that it finds, and a waiver for it."""

from __future__ import annotations

import inspect
import sys
import textwrap
from pathlib import Path

from conformance.commands import options
from conformance.laws import LAWS, accounts
from conformance.plugins.loading import load
from conformance.reports.text import visible
from conformance.runner.config import Usage, nearest
from conformance.sandbox.faults import faults as sandbox_faults
from conformance.selection import matches
from spec import Clause, Contract
from spec.command_line import argument, command
from spec.model import BasisKind

MOST = 12
"""So many clauses are explained at full length. More are listed."""


BASES: dict[BasisKind, str] = {
    "sentence": "The document says",
    "type": "Follows from the type",
    "bound": "Follows from the bound",
    "default": "Follows from the default",
    "example": "Follows from the example",
    "declaration": "Follows from the declaration",
    "term": "Follows from what the word means",
    "standard": "Follows from the standard",
    "decision": "Decided because",
}


def explain(contract: Contract, clause: Clause) -> str:
    """The whole explanation of one clause."""
    operation = contract.by_code[clause.operation]
    parts = [
        f"{clause.id}  ({clause.level})",
        clause.requirement,
        f"Operation: {operation.method} {operation.path} ({operation.summary})",
        f"Stands in: {clause.location}",
        _labelled(BASES[clause.basis.kind], clause.basis.text),
        _labelled("Checked by", how(clause)),
        _labelled("Catches", "\n".join(faults(contract, clause)) or "no fault of the sandbox yet"),
        "Decides the exit code: " + ("yes" if clause.level == "documented" else "only with --strict"),
        f"Changes data: {'yes; needs --writes' if clause.writes else 'no'}",
        f"Try it alone: seller-contract run BASE_URL --only {clause.id}",
        _labelled("Waive it (--waivers FILE)", _waiver(clause)),
    ]
    return visible("\n".join(parts))


def how(clause: Clause) -> str:
    """How a clause is checked: the docstring of its law."""
    law = LAWS.get(clause.kind)
    if law is None:
        return "there is no law for it yet"
    about = law.check.__doc__ or inspect.getdoc(inspect.getmodule(law.check)) or ""
    return " ".join(about.split())


def faults(contract: Contract, clause: Clause) -> list[str]:
    """The sandbox's faults that break a clause: the id and the description of each."""
    return [f"{fault.id}: {fault.description}" for fault in sandbox_faults(contract) if fault.clause == clause.id]


def _waiver(clause: Clause) -> str:
    return "\n".join(
        [
            "waivers:",
            f"  - clause: {clause.id}",
            "    reason: why it is excused",
            "    owner: who will mend it",
            "    expires: 2030-01-31",
        ]
    )


def _labelled(label: str, text: str) -> str:
    return f"{label}:\n" + textwrap.indent(text, "    ")


def find(contract: Contract, wanted: str) -> list[Clause]:
    """The clauses that an id, a prefix or a glob selects. Raises Usage with the nearest ids if there are none."""
    found = [clause for clause in contract.clauses if matches(clause.id, wanted)]
    if not found:
        raise Usage(f"The document has no clause {wanted}. {nearest(contract, wanted)}")
    return found


@command(
    epilog="""\
exit codes: 0 explained, 2 no such clause

example:
  seller-contract explain PRD102.page.disjoint
"""
)
@argument("wanted", metavar="CLAUSE", help="a clause's id, a prefix of ids up to a dot, or a glob")
@options.document
def explain_command(wanted: str, document: Path) -> int:
    """Show what a clause requires, how it is checked, which faults it catches, and how to waive it."""
    contract = accounts.with_second_key(load(document))
    found = find(contract, wanted)
    if len(found) > MOST:
        width = max(len(clause.id) for clause in found)
        print("\n".join(visible(f"{clause.id:<{width}}  {clause.requirement}") for clause in found))
        print(f"{len(found)} clauses. To read the explanation, name one clause or a longer prefix.", file=sys.stderr)
        return 0
    print("\n\n".join(explain(contract, clause) for clause in found))
    return 0

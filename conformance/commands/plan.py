"""Showing what a run would send, before anything is sent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from conformance.commands import options
from conformance.laws import LAWS
from conformance.reports.conclusion import plural
from conformance.runner.config import Config
from spec import Clause, Contract
from spec.command_line import command


@command(
    epilog="""\
exit codes: 0, or 2 for wrong usage

example:
  seller-contract plan https://sandbox.akinon.com --only PRD102.filter
"""
)
@options.server
@options.chosen
def plan(**given: Any) -> int:
    """Show what a run would send: which clauses, how many requests, which limits. Sends nothing."""
    config = options.config(**given)
    print(text(config.contract(), config))
    return 0


def text(contract: Contract, config: Config) -> str:
    """The plan of a run in words: which clauses, by which requests, within which limits."""
    selection = config.selection(contract)
    tried = [clause for clause in contract.clauses if selection.reason_to_skip(clause) is None]
    where = "the embedded sandbox" if config.embedded else config.base_url
    lines = [f"{where}, nothing sent yet: {plural(len(tried), 'clause')}"]
    for operation in contract.operations:
        own = [clause for clause in tried if clause.operation == operation.code]
        if own:
            families = [(name, [c for c in own if c.family == name]) for name in dict.fromkeys(c.family for c in own)]
            shown = [f"{name} {len(clauses)} ({round(_of_laws(clauses))})" for name, clauses in families]
            shown += [f"{what} ({number})" for what, number in _shared(own, config).items()]
            lines += [f"  {operation.method} {operation.path}  ({operation.code})", f"      {', '.join(shown)}"]
    lines.append("clauses of each family, and in brackets about how many requests they take on a catalog of 150 rows;")
    lines.append(f"altogether about {_requests(tried, config):,}, and more where something has to be confirmed")
    changing = [clause for clause in tried if clause.writes]
    if changing:
        lines.append(
            f"writes: for {plural(len(changing), 'clause')}, only to keys that the run makes and deletes again"
        )
    else:
        lines.append("writes: none; operations that write are only asked without the right key")
    lines.append(f"limits: {_limits(config)}")
    skipped = Counter(reason.text for clause in contract.clauses if (reason := selection.reason_to_skip(clause)))
    lines += [f"left out: {plural(number, 'clause')}, {reason}" for reason, number in skipped.items()]
    return "\n".join(lines)


SCENARIO = 40
"""Requests that write the rows of one operation. All laws that judge them share them."""

ENGINE = 50
"""Requests that Schemathesis' engine generates for one operation."""


def _of_laws(clauses: Iterable[Clause]) -> float:
    """The requests of the laws themselves."""
    return sum(LAWS[clause.kind].requests for clause in clauses if clause.kind in LAWS)


def _shared(clauses: Iterable[Clause], config: Config) -> dict[str, int]:
    """The requests that laws of one operation share: what they are for, and their number."""
    laws = [LAWS[clause.kind] for clause in clauses if clause.kind in LAWS]
    shared = {"writing rows": SCENARIO} if any(law.scenario for law in laws) else {}
    if config.schemathesis and config.effort != "quick" and any(law.phase.judges_evidence for law in laws):
        shared["Schemathesis"] = ENGINE
    return shared


def _requests(clauses: Iterable[Clause], config: Config) -> int:
    """About how many requests a run of these clauses takes."""
    tried = list(clauses)
    by_operation = [[c for c in tried if c.operation == code] for code in dict.fromkeys(c.operation for c in tried)]
    return round(_of_laws(tried)) + sum(sum(_shared(own, config).values()) for own in by_operation)


def _limits(config: Config) -> str:
    parts = [
        f"at most {config.max_requests:,} requests" if config.max_requests else "",
        f"at most {config.max_time:g} s" if config.max_time else "",
        f"at most {config.limits.rate:g} requests a second" if config.limits.rate else "no limit of requests a second",
    ]
    return ", ".join(part for part in parts if part)

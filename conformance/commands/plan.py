"""Showing what a run would send, before anything is sent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from conformance.commands import options
from conformance.reports.conclusion import plural
from conformance.runner.config import Config
from spec import Contract
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
        families = Counter(clause.family for clause in tried if clause.operation == operation.code)
        if not families:
            continue
        shown = ", ".join(
            f"{family} {number} ({_requests({family: number}, config)})" for family, number in families.items()
        )
        lines += [f"  {operation.method} {operation.path}  ({operation.code})", f"      {shown}"]
    everything = Counter(clause.family for clause in tried)
    lines.append(f"clauses of each family, and in brackets the requests that they took on {MEASURED_ON};")
    lines.append(f"altogether about {_requests(everything, config):,}, and more where something has to be confirmed")
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


MEASURED_ON = "the sandbox's catalog of 150"

REQUESTS = {
    "auth": 1.0,
    "response": 6.2,
    "param": 1.8,
    "page": 4.1,
    "search": 5.8,
    "filter": 5.3,
    "combine": 1.4,
    "wire": 13,
    "explore": 12,
    "relation": 4.4,
    "batch": 3.2,
    "write": 0.7,
    "body": 1.3,
}
"""Requests for one clause of a family, as `make` takes them; a batch's are those of the scenario that writes share."""


def _requests(families: Mapping[str, int], config: Config) -> int:
    """About how many requests so many clauses of each family take."""
    cost = {**REQUESTS, "response": REQUESTS["response"] if config.schemathesis else 0}
    return round(sum(number * cost.get(family, 1) for family, number in families.items()))


def _limits(config: Config) -> str:
    parts = [
        f"at most {config.max_requests:,} requests" if config.max_requests else "",
        f"at most {config.max_time:g} s" if config.max_time else "",
        f"at most {config.limits.rate:g} requests a second" if config.limits.rate else "no limit of requests a second",
    ]
    return ", ".join(part for part in parts if part)

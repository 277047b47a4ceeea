"""The conformance suite: it checks a server against an OpenAPI document, through HTTP alone.

What a program needs of it is here; the names below are the public face, and everything else may change:

    from conformance import Config, run

    report = run(Config("https://sandbox.example.com", document=Path("openapi.yaml")))
    print(report["answer"])

A package that adds a kind of clause uses `clauses`, `law` and `fault`; conformance/README.md shows how.
Names are imported when they are first used, so that importing the package costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from conformance.laws.law import Law, Phase, law
    from conformance.plugins.loading import BrokenPlugin
    from conformance.plugins.registry import clauses, fault
    from conformance.reading.context import RunContext
    from conformance.reading.preflight import WrongTarget
    from conformance.reports.files import UnreadableReport
    from conformance.reports.files import read as load_report
    from conformance.reports.model import Report
    from conformance.runner.config import Config, Usage
    from conformance.runner.whole import run
    from conformance.transport.exchange import Exchange, Request, Response
    from conformance.verdict import Finding, Held, NotExercised, Reason, Result, not_exercised
    from spec import Clause, Contract, Operation
    from spec.clauses.clause import clause

__all__ = [
    "BrokenPlugin",
    "Clause",
    "Config",
    "Contract",
    "Exchange",
    "Finding",
    "Held",
    "Law",
    "NotExercised",
    "Operation",
    "Phase",
    "Reason",
    "Report",
    "Request",
    "Response",
    "Result",
    "RunContext",
    "UnreadableReport",
    "Usage",
    "WrongTarget",
    "clause",
    "clauses",
    "fault",
    "law",
    "load_report",
    "not_exercised",
    "run",
]

_HOMES = {
    "BrokenPlugin": "conformance.plugins.loading:BrokenPlugin",
    "Clause": "spec:Clause",
    "Config": "conformance.runner.config:Config",
    "Contract": "spec:Contract",
    "Exchange": "conformance.transport.exchange:Exchange",
    "Finding": "conformance.verdict:Finding",
    "Held": "conformance.verdict:Held",
    "Law": "conformance.laws.law:Law",
    "NotExercised": "conformance.verdict:NotExercised",
    "Operation": "spec:Operation",
    "Phase": "conformance.laws.law:Phase",
    "Reason": "conformance.verdict:Reason",
    "Report": "conformance.reports.model:Report",
    "Request": "conformance.transport.exchange:Request",
    "Response": "conformance.transport.exchange:Response",
    "Result": "conformance.verdict:Result",
    "RunContext": "conformance.reading.context:RunContext",
    "UnreadableReport": "conformance.reports.files:UnreadableReport",
    "Usage": "conformance.runner.config:Usage",
    "WrongTarget": "conformance.reading.preflight:WrongTarget",
    "clause": "spec.clauses.clause:clause",
    "clauses": "conformance.plugins.registry:clauses",
    "fault": "conformance.plugins.registry:fault",
    "law": "conformance.laws.law:law",
    "load_report": "conformance.reports.files:read",
    "not_exercised": "conformance.verdict:not_exercised",
    "run": "conformance.runner.whole:run",
}
"""The module of each name; type checkers see the imports above."""


def __getattr__(name: str) -> Any:
    """A public name, imported from its module."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module, _, attribute = _HOMES[name].partition(":")
    return getattr(import_module(module), attribute)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})

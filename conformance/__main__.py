"""`python -m conformance`: test a server against the contract."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial

import spec
from conformance import engine, report
from conformance.ask import Ask
from conformance.laws.responses import Evidence
from conformance.options import Options, Usage, parse, read_key
from conformance.preflight import WrongTarget, preflight
from conformance.run import Run, Selection, carry_out
from conformance.target import Limits, Target
from conformance.view import View, complain, summary
from spec import Clause, Contract


def main(argv: list[str] | None = None) -> int:
    """Exit code 0 conforms, 1 violations, 2 usage, unreachable or nothing could be exercised."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    try:
        return conform(parse(arguments))
    except spec.SpecError as error:
        complain(str(error))
    except (Usage, WrongTarget) as error:
        complain(str(error))
    except OSError as error:
        complain(f"{error.filename or 'the report'}: {error.strerror}")
    return 2


def conform(options: Options) -> int:
    """One run as the options ask for it, its report written; gives the exit code."""
    contract = spec.load(options.spec)
    selection = Selection(options.only, options.skip, options.writes)
    tried = [clause for clause in contract.clauses if selection.reason_to_skip(clause) is None]
    if not tried:
        raise Usage("No clause is selected. `--only` and `--skip` take ids, prefixes up to a dot, and globs.")
    with server(options, contract) as (base_url, key):
        evidence = Evidence(contract)
        limits = Limits(options.rate, options.max_requests, options.max_time, options.timeout)
        target = Target(base_url, contract, key, limits, verify=options.ca_bundle or True, observe=evidence.observe)
        run = Run(contract, base_url, options.seed, options.strict, datetime.now(UTC))
        seen = engine.Seen(contract, run.notes)
        generate = partial(explore, options, seen, target, tried)
        try:
            began = preflight(Ask(contract, target, options.seed))
            with View(tried, lambda: target.total, options.max_requests) as view:
                carry_out(
                    run,
                    target,
                    evidence,
                    selection,
                    began,
                    on_start=view.started,
                    on_outcome=view.concluded,
                    before_responses=generate,
                    more_laws=engine.laws(seen),
                )
        finally:
            target.close()
    summary(run)
    path = report.write(options.report, "report.json", report.to_json(report.report(run)))
    print(f"report: {path}")
    return run.exit_code


def explore(options: Options, seen: engine.Seen, target: Target, tried: list[Clause]) -> None:
    """Let Schemathesis' engine ask the operations of which something is still to be said."""
    operations = {clause.operation for clause in tried if clause.family == "response"}
    if options.schemathesis and operations:
        from conformance.engine.explore import explore as run_engine  # noqa: PLC0415 -- a second to import

        run_engine(seen, target, options.seed, operations=operations)


@contextlib.contextmanager
def server(options: Options, contract: Contract) -> Iterator[tuple[str, str | None]]:
    """The target's base URL and key: the one given, or the embedded sandbox for as long as the run takes."""
    if options.base_url:
        yield options.base_url, read_key()
        return
    from conformance import sandbox  # noqa: PLC0415 -- only a run without a URL needs it

    key = read_key() or sandbox.DEFAULT_KEY
    with sandbox.serve(contract, sandbox.Settings(api_key=key)) as base_url:
        yield base_url, key


if __name__ == "__main__":
    sys.exit(main())

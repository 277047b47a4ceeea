"""How many mistakes of other stacks the suite finds, by server and family."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from conformance import Config, run
from tests.servers import KEY, SERVERS, Fault, Server, serving


def main(count: int) -> None:
    """Measure so many faults of each server, evenly spread; all of them for 0."""
    for server in SERVERS:
        if not server.available():
            print(f"{server.name}: {server.command[0]} isn't installed")
            continue
        honest, requests = violated(server)
        print(f"{server.name} ({server.technology}): {len(honest)} violations on the honest one, {requests} requests")
        decided = [fault for fault in server.faults() if fault.decides]
        _print(server, decided[:: max(1, len(decided) // count)] if count else decided, honest)


def _print(server: Server, chosen: Iterable[Fault], honest: frozenset[str]) -> None:
    found: Counter[str] = Counter()
    total: Counter[str] = Counter()
    for fault in chosen:
        total[fault.family] += 1
        if violated(server, "--fault", fault.id)[0] - honest:
            found[fault.family] += 1
        else:
            print(f"  missed: {fault.id}: {fault.what}", flush=True)
    for family in total:
        print(f"  {family:<12}{found[family]:>4} of {total[family]}")
    print(f"  {'all':<12}{found.total():>4} of {total.total()}", flush=True)


def violated(server: Server, *options: str) -> tuple[frozenset[str], int]:
    """The documented clauses that a run with writes finds violated, and its requests."""
    with serving(server, *options) as url:
        report = run(Config(url, api_key=KEY, writes=True, schemathesis=False))
    wrong = (c for c in report["clauses"] if c["verdict"] == "violated" and c["level"] == "documented")
    return frozenset(str(clause["id"]) for clause in wrong), int(report["requests"]["total"])

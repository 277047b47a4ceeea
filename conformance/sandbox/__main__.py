"""`python -m conformance.sandbox`: serve the sandbox, and say `READY http://host:port` once it does."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from pathlib import Path

from conformance.sandbox.faults import faults
from conformance.sandbox.server import run
from conformance.sandbox.settings import DEFAULT_KEY, Settings
from conformance.sandbox.store import StoreError
from spec import DEFAULT, SpecError, load

DESCRIPTION = "A server that behaves as an OpenAPI document says, with a made-up catalog. All data is in memory."
EPILOG = (
    "The key is taken from PRD_API_KEY where --api-key isn't given, and is `sandbox-key` where neither is. "
    "Exit code 0 after SIGTERM or Ctrl-C, 2 for wrong usage or a document that can't be used."
)


def main(argv: list[str] | None = None) -> int:
    """Serve until stopped."""
    arguments = _parser().parse_args(argv)
    try:
        contract = load(arguments.spec)
    except SpecError as error:
        print(error, file=sys.stderr)
        return 2
    if arguments.faults:
        for fault in faults(contract):
            print(f"{fault.id}  {fault.description}")
        return 0
    settings = Settings(
        host=arguments.host,
        port=arguments.port,
        products=arguments.products,
        seed=arguments.seed,
        db=arguments.db,
        api_key=arguments.api_key or os.environ.get("PRD_API_KEY") or DEFAULT_KEY,
        faults=tuple(arguments.fault),
        batch_delay=arguments.batch_delay,
        latency=arguments.latency,
        rate_limit=arguments.rate_limit,
        page_cap=arguments.page_cap,
        flaky=arguments.flaky,
        read_only=arguments.read_only,
        approve_after=arguments.approve_after,
        past_end=arguments.past_end,
        link_base=arguments.link_base,
        churn=arguments.churn,
        audit=arguments.audit,
    )
    try:
        run(contract, settings, lambda url: print(f"READY {url}", flush=True))
    except (StoreError, ValueError) as error:
        print(error, file=sys.stderr)
        return 2
    except OSError as error:
        print(f"can't listen on {settings.host}:{settings.port}: {error.strerror}", file=sys.stderr)
        return 2
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m conformance.sandbox", description=DESCRIPTION, epilog=EPILOG)
    add = parser.add_argument
    add("--spec", type=Path, default=DEFAULT, metavar="FILE", help="the document (default: spec/openapi.yaml)")
    add("--host", default="127.0.0.1", help="the address to listen on (default: %(default)s)")
    add(
        "--port", type=_number(int, 0, 65535), default=0, metavar="N", help="the port; 0, the default, takes a free one"
    )
    add("--products", type=_number(int, 0), default=150, metavar="N", help="rows to make up (default: %(default)s)")
    add("--seed", type=int, default=1, metavar="N", help="the same seed makes up the same rows (default: %(default)s)")
    add("--db", type=Path, metavar="FILE", help="keep everything in this SQLite file; it survives a restart")
    add("--api-key", metavar="KEY", help="the key to ask for; better given as PRD_API_KEY, which no process list shows")
    add("--fault", action="append", default=[], metavar="ID", help="break a promise (repeatable); see --faults")
    add("--faults", action="store_true", help="list the faults, each with the clause that it breaks, and stop")
    habits = parser.add_argument_group("habits of real servers")
    add = habits.add_argument
    add("--batch-delay", type=_number(float, 0), default=0, metavar="S", help="seconds that a batch takes")
    add("--latency", type=_number(float, 0), default=0, metavar="S", help="seconds before every answer")
    add(
        "--rate-limit", type=_rate, metavar="N/s", help="answer what is beyond N requests a second 429 with Retry-After"
    )
    add(
        "--page-cap",
        type=_number(int, 1),
        metavar="N",
        help="show at most N rows on a page, whatever limit is asked for",
    )
    add("--flaky", type=_number(float, 0, 1), default=0, metavar="P", help="answer this share of requests 503")
    add("--read-only", action="store_true", help="answer writes 403, as to a key that may only read")
    add("--approve-after", type=_number(float, 0), default=0, metavar="S", help="seconds until a new row is approved")
    add("--past-end", choices=("empty", "404"), default="empty", help="what a page past the last one is answered with")
    add("--link-base", metavar="URL", help="begin links with this instead of the request's own host")
    add("--churn", type=_number(float, 0), default=0, metavar="N", help="changes a second that another writer makes")
    add("--audit", type=Path, metavar="FILE", help="append one JSON line for each request, without the key")
    return parser


def _number(kind: type[int] | type[float], least: float, most: float | None = None) -> Callable[[str], float]:
    def parse(text: str) -> float:
        value = kind(text)
        if value < least or (most is not None and value > most):
            raise ValueError(text)
        return value

    # argparse names the type in its message by this.
    parse.__name__ = f"number from {least:g}" + (f" to {most:g}" if most is not None else "")
    return parse


def _rate(text: str) -> float:
    value = float(text.removesuffix("/s"))
    if value <= 0:
        raise ValueError(text)
    return value


if __name__ == "__main__":
    sys.exit(main())

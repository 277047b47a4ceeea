"""`python -m conformance.sandbox`: serve the sandbox, and print `READY http://host:port` once it does."""

from __future__ import annotations

import math
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click

from conformance.plugins.loading import BrokenPlugin, load
from conformance.sandbox import workers
from conformance.sandbox.databases import StoreError
from conformance.sandbox.faults import faults, tenancy_faults
from conformance.sandbox.server import run
from conformance.sandbox.settings import DEFAULT_KEY, Settings
from spec import DEFAULT, Contract, SpecError
from spec.command_line import FILE, USAGE, command, option
from spec.command_line import run as carry_out
from spec.environment import key_variable, prefix

EPILOG = """\
The key is taken from the environment variable that the document gives its prefix (PRD_API_KEY for the document that
comes along) where --api-key isn't given, and is `sandbox-key` where neither is. PRD_SECOND_API_KEY adds a second
tenant with a catalog of its own. With PRD_CONTROL_KEY the sandbox can be controlled from other machines as well.
SANDBOX_DB may hold what --db takes, which keeps a password out of process lists.

exit codes: 0 after SIGTERM or Ctrl-C; 2 for wrong usage, or a document that can't be used

examples:
  seller-contract sandbox --port 8000
  seller-contract sandbox --spec openapi.yaml --products 1000 --latency 0.2
  seller-contract sandbox --faults
"""


class Rate(click.ParamType[float]):
    """Requests a second."""

    name = "rate"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """The rate of a text such as 5 or 5/s."""
        try:
            rate = float(str(value).removesuffix("/s"))
        except ValueError:
            rate = 0
        if not 0 < rate < float("inf"):
            self.fail(f"{value!r} isn't a rate; give requests a second, as in 5 or 5/s", param, ctx)
        return rate


class Finite(click.FloatRange):
    """A number within bounds; what is no number at all isn't."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """The number of a text."""
        number = float(super().convert(value, param, ctx))
        if not math.isfinite(number):
            self.fail(f"{value!r} isn't a finite number", param, ctx)
        return number


def _base_url(_: click.Context, __: click.Parameter, value: str | None) -> str | None:
    if value is not None and not (value.startswith(("http://", "https://")) and urlsplit(value).netloc):
        raise click.BadParameter(f"{value!r} isn't the beginning of a link; give one such as https://host/path")
    return value


SECONDS = Finite(0, 3_153_600_000)
"""A hundred years are more than the clock is moved on by."""


@command(epilog=EPILOG)
@option(
    "--spec", "document", type=FILE, default=DEFAULT, metavar="FILE", help="the document (default: that of the tool)"
)
@option("--host", default="127.0.0.1", show_default=True, help="the address to listen on")
@option(
    "--port", type=click.IntRange(0, 65535), default=0, metavar="N", help="the port; 0, the default, takes a free one"
)
@option("--products", type=click.IntRange(0), default=150, metavar="N", show_default=True, help="rows to make up")
@option("--seed", type=int, default=1, metavar="N", show_default=True, help="the same seed makes up the same rows")
@option(
    "--db",
    envvar="SANDBOX_DB",
    metavar="URL",
    help="keep everything in this database: an SQLite file, or postgresql://USER@HOST/NAME; it survives a restart",
)
@option(
    "--workers",
    type=click.IntRange(1),
    default=1,
    metavar="N",
    help="processes behind the port; more than one need PostgreSQL, and can't be controlled while they run",
)
@option("--api-key", metavar="KEY", help="the key to ask for; better in the environment, which no process list shows")
@option("--fault", "broken", multiple=True, metavar="ID", help="break a promise (repeatable); see --faults")
@option("--faults", "list_faults", is_flag=True, help="list the faults, each with the clause that it breaks, and stop")
@option("--batch-delay", type=SECONDS, default=0, metavar="S", help="seconds that a batch takes")
@option("--latency", type=Finite(0, 86_400), default=0, metavar="S", help="seconds before every answer")
@option("--rate-limit", type=Rate(), metavar="N/s", help="answer requests beyond N a second 429 with Retry-After")
@option(
    "--page-cap", type=click.IntRange(1), metavar="N", help="show at most N rows on a page, whatever limit is asked for"
)
@option("--flaky", type=Finite(0, 1), default=0, metavar="P", help="answer this share of requests 503")
@option("--read-only", is_flag=True, help="answer writes 403, as to a key that may only read")
@option("--approve-after", type=SECONDS, default=0, metavar="S", help="seconds until a new row is approved")
@option(
    "--past-end", type=click.Choice(["empty", "404"]), default="empty", help="the answer to a page past the last one"
)
@option(
    "--link-base", metavar="URL", callback=_base_url, help="begin links with this instead of the request's own host"
)
@option("--churn", type=Finite(0, 10_000), default=0, metavar="N", help="changes a second that another writer makes")
@option("--audit", type=FILE, metavar="FILE", help="append one JSON line for each request, without the key")
def sandbox(document: Path, api_key: str | None, broken: tuple[str, ...], list_faults: bool, **options: Any) -> int:
    """Serve an OpenAPI document, with a made-up catalog.

    All data is in memory, unless --db names a database. Most options make it behave like some real server.
    """
    try:
        contract = load(document)
    except (SpecError, BrokenPlugin) as error:
        print(error, file=sys.stderr)
        return USAGE
    if list_faults:
        for fault in (*faults(contract), *tenancy_faults(contract)):
            print(f"{fault.id}  {fault.description}")
        return 0
    named = prefix(contract)
    settings = Settings(
        api_key=api_key or os.environ.get(key_variable(contract)) or DEFAULT_KEY,
        second_key=os.environ.get(f"{named}_SECOND_API_KEY") or None,
        control_key=os.environ.get(f"{named}_CONTROL_KEY") or None,
        faults=broken,
        **options,
    )
    return _serve(contract, settings)


def _serve(contract: Contract, settings: Settings) -> int:
    """Serve until stopped; returns the exit code."""
    if settings.workers > 1 and not str(settings.db).startswith("postgresql"):
        print("--workers needs a database that processes can share: --db postgresql://USER@HOST/NAME", file=sys.stderr)
        return USAGE
    try:
        serve = run if settings.workers == 1 else workers.run
        serve(contract, settings, lambda url: print(f"READY {url}", flush=True))
    except (StoreError, ValueError, workers.WorkersError) as error:
        print(error, file=sys.stderr)
        return USAGE
    except OSError as error:
        if error.filename is not None:
            print(f"can't write to {error.filename}: {error.strerror}", file=sys.stderr)
            return USAGE
        print(f"can't listen on {settings.host}:{settings.port}: {error.strerror}", file=sys.stderr)
        return USAGE
    return 0


def main(argv: Sequence[str] | None = None) -> int:
    """Serve until stopped. Returns the exit code."""
    return carry_out(sandbox, argv, "python -m conformance.sandbox")


if __name__ == "__main__":
    sys.exit(main())

"""What a person can ask of a run, read from the command line and the environment."""

from __future__ import annotations

import argparse
import ipaddress
import os
import re
import urllib.parse
from dataclasses import dataclass
from pathlib import Path

import spec
from conformance.reports.model import Settings
from conformance.selection import Shard
from conformance.transport.pace import Limits

KEY_VARIABLE = "PRD_API_KEY"
KEY_FILE_VARIABLE = "PRD_API_KEY_FILE"

DEFAULT_RATE = 10.0
"""Requests a second on a host that isn't this machine."""

DEFAULT_REQUESTS = 3_000
DEFAULT_SECONDS = 900.0


class Usage(Exception):
    """The command can't be carried out as given. The message says what to change."""


@dataclass(frozen=True)
class Options:
    """One run, as asked for."""

    base_url: str | None
    spec: Path
    writes: bool
    strict: bool
    report: Path
    seed: int
    rate: float | None
    max_requests: int | None
    max_time: float | None
    timeout: float
    batch_timeout: float
    list_lag: float
    only: tuple[str, ...]
    skip: tuple[str, ...]
    waivers: Path | None
    write_waivers: Path | None
    history: Path | None
    shard: Shard | None
    plan: bool
    ca_bundle: str | None
    schemathesis: bool
    clean_up: bool


EPILOG = """\
The key is read from the environment variable PRD_API_KEY, or from the file that PRD_API_KEY_FILE names; it is
never an argument and appears in no output.

A clause is one checkable statement of the document, such as PRD102.filter.name__icontains. Its verdict is held,
violated (seen again before it is reported), not-exercised (no data could have told a wrong server from a right one),
skipped or error. Documented clauses decide the exit code; inferred ones are advice, unless --strict.

exit codes: 0 conforms; 1 violations, or a waiver that excuses nothing; 2 usage, unreachable, or nothing could be
exercised.

examples:
  python -m conformance                                      the embedded sandbox
  python -m conformance https://sandbox.akinon.com           the vendor's, read-only, ten requests a second
  python -m conformance URL --only PRD102.filter             one family; a prefix or a glob, may be repeated
  python -m conformance URL --plan                           what would be sent, before the first byte
  python -m conformance URL --waivers waivers.yaml           known violations don't fail the run until they expire
  python -m conformance URL --shard 2/3 --report shard-2     one of three machines

other commands, each with a --help of its own:
  python -m conformance explain PRD102.page.disjoint         what a clause means and how it is checked
  python -m conformance replay report                        are the violations of a report still there?
  python -m conformance compare before after                 what got better, worse, or isn't exercised any more
  python -m conformance report report/events.ndjson          make the reports again from the stream of a run
  python -m conformance merge shard-1 shard-2 shard-3        one report of several shards
  python -m conformance selftest                             does the suite find every fault of the sandbox?
"""


def parser() -> argparse.ArgumentParser:
    """The options of a run."""
    found = argparse.ArgumentParser(
        prog="python -m conformance",
        description="Test a server against the contract, clause by clause, and write a report.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = found.add_argument
    add(
        "base_url", nargs="?", metavar="BASE_URL", help="scheme, host and port (default: start the sandbox and test it)"
    )
    add("--spec", type=Path, default=spec.DEFAULT, metavar="FILE", help="the document (default: spec/openapi.yaml)")
    writes = found.add_mutually_exclusive_group()
    writes.add_argument(
        "--writes",
        action="store_true",
        default=None,
        help="also send writes, to SKUs that this run makes and takes away (default on loopback only)",
    )
    writes.add_argument("--no-writes", dest="writes", action="store_false", help="send nothing that changes anything")
    add("--strict", action="store_true", help="let inferred clauses decide the exit code too")
    add("--report", type=Path, default=Path("report"), metavar="DIR", help="folder for the report (default: report)")
    add("--seed", type=int, default=0, metavar="N", help="same seed, same requests (default: 0)")
    add("--rate", type=_rate, metavar="N/s", help="requests a second (default: 10 on hosts that aren't this machine)")
    add("--max-requests", type=_positive_int, default=DEFAULT_REQUESTS, metavar="N", help="default: %(default)s")
    add("--max-time", type=_positive, default=DEFAULT_SECONDS, metavar="S", help="seconds (default: %(default)g)")
    add(
        "--timeout",
        type=_positive,
        default=Limits.timeout,
        metavar="S",
        help="seconds for one request (default: %(default)g)",
    )
    add(
        "--batch-timeout",
        type=_positive,
        default=Limits.batch,
        metavar="S",
        help="seconds that a batch may take (default: %(default)g)",
    )
    add(
        "--list-lag",
        type=_positive,
        default=Limits.lag,
        metavar="S",
        help="seconds by which lists may be behind a finished batch (default: %(default)g)",
    )
    add("--only", action="append", default=[], metavar="GLOB", help="only clauses with this id, prefix or glob")
    add("--skip", action="append", default=[], metavar="GLOB", help="leave these clauses out")
    add("--waivers", type=Path, metavar="FILE", help="known violations, with owner, reason and expiry")
    add("--write-waivers", type=Path, metavar="FILE", help="draft waivers for the violations found, to be completed")
    add("--history", type=Path, metavar="DIR", help="folder of past reports, for the trend in report.html")
    add(
        "--shard", type=_shard, metavar="I/N", help="try one of N parts of the clauses; `merge` makes one report of all"
    )
    add("--clean-up", action="store_true", help="only take away what a killed run left, by the journal in --report")
    add("--plan", action="store_true", help="print what would be sent, and send nothing")
    add("--ca-bundle", metavar="FILE", help="certificates to trust instead of the system's")
    add(
        "--no-schemathesis",
        dest="schemathesis",
        action="store_false",
        help="leave Schemathesis' generated requests out",
    )
    return found


def parse(argv: list[str]) -> Options:
    """The options given. Raises Usage for a value that can't be; argparse exits with 2 for the rest."""
    given = parser().parse_args(argv)
    base_url = check_url(given.base_url) if given.base_url else None
    local = base_url is None or is_loopback(base_url)
    if given.ca_bundle and not Path(given.ca_bundle).is_file():
        raise Usage(f"--ca-bundle {given.ca_bundle}: there is no such file.")
    if given.waivers and not given.waivers.is_file():
        raise Usage(f"--waivers {given.waivers}: there is no such file.")
    if given.history and not given.history.is_dir():
        raise Usage(f"--history {given.history}: there is no such folder.")
    return Options(
        base_url=base_url,
        spec=given.spec,
        writes=local if given.writes is None else given.writes,
        strict=given.strict,
        report=given.report,
        seed=given.seed,
        rate=given.rate if given.rate is not None else (None if local else DEFAULT_RATE),
        max_requests=given.max_requests,
        max_time=given.max_time,
        timeout=given.timeout,
        batch_timeout=given.batch_timeout,
        list_lag=given.list_lag,
        only=tuple(given.only),
        skip=tuple(given.skip),
        waivers=given.waivers,
        write_waivers=given.write_waivers,
        history=given.history,
        shard=given.shard,
        plan=given.plan,
        ca_bundle=given.ca_bundle,
        schemathesis=given.schemathesis,
        clean_up=given.clean_up,
    )


def check_url(text: str) -> str:
    """A base URL without its trailing slash. Raises Usage for anything but http(s)://host[:port][/path]."""
    try:
        parts = urllib.parse.urlsplit(text)
        port = parts.port
    except ValueError as error:
        raise Usage(f"BASE_URL {text!r} isn't a URL: {error}.") from None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise Usage(f"BASE_URL {text!r} isn't a URL. Give scheme, host and port, as in https://sandbox.akinon.com.")
    if parts.username or parts.password:
        raise Usage(f"BASE_URL holds a user or password. The key is read from {KEY_VARIABLE}, never from the URL.")
    if parts.query or parts.fragment or port == 0:
        raise Usage("BASE_URL is scheme, host and port; the document's paths are appended to it.")
    return text.rstrip("/")


def is_loopback(base_url: str) -> bool:
    """True for a URL that names this machine."""
    host = urllib.parse.urlsplit(base_url).hostname or ""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def read_key() -> str | None:
    """The API key from the environment or the file that it names. Raises Usage for a file that can't be read."""
    key = os.environ.get(KEY_VARIABLE)
    if key:
        return key
    named = os.environ.get(KEY_FILE_VARIABLE)
    if not named:
        return None
    try:
        return Path(named).read_text("utf-8").strip() or None
    except (OSError, UnicodeDecodeError):
        raise Usage(f"{KEY_FILE_VARIABLE} names a file that can't be read.") from None


def _shard(text: str) -> Shard:
    try:
        return Shard.parse(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _rate(text: str) -> float:
    found = re.fullmatch(r"(\d+(?:\.\d+)?)(?:/s)?", text)
    if not found or float(found[1]) <= 0:
        raise argparse.ArgumentTypeError(f"{text!r} isn't a rate; give requests a second, as in 5 or 5/s")
    return float(found[1])


def _positive_int(text: str) -> int:
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} isn't a whole number above 0")
    return int(text)


def _positive(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 0
    if not 0 < value < float("inf"):
        raise argparse.ArgumentTypeError(f"{text!r} isn't a number of seconds above 0")
    return value


def settings(options: Options) -> Settings:
    """The options that decide what a run sends and how it is judged, as its report holds them."""
    return Settings(
        writes=options.writes,
        strict=options.strict,
        only=list(options.only),
        skip=list(options.skip),
        shard=str(options.shard) if options.shard else None,
        rate=options.rate,
        max_requests=options.max_requests,
        max_time=options.max_time,
    )

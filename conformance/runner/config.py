"""The options of a run, and the parts of them that each package needs."""

from __future__ import annotations

import difflib
import ipaddress
import os
import urllib.parse
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import spec
from conformance.laws import LAWS, Phase, accounts, phase_of
from conformance.oracle.budget import EFFORTS, Budget, Effort
from conformance.plugins.loading import load
from conformance.reports import gaps, past
from conformance.reports.model import Gap, Report, Settings
from conformance.selection import Selection, Shard, beside_one_of_each_kind, left_to_others, matches
from conformance.transport.key_place import with_scheme
from conformance.transport.keys import unmarkable
from conformance.transport.pace import Limits
from spec import Contract
from spec.environment import key_variable, second_key_variable

DEFAULT_RATE = 10.0
"""Requests a second on a host that isn't this machine."""

DEFAULT_REQUESTS = 3_000
DEFAULT_SECONDS = 900.0


class Usage(Exception):
    """A config that can't be carried out. The message names what to change."""


@dataclass(frozen=True)
class Config:
    """One run: which server, by which document, and what it may do there. Raises Usage for what can't be."""

    base_url: str
    """Scheme, host and port; the document's paths are appended to it."""
    document: Path = spec.DEFAULT
    api_key: str | None = field(default=None, repr=False)
    """Without one it is read from the environment, by the names that the document gives the variables."""
    writes: bool | None = None
    """Also send writes, to keys that the run makes and deletes again. By default only on this machine, and not by a
    quick run."""
    strict: bool = False
    """Let inferred clauses decide the exit code too."""
    seed: int = 0
    """The same seed sends the same requests to the same data."""
    only: tuple[str, ...] = ()
    """Ids of clauses, prefixes of ids up to a dot, or globs; every clause without one."""
    skip: tuple[str, ...] = ()
    shard: Shard | None = None
    waivers: Path | None = None
    """A file of known violations."""
    require_exercised: float = gaps.REQUIRED
    """Percent of the selected clauses. A run that leaves more gaps than that allows is inconclusive."""
    expected_gaps: Path | None = None
    """A file of clauses that the server can't exercise, with reasons."""
    history: Path | None = None
    """A folder of past reports."""
    add_to_history: bool = False
    """Put the report into that folder too, if the run came to its end."""
    report: Path | None = None
    """The folder of the run's stream, and of the journal of what it wrote. A temporary one without it."""
    rate: float | None = None
    """Requests a second. By default ten, and without a limit on this machine."""
    max_requests: int | None = DEFAULT_REQUESTS
    max_time: float | None = DEFAULT_SECONDS
    """Seconds."""
    timeout: float = Limits.timeout
    """Seconds for one request."""
    batch_timeout: float = Limits.batch
    """Seconds that a batch may take."""
    list_lag: float = Limits.lag
    """Seconds by which lists may be behind a finished batch."""
    security: str | None = None
    """The name of the security scheme that the key is for, where the document lets a request choose among several."""
    ca_bundle: Path | None = None
    """Certificates to trust instead of the system's."""
    schemathesis: bool = True
    """Send Schemathesis' generated requests too."""
    effort: Effort = "normal"
    """How much is asked: `quick`, `normal` or `thorough`."""
    embedded: bool = False
    """The server is the embedded sandbox; reports mention it."""
    second_key: str | None = field(default=None, repr=False)
    """The key of another account, which sees none of the first one's rows; from the environment as well."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "base_url", checked_url(self.base_url))
        for name in ("waivers", "expected_gaps", "ca_bundle"):
            path = getattr(self, name)
            if path and not path.is_file():
                raise Usage(f"{_option(name)} {path}: there is no such file.")
        if self.add_to_history and self.history is None:
            raise Usage("--add-to-history needs --history DIR, the folder to add the report to.")
        if self.add_to_history and self.shard:
            raise Usage("--add-to-history is for a whole run; of shards, `merge` adds the report of all.")
        if self.history and not self.history.is_dir() and (self.history.exists() or not self.add_to_history):
            raise Usage(f"--history {self.history}: there is no such folder.")

    @property
    def local(self) -> bool:
        """True where the server is this machine."""
        return is_loopback(self.base_url)

    @property
    def may_write(self) -> bool:
        """True where the run may send writes."""
        return (self.local and self.effort != "quick") if self.writes is None else self.writes

    @property
    def limits(self) -> Limits:
        """What the run may take, for the transport."""
        rate = self.rate if self.rate is not None or self.local else DEFAULT_RATE
        return Limits(rate, self.max_requests, self.max_time, self.timeout, self.batch_timeout, self.list_lag)

    @property
    def budget(self) -> Budget:
        """The tuning constants of the chosen effort."""
        return EFFORTS[self.effort]

    @property
    def clean_up_limits(self) -> Limits:
        """What cleaning up may take: as fast as the run, and beyond its budgets."""
        return Limits(self.limits.rate, timeout=self.timeout)

    @property
    def verify(self) -> str | bool:
        """The certificates to trust, for the transport."""
        return str(self.ca_bundle) if self.ca_bundle else True

    @property
    def settings(self) -> Settings:
        """What decides what the run sends and how it is judged, for the report."""
        return Settings(
            writes=self.may_write,
            strict=self.strict,
            only=list(self.only),
            skip=list(self.skip),
            shard=str(self.shard) if self.shard else None,
            rate=self.limits.rate,
            max_requests=self.max_requests,
            max_time=self.max_time,
            effort=self.effort,
            require_exercised=self.require_exercised,
        )

    def gaps(self, contract: Contract) -> list[Gap]:
        """The expected gaps. Raises Usage for a file that can't be used, or a line of it that names no clause."""
        try:
            found = gaps.load(self.expected_gaps) if self.expected_gaps else []
        except gaps.GapsError as error:
            raise Usage(str(error)) from None
        for gap in found:
            if not any(matches(clause.id, gap["clause"]) for clause in contract.clauses):
                wrong = f"--expected-gaps {self.expected_gaps}: {gap['clause']} selects no clause."
                raise Usage(f"{wrong} {nearest(contract, gap['clause'])}")
        return found

    def past(self, contract: Contract) -> list[Report]:
        """The earlier reports of the same server and document, oldest first. Raises Usage for a folder without one."""
        if not self.history:
            return []
        try:
            return past.of(self.history, past.named(self.base_url, contract.title, embedded=self.embedded))
        except past.NoPast as error:
            if self.add_to_history:
                return []
            raise Usage(str(error)) from None

    def selection(self, contract: Contract) -> Selection:
        """Which clauses the run tries, for the scheduler. Raises Usage for a pattern that selects none."""
        for name, patterns in (("only", self.only), ("skip", self.skip)):
            for pattern in patterns:
                if not any(matches(clause.id, pattern) for clause in contract.clauses):
                    raise Usage(f"{_option(name)} {pattern} selects no clause. {nearest(contract, pattern)}")
        dealt = [clause for clause in contract.clauses if not phase_of(clause).judges_evidence]
        others = left_to_others(dealt, self.shard) if self.shard else frozenset()
        generated = [kind for kind, law in LAWS.items() if law.phase is Phase.GENERATED]
        off = {} if self.schemathesis else dict.fromkeys(generated, "switched off by --no-schemathesis")
        if self.effort == "quick":
            off = off | dict.fromkeys(generated, "left out by --effort quick")
        lesser = self._lesser(contract)
        selection = Selection(self.only, self.skip, self.may_write, others, unmarkable(contract), lesser, off)
        if all(selection.reason_to_skip(clause) for clause in contract.clauses):
            raise Usage("No clause is selected: see --only, --skip, --shard and --writes.")
        return selection

    def _lesser(self, contract: Contract) -> frozenset[str]:
        """The clauses that the effort leaves out: none but in a quick run."""
        if self.effort != "quick":
            return frozenset()
        chosen = Selection(self.only, self.skip, self.may_write)
        return beside_one_of_each_kind([c for c in contract.clauses if chosen.reason_to_skip(c) is None])

    def contract(self) -> Contract:
        """The document's contract, with the clauses of plugins, and those on accounts where there is a second key.

        Raises SpecError, BrokenPlugin and Usage.
        """
        contract = load(self.document)
        if self.security is not None:
            names = [scheme.name for scheme in contract.security_schemes]
            if self.security not in names:
                declared = f"it declares {', '.join(names)}" if names else "it declares none"
                raise Usage(f"--security {self.security}: the document has no such scheme; {declared}.")
            contract = with_scheme(contract, self.security)
        return accounts.with_second_key(contract) if self.other_key(contract) else contract

    def key(self, contract: Contract) -> str | None:
        """The API key: the one given, or the environment's. Raises Usage for a file that can't be read."""
        return self.api_key or environment_key(contract)

    def other_key(self, contract: Contract) -> str | None:
        """The key of another account. Raises Usage for a file that can't be read, or for the first key once more."""
        found = self.second_key or environment_key(contract, second=True)
        if found and found == self.key(contract):
            raise Usage(
                f"{second_key_variable(key_variable(contract))} holds the same key as {key_variable(contract)}."
            )
        return found


def environment_key(contract: Contract, *, second: bool = False) -> str | None:
    """The key in the document's variable, or in the file that it names. Raises Usage for a file that can't be read.

    `second` asks for the key of another account.
    """
    variable = second_key_variable(key_variable(contract)) if second else key_variable(contract)
    key = os.environ.get(variable)
    if key:
        return key
    named = os.environ.get(f"{variable}_FILE")
    if not named:
        return None
    try:
        return Path(named).read_text("utf-8").strip() or None
    except (OSError, UnicodeDecodeError):
        raise Usage(f"{variable}_FILE names a file that can't be read.") from None


def nearest(contract: Contract, wanted: str) -> str:
    """What to try in the place of an id that no clause has."""
    near = difflib.get_close_matches(wanted, [clause.id for clause in contract.clauses], n=3, cutoff=0.5)
    if near:
        return f"Did you mean {' or '.join(near)}?"
    return f"It takes ids, prefixes up to a dot, and globs; ids begin with {_some(contract)}."


def _some(contract: Contract, most: int = 8) -> str:
    codes: Sequence[str] = [operation.code for operation in contract.operations]
    return ", ".join(codes[:most]) + (", ..." if len(codes) > most else "")


def checked_url(text: str) -> str:
    """A base URL without its trailing slash. Raises Usage for anything but http(s)://host[:port][/path]."""
    try:
        parts = urllib.parse.urlsplit(text)
        port = parts.port
    except ValueError as error:
        raise Usage(f"BASE_URL {text!r} isn't a URL: {error}.") from None
    if parts.username or parts.password:
        raise Usage("BASE_URL holds a user or password. The key is read from the environment, never from the URL.")
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise Usage(f"BASE_URL {text!r} isn't a URL. Give scheme, host and port, as in https://sandbox.example.com.")
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


def _option(name: str) -> str:
    return "--" + name.replace("_", "-")

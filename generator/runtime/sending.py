"""Sending rows as a batch, waiting for it, and finding the rows that fail where the server doesn't name them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin, urlsplit

from .batches import BaseBatch, BatchResult, Outcome, State, Write, at
from .blame import Blame, blamed, entries_of
from .call import Operation, RequestOptions, origin
from .chunks import Rows
from .errors import APIConnectionError, APIError, APIStatusError
from .flow import Flow
from .session import Session, value

REFUSED_WHOLE = frozenset({400, 413, 422})
"""The server took nothing of the request, for what is in it: a part of it may pass."""


@dataclass
class Budget:
    """How many more requests may be made to find failed rows, and whether any helped."""

    left: int
    helped: bool = False

    def take(self) -> bool:
        """True when one more may be made; it counts."""
        self.left -= 1
        return self.left >= 0


@dataclass(frozen=True)
class Sender:
    """Sends rows and finds out what became of each."""

    session: Session
    write: Write[Any]
    call: RequestOptions
    timeout: float
    """Seconds to wait for a batch."""
    ends: float | None
    """The moment after which nothing goes on."""

    def ticket(self, rows: Rows) -> Flow[str]:
        """Send rows. Raises APIError."""
        call = self.session.call(self.write.operation, {}, self.call, body=list(rows.checked))
        taken = yield from value(call if self.ends is None else call.until(self.ends))
        return str(at(taken, self.write.polling.ticket))

    def wait(self, rows: Rows, ticket: str, budget: Budget) -> Flow[list[Outcome[Any]]]:
        """Wait for a batch, and return its rows' outcomes."""
        handle = BaseBatch[Any](self.session, self.write.polling, ticket, len(rows))
        left = self.timeout if self.ends is None else min(self.timeout, self.ends - self.session.settings.clock())
        if left <= 0:
            why = f"the deadline passed before batch {ticket} was over; it goes on at the server"
            return rows.all("unknown", why, ticket)
        try:
            result = yield from handle.waiting(left, 0.2)
        except APIError as error:
            return rows.all("unknown", str(error), ticket)
        return (yield from self._over(rows, result, budget))

    def refused(self, rows: Rows, error: APIStatusError, budget: Budget) -> Flow[list[Outcome[Any]]]:
        """Find the rows that a server refused to take, and with them the others: those that its answer names, else by
        sending ever smaller parts. Nothing of such a request was done."""
        said = blamed(error.body, rows.data, self.write.keys)
        if len(rows) == 1 or len(said) == len(rows):
            return self._named(rows, said, "failed", str(error), None, None)
        found = self._named(rows.at(list(said)), _renumbered(said), "failed", str(error), None, None)
        parts = [rows.without(said)] if said else rows.halves()
        for part in parts:
            found += yield from self._again(part, "failed", f"{error} (for {len(rows)} rows together)", None, budget)
        return found

    def _over(self, rows: Rows, result: BatchResult[Any], budget: Budget) -> Flow[list[Outcome[Any]]]:
        id, file = result.id, result.error_file
        if result.ok:
            budget.helped = True
            return rows.all("succeeded", None, id)
        if result.partial:
            why = f"batch {id} counts {result.total} rows, and {len(rows)} were sent"
            return rows.all("unknown", why, id, file)
        said = yield from self._reasons(rows, file)
        if result.succeeded == 0 and result.failed >= result.total:
            return self._named(rows, said, "failed", f"batch {id} reports that it failed", id, file)
        budget.helped = True
        if len(said) == result.failed:
            guilty = self._named(rows.at(list(said)), _renumbered(said), "failed", "", id, file)
            return [*guilty, *rows.without(said).all("succeeded", None, id)]
        why = f"batch {id} reports {result.failed} of {result.total} failed, and not which"
        found = self._named(rows.at(list(said)), _renumbered(said), "failed", why, id, file)
        rest = rows.without(said)
        if not self.write.operation.repeatable:
            return [*found, *self._named(rest, {}, "unknown", why, id, file)]
        for part in [rest] if said else rest.halves():
            found += yield from self._again(part, "unknown", why, result, budget)
        return found

    def _again(
        self, rows: Rows, state: State, why: str, before: BatchResult[Any] | None, budget: Budget
    ) -> Flow[list[Outcome[Any]]]:
        """Send a part again; `state` and `why` are what is known of it until then."""
        id, file = (None, None) if before is None else (before.id, before.error_file)
        if not budget.take():
            return self._named(rows, {}, state, f"{why}; which of them wasn't looked for any further", id, file)
        try:
            ticket = yield from self.ticket(rows)
        except APIStatusError as error:
            if error.status_code in REFUSED_WHOLE:
                return (yield from self.refused(rows, error, budget))
            return rows.all(*verdict(error))
        except APIError as error:
            return rows.all(*verdict(error))
        return (yield from self.wait(rows, ticket, budget))

    def _named(
        self, rows: Rows, said: Mapping[int, Blame], state: State, why: str, batch: str | None, file: str | None
    ) -> list[Outcome[Any]]:
        """Outcomes, each with what is said of its row, else with what is known of all and where to read more."""
        more = f"{why}; see {file}" if file else why
        return [
            Outcome(place, row, state, batch, said[n].text, said[n].details, file)
            if n in said
            else Outcome(place, row, state, batch, more, None, file)
            for n, (place, row) in enumerate(zip(rows.places, rows.given, strict=True))
        ]

    def _reasons(self, rows: Rows, file: str | None) -> Flow[dict[int, Blame]]:
        """The reasons by row, from the server's file. Only the API's host gets this request: it holds the key."""
        settings = self.session.settings
        url = urljoin(f"{settings.base_url}/", file or "")
        if not file or origin(url) != origin(settings.base_url):
            return {}
        parts = urlsplit(url)
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        security = self.write.polling.status.security
        operation = Operation[Any]("error_file", "GET", path, security=security, server="/", repeatable=True)
        try:
            call = self.session.call(operation, {}, {"extra_headers": self.call.get("extra_headers", {})})
            answer, exchange = yield from (call if self.ends is None else call.until(self.ends)).answer()
            call.read(answer, exchange)
        except APIError:
            return {}
        return blamed(entries_of(answer.body), rows.data, self.write.keys)


def verdict(error: APIError) -> tuple[State, str]:
    """What an error that ends an attempt means for the rows that met it."""
    undone = isinstance(error, APIStatusError) and error.status_code < 500
    undone = undone or (isinstance(error, APIConnectionError) and not error.sent)
    return ("failed" if undone else "unknown"), str(error)


def _renumbered(said: Mapping[int, Blame]) -> dict[int, Blame]:
    """What is said, by the places of the named rows among themselves."""
    return dict(enumerate(said.values()))

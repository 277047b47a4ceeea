"""The control operations; each method has the name of its operation's id in the document."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from conformance.sandbox import batches, values
from conformance.sandbox.batches import BatchView
from conformance.sandbox.behaviour import Answer
from conformance.sandbox.clock import Clock
from conformance.sandbox.control import har, pages, rows
from conformance.sandbox.control.asking import Asked, Wrong
from conformance.sandbox.faults import faults, tenancy_faults
from conformance.sandbox.requests import Entry
from conformance.sandbox.settings import DEFAULT_KEY, Settings, Switches
from conformance.sandbox.state import State
from conformance.sandbox.tables import Shape
from conformance.sandbox.tenants import Tenant
from conformance.sandbox.traffic import Failure
from spec import Contract, Operation, SecurityScheme
from spec.environment import key_variable
from spec.model import JSON

_NOTHING = Answer(204, None)
_LAST = int(values.instant("9000-01-01T00:00:00Z"))
"""As far as the clock goes: from there on, what waits for a century still comes before the calendar's end."""
_SHARED = frozenset(
    {
        "get_health",
        "get_readiness",
        "get_about",
        "dump_rows",
        "load_rows",
        "get_switches",
        "list_faults",
        "list_batches",
    }
)
"""What comes to the same whichever of several processes does it: what is in the database, and what never changes."""


class Operations:
    """The control operations of one sandbox."""

    def __init__(self, contract: Contract, settings: Settings, state: State, tenants: tuple[Tenant, ...]) -> None:
        """Nothing is done yet."""
        self._contract = contract
        self._settings = settings
        self._state = state
        self._tenants = tenants

    def perform(self, operation_id: str, asked: Asked) -> Answer:
        """Carry out an operation of the document. Raises Wrong."""
        if self._settings.workers > 1 and operation_id not in _SHARED:
            many = self._settings.workers
            raise Wrong(409, f"The sandbox runs as {many} processes; start it with one to do this.")
        done: Answer = getattr(self, operation_id)(asked)
        return done

    # -- state -------------------------------------------------------------------------------------

    def get_health(self, _: Asked) -> Answer:
        """The process answers, so it is alive."""
        return Answer(200, {"status": "ok"})

    def get_readiness(self, _: Asked) -> Answer:
        """The databases answer as well."""
        try:
            for tenant in self._tenants:
                with tenant.store.work() as connection:
                    batches.are_waiting(connection)
        except Exception as error:
            raise Wrong(503, f"The database doesn't answer: {type(error).__name__}.") from None
        return Answer(200, {"status": "ok"})

    def get_about(self, _: Asked) -> Answer:
        """The data of the page."""
        contract = self._contract
        first = next((o for o in contract.operations if o.pagination and o.filters), contract.operations[0])
        variable = key_variable(contract)
        about = {
            "title": contract.title,
            "version": contract.version,
            "example": " ".join(["curl", *_credentials(contract, first, variable), f"'{{base}}{first.path}'"]),
            "variable": variable if first.security else None,
            "key": DEFAULT_KEY if self._settings.api_key == DEFAULT_KEY else None,
            "operations": [
                {"code": o.code, "method": o.method, "path": o.path, "summary": o.summary} for o in contract.operations
            ],
            "collections": [c.name for c in contract.collections],
            "tenants": len(self._tenants),
            "docs": pages.DOCS if pages.documentation_is_installed() else None,
        }
        return Answer(200, about)

    def reset(self, _: Asked) -> Answer:
        """Reset."""
        self._state.reset()
        for tenant in self._tenants:
            tenant.reset()
        return _NOTHING

    def list_snapshots(self, asked: Asked) -> Answer:
        """The snapshots' names."""
        return Answer(200, list(self._tenant(asked).snapshots))

    def save_snapshot(self, asked: Asked) -> Answer:
        """Keep a tenant's rows and batches."""
        self._tenant(asked).save(asked.values["name"])
        return _NOTHING

    def restore_snapshot(self, asked: Asked) -> Answer:
        """Restore a tenant's rows and batches."""
        try:
            self._tenant(asked).restore(asked.values["name"])
        except KeyError:
            raise self._no_snapshot(asked) from None
        return _NOTHING

    def drop_snapshot(self, asked: Asked) -> Answer:
        """Forget a snapshot."""
        try:
            self._tenant(asked).drop(asked.values["name"])
        except KeyError:
            raise self._no_snapshot(asked) from None
        return _NOTHING

    def dump_rows(self, asked: Asked) -> Answer:
        """All rows of a collection."""
        shape = self._shape(asked)
        found = rows.dump(self._tenant(asked).store, shape)
        written, content_type = rows.written(shape, found, asked.values["format"])
        return Answer(200, written, content_type=content_type)

    def load_rows(self, asked: Asked) -> Answer:
        """Put rows into a collection."""
        shape, values = self._shape(asked), asked.values
        loading = rows.Loading(self._contract, shape, self._state.clock.now(), fill=values.get("fill", False))
        ready = loading.ready(rows.parsed(shape, asked))
        rows.load(self._tenant(asked).store, shape, ready, replace=values.get("replace", False))
        return Answer(200, {"loaded": len(ready)})

    # -- requests ----------------------------------------------------------------------------------

    def list_requests(self, asked: Asked) -> Answer:
        """The requests, or some of them."""
        wanted = dict(asked.values)
        if "operation" in wanted:
            wanted["operation"] = self._code(wanted["operation"], "The parameters are wrong.")
        return Answer(200, [_shown(entry) for entry in self._state.requests.find(**wanted)])

    def clear_requests(self, _: Asked) -> Answer:
        """Forget the requests."""
        self._state.requests.clear()
        return _NOTHING

    def get_har(self, _: Asked) -> Answer:
        """The requests as an archive."""
        return Answer(200, har.archive(self._state.requests.find()))

    # -- behaviour ---------------------------------------------------------------------------------

    def get_switches(self, _: Asked) -> Answer:
        """The state of the switches."""
        return Answer(200, _switches(self._state.switches))

    def set_switches(self, asked: Asked) -> Answer:
        """Change switches."""
        changes: dict[str, Any] = dict(asked.body)
        if "faults" in changes:
            changes["faults"] = tuple(changes["faults"])
        try:
            self._state.switch(**changes)
        except ValueError as error:
            raise Wrong(400, "The body is wrong.", {"faults": [str(error)]}) from None
        return self.get_switches(asked)

    def reset_switches(self, asked: Asked) -> Answer:
        """Restore all switches to their state at the start."""
        self._state.switch_back()
        return self.get_switches(asked)

    def list_faults(self, _: Asked) -> Answer:
        """Every fault, and which of them are on."""
        on = self._state.switches.faults
        known = (*faults(self._contract), *tenancy_faults(self._contract))
        return Answer(
            200,
            [{"id": f.id, "clause": f.clause, "description": f.description, "active": f.id in on} for f in known],
        )

    def list_failures(self, _: Asked) -> Answer:
        """The pending failures."""
        return Answer(200, [_failure(one) for one in self._state.failures.coming])

    def fail_next(self, asked: Asked) -> Answer:
        """Let the next requests fail."""
        failure = Failure(**asked.body)
        if failure.operation is not None:
            failure = replace(failure, operation=self._code(failure.operation, "The body is wrong."))
        self._state.failures.add(failure)
        return _NOTHING

    def clear_failures(self, _: Asked) -> Answer:
        """Let no more requests fail."""
        self._state.failures.coming.clear()
        return _NOTHING

    # -- time --------------------------------------------------------------------------------------

    def get_clock(self, _: Asked) -> Answer:
        """The time."""
        return Answer(200, _clock(self._state.clock))

    def set_clock(self, asked: Asked) -> Answer:
        """Freeze, continue or set the clock."""
        clock, body = self._state.clock, asked.body
        at = _within_calendar("now", int(values.instant(body["now"])) if "now" in body else clock.now())
        if body["frozen"]:
            clock.freeze(at // 1000 * 1000)
        else:
            clock.resume()
            if "now" in body:
                clock.put(at // 1000 * 1000)
        return self.get_clock(asked)

    def reset_clock(self, asked: Asked) -> Answer:
        """Go as the wall's clock again."""
        self._state.clock.reset()
        return self.get_clock(asked)

    def advance_clock(self, asked: Asked) -> Answer:
        """Advance the clock; parts of batches that fall due meanwhile are done at their own time."""
        clock = self._state.clock
        goal = _within_calendar("seconds", clock.now() + int(asked.body["seconds"] * 1000) * 1000)
        while True:
            soonest = min(((due, t.number) for t in self._tenants if (due := t.worker.due()) is not None), default=None)
            if soonest is None or soonest[0] > goal:
                break
            due, number = soonest
            if due > clock.now():
                clock.put(due)
            self._tenants[number - 1].worker.step()
        if goal > clock.now():
            clock.put(goal)
        return self.get_clock(asked)

    def list_batches(self, asked: Asked) -> Answer:
        """All batches."""
        with self._tenant(asked).store.work() as connection:
            return Answer(200, [_batch(view) for view in batches.views(connection)])

    def finish_batch(self, asked: Asked) -> Answer:
        """Finish a batch, and those before it."""
        tenant, id = self._tenant(asked), asked.values["id"]
        view = self._view(tenant, id)
        tenant.worker.finish(view.number)
        return Answer(200, _batch(self._view(tenant, id)))

    # -- what is meant -----------------------------------------------------------------------------

    def _tenant(self, asked: Asked) -> Tenant:
        number: int = asked.values.get("tenant", 1)
        if number > len(self._tenants):
            raise Wrong(404, f"There is no tenant {number}: the sandbox was started with {len(self._tenants)} of them.")
        return self._tenants[number - 1]

    def _code(self, operation: str, detail: str) -> str:
        """The code of the operation with a code or operationId. Raises Wrong."""
        known = {**self._contract.by_id, **self._contract.by_code}
        if operation not in known:
            there = ", ".join(self._contract.by_code)
            raise Wrong(400, detail, {"operation": [f"There is no such operation; there are {there}."]})
        return known[operation].code

    def _shape(self, asked: Asked) -> Shape:
        shapes = self._tenant(asked).store.shapes
        name = asked.values["collection"]
        if name not in shapes:
            raise Wrong(404, f"There is no collection {name}; there are {', '.join(shapes)}.")
        return shapes[name]

    def _view(self, tenant: Tenant, id: str) -> BatchView:
        with tenant.store.work() as connection:
            view = batches.view(connection, id)
        if view is None:
            raise Wrong(404, f"There is no batch {id}.")
        return view

    def _no_snapshot(self, asked: Asked) -> Wrong:
        there = ", ".join(self._tenant(asked).snapshots) or "none"
        return Wrong(404, f"There is no snapshot {asked.values['name']}; there are: {there}.")


def _credentials(contract: Contract, operation: Operation, variable: str) -> list[str]:
    """The options of curl that send the key, which a variable of the environment holds."""
    schemes = {scheme.name: scheme for scheme in contract.security_schemes}
    found = [schemes[name] for name in (operation.security[0] if operation.security else ()) if name in schemes]
    return [_credential(scheme, variable) for scheme in found]


def _credential(scheme: SecurityScheme, variable: str) -> str:
    if scheme.place in ("query", "cookie"):
        option = "--url-query" if scheme.place == "query" else "--cookie"
        return f'{option} "{scheme.parameter}=${variable}"'
    if scheme.scheme == "basic":
        return f'--user ":${variable}"'
    kind = "Bearer " if scheme.scheme == "bearer" or scheme.type in ("oauth2", "openIdConnect") else ""
    return f'--header "{scheme.parameter}: {kind}${variable}"'


def _shown(entry: Entry) -> JSON:
    return {
        "id": entry.id,
        "at": values.rendered(entry.at),
        "tenant": entry.tenant,
        "operation": entry.operation,
        "method": entry.method,
        "url": entry.url,
        "path": entry.path,
        "query": entry.query,
        "headers": dict(entry.headers),
        "body": entry.body,
        "status": entry.status,
        "response": {"headers": dict(entry.response_headers), "body": entry.response_body},
        "milliseconds": entry.milliseconds,
    }


def _switches(switches: Switches) -> Mapping[str, JSON]:
    return {**vars(switches), "faults": list(switches.faults)}


def _failure(failure: Failure) -> Mapping[str, JSON]:
    return {name: dict(value) if name == "headers" else value for name, value in vars(failure).items()}


def _clock(clock: Clock) -> Mapping[str, JSON]:
    return {"now": values.rendered(clock.now()), "frozen": clock.frozen}


def _within_calendar(field: str, moment: int) -> int:
    """A moment that can be shown, and some that follow it. Raises Wrong."""
    if not 0 <= moment <= _LAST:
        problem = f"The clock goes from 1970 to {values.rendered(_LAST)}."
        raise Wrong(400, "The body is wrong.", {field: [problem]})
    return moment


def _batch(view: BatchView) -> Mapping[str, JSON]:
    return {
        "id": view.id,
        "operation": view.operation,
        "over": view.over,
        "total": view.total,
        "succeeded": view.succeeded,
        "failed": view.failed,
        "created_at": values.rendered(view.created),
        "updated_at": values.rendered(view.updated),
    }

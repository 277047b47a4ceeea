"""Responses to the operations that the document declares."""

from __future__ import annotations

import re
from collections.abc import Mapping

from starlette.requests import Request

from conformance.sandbox import (
    batches,
    broken,
    caching,
    listing,
    members,
    one_row,
    prefixes,
    query,
    validation,
    worker,
    writing,
)
from conformance.sandbox.batches import FileKind
from conformance.sandbox.behaviour import Answer, Asked
from conformance.sandbox.declared import Declared
from conformance.sandbox.exchange import Refused, base_url, presented
from conformance.sandbox.messages import Language, say
from conformance.sandbox.progress import Progress
from conformance.sandbox.query import Invalid
from conformance.sandbox.settings import Settings
from conformance.sandbox.state import State
from conformance.sandbox.tables import Shape
from conformance.sandbox.tenants import Tenant
from spec import Contract, Operation

_FILES: Mapping[str, FileKind] = {"r": "request", "s": "success", "e": "error"}
_LETTERS = {kind: letter for letter, kind in _FILES.items()}
_FILE = re.compile(r"/batches/([0-9a-f-]{36})-([rse])\.json")


class Answering:
    """Finds the tenant and the operation of a request, and makes the response."""

    def __init__(self, contract: Contract, settings: Settings, state: State, tenants: tuple[Tenant, ...]) -> None:
        """Prepare what each operation needs repeatedly."""
        self._contract = contract
        self._settings = settings
        self._state = state
        self._tenants = tenants
        shapes = tenants[0].store.shapes
        self._approved = {name: worker.approved(contract, shape) for name, shape in shapes.items()}
        self._signatures = {
            o.code: query.signature(contract, o, shapes[o.access.collection.name] if o.access else None)
            for o in contract.operations
        }
        self._bodies = {
            o.code: validation.check(contract, o.body.json.schema)
            for o in contract.operations
            if o.body and o.body.json and o.body.json.schema and not (o.access and o.access.of_one)
        }
        self._of_one = {
            o.code: one_row.OneRow(contract, o, shapes, self._approved[o.access.collection.name])
            for o in contract.operations
            if o.access and o.access.of_one
        }
        self._progress = {o.code: Progress(contract, o, o.batch) for o in contract.operations if o.batch}
        self._declared = Declared(contract)
        self._others = {o.code: members.required(contract, o) for o in contract.operations}
        self._bare = frozenset(o.code for o in contract.operations if members.bare_where_unasked(contract, o))
        self._schemes = {s.name: s for s in contract.security_schemes}

    def operation(
        self, request: Request, operation: Operation, path: Mapping[str, str], content: bytes, tongue: Language
    ) -> tuple[Answer, Tenant | None]:
        """The response of an operation, and the tenant whose key was accepted."""
        tenant = None
        asked = Asked((), path, request.headers, content)
        try:
            tenant = self._admit(request, operation, tongue)
            pairs = query.pairs(request.scope["query_string"], tongue)
            asked = Asked(
                prefixes.split(self._signatures[operation.code].prefixed, pairs), path, request.headers, content
            )
            answer = self._perform(request, operation, tenant, asked, tongue)
            answer = caching.conditional(self._state.behaviour, operation, asked, answer)
        except Invalid as invalid:
            answer = Answer(400, broken.named(self._contract, operation, invalid))
        except Refused as refused:
            answer = refused.answer
        honest = self._declared.explained(operation, answer)
        return self._declared.named(operation, self._state.behaviour.answer(operation, asked, honest)), tenant

    def file(self, request: Request, tongue: Language) -> tuple[Answer, Tenant] | None:
        """One of a batch's files; None where the path isn't such a file. Raises Refused."""
        asked = _FILE.fullmatch(request.scope["path"]) if request.method == "GET" else None
        if asked is None:
            return None
        id, kind = asked[1], _FILES[asked[2]]
        for tenant in self._tenants:
            with tenant.store.work() as connection:
                view = batches.view(connection, id)
                if view is None or kind not in view.files:
                    continue
                if self._admit(request, self._contract.by_code[view.operation], tongue) is tenant:
                    return Answer(200, batches.file(connection, id, kind)), tenant
        raise Refused(404, {"detail": say(tongue, "not-found")})

    # -- the tenant -- --------------------------------------------------------------------------------

    def _admit(self, request: Request, operation: Operation, tongue: Language) -> Tenant:
        """The tenant of the request's key. Raises Refused."""
        admits = self._state.behaviour.admits

        def holds(name: str, key: str) -> bool:
            scheme = self._schemes.get(name)
            shown = presented(request, scheme) if scheme else None
            if shown is not None and scheme and scheme.scheme == "basic" and ":" not in key:
                shown = shown.partition(":")[2]  # the key is a password, whoever the user is
            return admits(operation, shown, key)

        tenant = next(
            (t for t in self._tenants if any(all(holds(n, t.key) for n in names) for names in operation.security)),
            None,
        )
        if operation.security and tenant is None:
            scheme = self._schemes.get(operation.security[0][0])
            where = f"{scheme.parameter} ({scheme.place})" if scheme else operation.security[0][0]
            challenge = (scheme.scheme or scheme.name) if scheme else "Key"
            shown = presented(request, scheme) if scheme else None
            errors = broken.key(self._contract, operation, shown, say(tongue, "unauthorized", where))
            raise Refused(401, errors, {"WWW-Authenticate": challenge})
        if self._state.switches.read_only and not operation.safe:
            raise Refused(403, {"detail": say(tongue, "read-only")})
        # An operation without a key shows the first tenant's rows.
        return self._tenants[self._state.behaviour.tenant(operation, tenant.number if tenant else 1) - 1]

    # -- the operations -- ---------------------------------------------------------------------------

    def _perform(
        self, request: Request, operation: Operation, tenant: Tenant, asked: Asked, tongue: Language
    ) -> Answer:
        state, signature = self._state, self._signatures[operation.code]
        if not state.behaviour.inside(operation, asked):
            raise Refused(404, {"detail": say(tongue, "not-found")})
        obeyed = state.behaviour.obeyed(operation, asked)
        wanted = query.read(signature, asked.pairs, obeyed, asked.path, tongue)
        status = int(operation.success.status) if operation.success and operation.success.status.isdigit() else 200
        if operation.batch:
            return self._look(request, operation, tenant, asked, tongue, status)
        if signature.shape is None or operation.access is None:
            return Answer(status, self._declared.example(operation))
        if operation.access.of_one:
            self._approve(tenant, signature.shape)
            one, key = self._of_one[operation.code], query.key(signature, asked.path)
            base = base_url(request, self._settings)
            return one.answer(state, tenant.store, asked, key, status, tongue, base)
        if operation.access.action != "reads":
            return self._write(operation, tenant, asked, tongue, status)
        reading = listing.Listing(
            self._contract,
            operation,
            signature.shape,
            state.behaviour,
            tenant.store.shapes,
            self._others[operation.code],
            bare_unasked=operation.code in self._bare,
            page_cap=state.switches.page_cap,
            past_end_is_404=state.switches.past_end == "404",
        )
        self._approve(tenant, signature.shape)
        base = base_url(request, self._settings) + request.url.path
        try:
            shown = listing.answer(reading, tenant.store, wanted, base)
        except LookupError:
            raise Refused(404, {"detail": say(tongue, "not-found")}) from None
        return Answer(status, shown.body, shown.headers)

    def _approve(self, tenant: Tenant, shape: Shape) -> None:
        """Approve the rows that wait for it. Without the switch, waiting rows are approved too."""
        approved = self._approved[shape.collection.name]
        if approved:
            with tenant.store.work() as connection:
                worker.approve_due(connection, shape, approved, self._state.clock.now())

    def _look(
        self,
        request: Request,
        operation: Operation,
        tenant: Tenant,
        asked: Asked,
        tongue: Language,
        status: int,
    ) -> Answer:
        tickets = (o.ticket for o in self._contract.operations if o.ticket)
        parameter = next((t.parameter for t in tickets if t.operation_id == operation.id), next(iter(asked.path), ""))
        id = {**dict(asked.pairs), **asked.path}.get(parameter.rpartition(".")[2], "")
        with tenant.store.work() as connection:
            view = batches.view(connection, id)
        if view:
            looks = tenant.looks[view.id] = tenant.looks.get(view.id, -1) + 1
            writer = self._contract.by_code[view.operation]
            view = self._state.behaviour.view(writer, view.seen(looks))
        if view is None:
            raise Refused(404, {"detail": say(tongue, "not-found")})
        base = base_url(request, self._settings)
        body = self._progress[operation.code].document(
            view, lambda id, kind: f"{base}/batches/{id}-{_LETTERS[kind]}.json"
        )
        return Answer(status, body)

    def _write(self, operation: Operation, tenant: Tenant, asked: Asked, tongue: Language, status: int) -> Answer:
        behaviour = self._state.behaviour
        media_type = asked.headers.get("content-type", "application/json").partition(";")[0].strip().lower()
        if media_type != "application/json" and not media_type.endswith("+json"):
            raise Refused(415, {"detail": say(tongue, "media-type", "application/json")})
        try:
            items = behaviour.body(operation, asked.body)
        except ValueError as error:
            raise Invalid({"body": [say(tongue, *error.args)]}, {"body": "malformed"}) from None
        found = validation.problems(self._bodies[operation.code], items, tongue)
        refused = behaviour.problems(operation, items, found.sentences)
        if refused:
            raise Invalid(refused.get("body", refused), found.kinds)
        keys = writing.keys(operation.access, items) if operation.access else ()
        with tenant.store.work() as connection:
            id = batches.accept(connection, operation.code, tongue, items, self._state.clock.now(), keys)
        self._state.clock.notify()
        return Answer(status, self._declared.ticket(operation, id))

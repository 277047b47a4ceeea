"""From a contract to a plan: every name chosen, every type spelt out, every refusal named."""

from __future__ import annotations

import os.path
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import spec
from generator import bodies, names, paging, resources, structs
from generator.examples import examples
from generator.filters import filters_plan
from generator.parameters import in_order, parameter_plans
from generator.plan import (
    AnswerPlan,
    FieldArgument,
    OperationPlan,
    PagingPlan,
    ParameterPlan,
    Plan,
    PollingPlan,
    Refusal,
    SchemePlan,
    WritePlan,
)
from generator.schemas import Refused, Schemas
from generator.types import Verbatim, hint, union
from spec import environment, pointers

_BUILTINS = frozenset(("list", "dict", "str", "int", "float", "bool", "bytes", "type", "object"))
"""A method of such a name would hide the type from the annotations of the methods after it."""

_METHODS = (
    *("aclose", "base_url", "bulk", "bulk_type", "close", "request", "resume_batch", "stream"),
    *("with_options", "with_raw_response"),
)
_OWN_ARGUMENTS = (
    "self",
    *("timeout", "deadline", "max_retries", "extra_headers", "extra_query", "extra_body"),
    *("options", "where", "checkpoint", "content_type"),
    *("models", "types", "variants", "uuid", "datetime", "decimal", "operations", "filters", "given_body"),
)
_IGNORED_HEADERS = frozenset({"accept", "content-type", "authorization"})
"""Header parameters that OpenAPI ignores."""


def plan(
    contract: spec.Contract,
    problems: Iterable[spec.Problem] = (),
    package: str | None = None,
    paged: Mapping[str, Mapping[str, Any] | None] | None = None,
    *,
    msgspec: bool = False,
    ignore_examples: bool = False,
) -> Plan:
    """The plan of a whole package, with msgspec's structs where that is asked for.

    Operations that can't be expressed are left out and named in its refusals.

    `paged` declares operations' pages beside the document. Raises PagesError where that can't be.
    """
    problems = tuple(problem for problem in problems if not problem.harmless)
    spoilt = _spoilt(contract, problems)
    chosen = [o for o in contract.operations if o.pointer not in spoilt]
    sent = [m.schema for o in chosen if o.body for m in o.body.media if m.schema is not None]
    received = [m.schema for o in chosen for r in o.responses for m in r.media if m.schema is not None]
    schemas = Schemas(contract, sent, received, ignore_examples=ignore_examples)
    planner = _Planner(contract, schemas, paged or {})
    made: list[OperationPlan] = []
    refusals = [_named("", p.location, p.message, p.hint) for p in problems if not p.operations]
    refusals += [refusal for found in spoilt.values() for refusal in found]
    planner.read_answers(chosen)
    for operation in chosen:
        try:
            made.append(planner.operation(operation))
        except Refused as refused:
            refusals.append(_refusal(contract, operation, refused))
    operations = resources.named(planner.linked(made), planner.sources, (*_METHODS, "resume_batch"))
    package = package or _package(contract)
    definitions = schemas.definitions
    return Plan(
        package=package,
        distribution=package.replace("_", "-"),
        title=contract.title,
        version=_version(contract.version),
        document=os.path.basename(contract.file),
        env=environment.prefix(contract),
        server=server(contract),
        server_path=next((url for url in contract.servers if re.match(r"/[^/]", url)), ""),
        schemes=tuple(scheme for s in contract.security_schemes if (scheme := _scheme(s))),
        operations=tuple(operations),
        pollings=tuple({o.write.polling.constant: o.write.polling for o in operations if o.write}.values()),
        resources=resources.grouped(operations),
        models=structs.models(definitions) if msgspec else definitions.plan(),
        refusals=tuple(refusals),
        examples=examples(contract, operations, planner.sources),
        structs=msgspec,
        notes=schemas.notes(),
    )


def server(contract: spec.Contract) -> str | None:
    """The base URL: the document's first server that is a whole URL; in a document without servers, the first of its
    operations'. A server that is a path is on a host that the caller knows."""
    urls = contract.servers if any(url != "/" for url in contract.servers) else ()
    urls = urls or tuple(url for o in contract.operations for url in o.servers)
    return next((url for url in urls if _origin(url) is not None), None)


def _origin(url: str) -> str | None:
    """The scheme and host of a whole URL, or None for anything else: a path, or one with a variable unfilled."""
    found = re.match(r"https?://[^/?#{}\s]+", url)
    return found[0] if found and not re.search(r"[{}?#\s]", url) else None


class _Planner:
    """What operations of one document share: the names that are taken, and the schemas."""

    def __init__(
        self, contract: spec.Contract, schemas: Schemas, paged: Mapping[str, Mapping[str, Any] | None]
    ) -> None:
        self._contract = contract
        self._paged = dict(paged)
        known = {o.id for o in contract.operations}
        if unknown := sorted(paged.keys() - known):
            raise paging.PagesError(f"pages of {unknown[0]}: the document has no such operation")
        self._schemas = schemas
        self._methods = names.Names(_METHODS)
        self._pollings: dict[tuple[str, str], PollingPlan] = {}
        self.sources: dict[str, spec.Operation] = {}
        """By the operations' constants."""
        self._filtered = 0
        self._whole = {ref for o in contract.operations if o.method != "PATCH" for ref in _whole(o)}

    def read_answers(self, operations: Iterable[spec.Operation]) -> None:
        """Find the classes of responses first: such an object may be sent back where a request has another class."""
        for operation in operations:
            try:
                bodies.answers(operation, self._schemas, self._name(operation))
            except Refused:
                continue  # reported with the operation

    def _name(self, operation: spec.Operation) -> str:
        name = names.snake(operation.id, "operation").lstrip("_") or "operation"
        return f"{name}_" if name in _BUILTINS else name

    def operation(self, operation: spec.Operation) -> OperationPlan:
        """One operation by itself. Raises Refused."""
        method = self._methods.take(self._name(operation))
        arguments = names.Names(_OWN_ARGUMENTS)
        given = [p for p in in_order(operation) if not (p.place == "header" and p.name.lower() in _IGNORED_HEADERS)]
        parameters = parameter_plans(given, self._schemas, arguments, method)
        body = operation.body
        shared = body is not None and (any(ref in self._whole for ref in _refs(body.media)) or self._copied(operation))
        sent = bodies.request_bodies(operation, self._schemas, method, shared)
        answers = bodies.answers(operation, self._schemas, self._name(operation))
        body_argument = arguments.take("items" if sent and sent[0].item else "body") if sent else None
        namesake = next((f for f in sent[0].fields if f.argument == body_argument), None) if sent else None
        own = [Verbatim(namesake.hint)] if namesake else []
        pages = self._paging(operation, parameters, answers)
        rows = bodies.rows(operation, self._schemas, self._name(operation)) if pages is None else None
        # In place of pages, rows or a ticket, nothing else can come.
        single = pages is None and rows is None and operation.ticket is None
        redirects = bodies.redirects(operation, answers) if single else None
        not_modified = single and bodies.not_modified(operation)
        self.sources[method.upper()] = operation
        filters = filters_plan(operation, method, first=not self._filtered) if operation.filters else None
        self._filtered += filters is not None
        return OperationPlan(
            id=operation.id,
            code=operation.code,
            constant=method.upper(),
            method=method,
            verb=operation.method,
            path=operation.path,
            title=operation.summary or operation.id,
            description=operation.description,
            deprecated=operation.deprecated,
            parameters=parameters,
            body_argument=body_argument,
            body_required=bool(sent) and body is not None and body.required,
            body_description=body.description if body else "",
            body_hint=hint(union([*(each.given for each in sent), *own])) if sent else "None",
            bodies=sent,
            fields=_fields(sent[0].fields, arguments) if sent else (),
            namesake=namesake,
            answers=answers,
            errors=bodies.errors(operation, self._schemas, self._name(operation)),
            redirects=redirects,
            not_modified=not_modified,
            result=bodies.result(answers, redirects, not_modified=not_modified),
            security=self._security(operation),
            server=self._server(operation),
            repeatable=_repeatable(operation),
            paging=pages,
            write=None,
            filters=filters,
            rows=rows,
            location=str(operation.location),
            resource=None,
        )

    def _copied(self, operation: spec.Operation) -> bool:
        """True where a body's schema is written out and equals that of another operation on the same path."""
        others = [
            o.body for o in self._contract.operations if o.path == operation.path and o.method != "PATCH" and o.body
        ]
        schemas = [media.schema for body in others for media in body.media]
        return any(media.schema in schemas for media in (operation.body.media if operation.body else ()))

    def _security(self, operation: spec.Operation) -> tuple[tuple[str, ...], ...]:
        """The alternatives that can be carried out. Raises Refused where there is none."""
        known = {s.name: s for s in self._contract.security_schemes if s.type == "mutualTLS" or _scheme(s)}
        if not any(operation.alternatives):
            return ()
        fit = [each for each in operation.alternatives if set(each) <= known.keys()]
        if not fit:
            odd = next(name for each in operation.alternatives for name in each if name not in known)
            raise Refused(
                f"/components/securitySchemes/{pointers.escape(odd)}",
                f"{odd!r} is no way to authenticate that is known",
            )
        # A certificate is shown by the connection: it comes with a transport or an httpx2 client of the caller's own.
        return tuple(tuple(name for name in each if known[name].type != "mutualTLS") for each in fit)

    def _server(self, operation: spec.Operation) -> str | None:
        """Where an operation with servers of its own is sent. One on the host of the document's own server is a path,
        so that it goes along when a caller chooses another host. Raises Refused."""
        if not operation.servers:
            return None
        usual = _origin(server(self._contract) or "")
        for url in operation.servers:
            if re.match(r"/(?!/)", url):
                return url
            if (origin := _origin(url)) is not None:
                return url.removeprefix(origin) or "/" if origin == usual else url
        raise Refused(f"{operation.pointer}/servers", f"nothing can be sent to {operation.servers[0]!r}")

    def linked(self, made: Sequence[OperationPlan]) -> list[OperationPlan]:
        """The operations. A write that returns a ticket is tied to its status operation."""
        by_id = {o.id: o for o in made}
        return [self._linked(o, by_id) for o in made]

    def _linked(self, made: OperationPlan, by_id: Mapping[str, OperationPlan]) -> OperationPlan:
        source = self.sources[made.constant]
        ticket = source.ticket
        status = by_id.get(ticket.operation_id) if ticket else None
        batch = self._contract.by_id[ticket.operation_id].batch if ticket and status else None
        if ticket is None or status is None or batch is None or not made.bodies:
            return made
        key = (ticket.operation_id, ticket.pointer)
        if key not in self._pollings:
            number = len(self._pollings) + 1
            argument = next(p.argument for p in status.parameters if p.name == ticket.parameter)
            self._pollings[key] = PollingPlan(
                "POLLING" if number == 1 else f"POLLING_{number}",
                ticket.pointer,
                status.constant,
                argument,
                batch.id,
                batch.total,
                batch.succeeded,
                batch.failed,
                batch.error_file,
                status.result,
            )
        bulk = made.bodies[0].item is not None and not any(p.required for p in made.parameters)
        row_keys = self._row_keys(made, source.access)
        return replace(made, write=WritePlan(f"{made.constant}_WRITE", self._pollings[key], row_keys, bulk))

    def _row_keys(self, made: OperationPlan, access: spec.Access | None) -> tuple[tuple[str, ...], ...]:
        """The identities of a write's row: the collection's row, or each part of it that the operation writes."""
        model = self._schemas.definitions.classes.get(made.bodies[0].model or "")
        fields = model.by_wire if model else {}
        if access is None or access.collection.key not in fields:
            return ()
        key = fields[access.collection.key].field
        parts = tuple((key, fields[part.key].field) for part in access.parts if part.key in fields)
        return parts if parts and len(parts) == len(access.parts) else ((key,),)

    def _paging(
        self,
        operation: spec.Operation,
        parameters: Sequence[ParameterPlan],
        answers: Sequence[AnswerPlan],
    ) -> PagingPlan | None:
        """How pages are walked: by the document, by the file beside it, or as recognised."""
        success = operation.success
        content = next((c for a in answers if success and a.status == success.status for c in a.contents), None)
        if success is None or content is None or content.reading != "json":
            return None
        queries = {p.name: p.argument for p in parameters if p.place == "query"}
        seen = paging.Seen(
            queries,
            paging.numbers(self._contract, operation),
            *paging.body(self._schemas, content.value),
            frozenset(name.lower() for name in success.headers),
        )
        if operation.pagination is not None and (
            said := paging.said(operation, operation.pagination, seen, paging.Body(self._schemas, content.value))
        ):
            return said
        settings = self._paged.get(operation.id, {})
        if settings is None or operation.method != "GET":
            return None
        return paging.declared(settings, seen, operation.id) if settings else paging.recognised(seen)


def _fields(fields: Sequence[FieldArgument], arguments: names.Names) -> tuple[FieldArgument, ...]:
    """The properties of a body as keywords; one whose name is taken is left to the body itself."""
    return tuple(each for each in fields if arguments.free(each.argument) and arguments.take(each.argument))


def _whole(operation: spec.Operation) -> list[str]:
    """What an operation replaces, makes or shows: the references of its bodies."""
    body = operation.body.media if operation.body else ()
    return [*_refs(body), *(ref for r in operation.responses for ref in _refs(r.media))]


def _refs(media: Iterable[spec.Media]) -> list[str]:
    """What bodies refer to, themselves or as the items of a list."""
    schemas = [m.schema for m in media if m.schema]
    items = [schema["items"] for schema in schemas if isinstance(schema.get("items"), Mapping)]
    return [str(schema["$ref"]) for schema in (*schemas, *items) if "$ref" in schema]


def _repeatable(operation: spec.Operation) -> bool:
    """True when it is idempotent.

    Methods that RFC 9110 (section 9.2.2) calls idempotent are, and so are upserts. The key identifies the row,
    so a second batch of the same rows changes nothing. A batch that deletes isn't repeated: the second one may
    report rows as failed that the first one deleted.
    """
    if operation.access is not None and operation.access.action == "upserts":
        return True
    if operation.method == "DELETE":
        return operation.ticket is None
    return operation.safe or operation.method == "PUT"


def _spoilt(contract: spec.Contract, problems: Iterable[spec.Problem]) -> dict[str, list[Refusal]]:
    """The operations that the reader found problems with, and the problems."""
    found: dict[str, list[Refusal]] = {}
    for problem in problems:
        for operation in contract.operations:
            if any(operation.pointer == p or operation.pointer.startswith(f"{p}/") for p in problem.operations):
                refusal = _named(operation.id, problem.location, problem.message, problem.hint)
                found.setdefault(operation.pointer, []).append(refusal)
    return found


def _refusal(contract: spec.Contract, operation: spec.Operation, refused: Refused) -> Refusal:
    advice = "Change the document, or give --allow-partial to generate the other operations."
    return _named(operation.id, contract.where(refused.pointer), refused.message, advice)


def _named(operation: str, at: spec.Location, message: str, advice: str) -> Refusal:
    return Refusal(operation, os.path.basename(at.file), at.line, at.column, message, advice)


def _scheme(scheme: spec.SecurityScheme) -> SchemePlan | None:
    """How a secret is sent; None without a secret, or if it isn't one header, query parameter or cookie."""
    if scheme.type == "apiKey" and scheme.place in ("header", "query", "cookie"):
        return SchemePlan(scheme.name, "key", scheme.place, scheme.parameter)
    if scheme.type == "http" and scheme.scheme in ("basic", "bearer"):
        return SchemePlan(scheme.name, "basic" if scheme.scheme == "basic" else "bearer", "header", "Authorization")
    if scheme.type in ("oauth2", "openIdConnect"):
        return SchemePlan(scheme.name, "bearer", "header", "Authorization")
    return None


def _package(contract: spec.Contract) -> str:
    name = contract.package or names.snake(contract.title, "client")
    return re.sub(r"[^a-z0-9_]", "", name.lower()) or "client"


def _version(version: str) -> str:
    """A version that packaging tools take (PEP 440)."""
    numbers = re.match(r"v?(\d+(?:\.\d+)*)", str(version))
    return numbers[1] if numbers else "0"

"""Parameters: what the document forbids is refused, what it defaults is defaulted, what it doesn't know is said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from conformance.laws.auth import harmless_bodies
from conformance.laws.filters import cases_of
from conformance.laws.law import Phase, blocked_by, law, operation_of
from conformance.oracle.lookups import kind_of
from conformance.reading.context import Query, RunContext, extended, get, paged, read_page
from conformance.reading.listing import response_excerpt
from conformance.reading.sample import NO_SUCH_ID, base_query, identity, sample_of
from conformance.transport.errors import NotPermitted
from conformance.transport.exchange import Exchange, Request, Response
from conformance.verdict import Finding, Held, Result, not_exercised
from conformance.writing.chosen import in_own_order
from spec import Clause, Filter, Operation, Parameter
from spec.patterns import is_match


def shows_data(operation: Operation, exchange: Exchange) -> bool:
    """True for a 2xx that carries something: rows, where the answer is a list."""
    if not exchange.response.ok:
        return False
    page = read_page(operation, exchange)
    return bool(page.rows) if page.is_page else bool(exchange.response.body.strip())


_NEARLY_INTEGERS = ("abc", "2abc", "0x2", "1_0", "1.5")


@law("param.invalid", phase=Phase.REFUSALS)
def invalid(context: RunContext, clause: Clause) -> Result:
    """A value of another type is refused; it's never read as something else."""
    operation = operation_of(context, clause)
    parameter = clause.speaks_of(Parameter)
    schema = context.contract.sent(parameter.schema)
    many = schema.get("type") == "array"
    kind = kind_of(context.contract.sent(schema.get("items", {})) if many else schema)
    if parameter.place == "path":
        # A key may be a number, so that one is wrong only where another type is declared.
        return _refused_in_path(
            context, operation, (*_JUNK.get(kind, ()), *(() if kind == "number" else ("1",)), "%00")
        )
    junk = _integers(clause) if schema.get("type") == "integer" else _junk(parameter, kind)
    return _refused(context, operation, [((parameter.name, value),) for value in junk])


def _integers(clause: Clause) -> tuple[str, ...]:
    """Two texts that aren't integers, though some parsers take them for one; each parameter has its own."""
    return tuple(in_own_order(clause.id, _NEARLY_INTEGERS)[:2])


def _junk(parameter: Parameter, kind: str) -> tuple[str, ...]:
    """What no reading takes for a value of the kind. Comparisons of times also get a day that there isn't."""
    end = parameter.name.rpartition("__")[2]
    if kind == "date-time" and end in _NO_SUCH_TIME:
        return (_NO_SUCH_TIME[end],)
    return _JUNK.get(kind, ("\u2603",))


_NO_SUCH_TIME = {"gt": "2001-02-30T12:00:00Z", "lt": "2099-02-30T12:00:00Z", "lte": "2099-01-01T25:00:00Z"}
"""By the lookup: times that a careless parser moves to the next day, so that all rows satisfy the filter."""


_JUNK = {
    "number": ("abc",),
    "uuid": ("not-a-uuid",),
    "date-time": ("not-a-date",),
    "local": ("not-a-date",),
    "date": ("not-a-date",),
    "boolean": ("maybe",),
}
"""Texts that no reading takes for a value of the kind."""


@law("param.bounds", phase=Phase.REFUSALS, requests=2)
def bounds(context: RunContext, clause: Clause) -> Result:
    """A value outside the declared bounds is refused."""
    operation = operation_of(context, clause)
    parameter = clause.speaks_of(Parameter)
    values = outside(context.contract.sent(parameter.schema))
    if parameter.place == "path":
        return _refused_in_path(context, operation, tuple(map(str, values)))
    return _refused(context, operation, [((parameter.name, str(value)),) for value in values])


def outside(schema: Mapping[str, Any]) -> list[int | float]:
    """Numbers next to a schema's bounds and beyond them."""
    found: list[int | float] = []
    if "minimum" in schema:
        found += [schema["minimum"] - 1, schema["minimum"] - 2]
    if "exclusiveMinimum" in schema:
        found.append(schema["exclusiveMinimum"])
    if "maximum" in schema:
        found.append(schema["maximum"] + 1)
    if "exclusiveMaximum" in schema:
        found.append(schema["exclusiveMaximum"])
    return found


def _refused(context: RunContext, operation: Operation, wrong: list[Query]) -> Result:
    """Each of these queries is answered 4xx or shows nothing, where a right one shows something."""
    base = base_query(context, operation)
    if (operation.pagination or operation.bare_list) and not context.page(operation, base).rows:
        return not_exercised("no-data", "the list shows no rows, with or without a wrong value")
    requests = [get(operation, extended(base, query)) for query in wrong]
    context.prefetch(requests)
    for request in requests:
        exchange = context.send(request)
        if shows_data(operation, exchange) or exchange.response.status >= 500:
            value = request.query[-1]
            return Finding(f"4xx, or no data, for {value[0]}={value[1]!r}", response_excerpt(exchange), (exchange,))
    return Held(len(requests))


def _refused_in_path(context: RunContext, operation: Operation, values: tuple[str, ...]) -> Result:
    """Each of these values in the path is answered 4xx, where nothing but an error can be right."""
    for value in values:
        exchange = context.send(by_id(operation, value))
        if not exchange.response.refused:
            return Finding(f"4xx for {value}", response_excerpt(exchange), (exchange,))
    return Held(len(values))


@law("param.required", phase=Phase.REFUSALS)
def required(context: RunContext, clause: Clause) -> Result:
    """A request without a required parameter is refused."""
    operation, name = operation_of(context, clause), clause.speaks_of(Parameter).name
    base = base_query(context, operation)
    if not context.send(get(operation, base)).response.ok:
        why = "the request isn't answered with data when the parameter is there either"
        return blocked_by(context, clause, "response.status", why)
    exchange = context.send(get(operation, tuple(p for p in base if p[0] != name)))
    if not exchange.response.refused:
        return Finding(f"4xx without {name}", response_excerpt(exchange), (exchange,))
    return Held(1)


LANGUAGES = ("tr", "xx-XX,de;q=0.9,en;q=0.5,*;q=0.1")
"""One language, and several of which nobody speaks the first."""

ODD_LANGUAGES = (";;q=,", "xx")
"""No languages at all, and one that nobody speaks: each list gets one of them."""

ODD_LANGUAGES_OF_WRITES = ("xx", "")
"""One that nobody speaks, and nothing, which HTTP allows: so do writes."""


def _odd(context: RunContext, operation: Operation, values: tuple[str, ...]) -> str:
    """One of some values; operations beside each other get different ones."""
    return values[[o.code for o in context.contract.operations].index(operation.code) % len(values)]


@law("param.accepted", phase=Phase.REFUSALS, requests=2.7)
def accepted(context: RunContext, clause: Clause) -> Result:
    """A header that chooses the language of messages doesn't choose the rows, and breaks nothing."""
    operation, name = operation_of(context, clause), clause.speaks_of(Parameter).name
    if not operation.safe:
        return _accepted_by_write(context, operation, name)
    plain = context.page(operation, paged(operation, sample_of(context, operation).base))
    if not plain.rows:
        return not_exercised("no-data", "the list shows no rows")
    mine = {identity(operation, row): row for row in plain.rows}
    for value in (*LANGUAGES, _odd(context, operation, ODD_LANGUAGES)):
        request = replace(plain.exchange.request, headers=((name, value),))
        exchange = context.send(request)
        if exchange.response.status >= 500:
            return Finding(f"no server error with {name}: {value}", response_excerpt(exchange), (exchange,))
        if value not in LANGUAGES:
            continue
        page = read_page(operation, exchange)
        theirs = {identity(operation, row) for row in page.rows}
        if not page.is_page or theirs != set(mine) or page.count != plain.count:
            return Finding(
                f"with {name}: {value} the rows that are shown without it",
                response_excerpt(exchange)
                if not page.is_page
                else f"{len(page.rows)} of {page.count} rows: {', '.join(sorted(theirs))}",
                (plain.exchange, exchange),
            )
    return Held(len(LANGUAGES) + 1)


def _accepted_by_write(context: RunContext, operation: Operation, name: str) -> Result:
    """A write with the header is taken as one without it: here one that names no row there is."""
    without, *given = [
        context.resend(get(operation, headers=headers, body=harmless_bodies(context, operation)[0]))
        for headers in ((), ((name, _odd(context, operation, ODD_LANGUAGES_OF_WRITES)),))
    ]
    if without.response.status == 403:
        raise NotPermitted("the key may not write (403)")
    for exchange in given:
        if exchange.response.status >= 500 or exchange.response.status != without.response.status:
            return Finding(
                f"{without.response.status}, as without {name}", response_excerpt(exchange), (without, exchange)
            )
    return Held(len(given))


@law("param.unknown-key", phase=Phase.REFUSALS)
def unknown_key(context: RunContext, clause: Clause) -> Result:
    """A free key that no row has shows no row."""
    operation = operation_of(context, clause)
    filter = clause.speaks_of(Filter)
    known = sample_of(context, operation)
    cases = cases_of(context, operation, filter).chosen
    case = next((c for c in cases if any(c.judge(row) is True for row in known.rows.values())), None)
    if case is None:
        return not_exercised("no-witness", f"no row has a value of {filter.field} to ask another key with")
    taken = {key for row in known.rows.values() for key in (row.get(filter.field) or {})}
    folded = {key.casefold() for key in taken}
    near = (case.key or "").swapcase()  # a server that ignores the case of keys finds rows under it
    unknown = next(k for k in ("ZZTOP", "ZZTOPQ", "ZZTOPQX") if k.casefold() not in folded)
    key = near if known.complete and near not in taken and is_match(filter.key_pattern or ".+", near) else unknown
    exchange = context.send(get(operation, extended(known.base, ((filter.name(key), case.operand),))))
    if shows_data(operation, exchange) or exchange.response.status >= 500:
        return Finding(
            f"no rows: none of those seen has {filter.field}[{key}]", response_excerpt(exchange), (exchange,)
        )
    return Held(1)


@law("param.misspelt", phase=Phase.REFUSALS, requests=3)
def misspelt(context: RunContext, clause: Clause) -> Result:
    """A parameter misspelt by a letter isn't silently ignored."""
    operation = operation_of(context, clause)
    base = base_query(context, operation)
    plain = [f for f in operation.filters if not f.free_key and not f.hidden]
    discriminating = [(f, cases_of(context, operation, f).chosen) for f in plain]
    chosen = [cases[0].query for _, cases in discriminating if cases]
    usual = context.page(operation, base)
    if not chosen or not usual.rows:
        return not_exercised("no-data", "the list shows no rows that a filter could leave out")
    for query in chosen[:: max(1, len(chosen) // 3)][:3]:
        name = query[0][0]
        wrong = name[:-1] + ("x" if name[-1] != "x" else "y")
        page = context.page(operation, extended(base, tuple((wrong, operand) for _, operand in query)))
        if page.rows and (page.count, len(page.rows)) == (usual.count, len(usual.rows)):
            return Finding(f"an error for {wrong}, misspelt for {name}", "all rows", (usual.exchange, page.exchange))
    return Held(1)


def is_no_such(response: Response) -> bool:
    """True for an answer that denies that there is such a thing."""
    return response.status == 404


@law("batch.unknown-id", phase=Phase.REFUSALS)
def unknown_id(context: RunContext, clause: Clause) -> Result:
    """The id of nothing is answered 404."""
    operation = operation_of(context, clause)
    tried = 0
    for value in (NO_SUCH_ID, "3f2b8c1e-5a47-4d09-9f6e-2b7c8d901234"):
        exchange = context.send(by_id(operation, value))
        if not is_no_such(exchange.response):
            return Finding(f"404 for {value}, which no batch has", response_excerpt(exchange), (exchange,))
        tried += 1
    return Held(tried)


def by_id(operation: Operation, value: str) -> Request:
    """A request of an operation with one value for each of its path parameters, as it goes on the wire."""
    return get(operation, path={p.name: value for p in operation.parameters if p.place == "path"})

"""Parameters: what the document forbids is refused, what it defaults is defaulted, what it doesn't know is said."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from conformance.laws.auth import harmless_bodies
from conformance.laws.filters import cases_of
from conformance.laws.law import law, operation_of
from conformance.oracle.lookups import kind_of
from conformance.reading.context import Ask, Query, get, read_page
from conformance.reading.listing import brief
from conformance.reading.sample import NO_SUCH_ID, base_query, identity, paged, universe
from conformance.transport.exchange import Answer, Exchange, Request
from conformance.transport.target import NotSent
from conformance.verdict import Finding, Held, NotExercised, Result
from spec import Clause, Operation, Parameter


def parameter_of(operation: Operation, clause: Clause) -> Parameter:
    """The parameter that a clause is about."""
    return next(p for p in operation.parameters if p.name == clause.subject)


def shows_data(operation: Operation, exchange: Exchange) -> bool:
    """True for a 2xx that carries something: rows, where the answer is a list."""
    if not exchange.answer.ok:
        return False
    page = read_page(operation, exchange)
    return bool(page.rows) if page.is_page else bool(exchange.answer.body.strip())


@law("param.invalid")
def invalid(ask: Ask, clause: Clause) -> Result:
    """A value of another type is refused; it's never read as something else."""
    operation = operation_of(ask, clause)
    parameter = parameter_of(operation, clause)
    schema = ask.contract.resolve(parameter.schema)
    many = schema.get("type") == "array"
    kind = kind_of(ask.contract.resolve(schema.get("items", {})) if many else schema)
    if parameter.place == "path":
        return _refused_in_path(ask, operation, _JUNK.get(kind, ()))
    junk = _JUNK.get(kind, ("\u2603",)) + (("1.5",) if schema.get("type") == "integer" else ())
    return _refused(ask, operation, [((parameter.name, value),) for value in junk])


_JUNK = {
    "number": ("abc",),
    "uuid": ("not-a-uuid",),
    "date-time": ("not-a-date",),
    "date": ("not-a-date",),
    "boolean": ("maybe",),
}
"""Texts that no reading takes for a value of the kind."""


@law("param.bounds")
def bounds(ask: Ask, clause: Clause) -> Result:
    """A value outside the declared bounds is refused."""
    operation = operation_of(ask, clause)
    parameter = parameter_of(operation, clause)
    values = outside(ask.contract.resolve(parameter.schema))
    return _refused(ask, operation, [((parameter.name, str(value)),) for value in values])


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


def _refused(ask: Ask, operation: Operation, wrong: list[Query]) -> Result:
    """Each of these queries is answered 4xx or shows nothing, where a right one shows something."""
    base = base_query(ask, operation)
    if operation.pagination and not ask.page(operation, base).rows:
        return NotExercised("the list shows no rows, with or without a wrong value")
    requests = [get(operation, tuple(p for p in base if p[0] not in dict(query)) + query) for query in wrong]
    ask.ahead(requests)
    for request in requests:
        exchange = ask(request)
        if shows_data(operation, exchange) or exchange.answer.status >= 500:
            value = request.query[-1]
            return Finding(f"4xx, or no data, for {value[0]}={value[1]!r}", brief(exchange), (exchange,))
    return Held(len(requests))


def _refused_in_path(ask: Ask, operation: Operation, values: tuple[str, ...]) -> Result:
    """Each of these values in the path is answered 4xx, where nothing but an error can be right."""
    for value in (*values, "1", "%00"):
        exchange = ask(by_id(operation, value))
        if not exchange.answer.refused:
            return Finding(f"4xx for {value}", brief(exchange), (exchange,))
    return Held(len(values) + 2)


@law("param.required")
def required(ask: Ask, clause: Clause) -> Result:
    """A request without a required parameter is refused."""
    operation = operation_of(ask, clause)
    base = base_query(ask, operation)
    if not ask(get(operation, base)).answer.ok:
        return NotExercised("the request isn't answered with data when the parameter is there either")
    exchange = ask(get(operation, tuple(p for p in base if p[0] != clause.subject)))
    if not exchange.answer.refused:
        return Finding(f"4xx without {clause.subject}", brief(exchange), (exchange,))
    return Held(1)


LANGUAGES = ("tr", "de-DE,de;q=0.9,en;q=0.5,*;q=0.1")
ODD_LANGUAGES = ("xx", ";;q=,")


@law("param.accepted")
def accepted(ask: Ask, clause: Clause) -> Result:
    """A header that chooses the language of messages doesn't choose the rows, and breaks nothing."""
    operation = operation_of(ask, clause)
    if not operation.safe:
        return _accepted_by_write(ask, operation, clause.subject)
    base = universe(ask, operation).base
    pages = (ask.page(operation, paged(operation, query)) for query in (base + _with_an_i(ask, operation), base))
    plain = next((page for page in pages if page.rows), None)
    if plain is None:
        return NotExercised("the list shows no rows")
    mine = {identity(operation, row): row for row in plain.rows}
    for value in (*LANGUAGES, *ODD_LANGUAGES):
        request = replace(plain.exchange.request, headers=((clause.subject, value),))
        exchange = ask(request)
        if exchange.answer.status >= 500:
            return Finding(f"no server error with {clause.subject}: {value}", brief(exchange), (exchange,))
        if value not in LANGUAGES:
            continue
        page = read_page(operation, exchange)
        theirs = {identity(operation, row) for row in page.rows}
        if not page.is_page or theirs != set(mine) or page.count != plain.count:
            return Finding(
                f"with {clause.subject}: {value} the rows that are shown without it",
                brief(exchange)
                if not page.is_page
                else f"{len(page.rows)} of {page.count} rows: {', '.join(sorted(theirs))}",
                (plain.exchange, exchange),
            )
    return Held(len(LANGUAGES) + len(ODD_LANGUAGES))


def _with_an_i(ask: Ask, operation: Operation) -> Query:
    """A filter of any case on a text with an i, which is the letter whose other case is a matter of language."""
    folding = (f for f in operation.filters if f.lookup == "icontains" and not f.free_key)
    for filter, row in itertools.product(folding, universe(ask, operation).rows.values()):
        word = next((word for word in str(row.get(filter.field, "")).split() if "i" in word and word.isascii()), None)
        if word:
            return ((filter.parameter, word.upper()),)
    return ()


def _accepted_by_write(ask: Ask, operation: Operation, name: str) -> Result:
    """A write with the header is taken as one without it: here one that names no row there is."""
    without, *given = [
        ask.again(get(operation, headers=headers, body=harmless_bodies(ask, operation)[0]))
        for headers in ((), *(((name, value),) for value in ODD_LANGUAGES[:1]))
    ]
    if without.answer.status == 403:
        raise NotSent("the key may not write (403)")
    for exchange in given:
        if exchange.answer.status >= 500 or exchange.answer.status != without.answer.status:
            return Finding(f"{without.answer.status}, as without {name}", brief(exchange), (without, exchange))
    return Held(len(given))


@law("param.unknown-key")
def unknown_key(ask: Ask, clause: Clause) -> Result:
    """A free key that no row has shows no row."""
    operation = operation_of(ask, clause)
    filter = next(f for f in operation.filters if f.parameter == clause.subject)
    known = universe(ask, operation)
    cases = cases_of(ask, operation, filter).chosen
    case = next((c for c in cases if any(c.judge(row) is True for row in known.rows.values())), None)
    if case is None:
        return NotExercised(f"no row has a value of {filter.field} to ask another key with")
    taken = {key.casefold() for row in known.rows.values() for key in (row.get(filter.field) or {})}
    key = next(k for k in ("ZZTOP", "ZZTOPQ", "ZZTOPQX") if k.casefold() not in taken)
    exchange = ask(get(operation, (*known.base, (filter.name(key), case.operand))))
    if shows_data(operation, exchange) or exchange.answer.status >= 500:
        return Finding(f"no rows: none of those seen has {filter.field}[{key}]", brief(exchange), (exchange,))
    return Held(1)


@law("param.misspelt")
def misspelt(ask: Ask, clause: Clause) -> Result:
    """A parameter misspelt by a letter isn't silently ignored."""
    operation = operation_of(ask, clause)
    known = universe(ask, operation)
    plain = [f for f in operation.filters if not f.free_key and not f.hidden]
    telling = [(f, cases_of(ask, operation, f).chosen) for f in plain]
    chosen = [(f.parameter, cases[0].operand) for f, cases in telling if cases]
    if not chosen or not known.rows:
        return NotExercised("the list shows no rows that a filter could leave out")
    for name, operand in chosen[:: max(1, len(chosen) // 3)][:3]:
        wrong = name[:-1] + ("x" if name[-1] != "x" else "y")
        page = ask.page(operation, (*known.base, (wrong, operand)))
        if page.rows and page.count == known.count:
            return Finding(f"an error for {wrong}, misspelt for {name}", f"all {page.count} rows", (page.exchange,))
    return Held(1)


def is_no_such(answer: Answer) -> bool:
    """True for an answer that denies that there is such a thing."""
    return answer.status == 404


@law("batch.unknown-id")
def unknown_id(ask: Ask, clause: Clause) -> Result:
    """The id of nothing is answered 404."""
    operation = operation_of(ask, clause)
    tried = 0
    for value in (NO_SUCH_ID, "3f2b8c1e-5a47-4d09-9f6e-2b7c8d901234"):
        exchange = ask(by_id(operation, value))
        if not is_no_such(exchange.answer):
            return Finding(f"404 for {value}, which no batch has", brief(exchange), (exchange,))
        tried += 1
    return Held(tried)


def by_id(operation: Operation, value: str) -> Request:
    """A request of an operation with one value for each of its path parameters, as it goes on the wire."""
    return get(operation, path={p.name: value for p in operation.parameters if p.place == "path"})

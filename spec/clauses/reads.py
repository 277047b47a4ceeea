"""Clauses about the responses of an operation: authentication, schemas, parameters, pages, filters, search."""

from __future__ import annotations

from collections.abc import Iterator

from spec.clauses import orderings
from spec.clauses.clause import clause
from spec.clauses.pages import derive as derive_pages
from spec.lookups import DATE_PARTS, LOOKUPS
from spec.model import (
    LOCAL,
    Clause,
    Filter,
    Level,
    Lookups,
    Operation,
    Parameter,
    Provenance,
    without_null,
)


def derive(operation: Operation) -> Iterator[Clause]:
    """The clauses on the responses of one operation."""
    yield from _authentication(operation)
    yield from _responses(operation)
    for parameter in operation.parameters:
        yield from _parameter(operation, parameter)
    if operation.pagination:
        yield from derive_pages(operation, operation.pagination)
    yield from _outer(operation)
    yield from _not_modified(operation)
    yield from _filters(operation)
    yield from orderings.derive(operation)
    for parameter in operation.parameters:
        if parameter.search:
            yield from _search(operation, parameter)
        if parameter.fields:
            yield _fields(operation, parameter)
        if parameter.expands:
            yield _expands(operation, parameter)
    if operation.batch:
        yield from _status(operation)


def _authentication(operation: Operation) -> Iterator[Clause]:
    refused = operation.response(401)
    if not operation.security or refused is None:
        return
    for kind, what in (
        ("missing-key", "without a key"),
        ("empty-key", "with an empty key"),
        ("wrong-key", "with a key that is another"),
        ("truncated-key", "with a key that is only the beginning of the right one"),
        ("extended-key", "with a key that goes on after the right one"),
        ("swapped-case-key", "with a key that differs from the right one in upper and lower case"),
    ):
        yield clause(
            operation,
            f"auth.{kind}",
            f"A request {what} is answered 401.",
            Provenance(refused.provenance.level, f"401 {refused.description}"),
            refused.location,
        )


def _responses(operation: Operation) -> Iterator[Clause]:
    success = operation.success
    if success is None:
        return
    source = Provenance(success.provenance.level, f"{success.status} {success.description}")
    for kind, requirement in (
        ("status", f"A valid request is answered {success.status}."),
        ("content-type", "An answer has the content type that is declared for its status."),
        ("schema", "An answer's body has the declared fields, types and formats."),
        ("no-server-error", "No request, valid or not, is answered 5xx."),
    ):
        if kind in ("status", "no-server-error") or success.json:
            yield clause(
                operation, f"response.{kind}", requirement, source, success.location, writes=not operation.safe
            )
    if _can_be_generated(operation):
        yield clause(
            operation,
            "response.rejects-invalid",
            "A request that breaks the declared parameters or body is answered 4xx, or without data.",
            source,
            operation.location,
            writes=not operation.safe,
        )
    undeclared = Provenance("inferred", "The page lists the statuses; an answer with another one surprises a client.")
    yield clause(
        operation,
        "response.declared-status",
        "An answer to any request has one of the declared statuses.",
        undeclared,
        operation.location,
        writes=not operation.safe,
    )


def _can_be_generated(operation: Operation) -> bool:
    """True when invalid requests can be generated: there is something to vary.

    In the path a write must name a row of the run's own; other clauses speak of its body and its key.
    """
    if operation.access and operation.access.by:
        return operation.safe and any(rejects_text(without_null(p.schema)) for p in operation.parameters)
    return operation.body is not None or any(p.place in ("path", "query") for p in operation.parameters)


def _parameter(operation: Operation, parameter: Parameter) -> Iterator[Clause]:
    name, source, location = parameter.name, parameter.provenance, parameter.location
    if name in operation.outer:
        return  # it always has the same value
    if operation.access and operation.access.of_one and not (operation.safe and name == operation.access.by):
        return  # clauses about one row speak of the key in its path, and of the headers that concern its writes
    namesakes = [other for other in operation.parameters if other.name == name]
    named = name if len(namesakes) == 1 else f"{name}-{parameter.place}"

    def of(kind: str, requirement: str, about: Parameter | Filter = parameter, named: str = named) -> Clause:
        return clause(
            operation, kind, requirement, source, location, about=about, named=named, writes=not operation.safe
        )

    if parameter.required and parameter.place != "path":
        yield of("param.required", f"A request without {name} is answered 4xx.")
    if parameter.place == "header" and name.lower() in _CONDITIONS:
        return  # another clause speaks of them
    if parameter.place == "header":
        yield of("param.accepted", f"A request with any {name} gets the same rows as one without.")
        return
    if parameter.free_keys:
        for filter in parameter.filters:
            unknown = f"{filter.parameter} with a key that no row has shows no row."
            yield of("param.unknown-key", unknown, filter, filter.parameter)
        return
    schema = without_null(parameter.schema)
    if rejects_text(schema):
        yield of(
            "param.invalid", f"A value of {name} that isn't of the declared type is answered 4xx, or with no data."
        )
    if any(bound in schema for bound in ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")):
        yield of("param.bounds", f"A value of {name} outside its bounds is answered 4xx, or with no data.")


def rejects_text(schema: object) -> bool:
    """True when some text isn't a value of a parameter with this schema: its type isn't string."""
    if not isinstance(schema, dict):
        return False
    if schema.get("type") == "array":
        return rejects_text(schema.get("items"))
    return (
        schema.get("type") in ("integer", "number", "boolean")
        or "enum" in schema
        or (schema.get("format") in ("uuid", "date-time", "date-time-local", "date"))
    )


def _filters(operation: Operation) -> Iterator[Clause]:
    for filter in operation.filters:
        yield clause(
            operation,
            "filter",
            _shows(filter),
            filter.provenance,
            filter.location,
            about=filter,
            named=filter.parameter,
        )
        if filter.default is not None:
            shown = str(filter.default).lower() if isinstance(filter.default, bool) else filter.default
            yield clause(
                operation,
                "default",
                f"Without {filter.parameter} the answer is that of {filter.parameter}={shown}.",
                filter.provenance,
                filter.location,
                about=filter,
                named=filter.parameter,
            )
    if len(operation.filters) > 1:
        for filter in operation.filters:
            yield clause(
                operation,
                "combine",
                f"{filter.parameter} together with another filter shows the rows that satisfy both.",
                filter.provenance,
                filter.location,
                about=filter,
                named=filter.parameter,
            )
    guessed = bool(operation.filters) and all(each.provenance.level == "inferred" for each in operation.filters)
    together = operation.filters[0].provenance if guessed else operation.provenance
    if any(map(_takes_a_text, operation.filters)):
        yield clause(
            operation,
            "wire",
            "A filter's text counts as it was sent: nothing in it is cut, unescaped twice, split or stripped.",
            together,
            operation.location,
        )
        yield clause(
            operation,
            "edges",
            "A space at either end of a filter's text counts.",
            Provenance("inferred", "The page doesn't say that values are trimmed; many servers do it all the same."),
            operation.location,
        )
    if len(operation.filters) > 1:
        yield clause(
            operation,
            "explore",
            "Any few filters together show exactly the rows that satisfy them all.",
            together,
            operation.location,
        )
    if operation.filters:
        yield clause(
            operation,
            "param.misspelt",
            "A filter misspelt by a letter doesn't give the unfiltered rows.",
            Provenance(
                "inferred", "The page doesn't say what happens to unknown parameters; ignoring one hides a mistake."
            ),
            operation.location,
        )
    by_field: dict[str, list[Filter]] = {}
    for filter in operation.filters:
        mixed = filter.local != (filter.of.get("format") == LOCAL)  # one value can't be sent to both kinds of filters
        if LOOKUPS[filter.lookup].related and not (filter.nested or filter.several or mixed):
            by_field.setdefault(filter.field, []).append(filter)
    for field, filters in by_field.items():
        lookups = {f.lookup for f in filters}
        if len(lookups - {"in"}) > 1 or lookups == {"in", "exact"}:
            yield clause(
                operation,
                "relation",
                f"The lookups on {field} agree with each other: {', '.join(sorted(f.lookup for f in filters))}.",
                filters[0].provenance,
                filters[0].location,
                about=Lookups(field, tuple(filters)),
                named=field,
            )


def _outer(operation: Operation) -> Iterator[Clause]:
    """Rows are shown where they belong, and nowhere else."""
    access = operation.access
    for name in operation.outer if access and not access.writes else ():
        yield clause(
            operation,
            "outer",
            f"Under a {name} that there isn't, no row of another {name} is shown.",
            access.collection.provenance if access else operation.provenance,
            operation.location,
            about=operation.parameter(name),
            named=name,
        )


_CONDITIONS = ("if-none-match", "if-modified-since")
"""Headers of reads that are about what the client has already."""


def _not_modified(operation: Operation) -> Iterator[Clause]:
    """304 for what the client has already, where the document says of what state an answer is."""
    access, success = operation.access, operation.success
    if access is None or access.writes or success is None:
        return
    if not any(name.lower() == "etag" for name in success.headers):
        return
    unchanged = operation.response(304)
    header = next((p for p in operation.parameters if p.place == "header" and p.name.lower() == _CONDITIONS[0]), None)
    if header is not None:
        source = header.provenance
    elif unchanged is not None and unchanged.status == "304":
        source = Provenance(unchanged.provenance.level, f"304 {unchanged.description}".rstrip())
    else:
        source = Provenance("inferred", "The page has an ETag for each answer and doesn't say what it is good for.")
    yield clause(
        operation,
        "get.not-modified",
        "With its own ETag in If-None-Match a read is answered 304, with another one as without.",
        source,
        operation.location,
    )


def _takes_a_text(filter: Filter) -> bool:
    plain = filter.schema.get("type") == "string" and "format" not in filter.schema
    return plain and not (filter.many or filter.several or LOOKUPS[filter.lookup].negated)


def _shows(filter: Filter) -> str:
    of = LOOKUPS[filter.lookup]
    if filter.several:
        which = "none" if of.negated else "one"
        ending = "" if of.negated else ": all of them and no other"
        words = of.words.replace("holds every listed value", "equals each listed value")
        return f"{filter.parameter} shows the rows of which {which} {_compared(filter)} {words}{ending}."
    if of.negated:
        left_out = f"the rows whose {_compared(filter)} {of.words}"
        return f"{filter.parameter} leaves out {left_out}, and none with another value."
    return f"{filter.parameter} shows the rows whose {_compared(filter)} {of.words}: all of them and no other."


def _compared(filter: Filter) -> str:
    if filter.part:
        return f"{filter.field} has a {DATE_PARTS[filter.part][1]} that"
    return f"{filter.field}[KEY]" if filter.free_key else filter.field


def _search(operation: Operation, parameter: Parameter) -> Iterator[Clause]:
    fields = ", ".join(parameter.search)
    several = sum(bool(each.search) for each in operation.parameters) > 1
    has = f"has {'each word of the value' if parameter.by_words else 'the value'} in one of {fields}"

    def of(kind: str, requirement: str, level: Level | None = None) -> Clause:
        source, location = parameter.provenance, parameter.location
        named = parameter.name if several else ""
        return clause(operation, kind, requirement, source, location, about=parameter, level=level, named=named)

    if parameter.search_open:
        yield of("search.selective", "Searching a value that no row has doesn't show what no search shows.")
        return
    yield of("search.finds", f"Searching a row's own value ({fields}) finds the row.")
    yield of("search.selective", "Searching a value that no row has doesn't show what searching another value shows.")
    yield of("search.sound", f"Every row that is found {has}.", "inferred")
    yield of("search.complete", f"Every row that {has} is found.", "inferred")
    yield of("search.case", "Searching in upper or lower case finds the same rows.", "inferred")


def _fields(operation: Operation, parameter: Parameter) -> Clause:
    shown = "only the fields that it names are" if parameter.fields == "only" else "the fields that it names aren't"
    return clause(
        operation,
        "fields",
        f"With {parameter.name} {shown} shown, of the same rows.",
        parameter.provenance,
        parameter.location,
        about=parameter,
        named=parameter.name,
    )


def _expands(operation: Operation, parameter: Parameter) -> Clause:
    return clause(
        operation,
        "expands",
        f"With {parameter.name} rows stand in place of their keys ({', '.join(parameter.expands)}); all else stays.",
        parameter.provenance,
        parameter.location,
        about=parameter,
        named=parameter.name,
    )


def _status(operation: Operation) -> Iterator[Clause]:
    missing = operation.response(404)
    if missing and missing.status == "404":
        source = Provenance(missing.provenance.level, f"404 {missing.description}")
        yield clause(operation, "batch.unknown-id", "The id of no batch is answered 404.", source, missing.location)

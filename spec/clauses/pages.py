"""Clauses about the pages of a list, for every form that pages have."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from spec.clauses.clause import clause
from spec.model import Clause, Contract, Cursor, Limit, Location, Operation, PageForm, Pagination, Provenance

_Source = tuple[Provenance, Location]


def derive(operation: Operation, pagination: Pagination) -> Iterator[Clause]:
    """The clauses on the pages of one operation."""
    form, limit, of_page = pagination.form, pagination.limit, _of_page(operation, pagination)

    def of(kind: str, requirement: str, source: _Source = of_page) -> Clause:
        return clause(operation, kind, requirement, *source)

    if not isinstance(form, Cursor) and form.default is not None:
        yield of(
            "page.default-page", f"Without {form.parameter} the answer is that of {form.parameter}={form.default}."
        )
    if limit is not None:
        yield from _limited(operation, limit, _of(operation, limit.parameter))
    if pagination.count is not None:
        counted = f"{pagination.count.name} is the number of rows on all pages together, and the same on each."
        yield of("page.count", counted, (pagination.count.provenance, pagination.count.location))
    yield of("page.disjoint", "No row stands on two pages.")
    yield of("page.complete", "Walking the pages to the end shows every row.")
    stable = "The same request, on data that didn't change, shows the same rows in the same order."
    yield of("page.stable", stable)
    if limit is not None:
        same = f"The rows are the same, in the same order, for every {limit.parameter}."
        yield of("page.same-order", same, _of(operation, limit.parameter))
    for role, member in pagination.leading.items():
        source, end = (member.provenance, member.location), "last" if role == "next" else "first"
        yield of(f"page.{role}", f"{member.name} is null on the {end} page and only there.", source)
        yield of(f"page.{role}-link", _leads_to(pagination, role, member.name), source)
    if operation.filters:
        yield of("page.filtered", "All of this holds as well when a filter narrows the rows.")
    if pagination.unasked is not None:
        every = f"Without {pagination.unasked} the answer isn't paged: it has all rows."
        yield of("page.unasked", every, _of(operation, pagination.unasked))
    if not isinstance(form, Cursor):
        why = "The page doesn't say what is past the last page; rows there would be shown twice."
        past = "A page past the last one is answered 404 or has no rows."
        yield of("page.past-end", past, (Provenance("inferred", why), of_page[1]))


def derive_inserts(contract: Contract, operation: Operation) -> Iterator[Clause]:
    """The clause on cursors of a list into which some operation inserts rows."""
    paging, access = operation.pagination, operation.access
    if paging is None or access is None or not isinstance(paging.form, Cursor):
        return
    writers = (o.access for o in contract.operations if o.access and o.access.collection == access.collection)
    if any(writer.action in ("upserts", "creates") and not writer.parts for writer in writers):
        why = Provenance("inferred", "The page doesn't say so; a cursor that counts rows is an offset by another name.")
        stays = "A cursor leads to the same rows after others came in before them."
        yield clause(operation, "page.insert", stays, why, _of_page(operation, paging)[1], writes=True)


def _limited(operation: Operation, limit: Limit, source: _Source) -> Iterator[Clause]:
    """The clauses on the size of a page."""
    name = limit.parameter
    if limit.default is not None:
        default = f"Without {name} the answer is that of {name}={limit.default}."
        yield clause(operation, "page.default-limit", default, *source)
    long = f"A page has as many rows as {name} says, or as are left; a larger {name} never gives fewer."
    yield clause(operation, "page.limit", long, *source)


def _of_page(operation: Operation, pagination: Pagination) -> _Source:
    """What the clauses on pages as such rest on: the parameter that selects one, or the link to the next."""
    if pagination.form.parameter is not None:
        return _of(operation, pagination.form.parameter)
    return pagination.members["next"].provenance, pagination.members["next"].location


def _of(operation: Operation, name: str) -> _Source:
    parameter = next(p for p in operation.parameters if p.name == name and p.pagination)
    return parameter.provenance, parameter.location


def _leads_to(pagination: Pagination, role: Literal["next", "previous"], name: str) -> str:
    form, limit = pagination.form, pagination.limit
    if pagination.members[role].holds == "position":
        return f"{name} is {_positioned(form, role)}."
    size = f"the same {limit.parameter} and " if limit else ""
    if isinstance(form, Cursor):
        return f"{name} leads to the {role} page, with {size}the rest of the query."
    return f"{name} carries {_positioned(form, role)}, {size}the rest of the query."


def _positioned(form: PageForm, role: str) -> str:
    return f"the {form.parameter} of the {role} page" if isinstance(form, Cursor) else f"the {role} {form.parameter}"

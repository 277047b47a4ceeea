"""Choices of fields: the named fields are shown or left out, and nothing else changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from conformance.laws.law import law, operation_of
from conformance.laws.row_states import equal
from conformance.reading.context import RunContext, extended
from conformance.reading.page import Page
from conformance.reading.sample import identity, sample_of
from conformance.verdict import Finding, Held, Result, not_exercised
from spec import Clause, Operation, Parameter

Row = Mapping[str, Any]


@law("fields")
def fields(context: RunContext, clause: Clause) -> Result:
    """The rows with some of their fields are the rows without the others."""
    operation, parameter = operation_of(context, clause), clause.speaks_of(Parameter)
    known = sample_of(context, operation)
    whole = context.page(operation, known.base)
    if not whole.rows or operation.access is None:
        return not_exercised("no-data", "the list shows no rows")
    key = operation.access.collection.key
    many = context.contract.sent(parameter.schema).get("type") == "array"
    choices = _choices([name for name in whole.rows[0] if name != key], key, only=parameter.fields == "only")
    for names in choices:
        page = context.page(operation, extended(known.base, parameter.naming(names, many=many)))
        wrong = _difference(operation, parameter, names, whole, page)
        if wrong:
            return Finding(*wrong, (whole.exchange, page.exchange))
    return Held(len(choices)) if choices else not_exercised("no-witness", "a row has too few fields to leave one out")


def _choices(others: Sequence[str], key: str, *, only: bool) -> list[list[str]]:
    """Names to ask for: one field, then two others where there are as many; with the key, which tells rows apart."""
    chosen = [list(others[:1]), list(others[1:3])]
    enough = len(others) > 1
    return [[key, *names] if only else names for names in chosen if names and enough]


def _difference(
    operation: Operation, parameter: Parameter, names: Sequence[str], whole: Page, page: Page
) -> tuple[str, str] | None:
    """What was expected and what is shown, where a page has other rows, or rows with other fields or values."""
    rows = {identity(operation, row): row for row in whole.rows}
    shown = {identity(operation, row): row for row in page.rows}
    asked = f"{parameter.name}={','.join(names)}"
    if not page.is_page or shown.keys() != rows.keys():
        return (
            f"the {len(rows)} rows that are shown without {asked}",
            f"{len(shown)} rows: {', '.join(list(shown)[:5])}",
        )
    for name, row in shown.items():
        expected = _fields_of(operation, parameter, names, rows[name])
        wrong = [field for field in row if field not in expected and field in rows[name]]
        if wrong:
            return f"{', '.join(expected)} of {name} with {asked}", f"{wrong[0]} is shown as well"
        missing = [field for field in expected if field not in row]
        if missing:
            return f"{', '.join(expected)} of {name} with {asked}", f"{missing[0]} isn't shown"
        other = next((field for field in expected if not equal(expected[field], row[field])), None)
        if other:
            return f"{other} {expected[other]!r} of {name} with {asked}, as without it", f"{row[other]!r}"
    return None


def _other_rows(asked: str, rows: Mapping[str, Row], shown: Mapping[str, Row]) -> tuple[str, str]:
    return f"the {len(rows)} rows that are shown without {asked}", f"{len(shown)} rows: {', '.join([*shown][:5])}"


def _fields_of(operation: Operation, parameter: Parameter, names: Sequence[str], row: Row) -> dict[str, Any]:
    """The fields of a row that must be shown."""
    named = parameter.fields == "only"
    return {field: value for field, value in row.items() if (field in names) is named}


@law("expands")
def expands(context: RunContext, clause: Clause) -> Result:
    """In place of a key the row that has it is shown; rows and other fields stay."""
    operation, parameter = operation_of(context, clause), clause.speaks_of(Parameter)
    known = sample_of(context, operation)
    whole = context.page(operation, known.base)
    many = context.contract.sent(parameter.schema).get("type") == "array"
    tried = 0
    for field, name in parameter.expands.items():
        collection = context.contract.collection(name)
        if collection is None or not any(_is_key(row.get(field)) for row in whole.rows):
            continue
        page = context.page(operation, extended(known.base, parameter.naming([field], many=many)))
        wrong = _unexpanded(operation, f"{parameter.name}={field}", field, collection.key, whole, page)
        if wrong:
            return Finding(*wrong, (whole.exchange, page.exchange))
        tried += 1
    return Held(tried) if tried else not_exercised("no-data", "no row has a key that could be expanded")


def _is_key(value: object) -> bool:
    return isinstance(value, (str, int)) and not isinstance(value, bool)


def _unexpanded(
    operation: Operation, asked: str, field: str, key: str, whole: Page, page: Page
) -> tuple[str, str] | None:
    """What was expected and what is shown, where a key isn't expanded, or something else has changed."""
    rows = {identity(operation, row): row for row in whole.rows}
    shown = {identity(operation, row): row for row in page.rows}
    if not page.is_page or shown.keys() != rows.keys():
        return (
            f"the {len(rows)} rows that are shown without {asked}",
            f"{len(shown)} rows: {', '.join(list(shown)[:5])}",
        )
    for name, row in shown.items():
        plain, now = rows[name].get(field), row.get(field)
        if _is_key(plain) and not (isinstance(now, Mapping) and equal(plain, now.get(key))):
            return f"{field} of {name} with {asked}: the row whose {key} is {plain!r}", f"{now!r}"
        other = next((n for n in rows[name] if n != field and not equal(rows[name][n], row.get(n))), None)
        if other:
            return f"{other} {rows[name][other]!r} of {name} with {asked}, as without it", f"{row.get(other)!r}"
    return None

"""Search: what is looked for is found, and something else isn't."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from conformance.laws.law import law, operation_of
from conformance.oracle.lookups import any_of, text
from conformance.reading.context import Ask, Query, get
from conformance.reading.listing import brief, listing, sketch
from conformance.reading.sample import LARGE_PAGE, paged, universe
from conformance.verdict import Finding, Held, NotExercised, Result
from spec import Clause, Operation, Parameter

NOWHERE = "qzxjwvkqpz"
"""A word that no product has."""


def search_parameter(operation: Operation) -> Parameter:
    """The parameter that carries what is searched."""
    return next(p for p in operation.parameters if p.search)


def _query(ask: Ask, operation: Operation, value: str) -> Query:
    parameter = search_parameter(operation)
    kept = tuple(p for p in universe(ask, operation).base if p[0] != parameter.name)
    return (*kept, (parameter.name, value))


def _plain(value: Any) -> bool:
    """A value that every kind of search takes as it is: ASCII letters, digits and single spaces."""
    return isinstance(value, str) and re.fullmatch(r"[A-Za-z0-9]+( [A-Za-z0-9]+)*", value) is not None


def _rows(ask: Ask, operation: Operation, field: str, most: int) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Rows with a plain value in a field, spread over those that are known, each value once."""
    known = universe(ask, operation).rows
    by_value = {str(row[field]): (name, row) for name, row in known.items() if _plain(row.get(field))}
    found = list(by_value.values())
    yield from found[:: max(1, len(found) // most)][:most]


@law("search.finds")
def finds(ask: Ask, clause: Clause) -> Result:
    """A row's own name finds the row."""
    operation = operation_of(ask, clause)
    field = search_parameter(operation).search[0]
    total, tried = universe(ask, operation).count or 0, 0
    for name, row in _rows(ask, operation, field, 3):
        shown = listing(ask, operation, _query(ask, operation, str(row[field])))
        if not shown.first.is_page or (name not in shown.rows and shown.whole):
            seen = universe(ask, operation).seen_in[name]
            chain = (seen, *(p.exchange for p in shown.pages))
            return Finding(f"the row {sketch(operation, row, (field,))}", brief(shown.first.exchange), chain)
        tried += (shown.first.count or 0) < total
    return Held(tried) if tried else NotExercised(f"no row with a plain {field} that narrows the search")


@law("search.selective")
def selective(ask: Ask, clause: Clause) -> Result:
    """Looking for something else shows something else."""
    operation = operation_of(ask, clause)
    known = universe(ask, operation)
    if len(known.rows) < 2:
        return NotExercised("the search shows fewer than two rows")
    nowhere = ask.page(operation, paged(operation, _query(ask, operation, NOWHERE), limit=LARGE_PAGE))
    if nowhere.rows and nowhere.count == known.count:
        sought = dict(known.base).get(search_parameter(operation).name)
        usual = f"for {sought!r}" if sought else "without a search"
        chain = (next(iter(known.seen_in.values())), nowhere.exchange)
        return Finding(f"other rows for {NOWHERE!r} than the {known.count} {usual}", f"{nowhere.count} rows", chain)
    return Held(1)


def _words(ask: Ask, operation: Operation) -> list[str]:
    """Words and values of the rows to look for, of every searched field."""
    rows = list(universe(ask, operation).rows.values())
    by_field: list[list[str]] = []
    for field in search_parameter(operation).search:
        values = [str(row[field]) for _, row in _rows(ask, operation, field, 1)]
        values += [str(row.get(field, "")) for row in rows[:: max(1, len(rows) // 2)]]
        by_field.append([part for value in values for part in (value, value[1:-1].strip())])
    found = dict.fromkeys(word for turn in zip(*by_field, strict=False) for word in turn)
    return [word for word in found if len(word) > 2][:7]


def _has(operation: Operation, row: Mapping[str, Any], word: str) -> bool | None:
    fields = search_parameter(operation).search
    return any_of(text("icontains", str(row[field]), word) for field in fields if row.get(field) is not None)


@law("search.sound")
def sound(ask: Ask, clause: Clause) -> Result:
    """Every row that is shown has the value somewhere."""
    operation = operation_of(ask, clause)
    known = universe(ask, operation)
    tried = 0
    words = _words(ask, operation)
    wild = [f"{word[0]}_%{word[2:]}" for word in words if _plain(word)][:1]
    for word in words + wild:
        for page in listing(ask, operation, _query(ask, operation, word)).pages:
            for row in page.rows:
                if _has(operation, row, word) is False:
                    fields = search_parameter(operation).search
                    return Finding(f"rows with {word!r}", sketch(operation, row, fields), (page.exchange,))
        tried += any(_has(operation, row, word) is False for row in known.rows.values())
    return Held(tried) if tried else NotExercised("the search shows no rows that some words are missing from")


@law("search.complete")
def complete(ask: Ask, clause: Clause) -> Result:
    """Every row that has the value somewhere is shown."""
    operation = operation_of(ask, clause)
    known = universe(ask, operation)
    tried = 0
    words = _words(ask, operation)
    if not known.rows:
        return _nothing_found(ask, operation)
    ask.ahead(get(operation, paged(operation, _query(ask, operation, word), limit=LARGE_PAGE)) for word in words)
    for word in words:
        shown = listing(ask, operation, _query(ask, operation, word))
        for name, row in known.rows.items():
            if _has(operation, row, word) is True and shown.whole and name not in shown.rows:
                fields = search_parameter(operation).search
                chain = (known.seen_in[name], *(p.exchange for p in shown.pages))
                return Finding(f"{sketch(operation, row, fields)} for {word!r}", brief(shown.first.exchange), chain)
        tried += bool(shown.rows)
    return Held(tried) if tried else NotExercised("the search shows no rows")


def _nothing_found(ask: Ask, operation: Operation) -> Result:
    """A search that finds nothing at all, not even what other lists of the same API show."""
    fields = search_parameter(operation).search
    for other in ask.contract.operations:
        if other.pagination and other.code != operation.code and not any(p.required for p in other.parameters):
            rows = [row for row in universe(ask, other).rows.values() if _plain(row.get(fields[0]))]
            pages = [ask.page(operation, _query(ask, operation, str(row[fields[0]]))) for row in rows[:5]]
            if pages and not any(page.rows for page in pages):
                wanted = f"something for at least one of {[str(row[fields[0]]) for row in rows[:5]]}"
                return Finding(wanted, "no rows, whatever is searched", tuple(page.exchange for page in pages))
    return NotExercised("the search shows no rows")


@law("search.case")
def case(ask: Ask, clause: Clause) -> Result:
    """Upper and lower case make no difference."""
    operation = operation_of(ask, clause)
    field = search_parameter(operation).search[0]
    tried = 0
    known = universe(ask, operation).rows.values()
    words = {word for row in known for word in str(row.get(field, "")).split() if word.isalpha() and len(word) > 3}
    folding = sorted(w for w in words if w.lower() != w.upper() and text("iexact", w.lower(), w.upper()))
    ascii_only = [w for w in folding if w.isascii()]
    for value in ascii_only[:1] + [w for w in folding if not w.isascii()][:2]:
        pages = [
            ask.page(operation, paged(operation, _query(ask, operation, v), limit=LARGE_PAGE))
            for v in (value, value.lower(), value.upper())
        ]
        counts = {page.count for page in pages}
        if len(counts) > 1:
            seen = ", ".join(str(page.count) for page in pages)
            return Finding(f"as many rows for {value!r} in any case", f"{seen} rows", tuple(p.exchange for p in pages))
        tried += 1
    return Held(tried) if tried else NotExercised(f"no {field} has a plain word without the letter i")

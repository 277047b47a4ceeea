"""Search: a search finds the rows that hold its text, and no others."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from conformance.laws.law import law, operation_of
from conformance.oracle.bounds import LONGEST_PICKED
from conformance.oracle.lookups import all_of, any_of, text
from conformance.reading.context import Query, RunContext, get, paged, read_page
from conformance.reading.listing import listing, response_excerpt, row_excerpt
from conformance.reading.sample import identity, sample_of
from conformance.verdict import Finding, Held, Result, not_exercised
from spec import Clause, Operation, Parameter

NOWHERE = "qzxjwvkqpz"
"""A word that no product has."""


def _query(context: RunContext, operation: Operation, parameter: Parameter, value: str) -> Query:
    kept = tuple(p for p in sample_of(context, operation).base if p[0] != parameter.name)
    return (*kept, (parameter.name, value))


def _plain(value: Any) -> bool:
    """A value that every kind of search takes as it is: ASCII letters, digits and single spaces."""
    return (
        isinstance(value, str)
        and len(value) <= LONGEST_PICKED
        and re.fullmatch(r"[A-Za-z0-9]+( [A-Za-z0-9]+)*", value) is not None
    )


def _rows(context: RunContext, operation: Operation, field: str, most: int) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Rows with a plain value in a field, spread over those that are known, each value once."""
    known = sample_of(context, operation).rows
    by_value = {str(row[field]): (name, row) for name, row in known.items() if _plain(row.get(field))}
    found = list(by_value.values())
    yield from found[:: max(1, len(found) // most)][:most]


@law("search.finds", requests=2)
def finds(context: RunContext, clause: Clause) -> Result:
    """A row's own name finds the row."""
    operation, parameter = operation_of(context, clause), clause.speaks_of(Parameter)
    field = parameter.search[0]
    total, tried = sample_of(context, operation).least, 0
    for name, row in _rows(context, operation, field, 2):
        shown = listing(context, operation, _query(context, operation, parameter, str(row[field])))
        if not shown.first.is_page or (name not in shown.rows and shown.whole):
            seen = sample_of(context, operation).shown_by[name]
            chain = (seen, *(p.exchange for p in shown.pages))
            return Finding(
                f"the row {row_excerpt(operation, row, (field,))}",
                response_excerpt(shown.first.exchange),
                chain,
                symptom="missing-rows" if shown.first.is_page else "",
            )
        tried += (len(shown.rows) if shown.first.count is None else shown.first.count) < total
    return Held(tried) if tried else not_exercised("no-witness", f"no row with a plain {field} that narrows the search")


@law("search.selective", requests=3)
def selective(context: RunContext, clause: Clause) -> Result:
    """A search for another text shows other rows."""
    operation, parameter = operation_of(context, clause), clause.speaks_of(Parameter)
    known = sample_of(context, operation)
    if len(known.rows) < 2:
        return not_exercised("no-data", "the search shows fewer than two rows")
    nowhere = context.large_page(operation, _query(context, operation, parameter, NOWHERE))
    if nowhere.rows and known.as_many(nowhere):
        sought = dict(known.base).get(parameter.name)
        usual = f"for {sought!r}" if sought else "without a search"
        chain = (next(iter(known.shown_by.values())), nowhere.exchange)
        return Finding(f"other rows for {NOWHERE!r} than the {known.count} {usual}", f"{nowhere.count} rows", chain)
    return _on_later_pages(context, operation, parameter) or Held(1)


def _on_later_pages(context: RunContext, operation: Operation, parameter: Parameter) -> Finding | None:
    """The second of several small pages shows none but rows that one large page shows for the same text."""
    total = sample_of(context, operation).count or 0
    for word in _words(context, operation, parameter):
        query = _query(context, operation, parameter, word)
        shown = listing(context, operation, query)
        if shown.whole and 1 < len(shown.rows) < total:
            second = read_page(operation, context.send(get(operation, paged(operation, query, page=2, limit=1))))
            for row in second.rows:
                if identity(operation, row) not in shown.rows:
                    chain = (shown.first.exchange, second.exchange)
                    excerpt = row_excerpt(operation, row, parameter.search)
                    return Finding(f"one of the {len(shown.rows)} rows for {word!r} on page 2", excerpt, chain)
            return None
    return None


def _words(context: RunContext, operation: Operation, parameter: Parameter) -> list[str]:
    """Words and values of the rows to look for, of every searched field."""
    rows = sample_of(context, operation).bounded
    by_field: list[list[str]] = []
    for field in parameter.search:
        values = [str(row[field]) for _, row in _rows(context, operation, field, 1)]
        values += [str(row.get(field) or "") for row in rows[:: max(1, len(rows) // 2)]]
        by_field.append([part for value in values for part in (value, value[1:-1].strip())])
    found = dict.fromkeys(word for turn in zip(*by_field, strict=False) for word in turn)
    if parameter.by_words:
        found = dict.fromkeys([*_turned(parameter, rows), *filter(_is_words, found)])
    return [word for word in found if len(word) > 2][:4]


def _is_words(value: str) -> bool:
    """True for a value that all servers split alike: at its spaces, and nowhere else."""
    return re.fullmatch(r"[^\s,;\"'\\+-]+( [^\s,;\"'\\+-]+)*", value) is not None


def _turned(parameter: Parameter, rows: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Two words of one row, the later one first; and two words of different rows, which one row seldom has."""
    by_row = [
        [word for field in parameter.search for word in str(row.get(field) or "").split() if _is_words(word)]
        for row in rows
    ]
    several = [words for words in by_row if len({*words}) > 1]
    yield from (f"{words[-1]} {words[0]}" for words in several[:1])
    yield from (f"{one[0]} {other[-1]}" for one, other in zip(several[:1], several[::-1], strict=False))


def _has(parameter: Parameter, row: Mapping[str, Any], value: str) -> bool | None:
    """True if a row has a value where it is searched; with `words`, each word of it."""
    words = value.split(" ") if parameter.by_words else [value]
    return all_of(_has_text(parameter, row, word) for word in words)


def _has_text(parameter: Parameter, row: Mapping[str, Any], word: str) -> bool | None:
    return any_of(text("icontains", str(row[field]), word) for field in parameter.search if row.get(field) is not None)


@law("search.sound", requests=4)
def sound(context: RunContext, clause: Clause) -> Result:
    """Every row that is shown has the value somewhere."""
    operation, parameter = operation_of(context, clause), clause.speaks_of(Parameter)
    known = sample_of(context, operation)
    tried = 0
    words = _words(context, operation, parameter)
    wild = [f"{word[0]}_%{word[2:]}" for word in words if _plain(word)][:1]
    for word in words + wild:
        for page in listing(context, operation, _query(context, operation, parameter, word)).pages:
            for row in page.rows:
                if _has(parameter, row, word) is False:
                    fields = parameter.search
                    return Finding(f"rows with {word!r}", row_excerpt(operation, row, fields), (page.exchange,))
        tried += any(_has(parameter, row, word) is False for row in known.rows.values())
    return (
        Held(tried) if tried else not_exercised("no-data", "the search shows no rows that some words are missing from")
    )


@law("search.complete")
def complete(context: RunContext, clause: Clause) -> Result:
    """Every row that has the value somewhere is shown."""
    operation, parameter = operation_of(context, clause), clause.speaks_of(Parameter)
    known = sample_of(context, operation)
    tried = 0
    words = _words(context, operation, parameter)
    if not known.rows:
        return _nothing_found(context, operation, parameter)
    context.prefetch(
        context.large_page_request(operation, _query(context, operation, parameter, word)) for word in words
    )
    for word in words:
        shown = listing(context, operation, _query(context, operation, parameter, word))
        for name, row in known.rows.items():
            if _has(parameter, row, word) is True and shown.whole and name not in shown.rows:
                fields = parameter.search
                chain = (known.shown_by[name], *(p.exchange for p in shown.pages))
                return Finding(
                    f"{row_excerpt(operation, row, fields)} for {word!r}",
                    response_excerpt(shown.first.exchange),
                    chain,
                    symptom="missing-rows",
                )
        tried += bool(shown.rows)
    return Held(tried) if tried else not_exercised("no-data", "the search shows no rows")


def _nothing_found(context: RunContext, operation: Operation, parameter: Parameter) -> Result:
    """A search that finds no rows, not even those that other lists of the same API show."""
    fields = parameter.search
    for other in context.contract.operations:
        if other.pagination and other.code != operation.code and not any(p.required for p in other.parameters):
            rows = [row for row in sample_of(context, other).rows.values() if _plain(row.get(fields[0]))]
            pages = [
                context.page(operation, _query(context, operation, parameter, str(row[fields[0]]))) for row in rows[:5]
            ]
            if pages and not any(page.rows for page in pages):
                wanted = f"something for at least one of {[str(row[fields[0]]) for row in rows[:5]]}"
                return Finding(wanted, "no rows, whatever is searched", tuple(page.exchange for page in pages))
    return not_exercised("no-data", "the search shows no rows")


@law("search.case", requests=5)
def case(context: RunContext, clause: Clause) -> Result:
    """Upper and lower case make no difference."""
    operation, parameter = operation_of(context, clause), clause.speaks_of(Parameter)
    field = parameter.search[0]
    tried = 0
    known = sample_of(context, operation).bounded
    words = {word for row in known for word in str(row.get(field) or "").split() if word.isalpha() and len(word) > 3}
    folding = sorted(w for w in words if w.lower() != w.upper() and text("iexact", w.lower(), w.upper()))
    ascii_only = [w for w in folding if w.isascii()]
    for value in ascii_only[:1] + [w for w in folding if not w.isascii()][:1]:
        pages = [
            context.large_page(operation, _query(context, operation, parameter, v))
            for v in (value, value.lower(), value.upper())
        ]
        counts = [len(page.rows) if page.count is None else page.count for page in pages]
        if len(set(counts)) > 1:
            seen = ", ".join(map(str, counts))
            return Finding(f"as many rows for {value!r} in any case", f"{seen} rows", tuple(p.exchange for p in pages))
        tried += 1
    return Held(tried) if tried else not_exercised("no-witness", f"no {field} has a plain word without the letter i")

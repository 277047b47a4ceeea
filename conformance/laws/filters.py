"""Filters: every row shown satisfies the filter, and every row that satisfies it is shown."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from conformance.laws.law import blocked_by, law, operation_of
from conformance.oracle.bounds import LONGEST_PICKED
from conformance.oracle.cases import Case, Cases, choose, choose_for_wire, spokesmen
from conformance.oracle.lookups import PLAIN, hidden_values, kind_of, meaning
from conformance.oracle.mutants import value_of
from conformance.oracle.operands import allows, joined, listed, pairs
from conformance.reading.context import RunContext, decided, extended
from conformance.reading.listing import listing, mismatch, response_excerpt
from conformance.reading.sample import Sample, identity, sample_of
from conformance.verdict import Finding, Held, Result, not_exercised
from spec import Clause, Filter, Operation
from spec.lookups import LOOKUPS
from spec.patterns import is_match
from spec.values import is_local_date_time

CORE = ("ignored", "always empty")
"""The mutants that a filter's cases must kill at least: without them, the clause isn't exercised."""


@decided
def cases_of(context: RunContext, operation: Operation, filter: Filter) -> Cases:
    """The discriminating cases of a filter on the rows that the server shows."""
    rows = sample_of(context, operation).bounded
    return choose(filter, rows, context.seed, context.budget, shared=filter.parameter in _spokesmen(context, operation))


@decided
def _spokesmen(context: RunContext, operation: Operation) -> frozenset[str]:
    """The filters whose cases also show the mutants that all fields share."""
    return spokesmen(operation.filters, sample_of(context, operation).bounded)


@decided
def wire_cases(context: RunContext, operation: Operation) -> Cases:
    """The cases that show whether texts arrive as they were sent, over all filters of a list."""
    plain = [f for f in operation.filters if not f.hidden]
    return choose_for_wire(plain, sample_of(context, operation).bounded, context.seed, context.budget)


def words(case: Case) -> str:
    """A case as the sentence that its response must fit."""
    field = f"{case.filter.field}[{case.key}]" if case.key else case.filter.field
    sent = "&".join(f"{name}={value!r}" for name, value in case.query)
    return f"rows whose {field} satisfies {sent} (lookup {case.filter.lookup})"


@law("filter", requests=5)
def filter_law(context: RunContext, clause: Clause) -> Result:
    """Sound and complete, on values for which a wrong server shows other rows."""
    operation = operation_of(context, clause)
    filter = clause.speaks_of(Filter)
    if filter.hidden:
        return _hidden(context, operation, filter)
    known = sample_of(context, operation)
    if not known.rows:
        return not_exercised("no-data", "the list shows no rows")
    cases = cases_of(context, operation, filter)
    missing = [name for name in CORE if name in cases.survivors]
    if (not cases.chosen or missing) and _without_offset(filter, known.bounded):
        what = f"the rows show {filter.field} without an offset, so its moments are unknown"
        return not_exercised("no-witness", f"{what}: `format: date-time-local` describes them")
    if not cases.chosen or missing:
        return not_exercised(
            "no-witness",
            f"no value of {filter.field} on the rows seen distinguishes {filter.parameter} from one that is ignored",
        )
    if _leaves_case_open(filter, known.bounded, cases.survivors):
        return not_exercised(
            "no-witness",
            f"no value of {filter.field} on the rows seen shows whether {filter.parameter} tells a from A",
        )
    context.prefetch(context.large_page_request(operation, extended(known.base, case.query)) for case in cases.chosen)
    answered: list[Case] = []
    for case in sorted(cases.chosen, key=lambda c: len(c.operand)):
        if clause.level == "inferred" and may_be_refused(known, case):
            shown = listing(context, operation, extended(known.base, case.query))
            if shown.first.exchange.response.refused:
                continue
        answered.append(case)
        found = mismatch(context, operation, known, case.query, case.judge, words(case), about=(filter.path[0],))
        found = found or _shown_twice(context, operation, known, case)
        if found:
            return found
        found = _twice(context, operation, known, case)
        if found:
            return found
    lost = {name for case in cases.chosen for name in case.kills} - {name for case in answered for name in case.kills}
    if lost.intersection(CORE):
        what = f"values of {filter.field} that no row has are refused, and no other distinguishes {filter.parameter}"
        return not_exercised("no-witness", f"{what} from one that is ignored")
    return Held(len(answered), (*cases.survivors, *sorted(lost)))


def may_be_refused(known: Sample, case: Case) -> bool:
    """True for a value that no row has, or a list with one, where whole values are compared.

    Many servers offer the existing values as choices and refuse others. A document that doesn't promise an answer
    leaves it open.
    """
    of = LOOKUPS[case.filter.lookup]
    if of.part or of.compares not in ("exact", "in"):
        return False
    one = replace(case.filter, lookup="exact", many=False)
    each = [meaning(one, value, case.key) for value in listed(case.filter, case.operand)]
    return any(not any(judge(row) for row in known.rows.values()) for judge in each)


def _leaves_case_open(filter: Filter, rows: Sequence[Mapping[str, Any]], survivors: Sequence[str]) -> bool:
    """True where the rows have letters, and yet the lookup's counterpart that treats case otherwise shows the same.

    A server that folds ASCII letters alone, as LIKE does, is right on other letters. Where no row has a letter, or the
    document allows no other case, no client can see the difference.
    """
    base = filter.lookup.removeprefix("i")
    if base not in PLAIN or kind_of(filter.schema) != "text":
        return False
    other_case = f"read as {base}" if filter.lookup != base else f"read as i{base}, but only ASCII letters fold"
    if other_case not in survivors:
        return False
    allowed = allows(filter)
    return any(text != text.swapcase() and allowed(text.swapcase()) for text in _short_texts(filter, rows))


def _without_offset(filter: Filter, rows: Sequence[Mapping[str, Any]]) -> bool:
    """True where a field should hold moments, and holds what the clocks of some place show."""
    if kind_of(filter.of) != "date-time" or filter.several:
        return False
    values = [value for row in rows if isinstance(value := value_of(filter, row, None), str)]
    return bool(values) and all(map(is_local_date_time, values))


def _short_texts(filter: Filter, rows: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """The texts that a filter compares, but for those that are too long to be sent."""
    for row in rows:
        keys: Iterable[str | None] = (None,)
        if filter.free_key:
            held = row.get(filter.field)
            keys = (
                [key for key in held if is_match(filter.key_pattern or ".+", key)] if isinstance(held, Mapping) else ()
            )
        for key in keys:
            value = value_of(filter, row, key)
            if isinstance(value, str) and len(value) <= LONGEST_PICKED:
                yield value


def _shown_twice(context: RunContext, operation: Operation, known: Sample, case: Case) -> Finding | None:
    """A row with several values that match, once for each of them: a join does that."""
    if not case.filter.several:
        return None
    for page in listing(context, operation, extended(known.base, case.query)).pages:
        times = Counter(identity(operation, row) for row in page.rows)
        twice = next((name for name, count in times.items() if count > 1), None)
        if twice is not None:
            return Finding(f"each row once among the {words(case)}", f"{twice} {times[twice]} times", (page.exchange,))
    return None


def _twice(context: RunContext, operation: Operation, known: Sample, case: Case) -> Finding | None:
    """A value that is listed twice shows its rows once, and counts them once."""
    values = listed(case.filter, case.operand) if case.filter.many else []
    once = joined(case.filter, dict.fromkeys(values))
    if once == case.operand or not values:
        return None
    shown = listing(context, operation, extended(known.base, case.query))
    rows = sum(len(page.rows) for page in shown.pages)
    if rows > len(shown.rows):
        return Finding(f"each of the {len(shown.rows)} rows once", f"{rows} rows", (shown.first.exchange,))
    if shown.whole and shown.first.count == rows:
        return None
    plain = context.large_page(operation, extended(known.base, pairs(case.filter, case.key, once)))
    if plain.count is not None and plain.count != shown.first.count:
        chain = (plain.exchange, shown.first.exchange)
        return Finding(f"count {plain.count}, as with each value once", f"count {shown.first.count}", chain)
    return None


@law("wire", requests=16)
def wire(context: RunContext, clause: Clause) -> Result:
    """Texts that need escaping, or that a careless server would interpret, arrive as they were sent."""
    operation = operation_of(context, clause)
    known = sample_of(context, operation)
    if not known.rows:
        return not_exercised("no-data", "the list shows no rows")
    cases = wire_cases(context, operation)
    context.prefetch(context.large_page_request(operation, extended(known.base, case.query)) for case in cases.chosen)
    right: list[Case] = []
    wrong: list[Case] = []
    for case in cases.chosen:
        found = mismatch(context, operation, known, case.query, case.judge, words(case), about=(case.filter.path[0],))
        if found is None:
            right.append(case)
        elif wrong_by_itself(context, operation, case.filter):
            wrong.append(case)
        else:
            return found
    if wrong and not right:
        why = "each of the filters is wrong with plain words as well"
        return blocked_by(context, clause, "filter", why, about=wrong[0].filter)
    killed = {name for case in right for name in case.kills}
    lost = dict.fromkeys(name for case in wrong for name in case.kills if name not in killed)
    return Held(len(right), (*cases.survivors, *lost))


def wrong_case(context: RunContext, operation: Operation, case: Case) -> bool:
    """True where a filter shows wrong rows by itself: its own clause is about that."""
    known, about = sample_of(context, operation), (case.filter.path[0],)
    return mismatch(context, operation, known, case.query, case.judge, words(case), about=about) is not None


def wrong_by_itself(context: RunContext, operation: Operation, filter: Filter) -> bool:
    """True where a filter shows wrong rows for plain words too, which nothing on their way changes."""
    plain = [case for case in cases_of(context, operation, filter).chosen if _PLAIN.fullmatch(case.operand)]
    return any(wrong_case(context, operation, case) for case in plain)


_PLAIN = re.compile(r"[A-Za-z0-9]+")


@law("edges", requests=2)
def edges(context: RunContext, clause: Clause) -> Result:
    """A space at an end of a value distinguishes a word from a longer one with the same beginning or end."""
    operation = operation_of(context, clause)
    known = sample_of(context, operation)
    containing = [f for f in operation.filters if f.lookup in ("contains", "icontains") and not (f.hidden or f.several)]
    tried, wrong = 0, None
    for free_key in (False, True):
        some = (c for f in containing if f.free_key is free_key for c in _with_edges(f, known.bounded))
        case = next(some, None)
        if case is None:
            continue
        found = mismatch(context, operation, known, case.query, case.judge, words(case), about=(case.filter.path[0],))
        if found and wrong_case(context, operation, replace(case, operand=case.operand.strip())):
            wrong = case.filter
        elif found:
            return found
        else:
            tried += 1
    if tried:
        return Held(tried)
    if wrong:
        return blocked_by(context, clause, "filter", "the filters are wrong without such a space as well", about=wrong)
    return not_exercised("no-witness", "no row has a word that begins or ends a longer one elsewhere")


def _with_edges(filter: Filter, rows: Sequence[Mapping[str, Any]]) -> Iterator[Case]:
    """First words with the space behind them and last ones with that before them, where other rows have no space."""
    objects = (row.get(filter.field) for row in rows)
    free = {key: None for value in objects if isinstance(value, Mapping) for key in value}
    keys: Mapping[str | None, None] = {**free} if filter.free_key else {None: None}
    for key in keys:
        if key is not None and not is_match(filter.key_pattern or ".+", key):
            continue
        for value in dict.fromkeys(str(value_of(filter, row, key)) for row in rows):
            for padded in (value[: value.find(" ") + 1], value[value.rfind(" ") :]):
                spaced, bare = Case(filter, key, padded, ()), Case(filter, key, padded.strip(), ())
                if not bare.operand or padded == bare.operand:
                    continue
                if any(spaced.judge(row) is False and bare.judge(row) is True for row in rows):
                    yield spaced


def split(context: RunContext, operation: Operation, filter: Filter) -> dict[str, Sample]:
    """The rows under each value of a hidden field."""
    return {value: sample_of(context, operation, pairs(filter, None, value)) for value in hidden_values(filter)}


def _hidden(context: RunContext, operation: Operation, filter: Filter) -> Result:
    """No response shows the field, so a row under two of its values is what gives a wrong server away."""
    parts = split(context, operation, filter)
    filled = {value: part for value, part in parts.items() if part.rows}
    known = sample_of(context, operation)
    for value, part in parts.items():
        first = listing(context, operation, part.base).first
        if not first.is_page and known.rows:
            wanted = f"200 with the rows whose {filter.field} is {value}"
            return Finding(wanted, response_excerpt(first.exchange), (first.exchange,))
    everywhere = {name for part in parts.values() for name in part.rows}
    decided = not _may_be_null(operation, filter) and all(part.complete for part in parts.values())
    for name in known.rows if decided else ():
        if name not in everywhere:
            return Finding(
                f"a row has some value of {filter.field}, so it is shown under one",
                f"{name} is shown without {filter.parameter}, and under none of {', '.join(parts)}",
                (known.shown_by[name],),
            )
    if len(filled) < 2:
        return not_exercised(
            "no-data",
            f"there are no rows under {' and '.join(v for v in parts if v not in filled)} of {filter.parameter}",
        )
    seen: dict[str, str] = {}
    for value, part in filled.items():
        for name in part.rows:
            if name in seen:
                first_seen = filled[seen[name]]
                return Finding(
                    f"a row has one value of {filter.field}, so it is shown under one",
                    f"{name} is shown under {filter.parameter}={seen[name]} and {filter.parameter}={value}",
                    (first_seen.shown_by[name], part.shown_by[name]),
                )
            seen[name] = value
    return Held(len(filled))


def _may_be_null(operation: Operation, filter: Filter) -> bool:
    """Whether a row may have none of a hidden field's values: then it is shown under none of them."""
    schema = operation.access.collection.hidden.get(filter.field, {}) if operation.access else {}
    return "null" in schema.get("type", ()) or bool(schema.get("nullable"))


@law("default")
def default_law(context: RunContext, clause: Clause) -> Result:
    """A request without the filter shows the same as one with its default."""
    operation = operation_of(context, clause)
    filter = clause.speaks_of(Filter)
    values = filter.default if isinstance(filter.default, list) else [filter.default]
    written = [str(value).lower() if isinstance(value, bool) else str(value) for value in values]
    query = pairs(filter, None, joined(filter, written))
    default = ", ".join(written)
    without = sample_of(context, operation)
    given = sample_of(context, operation, query)
    others = [part for value, part in split(context, operation, filter).items() if value != default]
    if filter.hidden and not any(part.rows for part in others):
        return not_exercised(
            "no-data", f"no row has another {filter.field} than {default}, so leaving it out shows nothing"
        )
    chain_to = [next(iter(u.shown_by.values()), None) for u in (without, given)]
    if without.count != given.count:
        return Finding(
            f"as many rows without {filter.parameter} as with {filter.parameter}={default}",
            f"{without.count} rows without it, {given.count} with it",
            tuple(exchange for exchange in chain_to if exchange),
        )
    if without.complete and given.complete and set(without.rows) != set(given.rows):
        name = min(set(without.rows) ^ set(given.rows))
        holder = without if name in without.rows else given
        return Finding(
            f"the same rows without {filter.parameter} as with {filter.parameter}={default}",
            f"{name} is shown {'without it only' if holder is without else 'with it only'}",
            (holder.shown_by[name],),
        )
    return Held(1)

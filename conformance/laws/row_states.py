"""What the laws about one row share: the steps of a trace, and rows compared by value."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from functools import wraps
from typing import Any, TypeVar

from conformance.laws.law import Phase, law, operation_of
from conformance.laws.readback import same_value
from conformance.laws.traces import Missing
from conformance.reading.context import RunContext
from conformance.reading.listing import response_excerpt
from conformance.scenarios import NotReached, OneRowTrace, State, trace_of_one_row
from conformance.transport.exchange import Exchange
from conformance.verdict import Finding, Held, NotExercised, Result, not_exercised
from conformance.writing.one_row import Look, row_in
from spec import Clause, Collection, Field, Operation

T = TypeVar("T", bound=OneRowTrace)


def row_law(kind: str, needs: type[T]) -> Callable[[Callable[[Clause, T], Result]], Callable[[Clause, T], Result]]:
    """Enter a law for a kind of clause that judges the trace of writes of one row."""

    def enter(judge: Callable[[Clause, T], Result]) -> Callable[[Clause, T], Result]:
        @wraps(judge)
        def judged(context: RunContext, clause: Clause) -> Result:
            trace = trace_of_one_row(context, operation_of(context, clause))
            if isinstance(trace, NotReached):
                return NotExercised(trace.reason)
            if not isinstance(trace, needs):
                raise TypeError(f"{kind} judges a {needs.__name__}, not a {type(trace).__name__}")
            try:
                return judge(clause, trace)
            except Missing as missing:
                return NotExercised(missing.reason)

        law(kind, phase=Phase.WRITES, scenario=needs)(judged)
        return judge

    return enter


def collection_of(operation: Operation) -> Collection:
    """The collection that an operation writes to."""
    if operation.access is None:
        raise ValueError(f"{operation.code} concerns no row")
    return operation.access.collection


def reached(state: State | NotReached) -> State:
    """A step that the scenario got to. Raises Missing, with the reason, where it didn't."""
    if isinstance(state, NotReached):
        raise Missing(state.reason)
    return state


def done(state: State | NotReached) -> State:
    """A step that the server says is done. Raises Missing where it refused it."""
    found = reached(state)
    if not found.write.done:
        raise Missing(not_exercised("scenario-incomplete", response_excerpt(found.write.exchange)).reason)
    return found


def shown(state: State | NotReached) -> State:
    """A step after which the row is shown. Raises Missing where it isn't."""
    found = done(state)
    if not found.after.row:
        raise Missing(not_exercised("not-shown", "the row isn't shown afterwards").reason)
    return found


def denies(operation: Operation, exchange: Exchange) -> bool:
    """True where a response says that there is no such row: as it is declared, else by any refusal."""
    declared = [code for code in (404, 410) if any(r.status == str(code) for r in operation.responses)]
    status = exchange.response.status
    return status in declared if declared else exchange.response.refused


def reads_back(clause: Clause, states: list[State]) -> Result:
    name, tried = clause.speaks_of(Field).name, 0
    for state in states:
        if not state.write.done or not state.after.row or name not in state.write.sent:
            continue
        sent, read = state.write.sent[name], state.row.get(name)
        if not equal(sent, read):
            return Finding(f"{name} {sent!r}", f"{read!r}", state.chain)
        tried += 1
    return Held(tried) if tried else not_exercised("scenario-incomplete", f"no row with {name} was taken and shown")


def answers(state: State, operation: Operation) -> Result:
    """The row in an answer against the row that is then shown; times of change may have moved on."""
    answer = row_in(operation, state.write.exchange)
    if answer is None:
        return not_exercised("not-shown", "the answer shows no row")
    names = [name for name in answer if name in state.row]
    for name in names:
        if not equal(answer[name], state.row[name]):
            return Finding(
                f"{name} {state.row[name]!r} in the answer, as is then shown", f"{answer[name]!r}", state.chain
            )
    return Held(len(names)) if names else not_exercised("not-shown", "the answer shows no field of the row")


def stays(before: Look, after: Look, between: Exchange, *, but: str | None = None) -> Result:
    """A row before a request is the row after it."""
    if not before.row:
        return not_exercised("not-shown", "the row wasn't shown before")
    if not after.row:
        if not after.known:
            return not_exercised("not-shown", "it can't be seen whether the row is still there")
        return Finding("the row as it was", "it is gone", (*before.chain, between, *after.chain))
    changed = [n for n, value in before.row.items() if n != but and not equal(value, after.row.get(n))]
    if changed:
        name = changed[0]
        wanted = f"{name} {before.row[name]!r}, as before"
        return Finding(wanted, f"{after.row.get(name)!r}", (*before.chain, between, *after.chain))
    return Held(1)


_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")
_TIME = re.compile(r"(\d\d:\d\d:\d\d)(\.0+)?([Zz]|\+00:00)?")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d.*")


def moment(value: object) -> float | None:
    """A date-time as seconds; None for anything else. One without an offset is read as UTC on both sides."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return float(value)
    if not isinstance(value, str) or not _MOMENT.fullmatch(value):
        return None
    try:
        read = datetime.fromisoformat(value)
    except ValueError:
        return None
    offset = read.utcoffset()
    return (read.replace(tzinfo=None) - datetime(1970, 1, 1)).total_seconds() - (
        offset.total_seconds() if offset else 0
    )


def equal(written: Any, read: Any) -> bool:
    """Equal by value: numbers, decimals and moments however they are written; lists in any order.

    An object may have got more members, and a list of keys another order: both are the server's to decide.
    """
    if isinstance(written, Mapping) and isinstance(read, Mapping):
        return all(name in read and equal(value, read[name]) for name, value in written.items())
    if isinstance(written, list) and isinstance(read, list):
        left = list(read)
        for one in written:
            match = next((n for n, other in enumerate(left) if equal(one, other)), None)
            if match is None:
                return False
            left.pop(match)
        return not left
    plain = (int, float)
    if isinstance(written, plain) and isinstance(read, plain) and bool not in (type(written), type(read)):
        return written == read
    for one, other in ((written, read), (read, written)):  # the document has the type; `response.schema` is about it
        if isinstance(one, str) and isinstance(other, plain) and not isinstance(other, bool):
            return _NUMBER.fullmatch(one) is not None and Decimal(one) == Decimal(str(other))
    moments = moment(written), moment(read)
    if isinstance(written, str) and isinstance(read, str) and None not in moments:
        return moments[0] == moments[1]
    if isinstance(written, str) and isinstance(read, str) and _TIME.fullmatch(written):
        return _TIME.sub(r"\1", written) == _TIME.sub(r"\1", read)
    return same_value(written, read)

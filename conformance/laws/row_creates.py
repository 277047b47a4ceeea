"""Created rows: shown, once, with the values that were sent."""

from __future__ import annotations

from conformance.laws.row_states import answers, collection_of, done, equal, reached, reads_back, row_law, shown, stays
from conformance.laws.traces import Missing
from conformance.reading.listing import response_excerpt
from conformance.scenarios import CreateTrace, NotReached, State
from conformance.verdict import Finding, Held, Result, not_exercised
from spec import Clause, Field


@row_law("create.makes", CreateTrace)
def makes(clause: Clause, trace: CreateTrace) -> Result:
    """A created row is shown by its key, and once in the list."""
    first, key = trace.first, trace.first.write.key
    if not first.after.row:
        if not first.after.known:
            return not_exercised("not-shown", "nothing shows the new row")
        return Finding(f"the row {key}, which was created", response_excerpt(first.after.chain[-1]), first.chain)
    if not trace.listed.row and trace.listed.known:
        return Finding(f"the row {key} in the list", "it isn't there", (*first.chain, *trace.listed.chain))
    if trace.listed.times > 1:
        return Finding(f"one row {key} in the list", f"{trace.listed.times}", (*first.chain, *trace.listed.chain))
    return Held(1 + bool(trace.listed.row))


@row_law("create.field", CreateTrace)
def created_field(clause: Clause, trace: CreateTrace) -> Result:
    """A field of a new row reads back as it was written."""
    bare = [trace.bare] if isinstance(trace.bare, State) else []
    return reads_back(clause, [trace.first, trace.second, *bare])


@row_law("create.answer", CreateTrace)
def created_answer(clause: Clause, trace: CreateTrace) -> Result:
    """The answer shows the new row as a read then shows it."""
    return answers(shown(trace.first), trace.operation)


@row_law("create.unique-key", CreateTrace)
def unique_key(clause: Clause, trace: CreateTrace) -> Result:
    """Two creates get two keys."""
    one, other = trace.first.write, done(trace.second).write
    if other.key == one.key:
        wanted = f"a key other than {one.key}, which the first row has"
        return Finding(wanted, other.key, (one.exchange, other.exchange))
    return Held(1) if other.key else not_exercised("not-shown", "the answer names no new row")


@row_law("create.known-key", CreateTrace)
def known_key(clause: Clause, trace: CreateTrace) -> Result:
    """A key that is taken is refused, and its row stays."""
    second = reached(trace.known_key)
    if not second.write.exchange.response.refused:
        wanted = f"4xx for the key {trace.first.write.key}, which a row has"
        return Finding(wanted, response_excerpt(second.write.exchange), (trace.first.write.exchange, *second.chain))
    return stays(shown(trace.first).after, second.after, second.write.exchange)


@row_law("create.others-stay", CreateTrace)
def created_beside(clause: Clause, trace: CreateTrace) -> Result:
    """A row stays as it was when another one is created."""
    return stays(shown(trace.first).after, trace.first_later, done(trace.second).write.exchange)


@row_law("create.default", CreateTrace)
def default(clause: Clause, trace: CreateTrace) -> Result:
    """A field that is left out has its default."""
    field, bare = clause.speaks_of(Field), shown(trace.bare)
    wanted, now = field.schema["default"], bare.row.get(field.name)
    if field.name in bare.write.sent:
        return not_exercised("not-applicable", f"no row without {field.name} can be sent")
    if not equal(wanted, now):
        return Finding(f"{field.name} {wanted!r}, its default", f"{now!r}", bare.chain)
    return Held(1)


@row_law("create.list", CreateTrace)
def made_together(clause: Clause, trace: CreateTrace) -> Result:
    """Of a list of rows each is made, once, and stands in the answer where it stood in the list."""
    found, key = trace.together, collection_of(trace.operation).key
    if isinstance(found, NotReached):
        raise Missing(found.reason)
    names = [str(row.get(key)) for row in found.answered]
    if len(names) != len(found.sent) or len({*names}) != len(names):
        wanted = f"{len(found.sent)} rows with a {key} each"
        return Finding(wanted, f"{len({*names})}: {', '.join(names)}", (found.exchange,))
    for place, (sent, row) in enumerate(zip(found.sent, found.answered, strict=True)):
        wrong = next((n for n in sent if n in row and _plain(row[n]) and not equal(sent[n], row[n])), None)
        if wrong:
            wanted = f"{wrong} {sent[wrong]!r} in row {place + 1} of the answer, as in the list"
            return Finding(wanted, f"{row[wrong]!r}", (found.exchange,))
    for look in found.shown:
        if look.known and not look.row:
            return Finding("each row of the answer", response_excerpt(look.chain[-1]), (found.exchange, *look.chain))
    return Held(len(found.sent)) if found.shown else not_exercised("not-shown", "nothing shows the new rows")


def _plain(value: object) -> bool:
    return not isinstance(value, (list, dict))

"""The life of a batch: a ticket that is known, counts that add up and only grow, an end that stays."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal

from conformance.laws.law import law, operation_of
from conformance.laws.readback import applied, now_in_words, of_this_run, scenario_law
from conformance.oracle.lookups import instant
from conformance.reading.context import RunContext
from conformance.reading.listing import response_excerpt
from conformance.scenarios import Step, Trace, parts_of, trace_of_writes
from conformance.verdict import Finding, Held, NotExercised, Result, not_exercised
from conformance.writing.batches import StatusPoll, Submission
from spec import Clause


def own_batches(told: Trace) -> list[Submission]:
    """The batches of a story that its own operation was sent."""
    return [step.submission for step in told if step.submission.exchange.request.operation == told.operation.code]


def _each(
    context: RunContext,
    clause: Clause,
    judge: Callable[[Submission], Finding | None],
    *,
    needs: Callable[[Submission], bool],
) -> Result:
    """A law about every batch by itself, counting those that it speaks of."""
    told = trace_of_writes(context, operation_of(context, clause))
    if told.why_not:
        return NotExercised(told.why_not)
    spoken = [batch for batch in own_batches(told) if needs(batch)]
    for batch in spoken:
        wrong = judge(batch)
        if wrong:
            return wrong
    return (
        Held(len(spoken))
        if spoken
        else not_exercised("scenario-incomplete", "no batch was accepted, or none that the clause speaks of")
    )


@law("batch.ticket")
def ticket(context: RunContext, clause: Clause) -> Result:
    """An accepted batch has a ticket."""

    def judge(batch: Submission) -> Finding | None:
        if batch.ticket is None:
            return Finding("a ticket in the answer", response_excerpt(batch.exchange), (batch.exchange,))
        return None

    return _each(context, clause, judge, needs=lambda batch: batch.exchange.response.ok)


@law("batch.found")
def found(context: RunContext, clause: Clause) -> Result:
    """The status operation knows the ticket, at once or soon."""

    def judge(batch: Submission) -> Finding | None:
        if batch.last and not batch.last.exchange.response.ok:
            wanted = f"200 within {batch.waited:.1f} s for the ticket {batch.ticket}"
            return Finding(wanted, response_excerpt(batch.last.exchange), batch.chain)
        return None

    return _each(context, clause, judge, needs=lambda batch: bool(batch.polls))


def _answered(batch: Submission) -> list[StatusPoll]:
    return [one for one in batch.polls if one.exchange.response.ok]


@law("batch.own-id")
def own_id(context: RunContext, clause: Clause) -> Result:
    """What is shown is the batch that was asked for."""

    def judge(batch: Submission) -> Finding | None:
        for one in _answered(batch):
            if str(one.id).lower() != str(batch.ticket).lower():
                return Finding(f"id {batch.ticket}", f"id {one.id}", (batch.exchange, one.exchange))
        return None

    return _each(context, clause, judge, needs=lambda batch: bool(_answered(batch)))


@law("batch.ends")
def ends(context: RunContext, clause: Clause) -> Result:
    """The batch is over in time."""

    def judge(batch: Submission) -> Finding | None:
        if not batch.over:
            return Finding(f"an end within {batch.waited:.1f} s", response_excerpt(batch.chain[-1]), batch.chain)
        return None

    return _each(context, clause, judge, needs=lambda batch: bool(_answered(batch)))


@law("batch.total")
def total(context: RunContext, clause: Clause) -> Result:
    """total is the number of items that were sent."""

    def judge(batch: Submission) -> Finding | None:
        for one in _answered(batch):
            # Before a batch is over a server may not have counted all of its items yet.
            if one.total is None:
                return Finding(
                    f"total {len(batch.items)}",
                    f"none: {response_excerpt(one.exchange)}",
                    (batch.exchange, one.exchange),
                )
            if one.total > len(batch.items) or (one.over and one.total < len(batch.items)):
                return Finding(f"total {len(batch.items)}", f"total {one.total}", (batch.exchange, one.exchange))
        if batch.last and batch.last.total is not None and batch.last.total != len(batch.items):
            return Finding(f"total {len(batch.items)}", f"total {batch.last.total}", batch.chain)
        return None

    return _each(context, clause, judge, needs=lambda batch: any(one.total is not None for one in batch.polls))


@law("batch.monotone")
def monotone(context: RunContext, clause: Clause) -> Result:
    """Counts only grow, and not beyond the total."""

    def judge(batch: Submission) -> Finding | None:
        before: StatusPoll | None = None
        for one in _answered(batch):
            done = (one.succeeded or 0) + (one.failed or 0)
            if one.total and done > one.total:
                return Finding(f"no more than {one.total} done", f"{done}", (batch.exchange, one.exchange))
            for name in ("succeeded", "failed"):
                old, new = getattr(before, name, None), getattr(one, name)
                if before and old is not None and new is not None and new < old:
                    chain = (batch.exchange, before.exchange, one.exchange)
                    return Finding(f"{name} of {old} or more", f"{new}", chain)
            before = one
        return None

    return _each(context, clause, judge, needs=lambda batch: bool(_answered(batch)))


@scenario_law("batch.final")
def final(context: RunContext, clause: Clause, told: Trace) -> Result:
    """An end stays as it is."""
    first = told.first
    if first is None or not told.later or first.last is None:
        return not_exercised("scenario-incomplete", "no batch was seen to end")
    chain = (first.exchange, first.last.exchange)
    polls = (first.last, *told.later)
    for one in told.later:
        counts, now = _counts(first.last), _counts(one)
        if now != counts:
            return Finding(f"total, succeeded and failed {counts} as before", f"{now}", (*chain, one.exchange))
    shown = [one.status for one in polls]
    for n, status in enumerate(shown[2:], 2):
        # A code may still move on after the last item is counted. It doesn't come back.
        if status in shown[: n - 1] and shown[n - 1] != status:
            later = (one.exchange for one in told.later[:n])
            return Finding("a status that stays, or moves on", f"one after the other {shown}", (*chain, *later))
    return Held(len(told.later))


def _counts(look: StatusPoll) -> tuple[int | None, ...]:
    return look.total, look.succeeded, look.failed


@scenario_law("batch.all-good")
def all_good(context: RunContext, clause: Clause, told: Trace) -> Result:
    """Good items succeed, and are counted so."""
    good = [
        step
        for name, step in told.steps.items()
        if name in ("insert", "again", "change", "delete") and step.submission.over
    ]
    if not good:
        return not_exercised("scenario-incomplete", "no batch of good items was seen to end")
    for step in good:
        batch = step.submission
        last = batch.last
        if last and (last.failed or last.succeeded != len(batch.items)):
            applied = [key for key, seen in step.read_backs.items() if seen.rows]
            if step is told.step("insert") and not applied:
                return not_exercised(
                    "scenario-incomplete", f"the new rows aren't taken: {response_excerpt(last.exchange)}"
                )
            counts = f"{last.succeeded} succeeded, {last.failed} failed"
            return Finding(f"{len(batch.items)} succeeded, 0 failed", counts, batch.chain)
    return Held(len(good))


def _mixed(told: Trace) -> Step | None:
    step = told.step("mixed")
    return step if step and step.submission.accepted else None


@scenario_law("batch.mixed")
def mixed(context: RunContext, clause: Clause, told: Trace) -> Result:
    """Bad items are counted as failed, good ones as succeeded."""
    step = _mixed(told)
    if step is None:
        return not_exercised("scenario-incomplete", "a batch with a bad item isn't accepted at all")
    if not told.bad:
        return not_exercised("not-shown", "what was sent as a bad item succeeds by itself")
    alone = told.step("unknown" if told.step("unknown") else "bad")
    if alone and alone.submission.last and alone.submission.accepted:
        counts = f"{alone.submission.last.succeeded} succeeded, {alone.submission.last.failed} failed"
        unended = not alone.submission.over and any(b.over for b in own_batches(told))
        if unended or alone.submission.last.succeeded:
            return Finding(f"0 succeeded, {len(alone.submission.items)} failed", counts, alone.submission.chain)
    batch, others_end = step.submission, any(b.over for b in own_batches(told))
    if not batch.over:
        if not others_end:
            return not_exercised("scenario-incomplete", "no batch was seen to end")
        return Finding("an end, as for batches of good items", response_excerpt(batch.chain[-1]), batch.chain)
    last = batch.last
    wanted = (len(batch.items) - told.bad, told.bad)
    if last and (last.succeeded, last.failed) != wanted:
        counts = f"{last.succeeded} succeeded, {last.failed} failed"
        return Finding(f"{wanted[0]} succeeded, {wanted[1]} failed", counts, batch.chain)
    return _applied_though_failed(told, step) or Held(1)


def _applied_though_failed(told: Trace, step: Step) -> Finding | None:
    """A row that a failed item made, or changed."""
    bad, known = told.keys.get("bad", ""), told.keys.get("A", "")
    if step.row(bad):
        return Finding(f"no row {bad}: its item failed", "there is one", step.chain(bad))
    before = told.step("bad")
    if before and before.row(known) and step.row(known) and before.row(known) != step.row(known):
        wanted = f"the row {known} as it was, for its item failed: {dict(before.row(known))}"
        return Finding(wanted, f"{dict(step.row(known))}", (*before.chain(known), *step.chain(known)))
    return _half_applied(told)


def _half_applied(told: Trace) -> Finding | None:
    """A part of an item that failed for another part of it."""
    before, after = told.step("half"), told.step("half bad")
    if before is None or after is None or (after.submission.last and after.submission.last.succeeded):
        return None
    key = told.keys["P"]
    for part in parts_of(told.operation):
        was, now = before.row(key).get(part.field), after.row(key).get(part.field)
        if was and now and was != now:
            wanted = f"{part.field} of {key} as they were, for the item failed: {was}"
            return Finding(wanted, f"{now}", (*before.chain(key), *after.chain(key)))
    return None


@scenario_law("batch.isolated")
def isolated(context: RunContext, clause: Clause, told: Trace) -> Result:
    """The good items of a mixed batch are applied."""
    step = _mixed(told)
    if step is None:
        return not_exercised("scenario-incomplete", "a batch with a bad item isn't accepted at all")
    if not step.submission.over:
        return not_exercised("scenario-incomplete", "the batch wasn't seen to end")
    for good in _good_items(told, step):
        wrong = applied(told, step, good)
        if wrong:
            return wrong
    return Held(1)


def _good_items(told: Trace, step: Step) -> Iterator[dict[str, object]]:
    key = told.operation.access.collection.key if told.operation.access else ""
    good = {k for name, k in told.keys.items() if name not in ("bad", "A", "unknown", "unknown 2")}
    for one in step.submission.items:
        if one.get(key) in good:
            yield dict(one)


@scenario_law("batch.times")
def times(context: RunContext, clause: Clause, told: Trace) -> Result:
    """A batch isn't changed before it is made."""
    tried = 0
    for batch in own_batches(told):
        firsts: dict[Decimal, StatusPoll] = {}
        for one in (*_answered(batch), *(told.later if batch is told.first else ())):
            made, changed = instant(str(one.created)), instant(str(one.updated))
            if made is None or changed is None:
                continue
            tried += 1
            if made > changed:
                return Finding(clause.requirement.rstrip("."), response_excerpt(one.exchange), (one.exchange,))
            if not of_this_run(context, changed):
                return Finding(
                    f"a time in UTC, about {now_in_words(context)}", response_excerpt(one.exchange), (one.exchange,)
                )
            firsts.setdefault(made, one)
        if len(firsts) > 1:
            polls = tuple(look.exchange for look in firsts.values())[:2]
            return Finding(
                "the same time of making in every look", response_excerpt(polls[-1]), (batch.exchange, *polls)
            )
    return Held(tried) if tried else not_exercised("not-shown", "no batch shows both times")

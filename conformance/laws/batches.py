"""The life of a batch: a ticket that is known, counts that add up and only grow, an end that stays."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from conformance.laws.readback import applied, now_in_words, of_this_run
from conformance.laws.traces import Missing, batch_law, collection_of
from conformance.oracle.lookups import instant
from conformance.reading.context import RunContext
from conformance.reading.listing import response_excerpt
from conformance.scenarios import MixedStep, NotReached, PartsTrace, RowsTrace, Step, Trace, parts_of
from conformance.scenarios.trace import why_incomplete
from conformance.verdict import Finding, Held, NotExercised, Reason, Result, not_exercised
from conformance.writing.submission import StatusPoll, Submission
from spec import Clause


def _each(
    trace: Trace, judge: Callable[[Submission], Finding | None], *, needs: Callable[[Submission], bool]
) -> Result:
    """A law about every batch by itself; it counts the batches that it concerns."""
    spoken = [batch for batch in trace.batches if needs(batch)]
    for batch in spoken:
        wrong = judge(batch)
        if wrong:
            return wrong
    return Held(len(spoken)) if spoken else _none(trace, "no batch was accepted, or none that the clause speaks of")


def _none(trace: Trace, text: str) -> NotExercised:
    """No batch is as a law needs it, for the reason why nothing follows the first one."""
    first = trace.first
    return NotExercised(why_incomplete(text, first)) if first else not_exercised("scenario-incomplete", text)


@batch_law("batch.ticket")
def ticket(context: RunContext, clause: Clause, trace: Trace) -> Result:
    """An accepted batch has a ticket."""

    def judge(batch: Submission) -> Finding | None:
        if batch.ticket is None:
            return Finding("a ticket in the answer", response_excerpt(batch.exchange), (batch.exchange,))
        return None

    return _each(trace, judge, needs=lambda batch: batch.exchange.response.ok)


@batch_law("batch.found")
def found(context: RunContext, clause: Clause, trace: Trace) -> Result:
    """The status operation knows the ticket, at once or soon."""

    def judge(batch: Submission) -> Finding | None:
        if batch.last and not batch.last.exchange.response.ok:
            wanted = f"200 within {batch.waited:.1f} s for the ticket {batch.ticket}"
            return Finding(wanted, response_excerpt(batch.last.exchange), batch.chain)
        return None

    return _each(trace, judge, needs=lambda batch: bool(batch.polls))


def _answered(batch: Submission) -> list[StatusPoll]:
    return [one for one in batch.polls if one.exchange.response.ok]


@batch_law("batch.own-id")
def own_id(context: RunContext, clause: Clause, trace: Trace) -> Result:
    """The response shows the requested batch."""

    def judge(batch: Submission) -> Finding | None:
        for one in _answered(batch):
            if str(one.id).lower() != str(batch.ticket).lower():
                return Finding(f"id {batch.ticket}", f"id {one.id}", (batch.exchange, one.exchange))
        return None

    return _each(trace, judge, needs=lambda batch: bool(_answered(batch)))


@batch_law("batch.ends")
def ends(context: RunContext, clause: Clause, trace: Trace) -> Result:
    """The batch is over in time."""

    def judge(batch: Submission) -> Finding | None:
        if not batch.over:
            return Finding(f"an end within {batch.waited:.1f} s", response_excerpt(batch.chain[-1]), batch.chain)
        return None

    return _each(trace, judge, needs=lambda batch: bool(_answered(batch)))


@batch_law("batch.total")
def total(context: RunContext, clause: Clause, trace: Trace) -> Result:
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

    return _each(trace, judge, needs=lambda batch: any(one.total is not None for one in batch.polls))


@batch_law("batch.monotone")
def monotone(context: RunContext, clause: Clause, trace: Trace) -> Result:
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

    return _each(trace, judge, needs=lambda batch: bool(_answered(batch)))


@batch_law("batch.final")
def final(context: RunContext, clause: Clause, trace: Trace) -> Result:
    """An end stays as it is."""
    first = trace.first
    if first is None or not trace.polls_after_end or first.last is None:
        return _none(trace, "no batch was seen to end")
    chain = (first.exchange, first.last.exchange)
    polls = (first.last, *trace.polls_after_end)
    for one in trace.polls_after_end:
        counts, now = _counts(first.last), _counts(one)
        if now != counts:
            return Finding(f"total, succeeded and failed {counts} as before", f"{now}", (*chain, one.exchange))
    shown = [one.status for one in polls]
    for n, status in enumerate(shown[2:], 2):
        # A code may still move on after the last item is counted. It doesn't come back.
        if status in shown[: n - 1] and shown[n - 1] != status:
            later = (one.exchange for one in trace.polls_after_end[:n])
            return Finding("a status that stays, or moves on", f"one after the other {shown}", (*chain, *later))
    return Held(len(trace.polls_after_end))


def _counts(poll: StatusPoll) -> tuple[int | None, ...]:
    return poll.total, poll.succeeded, poll.failed


@batch_law("batch.all-good")
def all_good(context: RunContext, clause: Clause, trace: Trace) -> Result:
    """Good items succeed, and are counted so."""
    good = [step for step in trace.good_steps if step.submission.over]
    if not good:
        return _none(trace, "no batch of good items was seen to end")
    for step in good:
        batch = step.submission
        last = batch.last
        if last and (last.failed or last.succeeded != len(batch.items)):
            applied = [key for key, seen in step.read_backs.items() if seen.rows]
            if isinstance(trace, RowsTrace | PartsTrace) and step is trace.insert and not applied:
                return not_exercised(
                    "scenario-incomplete", f"the new rows aren't taken: {response_excerpt(last.exchange)}"
                )
            counts = f"{last.succeeded} succeeded, {last.failed} failed"
            return Finding(f"{len(batch.items)} succeeded, 0 failed", counts, batch.chain)
    return Held(len(good))


def _mixed(trace: Trace) -> MixedStep:
    """The batch of good and bad items. Raises Missing where the server doesn't take any."""
    if isinstance(trace.mixed, NotReached):
        raise Missing(trace.mixed.reason)
    if not trace.mixed.step.submission.accepted:
        raise Missing(Reason("scenario-incomplete", "a batch with a bad item isn't accepted"))
    return trace.mixed


@batch_law("batch.mixed")
def mixed(context: RunContext, clause: Clause, trace: Trace) -> Result:
    """Bad items are counted as failed, good ones as succeeded."""
    sent = _mixed(trace)
    if not sent.bad:
        return not_exercised("not-shown", "what was sent as a bad item succeeds by itself")
    others_end = any(batch.over for batch in trace.batches)
    if isinstance(sent.alone, Step) and sent.alone.submission.last and sent.alone.submission.accepted:
        alone, last = sent.alone.submission, sent.alone.submission.last
        if (not alone.over and others_end) or last.succeeded:
            counts = f"{last.succeeded} succeeded, {last.failed} failed"
            return Finding(f"0 succeeded, {len(alone.items)} failed", counts, alone.chain)
    batch = sent.step.submission
    if not batch.over:
        if not others_end:
            return NotExercised(why_incomplete("no batch was seen to end", batch))
        return Finding("an end, as for batches of good items", response_excerpt(batch.chain[-1]), batch.chain)
    wanted = (len(batch.items) - sent.bad, sent.bad)
    lost = _not_applied(trace, sent)
    if batch.last and batch.last.failed == len(batch.items) and len(lost) == len(sent.good):
        return Held(1)  # all or nothing: the good items aren't counted as succeeded, and aren't applied
    if batch.last and (batch.last.succeeded, batch.last.failed) != wanted:
        counts = f"{batch.last.succeeded} succeeded, {batch.last.failed} failed"
        return Finding(f"{wanted[0]} succeeded, {wanted[1]} failed", counts, batch.chain)
    half = _half_applied(trace) if isinstance(trace, PartsTrace) else None
    return next(iter(lost), None) or _applied_though_failed(sent) or half or Held(1)


def _not_applied(trace: Trace, sent: MixedStep) -> list[Finding]:
    """What shows of good items that they weren't applied."""
    key = collection_of(trace).key
    last = {item.get(key): item for item in sent.step.submission.items}
    found = (applied(trace.operation.access, sent.step, last[good]) for good in sent.good)
    return [wrong for wrong in found if wrong]


def _applied_though_failed(sent: MixedStep) -> Finding | None:
    """A row that a failed item made, or changed."""
    step, before = sent.step, sent.alone
    if step.row(sent.unmade):
        return Finding(f"no row {sent.unmade}: its item failed", "there is one", step.chain(sent.unmade))
    if not isinstance(before, Step):
        return None
    for key in before.read_backs:
        if before.row(key) and step.row(key) and before.row(key) != step.row(key):
            wanted = f"the row {key} as it was, for its item failed: {dict(before.row(key))}"
            return Finding(wanted, f"{dict(step.row(key))}", (*before.chain(key), *step.chain(key)))
    return None


def _half_applied(trace: PartsTrace) -> Finding | None:
    """A part of an item that failed for another part of it."""
    before, after, key = trace.one_part_changed, trace.one_part_bad, trace.keys.main
    if not isinstance(before, Step) or not isinstance(after, Step):
        return None
    if after.submission.last and after.submission.last.succeeded:
        return None
    for part in parts_of(trace.operation):
        was, now = before.row(key).get(part.field), after.row(key).get(part.field)
        if was and now and was != now:
            wanted = f"{part.field} of {key} as they were, for the item failed: {was}"
            return Finding(wanted, f"{now}", (*before.chain(key), *after.chain(key)))
    return None


@batch_law("batch.isolated")
def isolated(context: RunContext, clause: Clause, trace: Trace) -> Result:
    """The good items of a mixed batch are applied."""
    sent = _mixed(trace)
    if not sent.step.submission.over:
        return NotExercised(why_incomplete("the batch wasn't seen to end", sent.step.submission))
    return next(iter(_not_applied(trace, sent)), None) or Held(1)


@batch_law("batch.times")
def times(context: RunContext, clause: Clause, trace: Trace) -> Result:
    """A batch isn't changed before it is made."""
    tried = 0
    for batch in trace.batches:
        firsts: dict[Decimal, StatusPoll] = {}
        for one in (*_answered(batch), *(trace.polls_after_end if batch is trace.first else ())):
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
            polls = tuple(poll.exchange for poll in firsts.values())[:2]
            return Finding(
                "the same time of making in every look", response_excerpt(polls[-1]), (batch.exchange, *polls)
            )
    return Held(tried) if tried else not_exercised("not-shown", "no batch shows both times")

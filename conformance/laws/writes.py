"""Writes: what was written is what is read, once, under its own key, and nothing else was touched."""

from __future__ import annotations

from collections.abc import Container, Mapping
from datetime import UTC, datetime
from typing import Any

from conformance.answers import brief
from conformance.ask import Ask, read_page
from conformance.batches import find, reader_of
from conformance.laws.law import law, operation_of
from conformance.laws.readback import Row, collection_of, entries, many, same, same_value
from conformance.lookups import instant
from conformance.stories import Step, Story, story
from conformance.verdict import Finding, Held, NotExercised, Result
from spec import Clause, Part

CLOCKS = 600.0
"""Seconds by which clocks of one server may differ; zones do by more."""


def _told(ask: Ask, clause: Clause, *needed: str) -> Story | NotExercised:
    """The story of a clause's operation, if it got as far as the steps that are needed, each seen to end."""
    told = story(ask, operation_of(ask, clause))
    if told.why_not:
        return NotExercised(told.why_not)
    for name in needed:
        step = told.step(name)
        if step is None:
            return NotExercised(f"there was no {name}: {_why_not(told)}")
        if not step.submission.accepted or not step.submission.over:
            return NotExercised(
                f"the {name} wasn't taken, or not seen to end: {brief(step.submission.chain[-1])[:160]}"
            )
    return told


def _why_not(told: Story) -> str:
    first = next(iter(told.steps.values()), None)
    return brief(first.submission.chain[-1])[:160] if first else "no batch was sent"


def _mine(told: Story, name: str) -> tuple[Step, Row, Row, str]:
    """A step's own row: (step, item, row, key) of the story's main key."""
    step = told.steps[name]
    key = told.keys["A"]
    item = next((i for i in step.submission.items if i.get(collection_of(told).key) == key), {})
    return step, item, step.row(key), key


@law("write.inserts")
def inserts(ask: Ask, clause: Clause) -> Result:
    """A new key makes one row, or one entry of a part."""
    told = _told(ask, clause, "insert")
    if isinstance(told, NotExercised):
        return told
    step = told.steps["insert"]
    if step.submission.last and step.submission.last.failed == len(step.submission.items):
        return NotExercised(f"the new rows aren't taken: {brief(step.submission.chain[-1])[:160]}")
    if clause.subject:
        return _inserts_entries(told, step, _part(told, clause.subject))
    keys = {item.get(collection_of(told).key) for item in step.submission.items}
    for key, seen in step.seen.items():
        if key in keys and len(seen.rows) != 1:
            return Finding(f"one row {key}", f"{len(seen.rows)} rows", step.chain(key))
    return _lost_of_many(told) or Held(len(keys))


def _lost_of_many(told: Story) -> Finding | None:
    """A row too few or too many, of very many items: those that failed aren't named, so it's enough if they add up."""
    for step in many(told):
        batch, key = step.submission, collection_of(told).key
        known = [str(one[key]) for one in batch.items if one[key] in step.seen]
        lost = [key for key in known if not step.row(key)]
        if batch.last and len(lost) > (batch.last.failed or 0):
            wanted = f"{batch.last.succeeded} rows for {len(batch.items)} items, of which {batch.last.failed} failed"
            return Finding(wanted, f"{len(lost)} of them are missing, as {lost[0]}", step.chain(lost[0]))
        for name in known:
            rows = step.seen[name].rows
            if len(rows) > 1:
                return Finding(f"one row {name}", f"{len(rows)} rows", step.chain(name))
    return None


def _part(told: Story, field: str) -> Part:
    return next(p for p in collection_of(told).parts if p.field == field)


def _inserts_entries(told: Story, step: Step, part: Part) -> Result:
    for tried in (step, *many(told)):
        lost = 0
        for item in tried.submission.items:
            key = str(item[collection_of(told).key])
            found = entries(tried.row(key), part, item[part.key])
            lost += not found and key in tried.seen
            if key in tried.seen and (
                len(found) > 1 or lost > ((tried.submission.last and tried.submission.last.failed) or 0)
            ):
                wanted = f"one entry of {part.field} with {part.key} {item[part.key]}"
                shown = f"{len(found)} of {str(tried.row(key).get(part.field))[:300]}"
                return Finding(wanted, shown, tried.chain(key))
    return Held(len(step.submission.items))


@law("write.key")
def key_law(ask: Ask, clause: Clause) -> Result:
    """The key reads back as it was written."""
    told = _told(ask, clause, "insert")
    if isinstance(told, NotExercised):
        return told
    step, name = told.steps["insert"], collection_of(told).key
    rows = [key for key, seen in step.seen.items() if seen.rows]
    for key in step.seen:
        if key not in rows and rows:
            return Finding(f"a row with exactly the key {key}", "no list shows it", step.chain(key))
    for tried in many(told):
        keys = {item[name] for step in many(told) for item in step.submission.items}
        strange = next((key for key in tried.seen if key not in keys), None)
        if strange:
            wanted = f"only rows with the keys that were written, such as {max(keys, key=len)}"
            return Finding(wanted, f"a row {strange}", tried.chain(strange))
    return Held(len(rows)) if rows else NotExercised("no list shows the new rows")


@law("write.field")
def field_law(ask: Ask, clause: Clause) -> Result:
    """A field reads back as it was written."""
    told = _told(ask, clause, "insert")
    if isinstance(told, NotExercised):
        return told
    access = told.operation.access
    if access and access.parts:
        return _entry_field(told, clause.subject)
    parts = {part.field: part for part in collection_of(told).parts}
    tried = 0
    plain = [s for name in ("insert", "change") if (s := told.step(name)) and s.submission.all_succeeded]
    # Of new rows those that are shown were taken; of updates nobody knows which failed.
    odd = [s for s in many(told) if s is not told.step("many again") or s.submission.all_succeeded]
    for step in (*plain, *odd):
        for item in step.submission.items:
            key = str(item[collection_of(told).key])
            row = step.row(key)
            if clause.subject not in item or not row:
                continue
            if clause.subject in parts:
                wrong = _unlike_entries(item[clause.subject], row, parts[clause.subject])
            else:
                wrong = not same(item[clause.subject], row.get(clause.subject))
            if wrong:
                shown = f"{row.get(clause.subject)!r}"[:500]
                return Finding(f"{clause.subject} {item[clause.subject]!r}"[:500], shown, step.chain(key))
            tried += 1
    return Held(tried) if tried else NotExercised(f"no row with {clause.subject} was taken")


def _unlike_entries(written: Any, row: Row, part: Part) -> bool:
    for one in written:
        found = entries(row, part, one[part.key])
        if len(found) != 1 or any(n in found[0] and not same_value(one[n], found[0][n]) for n in one):
            return True
    return False


def _entry_field(told: Story, name: str) -> Result:
    tried = 0
    for step in (*map(told.step, ("insert", "change", "mixed")), *many(told)):
        for item in step.submission.items if step and step.submission.over else ():
            key = str(item[collection_of(told).key])
            for part in told.operation.access.parts if told.operation.access else ():
                for entry in entries(step.row(key), part, item[part.key]) if step else ():
                    if name in entry and name in item and step is not None:
                        if not same_value(item[name], entry[name]):
                            wanted = f"{name} {item[name]!r} with {part.key} {item[part.key]}"
                            return Finding(wanted, f"{entry[name]!r}", step.chain(key))
                        tried += 1
    return Held(tried) if tried else NotExercised(f"no entry shows {name}")


@law("write.updates")
def updates(ask: Ask, clause: Clause) -> Result:
    """A known key changes what is there."""
    told = _told(ask, clause, "insert", "change")
    if isinstance(told, NotExercised):
        return told
    step = told.steps["change"]
    if clause.subject:
        part = _part(told, clause.subject)
        item = step.submission.items[0]
        key = str(item[collection_of(told).key])
        entry = next(iter(entries(step.row(key), part, item[part.key])), {})
        changed = [n for n in entry if n in item and n != part.key]
    else:
        step, item, entry, key = _mine(told, "change")
        parts = {p.field for p in collection_of(told).parts}
        changed = [n for n in item if n in entry and n not in parts]
    if not entry:
        return Finding(f"the row or entry of {key}", "it is no longer shown", step.chain(key))
    blend = None if clause.subject else _blend(told)
    if blend:
        return blend
    for name in changed:
        if not (same_value(item[name], entry[name]) if clause.subject else same(item[name], entry[name])):
            return Finding(f"{name} {item[name]!r}"[:400], f"{entry[name]!r}"[:400], step.chain(key))
    return Held(len(changed)) if changed else NotExercised("nothing of the item is shown")


def _blend(told: Story) -> Finding | None:
    """Of two items with one key a row that is neither's: which of them comes last is left open."""
    step = told.step("twice")
    if step is None or not step.submission.all_succeeded:
        return None
    key, (first, last) = told.keys["twice"], step.submission.items
    row, parts = step.row(key), {part.field for part in collection_of(told).parts}
    names = [n for n in last if n in row and n not in parts and not same(trimmed(first.get(n)), trimmed(last[n]))]
    of_first, of_last = ([n for n in names if same(trimmed(i[n]), trimmed(row[n]))] for i in (first, last))
    if of_first and of_last and {*of_first, *of_last} == {*names}:
        wanted = f"{', '.join(names)} of one of the two items with the key"
        shown = f"{', '.join(of_first)} of the first and {', '.join(of_last)} of the second"
        return Finding(wanted, shown, step.chain(key))
    return None


@law("write.filters")
def filters(ask: Ask, clause: Clause) -> Result:
    """After an update the new values find the row, and the old ones don't."""
    told = _told(ask, clause, "insert", "change")
    if isinstance(told, NotExercised):
        return told
    reader = reader_of(ask, told.operation)
    step, _, row, key = _mine(told, "change")
    # A row that waits for approval is in no list that wasn't asked for such rows.
    listed = bool(step.seen[key].rows) and len(step.seen[key].chain) == 1
    if reader is None or not row or not listed:
        return NotExercised("the row is in no plain list")
    for shown, exchanges in ((True, told.filtered), (False, told.outdated)):
        for exchange in exchanges:
            page = read_page(reader, exchange)
            here = any(r.get(collection_of(told).key) == key for r in page.rows)
            # A long answer may show the row on another page.
            asked = "=".join(exchange.request.query[0])
            if page.is_page and here != shown and (here or (page.count or 0) <= len(page.rows)):
                wanted = f"the row {key} {'under' if shown else 'no longer under'} {asked}"
                return Finding(wanted, "it is shown" if here else "it isn't shown", (*step.chain(key), exchange))
            for found in page.rows if shown else ():
                other = next((n for n in row if found.get(n) != row[n]), None)
                if found.get(collection_of(told).key) == key and other:
                    wanted = f"{other} {row[other]!r} under {asked} as well"
                    shows = f"{found.get(other)!r}"
                    return Finding(wanted[:400], shows[:400], (*step.chain(key), exchange))
    return Held(len(told.filtered) + len(told.outdated))


@law("write.one-row")
def one_row(ask: Ask, clause: Clause) -> Result:
    """Twice the same leaves one."""
    told = _told(ask, clause, "insert", "again")
    if isinstance(told, NotExercised):
        return told
    step = told.steps["again"]
    item = step.submission.items[0]
    key = str(item[collection_of(told).key])
    if clause.subject:
        part = _part(told, clause.subject)
        found = entries(step.row(key), part, item[part.key])
        if len(found) != 1:
            return Finding(f"one entry with {part.key} {item[part.key]}", f"{len(found)} entries", step.chain(key))
    elif len(step.seen[key].rows) != 1:
        return Finding(f"one row {key}", f"{len(step.seen[key].rows)} rows", step.chain(key))
    twice = told.step("twice")
    if twice and twice.submission.over and len(twice.seen[told.keys["twice"]].rows) > 1:
        key = told.keys["twice"]
        return Finding(f"one row {key}", f"{len(twice.seen[key].rows)} rows", twice.chain(key))
    return Held(1)


@law("write.other-entries")
def other_entries(ask: Ask, clause: Clause) -> Result:
    """Entries under another id stay."""
    told = _told(ask, clause, "insert", "again", "change")
    if isinstance(told, NotExercised):
        return told
    part, tried = _part(told, clause.subject), 0
    for before, after in (("insert", "again"), ("again", "change")):
        was, now = told.steps[before], told.steps[after]
        item = now.submission.items[0]
        key = str(item[collection_of(told).key])
        others = [e for e in was.row(key).get(part.field) or () if e.get(part.key) != item[part.key]]
        for entry in others:
            found = entries(now.row(key), part, entry.get(part.key))
            if len(found) != 1 or not all(same_value(entry[n], found[0].get(n)) for n in entry):
                return Finding(f"still {dict(entry)}"[:400], f"{found}"[:400], (*was.chain(key), *now.chain(key)))
        tried += len(others)
    return Held(tried) if tried else NotExercised("the row has no other entry")


def _touched(before: Step, after: Step, key: str, *, but: Container[str | None] = ()) -> Finding | None:
    """What shows that a row changed from one step to a later one, some of its fields aside."""
    was, now = before.row(key), after.row(key)
    name = next((n for n in {**was, **now} if n not in but and was.get(n) != now.get(n)), None)
    if name is None:
        return None
    shown = f"{name} {now.get(name)!r}" if now else "it is gone"
    wanted = f"the row {key} as it was: {name} {was.get(name)!r}"
    return Finding(wanted[:400], shown[:400], (*before.chain(key), *after.chain(key)))


@law("write.exact-key")
def exact_key(ask: Ask, clause: Clause) -> Result:
    """Keys that are nearly the same are others."""
    operation = operation_of(ask, clause)
    deletes = operation.access is not None and operation.access.action == "deletes"
    told = _told(ask, clause, *(("delete",) if deletes else ("insert", "change")))
    if isinstance(told, NotExercised):
        return told
    before, after = told.steps["row" if deletes else "insert"], told.steps["delete" if deletes else "change"]
    tried = 0
    for name in ("longer", "lower"):
        key = told.keys[name]
        if not before.row(key) or key == told.keys["A"]:
            continue
        touched = _touched(before, after, key)
        if touched:
            return touched
        tried += 1
    # Of many rows nearly alike some were written to, and the others weren't.
    earlier, later = told.step("row" if deletes else "many"), told.step("many" if deletes else "many again")
    if earlier and later and later.submission.over and later.seen:
        written = {item[collection_of(told).key] for item in later.submission.items}
        for key in later.seen:
            touched = _touched(earlier, later, key) if key not in written and earlier.row(key) else None
            if touched:
                return touched
    return Held(tried) if tried else NotExercised("no rows with nearly the same key were taken")


@law("write.created-stays")
def created_stays(ask: Ask, clause: Clause) -> Result:
    """An update leaves the time of making alone."""
    told = _told(ask, clause, "insert", "change")
    if isinstance(told, NotExercised):
        return told
    name = collection_of(told).created or ""
    key = told.keys["A"]
    first = told.steps["insert"].row(key).get(name)
    for step in (told.steps.get("again"), told.steps["change"]):
        if step and step.row(key) and step.row(key).get(name) != first:
            return Finding(f"{name} {first}", f"{step.row(key).get(name)}", step.chain(key))
    return Held(1) if first else NotExercised(f"the row shows no {name}")


@law("write.updated-moves")
def updated_moves(ask: Ask, clause: Clause) -> Result:
    """An update moves the time of change on."""
    told = _told(ask, clause, "insert", "change")
    if isinstance(told, NotExercised):
        return told
    name = collection_of(told).updated or ""
    key = told.keys["A"]
    stamps = [instant(str(told.steps[s].row(key).get(name))) for s in ("insert", "change")]
    if stamps[0] is None or stamps[1] is None:
        return NotExercised(f"the row shows no {name}")
    for step, stamp in zip((told.steps["insert"], told.steps["change"]), stamps, strict=True):
        made = instant(str(step.row(key).get(collection_of(told).created or "")))
        if made is not None and stamp is not None and stamp < made:
            shown = f"{name} {step.row(key).get(name)}"
            return Finding(f"{name} not before {collection_of(told).created}", shown, step.chain(key))
    now = ask.began.timestamp() + ask.target.age
    if abs(float(stamps[1]) - now) > CLOCKS:
        shown = f"{told.steps['change'].row(key).get(name)}"
        wanted = f"{name} in UTC, about {datetime.fromtimestamp(now, UTC):%Y-%m-%dT%H:%MZ} by the server's own clock"
        return Finding(wanted, shown, told.steps["change"].chain(key))
    if stamps[1] <= stamps[0]:
        shown = str(told.steps["change"].row(key).get(name))
        return Finding(
            f"{name} after {told.steps['insert'].row(key).get(name)}", shown, told.steps["change"].chain(key)
        )
    return Held(1)


@law("write.others-stay")
def others_stay(ask: Ask, clause: Clause) -> Result:
    """What the operation doesn't write stays."""
    access = operation_of(ask, clause).access
    return _other_rows_stay(ask, clause, access.parts) if access and access.parts else _parts_stay(ask, clause)


def _parts_stay(ask: Ask, clause: Clause) -> Result:
    """Parts that an upsert of the row leaves out."""
    told = _told(ask, clause, "change", "bare")
    if isinstance(told, NotExercised):
        return told
    key, before, after = told.keys["A"], told.steps["change"], told.steps["bare"]
    parts = [part.field for part in collection_of(told).parts if before.row(key).get(part.field)]
    touched = _touched(before, after, key, but=before.row(key).keys() - parts)
    return touched or (Held(len(parts)) if parts else NotExercised("the row has nothing beside what the upsert writes"))


def _other_rows_stay(ask: Ask, clause: Clause, parts: tuple[Part, ...]) -> Result:
    """The rest of the row whose parts are written, and the row beside it when nothing is written to that one."""
    told = _told(ask, clause, "insert", "change")
    if isinstance(told, NotExercised):
        return told
    row, insert, change = (told.steps[name] for name in ("row", "insert", "change"))
    written = {collection_of(told).updated, *(part.field for part in parts)}
    one, other = told.keys["P"], told.keys["Q"]
    touched = (
        _touched(row, change, one, but=written)
        or _touched(row, insert, other, but=written)
        or _touched(insert, change, other)
    )
    mixed = told.step("mixed")
    if not touched and mixed and mixed.submission.over:
        # Its bad items name rows that there aren't, and rows that are nearly called so are there.
        touched = _touched(change, mixed, one)
        near = (key for key in mixed.seen if key not in (one, other) and row.row(key))
        touched = touched or next((t for key in near if (t := _touched(row, mixed, key))), None)
    return touched or Held(len(row.row(one).keys() - written))


@law("write.absent")
def absent(ask: Ask, clause: Clause) -> Result:
    """A field that is left out keeps its value, or loses it, as the document says."""
    told = _told(ask, clause, "change", "bare")
    if isinstance(told, NotExercised):
        return told
    key = told.keys["A"]
    before, after = told.steps["change"], told.steps["bare"]
    sent = after.submission.items[0]
    parts = {part.field for part in collection_of(told).parts}
    left_out = [n for n in before.submission.items[0] if n not in sent and n in before.row(key) and n not in parts]
    keeps = told.operation.access is None or told.operation.access.absent == "keep"
    for name in left_out:
        was, now = before.row(key).get(name), after.row(key).get(name)
        if (was == now) != keeps and was:
            wanted = f"{name} still {was!r}" if keeps else f"{name} cleared"
            return Finding(wanted[:400], f"{now!r}"[:400], after.chain(key))
    return Held(len(left_out)) if left_out else NotExercised("all fields that are shown are required")


@law("write.replaces")
def replaces(ask: Ask, clause: Clause) -> Result:
    """The keys that an object no longer holds are gone."""
    told = _told(ask, clause, "change", "bare")
    if isinstance(told, NotExercised):
        return told
    key, tried = told.keys["A"], 0
    before, after = told.steps["change"], told.steps["bare"]
    for name, sent in after.submission.items[0].items():
        was, now = before.row(key).get(name), after.row(key).get(name)
        if isinstance(sent, Mapping) and isinstance(was, Mapping) and isinstance(now, Mapping):
            gone = was.keys() - sent.keys()
            if gone & now.keys():
                return Finding(f"{name} {dict(sent)!r}"[:400], f"{dict(now)!r}"[:400], after.chain(key))
            tried += len(gone)
    return Held(tried) if tried else NotExercised("no object with several keys was taken")


@law("write.last-wins")
def last_wins(ask: Ask, clause: Clause) -> Result:
    """Of two items with one key the later one stays."""
    told = _told(ask, clause, "twice")
    if isinstance(told, NotExercised):
        return told
    step, key = told.steps["twice"], told.keys["twice"]
    first, last = step.submission.items
    row = step.row(key)
    parts = {part.field for part in collection_of(told).parts}
    telling = [n for n in last if n in row and n not in parts and not same(first.get(n), last[n])]
    for name in telling:
        if not same(trimmed(last[name]), trimmed(row[name])):
            return Finding(f"{name} {last[name]!r}"[:400], f"{row[name]!r}"[:400], step.chain(key))
    return Held(len(telling)) if telling else NotExercised("the two items differ in nothing that is shown")


def trimmed(value: Any) -> Any:
    """A text without spaces at its ends."""
    return value.strip() if isinstance(value, str) else value


@law("write.edges")
def edges(ask: Ask, clause: Clause) -> Result:
    """Spaces at the ends of a text stay."""
    told = _told(ask, clause, "twice")
    if isinstance(told, NotExercised):
        return told
    step, key = told.steps["twice"], told.keys["twice"]
    row = step.row(key)
    padded = [n for n, v in step.submission.items[-1].items() if n in row and trimmed(v) != v]
    for name in padded:
        sent = step.submission.items[-1][name]
        if row[name] == trimmed(sent):
            return Finding(f"{name} {sent!r}"[:400], f"{row[name]!r}"[:400], step.chain(key))
    return Held(len(padded)) if padded else NotExercised("no text with spaces at its ends is shown")


@law("write.unknown-row")
def unknown_row(ask: Ask, clause: Clause) -> Result:
    """An item for a row that there isn't fails, and makes no row."""
    operation = operation_of(ask, clause)
    deletes = operation.access is not None and operation.access.action == "deletes"
    told = story(ask, operation)
    name = "unknown" if deletes else "mixed"
    step = told.step(name)
    if told.why_not or step is None:
        return NotExercised(told.why_not or f"there was no {name}")
    batch = step.submission
    if batch.exchange.answer.refused and deletes:
        return Finding("202, and the item counted as failed", brief(batch.exchange), (batch.exchange,))
    if not batch.exchange.answer.refused and not batch.over:
        return NotExercised("the batch wasn't seen to end")
    if batch.last and not batch.last.failed:
        return Finding("the item counted as failed", f"{batch.last.succeeded} succeeded, 0 failed", batch.chain)
    key = told.keys["unknown"]
    if find(ask, operation, key, expected=False).rows:
        return Finding(f"no row {key}", "there is one", batch.chain)
    return Held(1)


@law("write.deletes")
def deletes(ask: Ask, clause: Clause) -> Result:
    """A deleted row is in no list, filtered or not."""
    told = _told(ask, clause, "delete")
    if isinstance(told, NotExercised):
        return told
    step, key = told.steps["delete"], told.keys["A"]
    if step.row(key):
        return Finding(f"no row {key}", "it is still shown", step.chain(key))
    for also in (s for s in many(told) if s.submission.all_succeeded):
        for one in also.submission.items:
            other = str(one[collection_of(told).key])
            if also.row(other):
                return Finding(f"no row {other}", "it is still shown", also.chain(other))
    reader = reader_of(ask, told.operation)
    if reader is None:
        return NotExercised("no list shows the rows")
    for exchange in told.filtered:
        if any(row.get(collection_of(told).key) == key for row in read_page(reader, exchange).rows):
            asked = "=".join(exchange.request.query[0])
            return Finding(f"no row {key} under {asked}", "it is still shown", (*step.chain(key), exchange))
    for exchange in step.seen[key].chain:
        page = read_page(reader, exchange)
        if page.count and not page.rows:
            return Finding(f"a count of 0 for the deleted {key}", f"{page.count}", (*step.chain(key),))
    gone = str(told.steps["mixed"].submission.items[-1][collection_of(told).key]) if "mixed" in told.steps else key
    if told.steps["mixed"].submission.over and not told.steps["mixed"].row(gone):
        # It was gone some time ago, and what is gone doesn't come back.
        later = find(ask, told.operation, gone, expected=False)
        if later.rows:
            return Finding(f"no row {gone}, as before", "it is shown again", (*step.chain(gone), *later.chain))
    return Held(1 + len(told.filtered))


@law("write.recreate")
def recreate(ask: Ask, clause: Clause) -> Result:
    """A deleted key can be inserted again."""
    told = _told(ask, clause, "delete", "recreate")
    if isinstance(told, NotExercised):
        return told
    step, key = told.steps["recreate"], told.keys["A"]
    if told.steps["delete"].row(key):
        return NotExercised("the row wasn't deleted")
    if len(step.seen[key].rows) != 1:
        return Finding(f"one row {key}", f"{len(step.seen[key].rows)} rows", step.chain(key))
    (sent,) = step.submission.items
    old, new = told.steps["row"], step.row(key)
    item = next(one for one in old.submission.items if one.get(collection_of(told).key) == key)
    for name, written in item.items():
        shown = new.get(name)
        if name not in sent and written and shown and shown == old.row(key).get(name):
            wanted = f"a new row, without {name}, which only the deleted one had"
            return Finding(wanted, f"{name} {shown!r}"[:400], (*old.chain(key), *step.chain(key)))
        if isinstance(written, Mapping) and isinstance(shown, Mapping) and isinstance(sent.get(name), Mapping):
            kept = written.keys() & shown.keys() - sent[name].keys()
            if kept:
                wanted = f"{name} as it was written now: {sent[name]!r}"
                return Finding(wanted[:400], f"{shown!r}"[:400], (*old.chain(key), *step.chain(key)))
    made = collection_of(told).created or ""
    if new.get(made) is not None and new.get(made) == old.row(key).get(made):
        return Finding(
            f"a new {made}", f"that of the deleted row, {new.get(made)}", (*old.chain(key), *step.chain(key))
        )
    return Held(1)

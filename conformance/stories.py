"""What happens to rows of our own when they are written, told once and judged by many laws.

A story sends the same few batches to every operation of its kind and notes what the server said of each
batch and what the rows looked like after it. A replay tells it again, with new keys.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from conformance.ask import Ask, Page, get, read_page
from conformance.batches import Item, Look, Seen, Submission, find, find_all, look, reader_of, settled, submit, watched
from conformance.exchange import Exchange, Request
from conformance.items import STYLES, Style, bare, entry, example_item, item, item_fields, required_fields
from conformance.lookups import kind_of
from conformance.oddities import AMOUNTS, TAILS, odd_entries, odd_rows, odd_updates, plain_texts
from conformance.ownership import NO_SUCH, Ownership
from conformance.target import PARALLEL, NotSent
from conformance.universe import paged
from spec import Operation, Part

LATER = 2
"""Looks at a batch that is over: what goes back and forth is seen in three."""

NO_SUCH_REFERENCE = "7d9a0c64-1f0e-4b1c-9a53-0d5e4c2b1a99"


@dataclass(frozen=True)
class Step:
    """One batch of a story and the rows after it, by key."""

    submission: Submission
    seen: Mapping[str, Seen] = field(default_factory=dict)

    def row(self, key: str) -> Mapping[str, Any]:
        """The row with a key after this step; empty when there is none."""
        return (self.seen[key].row if key in self.seen else None) or {}

    def chain(self, key: str) -> tuple[Exchange, ...]:
        """What shows the row after this step: the batch, its end, the list."""
        return (*self.submission.chain, *(self.seen[key].chain if key in self.seen else ()))


@dataclass(frozen=True)
class Story:
    """Everything that was seen of one operation's writes."""

    operation: Operation
    steps: Mapping[str, Step]
    keys: Mapping[str, str]
    bad: int = 0
    """How many bad items the step "mixed" holds; 0 when no bad item gets into a batch."""
    filtered: tuple[Exchange, ...] = ()
    """What filters showed: for a delete those that had shown the row, for an update those by its new values."""
    outdated: tuple[Exchange, ...] = ()
    """What filters by the old values showed after an update."""
    later: tuple[Look, ...] = ()
    """Looks at the first batch long after it was over."""
    why_not: str = ""
    """Why the story couldn't be told."""

    def __iter__(self) -> Iterator[Step]:
        return iter(self.steps.values())

    @property
    def first(self) -> Submission | None:
        """The first batch that the operation itself was sent."""
        own = (s.submission for s in self if s.submission.exchange.request.operation == self.operation.code)
        return next(own, None)

    def step(self, name: str) -> Step | None:
        """A step by name, or None when it wasn't reached."""
        return self.steps.get(name)


def ownership_of(ask: Ask) -> Ownership:
    """What this run may write to. Raises NotSent in a read-only run."""
    if ask.target.ownership is None:
        raise NotSent("this run is read-only")
    return ask.target.ownership


def story(ask: Ask, operation: Operation) -> Story:
    """The story of an operation's writes, told once for each Ask."""
    return ask.once(("story", operation.code), lambda a: _tell(a, operation))


def tell_all(ask: Ask, operations: Iterable[Operation]) -> None:
    """Tell several stories side by side: they touch different rows, and most of their time is waiting.

    What goes wrong with one is left for the laws that need it to run into.
    """
    with ThreadPoolExecutor(PARALLEL, thread_name_prefix="story") as pool:
        waiting = [pool.submit(story, ask, operation) for operation in operations]
        try:
            wait(waiting)
        except KeyboardInterrupt:
            ask.target.halt()
            raise


def _tell(ask: Ask, operation: Operation) -> Story:
    access = operation.access
    if access is None or access.action == "reads":
        return Story(operation, {}, {}, why_not="the operation writes nothing")
    if reader_of(ask, operation) is None:
        return Story(operation, {}, {}, why_not="no list shows what was written: none filters on its key")
    if access.action == "deletes":
        told = _deletes(ask, operation)
    elif access.parts:
        told = _parts(ask, operation)
    else:
        told = _rows(ask, operation)
    first = told.first
    if first and first.over and first.ticket:
        told = replace(told, later=tuple(look(ask, operation, first.ticket) for _ in range(LATER)))
    return told


def row_writer(ask: Ask, operation: Operation) -> Operation | None:
    """The operation that inserts whole rows of the collection that an operation writes to."""
    return next((o for o in siblings(ask, operation) if _action(o) == "upserts" and not _parts_of(o)), None)


def remover(ask: Ask, operation: Operation) -> Operation | None:
    """The operation that deletes rows of the collection that an operation writes to."""
    return next((o for o in siblings(ask, operation) if _action(o) == "deletes"), None)


def siblings(ask: Ask, operation: Operation) -> list[Operation]:
    """The operations on the same collection."""
    mine = operation.access.collection if operation.access else None
    return [o for o in ask.contract.operations if o.access and o.access.collection == mine]


def _action(operation: Operation) -> str:
    return operation.access.action if operation.access else ""


def _parts_of(operation: Operation) -> tuple[Part, ...]:
    return operation.access.parts if operation.access else ()


def _step(
    ask: Ask,
    operation: Operation,
    items: Sequence[Item],
    *keys: str,
    expected: bool = True,
    after: Step | None = None,
    stem: str = "",
    **more: Any,
) -> Step:
    """Send a batch and look at rows; the first of them changes, where there is a step that it comes `after`.

    Rows whose keys have a `stem` of their own are looked for together.
    """
    submission = submit(ask, operation, items, **more)
    over = submission.accepted and submission.over
    unlike = after.row(keys[0]) if after and over else None
    if stem and over:
        return Step(submission, find_all(ask, operation, stem, keys, unlike={keys[0]: unlike}))

    def seen(key: str) -> Seen:
        # Of a batch that isn't over nothing can be expected yet, and of one that was refused nothing at all.
        return find(ask, operation, key, expected=expected if over else None, unlike=unlike if key == keys[0] else None)

    return Step(submission, {key: seen(key) for key in keys})


def inserted(ask: Ask, writer: Operation, stem: str, keys: tuple[str, ...]) -> tuple[Step, list[Item], Style]:
    """New rows with these keys of one stem, as rich as the server takes them: the step, the items and their style.

    The second row shares all but its name with the first, so that a write that looks at anything but the key
    reaches both.
    """
    preferred: Style = ask.plan(("style", writer.code), lambda a: STYLES[0])
    first: tuple[Step, list[Item], Style] | None = None
    for style in STYLES[STYLES.index(preferred) :]:
        items: list[Item] = [item(ask, writer, key, n, style) for n, key in enumerate(keys)]
        if len(items) > 1:
            items[1] = _alike(writer, items[0], items[1])
        step = _step(ask, writer, items, *keys, stem=stem, closely=True)
        first = first or (step, items, style)
        failed = step.submission.last.failed if step.submission.last else None
        if step.submission.all_succeeded or (not failed and any(seen.rows for seen in step.seen.values())):
            ask.settle(("style", writer.code), style)
            return step, items, style
    return first or (_step(ask, writer, []), [], preferred)


def _alike(writer: Operation, one: Item, other: Item) -> Item:
    """The other item with everything of the one but its key and the first text that differs."""
    key = writer.access.collection.key if writer.access else ""
    own = next((n for n in one if n != key and isinstance(one[n], str) and one[n] != other.get(n)), key)
    return {**one, key: other[key], own: other[own]}


def _near(key: str) -> dict[str, str]:
    """Keys that a careless server may take for one another."""
    return {"longer": f"{key}-1", "A": key, "lower": key.lower()}


def _rows(ask: Ask, operation: Operation) -> Story:
    own = ownership_of(ask)
    keys = _near(own.mint("A"))
    steps: dict[str, Step] = {}
    step, items, style = inserted(ask, operation, keys["A"], tuple(keys.values()))
    steps["insert"] = step
    told = Story(operation, steps, keys)
    if not step.submission.accepted or not step.row(keys["A"]):
        return told
    language = next((p.name for p in operation.parameters if p.place == "header"), None)
    first = next(one for one in items if keys["A"] in one.values())
    # What the document sends and no row shows goes along with what is sent again, and what the header says is tried
    # where it would show that a write was only half heard.
    charset = (("Content-Type", "application/json; charset=utf-8"),)
    steps["again"] = _step(ask, operation, [{**first, **unshown(ask, operation)}], keys["A"], headers=charset)
    changed = {**item(ask, operation, keys["A"], 3, style), **_denied(ask, operation)}
    shown = operation.access.collection.updated if operation.access else None
    updated = str(step.row(keys["A"]).get(shown or ""))
    if "." not in updated:
        # Its times are shown to the second, so a change within the same second wouldn't show.
        time.sleep(1.1)
    steps["change"] = _step(
        ask,
        operation,
        [changed],
        *(keys["A"], keys["longer"], keys["lower"]),
        after=step,
        stem=keys["A"],
        headers=((language, "tr"),) if language else (),
    )
    old, new = steps["insert"].row(keys["A"]), steps["change"].row(keys["A"])
    told = replace(
        told,
        filtered=tuple(_filtered(ask, operation, keys["A"], _otherwise(new, old), LOOKED_UP, shown=True)),
        outdated=tuple(_filtered(ask, operation, keys["A"], _otherwise(old, new), OUTDATED, shown=False)),
    )
    required = bare(ask, operation, changed)
    steps["bare"] = _step(ask, operation, [_fewer_keys(required)], keys["A"])
    if steps["bare"].submission.exchange.answer.refused:
        steps["bare"] = _step(ask, operation, [required], keys["A"])
    twice = own.mint("twice")
    keys["twice"] = twice
    both = [item(ask, operation, twice, 0, style), _padded(operation, item(ask, operation, twice, 1, style))]
    steps["twice"] = _step(ask, operation, both, twice)
    return _with_many(ask, _with_mixed(ask, replace(told, keys=keys), style), style)


def unshown(ask: Ask, operation: Operation) -> dict[str, Any]:
    """The fields of the document's own example that no row shows, as it sends them; none that point elsewhere."""
    access, example = operation.access, example_item(operation)
    shown = ask.contract.properties({"$ref": access.collection.item}) if access else {}
    left = (name for name in item_fields(ask, operation) if name in example and name not in shown)
    return {name: example[name] for name in left if access and name not in access.references}


def _denied(ask: Ask, operation: Operation) -> dict[str, Any]:
    """False for the fields of truth that no row shows."""
    fields = item_fields(ask, operation)
    return {name: False for name in unshown(ask, operation) if "boolean" in fields[name].get("type", ())}


def _fewer_keys(one: Item) -> Item:
    """The item with a key less in each of its objects."""
    return {name: dict(list(v.items())[:-1]) if isinstance(v, Mapping) else v for name, v in one.items()}


def _padded(operation: Operation, one: Item) -> Item:
    """The item with spaces around its first text."""
    key = operation.access.collection.key if operation.access else ""
    name = next((n for n in one if n != key and isinstance(one[n], str)), None)
    return {**one, name: f" {one[name]} "} if name else one


def _with_mixed(ask: Ask, told: Story, style: Style) -> Story:
    """Good new rows around bad items, of the first kind that fails when it is sent alone."""
    own = ownership_of(ask)
    operation = told.operation
    steps, keys = dict(told.steps), dict(told.keys)
    spoilers = list(_spoilers(ask, operation))
    unknown = [spoil for spoil in spoilers if NO_SUCH_REFERENCE in spoil.values()]
    for spoils in ([unknown] if len(unknown) > 1 else []) + [[spoil] for spoil in spoilers]:
        alone = _step(ask, operation, [_spoilt(item(ask, operation, own.mint("bad"), 1, style), s) for s in spoils])
        if not alone.submission.last or alone.submission.last.failed != len(spoils):
            continue
        stem = own.mint("mixed")
        keys |= {"good first": f"{stem}-1", "bad": f"{stem}-2", "good last": f"{stem}-3"}
        first, last = (item(ask, operation, keys[name], n, style) for n, name in enumerate(("good first", "good last")))
        # What is wrong in the last way is of a new row, and of one that is there and must stay as it is.
        wrong = [(f"{stem}-{n}", spoil) for n, spoil in enumerate(spoils[:-1], 4)]
        wrong += [(keys[name], spoils[-1]) for name in ("bad", "A")]
        bad = [_spoilt(item(ask, operation, key, 1, style), spoil) for key, spoil in wrong]
        before = find(ask, operation, keys["A"], expected=None)
        mixed = _step(
            ask, operation, [first, *bad, last], keys["good first"], keys["good last"], stem=stem, closely=True
        )
        there = find(ask, operation, keys["A"], expected=None)
        steps["bad"] = replace(alone, seen={keys["A"]: before})
        steps["mixed"] = replace(mixed, seen={**mixed.seen, keys["A"]: there})
        return replace(told, steps=steps, keys=keys, bad=len(bad))
    return replace(told, keys=keys)


def _spoilt(one: Item, spoil: Mapping[str, Any]) -> dict[str, Any]:
    """An item with other values; None takes a field away."""
    return {name: value for name, value in {**one, **spoil}.items() if spoil.get(name, value) is not None}


def _with_many(ask: Ask, told: Story, style: Style) -> Story:
    """Very many new rows, each odd in its own way, a batch beside theirs, and then some of them updated."""
    operation, steps = told.operation, dict(told.steps)
    stem, key = ownership_of(ask).mint("N"), operation.access.collection.key if operation.access else ""
    for items in odd_rows(ask, operation, stem, style):
        sent = submit(ask, operation, items, watch=False)
        if sent.exchange.answer.refused:
            continue
        # Another batch that is accepted while so many items are still worked on.
        beside = [{**one, key: f"{stem}-beside-{n}"} for n, one in enumerate(items[-2:])]
        others = submit(ask, operation, beside)
        batch = watched(ask, operation, sent, closely=True)
        if not batch.over or not others.over:
            break
        wanted = [str(one[key]) for one in (*items, *beside)]
        seen = find_all(ask, operation, stem, wanted)
        next_to = {key: seen[key] for key in (f"{stem}-beside-{n}" for n in range(len(beside))) if key in seen}
        steps |= {"many": Step(batch, seen), "beside": Step(others, next_to)}
        updates = odd_updates(operation, items)
        again = submit(ask, operation, updates)
        if again.over:
            was = {str(one[key]): seen[one[key]].row for one in updates if one[key] in seen}
            steps["many again"] = Step(again, find_all(ask, operation, stem, wanted, unlike=was))
        break
    return replace(told, steps=steps)


def _spoilers(ask: Ask, operation: Operation) -> Iterator[dict[str, Any]]:
    """Ways to make an item bad: what to change in it; None takes a field away."""
    access = operation.access
    for name in access.references if access else ():
        yield {name: NO_SUCH_REFERENCE}
    fields = item_fields(ask, operation)
    for name in required_fields(ask, operation):
        if fields[name].get("format") == "uuid":
            yield {name: NO_SUCH_REFERENCE}
            yield {name: "not-a-uuid"}
    for name in required_fields(ask, operation):
        if access and name != access.collection.key and "default" not in fields[name]:
            yield {name: None}
            return


def _parts(ask: Ask, operation: Operation) -> Story:
    own = ownership_of(ask)
    access = operation.access
    writer = row_writer(ask, operation)
    if writer is None or access is None:
        return Story(operation, {}, {}, why_not="no operation makes a row to write parts of")
    stem = own.mint("P")
    # The other row stands next to the one whose parts are written, and its key begins with that one's.
    keys = {"P": stem, "Q": f"{stem}-Q"}
    # Two keys that no row has: one is all but the case of a row's key, and with the other the keys of rows begin.
    keys |= {"unknown": keys_unlike(stem, keys), "unknown 2": f"{stem}-R"}
    odd = [f"{stem}-R{n}" for n in range(len(AMOUNTS) + 1)]
    first = item(ask, writer, keys["P"], 0, "plain")
    whole = [first, *(_alike(writer, first, item(ask, writer, key, 1, "plain")) for key in (keys["Q"], *odd))]
    made = _step(ask, writer, [bare(ask, writer, one) for one in whole], keys["P"], keys["Q"], *odd, stem=stem)
    if made.submission.exchange.answer.refused:
        made = _step(ask, writer, whole, keys["P"], keys["Q"], *odd, stem=stem)
    if not made.row(keys["P"]) or not made.row(keys["Q"]):
        return Story(operation, {}, keys, why_not="a new row to write parts of isn't taken, or isn't shown")
    for other in siblings(ask, operation):
        # Something that isn't to be touched must be there to begin with.
        if _parts_of(other) and not set(_parts_of(other)) & set(access.parts):
            made = _step(ask, other, [item(ask, other, keys["P"], 2)], keys["P"], keys["Q"], stem=stem)
    steps = {"row": made}
    entries = [
        entry(ask, operation, keys["P"], 0, 3),
        entry(ask, operation, keys["P"], 1, 1),
        entry(ask, operation, keys["Q"], 0, 2),
    ]
    pair = (keys["P"], keys["Q"])
    steps["insert"] = _step(ask, operation, entries, *pair, stem=stem, closely=True, after=steps["row"])
    steps["again"] = _step(ask, operation, [entries[0]], keys["P"])
    # What was sent again was the first entry and what changes is the last one, so that neither is taken for its own.
    # Its amounts fall, as those of the histories rise now and then.
    for steady in (False, True):
        changed = entry(ask, operation, keys["P"], 1, 0, steady=steady)
        steps["change"] = _step(ask, operation, [changed], *pair, stem=stem, after=steps["insert"])
        if not steps["change"].submission.last or not steps["change"].submission.last.failed:
            break
    unknown = [entry(ask, operation, keys[name], 0, 2) for name in ("unknown", "unknown 2")]
    items = [*unknown, entry(ask, operation, keys["Q"], 1, 3)]
    steps["mixed"] = _step(ask, operation, items, keys["Q"], keys["P"], *odd, stem=stem, after=steps["change"])
    if all(made.row(key) for key in odd):
        steps["many"] = _step(ask, operation, odd_entries(ask, operation, odd), *odd, stem=f"{stem}-R", after=made)
    return Story(operation, steps, keys, bad=len(unknown))


def _deletes(ask: Ask, operation: Operation) -> Story:
    own = ownership_of(ask)
    writer = row_writer(ask, operation)
    access = operation.access
    if writer is None or access is None:
        return Story(operation, {}, {}, why_not="no operation makes a row to delete")
    key = access.collection.key
    stem = own.mint("D")
    near = _near(stem)
    # Two keys that no row has: one is all but the case of a row's key, and the texts of the rows hold the other.
    keys = {**near, "unknown": keys_unlike(stem, near), "unknown 2": own.mint(NO_SUCH)}
    odd = [f"{stem}{tail}" for tail in TAILS]
    first = item(ask, writer, stem, 0, "plain")
    texts = {n: keys["unknown 2"] for n in plain_texts(ask, writer) if n in first and n != key}
    made, there = _rows_to_delete(ask, writer, stem, {**first, **texts}, tuple(near.values()), odd)
    if not made.row(keys["A"]):
        return Story(operation, {}, keys, why_not="a new row to delete isn't taken, or isn't shown")
    steps = {"row": made}
    near_by = (keys["longer"], keys["lower"])
    gone = _step(ask, operation, [{key: keys["A"]}], keys["A"], expected=False, closely=True)
    after = find_all(ask, operation, stem, (*near_by, *there))
    steps["delete"] = replace(gone, seen={**{k: after[k] for k in (*near_by, *there) if k in after}, **gone.seen})
    filtered = tuple(_filtered(ask, operation, keys["A"], made.row(keys["A"]), GHOSTS, shown=False))
    # The last but one begins like the keys of rows.
    steps["unknown"] = _step(ask, operation, [{key: keys["unknown"]}, {key: stem[:-1]}])
    last = steps["unknown"].submission.last
    # Where a delete of nothing succeeds there is no bad item.
    bad = 0 if last and last.succeeded else 1
    steps["mixed"] = _step(
        ask, operation, [{key: keys["unknown 2"]}, {key: keys["longer"]}], keys["longer"], expected=False
    )
    if there:
        # Of each pair of keys that a careless server takes for one another the second goes.
        many = submit(ask, operation, [{key: k} for k in there[1::2]])
        was = {k: made.row(k) for k in there[1::2]}
        seen = find_all(ask, operation, stem, there, expected=False, unlike=was) if many.over else {}
        steps["many"] = Step(many, {**seen, keys["lower"]: find(ask, operation, keys["lower"])} if seen else {})
    again = bare(ask, writer, item(ask, writer, keys["A"], 1, "plain"))
    steps["recreate"] = _step(ask, writer, [again], keys["A"])
    return Story(operation, steps, keys, bad=bad, filtered=filtered)


def keys_unlike(stem: str, near: Mapping[str, str]) -> str:
    """The stem in a case in which no row has it."""
    return next((k for k in (stem.upper(), stem.swapcase(), stem.title()) if k not in near.values()), f"{stem}-none")


def _rows_to_delete(
    ask: Ask, writer: Operation, stem: str, like: Item, near: Sequence[str], odd: Sequence[str]
) -> tuple[Step, list[str]]:
    """Rows with these keys, all else alike; without the odd ones where those aren't taken. Gives the odd ones made."""
    key = writer.access.collection.key if writer.access else ""
    made = _step(ask, writer, [{**like, key: k} for k in (*near, *odd)], *near, *odd, stem=stem)
    if all(made.row(k) for k in (*near, *odd)):
        return made, list(odd)
    return _step(ask, writer, [{**like, key: k} for k in near], *near, stem=stem), []


def _filtered(
    ask: Ask, operation: Operation, key: str, values: Mapping[str, Any], lookups: Sequence[str], *, shown: bool
) -> Iterator[Exchange]:
    """The lists under filters by a row's values, once they show the row or don't; none after a list that never does.

    Where the row must be shown all filters are asked together first: if they show it, each of them does.
    """
    reader, access = reader_of(ask, operation), operation.access
    if reader is None or access is None:
        return

    def look(request: Request) -> Page:
        return read_page(reader, ask.again(request))

    def right(page: Page) -> bool:
        here = any(row.get(access.collection.key) == key for row in page.rows)
        # A long answer may show the row on another page.
        return here == shown or (page.count or 0) > len(page.rows)

    queries = list(_by_values(reader, values, lookups))
    if shown and queries:
        together = settled(partial(look, get(reader, paged(reader, tuple(dict(queries).items()), limit=50))), right)
        if together.is_page and right(together):
            yield together.exchange
            return
    for query in queries:
        page = settled(partial(look, get(reader, paged(reader, (query,), limit=50))), right)
        yield page.exchange
        if not right(page):
            return


LOOKED_UP = ("exact", "iexact", "contains", "icontains", "startswith", "endswith", "in", "gte", "lte")
"""Lookups under which a row is found by its own values."""

OUTDATED = ("exact", "icontains", "in")
"""Lookups that don't find a row any more by values that it had."""

GHOSTS = (*OUTDATED, "contains", "gte")
"""Lookups that don't find a row that is gone."""


def _by_values(reader: Operation, values: Mapping[str, Any], lookups: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Filters by a row's values, each with the value that finds it."""
    for filter in reader.filters:
        kind = kind_of(filter.schema)
        # A time may be kept more exactly than it is shown.
        usable = kind in ("text", "uuid") or (kind == "date-time" and filter.lookup == "gte")
        if filter.hidden or filter.lookup not in lookups or not usable:
            continue
        value = values.get(filter.field)
        texts: Mapping[str | None, Any] = value if isinstance(value, Mapping) and filter.free_key else {None: value}
        for name, text in list(texts.items())[:2]:
            if isinstance(text, str) and (name is not None) == filter.free_key:
                yield filter.name(name), text


def _otherwise(row: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    """What of a row is otherwise in another look at it; of an object in it only the keys that are."""
    found: dict[str, Any] = {}
    for name, value in row.items():
        if isinstance(value, Mapping) and isinstance(other.get(name), Mapping):
            found[name] = {k: v for k, v in value.items() if other[name].get(k) != v}
        elif value != other.get(name):
            found[name] = value
    return found

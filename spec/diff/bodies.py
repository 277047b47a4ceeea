"""What an operation is sent and what it answers, compared."""

from __future__ import annotations

from collections.abc import Iterator

from spec.diff.change import Change, Level, graded
from spec.diff.pair import Pair, placed
from spec.diff.schemas import Direction, Node, compare
from spec.model import Media, Response


def compare_body(pair: Pair) -> Iterator[Change]:
    """What an operation is sent, and what of it is due."""
    old, new = pair.before.body, pair.after.body
    places = (old.location if old else None, new.location if new else None)
    families = ("body", "write")

    def say(kind: str, what: str, level: Level, why: str) -> Change:
        return pair.change(kind, "request body", what, level, why, *places, families=families)

    if old and new:
        if old.required != new.required:
            why = "Whoever sent nothing is refused." if new.required else "Whoever sends one still may."
            what = "required now" if new.required else "optional now"
            yield say("body.required", what, graded(new.required), why)
        yield from _media(pair, old.media, new.media, "request", "request", families)
    elif old:
        yield say("body.removed", "removed", "major", "Whoever sends one is refused or not heard.")
    elif new:
        what = "added, and required" if new.required else "added"
        why = "Whoever sends none is refused." if new.required else "Whoever doesn't know it needn't send one."
        yield say("body.added", what, graded(new.required), why)


def compare_responses(pair: Pair) -> Iterator[Change]:
    """The statuses, their headers and their bodies."""
    before, after = ({r.status: r for r in o.responses} for o in (pair.before, pair.after))
    for status in {**before, **after}:
        old, new = before.get(status), after.get(status)
        if old and new:
            yield from _response(pair, old, new)
        elif old:
            good = status.startswith("2")
            why = "A client that waits for it never sees it." if good else "A client that handles it needn't."
            yield _answer(pair, "response.removed", old, None, "removed", graded(good), why)
        elif new:
            why = (
                "Clients must cope with statuses that they don't know."
                if status[0] != "2"
                else "It is one more way to succeed."
            )
            yield _answer(pair, "response.added", None, new, "added", "minor", why)


def _answer(
    pair: Pair, kind: str, old: Response | None, new: Response | None, what: str, level: Level, why: str
) -> Change:
    status = next(r.status for r in (new, old) if r)
    places = tuple(r.location if r else None for r in (old, new))
    families = ("response.declared-status", *(("response.status",) if status[0] == "2" else ()))
    return pair.change(kind, f"answer {status}", what, level, why, *places, families=families)


def _response(pair: Pair, old: Response, new: Response) -> Iterator[Change]:
    if old.description != new.description:
        yield _answer(pair, "response.wording", old, new, "described in other words", "patch", "Only words differ.")
    for name in {**old.headers, **new.headers}:
        if name not in new.headers:
            why = "Whoever reads it finds nothing."
            yield _answer(pair, "response.header.removed", old, new, f"the header {name} is gone", "major", why)
        elif name not in old.headers:
            why = "Whoever doesn't know it needn't read it."
            yield _answer(pair, "response.header.added", old, new, f"the header {name} is new", "minor", why)
    yield from _media(pair, old.media, new.media, "response", f"answer {new.status}", ("response.schema",))


def _media(
    pair: Pair,
    old: tuple[Media, ...],
    new: tuple[Media, ...],
    direction: Direction,
    subject: str,
    families: tuple[str, ...],
) -> Iterator[Change]:
    before, after = {m.content_type: m for m in old}, {m.content_type: m for m in new}
    for kind in {**before, **after}:
        one, other = before.get(kind), after.get(kind)
        if one and other:
            yield from _schemas(pair, one, other, direction, subject, families)
            continue
        what = f"{kind} added" if other else f"{kind} removed"
        why = "It is one more way to say it." if other else "Whoever relies on it gets something else."
        places = tuple(m.location if m else None for m in (one, other))
        name = f"{direction}.content-type"
        yield pair.change(name, subject, what, graded(other is None), why, *places, families=families)


def _schemas(
    pair: Pair, old: Media, new: Media, direction: Direction, subject: str, families: tuple[str, ...]
) -> Iterator[Change]:
    if old.schema is None or new.schema is None:
        if old.schema is not new.schema:
            what = "a schema is given now" if new.schema is not None else "no schema is given any more"
            yield pair.change(f"{direction}.schema", subject, what, "major", _UNKNOWN, old.location, new.location)
        return
    one = Node(pair.old, old.schema, f"{old.pointer}/schema")
    other = Node(pair.new, new.schema, f"{new.pointer}/schema")
    for difference in compare(one, other, direction):
        field = difference.path.rpartition(".")[2].removesuffix("[]")
        change = pair.change(
            f"{direction}.{difference.kind}",
            f"{subject} {difference.path}".strip(),
            difference.what,
            difference.level,
            difference.why,
            None,
            None,
            about=field if direction == "request" else "",
            families=families if direction == "response" else (),
        )
        yield placed(change, pair, difference)


_UNKNOWN = "What is taken or shown can't be told apart from before."

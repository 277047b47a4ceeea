"""Two operations compared: parameters, filters, bodies, answers, security, and what the vocabulary says of them."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from spec.diff.change import Change, Level, clauses
from spec.diff.schemas import Difference, Direction, Node, compare
from spec.model import Clause, Contract, Filter, Location, Media, Operation, Parameter, Response


@dataclass(frozen=True)
class Pair:
    """An operation before and after, each with its contract."""

    old: Contract
    new: Contract
    before: Operation
    after: Operation

    def change(
        self,
        kind: str,
        subject: str,
        what: str,
        level: Level,
        why: str,
        old: Location | None,
        new: Location | None,
        *,
        about: str = "",
        families: tuple[str, ...] = (),
        hint: str = "",
    ) -> Change:
        """`about` is the subject of the clauses that it touches, `families` are those of which it touches all."""

        def touched(clause: Clause) -> bool:
            return (bool(about) and clause.subject == about) or any(
                clause.kind == family or clause.kind.startswith(f"{family}.") for family in families
            )

        codes = {self.before.code, self.after.code}
        ids = tuple(id for code in sorted(codes) for id in clauses((self.old, self.new), code, touched))
        named = f"{self.after.code} {subject}".strip()
        return Change(kind, (named,), what, level, why, hint, old, new, tuple(dict.fromkeys(ids)))


def compare_operations(pair: Pair) -> Iterator[Change]:
    """Every difference between two operations that were found to be the same one."""
    before, after = pair.before, pair.after
    here = (before.location, after.location)
    if (before.method, shape(before.path)) != (after.method, shape(after.path)):
        what = f"was {before.method} {before.path} and is {after.method} {after.path}"
        why = "Whoever calls the old one finds nothing."
        yield pair.change("operation.moved", "", what, "major", why, *here, families=("response",))
    if before.id != after.id:
        what = f"the operationId was {before.id} and is {after.id}"
        yield pair.change("operation.id", "", what, "major", "Generated clients name their methods by it.", *here)
    if before.code != after.code:
        what = f"the code was {before.code} and is {after.code}"
        yield pair.change("operation.code", "", what, "minor", "The ids of its clauses begin with it.", *here)
    if after.deprecated and not before.deprecated:
        yield pair.change("operation.deprecated", "", "deprecated", "patch", "It still works.", *here)
    if (before.summary, before.description) != (after.summary, after.description):
        yield pair.change("operation.wording", "", "described in other words", "patch", "Only words differ.", *here)
    yield from _security(pair)
    yield from _parameters(pair)
    yield from _filters(pair)
    yield from _body(pair)
    yield from _responses(pair)
    yield from _meaning(pair)


def shape(path: str) -> str:
    """A path with its parameters' names left out: they aren't on the wire."""
    return re.sub(r"\{[^{}]*\}", "{}", path)


def _security(pair: Pair) -> Iterator[Change]:
    before, after = pair.before.security, pair.after.security
    if before == after:
        return
    # Whoever could satisfy one of the old alternatives must still be let in.
    let_in = not after or (bool(before) and all(any(set(new) <= set(old) for new in after) for old in before))
    what = f"asked for {_alternatives(before)} and asks for {_alternatives(after)}"
    level: Level = "minor" if let_in else "major"
    why = "Whoever was let in still is." if let_in else "Whoever was let in may be turned away."
    here = (pair.before.location, pair.after.location)
    yield pair.change("security", "", what, level, why, *here, families=("auth",))


def _alternatives(security: tuple[tuple[str, ...], ...]) -> str:
    return " or ".join(" and ".join(needs) for needs in security) or "nothing"


# -- parameters --------------------------------------------------------------------------------------


def _parameters(pair: Pair) -> Iterator[Change]:
    renamed = _renamed_in_path(pair.before.path, pair.after.path)
    before = {
        (p.place, renamed.get(p.name, p.name) if p.place == "path" else p.name): p for p in pair.before.parameters
    }
    after = {(p.place, p.name): p for p in pair.after.parameters}
    gone = [p for key, p in before.items() if key not in after]
    new = [p for key, p in after.items() if key not in before]
    for parameter in gone:
        hint = _renamed(parameter, new)
        why = "Whoever sends it is refused or not heard."
        yield _said(pair, "parameter.removed", parameter, None, "removed", "major", why, hint)
    for parameter in new:
        yield _added(pair, parameter)
    for key, parameter in before.items():
        if key in after:
            yield from _parameter(pair, parameter, after[key])


def _renamed_in_path(old: str, new: str) -> dict[str, str]:
    """Old to new names of the path's parameters, which stand where they stood."""
    names = (re.findall(r"\{([^{}]*)\}", path) for path in (old, new))
    return dict(zip(*names, strict=True)) if shape(old) == shape(new) else {}


def _added(pair: Pair, parameter: Parameter) -> Change:
    if parameter.required:
        what, level, why = "added, and required", "major", "Whoever doesn't know it is refused."
    elif any(f.default is not None for f in parameter.filters):
        what, level, why = "added, with a default", "major", "Whoever doesn't know it gets fewer rows."
    else:
        what, level, why = "added", "minor", "Whoever doesn't know it needn't send it."
    return _said(pair, "parameter.added", None, parameter, what, _level(level), why)


def _said(
    pair: Pair,
    kind: str,
    old: Parameter | None,
    new: Parameter | None,
    what: str,
    level: Level,
    why: str,
    hint: str = "",
) -> Change:
    shown = new or old
    name, place = (shown.name, shown.place) if shown else ("", "")
    roles = {p.pagination for p in (old, new) if p}
    return pair.change(
        kind,
        f"{place} parameter {name}",
        what,
        level,
        why,
        old.location if old else None,
        new.location if new else None,
        about=name,
        families=(*(("page",) if roles - {None} else ()), *(("search",) if shown and shown.search else ())),
        hint=hint,
    )


def _renamed(gone: Parameter, candidates: list[Parameter]) -> str:
    """A hint when one of the new parameters looks like the old one under another name."""

    def means(parameter: Parameter) -> object:
        return [(f.field, f.lookup) for f in parameter.filters], parameter.pagination, parameter.search

    for new in candidates:
        close = difflib.SequenceMatcher(None, gone.name, new.name).ratio() > 0.6
        same = means(gone) == means(new) and means(gone) != ([], None, ())
        if new.place == gone.place and (same or (close and gone.schema == new.schema)):
            return f"It looks renamed to {new.name}: let the server take both names for a while."
    return ""


def _parameter(pair: Pair, old: Parameter, new: Parameter) -> Iterator[Change]:
    if old.name != new.name:
        why = "The wire is the same, but generated clients name their arguments by it."
        yield _said(pair, "parameter.renamed", old, new, f"was called {old.name}", "major", why)
    if old.required != new.required:
        what, level = ("required now", "major") if new.required else ("optional now", "minor")
        why = "Whoever left it out is refused." if new.required else "Whoever sends it still may."
        yield _said(pair, "parameter.required", old, new, what, _level(level), why)
    if (old.style, old.explode) != (new.style, new.explode):
        what = f"was written {_style(old)} and is written {_style(new)}"
        yield _said(pair, "parameter.style", old, new, what, "major", "The old way of writing it isn't read any more.")
    if old.pagination != new.pagination or old.search != new.search:
        why = "What is asked for with it is something else."
        yield _said(pair, "parameter.meaning", old, new, "means something else to paging or search", "major", why)
    if old.description != new.description:
        yield _said(pair, "parameter.wording", old, new, "described in other words", "patch", "Only words differ.")
    one = Node(pair.old, old.schema, f"{old.pointer}/schema")
    other = Node(pair.new, new.schema, f"{new.pointer}/schema")
    for difference in compare(one, other, "request"):
        if not old.free_keys or difference.kind not in ("field.added", "field.removed"):  # those are its filters
            base = _said(
                pair, f"parameter.{difference.kind}", old, new, difference.what, difference.level, difference.why
            )
            yield _placed(base, pair, difference)


def _level(name: str) -> Level:
    return "major" if name == "major" else "minor"


def _style(parameter: Parameter) -> str:
    return f"style: {parameter.style}, explode: {str(parameter.explode).lower()}"


def _placed(change: Change, pair: Pair, difference: Difference) -> Change:
    """A change with the places of the schemas that differ."""
    old = pair.old.where(difference.old) if difference.old else None
    new = pair.new.where(difference.new) if difference.new else None
    return replace(change, old=old, new=new)


# -- filters -----------------------------------------------------------------------------------------


def _filters(pair: Pair) -> Iterator[Change]:
    before, after = ({f.parameter: f for f in o.filters} for o in (pair.before, pair.after))
    kept = {p.name for p in pair.before.parameters} & {p.name for p in pair.after.parameters}
    for name in {**before, **after}:
        old, new = before.get(name), after.get(name)
        if old and new:
            if _meaning_of(old) != _meaning_of(new):
                what = f"meant {_shown(old)} and means {_shown(new)}"
                yield _filter(pair, "filter.meaning", old, new, what, "major", "The same request shows other rows.")
        elif old and (old.free_key or name in kept):
            why = "Whoever sends it gets other rows, or is refused."
            yield _filter(pair, "filter.removed", old, None, "filters nothing any more", "major", why)
        elif new and (new.free_key or name in kept):
            yield _filter(pair, "filter.added", None, new, f"means {_shown(new)}", "minor", "More is promised.")


def _meaning_of(filter: Filter) -> tuple[object, ...]:
    return filter.field, filter.lookup, filter.many, filter.key_pattern


def _shown(filter: Filter) -> str:
    keys = f" with keys like {filter.key_pattern}" if filter.key_pattern else ""
    return f"{filter.field} {filter.lookup}{keys}"


def _filter(pair: Pair, kind: str, old: Filter | None, new: Filter | None, what: str, level: Level, why: str) -> Change:
    name = next(f.parameter for f in (new, old) if f)
    places = tuple(f.location if f else None for f in (old, new))
    return pair.change(kind, f"filter {name}", what, level, why, *places, about=name)


# -- bodies and answers ------------------------------------------------------------------------------


def _body(pair: Pair) -> Iterator[Change]:
    old, new = pair.before.body, pair.after.body
    places = (old.location if old else None, new.location if new else None)
    families = ("body", "write")

    def say(kind: str, what: str, level: Level, why: str) -> Change:
        return pair.change(kind, "request body", what, level, why, *places, families=families)

    if old and new:
        if old.required != new.required:
            why = "Whoever sent nothing is refused." if new.required else "Whoever sends one still may."
            what = "required now" if new.required else "optional now"
            yield say("body.required", what, "major" if new.required else "minor", why)
        yield from _media(pair, old.media, new.media, "request", "request", families)
    elif old:
        yield say("body.removed", "removed", "major", "Whoever sends one is refused or not heard.")
    elif new:
        what = "added, and required" if new.required else "added"
        why = "Whoever sends none is refused." if new.required else "Whoever doesn't know it needn't send one."
        yield say("body.added", what, "major" if new.required else "minor", why)


def _responses(pair: Pair) -> Iterator[Change]:
    before, after = ({r.status: r for r in o.responses} for o in (pair.before, pair.after))
    for status in {**before, **after}:
        old, new = before.get(status), after.get(status)
        if old and new:
            yield from _response(pair, old, new)
        elif old:
            good = status.startswith("2")
            why = "A client that waits for it never sees it." if good else "A client that handles it needn't."
            yield _answer(pair, "response.removed", old, None, "removed", "major" if good else "minor", why)
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
        what, level = (f"{kind} added", "minor") if other else (f"{kind} removed", "major")
        why = "It is one more way to say it." if other else "Whoever relies on it gets something else."
        places = tuple(m.location if m else None for m in (one, other))
        name = f"{direction}.content-type"
        yield pair.change(name, subject, what, _level(level), why, *places, families=families)


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
        yield _placed(change, pair, difference)


_UNKNOWN = "What is taken or shown can't be told apart from before."


# -- the vocabulary ----------------------------------------------------------------------------------


def _meaning(pair: Pair) -> Iterator[Change]:
    """Pages, batches, tickets and what is done to which rows."""
    before, after = _marks(pair.before), _marks(pair.after)
    for name, family in (("pagination", "page"), ("batch", "batch"), ("ticket", "batch"), ("access", "write")):
        old, new = before.get(name), after.get(name)
        if old == new:
            continue
        here = (pair.before.location, pair.after.location)
        if old is None:
            what, level, why = f"has a {name} now", "minor", "More is promised."
        elif new is None:
            what, level, why = f"has no {name} any more", "major", "What was promised isn't any more."
        else:
            parts = [f"{key}: {old[key]} → {new[key]}" for key in old if old[key] != new[key]]
            what, level, why = (
                f"the {name} differs ({', '.join(parts)})",
                "major",
                "The same request does something else.",
            )
        yield pair.change(name, "", what, _level(level), why, *here, families=(family,))


def _marks(operation: Operation) -> Mapping[str, Mapping[str, object]]:
    """What the vocabulary says of an operation, without places and provenances."""
    found: dict[str, Mapping[str, object]] = {}
    for name, value in (("pagination", operation.pagination), ("batch", operation.batch), ("ticket", operation.ticket)):
        if value is not None:
            found[name] = {k: v for k, v in vars(value).items() if k not in ("provenance", "location")}
            if name == "pagination":  # a change of a default is told with its parameter
                found[name] = {k: v for k, v in found[name].items() if not k.startswith("default_")}
    access = operation.access
    if access is not None:
        found["access"] = {
            "does": access.action,
            "collection": access.collection.name,
            "key": access.collection.key,
            "parts": [(part.field, part.key) for part in access.parts],
            "references": dict(access.references),
            "absent": access.absent,
        }
    return found

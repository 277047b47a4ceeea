"""The parameters of an operation compared, and what they filter on."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator

from spec.diff.change import Change, Level, graded
from spec.diff.pair import Pair, placed, shape
from spec.diff.schemas import Node, compare
from spec.model import Filter, Parameter


def compare_parameters(pair: Pair) -> Iterator[Change]:
    """Every parameter that came, went or differs."""
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
        what, breaking, why = "added, and required", True, "Whoever doesn't know it is refused."
    elif any(f.default is not None for f in parameter.filters):
        what, breaking, why = "added, with a default", True, "Whoever doesn't know it gets fewer rows."
    else:
        what, breaking, why = "added", False, "Whoever doesn't know it needn't send it."
    return _said(pair, "parameter.added", None, parameter, what, graded(breaking), why)


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
        what = "required now" if new.required else "optional now"
        why = "Whoever left it out is refused." if new.required else "Whoever sends it still may."
        yield _said(pair, "parameter.required", old, new, what, graded(new.required), why)
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
            yield placed(base, pair, difference)


def _style(parameter: Parameter) -> str:
    return f"style: {parameter.style}, explode: {str(parameter.explode).lower()}"


# -- filters -----------------------------------------------------------------------------------------


def compare_filters(pair: Pair) -> Iterator[Change]:
    """Every filter that means something else, or stands on a parameter that was none."""
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

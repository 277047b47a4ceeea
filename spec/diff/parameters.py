"""The parameters of an operation compared: where they are, how they are written, what they mean."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping

from spec import templates
from spec.diff.change import Called
from spec.diff.checks import free_text, short
from spec.diff.context import Context, at, under
from spec.diff.schemas import Direction, Pair
from spec.diff.side import Place, Side
from spec.model import JSON

_STYLES = {"query": "form", "cookie": "form", "path": "simple", "header": "simple", "querystring": "form"}
_IGNORED = ("accept", "content-type", "authorization")
"""Headers that OpenAPI describes elsewhere."""

_WORDS = ("description", "example", "examples", "name")
_TAKEN = frozenset(
    [
        "name",
        "in",
        "required",
        "deprecated",
        "style",
        "explode",
        "schema",
        "content",
        "allowReserved",
        "allowEmptyValue",
        "x-filter",
        "x-search",
        "x-fields",
        "x-expands",
        "x-ordering",
        "x-pagination",
    ]
)

Named = dict[tuple[str, str], Place]

_MARKS = ("x-filter", "x-search", "x-fields", "x-expands", "x-ordering", "x-pagination")


def declared(side: Side, *holders: Place) -> Named:
    """Parameters by place and name; later holders win. Names of headers have no case."""
    found: Named = {}
    for holder in holders:
        for place in side.listed(holder, "parameters"):
            name, where = str(place.node.get("name", "")), str(place.node.get("in", ""))
            overridden = found.get((where, name.lower() if where == "header" else name))
            if overridden is not None and overridden.pointer != place.pointer:
                side.visited.discard(overridden.pointer)
            found[where, name.lower() if where == "header" else name] = place
    return found


def compare_parameters(context: Context, called: Called, paths: tuple[str, str], old: Named, new: Named) -> None:
    """Every parameter that was added, was removed or differs."""
    names = _renamed_in_path(*paths)
    before = {(where, names.get(name, name) if where == "path" else name): p for (where, name), p in old.items()}
    gone = {key: place for key, place in before.items() if key not in new}
    come = {key: place for key, place in new.items() if key not in before}
    for key in [*before, *come]:
        if key[0] == "header" and key[1] in _IGNORED:
            _ignored(context, called, key, before.pop(key, None), new.get(key))
            gone.pop(key, None)
            come.pop(key, None)
    for key, place in gone.items():
        _gone(context, called, key, place, come)
    for (where, name), place in come.items():
        rule, what = _added(context, place)
        context.say(
            rule, called, f"{where} parameter {name}", what, None, place.pointer, None, dict(place.node), about=name
        )
    for key, place in before.items():
        if key in new:
            _parameter(context, called, key, place, new[key])


def _renamed_in_path(old: str, new: str) -> dict[str, str]:
    """Old to new names of the path's parameters, which keep their places."""
    names = (re.findall(r"\{([^{}]*)\}", path) for path in (old, new))
    return dict(zip(*names, strict=True)) if templates.unnamed(old) == templates.unnamed(new) else {}


def _gone(context: Context, called: Called, key: tuple[str, str], old: Place, come: Named) -> None:
    where, name = key
    moved = next((other for other in come if other[1] == name), None)
    if moved is not None:
        new = come.pop(moved)
        what = f"was in {where} and is in {moved[0]}"
        subject = f"{moved[0]} parameter {name}"
        context.say("parameter.moved", called, subject, what, old.pointer, new.pointer, where, moved[0], about=name)
        return
    what, hint, partner = "removed", "", _lookalike(context, key, old, come)
    if partner is not None:
        hint = f"It looks renamed to {partner[1]}: let the server take both names for a while."
        if come[partner].node.get("required") is not True:
            what = f"removed; {partner[1]} came instead"
            come.pop(partner)
    subject = f"{where} parameter {name}"
    context.say(
        "parameter.removed", called, subject, what, old.pointer, None, dict(old.node), None, hint=hint, about=name
    )


def _ignored(context: Context, called: Called, key: tuple[str, str], old: Place | None, new: Place | None) -> None:
    """A header that OpenAPI describes elsewhere: it has no effect here."""
    if (old.node if old else None) != (new.node if new else None):
        subject = f"{key[0]} parameter {key[1]}"
        pointers = old.pointer if old else None, new.pointer if new else None
        context.say("unused", called, subject, "differs; a parameter of that name has no effect", *pointers)


def _lookalike(context: Context, key: tuple[str, str], gone: Place, come: Named) -> tuple[str, str] | None:
    """A new parameter that looks like the old one under another name."""

    def means(place: Place) -> list[JSON]:
        return [place.node.get(mark) for mark in _MARKS]

    for (where, name), place in come.items():
        close = difflib.SequenceMatcher(None, key[1], name).ratio() > 0.6
        same = means(place) == means(gone) and any(means(gone))
        if where == key[0] and (same or (close and place.node.get("schema") == gone.node.get("schema"))):
            return where, name
    return None


def _added(context: Context, place: Place) -> tuple[str, str]:
    if place.node.get("required") is True:
        return "parameter.required.added", "added, and required"
    schema = place.node.get("schema")
    default = isinstance(schema, Mapping) and "default" in schema
    if default and "x-filter" in place.node and context.means("x-filter"):
        return "parameter.default.added", "added, with a default"
    return "parameter.added", "added"


def _parameter(context: Context, called: Called, key: tuple[str, str], old: Place, new: Place) -> None:
    where, name = key
    subject = f"{where} parameter {name}"

    def say(rule: str, what: str, keyword: str, before: JSON = None, after: JSON = None) -> None:
        context.say(rule, called, subject, what, under(old, keyword), under(new, keyword), before, after, about=name)

    one, other = str(old.node.get("name")), str(new.node.get("name"))
    if where == "path" and one != other:
        say("parameter.renamed", f"was called {one}", "name", one, other)
    was, now = (True, True) if where == "path" else context.flags("required", old, new)
    if where == "path" and old.node.get("required") != new.node.get("required"):
        say("parameter.words", "`required` differs; what stands in a path always is", "required")
    if was != now:
        say(
            "parameter.required" if now else "parameter.optional",
            "required now" if now else "optional now",
            "required",
            was,
            now,
        )
    deprecated(context, called, subject, "parameter.deprecated", old, new)
    (style, explode), (style_now, explode_now) = (
        _written(context, side, place, where) for side, place in ((context.old, old), (context.new, new))
    )
    if style != style_now or (explode and explode_now and explode != explode_now):
        before, after = (", ".join(filter(None, written)) for written in ((style, explode), (style_now, explode_now)))
        say("parameter.style", f"was written {before} and is written {after}", "style", before, after)
    for flag in ("allowReserved", "allowEmptyValue"):
        had, has = context.flags(flag, old, new)
        if had != has:
            rule = "parameter.reserved.wider" if has else "parameter.reserved.narrower"
            say(rule, f"{flag} was {short(had)} and is {short(has)}", flag, had, has)
    _meaning(context, called, subject, name, old, new)
    exploded = explode_now == "explode: true"
    content(context, called, subject, "request", old, new, textual=True, exploded=exploded, about=name)
    context.rest(called, subject, old, new, _TAKEN, _WORDS, "parameter.words")


def deprecated(context: Context, called: Called, subject: str, rule: str, old: Place, new: Place) -> None:
    """A `deprecated` that was added or removed."""
    was, now = context.flags("deprecated", old, new)
    if was != now:
        what = "deprecated" if now else "not deprecated any more"
        context.say(rule, called, subject, what, under(old, "deprecated"), under(new, "deprecated"), was, now)


def _written(context: Context, side: Side, place: Place, where: str) -> tuple[str, str]:
    """How values are written: the style, and explode where several values are; for a single one it has no effect."""
    if "content" in place.node:
        kinds = place.node["content"]
        return " ".join(map(str, kinds)) if isinstance(kinds, Mapping) else "content", ""
    style = str(place.node.get("style", _STYLES.get(where, "form")))
    explode = place.node.get("explode", style in ("form", "cookie"))
    schemas = context.schemas.old if side is context.old else context.schemas.new
    types = schemas.facts((f"{place.pointer}/schema",)).types if "schema" in place.node else frozenset()
    several = types & {"array", "object"}
    return f"style: {style}", f"explode: {short(explode)}" if several else ""


def content(
    context: Context,
    called: Called,
    subject: str,
    direction: Direction,
    old: Place,
    new: Place,
    *,
    textual: bool,
    exploded: bool = False,
    about: str = "",
) -> None:
    """The schema of a parameter or header, which may be in its one content type."""
    textual = textual and "content" not in old.node and "content" not in new.node
    one, other = _holder(context.old, old), _holder(context.new, new)
    if one.pointer != old.pointer and other.pointer != new.pointer:
        context.rest(called, subject, one, other, ("schema",), ("example", "examples"), "parameter.words")
    if exploded and _became_list(context, one, other):
        key = (f"{one.pointer}/schema",)
        items = (f"{other.pointer}/schema/items",)
        if free_text(context.schemas.new.facts(items)) or context.schemas.within(Pair(key, items, textual)):
            what = "takes several values now"
            places = under(one, "schema"), under(other, "schema")
            context.say("request.type.wider", called, subject, what, *places, one.node["schema"], other.node["schema"])
            return
    context.schema(called, subject, direction, one, other, textual=textual, about=about)


def _became_list(context: Context, old: Place, new: Place) -> bool:
    if "schema" not in old.node or "schema" not in new.node:
        return False
    before = context.schemas.old.facts((f"{old.pointer}/schema",))
    after = context.schemas.new.facts((f"{new.pointer}/schema",))
    raw = new.node["schema"]
    bounds = after.checks.get("minItems", 0) <= 1
    inline = isinstance(raw, Mapping) and "items" in raw
    return not before.types & {"array", "object"} and after.types - {"null"} == {"array"} and bounds and inline


def _holder(side: Side, place: Place) -> Place:
    for media in side.named(place, "content").values():
        return media
    return place


# -- the vocabulary ------------------------------------------------------------------------------------


def _meaning(context: Context, called: Called, subject: str, name: str, old: Place, new: Place) -> None:
    for mark, before, after in _marks(old, new):
        places = under(old, mark), under(new, mark)
        if not context.means(mark):
            what = f"{mark} was {short(before)} and is {short(after)}"
            context.say("extension", called, subject, what, *places, before, after)
            continue
        plain, plain_now = without_provenance(before), without_provenance(after)
        if plain == plain_now:
            context.say(
                "parameter.words", called, subject, "where it comes from differs", *places, before, after, about=name
            )
        elif mark == "x-filter":
            rule = "filter.added" if before is None else "filter.removed" if after is None else "filter.meaning"
            what = (
                f"means {_shown(after)}"
                if before is None
                else "filters nothing any more"
                if after is None
                else f"meant {_shown(before)} and means {_shown(after)}"
            )
            context.say(rule, called, f"filter {name}", what, *places, before, after, about=name)
        else:
            more = before is None or (mark == "x-ordering" and _sorts_by_more(plain, plain_now))
            rule = "parameter.meaning.added" if more else "parameter.meaning"
            what = f"{mark} was {short(plain)} and is {short(plain_now)}"
            context.say(rule, called, subject, what, *places, before, after, about=name)


def _sorts_by_more(before: JSON, after: JSON) -> bool:
    """True where every order that could be asked for still means the same."""
    if not isinstance(before, Mapping) or not isinstance(after, Mapping):
        return False
    fields, fields_now = (_by_name(mark.get("fields")) for mark in (before, after))
    others, others_now = ({**mark, "fields": None} for mark in (before, after))
    return fields.items() <= fields_now.items() and others == others_now


def _by_name(fields: JSON) -> Mapping[str, JSON]:
    return fields if isinstance(fields, Mapping) else {field: field for field in fields or ()}


def _marks(old: Place, new: Place) -> Iterator[tuple[str, JSON, JSON]]:
    for mark in _MARKS:
        before, after = _plain_role(old.node.get(mark)), _plain_role(new.node.get(mark))
        if before != after:
            yield mark, before, after


def _plain_role(mark: JSON) -> JSON:
    """A mark that says no more than its role, as a word."""
    return mark["role"] if isinstance(mark, Mapping) and mark.keys() == {"role"} else mark


def _shown(filter: JSON) -> str:
    if not isinstance(filter, Mapping):
        return short(filter)
    prefixes = filter.get("prefixes")
    of_each = [f"{prefix!r} {lookup}" for prefix, lookup in prefixes.items()] if isinstance(prefixes, Mapping) else []
    return f"{filter.get('field')} {', '.join(of_each) or filter.get('lookup')}"


def without_provenance(value: JSON) -> JSON:
    """A value of the vocabulary without its provenance."""
    if isinstance(value, Mapping):
        return {key: without_provenance(inner) for key, inner in value.items() if key != "x-provenance"}
    if isinstance(value, list):
        return [without_provenance(item) for item in value]
    return value


__all__ = ["Named", "at", "compare_parameters", "content", "declared", "deprecated", "without_provenance"]

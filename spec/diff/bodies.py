"""Requests and responses of an operation: bodies, statuses, headers, content types, links."""

from __future__ import annotations

import re
from collections.abc import Mapping

from spec.diff.change import Called
from spec.diff.checks import short
from spec.diff.context import Context, at, under
from spec.diff.facts import canonical
from spec.diff.parameters import content, deprecated
from spec.diff.schemas import Direction
from spec.diff.side import Place, Side
from spec.model import JSON

_TEXTUAL = ("application/x-www-form-urlencoded", "text/plain")
_IGNORED_HEADERS = ("content-type",)
_HEADER_TAKEN = ("required", "deprecated", "style", "explode", "schema", "content", "allowReserved", "allowEmptyValue")


def compare_body(context: Context, called: Called, old: Place, new: Place) -> None:
    """The request body of an operation."""
    due, due_now = context.flags("required", old, new)
    subject = "request body"
    if not old and not new:
        return
    if not new:
        context.say("body.removed", called, subject, "removed", old.pointer, None, dict(old.node))
    elif not old:
        rule, what = ("body.required.added", "added, and required") if due_now else ("body.added", "added")
        context.say(rule, called, subject, what, None, new.pointer, None, dict(new.node))
    else:
        if due != due_now:
            rule, what = ("body.required", "required now") if due_now else ("body.optional", "optional now")
            places = under(old, "required"), under(new, "required")
            context.say(rule, called, subject, what, *places, due, due_now)
        _media(context, called, "request", "request", old, new)
        context.rest(called, subject, old, new, ("required", "content"), ("description",), "body.words")


def compare_responses(context: Context, called: Called, old: Place, new: Place) -> None:
    """The statuses, their headers and their bodies."""
    before, after = _statuses(context.old, old), _statuses(context.new, new)
    context.extensions(called, "responses", old, new, "responses")
    gone = [status for status in before if status not in after]
    come = [status for status in after if status not in before]
    if len(gone) == len(come) == 1 and before[gone[0]].node == after[come[0]].node:
        said = f"removed; {come[0]} is answered instead"
        _answer(context, called, "removed", gone[0], said, before[gone[0]].pointer, after[come[0]].pointer)
        gone, come = [], []
    for status in gone:
        _answer(context, called, "removed", status, "removed", before[status].pointer, None)
    for status in come:
        _answer(context, called, "added", status, "added", None, after[status].pointer)
    for status, one in before.items():
        if status in after:
            _response(context, called, status, one, after[status])


def _statuses(side: Side, operation: Place) -> dict[str, Place]:
    """By status; `4xx` is `4XX`, unless both are declared."""
    found: dict[str, Place] = {}
    for status, place in side.named(operation, "responses").items():
        upper = status.upper() if status[1:].lower() == "xx" else status
        if status[:2] != "x-":
            found[status if upper in found else upper] = place
    return found


def _answer(
    context: Context, called: Called, what: str, status: str, said: str, old: str | None, new: str | None
) -> None:
    success = ".success" if status.startswith("2") else ""
    before, after = (
        side.at(pointer) if pointer else None for side, pointer in ((context.old, old), (context.new, new))
    )
    context.say(f"response{success}.{what}", called, f"answer {status}", said, old, new, before, after)


def _response(context: Context, called: Called, status: str, old: Place, new: Place) -> None:
    subject = f"answer {status}"
    _headers(context, called, subject, old, new)
    _media(context, called, "response", subject, old, new)
    _links(context, called, subject, old, new)
    taken = ("headers", "content", "links")
    context.rest(called, subject, old, new, taken, ("description", "summary"), "response.words")


# -- headers -------------------------------------------------------------------------------------------


def _headers(context: Context, called: Called, subject: str, old: Place, new: Place) -> None:
    before, after = _named_headers(context.old, old), _named_headers(context.new, new)
    for name in [*before, *(name for name in after if name not in before)]:
        one, other = before.get(name), after.get(name)
        header = f"{subject} header {name}"
        if name in _IGNORED_HEADERS:
            if (one.node if one else None) != (other.node if other else None):
                pointers = one.pointer if one else None, other.pointer if other else None
                context.say("unused", called, header, "differs; a header of that name has no effect", *pointers)
            continue
        if other is None and one is not None:
            context.say("header.removed", called, header, "removed", one.pointer, None, dict(one.node))
        elif one is None and other is not None:
            due = other.node.get("required") is True and called.sent
            rule = "header.required" if due else "header.added"
            context.say(rule, called, header, "added", None, other.pointer, None, dict(other.node))
        elif one is not None and other is not None:
            _header(context, called, header, one, other)


def _named_headers(side: Side, response: Place) -> dict[str, Place]:
    """By their names in lower case, because case has no meaning there."""
    found = {}
    for name, place in side.named(response, "headers").items():
        found[name.lower()] = place
    return found


def _header(context: Context, called: Called, subject: str, old: Place, new: Place) -> None:
    due, due_now = context.flags("required", old, new)
    if due != due_now:
        rule, what = ("header.required", "always sent now") if due_now else ("header.optional", "may be missing now")
        places = under(old, "required"), under(new, "required")
        context.say(rule, called, subject, what, *places, due, due_now)
    deprecated(context, called, subject, "header.deprecated", old, new)
    style, style_now = _header_style(context, context.old, old), _header_style(context, context.new, new)
    if style != style_now:
        what = f"was written {style} and is written {style_now}"
        context.say("header.style", called, subject, what, at(old), at(new), style, style_now)
    for flag in ("allowReserved", "allowEmptyValue"):
        context.differ("header.style", called, subject, flag, old, new)
    content(context, called, subject, "response", old, new, textual=False)
    taken = (*_HEADER_TAKEN, *_marked(context, called, subject, old, new))
    context.rest(called, subject, old, new, taken, ("description", "example", "examples"), "header.words")


def _marked(context: Context, called: Called, subject: str, old: Place, new: Place) -> tuple[str, ...]:
    """The part that a header has in paging; returns the key that was compared."""
    mark = "x-pagination"
    if not context.means(mark):
        return ()
    one, other = old.node.get(mark), new.node.get(mark)
    if one != other:
        change = "added" if one is None else "removed" if other is None else "changed"
        what = f"{mark} was {short(one)} and is {short(other)}"
        context.say(f"response.{mark}.{change}", called, subject, what, under(old, mark), under(new, mark), one, other)
    return (mark,)


def _header_style(context: Context, side: Side, place: Place) -> str:
    if "content" in place.node:
        kinds = place.node["content"]
        return " ".join(map(str, kinds)) if isinstance(kinds, Mapping) else "content"
    style = str(place.node.get("style", "simple"))
    schemas = context.schemas.old if side is context.old else context.schemas.new
    types = schemas.facts((f"{place.pointer}/schema",)).types if "schema" in place.node else frozenset()
    explode = f", explode: {short(place.node.get('explode', False))}" if types & {"object"} else ""
    return f"style: {style}{explode}"


# -- content types -------------------------------------------------------------------------------------


def _media(context: Context, called: Called, direction: Direction, subject: str, old: Place, new: Place) -> None:
    before, after = _kinds(context.old, old), _kinds(context.new, new)
    side = context.travels(called, direction)
    for kind in [k for k in before if k not in after]:
        range_ = next((k for k in after if k not in before and _covers(k, kind)), None)
        narrow = next((k for k in after if k not in before and _covers(kind, k)), None)
        if range_ or narrow:
            partner = range_ or narrow or ""
            relation = "wider" if range_ else "narrower"
            what = f"the content type was {kind} and is {partner}"
            places = before[kind].pointer, after[partner].pointer
            context.say(f"{side}.content.{relation}", called, subject, what, *places, kind, partner)
            _one_media(context, called, direction, subject, kind, before[kind], after.pop(partner))
        else:
            pointer = before[kind].pointer
            context.say(f"{side}.content.removed", called, subject, f"{kind} removed", pointer, at(new), kind)
    for kind, place in after.items():
        if kind in before:
            _one_media(context, called, direction, subject, kind, before[kind], place)
        else:
            what = f"{kind} added"
            context.say(f"{side}.content.added", called, subject, what, at(old), place.pointer, None, kind)


def _kinds(side: Side, holder: Place) -> dict[str, Place]:
    """Content types in one spelling: their case has no meaning, nor has JSON's charset."""
    return {_spelt(kind): place for kind, place in side.named(holder, "content").items()}


def _spelt(kind: str) -> str:
    name, *parameters = (part.strip() for part in kind.split(";"))
    name = name.lower()
    kept = []
    for parameter in parameters:
        key, _, value = parameter.partition("=")
        value = value.strip().strip('"')
        if key.strip().lower() == "charset" and value.lower() == "utf-8" and name.endswith(("/json", "+json")):
            continue
        kept.append(f"{key.strip().lower()}={value.lower() if key.strip().lower() == 'charset' else value}")
    return "; ".join([name, *sorted(kept)])


def _covers(range_: str, kind: str) -> bool:
    """True when a range of content types, or a type without parameters, holds another."""
    if range_ == kind:
        return False
    bare = kind.partition(";")[0]
    if ";" in kind and range_ == bare:
        return True
    return "*" in range_ and re.fullmatch(re.escape(range_).replace(r"\*", "[^;]*"), bare) is not None


def _one_media(
    context: Context, called: Called, direction: Direction, subject: str, kind: str, old: Place, new: Place
) -> None:
    name = subject if "json" in kind else f"{subject} {kind}"
    if _raw_bytes(kind, old) and _raw_bytes(kind, new):
        if old.node.get("schema") != new.node.get("schema") and context.schemas.one_version:
            what = "bytes, described in other words"
            context.say(f"{context.travels(called, direction)}.media.words", called, name, what, at(old), at(new))
    else:
        context.schema(called, subject, direction, old, new, textual=kind.partition(";")[0] in _TEXTUAL)
    if "itemSchema" in old.node or "itemSchema" in new.node:
        context.schema(called, f"{subject} []", direction, old, new, key="itemSchema")
    side = context.travels(called, direction)
    for key in ("encoding", "prefixEncoding", "itemEncoding"):
        _encodings(context, called, f"{side}.encoding", name, key, old, new)
    taken = ("schema", "itemSchema", "encoding", "prefixEncoding", "itemEncoding")
    context.rest(called, name, old, new, taken, ("example", "examples"), f"{side}.media.words")


def _raw_bytes(kind: str, place: Place) -> bool:
    """True for a body of bytes, which 3.0 calls a binary string and 3.1 leaves without a schema."""
    schema = place.node.get("schema")
    said = (
        {k: v for k, v in schema.items() if k not in ("type", "format", "contentMediaType")}
        if isinstance(schema, Mapping)
        else {}
    )
    whole = (
        schema is None
        or schema is True
        or schema == {}
        or (
            not said
            and isinstance(schema, Mapping)
            and schema.get("type", "string") == "string"
            and (schema.get("format") == "binary" or str(schema.get("contentMediaType", "")).lower() == kind)
        )
    )
    return (
        whole
        and not kind.endswith(("json", "xml"))
        and not kind.startswith(("text/", "multipart/"))
        and ("urlencoded" not in kind)
    )


def _encodings(context: Context, called: Called, rule: str, subject: str, key: str, old: Place, new: Place) -> None:
    one, other = old.node.get(key), new.node.get(key)
    if one == other:
        return
    if not isinstance(one or {}, Mapping) or not isinstance(other or {}, Mapping) or key != "encoding":
        context.differ(rule, called, subject, key, old, new)
        return
    before, after = one or {}, other or {}
    for name in [*before, *(name for name in after if name not in before)]:
        plain, plain_now = _encoding(before.get(name)), _encoding(after.get(name))
        if canonical(plain) != canonical(plain_now):
            what = f"the encoding of {name} was {short(plain or None)} and is {short(plain_now or None)}"
            places = under(old, key), under(new, key)
            context.say(rule, called, subject, what, *places, before.get(name), after.get(name), about=str(name))
        elif before.get(name) != after.get(name):
            what = f"the encoding of {name} is described in other words"
            context.say("document.words", called, subject, what, under(old, key), under(new, key))


def _encoding(value: JSON) -> JSON:
    """An encoding without its descriptions and defaults."""
    if not isinstance(value, Mapping):
        return value
    plain = {k: v for k, v in value.items() if k != "description" and not str(k).startswith("x-")}
    if plain.get("allowReserved") is False:
        plain.pop("allowReserved")
    if plain.get("style", "form") == "form" and plain.get("explode", True) is True:
        plain.pop("style", None)
        plain.pop("explode", None)
    if isinstance(plain.get("headers"), Mapping):
        plain["headers"] = {str(name).lower(): _encoding(header) for name, header in plain["headers"].items()}
    return plain


# -- links ---------------------------------------------------------------------------------------------


def _links(context: Context, called: Called, subject: str, old: Place, new: Place) -> None:
    before, after = context.old.named(old, "links"), context.new.named(new, "links")
    for name in [*before, *(name for name in after if name not in before)]:
        one, other = before.get(name, Place({}, "")), after.get(name, Place({}, ""))
        link = f"{subject} link {name}"
        if not one or not other:
            rule = "link.added" if other else "link.removed"
            what = "added" if other else "removed"
            context.say(rule, called, link, what, at(one), at(other), dict(one.node) or None, dict(other.node) or None)
            continue
        keys = ("operationId", "operationRef", "parameters", "requestBody", "server")
        for key in keys:
            context.differ("link.changed", called, link, key, one, other)
        context.rest(called, link, one, other, keys, ("description",), "link.words")

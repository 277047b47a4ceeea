"""The servers of the document, of a path or of an operation."""

from __future__ import annotations

from collections.abc import Mapping

from spec.diff.change import Called
from spec.diff.context import Context, at
from spec.diff.side import Place

_NONE = Place({"url": "/"}, "")


def compare_servers(context: Context, called: Called, old: Place, new: Place) -> None:
    """The servers of two holders; without any, the server is `/`."""
    before = list(context.old.listed(old, "servers")) or [_NONE]
    after = list(context.new.listed(new, "servers")) or [_NONE]
    left, right = list(before), list(after)
    for one in before:
        other = next((server for server in right if server.node.get("url") == one.node.get("url")), None)
        if other is not None:
            left.remove(one)
            right.remove(other)
            _server(context, called, one, other)
    for one, other in zip(left, right, strict=False):
        what = f"was {_url(one)} and is {_url(other)}"
        places = at(one), at(other)
        context.say(
            "server.changed", called, f"server {_url(one)}", what, *places, one.node.get("url"), other.node.get("url")
        )
    for one in left[len(right) :]:
        context.say("server.removed", called, f"server {_url(one)}", "removed", at(one), None, one.node.get("url"))
    for other in right[len(left) :]:
        context.say(
            "server.added", called, f"server {_url(other)}", "added", None, at(other), None, other.node.get("url")
        )


def _url(server: Place) -> str:
    return str(server.node.get("url", ""))


def _server(context: Context, called: Called, old: Place, new: Place) -> None:
    subject = f"server {_url(old)}"
    before, after = context.old.named(old, "variables"), context.new.named(new, "variables")
    for name in [*before, *(name for name in after if name not in before)]:
        one, other = before.get(name, Place({}, "")), after.get(name, Place({}, ""))
        variable = f"{subject} variable {name}"
        if not one or not other:
            what = "added" if other else "removed"
            context.say("server.changed", called, variable, what, at(one), at(other), dict(one.node), dict(other.node))
            continue
        context.differ("server.changed", called, variable, "default", one, other)
        _values(context, called, variable, one, other)
        context.rest(called, variable, one, other, ("default", "enum"), ("description",), "server.words")
    context.rest(called, subject, old, new, ("url", "variables"), ("description", "name"), "server.words")


def _values(context: Context, called: Called, subject: str, old: Place, new: Place) -> None:
    one, other = old.node.get("enum"), new.node.get("enum")
    before, after = (list(map(str, v)) if isinstance(v, list) else None for v in (one, other))
    if before == after:
        return
    places = at(old), at(new)
    lost = [v for v in before or () if v not in after] if after is not None else []
    if lost or before is None:
        what = (
            f"{', '.join(lost)} can't stand here any more"
            if lost
            else f"only {', '.join(after or ())} may stand here now"
        )
        context.say("server.removed", called, subject, what, *places, one, other)
    won = [v for v in after or () if v not in before] if before is not None else []
    if won or after is None:
        what = f"{', '.join(won)} may stand here now" if won else "anything may stand here now"
        context.say("server.added", called, subject, what, *places, one, other)
    if not lost and not won and before is not None and after is not None:
        context.say("server.words", called, subject, "the values stand in another order", *places, one, other)


def inherited(holders: list[Place]) -> Place:
    """The nearest holder that has servers of its own, or the last."""
    found = (place for place in holders if isinstance(place.node.get("servers"), list) and place.node["servers"])
    return next(found, holders[-1])


__all__ = ["Mapping", "compare_servers", "inherited"]

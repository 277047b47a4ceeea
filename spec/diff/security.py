"""Security: the requirements of an operation, and the schemes that they name."""

from __future__ import annotations

from collections.abc import Mapping

from spec.diff.change import Called
from spec.diff.checks import short
from spec.diff.context import DOCUMENT, Context, at, under
from spec.diff.side import Place, Side

Needs = frozenset[tuple[str, frozenset[str]]]
"""One alternative: schemes, each with its scopes."""

_URLS = ("authorizationUrl", "tokenUrl", "refreshUrl", "deviceAuthorizationUrl")


def compare_requirements(context: Context, called: Called, old: Place, new: Place) -> None:
    """The alternatives, before and after."""
    before, after = requirements(context.old, old), requirements(context.new, new)
    if set(before) == set(after):
        _words(context, called, old, new)
        return
    # A client that satisfies an old alternative must still have access.
    let_in = all(any(_satisfied(way, known) for way in after) for known in before)
    what = f"asked for {_shown(before)} and asks for {_shown(after)}"
    places = _holder(old, context.old), _holder(new, context.new)
    context.say("security.wider" if let_in else "security.narrower", called, "security", what, *places)


def requirements(side: Side, operation: Place) -> list[Needs]:
    """The alternatives; the empty one needs no key."""
    holder = operation.node if "security" in operation.node else side.document
    listed = holder.get("security")
    if not isinstance(listed, list):
        return [frozenset()]
    found = [
        frozenset(
            (str(name), frozenset(map(str, scopes)) if isinstance(scopes, list) else frozenset())
            for name, scopes in needs.items()
        )
        for needs in listed
        if isinstance(needs, Mapping)
    ]
    return list(dict.fromkeys(found)) or [frozenset()]


def _satisfied(way: Needs, given: Needs) -> bool:
    """True when a client that satisfies `given` also satisfies `way`."""
    had = dict(given)
    return all(name in had and scopes <= had[name] for name, scopes in way)


def _holder(operation: Place, side: Side) -> str | None:
    if "security" in operation.node:
        return f"{operation.pointer}/security"
    return "/security" if "security" in side.document else at(operation)


def _words(context: Context, called: Called, old: Place, new: Place) -> None:
    """The same alternatives, written differently: in another order, or inherited."""
    one, other = old.node.get("security"), new.node.get("security")
    if one is not None and other is not None and one != other:
        places = under(old, "security"), under(new, "security")
        context.say("operation.words", called, "security", "the same, in another order", *places, one, other)


def _shown(ways: list[Needs]) -> str:
    return " or ".join(
        " and ".join(sorted(f"{name} ({', '.join(sorted(scopes))})" if scopes else name for name, scopes in way))
        or "nothing"
        for way in ways
    )


# -- schemes -------------------------------------------------------------------------------------------


def compare_schemes(context: Context, used: set[str]) -> None:
    """Every security scheme; one that no operation requires concerns nobody."""
    before, after = (side.named(components(side), "securitySchemes") for side in (context.old, context.new))
    for name in [*before, *(name for name in after if name not in before)]:
        one, other = before.get(name, Place({}, "")), after.get(name, Place({}, ""))
        subject = f"security scheme {name}"
        if not one or not other:
            what = "added" if other else "removed"
            context.say(
                "scheme.words",
                DOCUMENT,
                subject,
                what,
                at(one),
                at(other),
                dict(one.node) or None,
                dict(other.node) or None,
            )
        elif name in used:
            _scheme(context, subject, one, other)
        elif one.node != other.node:
            what = "differs, and no operation asks for it"
            context.say("scheme.words", DOCUMENT, subject, what, at(one), at(other), dict(one.node), dict(other.node))


def components(side: Side) -> Place:
    """The document's components, not marked as compared."""
    node = side.document.get("components")
    return Place(node, "/components") if isinstance(node, Mapping) else Place({}, "")


def _scheme(context: Context, subject: str, old: Place, new: Place) -> None:
    for key in ("type", "in", "name", "scheme"):
        one, other = old.node.get(key), new.node.get(key)
        no_case = key == "scheme" or (key == "name" and old.node.get("in") == "header")
        if one != other and not (no_case and str(one).lower() == str(other).lower()):
            context.differ("scheme.changed", DOCUMENT, subject, key, old, new)
    for key in ("openIdConnectUrl", "oauth2MetadataUrl"):
        context.differ("scheme.url", DOCUMENT, subject, key, old, new)
    context.differ("scheme.deprecated", DOCUMENT, subject, "deprecated", old, new)
    _flows(context, subject, old, new)
    taken = ("type", "in", "name", "scheme", "openIdConnectUrl", "oauth2MetadataUrl", "deprecated", "flows")
    context.rest(DOCUMENT, subject, old, new, taken, ("description", "bearerFormat"), "scheme.words")


def _flows(context: Context, subject: str, old: Place, new: Place) -> None:
    before, after = context.old.named(old, "flows"), context.new.named(new, "flows")
    for name in [*before, *(name for name in after if name not in before)]:
        one, other = before.get(name, Place({}, "")), after.get(name, Place({}, ""))
        if name.startswith("x-"):
            context.differ(
                "extension", DOCUMENT, subject, name, context.old.child(old, "flows"), context.new.child(new, "flows")
            )
        elif not one or not other:
            rule = "scheme.flow.added" if other else "scheme.flow.removed"
            what = f"the flow {name} {'added' if other else 'removed'}"
            context.say(
                rule, DOCUMENT, subject, what, at(one), at(other), dict(one.node) or None, dict(other.node) or None
            )
        else:
            for key in _URLS:
                context.differ("scheme.url", DOCUMENT, f"{subject} {name}", key, one, other)
            _scopes(context, f"{subject} {name}", one, other)
            context.rest(DOCUMENT, f"{subject} {name}", one, other, (*_URLS, "scopes"), (), "scheme.words")


def _scopes(context: Context, subject: str, old: Place, new: Place) -> None:
    places = under(old, "scopes"), under(new, "scopes")
    before, after = (place.node.get("scopes") for place in (old, new))
    if not isinstance(before or {}, Mapping) or not isinstance(after or {}, Mapping):
        context.differ("unknown", DOCUMENT, subject, "scopes", old, new)
        return
    one, other = before or {}, after or {}
    for name in [*one, *(name for name in other if name not in one)]:
        if name not in other or name not in one:
            rule = "scheme.scope.added" if name in other else "scheme.scope.removed"
            what = f"the scope {name} {'added' if name in other else 'removed'}"
            context.say(rule, DOCUMENT, subject, what, *places, one.get(name), other.get(name))
        elif one[name] != other[name]:
            what = f"the scope {name} is described in other words: {short(other[name])}"
            context.say("scheme.words", DOCUMENT, subject, what, *places, one[name], other[name])

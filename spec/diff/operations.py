"""Paths and their operations: which old one became which new one, and their differences."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from spec import templates
from spec.diff import bodies, parameters, vocabulary
from spec.diff.change import Called
from spec.diff.checks import short
from spec.diff.context import DOCUMENT, Context, at, under
from spec.diff.parameters import deprecated
from spec.diff.security import compare_requirements
from spec.diff.servers import compare_servers, inherited
from spec.diff.side import Place, Side
from spec.pointers import escape

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace", "query")
_PATH_KEYS = (*METHODS, "parameters", "servers", "additionalOperations")
_WORDS = ("summary", "description", "externalDocs")
_KEYS = [
    "operationId",
    "tags",
    "parameters",
    "requestBody",
    "responses",
    "callbacks",
    "deprecated",
    "security",
    "servers",
]


@dataclass(frozen=True)
class Found:
    """An operation at its place."""

    path: str
    method: str
    place: Place
    item: Place

    @property
    def id(self) -> str:
        """Its operationId, or nothing."""
        return str(self.place.node.get("operationId", ""))


def operations(side: Side, paths: Mapping[str, Place]) -> list[Found]:
    """The operations of some paths, in the document's order."""
    return [found for path, item in paths.items() for found in _operations(side, path, item)]


def _operations(side: Side, path: str, item: Place) -> Iterator[Found]:
    for method in METHODS:
        if method in item.node:
            yield Found(path, method.upper(), side.child(item, method), item)
    for method, place in side.named(item, "additionalOperations").items():
        yield Found(path, method, place, item)


def paths_of(side: Side) -> dict[str, Place]:
    """The paths of a document."""
    side.visited.add("")
    found = side.named(Place(side.document, ""), "paths")
    return {path: place for path, place in found.items() if not path.startswith("x-")}


def compare_paths(context: Context) -> None:
    """Every operation of both documents."""
    before, after = paths_of(context.old), paths_of(context.new)
    old, new = operations(context.old, before), operations(context.new, after)
    partners = _partners(old, new)
    for found in old:
        partner = partners.get(found.place.pointer)
        if partner is None:
            called = _called(context.old, found)
            what = f"{found.method} {found.path}"
            context.say("operation.removed", called, what, "removed", found.place.pointer, None, what)
        else:
            _compare(context, _called(context.new, partner), found, partner)
    known = {partner.place.pointer for partner in partners.values()}
    for found in new:
        if found.place.pointer not in known:
            called = _called(context.new, found)
            what = f"{found.method} {found.path}"
            context.say("operation.added", called, what, "added", None, found.place.pointer, None, what)
    _path_items(context, before, after)


def _path_items(context: Context, before: Mapping[str, Place], after: Mapping[str, Place]) -> None:
    """The keys of paths besides their operations; a path without operations may come and go."""
    shapes = {templates.unnamed(path): path for path in after}
    for path, one in before.items():
        partner = path if path in after else shapes.get(templates.unnamed(path))
        if partner is not None:
            called = Called(partner)
            context.rest(called, "", one, after[partner], _PATH_KEYS, _WORDS, "operation.words")
        elif not _operations_in(one):
            context.say("operation.words", DOCUMENT, f"path {path}", "removed; it had no operation", one.pointer, None)
    old_shapes = {templates.unnamed(path) for path in before}
    for path, other in after.items():
        if path not in before and templates.unnamed(path) not in old_shapes and not _operations_in(other):
            context.say("operation.words", DOCUMENT, f"path {path}", "added, without an operation", None, other.pointer)


def _operations_in(item: Place) -> bool:
    return any(method in item.node for method in METHODS) or bool(item.node.get("additionalOperations"))


def _partners(old: list[Found], new: list[Found]) -> dict[str, Found]:
    """Pointer of an old operation to the new one that it became: by method and path, else by its operationId."""
    exact = {(found.method, found.path): found for found in new}
    shaped = {(found.method, templates.unnamed(found.path)): found for found in reversed(new)}
    by_id = {found.id: found for found in new if found.id}
    partners: dict[str, Found] = {}
    taken: set[tuple[str, str]] = set()
    lookups: tuple[Callable[[Found], Found | None], ...] = (
        lambda found: exact.get((found.method, found.path)),
        lambda found: shaped.get((found.method, templates.unnamed(found.path))),
        lambda found: by_id.get(found.id),
    )
    for lookup in lookups:
        for found in old:
            partner = None if found.place.pointer in partners else lookup(found)
            if partner is not None and (partner.path, partner.method) not in taken:
                partners[found.place.pointer] = partner
                taken.add((partner.path, partner.method))
    return partners


def _called(side: Side, found: Found, *, sent: bool = False) -> Called:
    code = found.place.node.get("x-code") if side.vocabulary else None
    name = str(code or found.id or f"{found.method} {found.path}")
    return Called(name, found.id, found.method, found.path, sent)


def _compare(context: Context, called: Called, old: Found, new: Found) -> None:
    before, after = old.place, new.place
    if _alike(context, old, new):
        compare_requirements(context, called, before, after)  # those of the document may differ
        return
    if (old.method, templates.unnamed(old.path)) != (new.method, templates.unnamed(new.path)):
        what = f"was {old.method} {old.path} and is {new.method} {new.path}"
        values = f"{old.method} {old.path}", f"{new.method} {new.path}"
        context.say("operation.moved", called, "", what, before.pointer, after.pointer, *values)
    _own(context, called, before, after)
    compare_requirements(context, called, before, after)
    _servers(context, called, old, new)
    parameters.compare_parameters(
        context,
        called,
        (old.path, new.path),
        parameters.declared(context.old, old.item, before),
        parameters.declared(context.new, new.item, after),
    )
    bodies.compare_body(
        context, called, context.old.child(before, "requestBody"), context.new.child(after, "requestBody")
    )
    bodies.compare_responses(context, called, before, after)
    _callbacks(context, called, before, after)
    taken = vocabulary.compare_operation(context, called, before, after)
    context.rest(called, "", before, after, (*_KEYS, *taken), _WORDS, "operation.words")


def _alike(context: Context, old: Found, new: Found) -> bool:
    """True when an operation and its path's keys are written alike, with all of their references."""
    if (old.path, old.method) != (new.path, new.method):
        return False
    shared = [f"{old.item.pointer}/{key}" for key in ("parameters", "servers") if key in old.item.node]
    if old.item.pointer != new.item.pointer or len(shared) != sum(
        k in new.item.node for k in ("parameters", "servers")
    ):
        return False
    return old.place.pointer == new.place.pointer and all(map(context.schemas.alike, (old.place.pointer, *shared)))


def _own(context: Context, called: Called, old: Place, new: Place) -> None:
    deprecated(context, called, "", "operation.deprecated", old, new)
    one, other = old.node.get("operationId"), new.node.get("operationId")
    if one != other:
        what = f"the operationId was {one or 'not given'} and is {other or 'not given'}"
        context.say("operation.id", called, "", what, under(old, "operationId"), under(new, "operationId"), one, other)
    tags, tags_now = old.node.get("tags") or [], new.node.get("tags") or []
    if tags != tags_now:
        what = f"the tags were {short(tags)} and are {short(tags_now)}"
        context.say("operation.tags", called, "", what, under(old, "tags"), under(new, "tags"), tags, tags_now)


def _servers(context: Context, called: Called, old: Found, new: Found) -> None:
    """An operation's own servers, or its path's; the document's are compared once."""
    before = inherited([old.place, old.item, Place(context.old.document, "")])
    after = inherited([new.place, new.item, Place(context.new.document, "")])
    if before.pointer or after.pointer:
        compare_servers(context, called, before, after)


# -- where the server asks -----------------------------------------------------------------------------


def _callbacks(context: Context, called: Called, old: Place, new: Place) -> None:
    before, after = context.old.named(old, "callbacks"), context.new.named(new, "callbacks")
    for name in [*before, *(name for name in after if name not in before)]:
        one, other = before.get(name, Place({}, "")), after.get(name, Place({}, ""))
        if not one or not other:
            what = "added" if other else "removed"
            context.say(f"callback.{what}", called, f"callback {name}", what, at(one), at(other))
            continue
        expressions = [str(e) for e in one.node if not str(e).startswith("x-")]
        gone = [e for e in expressions if e not in other.node]
        come = [str(e) for e in other.node if e not in one.node and not str(e).startswith("x-")]
        for expression in expressions:
            partner = expression if expression in other.node else come[0] if len(gone) == len(come) == 1 else ""
            if not partner:
                context.say(
                    "callback.removed", called, f"callback {name} {expression}", "removed", one.pointer, other.pointer
                )
                continue
            if partner != expression:
                what = f"was sent to {expression} and is sent to {partner}"
                context.say(
                    "callback.changed",
                    called,
                    f"callback {name}",
                    what,
                    one.pointer,
                    other.pointer,
                    expression,
                    partner,
                )
                come = []
            items = _item(context.old, one, expression), _item(context.new, other, partner)
            compare_sent(context, f"{called.code} callback {name}", "callback", *items)
        for expression in come:
            context.say("callback.added", called, f"callback {name} {expression}", "added", one.pointer, other.pointer)
        context.rest(
            called,
            f"callback {name}",
            one,
            other,
            (*expressions, *(str(e) for e in other.node if not str(e).startswith("x-"))),
            (),
            "document.words",
        )


def _item(side: Side, holder: Place, key: str) -> Place:
    return side.place(holder.node[key], f"{holder.pointer}/{escape(key)}")


def compare_webhooks(context: Context) -> None:
    """The requests that a server sends by itself."""
    before, after = (side.named(Place(side.document, ""), "webhooks") for side in (context.old, context.new))
    for name in [*before, *(name for name in after if name not in before)]:
        one, other = before.get(name, Place({}, "")), after.get(name, Place({}, ""))
        if not one or not other:
            what = "added" if other else "removed"
            context.say(f"webhook.{what}", DOCUMENT, f"webhook {name}", what, at(one), at(other))
        else:
            compare_sent(context, f"webhook {name}", "webhook", one, other)


def compare_sent(context: Context, name: str, kind: str, old: Place, new: Place) -> None:
    """The operations of a path item to which the server sends requests."""
    before = {found.method: found for found in _operations(context.old, name, old)}
    after = {found.method: found for found in _operations(context.new, name, new)}
    for method in [*before, *(method for method in after if method not in before)]:
        one, other = before.get(method), after.get(method)
        called = Called(f"{name} {method}", (other or one or before[method]).id, method, "", True)
        if one is not None and other is not None:
            _compare(context, called, one, other)
        else:
            what = "added" if one is None else "removed"
            pointers = one.place.pointer if one else None, other.place.pointer if other else None
            context.say(f"{kind}.{what}", Called(name, sent=True), method, what, *pointers)
    context.rest(Called(name, sent=True), "", old, new, _PATH_KEYS, _WORDS, "operation.words")

"""The vocabulary's extensions of operations and collections, compared."""

from __future__ import annotations

from collections.abc import Mapping

from spec.diff.change import Called
from spec.diff.checks import short
from spec.diff.context import DOCUMENT, Context, under
from spec.diff.facts import same
from spec.diff.parameters import without_provenance
from spec.diff.side import Place
from spec.model import JSON


def compare_operation(context: Context, called: Called, old: Place, new: Place) -> list[str]:
    """Access to rows, and the status of a batch; returns the keys that were compared."""
    keys = dict.fromkeys(key for key in (*old.node, *new.node) if context.means(str(key)) and key != "x-provenance")
    for key in keys:
        if key == "x-code":
            context.differ("operation.code", called, "", key, old, new, "the code")
        else:
            _compare(context, called, "", str(key), old, new)
    return list(keys)


def compare_document(context: Context, old: Place, new: Place) -> list[str]:
    """The collections; the keys that were compared."""
    keys = dict.fromkeys(key for key in (*old.node, *new.node) if context.means(str(key)) and key != "x-provenance")
    for key in keys:
        _compare(context, DOCUMENT, "", str(key), old, new)
    return list(keys)


def _defaults(key: str, method: str) -> Mapping[str, JSON]:
    """The defaults of an extension, where it stands on an operation with a method."""
    if key == "x-updates":
        return {"absent": "clear" if method.upper() == "PUT" else "keep"}
    return {"absent": "keep"} if key == "x-upserts" else {}


def _compare(context: Context, called: Called, subject: str, key: str, old: Place, new: Place) -> None:
    """An extension of the vocabulary: part by part, where both documents have it."""
    one, other = (_written_out(key, place.node.get(key), called.method) for place in (old, new))
    if same(one, other):
        return
    _parts(context, called, f"{subject} {key}".strip(), (under(old, key), under(new, key)), one, other)


def _written_out(key: str, value: JSON, method: str) -> JSON:
    return {**_defaults(key, method), **value} if isinstance(value, Mapping) else value


def _parts(
    context: Context, called: Called, name: str, places: tuple[str | None, str | None], one: JSON, other: JSON
) -> None:
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        for key in [*one, *(key for key in other if key not in one)]:
            before, after = one.get(key), other.get(key)
            if not same(before, after) or (key in one) != (key in other):
                inner = (_below(places[0], key, one), _below(places[1], key, other))
                if key == "x-provenance":
                    context.say("document.words", called, name, "where it comes from differs", *inner, before, after)
                else:
                    _parts(context, called, f"{name} {key}", inner, before, after)
        return
    plain, plain_now = without_provenance(one), without_provenance(other)
    rule = "vocabulary.added" if one is None else "vocabulary.removed" if other is None else "vocabulary.changed"
    if plain == plain_now:
        rule = "document.words"
    what = f"was {short(plain)} and is {short(plain_now)}"
    if one is None or other is None:
        what = f"says {short(plain_now)} now" if one is None else f"said {short(plain)}, and has no effect any more"
    context.say(rule, called, name, what, *places, one, other)


def _below(pointer: str | None, key: str, holder: Mapping[str, JSON]) -> str | None:
    return f"{pointer}/{key}" if pointer and key in holder else pointer

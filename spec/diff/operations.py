"""Two operations compared: where they are, who may call them, and what the vocabulary says of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from spec.diff import bodies, parameters
from spec.diff.change import Change, graded
from spec.diff.pair import Pair, shape
from spec.model import Operation


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
    yield from parameters.compare_parameters(pair)
    yield from parameters.compare_filters(pair)
    yield from bodies.compare_body(pair)
    yield from bodies.compare_responses(pair)
    yield from _meaning(pair)


def _security(pair: Pair) -> Iterator[Change]:
    before, after = pair.before.security, pair.after.security
    if before == after:
        return
    # Whoever could satisfy one of the old alternatives must still be let in.
    let_in = not after or (bool(before) and all(any(set(new) <= set(old) for new in after) for old in before))
    what = f"asked for {_alternatives(before)} and asks for {_alternatives(after)}"
    why = "Whoever was let in still is." if let_in else "Whoever was let in may be turned away."
    here = (pair.before.location, pair.after.location)
    yield pair.change("security", "", what, graded(not let_in), why, *here, families=("auth",))


def _alternatives(security: tuple[tuple[str, ...], ...]) -> str:
    return " or ".join(" and ".join(needs) for needs in security) or "nothing"


def _meaning(pair: Pair) -> Iterator[Change]:
    """Pages, batches, tickets and what is done to which rows."""
    before, after = _marks(pair.before), _marks(pair.after)
    for name, family in (("pagination", "page"), ("batch", "batch"), ("ticket", "batch"), ("access", "write")):
        old, new = before.get(name), after.get(name)
        if old == new:
            continue
        here = (pair.before.location, pair.after.location)
        if old is None:
            what, breaking, why = f"has a {name} now", False, "More is promised."
        elif new is None:
            what, breaking, why = f"has no {name} any more", True, "What was promised isn't any more."
        else:
            parts = [f"{key}: {old[key]} → {new[key]}" for key in old if old[key] != new[key]]
            what, breaking, why = (
                f"the {name} differs ({', '.join(parts)})",
                True,
                "The same request does something else.",
            )
        yield pair.change(name, "", what, graded(breaking), why, *here, families=(family,))


_PLACES = ("provenance", "location", "provenances", "locations")


def _marks(operation: Operation) -> Mapping[str, Mapping[str, object]]:
    """What the vocabulary says of an operation, without places and provenances."""
    found: dict[str, Mapping[str, object]] = {}
    for name, value in (("pagination", operation.pagination), ("batch", operation.batch), ("ticket", operation.ticket)):
        if value is not None:
            found[name] = {k: v for k, v in vars(value).items() if k not in _PLACES}
            if name == "pagination":  # a change of a default or a bound is told with its parameter
                found[name] = {k: v for k, v in found[name].items() if not k.startswith(("default_", "largest_"))}
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

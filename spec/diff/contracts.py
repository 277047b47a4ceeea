"""Two contracts compared: which operations are the same, and what of the whole document differs."""

from __future__ import annotations

from collections.abc import Iterator

from spec.diff.change import Change, merged
from spec.diff.operations import compare_operations
from spec.diff.pair import Pair, shape
from spec.model import Clause, Contract, Operation, SecurityScheme


def compare_contracts(old: Contract, new: Contract) -> list[Change]:
    """Every difference that somebody may notice, the breaking ones first."""
    if old.document == new.document:
        return []
    return merged([*_operations(old, new), *_schemes(old, new), *_servers(old, new), *_clauses(old, new)])


def _operations(old: Contract, new: Contract) -> Iterator[Change]:
    partners = _partners(old, new)
    told_before, told_after = _by_operation(old), _by_operation(new)
    for before in old.operations:
        after = partners.get(before.pointer)
        if after is None:
            name = f"{before.code} {before.method} {before.path}"
            ids = tuple(clause.id for clause in told_before.get(before.code, ()))
            why = "Whoever calls it finds nothing."
            yield Change("operation.removed", (name,), "removed", "major", why, "", before.location, None, ids)
        else:
            told = (*told_before.get(before.code, ()), *told_after.get(after.code, ()))
            yield from compare_operations(Pair(old, new, before, after, told))
    known = {operation.pointer for operation in partners.values()}
    for after in new.operations:
        if after.pointer not in known:
            name = f"{after.code} {after.method} {after.path}"
            ids = tuple(clause.id for clause in told_after.get(after.code, ()))
            why = "Whoever doesn't know it needn't call it."
            yield Change("operation.added", (name,), "added", "minor", why, "", None, after.location, ids)


def _by_operation(contract: Contract) -> dict[str, list[Clause]]:
    found: dict[str, list[Clause]] = {}
    for clause in contract.clauses:
        found.setdefault(clause.operation, []).append(clause)
    return found


def _partners(old: Contract, new: Contract) -> dict[str, Operation]:
    """Pointer of an old operation to the new one that it became: by method and path, else by its operationId."""
    places = {(o.method, shape(o.path)): o for o in new.operations}
    found = {o.pointer: places[o.method, shape(o.path)] for o in old.operations if (o.method, shape(o.path)) in places}
    taken = {operation.pointer for operation in found.values()}
    for operation in old.operations:
        twin = new.by_id.get(operation.id)
        if operation.pointer not in found and twin is not None and twin.pointer not in taken:
            found[operation.pointer] = twin
    return found


def _schemes(old: Contract, new: Contract) -> Iterator[Change]:
    before, after = ({s.name: s for s in c.security_schemes} for c in (old, new))
    for name in {**before, **after}:
        one, other = before.get(name), after.get(name)
        subject = (f"security scheme {name}",)
        if one and other:
            if _way(one) != _way(other):
                what, why = f"was {_way(one)} and is {_way(other)}", "A key sent the old way isn't found."
                yield Change("scheme", subject, what, "major", why, "", one.location, other.location, ())
        elif one:
            why = "It matters where an operation asked for it, which is told there."
            yield Change("scheme.removed", subject, "removed", "patch", why, "", one.location, None, ())
        elif other:
            why = "It matters where an operation asks for it, which is told there."
            yield Change("scheme.added", subject, "added", "patch", why, "", None, other.location, ())


def _way(scheme: SecurityScheme) -> str:
    return " ".join(part for part in (scheme.type, scheme.scheme, scheme.place, scheme.parameter) if part)


def _servers(old: Contract, new: Contract) -> Iterator[Change]:
    here = (old.where("/servers"), new.where("/servers"))
    for url in old.servers:
        if url not in new.servers:
            why = "Whoever calls it there may find nothing."
            yield Change("server.removed", (f"server {url}",), "removed", "major", why, "", *here, ())
    for url in new.servers:
        if url not in old.servers:
            yield Change(
                "server.added", (f"server {url}",), "added", "minor", "The others are still there.", "", *here, ()
            )


def _clauses(old: Contract, new: Contract) -> Iterator[Change]:
    """Clause ids that come and go: whoever selects or waives by id wants to know."""
    before, after = ({clause.id: clause for clause in c.clauses} for c in (old, new))
    top = (old.where(""), new.where(""))
    gone, come = tuple(id for id in before if id not in after), tuple(id for id in after if id not in before)
    if gone:
        why = "A selection or a waiver that names one of them matches nothing."
        yield Change("clauses.removed", (_count(gone),), "gone", "minor", why, "", *top, gone)
    if come:
        yield Change("clauses.added", (_count(come),), "new", "minor", "The checks ask for more.", "", *top, come)
    for id in before:
        if id in after and before[id].level != after[id].level:
            what = f"was {before[id].level} and is {after[id].level}"
            why = "Documented clauses decide the exit code, inferred ones only with --strict."
            places = (before[id].location, after[id].location)
            yield Change("clause.level", (f"clause {id}",), what, "minor", why, "", *places, (id,))


def _count(ids: tuple[str, ...]) -> str:
    return f"{len(ids)} clause{'s' if len(ids) > 1 else ''}"

"""What a query parameter sorts the rows by: x-ordering."""

from __future__ import annotations

from collections.abc import Mapping

from spec import vocabulary
from spec.model import DELIMITERS, JSON, Direction, Ordering, Parameter, Provenance, keys_of, without_null
from spec.model.ordering import FIELD
from spec.reader.filters import Wire
from spec.reader.paths import Reached, reach
from spec.reader.read_context import Object, ReadContext
from spec.reader.rows import Rows


def ordering(
    context: ReadContext,
    name: str,
    node: Object,
    schema: Object,
    wire: Wire,
    pointer: str,
    inherited: Provenance,
    rows: Rows | None,
) -> Ordering | None:
    """The ordering that a parameter is, or None. `schema` is the parameter's, resolved."""
    mark = context.extension(node, "x-ordering", pointer)
    if mark is None:
        return None
    here = f"{pointer}/x-ordering"
    if rows is None:
        context.problem(here, "the operation reads no collection", "Add x-reads with the collection's name.")
        return None
    many = schema.get("type") == "array"
    if many and "delimiter" in mark:
        hint = "Remove it: `style` and `explode` say how the values of an array are written."
        context.problem(f"{here}/delimiter", "an array parameter has no delimiter of its own", hint)
    if many and not wire.explode and wire.style not in DELIMITERS:
        hint = f"Declare one of {', '.join(DELIMITERS)}."
        context.problem(f"{pointer}/style", f"the style {wire.style!r} doesn't define a list of values", hint)
    value = context.read(schema["items"], f"{pointer}/schema/items") if many and "items" in schema else schema
    given = mark.get("fields") or [name for name, of in rows.shown.items() if _has_an_order(of)]
    fields = _fields(context, given, rows, f"{here}/fields")
    if not fields and "fields" not in mark:
        context.problem(here, "the rows have no field that holds one value", "Take x-ordering away.")
        return None
    default = schema.get("default")
    delimiter = (None if wire.explode else DELIMITERS.get(wire.style)) if many else mark.get("delimiter")
    turn = mark.get("direction")
    found = Ordering(
        parameter=name,
        fields={each: field for each, (field, _) in fields.items()},
        nested=frozenset(field for field, reached in fields.values() if reached.nested),
        schemas={each: without_null(reached.schema) for each, (_, reached) in fields.items()},
        open="fields" not in mark,
        ascending=mark.get("ascending", FIELD),
        descending=mark.get("descending", None if turn else f"-{FIELD}"),
        direction=Direction(turn["parameter"], turn["ascending"], turn["descending"]) if turn else None,
        allowed=_allowed(value),
        several=many or delimiter is not None,
        delimiter=delimiter,
        unknown=mark.get("unknown"),
        default=(delimiter or ",").join(map(str, default)) if isinstance(default, list) else default,
        provenance=context.provenance(mark, inherited),
        location=context.where(here),
    )
    _check(context, found, mark, here)
    return found


def _has_an_order(schema: Object) -> bool:
    return vocabulary.kind(without_null(schema)) not in ("list", "object", "any")


def _allowed(schema: Object) -> tuple[str, ...] | None:
    listed = without_null(schema).get("enum")
    return tuple(map(str, listed)) if isinstance(listed, list) else None


def _fields(context: ReadContext, given: JSON, rows: Rows, pointer: str) -> dict[str, tuple[str, Reached]]:
    """The fields by their names in the query; those that no response shows, or that have no order, are problems."""
    named = dict(given) if isinstance(given, Mapping) else {field: field for field in given}
    found: dict[str, tuple[str, Reached]] = {}
    for index, (name, field) in enumerate(named.items()):
        here = f"{pointer}/{name if isinstance(given, Mapping) else index}"
        if field in rows.collection.hidden:
            hint = f"The rows of {rows.collection.name} show {', '.join(rows.shown)}."
            context.problem(here, f"no response shows a field {field!r}, so its order can't be seen", hint)
            continue
        reached = reach(context, field, "isnull", rows, here)
        if reached is None:
            continue
        kind = vocabulary.kind(reached.schema)
        if reached.several or kind in ("list", "object"):
            message = f"the field {field!r} holds {vocabulary.named('list' if reached.several else kind)}"
            context.problem(here, f"{message}, which has no order", "Name fields that hold one value.")
        else:
            found[name] = field, reached
    return found


def _check(context: ReadContext, found: Ordering, mark: Object, pointer: str) -> None:
    if found.direction and ("descending" in mark or "ascending" in mark):
        given = "descending" if "descending" in mark else "ascending"
        message = f"both `direction` and `{given}` say which way rows are sorted"
        context.problem(f"{pointer}/{given}", message, "Keep one of the two.")
    if found.ascending == found.descending:
        message = "the same value asks for both directions"
        context.problem(f"{pointer}/descending", message, f"Write it as {f'-{FIELD}'!r}, for example.")
    asked = {key.name for key in keys_of(found)}
    for name in (name for name in found.fields if name not in asked and not found.open):
        message = f"the parameter's enum has no value that sorts by {name!r}"
        context.problem(f"{pointer}/fields", message, f"It has {', '.join(found.allowed or ())}.")


def check_directions(context: ReadContext, parameters: tuple[Parameter, ...]) -> None:
    """One parameter sorts, and the one with the direction is there."""
    sorting = [parameter for parameter in parameters if parameter.ordering]
    for other in sorting[1:]:
        hint = f"The other is {sorting[0].name}; keep one."
        context.problem(f"{other.pointer}/x-ordering", "two parameters sort the rows", hint)
    names = [parameter.name for parameter in parameters if parameter.place == "query"]
    for parameter in sorting:
        turn = parameter.ordering.direction if parameter.ordering else None
        if turn and turn.parameter not in names:
            here = f"{parameter.pointer}/x-ordering/direction/parameter"
            hint = f"The operation has {', '.join(names)}."
            context.problem(here, f"there is no query parameter {turn.parameter!r}", hint)

"""New rows: which fields a server takes, and with which values. Found out once, by creating rows of the run's own."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from conformance.reading.context import RunContext, decided
from conformance.reading.sample import sample_of
from conformance.transport.keys import key_is_given
from conformance.writing.one_row import Written, list_of, look, operation_for, owned, send
from conformance.writing.row_values import ABSENT, types_of, value
from spec import Operation
from spec.model import JSON

TRIES = 6
"""Rows that are sent with other fields after the answer named those that are wrong."""

FAR = 5000
"""A variant whose numbers are no keys of other rows, where a schema allows them."""

MOST_FIELDS = 24
"""Optional fields that are tried one by one, where no answer names what is wrong."""


@dataclass(frozen=True)
class Recipe:
    """How a new row is made that a server takes. The first one has all fields, with values made up."""

    omitted: frozenset[str] = frozenset()
    """Optional fields that are left out."""
    known: frozenset[str] = frozenset()
    """Fields whose values are those that rows show."""
    settled: tuple[tuple[str, JSON], ...] = ()
    """Fields that have one value in all rows, because the server refuses others: the key of some row, it seems."""


def body(context: RunContext, operation: Operation, mark: str, variant: int, recipe: Recipe) -> dict[str, JSON]:
    """A row to send: its texts hold the mark, and variants differ in every field."""
    access = operation.access
    if access is None:
        return {}
    needed, made = context.contract.needed_fields(operation), dict[str, JSON]()
    for name, schema in context.contract.body_fields(operation).items():
        if name == access.collection.key:
            if access.action == "creates" and key_is_given(context.contract, operation):
                made[name] = mark
            continue
        if name in recipe.omitted and name not in needed:
            continue
        refers = name in access.references
        known = known_values(context, operation, name) if refers or name in recipe.known else ()
        if refers and not known and name not in needed:
            continue
        settled = dict(recipe.settled)
        found = settled[name] if name in settled else value(context.contract, schema, name, mark, variant, known)
        if found is not ABSENT:
            made[name] = found
    return made


def known_values(context: RunContext, operation: Operation, name: str) -> tuple[JSON, ...]:
    """Values of a field that the server has accepted: other rows' keys, rows' values, the document's example."""
    access = operation.access
    if access is None:
        return ()
    other = access.references.get(name)
    if other is not None:
        keys = _keys_of(context, other)
        many = "array" in types_of(context.contract.whole(context.contract.body_fields(operation)[name]))
        return tuple([key] for key in keys) if many else keys
    reader = list_of(context, access.collection)
    rows = sample_of(context, reader).bounded if reader else ()
    shown = [row[name] for row in rows if row.get(name) not in (None, "", [], {})][:60]
    media = operation.body.json if operation.body else None
    examples = [one[name] for one in (media.examples if media else ()) if isinstance(one, Mapping) and name in one]
    different = [one for n, one in enumerate(shown) if one not in shown[:n]]
    return (*different, *examples)


@decided
def _keys_of(context: RunContext, name: str) -> tuple[JSON, ...]:
    """Keys of rows of another collection: of those that are listed, or of one that is created for it."""
    collection = context.contract.collection(name)
    reader = list_of(context, collection) if collection else None
    if collection is None:
        return ()
    rows = sample_of(context, reader).bounded if reader else ()
    keys = [row[collection.key] for row in rows if row.get(collection.key) is not None][:4]
    maker = operation_for(context, collection, "creates") if not keys and context.target.ownership else None
    if maker is None:
        return tuple(keys)
    made = create(context, maker, 0)
    seen = look(context, collection, made.key) if made.key else None
    return (seen.row[collection.key],) if seen and seen.row and collection.key in seen.row else ()


def bare(context: RunContext, operation: Operation, recipe: Recipe) -> Recipe:
    """The same recipe without optional fields."""
    return replace(recipe, omitted=frozenset(context.contract.body_fields(operation)))


@decided
def recipe_of(context: RunContext, operation: Operation) -> Recipe | None:
    """The richest row that the server accepts; None where it accepts none. It creates some rows to find out."""
    recipe, needed = Recipe(), context.contract.needed_fields(operation)
    for _ in range(TRIES):
        made = create(context, operation, 0, recipe)
        far = _far_numbers(context, operation, made, recipe) if made.done else {}
        accepted = made.sent
        if far:
            made = create(context, operation, 1, recipe, far)
        if made.done:
            return recipe
        wrong = named_in(made.exchange.response.json) & made.sent.keys()
        other = frozenset(n for n in wrong - recipe.known if known_values(context, operation, n))
        settled = {name: accepted[name] for name in far if name in wrong - other}
        omitted = recipe.omitted | (wrong - other - settled.keys() - {*needed})
        better = Recipe(omitted, recipe.known | other, (*recipe.settled, *settled.items()))
        if better == recipe:
            break
        recipe = better
    known = frozenset(context.contract.body_fields(operation))
    for one in (bare(context, operation, Recipe()), bare(context, operation, Recipe(known=known))):
        if create(context, operation, 0, one).done:
            return _enriched(context, operation, one)
    return None


def _far_numbers(context: RunContext, operation: Operation, made: Written, recipe: Recipe) -> dict[str, JSON]:
    """Large numbers for the fields with small made-up ones, which may happen to be keys of other rows."""
    fields, access = context.contract.body_fields(operation), operation.access
    sure = {*recipe.known, *dict(recipe.settled), *(access.references if access else ())}
    sure |= {access.collection.key} if access else set()
    numbers = {name: fields[name] for name in made.sent if name in fields and name not in sure}
    of_kind = {name: of for name, of in numbers.items() if "integer" in types_of(context.contract.whole(of))}
    return {name: value(context.contract, of, name, "", FAR) for name, of in of_kind.items()}


def _enriched(context: RunContext, operation: Operation, recipe: Recipe) -> Recipe:
    """A recipe with every optional field that the server takes beside the required ones."""
    fields = [*context.contract.body_fields(operation)]
    optional = [name for name in fields if name not in context.contract.needed_fields(operation)]
    for name in optional[:MOST_FIELDS]:
        more = replace(recipe, omitted=recipe.omitted - {name})
        if create(context, operation, 0, more).done:
            recipe = more
    return recipe


_WORD = re.compile(r"[^\s/.\[\]\"']+")


def named_in(data: JSON) -> frozenset[str]:
    """The names in an error's body: of members, and in short texts such as `body.price` or `/price`."""
    return frozenset(_names(data))


def _names(data: JSON) -> Iterator[str]:
    if isinstance(data, Mapping):
        for name, inner in data.items():
            yield str(name)
            yield from _names(inner)
    elif isinstance(data, list):
        for inner in data:
            yield from _names(inner)
    elif isinstance(data, str) and " " not in data.strip():
        yield from _WORD.findall(data)


def create(
    context: RunContext,
    operation: Operation,
    variant: int,
    recipe: Recipe | None = None,
    changes: Mapping[str, JSON] | None = None,
) -> Written:
    """Create a row, by the recipe of the operation unless another is given, with some changes. Raises NotPermitted."""
    used = recipe or recipe_of(context, operation) or bare(context, operation, Recipe())
    made = body(context, operation, owned(context).mint("R"), variant, used)
    return send(context, operation, {**made, **(changes or {})})


def row_like(context: RunContext, operation: Operation, stem: str, variant: int) -> dict[str, JSON]:
    """A row to send to an operation, by the recipe of the operation that creates rows of its collection."""
    collection = operation.access.collection if operation.access else None
    maker = operation_for(context, collection, "creates") if collection else None
    recipe = (recipe_of(context, maker) if maker else None) or bare(context, operation, Recipe())
    return body(context, operation, owned(context).mint(stem), variant, recipe)

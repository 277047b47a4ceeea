"""A deterministic catalog: rows made from their schemas that reveal every semantic bug.

The name of a field doesn't matter. A text field gets discriminating texts, or discriminating codes where the document's
example is one; a date-time gets equal and neighbouring instants; and so on by type, so that a field which is
added to the document has discriminating data at once.
"""

from __future__ import annotations

import random
import uuid
from collections.abc import Callable, Iterator, Mapping
from itertools import product

from conformance.sandbox import texts, values
from conformance.sandbox.store import Row
from conformance.sandbox.tables import Field, PartShape, Shape, item_properties
from conformance.sandbox.validation import check
from conformance.sandbox.values import Kind
from spec import Contract
from spec.model import JSON, LOCAL

_SPACE = uuid.UUID("5b1c7c1e-8d0a-4c58-9d6f-2f4f3b6f3c11")
_MINUTE = 60_000_000
_DAY = 24 * 60 * _MINUTE
_BASE = int(values.instant("2024-05-22T11:42:32.935Z"))
_MIDNIGHT = int(values.instant("2024-05-23T00:00:00.000Z"))
_NEW_YEAR = int(values.instant("2024-01-01T00:00:00.000Z"))

# Equal and neighbouring instants, the same second with other fractions, both sides of midnight and of the year.
_INSTANTS = tuple(
    anchor + offset
    for anchor in (_BASE, _MIDNIGHT, _NEW_YEAR, _BASE - 3 * _DAY)
    for offset in (0, 0, 1000, -1000, 2000, 65_000, -935_000, 500_000, 1_000_000, 30 * _MINUTE, -3 * 60 * _MINUTE)
)

Deal = Callable[[int], JSON]
"""From a row's index to a value."""
_ABSENT = object()


def generate(contract: Contract, shape: Shape, count: int, seed: int) -> Iterator[Row]:
    """`count` new rows of a collection, as responses would show them and with what none shows, one after the other.

    They are the same for the same seed, and the first ones the same for any count.
    """
    maker = _Maker(contract, shape, random.Random(f"{seed}/{shape.collection.name}"))
    return (maker.row(index) for index in range(count))


class _Maker:
    """Makes the rows of one collection, one after the other."""

    def __init__(self, contract: Contract, shape: Shape, rng: random.Random) -> None:
        collection = shape.collection
        self.contract = contract
        self.rng = rng
        self.key_name = collection.key
        self.wanted_keys = _referenced(contract, shape)
        fixed: dict[str | None, Deal] = {
            collection.key: self.keys(shape.key, collection.name),
            collection.created: lambda index: _stamps(index)[0],
            collection.updated: lambda index: _stamps(index)[1],
        }
        self.fields = {f.name: fixed.get(f.name) or self.optional(f) for f in shape.shown}
        self.parts = {name: self.entries(part) for name, part in shape.parts.items()}
        self.hidden = {name: self.unseen(shape.fields[name]) for name in collection.hidden}

    def row(self, index: int) -> Row:
        """The row of that index, with its hidden fields."""
        found = {name: deal(index) for name, deal in (*self.fields.items(), *self.parts.items(), *self.hidden.items())}
        return {name: value for name, value in found.items() if value is not _ABSENT}

    def keys(self, field: Field, collection: str) -> Deal:
        """Keys, all different."""
        if field.kind == "uuid":
            wanted = self.wanted_keys
            return lambda index: (
                wanted[index] if index < len(wanted) else str(uuid.uuid5(_SPACE, f"{collection}/{index}"))
            )
        if field.kind == "number":
            return lambda index: index + 1
        pool = self.pool(field.name, field.schema)
        return lambda index: pool[index] if index < len(pool) else f"{pool[index % len(pool)]}-{index}"

    def unseen(self, field: Field) -> Deal:
        """The hidden fields: some 15 % of the rows aren't shown by the filters' defaults."""
        if field.kind == "boolean":
            return lambda index: index % 20 not in (3, 11, 18)
        return self.values(field.name, field.schema)

    def optional(self, field: Field) -> Deal:
        """The values of a field; one that isn't required is missing now and then."""
        deal, turn = self.values(field.name, field.schema), self.rng.randrange(7)
        if field.required:
            return deal
        return lambda index: deal(index) if (index + turn) % 7 else _ABSENT

    def values(self, name: str, schema: Mapping[str, JSON]) -> Deal:
        """The values of a schema; null now and then where it may be."""
        kind = values.kind(schema)
        deal = self.structures(name, schema) if kind == "json" else self.scalars(name, schema, kind)
        if "null" not in schema.get("type", ()):
            return deal
        return lambda index: None if index % 11 == 5 else deal(index)

    def scalars(self, name: str, schema: Mapping[str, JSON], kind: Kind) -> Deal:
        """Discriminating values, each at least once where there are rows enough; then mixed."""
        pool, rng = self.pool(name, schema), self.rng
        # The distribution of values differs by field: with a shared one, all fields would discriminate the same rows.
        turn, many = rng.randrange(1000), len(pool)
        if kind == "uuid":
            return lambda index: pool[(index * index + index // 3) % many]
        if kind == "text" and texts.is_code(schema):
            # Neighbours share a code, as variants of a product share one.
            return lambda index: pool[(index // 3) % many]
        free = kind == "text" and texts.is_free(schema)
        valid = check(self.contract, schema).validator.is_valid

        def deal(index: int) -> JSON:
            if index < many:
                return pool[(index + turn) % many]
            phrase = texts.phrase(rng) if free and rng.random() < 0.5 else None
            return phrase if phrase is not None and valid(phrase) else rng.choice(pool)

        return deal

    def structures(self, name: str, schema: Mapping[str, JSON]) -> Deal:
        """Lists, objects with declared fields, and free-form objects."""
        types, rng = schema.get("type", []), self.rng
        if "array" in types:
            items = self.contract.resolve(schema.get("items", {"type": "string"}))
            examples = [one for example in schema.get("examples", ()) for one in example]
            deal = self.values(f"{name}/items", {"examples": examples, **items} if examples else items)
            return lambda index: [deal(index + 5 * turn) for turn in range(index % 4)]
        declared = {n: self.values(f"{name}/{n}", of) for n, of in self.contract.properties(schema).items()}
        if declared:
            return lambda index: {n: deal(index) for n, deal in declared.items()}
        if "object" in types or not types:
            valid = check(self.contract, schema).validator.is_valid
            return lambda index: _fitting(texts.attributes(index, rng), valid)
        return lambda _: None

    def entries(self, part: PartShape) -> Deal:
        """The entries of a part: from none to three of the lists that there are."""
        name, key = part.part.field, part.part.key
        lists = self.pool(f"{name}/{key}", part.key.schema)
        others = {f.name: self.values(f"{name}/{f.name}", f.schema) for f in part.fields if f.name != key}

        def deal(index: int) -> JSON:
            first = index % len(lists)
            chosen = (lists[first:] + lists[:first])[: (1, 2, 0, 3)[index % 4]]
            return [
                {key: one, **{n: value(index * 3 + turn) for n, value in others.items()}}
                for turn, one in enumerate(chosen)
            ]

        return deal

    def pool(self, name: str, schema: Mapping[str, JSON]) -> list[JSON]:
        """The discriminating values that a schema allows, in the order in which rows get them."""
        discriminating = _discriminating(name, schema, is_key=name == self.key_name)
        # Instants repeat on purpose; a text twice in a row of keys would be no key.
        candidates = list(discriminating if values.kind(schema) == "instant" else dict.fromkeys(discriminating))
        valid = check(self.contract, schema).validator.is_valid
        found = [value for value in candidates if valid(value)]
        return found or list(schema.get("examples", ())) or [schema.get("default", "")]


def _fitting(free: Mapping[str, JSON], valid: Callable[[JSON], bool]) -> JSON:
    """The members of a free-form object that its schema allows, as text where it allows only that."""
    fitting: dict[str, JSON] = {}
    for name, value in free.items():
        for shape in (value, str(value)):
            if valid({name: shape}):
                fitting[name] = shape
                break
    return fitting


def _stamps(index: int) -> tuple[int, int]:
    """When a row was made and last changed: two different orders, with ties in both."""
    turn, days = index % len(_INSTANTS), index // len(_INSTANTS) * _DAY
    created = _INSTANTS[turn * 7 % len(_INSTANTS)] - days
    if index % 9 == 0:
        return created, created
    return created, _INSTANTS[(turn * 5 + 3) % len(_INSTANTS)] + 200 * _DAY + (index % 3) * 1000 - days


def _discriminating(name: str, schema: Mapping[str, JSON], *, is_key: bool) -> Iterator[JSON]:
    if "enum" in schema:
        yield from schema["enum"]
        return
    yield from schema.get("examples", ())
    match values.kind(schema):
        case "text":
            yield from _discriminating_texts(schema)
            if is_key and texts.is_code(schema):
                yield from (f"{code}-{size}" for code, size in product(texts.CODES, texts.SIZES))
        case "uuid":
            yield from (str(uuid.uuid5(_SPACE, f"{name}/{turn}")) for turn in range(5))
        case "instant":
            local = schema.get("format") == LOCAL
            yield from (values.rendered(instant).removesuffix("Z" if local else "") for instant in _INSTANTS)
        case "decimal":
            yield from texts.DECIMALS
        case "number":
            least, most = schema.get("minimum", 20), schema.get("maximum", 60)
            yield from texts.NUMBERS
            yield from (value for value in (least, least + 1, least + 2, most - 1, most))
            yield from range(20, 60)
        case "boolean":
            yield from (True, False)


def _discriminating_texts(schema: Mapping[str, JSON]) -> Iterator[str]:
    if schema.get("format") == "date":
        yield from texts.DATES
    elif schema.get("format") in ("uri", "url") or texts.is_link(schema):
        yield from texts.LINKS
    elif texts.is_code(schema):
        yield from texts.CODES
    elif texts.is_symbol(schema):
        yield from texts.symbols(schema)
    else:
        yield from texts.NAMES
        least, most = schema.get("minLength", 0), schema.get("maxLength")
        yield from (name[:most] for name in texts.NAMES if most)
        yield from (name.ljust(least, "x") for name in texts.NAMES if least)


def _referenced(contract: Contract, shape: Shape) -> list[JSON]:
    """The keys that the document's own examples refer to: who tries them finds such rows."""
    return [
        example
        for operation in contract.operations
        if operation.access
        for field, collection in operation.access.references.items()
        if collection == shape.collection.name
        for example in item_properties(contract, operation)[field].get("examples", ())
    ]

"""A deterministic catalog: rows made from their schemas, in which every semantic bug would show.

What a field is called plays no part. A text field gets telling texts, or telling codes where the document's
example is one; a date-time gets equal and neighbouring instants; and so on by type, so that a field which is
added to the document has telling data at once.
"""

from __future__ import annotations

import random
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product

from conformance.sandbox import texts, values
from conformance.sandbox.store import Row
from conformance.sandbox.tables import Field, Shape, item_properties
from conformance.sandbox.validation import Check, check
from spec import Contract
from spec.model import JSON

_SPACE = uuid.UUID("5b1c7c1e-8d0a-4c58-9d6f-2f4f3b6f3c11")
_MINUTE = 60_000_000
_DAY = 24 * 60 * _MINUTE
_BASE = int(values.instant("2025-05-22T11:42:32.935Z"))
_MIDNIGHT = int(values.instant("2025-05-23T00:00:00.000Z"))
_NEW_YEAR = int(values.instant("2025-01-01T00:00:00.000Z"))

# Equal and neighbouring instants, the same second with other fractions, both sides of midnight and of the year.
_INSTANTS = tuple(
    anchor + offset
    for anchor in (_BASE, _MIDNIGHT, _NEW_YEAR, _BASE - 3 * _DAY)
    for offset in (0, 0, 1000, -1000, 2000, 65_000, -935_000, 500_000, 1_000_000, 30 * _MINUTE, -3 * 60 * _MINUTE)
)


@dataclass(frozen=True)
class Generated:
    """New rows as responses would show them, and what none shows, row by row."""

    rows: list[Row]
    hidden: list[Row]


def generate(contract: Contract, shape: Shape, count: int, seed: int) -> Generated:
    """`count` rows of a collection; the same for the same seed, and the first ones the same for any count."""
    maker = _Maker(contract, shape, random.Random(f"{seed}/{shape.collection.name}"))
    rows = [maker.row(index) for index in range(count)]
    hidden = [maker.unseen(index) for index in range(count)]
    return Generated(rows, hidden)


class _Maker:
    """Makes the rows of one collection, one after the other."""

    def __init__(self, contract: Contract, shape: Shape, rng: random.Random) -> None:
        self.contract = contract
        self.shape = shape
        self.rng = rng
        self.name = shape.collection.name
        self.pools: dict[str, list[JSON]] = {}
        self.checks: dict[str, Check] = {}
        self.wanted = _referenced(contract, shape)
        # How the telling values are dealt differs by field, or all fields would tell the same story.
        self.turn = {name: rng.randrange(1000) for name in (*shape.fields, *shape.parts)}

    def row(self, index: int) -> Row:
        """The row of that index."""
        collection = self.shape.collection
        created, updated = self.stamps(index)
        row: Row = {}
        for field in self.shape.shown:
            if field.name == collection.key:
                row[field.name] = self.key(field, index)
            elif field.name == collection.created:
                row[field.name] = values.rendered(created)
            elif field.name == collection.updated:
                row[field.name] = values.rendered(updated)
            elif field.required or (index + self.turn[field.name]) % 7:
                row[field.name] = self.value(field.name, field.schema, index)
        for name, part in self.shape.parts.items():
            row[name] = self.entries(name, part.part.key, {f.name: f.schema for f in part.fields}, index)
        return row

    def unseen(self, index: int) -> Row:
        """What no response shows of the row of that index: some 15 % are not what a filter shows by default."""
        hidden = {}
        for name in self.shape.collection.hidden:
            field = self.shape.fields[name]
            flag = index % 20 not in (3, 11, 18)
            hidden[name] = flag if field.kind == "boolean" else self.value(name, field.schema, index)
        return hidden

    def stamps(self, index: int) -> tuple[int, int]:
        """When the row was made and last changed: two different orders, with ties in both."""
        created = _INSTANTS[(index * 7) % len(_INSTANTS)] - (index // len(_INSTANTS)) * _DAY
        if index % 9 == 0:
            return created, created
        later = _INSTANTS[(index * 5 + 3) % len(_INSTANTS)] + 40 * _DAY + (index % 3) * 1000
        return created, later - (index // len(_INSTANTS)) * _DAY

    def key(self, field: Field, index: int) -> JSON:
        """A key that no other row has."""
        if field.kind == "uuid":
            if index < len(self.wanted):
                return self.wanted[index]
            return str(uuid.uuid5(_SPACE, f"{self.name}/{index}"))
        if field.kind == "number":
            return index + 1
        pool = self.pool(field.name, field.schema)
        if index < len(pool):
            return pool[index]
        return f"{pool[index % len(pool)]}-{index}"

    def value(self, name: str, schema: Mapping[str, JSON], index: int) -> JSON:
        """A value of a schema, dealt by the row's index."""
        types = schema.get("type", [])
        if "null" in types and (index + self.turn.get(name, 0)) % 11 == 5:
            return None
        of = values.kind(schema)
        if of == "json":
            return self.structure(name, schema, index)
        pool = self.pool(name, schema)
        if of == "uuid":
            return pool[(index * index + index // 3) % len(pool)]
        if of == "text" and texts.is_code(schema):
            # Neighbours share a code, as variants of a product share one.
            return pool[(index // 3) % len(pool)]
        if index < len(pool):
            return pool[(index + self.turn.get(name, 0)) % len(pool)]
        if of == "text" and texts.is_free(schema) and self.rng.random() < 0.5:
            return next(iter(self.fitting(name, schema, [texts.phrase(self.rng)])), pool[index % len(pool)])
        return self.rng.choice(pool)

    def structure(self, name: str, schema: Mapping[str, JSON], index: int) -> JSON:
        """A list, an object with declared fields, or a free-form object."""
        types = schema.get("type", [])
        if "array" in types:
            items = self.contract.resolve(schema.get("items", {"type": "string"}))
            examples = [one for example in schema.get("examples", ()) for one in example]
            items = {"examples": examples, **items} if examples else items
            return [self.value(f"{name}/items", items, index + 5 * turn) for turn in range(index % 4)]
        declared = self.contract.properties(schema)
        if declared:
            return {sub: self.value(f"{name}/{sub}", of, index) for sub, of in declared.items()}
        if "object" in types or not types:
            return texts.attributes(index, self.rng)
        return None

    def entries(self, name: str, key: str, fields: Mapping[str, Mapping[str, JSON]], index: int) -> list[Row]:
        """The entries of a part: from none to three of the lists that there are."""
        lists = self.pool(f"{name}/{key}", fields[key])
        first = index % len(lists)
        chosen = (lists[first:] + lists[:first])[: (1, 2, 0, 3)[index % 4]]
        return [
            {
                sub: one if sub == key else self.value(f"{name}/{sub}", schema, index * 3 + turn)
                for sub, schema in fields.items()
            }
            for turn, one in enumerate(chosen)
        ]

    def pool(self, name: str, schema: Mapping[str, JSON]) -> list[JSON]:
        """The telling values of a field, in the order in which they are dealt."""
        if name not in self.pools:
            telling = self.telling(name, schema)
            # Instants repeat on purpose; a text twice in a row of keys would be no key.
            candidates = list(telling if values.kind(schema) == "instant" else dict.fromkeys(telling))
            found = self.fitting(name, schema, candidates)
            wanted = found or schema.get("examples") or ([schema["default"]] if "default" in schema else [""])
            self.pools[name] = list(wanted)
        return self.pools[name]

    def fitting(self, name: str, schema: Mapping[str, JSON], candidates: list[JSON]) -> list[JSON]:
        """Those of the candidates that the schema allows."""
        if name not in self.checks:
            self.checks[name] = check(self.contract, schema)
        return [value for value in candidates if self.checks[name].validator.is_valid(value)]

    def telling(self, name: str, schema: Mapping[str, JSON]) -> Iterator[JSON]:
        if "enum" in schema:
            yield from schema["enum"]
            return
        match values.kind(schema):
            case "text" if schema.get("format") == "date":
                yield from texts.DATES
            case "text" if schema.get("format") in ("uri", "url"):
                yield from texts.LINKS
            case "text" if texts.is_link(schema):
                yield from texts.LINKS
            case "text" if texts.is_code(schema):
                yield from schema.get("examples", ())
                yield from texts.CODES
                if name == self.shape.collection.key:
                    yield from (f"{code}-{size}" for code, size in product(texts.CODES, texts.SIZES))
            case "text" if texts.is_symbol(schema):
                yield from schema.get("examples", ())
                yield from texts.symbols(schema)
            case "text":
                yield from schema.get("examples", ())
                yield from texts.NAMES
            case "uuid":
                yield from schema.get("examples", ())
                yield from (str(uuid.uuid5(_SPACE, f"{name}/{turn}")) for turn in range(5))
            case "instant":
                yield from (values.rendered(instant) for instant in _INSTANTS)
            case "decimal":
                yield from texts.DECIMALS
            case "number":
                yield from texts.NUMBERS
                yield from range(20, 60)
            case "boolean":
                yield from (True, False, True)


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

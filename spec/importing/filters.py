"""What the query parameters of a list filter on, search and order by."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from spec import vocabulary
from spec.importing import decimals, names, objects, operators, orders, pages, words
from spec.importing.findings import PROVENANCE, Finding, Unrecognised, inferred
from spec.importing.lists import Listing
from spec.model import JSON, Parameter, without_null
from spec.reader.read_context import Object, ReadContext

_TYPING = frozenset({"type", "enum", "const", "anyOf", "oneOf", "allOf", "$ref"})
"""A schema without any of them says nothing of its values."""
_IDENTIFIERS = frozenset({"id", "pk", "uuid", "guid", "slug", "key", "hash"})
"""Last words of the names of texts that nobody looks for in parts."""


@dataclass(frozen=True)
class _Choice:
    """A parameter and what is known of it."""

    context: ReadContext
    listing: Listing
    parameter: Parameter
    schema: Object
    """Behind its `$ref`s, without null."""
    needs: tuple[str, ...]

    @property
    def subject(self) -> str:
        return f"{self.listing.label} {self.parameter.name}"

    @property
    def many(self) -> bool:
        return vocabulary.kind(self.schema) == "list"

    @property
    def whole(self) -> Object:
        """The schema with that of a list's items behind their `$ref`s."""
        if not isinstance(self.schema.get("items"), Mapping):
            return self.schema
        return {
            **self.schema,
            "items": self.context.read(self.schema["items"], f"{self.parameter.pointer}/schema/items"),
        }

    def properties(self, schema: Object) -> Mapping[str, Object]:
        """The fields of an object, or of the objects in a list."""
        return self.context.entry_properties(schema, "") or self.context.properties(schema, "")

    def finding(self, update: Mapping[str, JSON], replaces: tuple[str, ...] = ()) -> Finding:
        return Finding(self.parameter.pointer, update, self.subject, self.subject, self.needs, replaces)

    def unrecognised(self, why: str) -> Unrecognised:
        return Unrecognised(self.parameter.pointer, self.parameter.location, self.subject, why)


def filters(context: ReadContext, listing: Listing) -> Iterator[Finding | Unrecognised]:
    """What each query parameter means that doesn't ask for a page."""
    paging = {parameter.name for parameter in pages.parameters(listing).values()}
    paging |= {listing.page_object.name} if listing.page_object else set()
    needs = (f"x-reads {listing.operation.pointer}", *pages.needed(listing))
    found: dict[str, Finding | Unrecognised] = {}
    for parameter in listing.operation.parameters:
        if parameter.place == "query" and parameter.name not in paging and not parameter.pagination:
            schema = without_null(context.read(parameter.schema, f"{parameter.pointer}/schema"))
            found[parameter.name] = _meaning(_Choice(context, listing, parameter, schema, needs))
    found = _one_order(listing, found)
    orderings = [each.update.get("x-ordering", {}) for each in found.values() if isinstance(each, Finding)]
    directions = {each["direction"]["parameter"] for each in orderings if "direction" in each}
    yield from _decimals(context, listing, found.values())
    yield from (each for name, each in found.items() if name not in directions)


def _decimals(context: ReadContext, listing: Listing, found: Iterable[Finding | Unrecognised]) -> Iterator[Finding]:
    """The fields of which filters say that they hold decimals."""
    fields = {
        str(each.update["x-filter"].get("field")): each
        for each in found
        if isinstance(each, Finding) and "x-filter" in each.update
    }
    for field, each in fields.items():
        said = decimals.decimals(context, listing, field) if decimals.group(listing, field) in each.needs else None
        if said:
            yield said


def _one_order(listing: Listing, found: Mapping[str, Finding | Unrecognised]) -> dict[str, Finding | Unrecognised]:
    """The same with one order: one whose fields are known, if any is."""
    sorting = {name: each for name, each in found.items() if isinstance(each, Finding) and "x-ordering" in each.update}
    best = max(sorting, key=lambda name: "fields" in sorting[name].update["x-ordering"], default="")
    kept = dict(found)
    for parameter in listing.operation.parameters:
        each = sorting.get(parameter.name)
        if each and parameter.name != best:
            why = f"{best} orders the rows as well, and one of them is enough"
            kept[parameter.name] = Unrecognised(each.pointer, parameter.location, each.subject, why)
    return kept


def _meaning(choice: _Choice) -> Finding | Unrecognised:
    name = words.plain(choice.parameter.name)
    if choice.parameter.name not in choice.listing.fields or _sorts(choice.parameter):
        for known, meaning in _BY_NAME:
            if name in known:
                return meaning(choice)

    fields = choice.listing.fields
    if name not in map(words.plain, fields) and orders.turns(choice.whole):
        return _ordering(choice)
    reading = _read(operators.field_name(choice.parameter), fields, choice.properties)
    if reading is None:
        return choice.unrecognised("its name is that of no field, with or without a lookup")
    one = choice.context.read(choice.schema["items"], choice.parameter.pointer) if choice.many else choice.schema
    meant = objects.inside(reading, choice.parameter, one, choice.properties)
    if isinstance(meant, str):
        return choice.unrecognised(meant)
    if decimals.compared(choice.parameter.schema, meant):
        meant = replace(meant, schema={**without_null(meant.schema), "format": decimals.DECIMAL})
        choice = replace(choice, needs=(*choice.needs, decimals.group(choice.listing, meant.path[0])))
    node = objects.in_a_tree(meant.path, fields, choice.properties)
    if node is not None:
        return choice.unrecognised(f"{node} is a node of a tree, and whether the rows below it count is open")
    before = operators.prefixes(choice.parameter, meant.schema) if not meant.lookup else None
    if before:
        return choice.finding({"x-filter": {"field": ".".join(meant.path), **before}})
    return _filter(choice, meant)


def _read(name: str, fields: Mapping[str, Object], properties: names.Properties) -> names.Reading | None:
    """What a name says; where rows have their fields in `attributes`, as in JSON:API, it is a field of these."""
    inner = _attributes(fields, properties)
    if not inner:
        return names.read(name, fields, properties)
    found = names.read(name, inner, properties)
    if found is not None:
        return replace(found, path=("attributes", *found.path))
    return names.read(name, {key: of for key, of in fields.items() if key == "id"}, properties)


def _attributes(fields: Mapping[str, Object], properties: names.Properties) -> Mapping[str, Object]:
    """The fields in a row's `attributes`, where it has little else."""
    known = {"id", "type", "attributes", "relationships", "links", "meta", "documentId"}
    return properties(fields["attributes"]) if "attributes" in fields and fields.keys() <= known else {}


def _sorts(parameter: Parameter) -> bool:
    return bool(re.search(r"\b(sort|order)", parameter.description, re.IGNORECASE))


# -- filters ---------------------------------------------------------------------------------------


def _filter(choice: _Choice, reading: names.Reading) -> Finding | Unrecognised:
    lookup, reason = _lookup(choice, reading)
    if not lookup:
        return choice.unrecognised(reason)
    if not reading.lookup and lookup in ("exact", "in"):
        doubt = _doubt(choice, reading)
        if doubt:
            return choice.unrecognised(doubt)
    odd = _odd_choices(choice, reading)
    if odd:
        return choice.unrecognised(f"it takes {odd}, which the field never is")
    if lookup != "isnull" and _TYPING.isdisjoint(reading.schema):
        return choice.unrecognised("its field may hold anything: the document gives it no type")
    mark: dict[str, JSON] = {"field": ".".join(reading.path), "lookup": words.LIKE.get(lookup, lookup)}
    if lookup in words.LIKE:
        mark["wildcards"] = words.WILDCARDS
        reason = f"{reading.reason} The operator looks for a part of the text; % and _ are its wildcards."
    mark |= inferred(reason)
    if lookup == "isnull" and vocabulary.kind(choice.schema) == "text":
        return choice.finding({"x-filter": mark, "schema": {"type": "boolean"}}, replaces=("schema",))
    last = words.plain(choice.listing.operation.path.rstrip("/").rpartition("/")[2])
    if lookup == "exact" and last in words.SINCE and vocabulary.kind(reading.schema) in ("date", "date-time"):
        return choice.unrecognised(f"the path ends with {last!r}: other rows than those of this moment are meant")
    takes_several = lookup.removeprefix("not_").rpartition("__")[2] in ("in", "range", "all")
    if choice.many and not takes_several:
        return _one_of_several(choice, mark)
    if takes_several and not choice.many:
        if "__" not in choice.parameter.name and "comma" not in choice.parameter.description.lower():
            return choice.unrecognised("it takes several values in one text, and nothing says what is between them")
        return _list_in_text(choice, reading, mark)
    return choice.finding({"x-filter": mark})


def _doubt(choice: _Choice, reading: names.Reading) -> str:
    """Why a parameter with the name of a field may mean something else; empty where nothing speaks for that."""
    items = choice.schema.get("items")
    takes = vocabulary.kind(items if isinstance(items, Mapping) else choice.schema)
    holds = vocabulary.kind(without_null(reading.schema))
    if takes == "text" and holds in ("number", "boolean") and "enum" not in choice.schema and _types_are_said(choice):
        return f"it takes a text, and the field holds {vocabulary.named(holds)}: the name of a row may be meant"
    if takes == "boolean" and re.search(
        r"\b(only|also|include|exclude|hide)", choice.parameter.description, re.IGNORECASE
    ):
        return "its description speaks of what true does, and not of what false does"
    return ""


def _types_are_said(choice: _Choice) -> bool:
    """True where other filters of the list aren't texts. Some makers of documents call every parameter a text."""
    paging = {each.name for each in pages.parameters(choice.listing).values()}
    others = (p for p in choice.listing.operation.parameters if p.place == "query" and p.name not in paging)
    schemas = (without_null(choice.context.read(p.schema, f"{p.pointer}/schema")) for p in others)
    return any(schema.get("type") in ("integer", "boolean") for schema in schemas)


def _odd_choices(choice: _Choice, reading: names.Reading) -> str:
    """A choice of the parameter that the field doesn't have, as `all`; empty where there is none."""
    items = choice.schema.get("items")
    offered = (items if isinstance(items, Mapping) else choice.schema).get("enum")
    shown = reading.schema.get("enum")
    if not isinstance(offered, list) or not isinstance(shown, list):
        return ""
    return ", ".join(repr(each) for each in offered if each is not None and each not in shown)


def _lookup(choice: _Choice, reading: names.Reading) -> tuple[str, str]:
    """The lookup, and why; without one, why not."""
    text, lookup = choice.parameter.description, reading.lookup
    stated = words.ordered_by_description(text)
    if lookup == "empty":
        if vocabulary.kind(choice.schema) != "boolean":
            return "", "it asks whether there is a value, and takes no yes or no"
        if vocabulary.kind(reading.schema) == "text":
            return "empty", reading.reason
        if vocabulary.kind(reading.schema) in ("any", "list", "object"):
            return "", "whether an empty list or object counts as no value isn't said"
        return "isnull", f"{reading.reason} A value that is no text is empty where it is null."
    if not lookup:
        if choice.many:
            return "in", f"{reading.reason} It takes several values."
        kind = vocabulary.kind(reading.schema)
        described = words.text_by_description(text) if kind in ("text", "any") else stated
        if re.search(r"wild ?card", text, re.IGNORECASE) and kind == "text":
            return "", "its description speaks of wildcards, and not whether case counts"
        if kind == "date-time" and re.search(r"\bdate\b(?!.?time)", text, re.IGNORECASE) and not stated:
            return "", "its description speaks of a date, and the field holds a moment"
        if described == "partial":
            return "matches", f"{reading.reason} A part of the text is enough; whether case counts isn't said."
        if described:
            return described, f"{reading.reason} The description says the rest."
        if kind == "text" and not _is_compared_whole(choice, reading):
            return "matches", f"{reading.reason} Whether a part of the text is enough isn't said."
        return "exact", reading.reason
    if stated in words.DECIDED.get(lookup, ()):
        return str(stated), f"{reading.reason} The description says whether the value itself counts."
    if lookup in _DAYS and vocabulary.kind(reading.schema) == "date-time" and vocabulary.kind(choice.schema) == "date":
        return _DAYS[lookup], f"{reading.reason} It takes a day; whether that day counts isn't said."
    if choice.many and lookup in ("exact", "not_exact"):
        return lookup.replace("exact", "in"), f"{reading.reason} It takes several values."
    return lookup, reading.reason


def _is_compared_whole(choice: _Choice, reading: names.Reading) -> bool:
    """True for a text that a filter without a lookup compares as it is: an identifier, one of some choices, or one
    that has other filters with lookups in their names.

    What else is called like its field often looks for a part of the text.
    """
    name, last = choice.parameter.name, words.snake(reading.path[-1]).rpartition("_")[2]
    if last in _IDENTIFIERS or reading.path[-1] == choice.listing.key:
        return True
    if {"enum", "const", "pattern"} & (choice.schema.keys() | reading.schema.keys()):
        return True
    others = [each.name for each in choice.listing.operation.parameters if each.name.startswith(name)]
    found = [_read(other, choice.listing.fields, choice.properties) for other in others if other != name]
    return any(each is not None and each.path == reading.path and each.lookup for each in found)


_DAYS = {"after": "date__after", "gte": "date__after", "gt": "date__after"} | dict.fromkeys(
    ("before", "lte", "lt"), "date__before"
)
"""Of a date-time that is compared with a day."""


def _one_of_several(choice: _Choice, mark: Mapping[str, JSON]) -> Finding:
    """A lookup that takes several values, where the vocabulary has words for one: the list is left out."""
    reason = f"{mark[PROVENANCE]['inferred']} It takes several values; what one of them means is described."
    items = choice.schema.get("items")
    update = {"x-filter": {**mark, **inferred(reason)}, "schema": items if isinstance(items, Mapping) else {}}
    return choice.finding(update, replaces=("schema",))


def _list_in_text(choice: _Choice, reading: names.Reading, mark: Mapping[str, JSON]) -> Finding:
    """A list whose values stand in one text with commas between them: OpenAPI has a form for that."""
    of = without_null(reading.schema)
    of = of["items"] if isinstance(of.get("items"), Mapping) else of
    items = {key: of[key] for key in ("type", "format") if key in of} or {"type": "string"}
    update = {
        "x-filter": mark,
        "style": "form",
        "explode": False,
        "schema": {"type": "array", "items": items},
    }
    return choice.finding(update, replaces=("schema",))


# -- everything else -------------------------------------------------------------------------------


def _search(choice: _Choice) -> Finding | Unrecognised:
    """A search. Where the description names the fields that it looks into, and no other, these."""
    text, known = choice.parameter.description, choice.listing.fields
    kinds = {name: vocabulary.kind(without_null(of)) for name, of in known.items()}
    listed = re.search(r"\bfields?:\s*([\w.]+(?:,\s*[\w.]+)*)", text)
    said = [words.plain(word) for word in re.findall(r"[\w.-]+", listed[1] if listed else text)]
    fields = [name for name, kind in kinds.items() if kind in ("text", "number") and words.plain(name) in said]
    others = len(fields) < len(said) if listed else "__" in text
    if fields and not others:
        return choice.finding({"x-search": {"fields": fields, **inferred("The description names these fields.")}})
    if "text" in kinds.values() and vocabulary.kind(choice.schema) in ("text", "any"):
        return choice.finding({"x-search": inferred("Its name is that of a search; in which fields isn't said.")})
    return choice.unrecognised("it searches, and nothing says in which fields: add x-search with their names")


def _ordering(choice: _Choice) -> Finding | Unrecognised:
    """An order, where the schema or the description names the fields."""
    others = [each for each in choice.listing.operation.parameters if each.name != choice.parameter.name]
    text = choice.parameter.description
    inner = _attributes(choice.listing.fields, choice.properties)
    fields = [name for name, of in (inner or choice.listing.fields).items() if _sortable(of)]
    found = orders.ordering(fields, choice.whole, text, others)
    if found is not None and inner:
        found["fields"] = {name: f"attributes.{name}" for name in found["fields"]}
    if found is not None:
        return choice.finding({"x-ordering": found})
    if vocabulary.kind(choice.schema) == "text" and not orders.choices(choice.whole) and not inner:
        return choice.finding({"x-ordering": inferred("Its name is that of an order; of which fields isn't said.")})
    return choice.unrecognised("it orders, and nothing says by which fields: add x-ordering with their names")


def _sortable(field: Object) -> bool:
    """True for a field whose values have an order."""
    return vocabulary.kind(without_null(field)) not in ("object", "list", "any")


def _sparse(choice: _Choice) -> Finding | Unrecognised:
    """Which fields a row shows, where the description or the choices say that the values are fields."""
    mark = words.SHOWN.get(words.plain(choice.parameter.name))
    fields = choice.listing.fields
    offered = {str(each) for each in orders.choices(choice.schema)}
    said = re.search(r"\b(fields|columns|properties|attributes)\b", choice.parameter.description, re.IGNORECASE)
    if mark and not _attributes(fields, choice.properties) and (offered <= fields.keys() if offered else said):
        why = inferred(f"{choice.parameter.name} names fields of the rows.")
        return choice.finding({"x-fields": mark, **why})
    return choice.unrecognised("it chooses what a row shows, not which rows are shown")


def _form(choice: _Choice) -> Unrecognised:
    return choice.unrecognised("it chooses the form of the response, not which rows are shown")


_BY_NAME: tuple[tuple[frozenset[str], Callable[[_Choice], Finding | Unrecognised]], ...] = (
    (words.SEARCH, _search),
    (words.ORDERING, _ordering),
    (words.SPARSE, _sparse),
    (words.FORMAT, _form),
)

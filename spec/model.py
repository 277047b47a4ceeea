"""The contract as frozen data, the input of all other packages, with every reference resolved.

Only `spec.reader` builds it from a document.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal, TypeVar

from spec import composition, pointers

JSON = Any
"""Any JSON value, as `json.loads` returns it."""

DELIMITERS = {"form": ",", "spaceDelimited": " ", "pipeDelimited": "|"}
"""What stands between the values of an array, by the style of a query parameter that isn't exploded."""

Level = Literal["documented", "inferred"]
ParameterPlace = Literal["path", "query", "header", "cookie"]


@dataclass(frozen=True, order=True)
class Location:
    """A position in the document: 1-based line and column."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True)
class Provenance:
    """The origin of a fact: the page's own sentence, or our reason for a decision."""

    level: Level
    text: str


@dataclass(frozen=True)
class Filter:
    """What a query parameter means: `lookup` over `field` of the rows (x-filter).

    `parameter` is the name on the wire. For a free key it holds the placeholder KEY
    (`attribute__KEY__icontains`) and the value compared is `row[field][KEY]`.
    """

    parameter: str
    field: str
    lookup: str
    free_key: bool
    schema: Mapping[str, JSON]
    """The schema of one value; for CSV lists, of one element."""
    many: bool
    """True when the parameter carries a list of values."""
    delimiter: str | None
    """What stands between the values of a list: a comma, a space or `|`. None for a single value, and for a list
    whose values are pairs of their own (`explode: true`)."""
    hidden: bool
    """True when no response shows the field (declared under x-collections.*.hidden)."""
    default: JSON
    """The declared default, or None when there is none."""
    key_pattern: str | None
    """The regular expression that a free key must match as a whole, or None."""
    provenance: Provenance
    location: Location

    def name(self, key: str | None = None) -> str:
        """The parameter's name on the wire, with a free key filled in."""
        return self.parameter.replace("KEY", key or "", 1) if self.free_key else self.parameter


@dataclass(frozen=True)
class Parameter:
    """One parameter of an operation, `$ref`s resolved, defaults of style and explode filled in."""

    name: str
    place: ParameterPlace
    required: bool
    schema: Mapping[str, JSON]
    """Schema as written; inner `$ref`s are kept and resolve in `Contract.document`."""
    style: str
    explode: bool
    reserved: bool
    """True when reserved characters travel as they are (allowReserved)."""
    content_type: str | None
    """The content type of a value, where the document declares `content` in place of a style."""
    deprecated: bool
    description: str
    pagination: Literal["page", "limit"] | None
    search: tuple[str, ...]
    """Names of the row fields that this parameter searches (x-search), else empty."""
    filters: tuple[Filter, ...]
    """One for an ordinary filter, one per pattern for free keys, none otherwise."""
    provenance: Provenance
    pointer: str
    location: Location

    @property
    def delimiter(self) -> str | None:
        """What stands between the values of an array; None where each is a pair of its own, or nothing says."""
        return None if self.explode else DELIMITERS.get(self.style)

    @property
    def free_keys(self) -> bool:
        """True for an exploded object whose patternProperties are parameters of their own."""
        return any(f.free_key for f in self.filters)


@dataclass(frozen=True)
class Encoding:
    """How one property of a form or multipart body is encoded (OpenAPI, Encoding Object); None is undeclared."""

    content_type: str | None
    style: str | None
    explode: bool | None
    reserved: bool
    headers: Mapping[str, Mapping[str, JSON]]


@dataclass(frozen=True)
class Media:
    """One content type of a body."""

    content_type: str
    schema: Mapping[str, JSON] | None
    encoding: Mapping[str, Encoding]
    """By the names of properties; empty where nothing is declared."""
    examples: tuple[JSON, ...]
    pointer: str
    location: Location


@dataclass(frozen=True)
class RequestBody:
    """The request body of an operation."""

    required: bool
    description: str
    media: tuple[Media, ...]
    pointer: str
    location: Location

    @property
    def json(self) -> Media | None:
        """The JSON content type, if the body has one."""
        return _json_media(self.media)


@dataclass(frozen=True)
class Link:
    """An OpenAPI link: call `operation_id` with `parameters` taken from this response."""

    name: str
    operation_id: str
    parameters: Mapping[str, str]
    """Parameter name to runtime expression, e.g. `$response.body#/batch_request_id`."""


@dataclass(frozen=True)
class Response:
    """A declared response of an operation. `status` is a code, a range such as `4XX`, or `default`."""

    status: str
    description: str
    media: tuple[Media, ...]
    headers: Mapping[str, Mapping[str, JSON]]
    links: tuple[Link, ...]
    provenance: Provenance
    pointer: str
    location: Location

    @property
    def json(self) -> Media | None:
        """The JSON content type, if the response has one."""
        return _json_media(self.media)

    def covers(self, code: int) -> bool:
        """True when this entry describes responses with the status `code`."""
        return self.status in (str(code), f"{code // 100}XX", f"{code // 100}xx", "default")


@dataclass(frozen=True)
class SecurityScheme:
    """A declared security scheme; the secret is only ever put in its place."""

    name: str
    type: str
    place: str
    """header, query or cookie for apiKey; header for http schemes."""
    parameter: str
    """Name of the header, query parameter or cookie that carries the secret."""
    scheme: str
    """For type http: basic, bearer, ...; else empty."""
    provenance: Provenance
    location: Location


@dataclass(frozen=True)
class Pagination:
    """Which parameters ask for a page and which response fields describe it (x-pagination)."""

    page: str
    limit: str
    count: str
    next: str
    previous: str
    results: str
    """The last four are property names of the response object."""
    numbers: frozenset[str]
    """Which of next and previous hold the number of a page; the others hold a link to it."""
    optional: frozenset[str]
    """Which of next and previous a page may leave out."""
    default_page: int
    default_limit: int
    largest_limit: int | None
    """The maximum that the limit's schema declares, if any."""
    provenances: Mapping[str, Provenance]
    """By the role of a response field (count, next, previous, results): where it comes from."""
    locations: Mapping[str, Location]
    """By the same roles: where the field stands in the document."""


@dataclass(frozen=True)
class Part:
    """A list inside a row that has its own writes: `field` of the row, `key` of an entry."""

    field: str
    key: str


@dataclass(frozen=True)
class Collection:
    """Rows that the API stores (x-collections): their key and their known fields."""

    name: str
    key: str
    item: str
    """`$ref` of the schema of one row as a response shows it."""
    parts: tuple[Part, ...]
    hidden: Mapping[str, Mapping[str, JSON]]
    """Fields that filters use and no response shows, name to schema."""
    created: str | None
    updated: str | None
    """The fields that hold the row's own date-times."""
    provenance: Provenance
    location: Location


@dataclass(frozen=True)
class Access:
    """What an operation does to a collection: x-reads, x-upserts or x-deletes."""

    action: Literal["reads", "upserts", "deletes"]
    collection: Collection
    parts: tuple[Part, ...]
    """The parts that an item writes, flattened into it; empty when it writes the row itself."""
    references: Mapping[str, str]
    """Item field to the collection whose key it must hold."""
    absent: Literal["keep", "clear"]
    """What an upsert does to an optional field that the item leaves out."""
    provenance: Provenance
    location: Location


@dataclass(frozen=True)
class Batch:
    """How the status operation shows a batch's progress (x-batch). All values are JSON pointers."""

    id: str
    status: str | None
    total: str
    succeeded: str
    failed: str
    """The batch is over when succeeded + failed = total."""
    request_file: str | None
    success_file: str | None
    error_file: str | None
    created: str | None
    """When the batch was made; the pointer of a time, as the next one."""
    updated: str | None
    """When it was last changed."""
    provenance: Provenance
    location: Location


@dataclass(frozen=True)
class Ticket:
    """The ticket of a 202: a value in its body that the status operation takes as a parameter."""

    pointer: str
    """JSON pointer of the ticket in the 202's body."""
    operation_id: str
    """The status operation."""
    parameter: str
    """The status operation's parameter that takes the ticket."""


@dataclass(frozen=True)
class Operation:
    """One method on one path."""

    code: str
    """x-code, else the operationId: the first part of every clause id."""
    id: str
    """operationId, or one made of method and path."""
    method: str
    """Upper case."""
    path: str
    summary: str
    description: str
    tags: tuple[str, ...]
    deprecated: bool
    parameters: tuple[Parameter, ...]
    body: RequestBody | None
    responses: tuple[Response, ...]
    alternatives: tuple[tuple[str, ...], ...]
    """Alternative security requirements, each the names of its schemes; an empty one needs no key."""
    servers: tuple[str, ...]
    """Its own servers or its path's, in place of the document's; empty when it has none."""
    pagination: Pagination | None
    bare_list: bool
    """True when it reads a collection and answers with the list of all its rows, and nothing around it."""
    access: Access | None
    batch: Batch | None
    """Set on a status operation."""
    ticket: Ticket | None
    """Set on an operation that answers 202 with a ticket."""
    provenance: Provenance
    pointer: str
    location: Location

    @property
    def security(self) -> tuple[tuple[str, ...], ...]:
        """The alternatives that need a key; empty where no key is needed."""
        return () if () in self.alternatives else self.alternatives

    @property
    def filters(self) -> tuple[Filter, ...]:
        """Every declared filter, in the document's order."""
        return tuple(f for p in self.parameters for f in p.filters)

    @property
    def safe(self) -> bool:
        """True when the method doesn't change anything (RFC 9110, section 9.2.1)."""
        return self.method in ("GET", "HEAD", "OPTIONS", "TRACE")

    @property
    def success(self) -> Response | None:
        """The first declared 2xx answer."""
        return next((r for r in self.responses if r.status.startswith("2")), None)

    def parameter(self, name: str) -> Parameter | None:
        """The parameter of that name, or None."""
        return next((p for p in self.parameters if p.name == name), None)

    def response(self, code: int) -> Response | None:
        """The most specific declared response for a status code, or None when it isn't documented."""
        fitting = [r for r in self.responses if r.covers(code)]
        return min(fitting, key=lambda r: (r.status == "default", not r.status.isdigit()), default=None)


@dataclass(frozen=True)
class Field:
    """A field of the items in an operation's request body."""

    name: str
    schema: Mapping[str, JSON]
    """Resolved."""
    required: bool


@dataclass(frozen=True)
class Lookups:
    """The filters on one field of the rows."""

    field: str
    filters: tuple[Filter, ...]


About = Filter | Lookups | Parameter | Part | Field | None
A = TypeVar("A", Filter, Lookups, Parameter, Part, Field)


BasisKind = Literal["sentence", "type", "bound", "default", "example", "declaration", "term", "standard", "decision"]


@dataclass(frozen=True)
class Basis:
    """What a clause follows from.

    A sentence is the document's own, and says it. A type, bound, default, example or other declaration stands at
    the clause's location. A term is what a word plainly means. A standard is named with its section. A decision
    is ours: the document leaves it open, so the clause is inferred.
    """

    kind: BasisKind
    text: str

    @property
    def level(self) -> Level:
        """Whether the document says it."""
        return "inferred" if self.kind == "decision" else "documented"


@dataclass(frozen=True)
class Clause:
    """One checkable statement about an operation.

    `id` is stable and selectable by prefix (`PRD102.filter.name__icontains`). `kind` names the law that checks
    it (`filter`). Usually the words of the id are the kind. Several kinds may share the words: `write.inserts`
    covers the insert of a row and that of a part's entry.
    """

    id: str
    kind: str
    operation: str
    """Code of the operation."""
    about: About = field(compare=False, repr=False)
    """The subject of the clause; None for the operation as a whole."""
    level: Level
    requirement: str
    """The requirement, in one sentence of ours."""
    source: str
    """The page's sentence that it rests on, or the reason for an inferred one."""
    basis: Basis
    """What it follows from."""
    location: Location
    writes: bool
    """True when exercising it changes data on the server."""

    @property
    def words(self) -> str:
        """The id without the operation's code: `filter.name__icontains`."""
        return self.id.removeprefix(f"{self.operation}.")

    @property
    def family(self) -> str:
        """The first of these words: page, filter, auth, ..."""
        return self.words.partition(".")[0]

    @property
    def subject(self) -> str:
        """The name of its subject; empty for the operation as a whole."""
        match self.about:
            case Filter(parameter=name) | Lookups(field=name) | Part(field=name):
                return name
            case Parameter(name=name) | Field(name=name):
                return name
        return ""

    def speaks_of(self, kind: type[A]) -> A:
        """The subject, where it has the given type. Raises TypeError where it has another."""
        if not isinstance(self.about, kind):
            raise TypeError(f"{self.id} is about {type(self.about).__name__}, not {kind.__name__}")
        return self.about


@dataclass(frozen=True)
class Contract:
    """A document, read and resolved."""

    title: str
    version: str
    package: str | None
    """The import name of the client (x-package), or None."""
    openapi: str
    file: str
    sha256: str
    """Of the document's bytes."""
    document: Mapping[str, JSON] = field(repr=False)
    """The document as plain JSON data, `$ref`s as written."""
    servers: tuple[str, ...]
    """URLs, with every variable at its default."""
    operations: tuple[Operation, ...]
    collections: tuple[Collection, ...]
    security_schemes: tuple[SecurityScheme, ...]
    clauses: tuple[Clause, ...]
    locations: Mapping[str, Location] = field(repr=False)
    """JSON pointer to the location of the key (or element)."""

    @cached_property
    def by_code(self) -> Mapping[str, Operation]:
        """Operations by their code."""
        return {o.code: o for o in self.operations}

    @cached_property
    def by_id(self) -> Mapping[str, Operation]:
        """Operations by their operationId."""
        return {o.id: o for o in self.operations}

    def clause(self, id: str) -> Clause | None:
        """The clause of that id, or None."""
        return next((c for c in self.clauses if c.id == id), None)

    def collection(self, name: str) -> Collection | None:
        """The declared collection of that name, or None."""
        return next((c for c in self.collections if c.name == name), None)

    def resolve(self, schema: Mapping[str, JSON]) -> Mapping[str, JSON]:
        """Follow `$ref` until another value is found; siblings of `$ref` (3.1) win over its target.

        Something or null, written as `anyOf`, is one schema whose type may be null.

        Raises KeyError where nothing stands, which `load` doesn't let happen.
        """
        seen: set[str] = set()
        while "$ref" in schema and schema["$ref"] not in seen:
            seen.add(schema["$ref"])
            siblings = {k: v for k, v in schema.items() if k != "$ref"}
            schema = {**self.at(pointers.of_ref(schema["$ref"])), **siblings}
        return with_null(schema, self.resolve)

    def sent(self, schema: Mapping[str, JSON]) -> Mapping[str, JSON]:
        """The same for a parameter: null can't be sent as text, so a type that may be null is the type alone."""
        return without_null(self.resolve(schema))

    def at(self, pointer: str) -> JSON:
        """The value at a JSON pointer (RFC 6901) of the document. Raises KeyError when it is missing."""
        return pointers.at(self.document, pointer)

    def where(self, pointer: str) -> Location:
        """The location of a JSON pointer or its nearest ancestor."""
        while pointer and pointer not in self.locations:
            pointer = pointer.rpartition("/")[0]
        return self.locations[pointer]

    def items(self, operation: Operation) -> Mapping[str, JSON]:
        """The schema of one item of the list that an operation is sent, resolved; {} when it is sent none."""
        media = operation.body.json if operation.body else None
        schema = self.resolve(media.schema) if media and media.schema else {}
        items = schema.get("items")
        return self.resolve(items) if isinstance(items, Mapping) else {}

    def properties(self, schema: Mapping[str, JSON]) -> Mapping[str, Mapping[str, JSON]]:
        """The named properties of an object schema, through `$ref` and `allOf`, each resolved."""
        found: dict[str, Mapping[str, JSON]] = {}
        for branch, _ in composition.branches(self._follow, schema, ""):
            properties = branch.get("properties")
            for name, sub in properties.items() if isinstance(properties, Mapping) else ():
                # In 3.1 a property's schema may be `true`: anything.
                found[name] = {**found.get(name, {}), **(self.resolve(sub) if isinstance(sub, Mapping) else {})}
        return found

    def required(self, schema: Mapping[str, JSON]) -> tuple[str, ...]:
        """The names that an object schema requires, through `$ref` and `allOf`."""
        lists = [branch.get("required") for branch, _ in composition.branches(self._follow, schema, "")]
        names = [name for names in lists if isinstance(names, list) for name in names]
        return tuple(dict.fromkeys(name for name in names if isinstance(name, str)))

    def _follow(self, schema: Mapping[str, JSON], pointer: str) -> tuple[Mapping[str, JSON], str]:
        """A schema behind its `$ref`s, and an identity by which circles are found."""
        return self.resolve(schema), str(schema.get("$ref", pointer or id(schema)))


Schema = Mapping[str, JSON]


def with_null(schema: Schema, resolve: Callable[[Schema], Schema]) -> Schema:
    """A schema that is `anyOf` or `oneOf` something and null as one whose `type` may be null; any other as it is."""
    for word in ("anyOf", "oneOf"):
        branches = schema.get(word)
        if not isinstance(branches, list) or not all(isinstance(branch, Mapping) for branch in branches):
            continue
        others = [branch for branch in branches if branch.get("type") != "null"]
        if len(others) != 1 or len(branches) < 2:
            continue
        inner = resolve(others[0])
        types = inner.get("type")
        if types is None:
            continue
        nullable: dict[str, JSON] = {"type": [*(types if isinstance(types, list) else [types]), "null"]}
        if isinstance(inner.get("enum"), list):
            nullable["enum"] = [*inner["enum"], None]
        return {**inner, **{key: value for key, value in schema.items() if key != word}, **nullable}
    return schema


def without_null(schema: Mapping[str, JSON]) -> Mapping[str, JSON]:
    """A schema without null among its types and choices."""
    types = schema.get("type")
    if not isinstance(types, list) or "null" not in types:
        return schema
    left = [name for name in types if name != "null"]
    found = {**schema, "type": left[0] if len(left) == 1 else left}
    if isinstance(schema.get("enum"), list):
        found["enum"] = [choice for choice in schema["enum"] if choice is not None]
    return found


def _json_media(media: tuple[Media, ...]) -> Media | None:
    def is_json(content_type: str) -> bool:
        essence = content_type.split(";", maxsplit=1)[0].strip().lower()
        return essence == "application/json" or essence.endswith("+json")

    return next((m for m in media if is_json(m.content_type)), None)

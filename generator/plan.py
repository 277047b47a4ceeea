"""What will be written, decided to the last name: the only thing that templates see.

Every type here is a Python expression in the names that the generated modules import: `models`, `types`,
`uuid`, `datetime`, `decimal`, `Any`, `Literal`, `Annotated`, `Field`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from generator.plan_models import ModelsPlan
from generator.types import Type


@dataclass(frozen=True)
class ParameterPlan:
    """One parameter: on the wire, and as an argument."""

    name: str
    argument: str
    place: str
    hint: str
    """The annotation in the signature."""
    type: str
    """The annotation that checks a value."""
    required: bool
    style: str | None
    """None where it is the usual one of its place."""
    explode: bool | None
    reserved: bool
    content: Literal["json", "text"] | None
    """The content type of a value, where the document declares one in place of a style."""
    keys: tuple[str, ...]
    reshapes: bool
    """True when rows of an answer to it may lack fields."""
    deprecated: bool
    description: str
    notes: str
    """Its default and bounds, in words."""


@dataclass(frozen=True)
class EncodingPlan:
    """How one property of a form or multipart body is encoded; None is undeclared."""

    property: str
    content_type: str | None
    style: str | None
    explode: bool | None
    reserved: bool
    headers: Mapping[str, str]


@dataclass(frozen=True)
class FieldArgument:
    """A property of the body as a keyword of the method."""

    name: str
    """On the wire."""
    argument: str
    hint: str
    description: str


@dataclass(frozen=True)
class BodyPlan:
    """One content type that an operation is sent."""

    content_type: str
    coding: str
    type: str
    given: Type
    """What the body's argument may be."""
    item: Type | None
    """For JSON lists, what an item may be."""
    model: str | None
    """The class of a JSON list's items."""
    encodings: tuple[EncodingPlan, ...]
    fields: tuple[FieldArgument, ...]
    """The properties of an object, with the names of their fields."""

    @property
    def wildcard(self) -> bool:
        """True for a range of content types, of which a call chooses one."""
        return "*" in self.content_type


@dataclass(frozen=True)
class ContentPlan:
    """One content type that an operation answers with."""

    content_type: str
    reading: Literal["json", "lines", "text", "bytes"]
    type: str
    value: Type


@dataclass(frozen=True)
class AnswerPlan:
    """The body of a response by status; no contents mean no body."""

    status: str
    contents: tuple[ContentPlan, ...]


@dataclass(frozen=True)
class RowsPlan:
    """How an operation's answer, a stream, is cut into rows."""

    kind: Literal["lines", "events"]
    row: str
    """The annotation of a row."""
    type: str | None
    """The annotation that reads a row; None for events as they are."""


@dataclass(frozen=True)
class PagingPlan:
    """How an operation's pages are walked."""

    by: str
    """What leads to the next page: see the runtime's `walks`."""
    page: str | None
    first: int
    count: str | None
    next: str | None
    results: str | None
    key: str | None
    row: str
    """The annotation of a row."""
    words: str
    """A description, where it was recognised and the document doesn't declare it."""
    count_header: str | None = None
    next_header: str | None = None
    """Headers, in place of fields of the body."""
    limit: str | None = None
    """The argument that takes the rows of a page."""
    full: int | None = None
    """The rows of a page without it."""
    ask: bool = False
    """True where a request that asks for no page is answered with all rows."""

    @property
    def given(self) -> tuple[tuple[str, str | int], ...]:
        """Settings that differ from the defaults, by name; the size of a page only where it shows the list's end."""
        usual = {"by": "page", "first": 1, "ask": False}
        names = ["by", "page", "first", "count", "next", "results", "key", "count_header", "next_header", "ask"]
        if self.by in ("page", "offset") and not (self.count or self.next or self.count_header or self.next_header):
            names += ["limit", "full"]
        found = ((name, getattr(self, name)) for name in names)
        return tuple((name, value) for name, value in found if value is not None and value != usual.get(name))


@dataclass(frozen=True)
class PollingPlan:
    """How the tickets of writes are followed; several operations may share it."""

    constant: str
    ticket: str
    status: str
    """The constant of the status operation."""
    parameter: str
    batch: str
    total: str
    succeeded: str
    failed: str
    error_file: str | None
    result: str
    """The annotation of the status operation's answer."""


@dataclass(frozen=True)
class WritePlan:
    """A write that is answered with a ticket."""

    constant: str
    polling: PollingPlan
    keys: tuple[tuple[str, ...], ...]
    """The identities of a row, each as the fields that hold it."""
    bulk: bool
    """True when its body is a list, so that bulk writes can cut it up."""


@dataclass(frozen=True)
class LookupPlan:
    """One way to compare a field."""

    name: str
    parameter: str
    wire: str
    member: str | None
    """The member of a deepObject that it is, or None."""
    prefix: str | None
    """What stands before the value, or None where the parameter's name says the lookup."""
    delimiter: str
    """What stands between several values after a prefix."""
    repeats: bool
    hint: str
    description: str


@dataclass(frozen=True)
class FieldPlan:
    """A field that can be filtered on."""

    name: str
    class_name: str
    free_key: bool
    key_pattern: str
    """What a free key must match as a whole."""
    lookups: tuple[LookupPlan, ...]


@dataclass(frozen=True)
class FiltersPlan:
    """The filter builder of one operation."""

    constant: str
    """`F`, or for further operations F_ with the operation's name."""
    class_name: str
    marker: str
    """The type that stands for the operation in conditions."""
    fields: tuple[FieldPlan, ...]


@dataclass(frozen=True)
class OperationPlan:
    """One method of the client."""

    id: str
    code: str
    constant: str
    method: str
    """The client's method."""
    verb: str
    """The HTTP method."""
    path: str
    title: str
    description: str
    deprecated: bool
    parameters: tuple[ParameterPlan, ...]
    body_argument: str | None
    body_required: bool
    body_description: str
    body_hint: str
    """The annotation of the body's argument."""
    bodies: tuple[BodyPlan, ...]
    fields: tuple[FieldArgument, ...]
    """Properties of the body that may be given as keywords in place of it."""
    namesake: FieldArgument | None
    """The property of the body that has the name of the body's own argument, which then takes either."""
    answers: tuple[AnswerPlan, ...]
    errors: tuple[AnswerPlan, ...]
    """The body of error responses."""
    redirects: Literal["given", "followed"] | None
    """How the document's redirects are handled: as a value, or as the file that they lead to."""
    not_modified: bool
    """True where 304 is a result."""
    result: str
    """The annotation of what the method gives, pages and batches apart."""
    security: tuple[tuple[str, ...], ...]
    server: str | None
    """Where it is sent in place of the base URL: a URL, or a path on the base URL's host."""
    repeatable: bool
    paging: PagingPlan | None
    write: WritePlan | None
    filters: FiltersPlan | None
    rows: RowsPlan | None
    location: str
    resource: str | None
    """The client's attribute that has the method; None for the client itself."""

    @property
    def returned(self) -> str:
        """The annotation of what the method gives."""
        if self.paging:
            return f"Page[{self.paging.row}]"
        if self.rows:
            return f"RowStream[{self.rows.row}]"
        return f"Batch[{self.write.polling.result}]" if self.write else self.result

    @property
    def kind(self) -> Literal["pager", "batch", "rows", "value"]:
        """What the method gives."""
        return "pager" if self.paging else "batch" if self.write else "rows" if self.rows else "value"

    @property
    def content_types(self) -> str | None:
        """The annotation of the argument that chooses a content type; None where there is nothing to choose."""
        if any(body.wildcard for body in self.bodies):
            return "str"
        known = ", ".join(repr(body.content_type) for body in self.bodies)
        return f"Literal[{known}]" if len(self.bodies) > 1 else None

    @property
    def positional(self) -> tuple[ParameterPlan, ...]:
        """The arguments that may be given without their names."""
        return tuple(p for p in self.parameters if p.place == "path")

    @property
    def named(self) -> tuple[ParameterPlan, ...]:
        """The other arguments, those that must be given first."""
        rest = [p for p in self.parameters if p.place != "path"]
        return tuple(sorted(rest, key=lambda p: not p.required))


@dataclass(frozen=True)
class ResourcePlan:
    """The operations of one tag, under an attribute of the client."""

    name: str
    class_name: str
    title: str
    operations: tuple[OperationPlan, ...]


@dataclass(frozen=True)
class SchemePlan:
    """A way to authenticate."""

    name: str
    kind: Literal["key", "bearer", "basic"]
    place: str
    parameter: str


@dataclass(frozen=True)
class Refusal:
    """An operation, or a part of the document, that can't be expressed."""

    operation: str
    """Its id; empty for a part that no operation is known to need."""
    file: str
    line: int
    column: int
    message: str
    hint: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}:{self.column}"
        whose = f"{self.operation}: " if self.operation else ""
        return f"{place}: {whose}{self.message}" + (f"\n    {self.hint}" if self.hint else "")


@dataclass(frozen=True)
class Plan:
    """A whole package."""

    package: str
    """The import name."""
    distribution: str
    title: str
    version: str
    document: str
    """The document's file name."""
    env: str
    server: str | None
    server_path: str
    """Where there is no whole URL: the path that the document's own server is."""
    schemes: tuple[SchemePlan, ...]
    operations: tuple[OperationPlan, ...]
    pollings: tuple[PollingPlan, ...]
    resources: tuple[ResourcePlan, ...]
    """Empty where all methods are the client's own."""
    models: ModelsPlan
    refusals: tuple[Refusal, ...]
    examples: Mapping[str, str]
    """Operation's constant to Python statements that call it."""
    notes: tuple[str, ...] = ()
    """What examples show that schemas don't have, each with its place."""
    structs: bool = False
    """True where what is received is msgspec's structs, not pydantic's models."""

    @property
    def filters(self) -> tuple[FiltersPlan, ...]:
        """The filter builders."""
        return tuple(o.filters for o in self.operations if o.filters)

    @property
    def security(self) -> tuple[tuple[str, ...], ...]:
        """What most operations are authenticated with."""
        counted = Counter(o.security for o in self.operations)
        return counted.most_common(1)[0][0] if counted else ()

    @property
    def split(self) -> bool:
        """True where the operations of each resource are a module of their own, which is loaded when it is used."""
        return bool(self.resources) and not self.pollings

    @property
    def batches(self) -> bool:
        """True when some writes are answered with tickets."""
        return bool(self.pollings)

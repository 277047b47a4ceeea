"""Operations and security schemes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from spec import templates
from spec.model.bodies import RequestBody, Response
from spec.model.ordering import Ordering
from spec.model.origin import Location, Provenance
from spec.model.pages import Pagination
from spec.model.parameters import Filter, Parameter
from spec.model.vocabulary import Access, Batch, Ticket


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
    def outer(self) -> Mapping[str, str]:
        """The fixed values of keys in its path that aren't its row's own."""
        values = self.access.collection.outer if self.access else {}
        return {name: values[name] for name in templates.placeholders(self.path) if name in values}

    @property
    def reshaping(self) -> frozenset[str]:
        """Names of query parameters with which a row is shown in another form than the declared one."""
        return frozenset(p.name for p in self.parameters if p.fields or p.expands)

    @property
    def filters(self) -> tuple[Filter, ...]:
        """Every declared filter, in the document's order."""
        return tuple(f for p in self.parameters for f in p.filters)

    @property
    def ordering(self) -> Ordering | None:
        """What its rows can be sorted by, if anything."""
        return next((p.ordering for p in self.parameters if p.ordering), None)

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

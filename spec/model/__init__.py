"""The contract as frozen data, the input of all other packages, with every reference resolved.

Only `spec.reader` builds it from a document.
"""

from spec.model.bodies import Encoding, Link, Media, RequestBody, Response
from spec.model.clauses import About, Basis, BasisKind, Clause, Field, Lookups
from spec.model.contract import Contract
from spec.model.nullable import with_null, without_null
from spec.model.operations import Operation, SecurityScheme
from spec.model.ordering import Direction, Ordering, SortKey, keys_of, sorted_by
from spec.model.origin import JSON, Level, Location, Provenance, Schema
from spec.model.pages import (
    Cursor,
    Limit,
    Member,
    MemberRole,
    Numbered,
    Offset,
    PageForm,
    PageRole,
    Pagination,
    Position,
)
from spec.model.parameters import DELIMITERS, LOCAL, Filter, Parameter, ParameterPlace
from spec.model.vocabulary import Access, Action, Batch, Collection, Part, Ticket

__all__ = [
    "DELIMITERS",
    "JSON",
    "LOCAL",
    "About",
    "Access",
    "Action",
    "Basis",
    "BasisKind",
    "Batch",
    "Clause",
    "Collection",
    "Contract",
    "Cursor",
    "Direction",
    "Encoding",
    "Field",
    "Filter",
    "Level",
    "Limit",
    "Link",
    "Location",
    "Lookups",
    "Media",
    "Member",
    "MemberRole",
    "Numbered",
    "Offset",
    "Operation",
    "Ordering",
    "PageForm",
    "PageRole",
    "Pagination",
    "Parameter",
    "ParameterPlace",
    "Part",
    "Position",
    "Provenance",
    "RequestBody",
    "Response",
    "Schema",
    "SecurityScheme",
    "SortKey",
    "Ticket",
    "keys_of",
    "sorted_by",
    "with_null",
    "without_null",
]

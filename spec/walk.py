"""Every object of a document whose keys are keywords of OpenAPI or JSON Schema, and which of them are schemas.

Data of the author's own is skipped: examples, defaults, enums, extensions. Where the author chooses the names,
as in `properties`, a name is never mistaken for a keyword.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from spec.model import JSON
from spec.pointers import escape

FILES = "$files"
"""The place in a document for the other files that it refers to, once they are read."""

_DATA = frozenset({"example", "default", "enum", "const", "mapping", "security", "required", "value"})
_SCHEMA = frozenset({"schema", "items", "additionalProperties", "not", "contains", "if", "then", "else"}) | {
    "propertyNames",
    "unevaluatedItems",
    "unevaluatedProperties",
}
_SCHEMAS = frozenset({"allOf", "anyOf", "oneOf", "prefixItems"})
_NAMED_SCHEMAS = frozenset({"properties", "patternProperties", "$defs", "definitions", "dependentSchemas", "schemas"})
_NAMED = frozenset(
    {"headers", "responses", "content", "encoding", "links", "callbacks", "examples", "variables", "webhooks"}
    | {"requestBodies", "securitySchemes", "pathItems", "parameters", FILES}
)


def objects(document: JSON, *, schema: bool = False) -> Iterator[tuple[str, Mapping[str, JSON], bool]]:
    """(pointer, object, is it a schema?) for each, in the document's order. `schema` marks the outermost object."""
    waiting: list[tuple[JSON, str, bool, bool]] = [(document, "", schema, False)]
    while waiting:
        node, pointer, schema, named = waiting.pop()
        # In reverse order, because the last one added is the next to be taken.
        if type(node) is list:
            waiting.extend(
                (node[index], f"{pointer}/{index}", schema, False)
                for index in range(len(node) - 1, -1, -1)
                if isinstance(node[index], (dict, list))
            )
        elif named:
            waiting.extend(
                (node[name], f"{pointer}/{escape(name)}", schema, False)
                for name in reversed(node)
                if isinstance(node[name], (dict, list))
            )
        else:
            yield pointer, node, schema
            waiting.extend(
                (node[key], f"{pointer}/{escape(key)}", *_kind(key, node[key]))
                for key in reversed(node)
                if isinstance(node[key], (dict, list)) and not _is_data(key, node[key], schema)
            )


def _is_data(key: str, child: JSON, schema: bool) -> bool:
    """True if the value under a keyword is plain data: in schemas, `examples` holds values."""
    return key in _DATA or key.startswith("x-") or (key == "examples" and (schema or isinstance(child, list)))


def _kind(key: str, child: JSON) -> tuple[bool, bool]:
    """Whether a keyword holds one or more schemas, and whether the author chooses the names in it."""
    named = isinstance(child, dict)
    if key in _NAMED_SCHEMAS:
        return True, named
    return key in _SCHEMA or key in _SCHEMAS, named and key in _NAMED

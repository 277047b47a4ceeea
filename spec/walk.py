"""Every object of a document whose keys are OpenAPI's or JSON Schema's own words, and which of them are schemas.

What an author fills in freely isn't looked into: examples, defaults, enums, extensions. And where the
author gives the names, as in `properties`, a name is never taken for a keyword.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from spec.model import JSON
from spec.source_text import escape

_DATA = frozenset({"example", "default", "enum", "const", "mapping", "security", "required"})
_SCHEMA = frozenset({"schema", "items", "additionalProperties", "not", "contains", "if", "then", "else"}) | {
    "propertyNames",
    "unevaluatedItems",
    "unevaluatedProperties",
}
_SCHEMAS = frozenset({"allOf", "anyOf", "oneOf", "prefixItems"})
_NAMED_SCHEMAS = frozenset({"properties", "patternProperties", "$defs", "definitions", "dependentSchemas", "schemas"})
_NAMED = frozenset(
    {"headers", "responses", "content", "encoding", "links", "callbacks", "examples", "variables", "webhooks"}
    | {"requestBodies", "securitySchemes", "pathItems", "parameters"}
)


def objects(document: JSON) -> Iterator[tuple[str, Mapping[str, JSON], bool]]:
    """(pointer, object, is it a schema?) for each, in the document's order."""
    waiting: list[tuple[JSON, str, bool, bool]] = [(document, "", False, False)]
    while waiting:
        node, pointer, schema, named = waiting.pop()
        if isinstance(node, list):
            children = [(child, f"{pointer}/{index}", schema, False) for index, child in enumerate(node)]
        elif named:
            children = [(child, f"{pointer}/{escape(name)}", schema, False) for name, child in node.items()]
        else:
            yield pointer, node, schema
            children = [
                (child, f"{pointer}/{escape(key)}", *_kind(key, child))
                for key, child in node.items()
                if not (key in _DATA or key.startswith("x-") or (key == "examples" and isinstance(child, list)))
            ]
        waiting.extend(child for child in reversed(children) if isinstance(child[0], (dict, list)))


def _kind(key: str, child: JSON) -> tuple[bool, bool]:
    """Whether what stands under a keyword is a schema (or several), and whether the author gives the names in it."""
    named = isinstance(child, dict)
    if key in _NAMED_SCHEMAS:
        return True, named
    return key in _SCHEMA or key in _SCHEMAS, named and key in _NAMED

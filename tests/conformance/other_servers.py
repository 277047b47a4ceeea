"""Documents of list servers of other kinds: how they write lists, where they take the key, what a page looks like."""

from __future__ import annotations

from collections.abc import Mapping

_HEAD = """\
openapi: 3.1.0
info: {title: Things, version: '1'}
x-vocabulary: 1
x-collections:
  things: {key: id, item: '#/components/schemas/Thing'}
security: [{key: []}]
paths:
  /things:
    get:
      operationId: listThings
      x-reads: {collection: things}
      parameters:
        - {name: name, in: query, schema: {type: string}, x-filter: {field: name, lookup: contains}}
        - {name: id, in: query, schema: {type: integer}, x-filter: {field: id, lookup: exact}}
"""
_TAIL = """\
components:
  securitySchemes:
    key: {SCHEME}
  schemas:
    Thing:
      type: object
      required: [id, name, day, at]
      properties:
        id: {type: integer}
        name: {type: string}
        brand: {anyOf: [{type: string}, {type: 'null'}]}
        day: {anyOf: [{type: string, format: date}, {type: 'null'}]}
        at: {type: string, format: date-time}
    Error:
      type: object
      required: [detail]
      properties: {detail: {type: array, items: {type: object}}}
"""
_LIST = """\
        - {name: NAME, in: query, WIRE, schema: {type: array, items: {ITEMS}}, x-filter: {field: FIELD, lookup: in}}
"""


def _listed(name: str, wire: str, items: str, field: str) -> str:
    parts = (("NAME", name), ("WIRE", wire), ("ITEMS", items), ("FIELD", field))
    text = _LIST
    for old, new in parts:
        text = text.replace(old, new)
    return text


_ANSWER = """\
      responses:
        '401': {description: Without a key.}
        '422': {description: Wrong., content: {application/json: {schema: {$ref: '#/components/schemas/Error'}}}}
        '200':
          description: Rows.
          content:
            application/json:
              schema: SCHEMA
"""
_ARRAY = "{type: array, items: {$ref: '#/components/schemas/Thing'}}"
_PAGE = (
    "{type: object, required: [all, rows, pages, version], properties: {all: {type: integer, x-pagination: count},"
    " next: {type: [integer, 'null'], x-pagination: next}, prev: {type: [integer, 'null'], x-pagination: previous},"
    " pages: {type: integer, minimum: 1}, version: {type: string, minLength: 3},"
    " rows: {type: array, items: {$ref: '#/components/schemas/Thing'}, x-pagination: results}}}"
)
_REPEATED, _SPACES = "style: form, explode: true", "style: spaceDelimited, explode: false"
_PIPES, _COMMAS = "style: pipeDelimited, explode: false", "style: form, explode: false"
_TEXT, _DAY, _MOMENT = "type: string", "type: string, format: date", "type: string, format: date-time"
_PAGING = """\
        - {name: p, in: query, required: true, schema: {type: integer, minimum: 1}, x-pagination: page}
        - {name: n, in: query, required: true, schema: {type: integer, minimum: 1, maximum: 50}, x-pagination: limit}
"""


def _document(parameters: str, schema: str, scheme: str) -> str:
    return _HEAD + parameters + _ANSWER.replace("SCHEMA", schema) + _TAIL.replace("SCHEME", scheme)


DOCUMENTS: Mapping[str, str] = {
    "repeated keys, an array, a key in the query": _document(
        _listed("name_any", _REPEATED, _TEXT, "name")
        + _listed("id_any", _REPEATED, "type: integer", "id")
        + _listed("day_any", _COMMAS, _DAY, "day"),
        _ARRAY,
        "type: apiKey, in: query, name: api key",
    ),
    "pipes and spaces, required pages by number, a cookie": _document(
        _PAGING
        + _listed("name_any", _PIPES, _TEXT, "name")
        + _listed("brand_any", _SPACES, _TEXT, "brand")
        + _listed("at_any", _REPEATED, _MOMENT, "at"),
        _PAGE,
        "type: apiKey, in: cookie, name: session",
    ),
    "a user and a password": _document(
        _listed("id_any", _PIPES, "type: integer", "id") + _listed("day_any", _REPEATED, _DAY, "day"),
        _ARRAY,
        "type: http, scheme: basic",
    ),
}

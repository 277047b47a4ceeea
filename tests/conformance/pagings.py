"""One small document for each form that the pages of a list have, by its name."""

from __future__ import annotations

from textwrap import indent

_BASE = """\
openapi: 3.1.0
info: {title: A shelf, version: '1'}
x-vocabulary: 1
x-collections:
  books: {key: isbn, item: '#/components/schemas/Book', timestamps: {created: made}}
paths:
  /books:
    get:
      operationId: listBooks
      x-code: BOOKS
      x-reads: {collection: books}
      parameters:
PARAMETERS
        - {name: isbn, in: query, schema: {type: string}, x-filter: {field: isbn, lookup: exact}}
        - {name: title__contains, in: query, schema: {type: string}, x-filter: {field: title, lookup: contains}}
        - {name: pages__gte, in: query, schema: {type: integer}, x-filter: {field: pages, lookup: gte}}
      responses:
        '200':
          description: Books.
RESPONSE
        '400': {description: Something in the query can't be read.}
components:
  schemas:
    Book:
      type: object
      required: [isbn, title, pages, made]
      properties:
        isbn: {type: string}
        title: {type: string}
        pages: {type: integer, minimum: 1, maximum: 900}
        made: {type: string, format: date-time}
"""
_BOOKS = "type: array, items: {$ref: '#/components/schemas/Book'}"
_LIMIT = "- {name: limit, in: query, schema: {type: integer, minimum: 1, default: 10}, x-pagination: limit}"
_OFFSET = "- {name: offset, in: query, schema: {type: integer, minimum: 0, default: 0}, x-pagination: offset}"
_CURSOR = "- {name: cursor, in: query, schema: {type: string}, x-pagination: cursor}"
_LINK = "type: [string, 'null'], format: uri"


def _document(parameters: str, schema: str, headers: str = "") -> str:
    content = f"content:\n  application/json:\n    schema:\n{indent(schema, ' ' * 6)}\n"
    response = (f"headers:\n{indent(headers, '  ')}\n" if headers else "") + content
    return _BASE.replace("PARAMETERS", indent(parameters, " " * 8)).replace(
        "RESPONSE", indent(response.rstrip(), " " * 10)
    )


def _object(*properties: str) -> str:
    return "type: object\nproperties:\n" + "\n".join(f"  {line}" for line in properties)


_COUNT = "count: {type: integer, x-pagination: count}"
_NEXT = f"next: {{{_LINK}, x-pagination: next}}"
_PREVIOUS = f"previous: {{{_LINK}, x-pagination: previous}}"
_RESULTS = f"results: {{{_BOOKS}, x-pagination: results}}"

DOCUMENTS = {
    "limit and offset": _document(f"{_OFFSET}\n{_LIMIT}", _object(_COUNT, _NEXT, _PREVIOUS, _RESULTS)),
    "offsets in the answer, nested": _document(
        f"{_OFFSET}\n{_LIMIT}",
        _object(
            f"data: {{{_BOOKS}, x-pagination: results}}",
            "meta:",
            "  type: object",
            "  required: [total, version]",
            "  properties:",
            "    total: {type: integer, x-pagination: count}",
            "    version: {type: string}",
            "    page:",
            "      type: object",
            "      properties:",
            "        after: {type: [integer, 'null'], x-pagination: next}",
            "        before: {type: [integer, 'null'], x-pagination: previous}",
        ),
    ),
    "pages from 0": _document(
        "- {name: page, in: query, schema: {type: integer, minimum: 0, default: 0}, x-pagination: page}\n"
        "- {name: size, in: query, schema: {type: integer, maximum: 500, default: 20}, x-pagination: limit}",
        _object(
            f"content: {{{_BOOKS}, x-pagination: results}}",
            "totalElements: {type: integer, x-pagination: count}",
        ),
    ),
    "a list, and headers": _document(
        "- {name: page, in: query, schema: {type: integer, minimum: 1, default: 1}, x-pagination: page}\n" + _LIMIT,
        _BOOKS.replace(", items", "\nitems"),
        "X-Total-Count: {schema: {type: integer}, x-pagination: count}\n"
        "Link: {schema: {type: string}, x-pagination: [next, previous]}",
    ),
    "a list, and nothing else": _document(f"{_OFFSET}\n{_LIMIT}", _BOOKS.replace(", items", "\nitems")),
    "no count": _document(f"{_OFFSET}\n{_LIMIT}", _object(_NEXT, _PREVIOUS, _RESULTS)),
    "links with a cursor": _document(f"{_CURSOR}\n{_LIMIT}", _object(_NEXT, _PREVIOUS, _RESULTS)),
    "a cursor as a value": _document(
        f"{_CURSOR}\n{_LIMIT}",
        _object(
            "next_page: {type: [string, 'null'], x-pagination: next}",
            f"items: {{{_BOOKS}, x-pagination: results}}",
            "total: {type: integer, x-pagination: count}",
        ),
    ),
    "links alone": _document(_LIMIT, _object(_NEXT, _RESULTS)),
    "pages of one size": _document(
        "- {name: page, in: query, schema: {type: integer, minimum: 1}, x-pagination: page}",
        _object(_COUNT, _NEXT, _PREVIOUS, _RESULTS),
    ),
    "paged only when asked for": _document(
        f"{_OFFSET}\n- {{name: limit, in: query, schema: {{type: integer, minimum: 1}},"
        " x-pagination: {role: limit, absent: all}}",
        f"oneOf:\n  - {{{_BOOKS}}}\n  - type: object\n    properties:\n      {_COUNT}\n      {_RESULTS}",
    ),
}

_CREATED = """\
    post:
      operationId: createBook
      x-code: CREATE
      x-creates: {collection: books}
      requestBody:
        required: true
        content: {application/json: {schema: {$ref: '#/components/schemas/Book'}}}
      responses:
        '201':
          description: The book.
          content: {application/json: {schema: {$ref: '#/components/schemas/Book'}}}
        '400': {description: The book isn't right.}
  /books/{isbn}:
    delete:
      operationId: deleteBook
      x-code: DELETE
      x-deletes: {collection: books}
      parameters:
        - {name: isbn, in: path, required: true, schema: {type: string}}
      responses:
        '204': {description: The book is gone.}
        '404': {description: There is no such book.}
components:
"""
GROWING = (
    DOCUMENTS["links with a cursor"]
    .replace("components:\n", _CREATED)
    .replace(", timestamps: {created: made}", "")
    .replace(", made]", "]")
    .replace("        made: {type: string, format: date-time}\n", "")
)
"""A list with cursors, sorted by its key, into which books can be put."""

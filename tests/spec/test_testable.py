"""What a document may say and no law could test is said when the document is read, at its place and with a hint."""

from __future__ import annotations

from pathlib import Path

import pytest

from spec import SpecError, load

LIST = """\
openapi: 3.1.0
info: {title: Things, version: '1'}
x-vocabulary: 1
x-collections:
  things:
    key: id
    item: '#/components/schemas/Thing'
    hidden: {owner: {type: string}, state: {type: string}}
paths:
  /things:
    get:
      operationId: listThings
      x-reads: {collection: things}
      parameters:
        - {name: page, in: query, schema: {type: integer, default: 1}, x-pagination: page}
        - {name: size, in: query, schema: {type: integer, default: 20}, x-pagination: limit}
        - PARAMETER
      responses:
        '200':
          description: A page.
          content:
            application/json:
              schema:
                type: object
                properties:
                  total: {type: integer, x-pagination: count}
                  next: {type: [string, 'null'], x-pagination: next}
                  back: {type: [string, 'null'], x-pagination: previous}
                  things: {type: array, items: {$ref: '#/components/schemas/Thing'}, x-pagination: results}
components:
  schemas:
    Thing:
      type: object
      required: [id]
      properties:
        id: {type: integer}
        name: {anyOf: [{type: string}, {type: 'null'}]}
        made: {type: string, format: date-time}
        day: {type: string, format: date}
        tags: {type: array, items: {type: string}}
        box: {type: object}
        shops: {type: array, items: {type: object, properties: {city: {type: [string, 'null']}}}}
"""
PLAIN = "{name: name, in: query, schema: {type: string}, x-filter: {field: name, lookup: exact}}"


def _problem(tmp_path: Path, text: str) -> tuple[str, str, str]:
    """Place, message and hint of the one problem of a document in which § marks the place."""
    before, _, _ = text.partition("§")
    place = f"{before.count(chr(10)) + 1}:{len(before) - before.rfind(chr(10))}" if "§" in text else ""
    file = tmp_path / "document.yaml"
    file.write_text(text.replace("§", ""), "utf-8")
    with pytest.raises(SpecError) as caught:
        load(file)
    (problem,) = caught.value.problems
    assert str(problem.location).endswith(place)
    return place, problem.message, problem.hint


PARAMETERS = {
    "a date for a date-time": (
        "{name: made, in: query, schema: {type: string, format: date}, x-filter: {§field: made, lookup: gte}}",
        "the parameter takes a date and the field 'made' holds a date-time",
    ),
    "a number for a text": (
        "{name: name, in: query, schema: {type: integer}, x-filter: {§field: name, lookup: exact}}",
        "the parameter takes a number and the field 'name' holds a text",
    ),
    "an order in a list": (
        "{name: tags, in: query, schema: {type: string}, x-filter: {field: tags, §lookup: gt}}",
        "'gt' has no meaning for the field 'tags'",
    ),
    "a way that leads nowhere": (
        "{name: t, in: query, schema: {type: string}, x-filter: {§field: shops.town, lookup: exact}}",
        "no response shows a field 'shops.town'",
    ),
    "a way through a text": (
        "{name: t, in: query, schema: {type: string}, x-filter: {§field: name.first, lookup: exact}}",
        "no response shows a field 'name.first'",
    ),
    "null in one of several": (
        "{name: t, in: query, schema: {type: boolean}, x-filter: {§field: shops.city, lookup: isnull}}",
        "a row may have several values of 'shops.city', some null and some not",
    ),
    "all of one value": (
        "{name: t, in: query, schema: {type: array, items: {type: integer}}, x-filter: {field: id, §lookup: all}}",
        "a row has one value of 'id', and `all` finds several",
    ),
    "an object under a lookup": (
        "{name: box, in: query, schema: {type: string}, x-filter: {field: box, §lookup: exact}}",
        "'exact' has no meaning for the field 'box'",
    ),
    "a flag that is a text": (
        "{name: n, in: query, schema: {type: string}, x-filter: {field: name, §lookup: isnull}}",
        "`isnull` takes true or false, and the parameter a text",
    ),
    "a range of one value": (
        "{name: n, in: query, schema: {type: integer}, x-filter: {field: id, §lookup: range}}",
        "the lookup 'range' and the parameter's type 'integer' don't fit",
    ),
    "a list in a deepObject": (
        "{name: id, in: query, style: deepObject, explode: true, schema: {type: object, properties:"
        " {in: {type: array, items: {type: integer}, x-filter: {field: id, §lookup: in}}}}}",
        "'in' takes an array, and deepObject doesn't define how one is written",
    ),
    "a name of a deepObject's member": (
        "{name: id, in: query, style: deepObject, explode: true, schema: {type: object, properties:"
        " {gt: {type: integer, x-filter: {field: id, lookup: gt, §name: KEY}}}}}",
        "only a free key has a `name`",
    ),
    "prefixes and a lookup": (
        "{name: n, in: query, schema: {type: string}, x-filter: {field: id, §lookup: gt, prefixes: {'gt:': gt}}}",
        "`prefixes` and `lookup` exclude each other",
    ),
    "a delimiter and no prefix": (
        "{name: n, in: query, schema: {type: string}, x-filter: {field: name, lookup: exact, §delimiter: '|'}}",
        "`delimiter` says nothing of a filter with one lookup",
    ),
    "a prefix of a number": (
        "{name: n, in: query, §schema: {type: integer}, x-filter: {field: id, prefixes: {'gt:': gt}}}",
        "a prefix and a value together are a text, and the parameter takes a number",
    ),
    "a prefix and a few values": (
        "{name: n, in: query, §schema: {type: string, enum: ['gt:1']}, x-filter: {field: id, prefixes: {'gt:': gt}}}",
        "a prefix and a value together are a text, and the parameter has enum",
    ),
    "prefixes in one text": (
        "§{name: n, in: query, explode: false, schema: {type: array, items: {type: string}},"
        " x-filter: {field: id, prefixes: {'gt:': gt}}}",
        "a value with a prefix is a pair of its own in the query",
    ),
    "prefixes that must be there": (
        "{name: n, in: query, required: true, schema: {type: string}, x-filter: {field: id, §prefixes: {'gt:': gt}}}",
        "a parameter with prefixes is several filters, none of them required",
    ),
    "a prefix without a meaning": (
        "{name: n, in: query, schema: {type: string}, §x-filter: {field: id, prefixes: {'~': contains}}}",
        "'contains' has no meaning for the field 'id'",
    ),
    "a member with prefixes": (
        "{name: id, in: query, style: deepObject, explode: true, schema: {type: object, properties:"
        " {gt: {type: string, x-filter: {field: id, §prefixes: {'>': gt}}}}}}",
        "`prefixes` says nothing of a filter with one lookup",
    ),
    "a time without an offset and no zone": (
        "{name: n, in: query, schema: {type: string, format: date-time-local}, x-filter: {§field: made, lookup: gte}}",
        "the parameter or the field 'made' has no offset, and the other one has",
    ),
    "rows of nothing in place of keys": (
        "{name: n, in: query, schema: {type: string}, x-expands: {§name: shops}}",
        "there is no collection 'shops'",
    ),
    "fields named by a number": (
        "{name: n, in: query, schema: {type: integer}, §x-fields: only}",
        "the parameter can't name several fields",
    ),
    "the hour of a date": (
        "{name: n, in: query, schema: {type: integer}, x-filter: {field: day, §lookup: hour}}",
        "'hour' has no meaning for the field 'day'",
    ),
    "a year that is a date-time": (
        "{name: n, in: query, schema: {type: string, format: date-time}, x-filter: {§field: made, lookup: year__gte}}",
        "the parameter takes a date-time and the field 'made (year)' holds a number",
    ),
    "a negation of a lookup that the type hasn't": (
        "{name: n, in: query, schema: {type: string}, x-filter: {field: name, §lookup: not_gt}}",
        "'not_gt' has no meaning for the field 'name'",
    ),
    "a search in a list": (
        "{name: q, in: query, schema: {type: string}, x-search: {fields: [name, §tags]}}",
        "the field 'tags' holds a list, and a search looks into texts",
    ),
    "a search in what nobody sees": (
        "{name: q, in: query, schema: {type: string}, x-search: {fields: [name, §owner]}}",
        "no response shows 'owner', so a search in it can't be seen",
    ),
    "a hidden field without its values": (
        "{name: owner, in: query, schema: {type: string}, x-filter: {§field: owner, lookup: exact}}",
        "no response shows 'owner', and its values aren't listed",
    ),
    "a part of a hidden value": (
        "{name: s, in: query, schema: {enum: [a, b], type: string}, x-filter: {field: state, §lookup: contains}}",
        "no response shows 'state', so 'contains' can't be seen",
    ),
    "a list of a style that objects have": (
        "{name: id, in: query, §style: deepObject, explode: true, schema: {type: array, items: {type: integer}},"
        " x-filter: {field: id, lookup: in}}",
        "the style 'deepObject' doesn't define a list of values",
    ),
    "a delimiter in no list": (
        "{name: id, in: query, style: pipeDelimited, §explode: true, schema: {type: array, items: {type: integer}},"
        " x-filter: {field: id, lookup: in}}",
        "the style 'pipeDelimited' has no meaning with `explode: true`",
    ),
    "a value in JSON": (
        "{name: id, in: query, §content: {application/json: {schema: {type: integer}}},"
        " x-filter: {field: id, lookup: exact}}",
        "a filter's value can't be a content type's text",
    ),
    "a list under a free key": (
        "{name: box, in: query, style: form, explode: true, schema: {type: object, patternProperties:"
        " {'^box_[a-z]+$': {type: string, x-filter: {name: box_KEY, field: box, §lookup: in}}}}}",
        "'in' has no meaning for the field 'box'",
    ),
    "an order that nobody sees": (
        "{name: o, in: query, schema: {type: string}, x-ordering: {fields: [name, §owner]}}",
        "no response shows a field 'owner', so its order can't be seen",
    ),
    "an order of objects": (
        "{name: o, in: query, schema: {type: string}, x-ordering: {fields: {name: name, §box: box}}}",
        "the field 'box' holds an object, which has no order",
    ),
    "an order with two ways to turn it": (
        "{name: page_, in: query, schema: {type: string}, x-ordering: {fields: [name],"
        " direction: {parameter: page_, ascending: a, descending: d}, §descending: '-{field}'}}",
        "both `direction` and `descending` say which way rows are sorted",
    ),
    "an order that can't be turned": (
        "{name: o, in: query, schema: {type: string}, x-ordering: {fields: [name], §descending: '{field}'}}",
        "the same value asks for both directions",
    ),
    "an order in a parameter that isn't there": (
        "{name: o, in: query, schema: {type: string}, x-ordering: {fields: [name],"
        " direction: {§parameter: way, ascending: a, descending: d}}}",
        "there is no query parameter 'way'",
    ),
    "an order that the enum hasn't": (
        "{name: o, in: query, schema: {type: string, enum: [id]}, x-ordering: {§fields: [id, name]}}",
        "the parameter's enum has no value that sorts by 'name'",
    ),
    "a delimiter of an array's own": (
        "{name: o, in: query, schema: {type: array, items: {type: string}}, x-ordering: {fields: [id], §delimiter: ;}}",
        "an array parameter has no delimiter of its own",
    ),
    "a second page number": (
        "{name: p, in: query, schema: {type: integer, default: 1}, §x-pagination: page}",
        "two parameters are the page",
    ),
}


@pytest.mark.parametrize(("parameter", "message"), PARAMETERS.values(), ids=PARAMETERS.keys())
def test_a_parameter_that_no_law_could_test(parameter: str, message: str, tmp_path: Path) -> None:
    _, said, hint = _problem(tmp_path, LIST.replace("PARAMETER", parameter))
    assert said == message
    assert hint


EDITS = {
    "next is no link": (
        "next: {type: [string, 'null'], x-pagination: next}",
        "§next: {type: [boolean, 'null'], x-pagination: next}",
        "next is next, which is neither a link nor the number of a page",
    ),
    "next is a token": (
        "next: {type: [string, 'null'], x-pagination: next}",
        "§next: {type: [string, 'null'], format: byte, x-pagination: next}",
        "next is next, which is neither a link nor the number of a page",
    ),
    "results that aren't a list": (
        "things: {type: array, items: {$ref: '#/components/schemas/Thing'}, x-pagination: results}",
        "§things: {type: object, x-pagination: results}",
        "the results things aren't a list",
    ),
    "rows without their key": (
        "things: {type: array, items: {$ref: '#/components/schemas/Thing'}, x-pagination: results}",
        "things: {type: array, items: {type: object, properties: {uid: {type: string}}}, x-pagination: results}",
        "the rows that are shown have no field 'id', the key of their collection",
    ),
    "a count that is a text": (
        "total: {type: integer, x-pagination: count}",
        "§total: {type: string, x-pagination: count}",
        "the count total isn't a whole number",
    ),
    "a page by a token": (
        "{name: page, in: query, schema: {type: integer, default: 1}, x-pagination: page}",
        "{name: page, in: query, required: true, §schema: {type: string}, x-pagination: page}",
        "the page page isn't a whole number",
    ),
    "pages from 2": (
        "{name: page, in: query, schema: {type: integer, default: 1}, x-pagination: page}",
        "{name: page, in: query, §schema: {type: integer, default: 2}, x-pagination: page}",
        "the first page is 2, and pages are counted from 0 or 1",
    ),
}


_PAGE = "{name: page, in: query, schema: {type: integer, default: 1}, x-pagination: page}"
_NEXT = "next: {type: [string, 'null'], x-pagination: next}"
FORMS = {
    "a list that begins in its middle": (
        _PAGE,
        "{name: page, in: query, §schema: {type: integer, default: 20}, x-pagination: offset}",
        "the list begins at 20, and an offset counts the rows before the page",
    ),
    "a page and an offset": (
        _PAGE,
        f"{_PAGE}\n        - {{name: o, in: query, schema: {{type: integer}}, §x-pagination: offset}}",
        "page and o both select a page",
    ),
    "a first offset": (
        _PAGE,
        "{name: page, in: query, schema: {type: integer}, x-pagination: {role: offset, §first: 1}}",
        "only pages with numbers have a first one, not the offset",
    ),
    "a cursor from nowhere": (
        f"{_PAGE}|{_NEXT}",
        "{name: page, in: query, schema: {type: string}, x-pagination: cursor}|next: {type: string}",
        "the pagination lacks next",
    ),
    "no way to the next page": (
        f"{_PAGE}|{_NEXT}",
        "{name: page, in: query, schema: {type: string}}|next: {type: string}",
        "the pagination lacks a page",
    ),
    "pages without rows": (", x-pagination: results", "", "the pagination lacks results"),
    "a number that nothing takes": (
        f"{_PAGE}|{_NEXT}",
        "{name: page, in: query, schema: {type: integer}}|§next: {type: integer, x-pagination: next}",
        "next is next, which is neither a link nor the number of a page",
    ),
    "rows in a header": (
        "          description: A page.\n",
        "          description: A page.\n          headers: {X-Rows: {§x-pagination: results, schema: {}}}\n",
        "a header can't be 'results'",
    ),
    "a default that is no number": (
        _PAGE,
        "§{name: page, in: query, schema: {type: integer, default: a}, x-pagination: page}",
        "page needs an integer default",
    ),
}


@pytest.mark.parametrize(("old", "new", "message"), FORMS.values(), ids=FORMS.keys())
def test_forms_of_pages_that_no_law_could_test(old: str, new: str, message: str, tmp_path: Path) -> None:
    text = LIST.replace("PARAMETER", PLAIN)
    for one, other in zip(old.split("|"), new.split("|"), strict=True):
        assert one in text
        text = text.replace(one, other)
    _, said, hint = _problem(tmp_path, text)
    assert said == message
    assert hint


@pytest.mark.parametrize(("old", "new", "message"), EDITS.values(), ids=EDITS.keys())
def test_pages_that_no_law_could_test(old: str, new: str, message: str, tmp_path: Path) -> None:
    assert old in LIST
    _, said, hint = _problem(tmp_path, LIST.replace("PARAMETER", PLAIN).replace(old, new))
    assert said == message
    assert hint


def test_filters_on_what_is_no_list_of_rows(tmp_path: Path) -> None:
    text = LIST.replace("- PARAMETER", f"- §{PLAIN}")
    for mark in ("page", "limit", "count", "next", "previous", "results"):
        text = text.replace(f", x-pagination: {mark}", "")
    _, said, hint = _problem(tmp_path, text)
    assert said == "name chooses rows, and no answer is a list of rows"
    assert "x-pagination" in hint


@pytest.mark.parametrize(
    ("wire", "delimiter"),
    [
        ("style: form, explode: false", ","),
        ("style: spaceDelimited", " "),
        ("style: spaceDelimited, explode: false", " "),
        ("style: pipeDelimited, explode: false", "|"),
        ("style: form, explode: true", None),
        ("required: false", None),
    ],
)
def test_how_a_list_is_written_is_part_of_its_filter(wire: str, delimiter: str | None, tmp_path: Path) -> None:
    listed = "schema: {anyOf: [{type: array, items: {type: integer}}, {type: 'null'}]}"
    file = tmp_path / "document.yaml"
    parameter = f"{{name: id, in: query, {wire}, {listed}, x-filter: {{field: id, lookup: in}}}}"
    file.write_text(LIST.replace("PARAMETER", parameter), "utf-8")
    (filter,) = load(file).operations[0].filters
    assert (filter.many, filter.delimiter) == (True, delimiter)
    assert filter.schema == {"type": "integer"}


def test_a_text_for_a_typed_field_is_compared_as_the_field(tmp_path: Path) -> None:
    file = tmp_path / "document.yaml"
    parameter = "{name: made, in: query, schema: {type: string}, x-filter: {field: made, lookup: gte}}"
    file.write_text(LIST.replace("PARAMETER", parameter), "utf-8")
    (filter,) = load(file).operations[0].filters
    assert filter.schema == {"type": "string", "format": "date-time"}


def test_something_or_null_is_one_type(tmp_path: Path) -> None:
    file = tmp_path / "document.yaml"
    file.write_text(LIST.replace("PARAMETER", PLAIN), "utf-8")
    contract = load(file)
    row = contract.properties({"$ref": "#/components/schemas/Thing"})
    assert row["name"] == {"type": ["string", "null"]}
    assert contract.sent(row["name"]) == {"type": "string"}
    choice = {"oneOf": [{"type": "null"}, {"type": "string", "enum": ["a"]}], "description": "d"}
    assert contract.resolve(choice) == {"type": ["string", "null"], "enum": ["a", None], "description": "d"}
    either = {"anyOf": [{"type": "string"}, {"type": "integer"}, {"type": "null"}]}
    assert contract.resolve(either) == either


def test_a_required_page_has_no_default(tmp_path: Path) -> None:
    file = tmp_path / "document.yaml"
    old = "{name: page, in: query, schema: {type: integer, default: 1}, x-pagination: page}"
    new = "{name: page, in: query, required: true, schema: {type: integer}, x-pagination: page}"
    file.write_text(LIST.replace("PARAMETER", PLAIN).replace(old, new), "utf-8")
    contract = load(file)
    names = {clause.words for clause in contract.clauses}
    assert "page.default-page" not in names
    assert {"page.default-limit", "param.required.page", "page.next-link"} <= names


def test_a_provenance_at_the_top_holds_for_all_that_have_none(tmp_path: Path) -> None:
    file = tmp_path / "document.yaml"
    described = PLAIN.replace("in: query,", "in: query, description: Things of that name.,")
    document = LIST.replace("PARAMETER", described).replace(
        "x-vocabulary: 1\n", "x-vocabulary: 1\nx-provenance: WHERE\n"
    )
    file.write_text(document.replace("WHERE", "{inferred: Read off the server.}"), "utf-8")
    assert {clause.level for clause in load(file).clauses} == {"inferred"}
    assert {c.source for c in load(file).clauses if c.id.endswith(".filter.name")} == {"Read off the server."}
    own = described.replace("in: query,", "in: query, x-provenance: {documented: By its name.},")
    file.write_text(document.replace("WHERE", "{inferred: Read off the server.}").replace(described, own), "utf-8")
    assert {c.level for c in load(file).clauses if c.id.endswith(".filter.name")} == {"documented"}
    file.write_text(document.replace("x-provenance: WHERE\n", ""), "utf-8")
    assert {c.source for c in load(file).clauses if c.id.endswith(".filter.name")} == {"Things of that name."}

"""`spec import`: what is recognised, what is said of the rest, and what a person changed stays."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import spec
from spec import files
from spec.commands import main
from spec.importing import names

ROW: dict[str, Any] = {
    "type": "object",
    "required": ["id", "title"],
    "properties": {
        "id": {"type": "integer", "readOnly": True},
        "title": {"type": "string"},
        "price": {"type": "number"},
        "made_at": {"type": "string", "format": "date-time"},
        "updated_at": {"type": "string", "format": "date-time", "readOnly": True},
        "isbn": {"type": "string"},
    },
}
PAGE: dict[str, Any] = {
    "type": "object",
    "required": ["count", "results"],
    "properties": {
        "count": {"type": "integer"},
        "next": {"type": "string", "nullable": True, "format": "uri"},
        "previous": {"type": "string", "nullable": True, "format": "uri"},
        "results": {"type": "array", "items": {"$ref": "#/components/schemas/Book"}},
    },
}
PAGING: dict[str, dict[str, Any]] = {
    "page": {"schema": {"type": "integer", "default": 1}},
    "page_size": {"schema": {"type": "integer", "default": 20}},
}


def _document(parameters: dict[str, dict[str, Any]], **more: Any) -> dict[str, Any]:
    """A list of books, paged by number."""
    asked = [{"name": name, "in": "query", **rest} for name, rest in {**PAGING, **parameters}.items()]
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/Page"}}}
    operation = {
        "operationId": "books",
        "parameters": asked,
        "responses": {"200": {"description": "", "content": content}},
    }
    return {
        "openapi": "3.0.3",
        "info": {"title": "Shop", "version": "1.2.0"},
        "paths": {"/api/books/": {"get": operation}},
        "components": {"schemas": {"Book": ROW, "Page": PAGE}},
        **more,
    }


def _saved(folder: Path, document: dict[str, Any]) -> Path:
    file = folder / "openapi.json"
    file.write_text(json.dumps(document, indent=1), "utf-8")
    return file


def _imported(folder: Path, parameters: dict[str, dict[str, Any]]) -> spec.Contract:
    assert main(["import", str(_saved(folder, _document(parameters)))]) == 0
    out = folder / "openapi.overlay.yaml"
    assert main([str(out)]) == 0, "what is written is valid"
    return spec.load(out)


def _string(**more: Any) -> dict[str, Any]:
    return {"schema": {"type": "string"}, **more}


NUMBER: dict[str, Any] = {"schema": {"type": "number"}}
TIME: dict[str, Any] = {"schema": {"type": "string", "format": "date-time"}}


@pytest.mark.parametrize(
    ("name", "parameter", "field", "lookup"),
    [
        ("title", _string(), "title", "matches"),
        ("title", {"schema": {"type": "string", "enum": ["A", "B"]}}, "title", "exact"),
        ("title", _string(description="Part of the title."), "title", "matches"),
        ("title__icontains", _string(), "title", "icontains"),
        ("title__ic", _string(), "title", "icontains"),
        ("title__ilike", _string(), "title", "icontains"),
        ("id__in", {"schema": {"type": "array", "items": {"type": "integer"}}, "explode": False}, "id", "in"),
        ("isbn", {"schema": {"type": "array", "items": {"type": "string"}}}, "isbn", "in"),
        ("title__ic", {"schema": {"type": "array", "items": {"type": "string"}}}, "title", "icontains"),
        ("price__gte", {"schema": {"type": "array", "items": {"type": "number"}}}, "price", "gte"),
        ("title__n", {"schema": {"type": "array", "items": {"type": "string"}}}, "title", "not_in"),
        ("filter[title]", _string(), "title", "matches"),
        ("filter[title][_starts_with]", _string(), "title", "startswith"),
        ("filters[title][$contains]", _string(), "title", "contains"),
        ("price[gte]", NUMBER, "price", "gte"),
        ("price.lt", NUMBER, "price", "lt"),
        ("price_gte", NUMBER, "price", "gte"),
        ("min_price", NUMBER, "price", "gte"),
        ("maxPrice", NUMBER, "price", "lte"),
        ("madeAfter", TIME, "made_at", "after"),
        ("made_before", {"schema": {"type": "string", "format": "date"}}, "made_at", "date__before"),
        ("madeFrom", TIME, "made_at", "gte"),
        ("made_before", TIME, "made_at", "before"),
        ("made_after", {**TIME, "description": "Made later than this moment."}, "made_at", "gt"),
        ("madeAt", TIME, "made_at", "exact"),
        ("title", _string(description="Books whose title contains it, case-insensitive."), "title", "icontains"),
        ("isbn", _string(description="Starts with this prefix (case sensitive)."), "isbn", "startswith"),
        ("price", {**NUMBER, "description": "At least this price."}, "price", "gte"),
        ("made_after", {**TIME, "description": "By its time (after or equal to)."}, "made_at", "gte"),
    ],
)
def test_a_filter_is_recognised(tmp_path: Path, name: str, parameter: dict[str, Any], field: str, lookup: str) -> None:
    contract = _imported(tmp_path, {name: parameter})
    (found,) = contract.operations[0].filters
    assert (found.parameter, found.field, found.lookup) == (name, field, lookup)
    assert found.provenance.level == "inferred"
    assert found.provenance.text


@pytest.mark.parametrize(
    ("name", "parameter", "why"),
    [
        ("colour", _string(), "its name is that of no field"),
        ("fields", _string(), "it chooses what a row shows"),
        ("expand", _string(description="Fields of which the rows are shown."), "it chooses what a row shows"),
        ("format", _string(), "it chooses the form of the response"),
        ("price__icontains", _string(), "'icontains' has no meaning for the field 'price'"),
        ("price", {"schema": {"type": "boolean"}}, "takes a boolean and the field 'price' holds a number"),
    ],
)
def test_what_is_not_recognised_is_listed_and_left_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, parameter: dict[str, Any], why: str
) -> None:
    contract = _imported(tmp_path, {name: parameter, "isbn": _string()})
    assert [f.parameter for f in contract.operations[0].filters] == ["isbn"]
    shown = capsys.readouterr().out
    assert f"GET /api/books/ {name}: " in shown
    assert why in shown
    assert "1 of 2 filters" in shown


def test_rows_pages_and_times_are_recognised(tmp_path: Path) -> None:
    contract = _imported(tmp_path, {})
    (collection,) = contract.collections
    assert (collection.name, collection.key, collection.updated, collection.created) == (
        "books",
        "id",
        "updated_at",
        None,
    )
    (operation,) = contract.operations
    assert operation.access
    assert operation.access.collection.name == "books"
    assert operation.pagination
    assert all(c.level == "inferred" for c in contract.clauses if ".page." in c.id)


def test_a_search_is_recognised_where_its_fields_are_named(tmp_path: Path) -> None:
    contract = _imported(tmp_path, {"q": _string(description="Searches in title and isbn.")})
    assert next(p.search for p in contract.operations[0].parameters if p.name == "q") == ("title", "isbn")


def test_the_document_stays_as_it_is(tmp_path: Path) -> None:
    text = json.dumps(_document({"title": _string()}))
    file = tmp_path / "openapi.json"
    file.write_text(text, "utf-8")
    assert main(["import", str(file)]) == 0
    assert file.read_text("utf-8") == text


def test_rows_without_a_key_are_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    document = _document({})
    document["components"]["schemas"]["Book"] = {"type": "object", "properties": {"colour": {"type": "string"}}}
    assert main(["import", str(_saved(tmp_path, document))]) == 0
    assert "GET /api/books/: no field identifies its rows" in capsys.readouterr().out


def test_pages_that_cannot_be_described_take_their_filters_along(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A filter is seen by all rows that it shows: without a description of the pages that would be a guess."""
    document = _document({"title": _string()})
    document["paths"]["/api/books/"]["get"]["parameters"][1]["schema"] = {"type": "string"}
    assert main(["import", str(_saved(tmp_path, document))]) == 0
    assert "GET /api/books/" in capsys.readouterr().out
    contract = spec.load(tmp_path / "openapi.overlay.yaml")
    assert bool(contract.operations[0].filters) == (contract.operations[0].pagination is not None)


@pytest.mark.parametrize(
    ("name", "type", "text", "beside", "means"),
    [
        ("price", "string", "", "boolean", False),
        ("price", "string", "", "string", True),
        ("sold", "boolean", "Only books that are sold.", "string", False),
        ("sold", "boolean", "Whether it is sold.", "string", True),
    ],
)
def test_a_name_is_no_filter_where_the_rest_of_it_speaks_of_something_else(
    tmp_path: Path, name: str, type: str, text: str, beside: str, means: bool
) -> None:
    asked: dict[str, dict[str, Any]] = {
        name: {"schema": {"type": type}, "description": text},
        "other": {"schema": {"type": beside}},
    }
    document = _document(asked)
    row = {**ROW, "properties": {**ROW["properties"], "sold": {"type": "boolean"}}}
    document["components"]["schemas"]["Book"] = row
    assert main(["import", str(_saved(tmp_path, document))]) == 0
    filters = spec.load(tmp_path / "openapi.overlay.yaml").operations[0].filters
    assert bool(filters) is means


def test_the_values_of_an_order_may_stand_behind_a_reference(tmp_path: Path) -> None:
    items = {"$ref": "#/components/schemas/Sorting"}
    text = "Sorting criterion. Add a minus sign `-` before the criteria title to sort downwards."
    document = _document({"sorting": {"schema": {"type": "array", "items": items}, "description": text}})
    document["components"]["schemas"]["Sorting"] = {"type": "string", "enum": ["made_at", "-made_at", "isbn", "-isbn"]}
    assert main(["import", str(_saved(tmp_path, document))]) == 0
    (operation,) = spec.load(tmp_path / "openapi.overlay.yaml").operations
    assert operation.ordering
    assert list(operation.ordering.fields) == ["made_at", "isbn"]


def test_a_text_that_is_compared_with_numbers_holds_decimals(tmp_path: Path) -> None:
    takes = {"schema": {"anyOf": [{"type": "number"}, {"type": "string"}, {"type": "null"}]}}
    document = _document({"isbn__gte": takes, "title": takes})
    document["openapi"] = "3.1.0"
    document["components"]["schemas"]["Page"] = {
        **PAGE,
        "properties": {**PAGE["properties"], "next": {"type": "string"}},
    }
    assert main(["import", str(_saved(tmp_path, document))]) == 0
    (operation,) = spec.load(tmp_path / "openapi.overlay.yaml").operations
    assert [(f.field, f.lookup, f.of["format"], f.schema["format"]) for f in operation.filters] == [
        ("isbn", "gte", "decimal", "decimal"),
        ("title", "exact", "decimal", "decimal"),
    ]


@pytest.mark.parametrize(
    ("text", "fields", "open"),
    [
        ("A search term.", ("title", "isbn"), True),
        ("A search term. Searched fields: title, author__name.", ("title", "isbn"), True),
        ("A search term. Searched fields: title.", ("title",), False),
        ("Looks into title and isbn.", ("title", "isbn"), False),
    ],
)
def test_a_search_is_recognised(tmp_path: Path, text: str, fields: tuple[str, ...], open: bool) -> None:
    parameter = _imported(tmp_path, {"search": _string(description=text)}).operations[0].parameters[-1]
    assert (parameter.search_open, set(fields) <= set(parameter.search)) == (open, True)
    assert open or parameter.search == fields


def test_what_the_document_says_itself_is_not_said_again(tmp_path: Path) -> None:
    document = _document({"title": _string(), "isbn": _string()})
    parameters = document["paths"]["/api/books/"]["get"]["parameters"]
    parameters[-1]["x-filter"] = {"field": "isbn", "lookup": "iexact"}
    document["x-vocabulary"] = 1
    assert main(["import", str(_saved(tmp_path, document))]) == 0
    text = (tmp_path / "openapi.overlay.yaml").read_text("utf-8")
    assert "'isbn'" not in text
    lookups = {f.parameter: f.lookup for f in spec.load(tmp_path / "openapi.overlay.yaml").operations[0].filters}
    assert lookups == {"title": "matches", "isbn": "iexact"}


# -- again -----------------------------------------------------------------------------------------


def _again(folder: Path, parameters: dict[str, dict[str, Any]]) -> str:
    assert main(["import", str(_saved(folder, _document(parameters)))]) == 0
    return (folder / "openapi.overlay.yaml").read_text("utf-8")


def _edit(folder: Path, old: str, new: str) -> None:
    file = folder / "openapi.overlay.yaml"
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), "utf-8")


def test_an_import_of_the_same_document_changes_nothing(tmp_path: Path) -> None:
    parameters = {"title": _string(), "price__gte": NUMBER}
    first = _again(tmp_path, parameters)
    assert _again(tmp_path, parameters) == first
    assert main(["import", str(tmp_path / "openapi.overlay.yaml")]) == 0
    assert (tmp_path / "openapi.overlay.yaml").read_text("utf-8") == first


def test_a_new_version_comes_in_and_what_a_person_changed_stays(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _again(tmp_path, {"title": _string(), "isbn": _string(), "price": NUMBER, "price__gt": NUMBER})
    _edit(
        tmp_path,
        "  - target: \"$.paths['/api/books/'].get.parameters[?@.name=='isbn'",
        "  # Ours: ISBNs begin so.\n\\0",
    )
    text = (
        (tmp_path / "openapi.overlay.yaml")
        .read_text("utf-8")
        .replace("\\0", "  - target: \"$.paths['/api/books/'].get.parameters[?@.name=='isbn'")
    )
    changed = text.replace(
        "        field: isbn\n        lookup: matches\n",
        "        field: isbn  # the number\n        lookup: startswith\n",
    )
    assert changed != text
    (tmp_path / "openapi.overlay.yaml").write_text(changed, "utf-8")

    later = _again(tmp_path, {"title": _string(), "isbn": _string(), "price__gt": NUMBER, "title__iexact": _string()})
    assert "kept: 1 action of yours" in capsys.readouterr().out
    assert "  # Ours: ISBNs begin so.\n" in later
    assert "field: isbn  # the number\n        lookup: startswith\n" in later
    lookups = {f.parameter: f.lookup for f in spec.load(tmp_path / "openapi.overlay.yaml").operations[0].filters}
    assert lookups == {"title": "exact", "isbn": "startswith", "price__gt": "gt", "title__iexact": "iexact"}
    assert (
        _again(tmp_path, {"title": _string(), "isbn": _string(), "price__gt": NUMBER, "title__iexact": _string()})
        == later
    )


def test_what_a_person_deleted_stays_away(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    parameters = {"title": _string(), "isbn": _string()}
    text = _again(tmp_path, parameters)
    begin = text.index("  - target: \"$.paths['/api/books/'].get.parameters[?@.name=='title'")
    end = text.index("  - target: \"$.paths['/api/books/'].get.parameters[?@.name=='isbn'")
    (tmp_path / "openapi.overlay.yaml").write_text(text[:begin] + text[end:], "utf-8")
    for _ in range(2):
        _again(tmp_path, {**parameters, "price": NUMBER})
        assert "1 deletion" in capsys.readouterr().out
        contract = spec.load(tmp_path / "openapi.overlay.yaml")
        assert [f.parameter for f in contract.operations[0].filters] == ["isbn", "price"]


def test_what_a_person_added_counts_for_what_is_recognised(tmp_path: Path) -> None:
    """A field that the person declares as hidden makes a filter on it valid, and theirs."""
    parameters = {"title": _string(), "sold": {"schema": {"type": "boolean"}}}
    _again(tmp_path, parameters)
    _edit(tmp_path, "          key: id\n", "          key: id\n          hidden: {sold: {type: boolean}}\n")
    _edit(
        tmp_path,
        "\n# A record",
        "  - target: $.paths['/api/books/'].get.parameters[?@.name=='sold']\n"
        "    update: {x-filter: {field: sold, lookup: exact}}\n\n# A record",
    )
    _again(tmp_path, {**parameters, "isbn": _string()})
    contract = spec.load(tmp_path / "openapi.overlay.yaml")
    assert {f.parameter for f in contract.operations[0].filters} == {"title", "sold", "isbn"}
    assert contract.collections[0].hidden


def test_another_file_in_the_way_is_not_overwritten(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = _saved(tmp_path, _document({}))
    (tmp_path / "openapi.overlay.yaml").write_text("mine: true\n", "utf-8")
    assert main(["import", str(file)]) == 2
    assert "this is no Overlay that an import can continue" in capsys.readouterr().err
    assert (tmp_path / "openapi.overlay.yaml").read_text("utf-8") == "mine: true\n"
    assert sorted(each.name for each in tmp_path.iterdir()) == ["openapi.json", "openapi.overlay.yaml"]


def test_the_overlay_may_stand_in_another_folder(tmp_path: Path) -> None:
    file = _saved(tmp_path, _document({"title": _string()}))
    (tmp_path / "contracts").mkdir()
    out = tmp_path / "contracts" / "shop.yaml"
    assert main(["import", str(file), "--out", str(out)]) == 0
    assert files.read(out).data["x-collections"]
    assert 'extends: "../openapi.json"' in out.read_text("utf-8")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"swagger: '2.0'\ninfo: {}\n", "this is Swagger 2.0"),
        (b"[1, 2]", "the document is a list"),
        (b"", "the file is empty"),
        (b"a: [", "YAML syntax"),
    ],
)
def test_a_document_that_is_none_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes, message: str
) -> None:
    (tmp_path / "openapi.yaml").write_bytes(content)
    assert main(["import", str(tmp_path / "openapi.yaml")]) == 2
    assert message in capsys.readouterr().err
    assert [each.name for each in tmp_path.iterdir()] == ["openapi.yaml"]


@pytest.mark.parametrize(
    ("name", "path", "lookup"),
    [
        ("author_id", ("author", "id"), ""),
        ("authorId__in", ("author", "id"), "in"),
        ("author__name__icontains", ("author", "name"), "icontains"),
        ("author.name", ("author", "name"), ""),
        ("filter[author][name][contains]", ("author", "name"), "contains"),
    ],
)
def test_a_name_may_lead_into_a_related_row(name: str, path: tuple[str, ...], lookup: str) -> None:
    author = {"type": "object", "properties": {"id": {"type": "integer"}, "name": {"type": "string"}}}
    reading = names.read(name, {"id": {"type": "integer"}, "author": author}, lambda of: of.get("properties", {}))
    assert reading
    assert (reading.path, reading.lookup) == (path, lookup)


def test_wildcards_are_only_of_texts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    document = _document({"price": {**NUMBER, "x-filter": {"field": "price", "lookup": "exact", "wildcards": "%"}}})
    assert main(["import", str(_saved(tmp_path, document))]) == 0
    assert "the reader has 1 problem with it" in capsys.readouterr().out
    assert main([str(tmp_path / "openapi.overlay.yaml")]) == 1
    assert "'price' holds a number, where no character is a wildcard" in capsys.readouterr().err


def test_the_operator_like_has_wildcards(tmp_path: Path) -> None:
    contract = _imported(tmp_path, {"title__not_like": _string()})
    (found,) = contract.operations[0].filters
    assert (found.lookup, found.wildcards) == ("not_contains", "%_")


def test_extensions_of_others_in_the_document_do_not_matter(tmp_path: Path) -> None:
    document = _document({"title__icontains": _string()})
    title = {**ROW["properties"]["title"], "x-order": 1}
    document["components"]["schemas"]["Book"] = {**ROW, "properties": {**ROW["properties"], "title": title}}
    assert main(["import", str(_saved(tmp_path, document))]) == 0
    out = tmp_path / "openapi.overlay.yaml"
    assert [f.lookup for f in spec.load(out).operations[0].filters] == ["icontains"]
    out.write_text(out.read_text("utf-8").replace("      x-reads:", "      x-read:", 1), "utf-8")
    assert main([str(out)]) == 1, "a mistake in the Overlay is one"


def test_lists_below_other_rows_are_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    document = _document({"title": _string()})
    (operation,) = document["paths"].pop("/api/books/").values()
    operation["parameters"].append({"name": "shelf", "in": "path", "required": True, "schema": {"type": "integer"}})
    document["paths"]["/shelves/{shelf}/books"] = {"get": operation}
    out = tmp_path / "openapi.overlay.yaml"
    assert main(["import", str(_saved(tmp_path, document))]) == 0
    assert "1 list of rows below others, as /shelves/{shelf}/books: give the keys" in capsys.readouterr().out
    out.write_text(
        out.read_text("utf-8").replace("          key: id\n", "          key: id\n          outer: {shelf: 7}\n"),
        "utf-8",
    )
    assert main(["import", str(out)]) == 0
    assert "below others" not in capsys.readouterr().out
    assert spec.load(out).collections[0].outer == {"shelf": "7"}

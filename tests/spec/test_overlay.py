"""An Overlay stands for the document that it extends, and each value keeps the place where it is written."""

from __future__ import annotations

from pathlib import Path

import jsonpath_rfc9535
import pytest

import spec
from spec import files
from spec.commands import main
from spec.overlay import of_pointer
from spec.overlay.targets import selected
from spec.pointers import escape

DOCUMENT = """\
openapi: 3.1.0
info: {title: Shop, version: 1.0.0}
tags: [{name: a}, {name: b}]
paths:
  /books:
    get:
      operationId: list_books
      parameters:
        - {name: title, in: query, schema: {type: string}}
        - {name: title, in: header, schema: {type: string}}
      responses:
        "200":
          description: The books.
          content:
            application/json:
              schema: {type: array, items: {$ref: "#/components/schemas/Book"}}
components:
  schemas:
    Book: {type: object, required: [id], properties: {id: {type: integer}, title: {type: string}}}
"""

HEAD = """\
overlay: 1.0.0
info: {title: Meaning, version: 1.0.0}
extends: shop.yaml
actions:
"""

MEANING = (
    HEAD
    + """\
  - target: $
    update:
      x-vocabulary: 1
      x-collections: {books: {key: id, item: "#/components/schemas/Book"}}
  - target: $.paths['/books'].get
    update: {x-reads: {collection: books}}
  - target: $.paths['/books'].get.parameters[?@.name=='title' && @.in=='query']
    update:
      x-filter:
        field: title
        lookup: icontains
"""
)


def _overlay(folder: Path, text: str, document: str = DOCUMENT) -> Path:
    (folder / "shop.yaml").write_text(document, "utf-8")
    file = folder / "meaning.yaml"
    file.write_text(text, "utf-8")
    return file


def test_an_overlay_stands_for_its_document(tmp_path: Path) -> None:
    contract = spec.load(_overlay(tmp_path, MEANING))
    (operation,) = contract.operations
    assert operation.bare_list
    assert [(f.parameter, f.field, f.lookup) for f in operation.filters] == [("title", "title", "icontains")]
    assert contract.clause("list_books.filter.title")
    assert main([str(tmp_path / "meaning.yaml")]) == 0


def test_each_value_keeps_its_file_and_line(tmp_path: Path) -> None:
    contract = spec.load(_overlay(tmp_path, MEANING))
    where = contract.operations[0].filters[0].location
    assert (Path(where.file).name, where.line) == ("meaning.yaml", 13)
    assert Path(contract.operations[0].location.file).name == "shop.yaml"


def test_a_mistake_in_the_overlay_is_reported_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(_overlay(tmp_path, MEANING.replace("field: title", "field: titel")))]) == 1
    assert "meaning.yaml:14:9: no response shows a field 'titel'" in capsys.readouterr().err


def test_a_mistake_in_the_document_is_reported_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(_overlay(tmp_path, MEANING, DOCUMENT.replace("id: {type: integer}", "id: {type: intger}")))]) == 1
    assert "shop.yaml:19:" in capsys.readouterr().err


def test_objects_are_merged_lists_joined_and_the_rest_replaced(tmp_path: Path) -> None:
    actions = """\
  - target: $.info
    update: {title: Books, contact: {name: Ayşe}}
  - target: $.tags
    update: {name: c}
  - target: $
    update: {tags: [{name: d}]}
  - target: $.paths..parameters[?@.in=='header']
    remove: true
  - target: $.tags[0]
    remove: true
"""
    source = files.read(_overlay(tmp_path, HEAD + actions))
    assert source.data["info"] == {"title": "Books", "version": "1.0.0", "contact": {"name": "Ayşe"}}
    assert [tag["name"] for tag in source.data["tags"]] == ["b", "c", "d"]
    assert [p["in"] for p in source.data["paths"]["/books"]["get"]["parameters"]] == ["query"]
    assert {p: (Path(w.file).name, w.line) for p, w in source.locations.items() if p.startswith("/tags/")} == {
        "/tags/0": ("shop.yaml", 3),
        "/tags/0/name": ("shop.yaml", 3),
        "/tags/1": ("meaning.yaml", 8),
        "/tags/1/name": ("meaning.yaml", 8),
        "/tags/2": ("meaning.yaml", 10),
        "/tags/2/name": ("meaning.yaml", 10),
    }


def test_a_removed_list_element_leaves_no_place_behind(tmp_path: Path) -> None:
    source = files.read(_overlay(tmp_path, HEAD + "  - {target: '$.tags[1]', remove: true}\n"))
    assert [pointer for pointer in source.locations if pointer.startswith("/tags/")] == ["/tags/0", "/tags/0/name"]


def test_a_target_that_selects_nothing_is_said_and_does_no_harm(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = _overlay(tmp_path, MEANING + "  - {target: '$.paths[''/gone'']', update: {summary: x}}\n")
    assert main([str(file)]) == 1
    assert "meaning.yaml:16:6: the target selects nothing: $.paths['/gone']" in capsys.readouterr().err
    assert spec.load(file).operations[0].filters


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (HEAD.replace("1.0.0\ninfo", "2.0.0\ninfo") + "  - {target: $, update: {}}\n", "Overlay 2.0.0 isn't supported"),
        (HEAD.replace("extends: shop.yaml\n", "") + "  - {target: $, update: {}}\n", "doesn't name its document"),
        (HEAD.replace("shop.yaml", "https://x.example/a") + "  - {target: $, update: {}}\n", "isn't a file"),
        (HEAD.replace("shop.yaml", "none.yaml") + "  - {target: $, update: {}}\n", "there is no such file"),
        (HEAD.replace("shop.yaml", "meaning.yaml") + "  - {target: $, update: {}}\n", "extends itself"),
        (HEAD.replace("actions:", "actions: []"), "needs a list of `actions`"),
        (HEAD + "  - {target: $, updat: {}}\n", "unknown key 'updat'"),
        (HEAD + "  - {update: {}}\n", "an action needs a text `target`"),
        (HEAD + "  - {target: $, remove: yes}\n", "`remove` is true or false"),
        (HEAD + "  - {target: paths, update: {}}\n", "the target is no JSONPath"),
        (HEAD + "  - {target: $.info.title, update: {}}\n", "an update changes objects and lists"),
        (HEAD + "  - {target: $, remove: true}\n", "the whole document can't be removed"),
        (HEAD.replace("title: Meaning, ", "") + "  - {target: $, update: {}}\n", "needs a text `title`"),
    ],
)
def test_what_is_wrong_with_an_overlay(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, message: str
) -> None:
    assert main([str(_overlay(tmp_path, text))]) == 1
    error = capsys.readouterr().err
    assert message in error
    assert "meaning.yaml:" in error


@pytest.mark.parametrize(
    "pointer",
    ["", "/paths/~1books/get", "/paths/~1books/get/parameters/1", "/paths/~1books/get/responses/200", "/tags/1/name"],
)
def test_a_pointer_is_selected_by_its_target(tmp_path: Path, pointer: str) -> None:
    data = files.read(_overlay(tmp_path, MEANING)).data
    assert selected(data, of_pointer(data, pointer)) == [pointer]


@pytest.mark.parametrize(
    "name", ["it's", 'a"b', "a\\b", "a b", "ü", "filter[name]", "$filter", "a'] && @.x==['", "line\nbreak"]
)
def test_any_name_of_a_parameter_makes_a_target(name: str) -> None:
    data = {"parameters": [{"name": "other", "in": "query"}, {"name": name, "in": "query"}], name: {"x": 1}}
    assert selected(data, of_pointer(data, "/parameters/1")) == ["/parameters/1"]
    escaped = name.replace("~", "~0").replace("/", "~1")
    assert selected(data, of_pointer(data, f"/{escaped}/x")) == [f"/{escaped}/x"]


@pytest.mark.parametrize(
    ("target", "pointers"),
    [
        ("$.paths.*.get", ["/paths/~1books/get"]),
        ("$..parameters[?@.name=='title']", ["/paths/~1books/get/parameters/0", "/paths/~1books/get/parameters/1"]),
        ("$.paths['/books'].get.parameters[?@.in=='query']", ["/paths/~1books/get/parameters/0"]),
        ("$.paths['/books'].get.parameters[?@.in=='path']", []),
        ("$.tags[-1]", ["/tags/1"]),
        ("$.none.at.all", []),
        ("$.tags.name", []),
    ],
)
def test_a_target_is_any_jsonpath(tmp_path: Path, target: str, pointers: list[str]) -> None:
    assert selected(files.read(_overlay(tmp_path, MEANING)).data, target) == pointers


@pytest.mark.parametrize(
    "target",
    [
        "$.paths['/books'].get.parameters[?@.name=='title' && @.in=='query'].schema",
        "$.paths['/books'].get.parameters[?@.name=='title'].schema.type",
        "$.paths['/books'].get.parameters[?@.in=='query'][?@.name=='x']",
        "$.paths['/books'].get[?@.name=='title'].schema",
        "$.tags[?@.name=='none'].name",
    ],
)
def test_a_target_that_is_followed_directly_selects_what_the_library_does(tmp_path: Path, target: str) -> None:
    data = files.read(_overlay(tmp_path, MEANING)).data
    found = jsonpath_rfc9535.find(target, data)
    assert selected(data, target) == ["".join(f"/{escape(str(step))}" for step in node.location) for node in found]

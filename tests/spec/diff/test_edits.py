"""What counts as a breaking change, one edit of our own document at a time."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import spec
from spec.__main__ import main

OURS = spec.DEFAULT.read_text("utf-8")

# title: (old text, new text, kind and level, subject, a clause that it touches, the hint)
EDITS: dict[str, tuple[str, str, str, str, str, str]] = {
    "a parameter goes": (
        "        - name: name__contains\n          in: query\n          description: Filter by values in the name "
        "field that contain the specified string (case-sensitive).\n          schema: {type: string}\n"
        "          x-filter: {field: name, lookup: contains}\n",
        "",
        "parameter.removed major",
        "PRD102 query parameter name__contains",
        "PRD102.filter.name__contains",
        "",
    ),
    "a parameter comes": (
        "        - name: name\n          in: query\n",
        "        - {name: brand, in: query, schema: {type: string}}\n        - name: name\n          in: query\n",
        "parameter.added minor",
        "PRD102 query parameter brand",
        "",
        "",
    ),
    "a required parameter comes": (
        "        - name: name\n          in: query\n",
        "        - {name: shop, in: query, required: true, schema: {type: string}}\n        - name: name\n"
        "          in: query\n",
        "parameter.required.added major",
        "PRD102 query parameter shop",
        "PRD102.param.required.shop",
        "",
    ),
    "a filter comes that narrows by default": (
        "        - name: name\n          in: query\n",
        "        - {name: s, in: query, schema: {type: string, default: a}, "
        "x-filter: {field: sku, lookup: startswith}}\n"
        "        - name: name\n          in: query\n",
        "parameter.default.added major",
        "PRD102 query parameter s",
        "PRD102.default.s",
        "",
    ),
    "a parameter is renamed": (
        "- name: name__icontains",
        "- name: title__icontains",
        "parameter.removed major",
        "PRD102 query parameter name__icontains",
        "PRD102.filter.name__icontains",
        "It looks renamed to title__icontains",
    ),
    "a parameter becomes required": (
        "- name: category\n          in: query\n",
        "- name: category\n          in: query\n          required: true\n",
        "parameter.required major",
        "PRD102 query parameter category",
        "PRD102.filter.category",
        "",
    ),
    "a parameter becomes optional": (
        "- name: query\n          in: query\n          required: true\n",
        "- name: query\n          in: query\n",
        "parameter.optional minor",
        "PRD108 query parameter query",
        "PRD108.param.required.query",
        "",
    ),
    "a default changes": (
        "        minimum: 1\n        default: 10\n",
        "        minimum: 1\n        default: 20\n",
        "request.default.changed major",
        "PRD102 query parameter limit",
        "PRD102.page.default-limit",
        "",
    ),
    "a bound is narrowed": (
        "        minimum: 1\n        default: 10\n",
        "        minimum: 5\n        default: 10\n",
        "request.minimum.narrower major",
        "PRD102 query parameter limit",
        "PRD102.param.bounds.limit",
        "",
    ),
    "a bound is widened": (
        "schema: {type: integer, minimum: 1, default: 1}",
        "schema: {type: integer, minimum: 0, default: 1}",
        "request.minimum.wider minor",
        "PRD102 query parameter page",
        "PRD102.param.bounds.page",
        "",
    ),
    "a parameter's format is narrowed": (
        "          schema: {type: string}\n          x-filter: {field: sku, lookup: exact}",
        "          schema: {type: string, format: uuid}\n          x-filter: {field: sku, lookup: exact}",
        "request.format.narrower major",
        "PRD102 query parameter sku",
        "PRD102.filter.sku",
        "",
    ),
    "a list is written another way": (
        "explode: false",
        "explode: true",
        "parameter.style major",
        "PRD102 query parameter category__in",
        "PRD102.filter.category__in",
        "",
    ),
    "a filter means something else": (
        "{field: sku, lookup: icontains}",
        "{field: sku, lookup: contains}",
        "filter.meaning major",
        "PRD102 filter sku__icontains",
        "PRD102.filter.sku__icontains",
        "",
    ),
    "a free key's grammar changes": (
        next(line.strip(" :") for line in OURS.splitlines() if line.endswith("__iexact$:")),
        "^attribute__[A-Z]+__iexact$",
        "request.x-filter.changed major",
        "PRD102 query parameter attribute attribute__KEY__iexact",
        "PRD102.filter.attribute__KEY__iexact",
        "",
    ),
    "a search looks elsewhere": (
        "fields: [name, base_code, sku]",
        "fields: [name]",
        "parameter.meaning major",
        "PRD108 query parameter query",
        "PRD108.search.finds",
        "",
    ),
    "a request field becomes required": (
        "required: [name, base_code, sku, category, attributes]\n",
        "required: [name, base_code, sku, category, attributes, images]\n",
        "request.required.narrower major",
        "PRD101 request [].images",
        "PRD101.body.required.images",
        "",
    ),
    "a request field becomes optional": (
        "required: [name, base_code, sku, category, attributes]\n",
        "required: [name, base_code, sku, category]\n",
        "request.required.wider minor",
        "PRD101 request [].attributes",
        "PRD101.body.required.attributes",
        "",
    ),
    "a request field comes": (
        "        restrict_for_others:\n",
        "        brand: {type: string}\n        restrict_for_others:\n",
        "request.property.added minor",
        "PRD101 request [].brand",
        "PRD101.body.type.brand",
        "",
    ),
    "a request field can't be null any more": (
        '          type: [boolean, "null"]\n',
        "          type: boolean\n",
        "request.null.narrower major",
        "PRD101 request [].restrict_for_others",
        "",
        "",
    ),
    "a response field goes": (
        "        request_file:\n          type",
        "        requested_file:\n          type",
        "response.property.removed major",
        "PRD107 answer 200 request_file",
        "PRD107.response.schema",
        "",
    ),
    "a response field comes": (
        "        processed_in:\n",
        "        brand_new: {type: string}\n        processed_in:\n",
        "response.property.added minor",
        "PRD107 answer 200 brand_new",
        "PRD107.response.schema",
        "",
    ),
    "a response field becomes null": (
        "        status:\n          type: integer\n",
        "        status:\n          type: [integer, 'null']\n",
        "response.null.wider major",
        "PRD107 answer 200 status",
        "PRD107.response.schema",
        "",
    ),
    "a response field changes its type": (
        "        status:\n          type: integer\n",
        "        status:\n          type: string\n",
        "response.type.changed major",
        "PRD107 answer 200 status",
        "PRD107.response.schema",
        "",
    ),
    "an integer becomes any number in a response": (
        "        status:\n          type: integer\n",
        "        status:\n          type: number\n",
        "response.type.wider major",
        "PRD107 answer 200 status",
        "PRD107.response.schema",
        "",
    ),
    "a response field is no longer sure": (
        "required: [batch_request_id]",
        "required: []",
        "response.required.wider major",
        "PRD103 answer 202 batch_request_id",
        "PRD103.response.schema",
        "",
    ),
    "a status goes": (
        '        "404":\n',
        '        "410":\n',
        "response.removed minor",
        "PRD107 answer 404",
        "PRD107.response.declared-status",
        "",
    ),
    "success has another status": (
        '        "202": {$ref',
        '        "200": {$ref',
        "response.success.removed major",
        "PRD101 answer 202",
        "PRD101.response.status",
        "",
    ),
    "an operation goes": (
        "    delete:\n      operationId: delete_products\n",
        "    patch:\n      operationId: patch_products\n",
        "operation.removed major",
        "PRD103 DELETE /api/i2/products/",
        "PRD103.write.deletes",
        "",
    ),
    "an operation moves": (
        "  /api/i2/products/stocks/:\n",
        "  /api/i3/products/stocks/:\n",
        "operation.moved major",
        "PRD106",
        "PRD106.response.status",
        "",
    ),
    "a path parameter is renamed": (
        "/api/i2/products/batch-requests/{id}:",
        "/api/i2/products/batch-requests/{ident}:",
        "parameter.renamed major",
        "PRD107 path parameter ident",
        "",
        "",
    ),
    "the operationId changes": (
        "operationId: upsert_stocks",
        "operationId: put_stocks",
        "operation.id major",
        "PRD106",
        "",
        "",
    ),
    "the code changes": ("x-code: PRD106", "x-code: PRD206", "operation.code minor", "PRD206", "", ""),
    "another key is asked for": (
        "      name: Authorization\n",
        "      name: X-Api-Key\n",
        "scheme.changed major",
        "security scheme ApiKey",
        "",
        "",
    ),
    "no key is asked for": (
        "      operationId: search_catalog\n",
        "      operationId: search_catalog\n      security: []\n",
        "security.wider minor",
        "PRD108 security",
        "PRD108.auth.missing-key",
        "",
    ),
    "an upsert clears what is left out": (
        "        absent: keep\n",
        "        absent: clear\n",
        "vocabulary.changed major",
        "PRD101 x-upserts absent",
        "PRD101.write.absent",
        "",
    ),
    "a batch's status is elsewhere": (
        "        total: /state/total\n",
        "        total: /status\n",
        "vocabulary.changed major",
        "PRD107 x-batch total",
        "",
        "",
    ),
    "a server goes": (
        "  - url: https://sandbox.akinon.com\n",
        "  - url: https://sandbox.example.com\n",
        "server.changed major",
        "server https://sandbox.akinon.com",
        "",
        "",
    ),
    "a decision becomes a fact": (
        "inferred: The page shows an integer and no unit; null until the batch is over and fractions are taken too.",
        "documented: It says so now.",
        "response.words.words patch",
        "PRD107 answer 200 processed_in",
        "",
        "",
    ),
    "a sentence changes": (
        "description: Name of the product.",
        "description: The product's name.",
        "response.words.words patch",
        "PRD102 answer 200 results[].name",
        "",
        "",
    ),
}


def _compared(tmp_path: Path, old: str, new: str, capsys: pytest.CaptureFixture[str]) -> tuple[int, dict[str, Any]]:
    files = tmp_path / "old.yaml", tmp_path / "new.yaml"
    for file, text in zip(files, (old, new), strict=True):
        file.write_text(text, "utf-8")
    code = main(["diff", *map(str, files), "--format", "json"])
    printed = capsys.readouterr()
    assert printed.out, printed.err
    return code, json.loads(printed.out)


@pytest.mark.parametrize(("old", "new", "kind", "subject", "clause", "hint"), EDITS.values(), ids=EDITS.keys())
def test_an_edit(
    old: str,
    new: str,
    kind: str,
    subject: str,
    clause: str,
    hint: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert old in OURS
    edited = OURS.replace(old, new, 1)
    if "{ident}" in new:
        edited = edited.replace("- name: id\n", "- name: ident\n").replace("{id: $resp", "{ident: $resp")
    if "request_file" in old:
        edited = edited.replace("[id, registry, request_file,", "[id, registry,").replace(
            "        request_file: /request_file\n", ""
        )
    code, found = _compared(tmp_path, OURS, edited, capsys)
    wanted, level = kind.split()
    change = next(c for c in found["changes"] if c["rule"] == wanted and subject in c["subjects"])
    assert change["level"] == level
    assert change["breaking"] == (level == "major")
    assert clause in (*change["clauses"], "")
    assert hint in change["hint"]
    assert change["why"]
    assert change["old"] or change["new"]
    assert code == found["breaking"] == any(c["breaking"] for c in found["changes"])
    assert found["breaking"] == (found["verdict"] == "major")


def test_nothing_differs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, found = _compared(tmp_path, OURS, f"# a comment\n{OURS}", capsys)
    assert (code, found["verdict"], found["changes"]) == (0, "none", [])


def test_enums_grow_in_responses_and_shrink_in_requests_at_a_price(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def with_enums(shown: str, taken: str) -> str:
        text = OURS.replace(
            "        status:\n          type: integer\n",
            f"        status:\n          type: integer\n          enum: {shown}\n",
        )
        return text.replace("            examples: [Akinon Red T-shirt, AKN-TSHRT]\n", f"            enum: {taken}\n")

    def levels(old: tuple[str, str], new: tuple[str, str]) -> list[tuple[str, str]]:
        _, found = _compared(tmp_path, with_enums(*old), with_enums(*new), capsys)
        return [(c["rule"], c["level"]) for c in found["changes"] if "enum" in c["rule"]]

    assert levels(("[1]", "[a]"), ("[1, 2]", "[a, b]")) == [
        ("request.enum.wider", "minor"),
        ("response.enum.wider", "minor"),
    ]
    assert levels(("[1, 2]", "[a, b]"), ("[1]", "[a]")) == [
        ("request.enum.narrower", "major"),
        ("response.enum.narrower", "minor"),
    ]


def test_a_shared_element_is_reported_once_with_all_that_share_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    edited = OURS.replace("required: [batch_request_id]", "required: []")
    _, found = _compared(tmp_path, OURS, edited, capsys)
    (change,) = found["changes"]
    assert len(change["subjects"]) == 5
    assert change["old"]["line"] == change["new"]["line"]


@pytest.mark.parametrize("form", ["text", "markdown"])
def test_for_people(form: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    old, new = tmp_path / "old.yaml", tmp_path / "new.yaml"
    old.write_text(OURS, "utf-8")
    new.write_text(OURS.replace("{field: sku, lookup: icontains}", "{field: sku, lookup: contains}"), "utf-8")
    assert main(["diff", str(old), str(new), "--format", form]) == 1
    printed = capsys.readouterr().out
    for words in ("major", "1 breaking", "other rows", "old.yaml:", "new.yaml:", "PRD102.filter.sku__icontains"):
        assert words in printed
    assert main(["diff", str(old), str(old), "--format", form]) == 0
    assert "nothing differs" in capsys.readouterr().out


def test_documents_that_cannot_be_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bad = tmp_path / "bad.yaml"
    bad.write_text("openapi: [", "utf-8")
    assert main(["diff", str(bad), str(tmp_path / "missing.yaml")]) == 2
    printed = capsys.readouterr().err
    assert "YAML syntax" in printed
    assert "there is no such file" in printed

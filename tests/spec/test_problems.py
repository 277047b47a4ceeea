"""Every way in which a document can be wrong: said in words, at the right place, all at once and only once.

In the cases a § stands before the place that must be reported; it is taken out before the document is read.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

import spec
from spec.__main__ import main

OURS = spec.DEFAULT.read_text("utf-8")
HEAD = "openapi: 3.1.0\ninfo: {title: T, version: '1'}\npaths: {}\n"


def _case(tmp_path: Path, text: str, suffix: str = ".yaml") -> tuple[Path, list[str]]:
    """Write the text without its marks; the file and the places that were marked."""
    places = []
    while "§" in text:
        before, _, after = text.partition("§")
        places.append(f"{before.count(chr(10)) + 1}:{len(before) - before.rfind(chr(10))}")
        text = before + after
    file = tmp_path / f"document{suffix}"
    file.write_text(text, "utf-8", newline="")
    return file, places


def _run(file: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, list[tuple[str, str, str]]]:
    """Exit code, and each problem as (place, message, hint)."""
    code = main([str(file)])
    printed = capsys.readouterr().err
    assert "Traceback" not in printed
    found: list[tuple[str, str, str]] = []
    for line in printed.splitlines():
        if line.startswith(f"{file}:") and not line.endswith((" problem", " problems")):
            _, row, column, message = line[len(str(file)) - 1 :].split(":", 3)
            found.append((f"{row}:{column}", message.strip(), ""))
        elif line.startswith("    "):
            found[-1] = (*found[-1][:2], line.strip())
    return code, found


def _edited(old: str, new: str) -> str:
    assert old in OURS, old
    return OURS.replace(old, new, 1)


EDITS = {
    "a filter on a field that no response has": (
        "x-filter: {field: sku, lookup: exact}",
        "x-filter: {§field: skuu, lookup: exact}",
        "no response shows a field 'skuu'",
    ),
    "an unknown time zone": (
        "    key: sku\n",
        "    key: sku\n    §zone: Europe/Istambul\n",
        "there is no time zone 'Europe/Istambul'",
    ),
    "an unknown lookup": (
        "{field: sku, lookup: exact}",
        "{field: sku, §lookup: exakt}",
        "x-filter.lookup: 'exakt' is no lookup",
    ),
    "a lookup without meaning for the type": (
        "x-filter: {field: category, lookup: exact}",
        "x-filter: {field: category, §lookup: icontains}",
        "'icontains' has no meaning for the field 'category'",
    ),
    "a list for a lookup that takes one value": (
        "x-filter: {field: category, lookup: in}",
        "x-filter: {field: category, §lookup: exact}",
        "the lookup 'exact' and the parameter's type 'array' don't fit",
    ),
    "a free key whose pattern doesn't fit its name": (
        "{name: attribute__KEY, ",
        "{§name: attr__KEY, ",
        "'attr__KEY' doesn't fit the pattern",
    ),
    "a free key without a name": (
        "x-filter: {name: attribute__KEY, field",
        "§x-filter: {field",
        "a free key needs a `name`",
    ),
    "a search in a field that no row has": (
        "fields: [name, base_code, sku]",
        "fields: [name, §title, sku]",
        "no response shows a field 'title'",
    ),
    "a status operation that doesn't exist": (
        "operationId: get_batch_request\n          parameters",
        "§operationId: get_batch\n          parameters",
        "there is no operation 'get_batch'",
    ),
    "a link to a parameter that doesn't exist": (
        "parameters: {id: $response",
        "parameters: {§ident: $response",
        "get_batch_request has no parameter 'ident'",
    ),
    "a batch pointer into nothing": (
        "total: /state/total",
        "§total: /state/all",
        "the answer's body has nothing at /state/all",
    ),
    "a ticket that the 202 doesn't hold": (
        "      links:\n        status:\n          operationId: get_batch_request\n"
        "          parameters: {id: $response.body#/batch_request_id}",
        "      §links:\n        status:\n          operationId: get_batch_request\n"
        "          parameters: {id: $response.body#/batch}",
        "the 202's body has nothing at /batch",
    ),
    "a default outside its bounds": (
        "default: 10\n",
        "§default: 0\n",
        "the default doesn't fit its schema: 0 is less than the minimum of 1",
    ),
    "an example that doesn't fit": (
        "                count: 1\n",
        "                count: one\n",
        'the example doesn\'t fit its schema: /count: "one" is not of type',
    ),
    "a code that stands twice": (
        "x-code: PRD106",
        "§x-code: PRD105",
        "the code PRD105 stands twice, so clause ids would clash",
    ),
    "an operationId that stands twice": (
        "operationId: upsert_stocks",
        "§operationId: upsert_prices",
        "the operationId upsert_prices stands twice",
    ),
    "a typo in an extension": (
        "x-filter: {field: sku, lookup: exact}",
        "§x-fliter: {field: sku, lookup: exact}",
        "unknown extension x-fliter",
    ),
    "a typo inside an extension": (
        "{field: sku, lookup: exact}",
        "{field: sku, lookup: exact, §lokup: exact}",
        "x-filter: unknown key 'lokup'",
    ),
    "an extension where it means nothing": (
        "      summary: Search Catalog\n",
        "      summary: Search Catalog\n      §x-filter: {field: name, lookup: exact}\n",
        "x-filter has no meaning here",
    ),
    "two provenances": (
        'documented: "PRD102: Get Products"',
        'documented: "PRD102: Get Products"\n        inferred: And why not?',
        "x-provenance: ",
    ),
    "an unknown collection": (
        "x-deletes: {collection: products}",
        "x-deletes: {§collection: product}",
        "there is no collection 'product'",
    ),
    "a collection without its key": ("    key: sku\n", "    §key: isbn\n", "the rows of products have no field 'isbn'"),
    "an unknown part": (
        "parts: [prices]}",
        "parts: [§price]}",
        "products has no part 'price'",
    ),
    "a write that doesn't name its rows": (
        "x-deletes: {collection: products}",
        "§x-deletes: {collection: catalog}",
        "the body's items have no field 'id'",
    ),
    "a page's role on a parameter": (
        "      x-pagination: limit\n",
        "      §x-pagination: count\n",
        "a parameter can't be 'count'",
    ),
    "a path parameter under another name": (
        "        - name: id\n          in: path",
        "        - name: ident\n          in: path",
        "the path's {id} isn't declared as a parameter",
    ),
    "a $ref to nowhere": (
        '$ref: "#/components/schemas/Amount"\n          description: The price that',
        '§$ref: "#/components/schemas/Amounts"\n          description: The price that',
        "nothing stands at #/components/schemas/Amounts",
    ),
    "a collection of nothing": (
        '    item: "#/components/schemas/Product"\n',
        '    §item: "#/components/schemas/Produkt"\n',
        "nothing stands at #/components/schemas/Produkt",
    ),
    "a $ref to another file": (
        '$ref: "#/components/schemas/Amount"\n          description: The price that',
        '§$ref: "other.yaml#/Amount"\n          description: The price that',
        "'other.yaml#/Amount' points outside this file",
    ),
    "a schema that is itself": (
        "    Name:\n      type: string\n",
        '    Name:\n      §$ref: "#/components/schemas/Name"\n',
        "#/components/schemas/Name leads back to itself",
    ),
    "an undeclared security scheme": ("  - ApiKey: []", "  - §Apikey: []", "there is no security scheme 'Apikey'"),
    "a typo in OpenAPI's words": (
        "      tags: [Batches]\n",
        "      §tagz: [Batches]\n",
        "OpenAPI: unknown key 'tagz'",
    ),
    "a type that doesn't exist": (
        "    Name:\n      type: string\n",
        "    Name:\n      §type: text\n",
        'OpenAPI: "text" is none of what may stand here',
    ),
    "a number where OpenAPI wants text": ("version: 1.0.0", "§version: 1.0", "OpenAPI: 1.0 is not of type"),
    "a missing description": (
        "    UnexpectedError:\n      description: Unexpected error.\n",
        "    §UnexpectedError: {}\n",
        "OpenAPI: `description` is missing",
    ),
}


@pytest.mark.parametrize(("old", "new", "message"), EDITS.values(), ids=EDITS.keys())
def test_one_mistake_is_one_problem(
    old: str, new: str, message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, places = _case(tmp_path, _edited(old, new))
    code, found = _run(file, capsys)
    assert code == 1
    assert found[0][1].startswith(message)
    assert all(hint for _, _, hint in found)
    assert len(set(found)) == len(found)
    if places:
        assert [place for place, _, _ in found][: len(places)] == places
    if message not in SEVERAL:
        assert len(found) == 1, found


SEVERAL = {
    "the rows of products have no field 'isbn'",  # nor have the items of its writes
    "the path's {id} isn't declared as a parameter",  # the link misses it as well
}


def test_all_mistakes_are_reported_at_once_in_the_documents_order(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = OURS
    for old, new in (
        ("            batch_request_id: 4b306686-", "            batch_request_id: X4b306686-"),
        ("x-filter: {field: sku, lookup: exact}", "x-filter: {field: skuu, lookup: exact}"),
        ("operationId: get_batch_request\n          parameters", "operationId: nobody\n          parameters"),
        ("default: 10\n", "default: 0\n"),
        ("      tags: [Batches]\n", "      tagz: [Batches]\n"),
        ("    Name:\n      type: string\n", "    Name:\n      type: text\n"),
    ):
        assert old in text
        text = text.replace(old, new, 1)
    _, found = _run(_case(tmp_path, text)[0], capsys)
    rows = [int(place.partition(":")[0]) for place, _, _ in found]
    assert rows == sorted(rows)
    assert len(found) == 6


WHOLE: dict[str, tuple[str, list[str]]] = {
    "empty": ("§", ["the file is empty"]),
    "white space": ("§ \n\t \r\n", ["the file is empty"]),
    "a comment": ("§# to be written\n", ["the file is empty"]),
    "a list": ("§- a\n- b\n", ["the document is a list"]),
    "a word": ("§hello\n", ["the document is plain text"]),
    "Swagger": ("§swagger: '2.0'\ninfo: {}\npaths: {}\n", ["this is Swagger 2.0"]),
    "OpenAPI 3.2": ("info: {}\n§openapi: 3.2.0\npaths: {}\n", ["OpenAPI 3.2.0 isn't supported"]),
    "no version": ("§info: {}\npaths: {}\n", ["there is no `openapi` key"]),
    "nothing but a version": ("§openapi: 3.1.0\n", ["OpenAPI: `info` is missing", "OpenAPI: one of `paths`"]),
    "paths as a list": ("openapi: 3.1.0\ninfo: {title: T, version: '1'}\n§paths: []\n", ["`paths` isn't an object"]),
    "YAML syntax": (f"{HEAD}tags: [a\n§", ["YAML syntax: did not find expected ',' or ']'"]),
    "a colon in a value": (f"{HEAD}x-a: b§: c\n", ["YAML syntax: mapping values are not allowed"]),
    "tabs": (f"{HEAD}x-a:\n§\tb: c\n", ["YAML syntax: found character that cannot start any token"]),
    "duplicate keys": (f"{HEAD}§paths: {{}}\n§info: {{}}\n", ["the key 'paths' stands twice", "the key 'info' stands"]),
    "a list for a key": (f"{HEAD}? §[a]\n: b\n", ["a key must be plain text"]),
    "an unknown alias": (f"{HEAD}x-a: §*b\n", ["there is no anchor &b before here"]),
    "an alias in itself": (f"{HEAD}x-a: &b [§*b]\n", ["the alias *b contains itself"]),
    "two documents": (f"{HEAD}§---\na: b\n", ["a second YAML document starts here"]),
    "a control character": (f"{HEAD}x-a: §\x07\n", ["the character U+0007 isn't allowed"]),
    "half a surrogate pair": (f'{HEAD}x-a: "\\u§d800"\n', ["YAML syntax: found invalid Unicode character"]),
    "a number without end": (f"{HEAD}x-a: §{'9' * 5000}\nx-b: §1e999\n", ["the number is too large"] * 2),
    "deep lists": (f"{HEAD}x-a: {'[' * 199}§{'[' * 100_000}", ["the document is nested too deeply"]),
    "deep dashes": (f"{'- ' * 200}§{'- ' * 50_000}", ["the document is nested too deeply"]),
    "multiplying aliases": (
        f"{HEAD}a: &a [1,1,1,1,1,1,1,1,1,1]\n"
        + "".join(f"{b}: &{b} [{','.join([f'*{a}'] * 10)}]\n" for a, b in zip("abcde", "bcdef", strict=True))
        + f"g: [{','.join(['*f', '§*f', *['*f'] * 50])}]\n",
        ["more than 3,000,000 values"],
    ),
    "JSON syntax": ('{"openapi": "3.1.0",\n "info": {§}\n', ["JSON syntax: "]),
    "a trailing comma": ('{"openapi": "3.1.0",\n "info": {"title": "x"§,}}', ["JSON syntax: "]),
    "duplicate keys in JSON": ('{"openapi": "3.1.0", "info": {},\n §"info": {}}', ["the key 'info' stands twice"]),
    "no numbers in JSON": ('{"a": §NaN, "b": [§-Infinity, §1e999]}', ["NaN isn't", "-Infinity isn't", "the number is"]),
    "deep JSON": (f"§{'[' * 100_000}{']' * 100_000}", ["the document is nested too deeply"]),
    "deep JSON that Python takes": ('{"a":' * 200 + "§[" + "]" + "}" * 200, ["the document is nested too deeply"]),
    "a lonely operation": (
        "openapi: 3.1.0\ninfo: {title: T, version: '1'}\npaths:\n  /a:\n    §get: 3\n",
        ["`get` isn't"],
    ),
    "parts of other types": (
        "openapi: 3.1.0\ninfo: {title: T, version: §1}\npaths:\n  /a:\n    get:\n"
        "      §parameters: {a: 1}\n      §requestBody: 5\n      §responses: [1]\n",
        ["OpenAPI: 1 is not of type", "`parameters` isn't a list", "this isn't an object", "`responses` isn't"],
    ),
}


def _marked(text: str) -> str:
    """A value's mark: YAML reports a value's mistake at its key."""
    return text.replace("version: §1", "§version: 1")


@pytest.mark.parametrize(("text", "messages"), WHOLE.values(), ids=WHOLE.keys())
def test_a_document_that_is_no_document(
    text: str, messages: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, places = _case(tmp_path, _marked(text), ".json" if text.lstrip("§")[:1] in "{[" and text[:1] else ".yaml")
    began = time.process_time()
    code, found = _run(file, capsys)
    assert time.process_time() - began < 10
    assert code == 1
    assert len(found) == len(messages), found
    for (_, said, hint), message in zip(found, messages, strict=True):
        assert said.startswith(message)
        assert hint
    if "JSON syntax: " not in messages and len(places) == len(found):
        assert [place for place, _, _ in found] == places


BYTES = {
    "binary": (bytes(range(256)), "1:1", "this is a binary file"),
    "Latin-1": ("openapi: 3.1.0\ntitle: Ürün\n".encode("latin-1"), "2:8", "the file isn't UTF-8"),
    "UTF-16": ("openapi: 3.1.0\n".encode("utf-16"), "1:1", "this is a binary file"),
}


@pytest.mark.parametrize(("content", "place", "message"), BYTES.values(), ids=BYTES.keys())
def test_bytes_that_are_no_text(
    content: bytes, place: str, message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "document.yaml"
    file.write_bytes(content)
    code, found = _run(file, capsys)
    assert (code, found[0][0]) == (1, place)
    assert found[0][1].startswith(message)


def test_files_that_cannot_be_opened(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path / "missing.yaml")]) == 2
    assert "there is no such file" in capsys.readouterr().err
    assert main([str(tmp_path)]) == 2
    assert "this is a directory" in capsys.readouterr().err
    locked = tmp_path / "locked.yaml"
    locked.write_text(HEAD)
    locked.chmod(0)
    if os.access(locked, os.R_OK):
        pytest.skip("this user may read everything")
    assert main([str(locked)]) == 2
    assert "you may not read this file" in capsys.readouterr().err


def test_wrong_usage_exits_2(capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in ([""], ["--nonsense"], ["diff", "a"], ["diff", "a", "b", "c"]):
        assert main(arguments) == 2
        assert " --help`." in capsys.readouterr().err


def _variants() -> Iterator[tuple[str, str, str]]:
    yield "as it is", OURS, ".yaml"
    yield "CRLF", OURS.replace("\n", "\r\n"), ".yaml"
    yield "a byte order mark", "\ufeff" + OURS, ".yaml"
    yield "numbers as keys", OURS.replace('        "200":', "        200:"), ".yaml"
    yield "JSON", json.dumps(spec.load().document), ".json"
    yield "JSON indented with tabs", json.dumps(spec.load().document, indent="\t"), ".json"
    yield "JSON under another name", json.dumps(spec.load().document, indent="\t"), ".yaml"
    yield "a very long line", f"{OURS}x-note: {'long ' * 200_000}\n", ".yaml"


@pytest.mark.parametrize(("text", "suffix"), [v[1:] for v in _variants()], ids=[v[0] for v in _variants()])
def test_the_same_document_in_other_clothes(text: str, suffix: str, tmp_path: Path) -> None:
    file = tmp_path / f"document{suffix}"
    file.write_bytes(text.encode())
    assert main([str(file)]) == 0
    contract, ours = spec.load(file), spec.load()
    assert [c.id for c in contract.clauses] == [c.id for c in ours.clauses]
    assert contract.by_code["PRD102"].pagination == ours.by_code["PRD102"].pagination or contract.file != ours.file


def test_positions_are_the_same_in_json(tmp_path: Path) -> None:
    file = tmp_path / "document.json"
    file.write_text(json.dumps(spec.load().document, indent=1), "utf-8")
    lines = file.read_text("utf-8").splitlines()
    contract = spec.load(file)
    assert set(contract.locations) == set(spec.load().locations)
    for pointer, place in contract.locations.items():
        name = pointer.rpartition("/")[2].replace("~1", "/").replace("~0", "~")
        if not name.isdigit() and name:
            assert lines[place.line - 1][place.column - 1 :].startswith(json.dumps(name)), pointer


def test_merge_keys_and_aliases_are_understood(tmp_path: Path) -> None:
    file = tmp_path / "document.yaml"
    file.write_text(
        HEAD.replace("paths: {}\n", "")
        + "x-answer: &answer {description: OK, content: {}}\npaths:\n  /a:\n    get:\n      responses:\n"
        "        200: *answer\n        404: {<<: *answer, description: Gone}\n        500: {<<: [*answer]}\n"
    )
    assert main([str(file)]) == 0
    operation = spec.load(file).operations[0]
    assert [(r.status, r.description) for r in operation.responses] == [("200", "OK"), ("404", "Gone"), ("500", "OK")]


def test_extensions_mean_nothing_without_the_vocabulary(tmp_path: Path) -> None:
    file = tmp_path / "document.yaml"
    file.write_text(
        HEAD.replace("paths: {}", "paths:")
        + "  /a:\n    get:\n      x-reads: everything\n      x-code: [1]\n      x-batch: 3\n      parameters:\n"
        "        - {name: q, in: query, schema: {type: string}, x-filter: [x], x-pagination: maybe}\n"
        "      responses: {200: {description: OK, x-provenance: me}}\n"
    )
    assert main([str(file)]) == 0
    operation = spec.load(file).operations[0]
    assert (operation.code, operation.access, operation.batch, operation.filters) == ("get_a", None, None, ())

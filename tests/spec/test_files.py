"""Documents in several local files, data that looks like a reference, and problems that do no harm."""

from __future__ import annotations

from pathlib import Path

import pytest

import spec
from spec.validate import validate

HEAD = "openapi: 3.0.3\ninfo: {title: Several, version: '1'}\n"


def written(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        path = folder / f"{name.replace('__', '/')}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder / "main.yaml"


def test_files_that_refer_to_each_other_are_one_document(tmp_path: Path) -> None:
    main = written(
        tmp_path,
        main=HEAD + "paths:\n  /a: {get: {$ref: 'parts/get.yaml'}}\n"
        "components: {schemas: {Base: {type: object, properties: {id: {type: integer}}}}}\n",
        parts__get="operationId: a\nresponses:\n  '200':\n    description: ok\n    content:\n"
        "      application/json: {schema: {$ref: 'schemas.yaml#/Thing'}}\n",
        parts__schemas="Thing:\n  allOf: [{$ref: '../main.yaml#/components/schemas/Base'}, {$ref: '#/More'}]\n"
        "More: {properties: {name: {type: string}}}\n",
    )
    contract = spec.load(main)
    (operation,) = contract.operations
    assert operation.id == "a"
    media = operation.responses[0].media[0]
    assert media.schema is not None
    assert list(contract.properties(media.schema)) == ["id", "name"]
    assert media.location.file == str(tmp_path / "parts" / "get.yaml")
    assert media.location.line == 6


def test_a_missing_file_breaks_only_the_operations_that_need_it(tmp_path: Path) -> None:
    main = written(
        tmp_path,
        main=HEAD + "paths:\n  /a: {get: {responses: {'200': {$ref: 'gone.yaml'}}}}\n"
        "  /b: {get: {responses: {'204': {description: ok}}}}\n",
    )
    contract, problems = spec.examine(main)
    assert contract
    assert [problem.operations for problem in problems] == [("/paths/~1a/get",)]
    assert "'gone.yaml' points outside this file" in problems[0].message


def test_a_reference_in_an_example_is_data(tmp_path: Path) -> None:
    main = written(
        tmp_path,
        main=HEAD + "paths: {}\ncomponents:\n  examples: {group: {value: {$ref: 'https://example.com/users/1'}}}\n"
        "  schemas: {A: {type: object, default: {$ref: nowhere}, example: {$ref: nowhere}}}\n",
    )
    assert spec.load(main).operations == ()


@pytest.mark.parametrize(
    ("path", "operation", "says"),
    [
        ("/a", "links: {b: {operationId: no_such}}", "there is no operation 'no_such'"),
        ("/a/{b}", "", "{b} isn't declared as a parameter"),
    ],
)
def test_a_harmless_mistake_is_reported_and_read(tmp_path: Path, path: str, operation: str, says: str) -> None:
    answer = f"'200': {{description: ok, {operation}}}" if operation else "'200': {description: ok}"
    main = written(tmp_path, main=HEAD + f"paths:\n  {path}: {{get: {{responses: {{{answer}}}}}}}\n")
    contract = spec.load(main)
    assert [p.name for p in contract.operations[0].parameters] == (["b"] if "{b}" in path else [])
    (problem,) = validate(main).problems
    assert says in problem.message
    assert problem.harmless

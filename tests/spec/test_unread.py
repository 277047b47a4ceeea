"""Extensions with a name of the vocabulary in a document that doesn't have it."""

from __future__ import annotations

from pathlib import Path

import pytest

from spec.commands import main

PLAIN = """\
openapi: 3.1.0
info: {title: x, version: "1"}
paths:
  /a:
    get:
      parameters:
        - {name: q, in: query, schema: {type: string}, x-filter: {field: q, lookup: containz}}
      responses: {"200": {description: ok}}
"""


def test_a_forgotten_vocabulary_is_said_once_and_does_no_harm(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    document = tmp_path / "plain.yaml"
    document.write_text(PLAIN)
    assert main([str(document)]) == 0
    shown = capsys.readouterr()
    assert "valid OpenAPI 3.1.0" in shown.out
    assert "plain.yaml:7:56: x-filter isn't read: the document has no x-vocabulary" in shown.err


def test_with_the_vocabulary_it_is_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    document = tmp_path / "marked.yaml"
    document.write_text(f"x-vocabulary: 1\n{PLAIN}")
    assert main([str(document)]) == 1
    assert "isn't read" not in capsys.readouterr().err


def test_extensions_of_others_are_passed_over(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    document = tmp_path / "others.yaml"
    document.write_text(PLAIN.replace("x-filter", "x-internal"))
    assert main([str(document)]) == 0
    assert capsys.readouterr().err == ""

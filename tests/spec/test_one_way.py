"""What is required one way only: a field that is only sent, or only shown."""

from __future__ import annotations

from pathlib import Path

import spec
from spec.values import checker

DOCUMENT = """
openapi: 3.0.3
info: {title: Pets, version: "1"}
paths: {}
components:
  schemas:
    Pet:
      type: object
      required: [id, owner_id]
      properties:
        id: {type: integer, readOnly: true}
        owner_id: {type: integer, writeOnly: true}
"""
PET = "/components/schemas/Pet"


def test_a_field_is_required_the_way_that_it_goes(tmp_path: Path) -> None:
    (tmp_path / "pets.yaml").write_text(DOCUMENT, "utf-8")
    contract = spec.load(tmp_path / "pets.yaml")
    shown, sent = checker(contract, "response"), checker(contract, "request")
    assert shown(PET, {"id": 1}) is None
    assert sent(PET, {"owner_id": 1}) is None
    assert "id" in str(shown(PET, {"owner_id": 1}))
    assert "owner_id" in str(sent(PET, {"id": 1}))
    assert "owner_id" in str(checker(contract)(PET, {"id": 1}))

"""However many filters a list has, each meets another one."""

from __future__ import annotations

import json
from pathlib import Path

from conformance.__main__ import main

FILTERS = 90


def test_every_filter_gets_a_pair(tmp_path: Path) -> None:
    filters = [
        {
            "name": f"{field}{number}",
            "in": "query",
            "schema": {"type": "string"},
            "x-filter": {"field": field, "lookup": lookup},
        }
        for number in range(FILTERS // 2)
        for field, lookup in (("name", "contains"), ("brand", "icontains"))
    ]
    text = {"type": "string"}
    row = {"type": "object", "required": ["id"], "properties": {"id": {"type": "integer"}, "name": text, "brand": text}}
    shown = {"schema": {"type": "array", "items": {"$ref": "#/components/schemas/Thing"}}}
    document = {
        "openapi": "3.1.0",
        "info": {"title": "Things", "version": "1"},
        "x-vocabulary": 1,
        "x-collections": {"things": {"key": "id", "item": "#/components/schemas/Thing"}},
        "paths": {
            "/things": {
                "get": {
                    "operationId": "listThings",
                    "x-reads": {"collection": "things"},
                    "parameters": filters,
                    "responses": {"200": {"description": "Rows.", "content": {"application/json": shown}}},
                }
            }
        },
        "components": {"schemas": {"Thing": row}},
    }
    file, report = tmp_path / "document.json", tmp_path / "report"
    file.write_text(json.dumps(document), "utf-8")
    main(["--spec", str(file), "--report", str(report), "--no-schemathesis", "--only", "listThings.combine"])
    clauses = json.loads((report / "report.json").read_text("utf-8"))["clauses"]
    found = {c["verdict"] for c in clauses if c["id"].startswith("listThings.combine.")}
    assert found == {"held"}

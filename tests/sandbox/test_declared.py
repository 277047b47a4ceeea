"""Answers have the declared form: content type, bodies of refusals, and what a batch's status is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

import spec
from conformance.sandbox import DEFAULT_KEY
from tests.sandbox.conftest import client_of

DOCUMENT = Path(__file__).parents[1] / "conformance" / "warehouse.yaml"
PROBLEM = {
    "type": "object",
    "required": ["title"],
    "properties": {"title": {"type": "string"}, "detail": {"type": "object"}},
}
STATUS = {"type": "object", "required": ["code"], "properties": {"code": {"enum": ["todo", "done"]}}}


def _edited(folder: Path) -> spec.Contract:
    document: dict[str, Any] = yaml.safe_load(DOCUMENT.read_text(encoding="utf-8"))
    document["components"]["responses"]["Refused"]["content"] = {"application/problem+json": {"schema": PROBLEM}}
    shown = document["paths"]["/shelves"]["get"]["responses"]["200"]
    shown["content"] = {"application/hal+json": shown["content"]["application/json"]}
    job = document["paths"]["/jobs/{job}"]["get"]
    job["x-batch"]["status"] = "/state"
    job["responses"]["200"]["content"]["application/json"]["schema"]["properties"]["state"] = STATUS
    taken = document["components"]["responses"]["Taken"]["content"]["application/json"]["schema"]
    taken["required"] = [*taken.get("required", []), "queue"]
    taken["properties"]["queue"] = {"type": "integer", "minimum": 1}
    about = {"application/json": {"schema": {"type": "array", "minItems": 1, "items": STATUS}}}
    document["paths"]["/about"] = {"get": {"responses": {"200": {"description": "About it.", "content": about}}}}
    path = folder / "edited.yaml"
    path.write_text(yaml.safe_dump(document, sort_keys=False), encoding="utf-8")
    return spec.load(path)


def test_answers_have_the_declared_form(tmp_path: Path) -> None:
    key = {"Authorization": f"Bearer {DEFAULT_KEY}"}
    with client_of(_edited(tmp_path)) as client:
        shown = client.get("/shelves", headers=key)
        assert (shown.status_code, shown.headers["content-type"]) == (200, "application/hal+json")
        refused = client.get("/shelves", params={"page": "x"}, headers=key)
        assert (refused.status_code, refused.headers["content-type"]) == (400, "application/problem+json")
        assert isinstance(refused.json()["title"], str)
        taken = client.post("/shelves", json=[{"number": 7, "label": "seven", "meta": {}}], headers=key).json()
        assert taken["queue"] >= 1
        assert client.get(f"/jobs/{taken['job']}", headers=key).json()["state"]["code"] in ("todo", "done")
        # Nothing but its form is said of this one.
        assert client.get("/about", headers=key).json()[0]["code"] in ("todo", "done")

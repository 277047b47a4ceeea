"""Answers: every media type, files and redirects, errors with a class, digits, and rows that are partly bad."""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable
from decimal import Decimal
from types import ModuleType

import pytest

from .documents import document, get, json_of, ref
from .kinds import MOMENT, Talk

Made = Callable[..., ModuleType]
Start = Callable[..., Talk]

ANSWERS = {
    "Problem": {"type": "object", "required": ["title"], "properties": {"title": {"type": "string"}}},
    "Row": {
        "required": ["id", "at"],
        "properties": {
            "id": {"type": "integer"}, "at": MOMENT, "price": {"type": "string", "format": "decimal"},
            "inner": {"type": "object", "properties": {"n": {"type": "integer"}}},
            "day": {"type": "string", "format": "date"},
        },
    },
}  # fmt: skip


@pytest.fixture(scope="module")
def answers(make: Made) -> ModuleType:
    binary = {"schema": {"type": "string", "format": "binary"}}
    problem = {"description": "", "content": {"application/problem+json": {"schema": ref("Problem")}}}
    several = {"text/csv": {"schema": {"type": "string"}}, "image/png": binary, **json_of(ref("Row"))}
    anything = {"*/*": {"schema": {"type": "string"}}}
    moved = {"description": "", "headers": {"location": {"schema": {"type": "string"}}}}
    paths = {
        "/rows": {"get": get({"type": "array", "items": ref("Row")}, operationId="rows")},
        "/several": {"get": {"operationId": "several", "responses": {"200": {"description": "", "content": several}}}},
        "/picture": {
            "get": {
                "operationId": "picture",
                "responses": {"200": {"description": "", "content": {"image/png": binary}}},
            }
        },
        "/file": {
            "get": {
                "operationId": "file",
                "responses": {
                    "200": {"description": "", "content": {"application/octet-stream": binary}}, "302": moved,
                    "404": problem, "5XX": problem,
                },
            }
        },
        "/whatever": {
            "get": {
                "operationId": "whatever",
                "responses": {"default": {"description": "", "content": json_of(ref("Problem"))}},
            }
        },
        "/moved": {"get": {"operationId": "moved", "responses": {"302": moved, "default": problem}}},
        "/text": {"get": {"operationId": "text", "responses": {"200": {"description": "", "content": anything}}}},
        "/kept": {
            "get": {
                "operationId": "kept",
                "responses": {"200": {"description": "", "content": json_of(ref("Row"))}, "304": {"description": ""}},
            }
        },
    }  # fmt: skip
    security = {"Key": {"type": "apiKey", "in": "header", "name": "X-Key"}}
    return make(document(paths, ANSWERS, security=[{"Key": []}], components={"securitySchemes": security}))


def test_a_default_response_is_that_of_errors_too(answers: ModuleType, talk: Start) -> None:
    t = talk(answers, {"title": "a"}, (404, b'{"title": "b"}', "application/json", ""), api_key="k")
    assert t.client.whatever() == answers.models.Problem(title="a")
    with pytest.raises(answers.errors.NotFoundError) as caught:
        t.client.whatever()
    assert caught.value.body == answers.models.Problem(title="b")


def test_every_documented_media_type_is_read(answers: ModuleType, talk: Start) -> None:
    row = {"id": 1, "at": "2026-01-02 03:04:05"}
    t = talk(
        answers, row, (200, b"a;b", "text/csv", ""), (200, b"PNG", "image/png", ""), (200, b"a;b", "text/plain", ""),
        (200, b"PNG", "binary/octet-stream", ""), (200, b"<p>", "text/html", ""), api_key="k",
    )  # fmt: skip
    assert t.client.several().at == datetime.datetime(2026, 1, 2, 3, 4, 5)
    assert [t.client.several(), t.client.several(), t.client.several()] == ["a;b", b"PNG", "a;b"]
    assert t.client.picture() == b"PNG"
    with pytest.raises(answers.errors.ContentTypeError):
        t.client.picture()
    assert "accept: application/json, text/csv;q=0.5, image/png;q=0.5" in t.seen[0].head.lower()


def test_a_file_of_any_kind_and_where_a_redirect_leads(answers: ModuleType, talk: Start) -> None:
    there = (302, b"", "", "Location: /elsewhere\r\n")
    t = talk(answers, (200, b"MP3", "audio/mpeg", ""), there, (200, b"FILE", "video/mp4", ""), there, api_key="secret")
    assert t.client.file() == b"MP3"
    assert t.client.file() == b"FILE"
    assert t.seen[2].target == "/elsewhere"
    assert "secret" in t.seen[1].head
    assert "secret" not in t.seen[2].head
    moved = t.client.moved()
    assert (moved.status, moved.location) == (302, "/elsewhere")


def test_text_of_any_media_type(answers: ModuleType, talk: Start) -> None:
    json = "application/json"
    t = talk(answers, (200, b"a", "text/plain", ""), (200, b'"a"', json, ""), (200, b"a b", json, ""), api_key="k")
    assert [t.client.text() for _ in range(3)] == ["a", "a", "a b"]


def test_a_documented_304_is_a_result(answers: ModuleType, talk: Start) -> None:
    row = {"id": 1, "at": "2026-01-02T03:04:05Z"}
    t = talk(answers, row, (304, b"", "", 'ETag: "1"\r\n'), (302, b"", "", "Location: /x\r\n"), api_key="k")
    assert t.client.kept().id == 1
    kept = t.client.kept(extra_headers={"If-None-Match": '"1"'})
    assert (type(kept), kept.status, kept.headers["etag"]) == (answers.NotModified, 304, '"1"')
    assert "types.NotModified" in answers.Client.kept.__annotations__["return"]
    with pytest.raises(answers.errors.RedirectError):
        t.client.kept()


def test_errors_hold_the_documents_own_class(answers: ModuleType, talk: Start) -> None:
    kind = "application/problem+json"
    t = talk(
        answers, (404, '{"title": "gone", "x": 1}', kind, ""), (503, '{"title": 1}', kind, ""),
        (400, '{"a": 1}', "", ""), (304, b"", "", ""), api_key="k",
    )  # fmt: skip
    with pytest.raises(answers.errors.NotFoundError) as caught:
        t.client.file()
    assert (type(caught.value.body), caught.value.body.title) == (answers.models.Problem, "gone")
    assert caught.value.data == {"title": "gone", "x": 1}
    with pytest.raises(answers.errors.ServiceUnavailableError) as failed:
        t.client.file()
    assert failed.value.body == {"title": 1}
    with pytest.raises(answers.errors.BadRequestError) as refused:
        t.client.file()
    assert refused.value.body == {"a": 1}
    with pytest.raises(answers.errors.NotModifiedError):
        t.client.file()


def test_numbers_in_place_of_decimal_strings_lose_no_digit(answers: ModuleType, talk: Start) -> None:
    moment = '"at": "2026-01-02T03:04:05Z"'
    text = f'[{{"id": 1, {moment}, "price": 12345678901234567.10}}, {{"id": 2, {moment}, "price": "1.50"}}]'
    t = talk(answers, (200, text, "application/json", ""), api_key="k")
    assert [str(row.price) for row in t.client.rows()] == ["12345678901234567.10", "1.50"]


def test_a_date_may_come_with_a_time(answers: ModuleType, talk: Start) -> None:
    rows = [{"id": 1, "at": "2026-01-02T03:04:05Z", "day": day} for day in ("2026-01-02", "2026-01-02T03:04:05")]
    t = talk(answers, rows, [{**rows[0], "day": "soon"}], api_key="k")
    found = t.client.rows()
    assert [row.day for row in found] == [datetime.date(2026, 1, 2), datetime.datetime(2026, 1, 2, 3, 4, 5)]
    assert json.loads(found[1].model_dump_json())["day"] == "2026-01-02T03:04:05"
    with pytest.raises(answers.errors.APIResponseError, match=r"body\[0\]\.day: Input should be a valid date$"):
        t.client.rows()


def test_one_bad_field_need_not_lose_a_page(answers: ModuleType, talk: Start) -> None:
    rows = [{"id": 1, "at": "2026-01-02T03:04:05Z"}, {"id": "x", "inner": {"n": "y", "m": 1}, "price": 0.5, "new": 1}]
    t = talk(answers, rows, rows, api_key="k")
    with pytest.raises(answers.errors.APIResponseError, match=r"body\[1\]\.id"):
        t.client.rows()
    good, bad = t.client.with_options(strict=False).rows()
    assert answers.problems_of(good) == ()
    assert (good.id, bad.id, bad.at, bad.price, bad.new, bad.inner.m) == (1, "x", None, Decimal("0.5"), 1, 1)
    found = answers.problems_of(bad)
    assert [each.partition(":")[0] for each in found] == ["id", "at"]
    assert answers.problems_of(bad.inner)[0].startswith("n: ")

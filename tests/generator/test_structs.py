"""`--models msgspec`: what structs have of their own. The tests of kinds run with them as well."""

from __future__ import annotations

import importlib
import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from types import ModuleType
from typing import Any

import msgspec
import pydantic
import pytest

from generator.__main__ import main
from tests.generator.copies import copies

from .documents import document, get, post, ref
from .kinds import MOMENT, Talk, made

Start = Callable[..., Talk]

SCHEMAS = {
    "Thing": {
        "required": ["id", "object", "rest"],
        "properties": {
            "id": {"type": "integer"},
            "object": {"const": "thing"},
            "rest": {"type": ["number", "null"]},
            "class": {"type": "string"},
            "note": {"type": ["string", "null"]},
            "state": {"enum": ["on", "off"]},
            "price": {"type": "string", "format": "decimal"},
            "at": MOMENT,
            "some": {"oneOf": [{"type": "string", "format": "date"}, {"type": "array", "items": {"type": "integer"}}]},
            "on": {"const": True},
            "inner": ref("Thing"),
            "prices": ref("Prices"),
        },
    },
    "Prices": {"properties": {"base": {"type": "string"}}, "additionalProperties": {"type": "number"}},
}  # fmt: skip


@pytest.fixture(scope="module")
def things(tmp_path_factory: pytest.TempPathFactory) -> ModuleType:
    """The package of a small document."""
    paths = {"/t": {"get": get(ref("Thing"), operationId="read"), "put": post(ref("Thing"), operationId="write")}}
    return made(document(paths, SCHEMAS), tmp_path_factory.mktemp("structs"), "--models", "msgspec")


WHOLE: dict[str, Any] = {
    "id": 1, "object": "thing", "rest": None, "class": "c", "note": None, "state": "new", "price": "0.10",
    "at": "2026-01-02T03:04:05Z", "some": [1], "on": True, "inner": {"id": 2, "object": "thing", "rest": 3},
    "prices": {"base": "b", "EUR": 1.5},
}  # fmt: skip


def test_what_was_read_is_sent_back_member_by_member(things: ModuleType, talk: Start) -> None:
    more = {**WHOLE, "later": {"n": 1.5}, "inner": {**WHOLE["inner"], "later": "x"}}
    nothing = [(204, b"", "", "")] * 4
    t = talk(things, WHOLE, *nothing, more, *nothing)
    for wanted in (WHOLE, more):
        thing = t.client.read()
        assert isinstance(thing, msgspec.Struct)
        for copied in (thing, *copies(thing)):
            t.client.write(copied)
            assert json.loads(t.seen[-1].body) == wanted
    assert (thing.class_, thing.price, thing.state.known, thing.inner.rest) == ("c", Decimal("0.10"), False, 3)
    assert (thing.later, thing.inner.model_extra) == ({"n": 1.5}, {"later": "x"})
    assert isinstance(thing.prices, pydantic.BaseModel)


def test_what_did_not_come_is_not_sent(things: ModuleType, talk: Start) -> None:
    for sent in ({"id": 1, "object": "thing", "rest": 1}, {"id": 1}, {"id": 1, "object": "thing", "on": True}):
        t = talk(things, sent)
        thing = t.client.read()
        assert thing.model_dump(mode="json") == sent
        assert (thing.note, thing.class_, thing.object) == (things.UNSET, None, "thing")
    t = talk(things, {**sent, "rest": 1, "class": None}, (204, b"", "", ""))
    t.client.write(t.client.read())
    t.client.write({"id": 1, "object": "thing", "rest": 1, "class": None})
    assert [body["class"] for body in t.bodies] == [None, None]
    thing.note = None
    thing.rest = 5
    assert thing.model_dump(mode="json") == {**sent, "note": None, "rest": 5}


def test_a_struct_can_be_made_and_is_checked_before_it_is_sent(things: ModuleType, talk: Start) -> None:
    t, kind = talk(things), things.models.Thing
    t.client.write(kind(id=1, rest=None, price=Decimal("1E+2"), inner=kind(id=2, rest=2, note=None)))
    t.client.write(id=1, rest=1, price="1.50", inner=kind(id=2, rest=2, state="on", at="2026-01-02T03:04:05Z"))
    inner = {"id": 2, "object": "thing", "rest": 2, "note": None}
    first, second = t.bodies
    assert first == {"id": 1, "object": "thing", "rest": None, "price": "100", "inner": inner}
    assert second == {"id": 1, "object": "thing", "rest": 1, "price": "1.50", "inner": {
        "id": 2, "object": "thing", "rest": 2, "state": "on", "at": "2026-01-02T03:04:05Z",
    }}  # fmt: skip
    with pytest.raises(things.InvalidRequestError, match=r"body\.inner\.id: Input should be a valid integer"):
        t.client.write(kind(id=1, rest=1, inner=kind(id="x", rest=1)))
    with pytest.raises(things.InvalidRequestError, match=r"body\.inner\.id: Input should be a valid integer"):
        t.client.write({"id": 1, "rest": 1, "inner": {"id": "x", "rest": 1}})
    with pytest.raises(things.InvalidRequestError, match=r"body\.state"):
        t.client.write({"id": 1, "rest": 1, "state": "new"})


def test_a_name_that_stands_twice_is_noticed(things: ModuleType, talk: Start) -> None:
    plain = b'{"id":1,"object":"thing","rest":1,'
    for twice in (
        b'"id":2}',
        b'"note":null,"note":"x"}',
        b'"on":true,"on":true}',
        b'"object":"thing"}',
        b'"a":1,"a":2}',
    ):
        t = talk(things, (200, plain + twice, "application/json", ""))
        with pytest.raises(things.APIResponseError, match="twice in one object"):
            t.client.read()
    hidden = b'{"id":1,"object":"thing","object":"thing","note":null,"note":"x"}'
    t = talk(things, (200, hidden, "application/json", ""))
    with pytest.raises(things.APIResponseError, match="twice in one object"):
        t.client.read()


def test_what_msgspec_refuses_pydantic_reads_or_explains(things: ModuleType, talk: Start) -> None:
    number = b'{"id": "7", "object": "thing", "rest": 1, "price": 0.12345678901234567890, "at": "2026-01-02 03:04"}'
    t = talk(
        things, (200, number, "application/json", ""), {"id": "x", "rest": []}, (200, b"{", "application/json", "")
    )
    thing = t.client.read()
    assert (thing.id, thing.price) == (7, Decimal("0.12345678901234567890"))
    with pytest.raises(things.APIResponseError, match=r"body\.id: Input should be a valid integer"):
        t.client.read()
    with pytest.raises(things.APIResponseError, match="Invalid JSON"):
        t.client.read()


def test_the_akinon_client_reads_its_pages_as_structs(tmp_path: Path, talk: Start) -> None:
    assert main(["--out", str(tmp_path), "--package", "structs_of_ours", "--models", "msgspec"]) == 0
    assert main(["--out", str(tmp_path), "--package", "structs_of_ours", "--models", "msgspec", "--check"]) == 0
    settings = (tmp_path / "pyproject.toml").read_text(encoding="utf-8")
    assert '"httpx2>=2.16", "msgspec>=0.22", "pydantic>=2.14"' in settings
    text = (tmp_path / "structs_of_ours" / "models.py").read_text(encoding="utf-8")
    assert "class Product(Struct, kw_only=True):" in text
    assert "class ProductUpsert(RequestModel):" in text


@pytest.mark.parametrize("make", ["msgspec"], indirect=True)
def test_what_msgspec_knows_not_is_all_that_pydantic_reads(
    make: Callable[..., ModuleType], talk: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A union, or a class of another module, is no reason to read a whole body twice."""
    cat = {"required": ["kind"], "properties": {"kind": {"const": "cat"}, "lives": {"type": "integer"}}}
    dog = {"required": ["kind"], "properties": {"kind": {"const": "dog"}}}
    pet = {"oneOf": [ref("Cat"), ref("Dog")]}
    more = {f"More{number}": {"properties": {"pet": pet, "then": ref("Home")}} for number in range(200)}
    home = {
        "properties": {"pets": {"type": "array", "items": pet}, "then": ref("More100"), "state": {"enum": ["a", "b"]}}
    }
    paths = {"/home": {"get": get(ref("Home"), operationId="home")}}
    for name in more:
        paths[f"/{name}"] = {"get": get(ref(name), operationId=name.lower())}
    package = make(document(paths, {"Cat": cat, "Dog": dog, "Home": home, **more}))
    content = importlib.import_module(f"{package.__name__}._runtime.struct_bodies").Content
    monkeypatch.setattr(content, "_liberal", None)
    monkeypatch.setattr(importlib.import_module(f"{package.__name__}._runtime.struct_bodies"), "_plain", None)
    inner = {"pet": {"kind": "cat", "lives": 8}, "then": {"pets": [], "state": "new"}}
    answer = {"pets": [{"kind": "cat", "lives": 9}, {"kind": "dog"}], "then": inner, "state": "a"}
    got = talk(package, answer).client.home()
    models = package.models
    assert [type(each) for each in (*got.pets, got.then, got.then.pet, got.then.then)] == [
        *(models.Cat, models.Dog, models.More100, models.Cat, models.Home),
    ]
    assert not got.then.then.state.known
    assert got.model_dump(mode="json") == answer

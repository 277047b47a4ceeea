"""Large documents: methods by tag, and models that are built when they are used."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from .documents import Document, document, get, post, ref
from .kinds import Talk

Start = Callable[..., Talk]


def large(tags: int = 3, schemas: int = 240) -> Document:
    """Many operations with tags, on many schemas that refer to each other."""
    paths: Document = {}
    made: Document = {}
    for number in range(schemas):
        kind = {"type": "string", "enum": [f"k{number}"]}
        made[f"Thing{number}"] = {
            "type": "object",
            "required": ["kind"],
            "properties": {
                "kind": kind,
                "next": ref(f"Thing{(number + 30) % schemas}"),
                "state": ref("State"),
                "either": {"oneOf": [ref(f"Thing{number // 2}"), ref(f"Thing{schemas - 1 - number // 2}")]},
                "at": {"type": "string", "format": "date-time"},
            },
        }
    made["State"] = {"type": "string", "enum": ["on", "off"]}
    for number in range(40):
        tag = f"Group {number % tags}"
        path = f"/group_{number % tags}/thing{number}"
        shown = get(ref(f"Thing{number}"), operationId=f"group_{number % tags}_thing{number}_read", tags=[tag])
        sent = post(ref(f"Thing{number}"), operationId=f"group_{number % tags}_thing{number}_send", tags=[tag])
        paths[path] = {"get": shown, "post": sent}
    return document(paths, made)


@pytest.fixture(scope="module")
def package(make: Callable[..., ModuleType]) -> ModuleType:
    return make(large())


def test_methods_stand_under_their_tag(package: ModuleType, talk: Start) -> None:
    inner = {"kind": "k31", "state": "new", "at": "2026-01-02T03:04:05Z"}
    answer = {"kind": "k1", "next": inner, "either": {"kind": "k0"}, "more": 1}
    t = talk(package, answer, answer)
    got = t.client.group_1.thing1_read()
    assert (type(got).__name__, type(got.next).__name__, type(got.either).__name__) == ("Thing1", "Thing31", "Thing0")
    assert json.loads(got.model_dump_json()) == answer
    assert type(t.client.with_options(timeout=5).group_1.thing1_read()).__name__ == "Thing1"
    t.client.group_1.thing1_send(next=package.models.Thing31(state="on"), either={"kind": "k0"})
    assert t.bodies == [{"kind": "k1", "next": {"kind": "k31", "state": "on"}, "either": {"kind": "k0"}}]
    with pytest.raises(ValueError, match=r"next\.at: Input should be a valid datetime"):
        t.client.group_1.thing1_send(next={"at": "soon"})
    assert not hasattr(t.client, "group_1_thing1_read")


def test_they_are_awaited_with_the_other_client(package: ModuleType, talk: Start) -> None:
    t = talk(package, {"kind": "k2"})

    async def read() -> Any:
        async with package.AsyncClient(base_url=t.client.base_url) as client:
            return await client.group_2.thing2_read()

    assert type(asyncio.run(read())).__name__ == "Thing2"


def test_no_class_is_built_before_it_is_used(package: ModuleType) -> None:
    folder = Path(str(package.__file__)).parent.parent
    code = (
        f"import sys, {package.__name__} as p\n"
        "loaded = lambda: sum('.models._' in name for name in sys.modules)\n"
        "before = loaded(); p.models.Thing5; print(before, loaded())"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=folder)
    assert done.stdout == "0 1\n"
    assert len(package.models.__all__) == 241


def test_no_operation_is_made_before_its_tag_is_used(package: ModuleType) -> None:
    folder = Path(str(package.__file__)).parent.parent
    code = (
        f"import sys, {package.__name__} as p\n"
        "homes = tuple(f'{p.__name__}.{part}.' for part in ('operations', 'resources'))\n"
        "loaded = lambda: sorted(name for name in sys.modules if name.startswith(homes))\n"
        "client = p.Client(base_url='http://localhost'); before = loaded(); client.group_1; print(before, loaded())"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=folder)
    home = package.__name__
    assert done.stdout == f"[] ['{home}.operations.group_1', '{home}.resources.group_1']\n"


def test_no_filter_is_loaded_before_it_is_used(make: Callable[..., ModuleType]) -> None:
    content = large()
    content["x-vocabulary"] = 1
    content["x-collections"] = {"rows": {"key": "id", "item": "#/components/schemas/Row"}}
    content["components"]["schemas"]["Row"] = {"type": "object", "properties": {"id": {"type": "integer"}}}
    shown = get({"type": "array", "items": ref("Row")}, operationId="rows", tags=["Group 1"])
    asked = {
        "name": "id__gt",
        "in": "query",
        "schema": {"type": "integer"},
        "x-filter": {"field": "id", "lookup": "gt"},
    }
    content["paths"]["/rows"] = {"get": {**shown, "x-reads": {"collection": "rows"}, "parameters": [asked]}}
    package = make(content)
    name, folder = package.__name__, Path(str(package.__file__)).parent.parent
    code = (
        f"import sys, {name} as package\n"
        f"before = '{name}.filters' in sys.modules\n"
        f"from {name} import F, filters\n"
        "print(before, F is filters.F, package.filters is filters, hasattr(package, 'G'))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=folder)
    assert done.stdout.split() == ["False", "True", "True", "False"]
    assert {"F", "filters"} <= {*package.__all__}


def test_a_small_document_stays_flat(make: Callable[..., ModuleType]) -> None:
    small = make(document({"/a": {"get": get({"type": "object"}, operationId="a", tags=["x"])}}))
    assert callable(small.Client.a)
    assert small.models.__file__.endswith("models.py")

"""The guard: whatever makes a write, only keys of this run go out, and each is on disk before it does."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import spec
from conformance.transport.exchange import Credential, Request
from conformance.transport.guard import Ownership
from conformance.transport.journal import Journal, forget, journaled
from conformance.transport.keys import NO_ROW, token_of, unmarkable

CONTRACT = spec.load()
URL = "https://shop.example"
TOKEN = "c0ffee1234"


@pytest.fixture
def own(tmp_path: Path) -> Ownership:
    return Ownership(CONTRACT, URL, tmp_path / "sub" / "journal.ndjson", TOKEN)


def write(body: bytes | None, **more: Any) -> Request:
    return Request(**{"operation": "PRD101", "method": "POST", "path": "/api/i2/products/", "body": body, **more})


def body_of(*keys: Any) -> bytes:
    return json.dumps([{"sku": key} for key in keys]).encode()


MINE = f"PRDCT-{TOKEN}-001-A"
FOREIGN = "AKN-TSHRT-RD"


@pytest.mark.parametrize(
    "body",
    [
        body_of(MINE),
        body_of(MINE.lower()),
        body_of(MINE, f"{MINE}-1"),
        body_of([MINE]),
        body_of({"x": MINE}),
        body_of([[MINE], MINE]),
        b"[]",
        b"",
        b"null",
        b"7",
        b'"text"',
        b"[{}]",
        b'[{"x": ',
        b"not json",
        json.dumps({"sku": MINE}).encode(),
        json.dumps([{"sku": MINE, "name": FOREIGN}]).encode(),
    ],
)
def test_a_write_of_our_own_keys_may_be_sent(own: Ownership, body: bytes) -> None:
    assert own.guard(write(body)) is None


REFUSED = [
    body_of(FOREIGN),
    body_of(MINE, FOREIGN),
    body_of([MINE, FOREIGN]),
    body_of([[FOREIGN]]),
    body_of({"x": FOREIGN}),
    body_of([{"x": [FOREIGN]}]),
    body_of(f"{MINE},{FOREIGN}"),
    body_of(f"{MINE};{FOREIGN}"),
    body_of(f"{MINE} {FOREIGN}"),
    body_of(f"{FOREIGN}|{MINE}"),
    body_of(7),
    body_of(None),
    body_of(True),
    body_of(""),
    body_of("PRDCT-nosuch"),
    json.dumps({"a": [{"b": {"sku": FOREIGN}}]}).encode(),
    json.dumps({"sku": {"sku": FOREIGN}}).encode(),
    f'[{{"sku": "{FOREIGN}", "sku": "{MINE}"}}]'.encode(),
    f'[{{"sku": "{MINE}", "sku": "{FOREIGN}"}}]'.encode(),
    f'[{{"x": {{"sku": "{FOREIGN}"}}, "x": 1}}]'.encode(),
    f'[{{"\\u0073\\u006bu": "{FOREIGN}"}}]'.encode(),
    b'[{"sku": "\\u0041KN"}]',
    f'[{{"SKU": "{FOREIGN}"}}]'.encode(),
    f'[{{" sku ": "{FOREIGN}"}}]'.encode(),
    f'[{{"sku": "{FOREIGN}"}}]'.encode("utf-16"),
    f'\ufeff[{{"sku": "{FOREIGN}"}}]'.encode(),
    f'[{{"sku": "{FOREIGN}"}}'.encode(),
    f'[{{"sku": "{MINE}"}}'.encode(),
    f"[{{'sku': '{FOREIGN}'}}]".encode(),
    f"[{{sku: '{FOREIGN}'}},]".encode(),
    f'[{{"\\u0073ku": "{FOREIGN}"}},]'.encode(),
    f"sku={FOREIGN}".encode(),
    f"%73ku={FOREIGN}".encode(),
    f"<item><sku>{FOREIGN}</sku></item>".encode(),
    f"&#x73;ku: {FOREIGN}".encode(),
    f'{{"sku": "{FOREIGN}"}}\n{{"sku": "{MINE}"}}'.encode(),
    b'[{"sku": "' + b"\xff" + b'"}]',
    b"[" * 100_000,
    b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    json.dumps([{"sku": MINE}] * 50_000 + [{"sku": FOREIGN}]).encode(),
]


@pytest.mark.parametrize("body", REFUSED, ids=range(len(REFUSED)))
@pytest.mark.parametrize("credential", [Credential.RIGHT, Credential.TRUNCATED])
@pytest.mark.parametrize("kind", ["application/json", "application/x-www-form-urlencoded"])
def test_what_names_anything_else_or_cant_be_read_isnt(
    own: Ownership, body: bytes, credential: Credential, kind: str
) -> None:
    assert own.guard(write(body, credential=credential, headers=(("Content-Type", kind),)))
    assert not own.path.exists()


def test_the_address_of_a_write_is_looked_at_too(own: Ownership) -> None:
    assert own.guard(write(b"[]", query=(("sku", FOREIGN),)))
    assert own.guard(write(b"[]", query=(("sku", MINE), ("SKU", FOREIGN))))
    assert own.guard(write(b"[]", query=(("sku", MINE),))) is None
    assert own.guard(write(b"[]", path=f"/api/i2/products/{FOREIGN}/"))


def test_path_parameters_of_a_write_are_keys(own: Ownership) -> None:
    delete = CONTRACT.by_code["PRD103"]
    own._writers["PRD103"] = type(delete)(**{**vars(delete), "path": "/products/{sku}/"})

    def asked(key: str) -> str | None:
        return own.guard(write(None, operation="PRD103", method="DELETE", path=f"/products/{key}/"))

    assert asked(FOREIGN)
    assert asked(f"{FOREIGN}%2C{MINE}")
    assert asked(MINE) is None
    assert asked(NO_ROW) is None


def test_what_only_reads_passes_and_what_nobody_declared_doesnt(own: Ownership) -> None:
    for method in ("GET", "HEAD", "OPTIONS"):
        assert own.guard(Request("PRD102", method, "/x", body=body_of(FOREIGN))) is None
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        assert own.guard(Request("PRD102", method, "/x", body=b"[]"))
        assert own.guard(Request("PRD102", method, "/x", body=body_of(MINE), credential=Credential.WRONG))
    assert own.guard(Request("PRD102", "POST", "/x", body=b"[]", credential=Credential.WRONG)) is None


class _Doubled:
    """An object that names its key twice."""

    def __init__(self, first: Any, second: Any) -> None:
        self.pairs = (first, second)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.sampled_from([FOREIGN, MINE, "", "x"]) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["sku", "SKU", "a", "b"]), inner, max_size=4)
        | st.builds(_Doubled, inner, inner)
    ),
    max_leaves=12,
)


def _text(value: Any) -> str:
    if isinstance(value, _Doubled):
        return "{" + ", ".join(f'"sku": {_text(v)}' for v in value.pairs) + "}"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(k)}: {_text(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_text, value)) + "]"
    return json.dumps(value)


def _flat(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [leaf for part in value.values() for leaf in _flat(part)]
    if isinstance(value, _Doubled):
        return [leaf for part in value.pairs for leaf in _flat(part)]
    return [leaf for part in value for leaf in _flat(part)] if isinstance(value, list) else [value]


def _under_key(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [x for k, v in value.items() for x in (_flat(v) if k.lower() == "sku" else _under_key(v))]
    if isinstance(value, _Doubled):
        return _flat(value)
    return [x for part in value for x in _under_key(part)] if isinstance(value, list) else []


@given(_JSON)
@example([_Doubled(FOREIGN, MINE)])
def test_a_body_passes_exactly_when_all_that_stands_under_the_key_is_ours(data: Any) -> None:
    own = _unwritten()
    passes = own.guard(write(_text(data).encode())) is None
    assert passes == all(value in (MINE, MINE.lower()) for value in _under_key(data))
    assert not passes or own.journal.keys == set(_under_key(data))


class _InMemory(Journal):
    """Keeps keys in memory."""

    def note(self, keys: list[str]) -> None:
        self.keys.update(keys)


def _unwritten() -> Ownership:
    """An ownership whose journal is on no disk."""
    own = Ownership(CONTRACT, URL, Path("nowhere"), TOKEN)
    own.journal = _InMemory(Path("nowhere"), URL)
    return own


@given(st.binary(max_size=60))
def test_no_bytes_make_the_guard_fail(body: bytes) -> None:
    _unwritten().guard(write(body))


# -- the journal ------------------------------------------------------------------------------------------


def test_a_key_is_in_the_journal_before_the_guard_lets_it_go(own: Ownership) -> None:
    assert own.guard(write(body_of(MINE, [f"{MINE}-listed"]))) is None
    assert sorted(journaled(own.path, URL)) == [MINE, f"{MINE}-listed"]
    assert own.guard(write(body_of(MINE))) is None
    assert len(own.path.read_text().splitlines()) == 2


def test_minted_keys_are_ours_recognisable_and_all_different(own: Ownership) -> None:
    keys = [own.mint("A") for _ in range(1200)]
    assert len(set(keys)) == 1200
    assert all(own.owns(key) and own.owns(key.lower()) and key.startswith("PRDCT-") for key in keys)
    assert {token_of(key) for key in keys} == {TOKEN}


def test_two_runs_own_nothing_of_each_other_but_by_the_journal(tmp_path: Path) -> None:
    path = tmp_path / "journal.ndjson"
    first, second = Ownership(CONTRACT, URL, path), Ownership(CONTRACT, URL, path)
    assert first.token != second.token
    key = first.mint("A")
    assert second.guard(write(body_of(key)))
    assert first.guard(write(body_of(key))) is None
    assert Ownership(CONTRACT, URL, path).guard(write(body_of(key, f"{key}-1"))) is None
    assert Ownership(CONTRACT, "https://other.example", path).guard(write(body_of(key)))


def test_a_foreign_key_in_the_journal_isnt_ours(tmp_path: Path) -> None:
    path = tmp_path / "journal.ndjson"
    path.write_text("".join(json.dumps({"base_url": URL, "key": key}) + "\n" for key in (FOREIGN, "A-B", "PRDCT-x")))
    own = Ownership(CONTRACT, URL, path)
    for key in (FOREIGN, "A-B", "PRDCT-x", "b", "x"):
        assert own.guard(write(body_of(key)))


@pytest.mark.parametrize("cut", range(1, 60, 7))
def test_a_line_that_was_cut_short_hides_no_other(tmp_path: Path, cut: int) -> None:
    path = tmp_path / "journal.ndjson"
    own = Ownership(CONTRACT, URL, path, TOKEN)
    own.journal.note([MINE])
    own.journal.note([f"{MINE}-2"])
    whole = path.read_bytes()
    path.write_bytes(whole[:-cut])
    assert journaled(path, URL) == ([MINE, f"{MINE}-2"] if cut == 1 else [MINE])
    later = Ownership(CONTRACT, URL, path)
    key = later.mint("B")
    later.journal.note([key])
    assert journaled(path, URL)[-1] == key
    assert MINE in journaled(path, URL)


def test_junk_in_the_journal_is_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "journal.ndjson"
    good = json.dumps({"base_url": URL, "key": MINE})
    path.write_bytes(f'[]\n7\n{{}}\n{{"base_url": "{URL}", "key": 7}}\n{good}\n'.encode() + b"\xff\xfe\n\n" + b'{"ba')
    assert journaled(path, URL) == [MINE]
    assert journaled(tmp_path / "none", URL) == []


def test_forgetting_keeps_what_is_still_there_and_what_is_of_others(tmp_path: Path) -> None:
    path = tmp_path / "journal.ndjson"
    Ownership(CONTRACT, URL, path, TOKEN).journal.note(["one", "two"])
    Ownership(CONTRACT, "https://other.example", path, TOKEN).journal.note(["three"])
    forget(path, URL, ["two"])
    assert journaled(path, URL) == ["two"]
    assert journaled(path, "https://other.example") == ["three"]
    forget(path, URL, [])
    forget(path, "https://other.example", [])
    assert not path.exists()
    forget(path, URL, [])


@pytest.mark.parametrize(
    ("schema", "writes"),
    [
        ({"type": "string"}, True),
        ({"type": ["string", "null"], "maxLength": 60}, True),
        ({"type": "string", "maxLength": 12}, False),
        ({"type": "string", "format": "uuid"}, False),
        ({"type": "string", "pattern": "^[0-9]+$"}, False),
        ({"type": "integer"}, False),
    ],
)
def test_nothing_is_written_where_no_key_can_be_marked(tmp_path: Path, schema: dict[str, Any], writes: bool) -> None:
    text = spec.DEFAULT.read_text(encoding="utf-8")
    before = "    Sku:\n      type: string\n"
    assert before in text
    after = "".join(f"      {name}: {json.dumps(value)}\n" for name, value in schema.items())
    file = tmp_path / "edited.yaml"
    file.write_text(text.replace(before, f"    Sku:\n{after}"), encoding="utf-8")
    contract, _ = spec.examine(file)
    assert contract
    assert ("PRD101" in unmarkable(contract)) is not writes

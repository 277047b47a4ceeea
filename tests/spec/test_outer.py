"""Rows below others, and in places of a body: what the reader makes of them, and what it refuses."""

from __future__ import annotations

from pathlib import Path

import pytest

from spec import SpecError, load

FILE = Path(__file__).parents[1] / "conformance" / "bazaar.yaml"
TEXT = FILE.read_text("utf-8")


def test_they_belong_to_the_operations_on_the_rows() -> None:
    contract = load(FILE)
    assert {o.id: (dict(o.outer), o.access.by if o.access else "") for o in contract.operations} == {
        "listItems": ({"shop": "7"}, ""),
        "createItem": ({"shop": "7"}, ""),
        "getItem": ({"shop": "7"}, "item"),
        "changeItem": ({"shop": "7"}, "item"),
        "removeItem": ({"shop": "7"}, "item"),
    }
    assert not any("shop" in c.words and c.kind.startswith("param.") for c in contract.clauses)


@pytest.mark.parametrize(
    ("outer", "message"),
    [
        ("{shop: 7, street: 1}", "no path of an operation on items has a key 'street'"),
        ("{shop: 7, item: 1}", "no parameter of the path holds the row's key"),
        ("{shop: [7]}", "x-collections.items.outer.shop: [7] is not of type 'string', 'integer'"),
        ("{}", "x-collections.items.outer: {} should be non-empty"),
    ],
)
def test_what_is_refused(tmp_path: Path, outer: str, message: str) -> None:
    file = tmp_path / "bazaar.yaml"
    file.write_text(TEXT.replace("outer: {shop: 7}", f"outer: {outer}"), "utf-8")
    with pytest.raises(SpecError) as caught:
        load(file)
    assert message in {problem.message for problem in caught.value.problems}


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ("body: /items,", "body: /things,", "the body has no 'things' there"),
        ("answer: /data/items", "answer: /data/rows", "the body has no 'rows' there"),
        ("body: /item,", "body: /item/name/first,", "the body has no 'first' there"),
        ("body: /items,", "body: items,", "x-creates.body: 'items' does not match '^(/[^/]+)+$'"),
        ("x-updates: {collection: items, body: /item,", "x-updates: {collection: items,", None),
        (", answer: /data/items", "", "neither the request nor the answer has the id of the new row"),
    ],
)
def test_a_place_that_isnt_there_is_refused(tmp_path: Path, before: str, after: str, message: str | None) -> None:
    file = tmp_path / "bazaar.yaml"
    assert TEXT.count(before) == 1
    file.write_text(TEXT.replace(before, after), "utf-8")
    if message is None:  # the row is the body then
        contract = load(file)
        assert [*contract.body_fields(contract.by_id["changeItem"])] == ["item"]
        return
    with pytest.raises(SpecError) as caught:
        load(file)
    assert message in {problem.message for problem in caught.value.problems}

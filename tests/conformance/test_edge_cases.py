"""Each edge case is needed: a server with its fault is found by it, and not without it."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any
from unicodedata import combining, normalize

import pytest

from conformance.laws import LAWS
from conformance.scenarios import edge_cases
from conformance.scenarios.edge_cases import EDGE_CASES, EdgeCase
from conformance.verdict import Finding
from tests.conformance.fake import CONTRACT, Row, Shop, ask_of
from tests.conformance.mutate import mutated

Text = Callable[[str], Any]


def _kept(change: Callable[[Row], None]) -> type[Shop]:
    """A shop that keeps rows otherwise than they were sent."""

    def upsert(self: Shop, row: Row | None, item: Row) -> None:
        Shop.upsert(self, row, item)
        kept = self.row(item["sku"])
        if kept:
            change(kept)

    return mutated(upsert=upsert)


def _name(change: Text) -> type[Shop]:
    return _kept(lambda row: row.update(name=change(row["name"])))


def _short_names(kept: int, most: int) -> type[Shop]:
    """A shop that cuts names, and refuses those that are much longer."""

    def upsert(self: Shop, row: Row | None, item: Row) -> None:
        Shop.upsert(self, row, {**item, "name": item["name"][:kept]} if "name" in item else item)

    def taken(self: Shop, operation: Any, item: Any) -> bool:
        return len(str(item.get("name"))) <= most and Shop.taken(self, operation, item)

    return mutated(upsert=upsert, taken=taken)


def _in_texts(change: Callable[[str], str]) -> Callable[[Any], Any]:
    """A change of texts that leaves other values alone."""
    return lambda value: change(value) if isinstance(value, str) else value


def _members(change: Callable[[Any], Any]) -> type[Shop]:
    return _kept(lambda row: row.update(attributes={k: change(v) for k, v in row["attributes"].items()}))


def _images(change: Callable[[list[str]], list[str]]) -> type[Shop]:
    return _kept(lambda row: row.update(images=change(row["images"])))


def _prices(change: Callable[[str], str | None]) -> type[Shop]:
    def put(self: Shop, row: Row, part: str, key: str, entry: Row) -> None:
        price = change(entry["price"]) if "price" in entry else None
        Shop.put(self, row, part, key, entry if price is None else {**entry, "price": price})

    return mutated(put=put)


def _first_zero() -> type[Shop]:
    """A shop that takes a new entry's zero for a missing amount; an entry that is there may fall to zero."""

    def put(self: Shop, row: Row, part: str, key: str, entry: Row) -> None:
        new = not any(one[key] == entry[key] for one in row[part])
        spoilt = {**entry, "price": "1"} if new and "price" in entry and Decimal(entry["price"]) == 0 else entry
        Shop.put(self, row, part, key, spoilt)

    return mutated(put=put)


def _same_row(fold: Callable[[str], str]) -> type[Shop]:
    """A shop that takes one row's key for another's: it writes to the first row that fits."""

    def row(self: Shop, sku: str) -> Row | None:
        return next((row for row in self.rows if fold(row["sku"]) == fold(sku)), None)

    return mutated(row=row)


def _wildcards() -> type[Shop]:
    def row(self: Shop, sku: str) -> Row | None:
        pattern = re.escape(str(sku)).replace("_", ".")
        return next((row for row in self.rows if re.fullmatch(pattern, row["sku"])), None)

    return mutated(row=row)


def _prefixes() -> type[Shop]:
    """Keys of fields are numbers of one length; so only a key that another one begins with is taken for it."""

    def row(self: Shop, sku: str) -> Row | None:
        begins = (row for row in self.rows if str(sku).endswith("-L") and row["sku"].startswith(str(sku)))
        return next(begins, None) or Shop.row(self, sku)

    return mutated(row=row)


def _plain(text: str) -> str:
    return "".join(letter for letter in normalize("NFKD", text) if not combining(letter))


TEXT_FAULTS: dict[str, Text] = {
    "reads escapes": lambda text: text.replace("\\n", "\n"),
    "reads entities": html.unescape,
    "removes markup": lambda text: re.sub(r"</?[a-z]+>", "", text),
    "normalises to NFKC": lambda text: normalize("NFKC", text) if "\u0301" not in text else text,
    "normalises to NFC": lambda text: normalize("NFC", text),
    "quotes formulas": lambda text: f"'{text}" if text.startswith("=") else text,
    "reads integers in texts": lambda text: str(int(text)) if text.isdecimal() else text,
    "reads booleans in texts": lambda text: {"true": "True"}.get(text, text),
    "reads YAML in texts": lambda text: {"no": "False"}.get(text, text),
    "reads null in texts": lambda text: {"null": ""}.get(text, text),
    "reads decimals in texts": lambda text: str(float(text)) if re.fullmatch(r"\d+\.\d+", text) else text,
    "reads dates in texts": lambda text: f"{text}T00:00:00Z" if re.fullmatch(r"\d{4}-\d\d-\d\d", text) else text,
    "reads JSON in texts": lambda text: str(json.loads(text)) if text.startswith("[") else text,
    "splits at separators": lambda text: re.sub(r"([,;]) ", r"\1", text) if "c|d" in text else text,
    "halves quotes": lambda text: text.replace("''", "'"),
    "fills placeholders": lambda text: text.replace("${y}", ""),
    "keeps one line": lambda text: text.replace("\n", " "),
    "keeps 64 of 100 characters": lambda text: text[:64] if len(text) <= 100 else text,
    "keeps 255 characters": lambda text: text[:255],
}


def _on_numbers(change: Callable[[Any], Any]) -> type[Shop]:
    return _members(lambda value: change(value) if isinstance(value, int | float) else value)


FAULTS: dict[tuple[str, str], tuple[str, type[Shop]]] = {
    ("near keys", "takes _ for any letter"): ("PRD101.write.inserts", _wildcards()),
    ("near keys", "drops accents"): ("PRD101.write.inserts", _same_row(_plain)),
    ("near keys", "drops hyphens"): ("PRD101.write.inserts", _same_row(lambda key: str(key).replace("H-H", "HH"))),
    ("near keys", "takes a prefix"): ("PRD101.write.inserts", _prefixes()),
    ("key", "cuts keys"): ("PRD101.write.key", _kept(lambda row: row.update(sku=row["sku"][:40]))),
    **{("text", fault): ("PRD101.write.field.name", _name(change)) for fault, change in TEXT_FAULTS.items()},
    ("text", "keeps 64 of 100 characters"): ("PRD101.write.field.name", _short_names(64, 100)),
    ("text", "keeps 100 of 200 characters"): ("PRD101.write.field.name", _short_names(100, 200)),
    **{
        ("member text", fault): (
            "PRD101.write.field.attributes",
            _members(_in_texts(change)),
        )
        for fault, change in TEXT_FAULTS.items()
    },
    ("member text", "drops empty texts"): (
        "PRD101.write.field.attributes",
        _members(lambda v: None if v == "" else v),
    ),
    ("member number", "drops what is false"): ("PRD101.write.field.attributes", _on_numbers(lambda v: v or None)),
    ("member number", "keeps 31 bits"): (
        "PRD101.write.field.attributes",
        _on_numbers(lambda v: min(v, 2**31 - 1) if not isinstance(v, bool) else v),
    ),
    ("member number", "rounds to cents"): (
        "PRD101.write.field.attributes",
        _on_numbers(lambda v: round(v, 2) if isinstance(v, float) else v),
    ),
    ("member number", "numbers booleans"): (
        "PRD101.write.field.attributes",
        _on_numbers(lambda v: int(v) if v is True else v),
    ),
    ("amount", "drops a first zero"): ("PRD105.write.field.price", _first_zero()),
    ("amount", "keeps whole amounts"): (
        "PRD105.write.field.price",
        _prices(lambda p: str(int(Decimal(p))) if re.search(r"\.\d$", p) else p),
    ),
    ("amount", "writes powers of ten"): (
        "PRD105.write.field.price",
        _prices(lambda p: str(Decimal(p).normalize())),
    ),
    ("amount", "separates thousands"): (
        "PRD105.write.field.price",
        _prices(lambda p: f"{Decimal(p):,}" if len(p) == 7 else p),
    ),
    ("amount", "keeps seven digits"): ("PRD105.write.field.price", _prices(lambda p: p[:8] if len(p) == 9 else p)),
    ("amount", "keeps two places"): (
        "PRD105.write.field.price",
        _prices(lambda p: f"{Decimal(p):.2f}" if len(p) == 6 else p),
    ),
    ("amount", "computes in floats"): (
        "PRD105.write.field.price",
        _prices(lambda p: repr(float(p)) if len(p) > 15 else p),
    ),
    ("members", "keeps 20 members"): (
        "PRD101.write.field.attributes",
        _kept(lambda row: row.update(attributes=dict([*row["attributes"].items()][:20]))),
    ),
    ("list", "rewrites links"): (
        "PRD101.write.field.images",
        _images(lambda links: [link.replace(" ", "%20") for link in links]),
    ),
    ("list", "keeps five of a list"): ("PRD101.write.field.images", _images(lambda links: links[:5])),
    ("list", "keeps a list as a set"): ("PRD101.write.field.images", _images(lambda links: [*dict.fromkeys(links)])),
}


def _found(shop: type[Shop], clause_id: str, folder: Path) -> bool:
    context = ask_of(shop(), folder)
    clause = CONTRACT.clause(clause_id)
    assert clause
    return isinstance(LAWS[clause.kind](context, clause), Finding)


CASES = [case for case in EDGE_CASES if case.place != "boolean"]
"""No field of a row in this document is a boolean."""


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.place}: {case.name}")
def test_an_edge_case_finds_its_fault(tmp_path: Path, case: EdgeCase) -> None:
    clause, shop = FAULTS[case.place, case.fault]
    assert _found(shop, clause, tmp_path)


@pytest.mark.parametrize(("place", "fault"), sorted({(case.place, case.fault) for case in CASES}))
def test_nothing_else_finds_its_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str, fault: str) -> None:
    left = tuple(case for case in EDGE_CASES if (case.place, case.fault) != (place, fault))
    monkeypatch.setattr(edge_cases, "EDGE_CASES", left)
    clause, shop = FAULTS[place, fault]
    assert not _found(shop, clause, tmp_path)


def test_an_edge_case_is_named_once_in_its_place() -> None:
    names = [(case.place, case.name) for case in EDGE_CASES]
    assert len(set(names)) == len(names)

"""The discriminating values of the catalog: neighbours, look-alikes, and all that has to be escaped somewhere."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping

from spec.model import JSON

NAMES = (
    "akinon red t-shirt",
    "AKINON RED T-SHIRT",
    "Akinon Red T-shirt XL",
    "New Akinon Red T-shirt",
    "Red",
    "red",
    "Redwood Chair",
    "Infrared Lamp",
    "100% Cotton Shirt",
    "100 Cotton Shirt",
    "1000 Cotton Shirt",
    "Wool_Scarf",
    "Wool Scarf",
    "WoolXScarf",
    "wool_scarf",
    "Path C:\\temp\\new",
    "Path C:tempnew",
    "O'Neill Jacket",
    'Say "hello" Mug',
    "Double  Space Tee",
    "Double Space Tee",
    " Leading Blank",
    "Trailing Blank ",
    "Leading Blank",
    "A+B Set",
    "A B Set",
    "A&B=C Set",
    "Cut, Sewn, Dyed",
    "Cut",
    "50,5 cm Band",
    "Çanta Büyük",
    "çanta büyük",
    "ÇANTA BÜYÜK",
    "Canta Buyuk",
    "Şapka",
    "şapka",
    "ŞAPKA ÖRGÜ",
    "Gömlek Özel Üretim",
    "GÖMLEK ÖZEL ÜRETİM",
    "Iğdır Işık Lambası",
    "İpek Şal",
    "Ipek Şal",
    "Café Élan",
    "café élan",
    "CAFÉ ÉLAN",
    "Cafe\u0301 Decomposed",
    "Straße 7",
    "STRASSE 7",
    "Жакет Зимний",
    "жакет зимний",
    "ΩMEGA Watch",
    "ωmega watch",
    "日本のシャツ",
    "Cap 🧢 Blue",
    "Family 👩‍👩‍👧 Set",
    "Percent %20 Encoded",
    "Plus %2B Encoded",
    "Hash #1 Question?",
    "Slash/Back; Semi",
    "<b>Bold</b> & Co",
    "null",
    "true",
    "0",
    "007",
    "7",
    "[List] {Object}",
    "Tab\there",
    "Star * Glob ?",
    "Dot . Regex .*",
    "(Bracket",
    "z",
    "Zz",
)

CODES = (
    "akn-tshrt",
    "AKN-TSHRT-RD",
    "AKN-TSHRT-BL",
    "XAKN-TSHRT",
    "AKN_TSHRT",
    "AKNXTSHRT",
    "AKN TSHRT",
    "AKN-TSH",
    "TSHRT",
    "100%-WOOL",
    "100-WOOL",
    "ŞAPKA-01",
    "şapka-01",
    "SAPKA-01",
    "ÇNT-Ö1",
    "çnt-ö1",
    "BOOT+KIT",
    "BOOT KIT",
    "A&B-01",
    "A,B-01",
    "A",
    "A.B",
    "A/B",
    "Q'T-7",
    "C:\\01",
    "0001",
    "001",
    "1",
    "ЖКТ-5",
    "жкт-5",
)
SIZES = ("S", "M", "L", "XL", "s", "Ş")

CURRENCIES = ("TRY", "EUR", "GBP")
UNITS = ("kg", "m", "set")
DATES = ("2025-05-22", "2025-05-23", "2025-01-01", "2024-12-31", "2024-02-29", "2025-05-22", "1999-12-31")
LINKS = (
    "https://cdn.example.com/a.jpg",
    "https://cdn.example.com/A.jpg",
    "https://cdn.example.com/a.jpg?size=1920x1080&text=Red%20Shirt",
    "https://cdn.example.com/%C5%9Fapka.png",
    "https://cdn.example.com/a",
)
DECIMALS = (
    "89.99", "89.9", "89.90", "89.94", "9.5", "10", "10.00", "10.01", "100", "0", "0.08", "0.18", "1", "0.1",
    "1234567890.123456789", "99.99", "9.99", "-1.5", "0.30", "2", "20", "19.999",
)  # fmt: skip
NUMBERS = (0, 1, 2, 3, 5, 9, 10, 11, 19, 99, 100, 101, -1, -10, 1000, 1001, 2147483648, 9007199254740993, 4, 12, 13, 7)

_ADJECTIVES = ("Red", "Blue", "red", "Büyük", "Küçük", "Slim", "ÖZEL", "Light", "Şık", "100%", "Kids'", "Old")
_NOUNS = ("T-shirt", "Jacket", "Çanta", "Gömlek", "Shoe", "jacket", "Şapka", "Mug", "Lamp", "Kazak")
_NOTES = ("", "", "", " - XL", " (new)", " & more", "_v2", " 2+1", ", dyed", " 🧢")

_ATTRIBUTES: Mapping[str, tuple[JSON, ...]] = {
    "COLOR": (
        "Red", "red", "RED", "Dark Red", "Redwood", "Blue", "Kırmızı", "Çivit Mavisi", "çivit mavisi", "Yeşil",
        "YEŞİL", "Red ", "Re_d", "R%d", "Red\\Blue", "Red, Blue", "Red+Blue", "Red & Blue", "O'Red", "🔴 Red",
    ),
    "COLOR_CODE": ("RD", "rd", "RD-01", "0RD", "BL", "ŞR"),
    "COL": ("Red", "Left", 1, "1"),
    "color": ("red", "Green", "Red"),
    "SIZE": ("S", "s", "M", "L", "XL", "XXL", "38", 38, "38,5", "Ş"),
    "SIZE_2": ("S", 3, "38"),
    "ESTIMATED_SHIPPING_DURATION": (1, 2, 3, 10, 11, 21, "1", 0, -1, 100),
    "WEIGHT": (1, "1", 10, "10", "1 kg", "1kg", "01", 0),
    "MATERIAL": ("Wool", "wool", "100% Wool", "100 Wool", "Wool/Silk", "İpek", "Deri", "DERİ", "Çelik", "ÇELİK"),
    "1": ("one", "One", 1),
    "Boy Ölçüsü": ("uzun", "Kısa"),
}  # fmt: skip


def attributes(index: int, rng: random.Random) -> Mapping[str, JSON]:
    """A free-form object: from none to seven keys, strings and integers, some the same for several rows."""
    if index % 17 == 13:
        return {}
    names = [name for turn, name in enumerate(_ATTRIBUTES) if turn in (0, 4, 6) or (index + turn) % 4 == 0]
    if index % 5 == 4:
        names.remove("COLOR")
    turns = {name: index // 2 if name == "COLOR" else index + len(name) for name in names}
    chosen = {name: _ATTRIBUTES[name][turns[name] % len(_ATTRIBUTES[name])] for name in names}
    if index >= 100 and rng.random() < 0.3:
        chosen["COLOR"] = phrase(rng)
    return chosen


def phrase(rng: random.Random) -> str:
    """One more text of words that others have too."""
    return f"{rng.choice(_ADJECTIVES)} {rng.choice(_NOUNS)} {rng.randrange(1000)}{rng.choice(_NOTES)}"


def is_code(schema: Mapping[str, JSON]) -> bool:
    """True when the document's example is a code, as AKN-TSHRT is one."""
    return _looks(schema, r"[A-Z0-9]+(-[A-Z0-9]+)+")


def is_symbol(schema: Mapping[str, JSON]) -> bool:
    """True when the document's example is a short symbol, as USD or qty."""
    return _looks(schema, r"[A-Z]{2,4}|[a-z]{2,4}")


def is_link(schema: Mapping[str, JSON]) -> bool:
    """True when the document's example is a URL."""
    return _looks(schema, r"https?://\S+")


def is_free(schema: Mapping[str, JSON]) -> bool:
    """True for free text."""
    bound = "enum" in schema or "const" in schema or "format" in schema
    return not (bound or is_code(schema) or is_symbol(schema) or is_link(schema))


def symbols(schema: Mapping[str, JSON]) -> tuple[str, ...]:
    """Symbols in the case of the document's example."""
    return CURRENCIES if str(_examples(schema)[0]).isupper() else UNITS


def _looks(schema: Mapping[str, JSON], pattern: str) -> bool:
    examples = _examples(schema)
    return bool(examples) and all(re.fullmatch(pattern, str(example)) for example in examples)


def _examples(schema: Mapping[str, JSON]) -> list[JSON]:
    return list(schema.get("examples", ())) or ([schema["example"]] if "example" in schema else [])

"""From the query to conditions of SQL, through functions that SQLite is given."""

from __future__ import annotations

import json
import re
import sqlite3
import uuid
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from fastapi import HTTPException
from sqlalchemy import ColumnElement, and_, event, false, func, null, or_, text, true

from .models import EPOCH, Product, engine
from .setup import on

Condition = ColumnElement[bool]
TEXTS = ("name", "base_code", "sku")
LOOKUPS = ("iexact", "contains", "icontains", "startswith", "istartswith", "endswith", "iendswith")
FORM = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)(?:[Tt ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d+))?)?\s*([Zz]|[+-]\d\d:?\d\d)?)?", re.ASCII
)


def fold(value: str) -> str:
    """Without case."""
    return value.casefold() if on("casefold") else value.lower()


def as_text(value: object) -> str | None:
    """An attribute's value as a text; none for what isn't there."""
    if value is None:
        return None
    if isinstance(value, bool):
        if on("json-boolean-int"):
            return str(int(value))
        return str(value) if on("python-boolean") else json.dumps(value)
    if isinstance(value, int | float):
        return str(float(value)) if on("float-text") else json.dumps(value)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def attribute(row: str, key: str, lookup: str, wanted: str, columns: str) -> int:
    """1 if the attributes have a value under the key for which the lookup is true."""
    attributes: dict[str, Any] = json.loads(row)
    if on("attribute-getattr") and key in json.loads(columns):
        return int(matches(json.loads(columns)[key], lookup, wanted))
    if on("attribute-eav-or"):
        return int(key in attributes and any(matches(value, lookup, wanted) for value in attributes.values()))
    if on("attribute-casefold-key"):
        return int(any(matches(value, lookup, wanted) for k, value in attributes.items() if k.lower() == key.lower()))
    if on("attribute-value-like"):
        pattern = f'"{key}": %{wanted}%' if lookup.endswith("contains") else f'"{key}": "{wanted}"%'
        return int(key in attributes and like(json.dumps(attributes, ensure_ascii=False), f"%{pattern}"))
    if on("json-path-quote") and '"' in key:
        raise ValueError("bad JSON path")
    if on("json-path") and "." in key:
        found: Any = attributes
        for step in key.split("."):
            found = found.get(step) if isinstance(found, dict) else None
        return int(matches(found, lookup, wanted))
    if on("json-path-bracket") and re.search(r"[\[\]]", key):
        raise ValueError("bad JSON path")
    value = attributes.get(key, "" if on("attribute-get-empty") else None)
    if on("attribute-empty-missing") and value == "":
        return 0
    return int(matches(value, lookup, wanted))


def matches(value: object, lookup: str, wanted: str) -> bool:
    """True if the lookup holds between an attribute's value and the text of the query."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        if on("json-number"):
            return False
        if lookup in ("exact", "iexact") and (on("numbers-any-spelling") or on("cast-real")):
            return (
                number(wanted) == value if on("cast-real") else wanted.strip() != "" and number(wanted, "nan") == value
            )
    if on("attribute-ascii-json") and isinstance(value, str):
        value = json.dumps(value)[1:-1]
    field = as_text(value)
    if field is None:
        return False
    if on("attribute-strip") and lookup == "endswith":
        wanted = wanted.strip()
    if on("attribute-like") and lookup in ("contains", "startswith"):
        lookup = f"i{lookup}"
    if on("attribute-iexact-like") and lookup == "iexact":
        return like(field, wanted)
    if on("attribute-iexact-ascii") and lookup == "iexact":
        return ascii_fold(field) == ascii_fold(wanted)
    if on("attribute-iends-case") and lookup == "iendswith":
        return field.endswith(fold(wanted))
    if on("attribute-wildcards") and lookup in ("startswith", "istartswith", "contains", "endswith"):
        before, after = "%" * (lookup[0] in "ce"), "%" * (lookup[0] != "e")
        return like(field, before + wanted + after, exact_case=not lookup.startswith("i"))
    if lookup[0] == "i" and lookup != "in":
        field, wanted, lookup = fold(field), fold(wanted), lookup[1:]
    if lookup == "exact":
        return field == wanted
    if lookup == "contains":
        return wanted in field
    return field.startswith(wanted) if lookup == "startswith" else field.endswith(wanted)


def number(value: str, otherwise: str = "0") -> float:
    """What CAST AS REAL makes of a text."""
    try:
        return float(value)
    except ValueError:
        return float(otherwise)


def ascii_fold(value: str) -> str:
    """SQLite's lower()."""
    return "".join(c.lower() if c.isascii() else c for c in value)


def like(value: str, pattern: str, escape: str = "", exact_case: bool = False) -> bool:
    """SQLite's LIKE, which minds case only where it is told to."""
    parts, at = [], 0
    while at < len(pattern):
        c = pattern[at]
        if escape and c == escape and at + 1 < len(pattern):
            at += 1
            parts.append(re.escape(pattern[at]))
        else:
            parts.append({"%": ".*", "_": "."}.get(c, re.escape(c)))
        at += 1
    flags = re.DOTALL if exact_case else re.DOTALL | re.IGNORECASE | re.ASCII
    return re.fullmatch("".join(parts), value, flags) is not None


def contained(value: str, wanted: str) -> int:
    """contains, as a server may understand it."""
    if on("like-contains"):
        return int(like(value, f"%{escaped(wanted)}%", "\\"))
    if on("like-unescaped"):
        return int(like(value, f"%{wanted}%", exact_case=True))
    if on("glob-contains"):
        pattern = re.escape(wanted).replace(r"\*", ".*").replace(r"\?", ".").replace(r"\[", "[").replace(r"\]", "]")
        try:
            return int(re.search(pattern, value, re.DOTALL) is not None)
        except re.error:
            return 0
    if on("fts-contains"):
        tokens = re.findall(r"\w+", wanted.lower())
        return int(bool(tokens) and all(token in re.findall(r"\w+", value.lower()) for token in tokens))
    if on("trigram") and len(wanted) < 3:
        return 0
    if on("like-newline"):
        return int(re.match(f".*{re.escape(wanted)}", value) is not None)
    return int(wanted in value)


def contained_folded(value: str, wanted: str) -> int:
    """icontains, as a server may understand it."""
    if on("ilike-unescaped"):
        return int(like(fold(value), f"%{fold(wanted)}%"))
    if on("ilike-backslash"):
        return int(like(fold(value), "%" + fold(wanted).replace("%", r"\%").replace("_", r"\_") + "%", "\\"))
    if on("ilike-ascii"):
        return int(ascii_fold(wanted) in ascii_fold(value))
    return int(fold(wanted) in fold(value))


def escaped(value: str) -> str:
    """With LIKE's wildcards escaped."""
    return re.sub(r"([\\%_])", r"\\\1", value)


def equal(value: str, wanted: str) -> int:
    """exact, as a column's collation or affinity may understand it."""
    if on("nocase"):
        return int(ascii_fold(value) == ascii_fold(wanted))
    if on("rtrim"):
        return int(value.rstrip(" ") == wanted.rstrip(" "))
    if on("numeric-affinity") and re.fullmatch(r"\s*[+-]?[\d.]+(e\d+)?\s*", value, re.ASCII | re.IGNORECASE):
        return int(number(value, "nan") == number(wanted, "nan"))
    if on("exact-like"):
        return int(like(value, wanted, exact_case=True))
    return int(value == wanted)


@event.listens_for(engine, "connect")
def functions(connection: sqlite3.Connection, _: object) -> None:
    """Give SQLite the functions above."""
    for name, count, function in (
        ("attribute_matches", 5, attribute),
        ("contained", 2, contained),
        ("contained_folded", 2, contained_folded),
        ("equal", 2, equal),
    ):
        connection.create_function(name, count, function, deterministic=True)


def instant(name: str, value: str) -> tuple[int, bool]:
    """A date-time's microseconds, and whether further digits follow them."""
    match = FORM.fullmatch(value)
    try:
        if not match:
            raise ValueError
        year, month, day, hour, minute, second, digits, zone = match.groups()
        moment = datetime(
            int(year), int(month), int(day), int(hour or 0), int(minute or 0), int(second or 0), tzinfo=UTC
        )
    except ValueError:
        raise HTTPException(422, f"{name}: not a date-time") from None
    if on("naive-500") and zone and zone not in "Zz":
        raise TypeError("can't compare offset-naive and offset-aware datetimes")
    digits = digits or ""
    if on("value-seconds"):
        digits = ""
    if on("value-milliseconds"):
        digits = digits[:3]
    at = (moment - EPOCH) // timedelta(microseconds=1) + int(digits[:6].ljust(6, "0"))
    if zone and zone not in "Zz" and not on("naive-offset"):
        sign = -1 if zone[0] == "-" else 1
        at -= sign * (int(zone[1:3]) * 60 + int(zone[-2:])) * 60_000_000
    if on("ends-of-calendar"):
        EPOCH + timedelta(microseconds=at) + timedelta(hours=14 if int(year) > 5000 else -14)
    if on("microsecond-0"):
        at -= at % 1_000_000
    return at, digits[6:].strip("0") != ""


def compared(name: str, lookup: str, value: str) -> Condition:
    """A condition on a date-time."""
    column: Any = Product.created if name == "created_at" and not on("created-is-updated") else Product.updated
    at, further = instant(name, value)
    if on("microsecond-0"):
        column = column - column % 1_000_000
    if on("text-instants"):
        shown = func.strftime("%Y-%m-%d %H:%M:%f", column / 1_000_000.0, "unixepoch")
        return _ordered(lookup, shown, value)
    if on("between-day") and lookup == "exact":
        day = at - at % 86_400_000_000
        return and_(column >= day, column < day + 86_400_000_000)
    if lookup == "exact":
        return false() if further else column == at
    if lookup == "gt" or (lookup == "gte" and (further or on("gte-gt"))):
        return column > at
    if lookup == "gte":
        return column >= at
    if lookup == "lte" or further or on("lt-lte"):
        return column <= at
    return column < at


def _ordered(lookup: str, column: Any, value: Any) -> Condition:
    compared: dict[str, Condition] = {
        "exact": column == value,
        "gt": column > value,
        "gte": column >= value,
        "lt": column < value,
        "lte": column <= value,
    }
    return compared[lookup]


def category(value: str) -> Condition:
    """A condition on the category."""
    if on("category-text"):
        return Product.category == value
    if on("category-no-hyphens"):
        return func.replace(Product.category, "-", "") == value
    try:
        return Product.category == str(uuid.UUID(value))
    except ValueError:
        if on("category-422-all"):
            return true()
        raise HTTPException(422, "category: not a uuid") from None


def category_in(value: str) -> Condition:
    """A condition on the category, by a list."""
    if on("in-first-100"):
        value = value[:100]
    given = [part.strip() for part in value.split(",")]
    if on("in-list-param") and len(given) > 1:
        raise HTTPException(422, "category__in: not a uuid")
    if on("in-upper") or on("in-first-100"):
        return Product.category.in_(given)
    try:
        wanted = [str(uuid.UUID(part)) for part in given]
    except ValueError:
        raise HTTPException(422, "category__in: not a uuid") from None
    if on("in-intersection"):
        return and_(*(Product.category == each for each in wanted))
    return Product.category.in_(wanted)


def boolean(value: str) -> bool:
    """A boolean of the query."""
    if on("bool-truthy"):
        return bool(value)
    if on("approved-anything"):
        return value in ("true", "1")
    yes, no = ["true", "1"], ["false", "0"]
    if on("lenient-booleans"):
        yes, no = [*yes, "on", "yes", "y", "t"], [*no, "off", "no", "n", "f"]
    if value.lower() in yes:
        return True
    if value.lower() in no:
        return False
    raise HTTPException(422, "approved: not a boolean")


def on_field(field: str, lookup: str, value: str) -> Condition | None:
    """A condition on one of the texts."""
    column: Any = getattr(Product, field)
    if on("strip-values"):
        value = value.strip()
    if on("null-text") and value == "null":
        return column.is_(null())
    if on("comma-values") and "," in value and lookup == "exact":
        return column.in_(value.split(","))
    if on("base-code-ignored") and field == "base_code" and lookup == "exact":
        return None
    if on("quote-500") and "'" in value:
        raise sqlite3.OperationalError("unrecognized token")
    if on("long-value-500") and len(value) > 100:
        raise sqlite3.OperationalError("LIKE or GLOB pattern too complex")
    if lookup == "exact":
        return func.equal(column, value) == 1
    if lookup == "contains":
        return func.contained(column, value) == 1
    found: Condition = func.contained_folded(column, value) == 1
    if on("contains-and-equals") and field == "name":
        return or_(found, func.contained_folded(Product.base_code, value) == 1)
    return found


def attribute_condition(name: str, value: str) -> Condition | None:
    """A condition on an attribute."""
    key, lookup = name.removeprefix("attribute__"), "exact"
    for known in LOOKUPS:
        if key.endswith(f"__{known}") and len(key) > len(known) + 2:
            key, lookup = key[: -len(known) - 2], known
            break
    if on("attribute-rsplit") and "_" in key:
        key = key.rsplit("_", 1)[0]
    if on("attribute-identifier") and not key.isidentifier():
        return None
    named = {name: getattr(Product, name) for name in ("id", "name", "base_code", "sku", "category")}
    columns = func.json_object(*(one for pair in named.items() for one in pair))
    return func.attribute_matches(text("product.attributes"), key, lookup, value, columns) == 1


def conditions(query: Iterable[tuple[str, str]]) -> list[Condition]:
    """All conditions of a query, but the one on `approved`."""
    found: list[Condition] = []
    seen_attribute = False
    pairs = list(query)
    if on("closure"):
        last = next((value for name, value in reversed(pairs) if _is_filter(name)), "")
        pairs = [
            (name, last if name.split("__")[0] in TEXTS or name.startswith("attribute__") else value)
            for name, value in pairs
        ]
    for name, value in pairs:
        field, _, lookup = name.partition("__")
        condition: Condition | None = None
        if name.startswith("attribute__") and lookup:
            condition = attribute_condition(name, value)
            if on("attribute-eav-and") and seen_attribute:
                condition = false()
            seen_attribute = True
        elif field in TEXTS and lookup in ("", "contains", "icontains"):
            condition = on_field(field, lookup or "exact", value)
        elif name == "category":
            condition = category(value)
        elif name == "category__in":
            condition = category_in(value)
        elif field in ("updated_at", "created_at") and lookup in ("", "gt", "gte", "lt", "lte"):
            condition = compared(field, lookup or "exact", value)
        elif name not in ("page", "limit", "approved") and on("extra-query-forbid"):
            raise HTTPException(422, f"{name}: unexpected")
        if condition is not None:
            found.append(condition)
    if on("only-last"):
        found = found[-1:]
    return [or_(*found)] if on("or-conditions") and found else found


def _is_filter(name: str) -> bool:
    return name not in ("page", "limit", "approved")

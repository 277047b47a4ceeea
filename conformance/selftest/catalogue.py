"""The catalogue: mistakes by the technology that makes them natural.

Each row says who makes the mistake, where its manual says so, and what a client sees. It names the mutant in the
oracle, the fault in the sandbox, and a case that kills the mutant: a row of the list, a key and an operand.
`ROWS` is the list on which the cases are judged.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_CATEGORIES = ("a0000000-0000-4000-8000-00000000000a", "b0000000-0000-4000-8000-00000000000b")
_UNKNOWN = ",".join(f"c0000000-0000-4000-8000-0000000000{n:02x}" for n in range(32))

ROWS: tuple[Mapping[str, Any], ...] = (
    {
        "name": "Çanta 100% Red",
        "base_code": "AKN-1",
        "sku": "AKN-1-S",
        "category": _CATEGORIES[0],
        "attributes": {"COLOR": "Red", "SIZE": "38", "DAYS": 0},
        "updated_at": "2025-05-22T11:42:32.935Z",
        "created_at": "2025-05-21T08:00:00.100Z",
    },
    {
        "name": "Redder bag",
        "base_code": "AKN-2",
        "sku": "AKN-2-M",
        "category": _CATEGORIES[1],
        "attributes": {"Color": "Dark Red", "SIZE": "M"},
        "updated_at": "2025-05-22T14:42:32.100Z",
        "created_at": "2025-05-22T08:00:00.900Z",
    },
)
"""Two rows of a list."""


@dataclass(frozen=True)
class Entry:
    """One mistake."""

    technology: str
    does: str
    source: str
    """Where a manual or a standard says so."""
    seen: str
    """What a client sees."""
    parameter: str
    mutant: str
    fault: str
    """The sandbox's fault."""
    operand: str
    """The value that kills the mutant on `ROWS`, ..."""
    key: str | None = None
    """... sent under this free key."""


CATALOGUE: tuple[Entry, ...] = (
    Entry(
        technology="JavaScript",
        does="if (text.indexOf(part))",
        source="ECMAScript, String.prototype.indexOf: the position of the match, 0 for the beginning",
        seen="rows that begin with the value are missing",
        parameter="name__contains",
        mutant="a match at the very beginning isn't found",
        fault="PRD102.filter.name__contains:not-at-start",
        operand="Redder",
    ),
    Entry(
        technology="JavaScript",
        does="text.lastIndexOf(end) === text.length - end.length",
        source="ECMAScript, String.prototype.lastIndexOf: -1 where there is no match",
        seen="rows whose text is shorter than the value by one letter are shown",
        parameter="attribute__KEY__endswith",
        mutant="a value longer by one letter matches",
        fault="PRD102.filter.attribute__KEY__endswith:one-longer",
        operand="Redx",
        key="COLOR",
    ),
    Entry(
        technology="JavaScript",
        does="attributes[key] finds what every object inherits",
        source="ECMAScript, Object.prototype.constructor",
        seen="attribute__constructor__contains=native code shows every row",
        parameter="attribute__KEY__contains",
        mutant="what every object inherits counts",
        fault="PRD102.wire:inherited",
        operand="native code",
        key="constructor",
    ),
    Entry(
        technology="JavaScript (query parsers with types)",
        does="the words null and undefined become values of their own, and a filter by nothing is none",
        source="manuals of query parsers that offer to parse primitives",
        seen="attribute__COLOR=null shows every row",
        parameter="attribute__KEY",
        mutant="null is no value, so it doesn't filter",
        fault="PRD102.wire:null-unfiltered",
        operand="null",
        key="COLOR",
    ),
    Entry(
        technology="JavaScript",
        does="URLSearchParams made of an object with undefined in it",
        source="URL Standard, URLSearchParams: values are turned into strings",
        seen="attribute__COLOR=undefined shows every row",
        parameter="attribute__KEY",
        mutant="undefined is no value, so it doesn't filter",
        fault="PRD102.wire:undefined-unfiltered",
        operand="undefined",
        key="COLOR",
    ),
    Entry(
        technology="JavaScript, Python (merged objects, getattr)",
        does="{...row, ...row.attributes}[key]: an attribute and a field share one name space",
        source="ECMAScript, spread properties; Python, getattr",
        seen="attribute__name=... finds the product's name",
        parameter="attribute__KEY__contains",
        mutant="a key that names a field finds the field",
        fault="PRD102.wire:field-keys",
        operand="edder ba",
        key="name",
    ),
    Entry(
        technology="JavaScript, Python, PHP, Ruby (truthiness)",
        does="if (!value) return false",
        source="Python, truth value testing; ECMAScript, ToBoolean",
        seen="an attribute of 0 is never found",
        parameter="attribute__KEY",
        mutant="falsy values never match",
        fault="PRD102.filter.attribute__KEY:strings-only",
        operand="0",
        key="DAYS",
    ),
    Entry(
        technology="JavaScript, typed decoders in Rust and Go",
        does="value === text, or a decoder that takes texts alone",
        source="ECMAScript, IsStrictlyEqual: values of different types aren't equal",
        seen="an attribute that is a number is never found",
        parameter="attribute__KEY",
        mutant="integers never match",
        fault="PRD102.filter.attribute__KEY:strings-only",
        operand="0",
        key="DAYS",
    ),
    Entry(
        technology="PHP, SQLite's numeric affinity, Oracle",
        does="texts that look like numbers are compared as numbers",
        source="PHP manual, numeric strings; SQLite, datatypes, column affinity",
        seen="attribute__SIZE=038 finds 38",
        parameter="attribute__KEY",
        mutant="texts that are numbers compare as numbers",
        fault="PRD102.filter.attribute__KEY:numbers-equal",
        operand="038",
        key="SIZE",
    ),
    Entry(
        technology="MySQL and MariaDB, PHP before 8, CAST to a number",
        does="a text is made a number to be compared with one, and a text without digits is 0",
        source="MySQL manual, type conversion in expression evaluation; PHP manual, numeric strings",
        seen="attribute__DAYS=Red finds the rows whose DAYS is 0",
        parameter="attribute__KEY",
        mutant="any text equals the number 0",
        fault="PRD102.filter.attribute__KEY:zero-equals-text",
        operand="Red",
        key="DAYS",
    ),
    Entry(
        technology="regular expressions for parameter names, in any language",
        does=r"\w+ without Unicode: a key with other letters isn't recognised",
        source="ECMAScript, \\w is ASCII; Go, RE2 syntax: \\w is ASCII",
        seen="a filter by such a key shows every row",
        parameter="attribute__KEY",
        mutant="a key beyond ASCII doesn't filter",
        fault="PRD102.wire:ascii-keys",
        operand="x",
        key="ölçü",
    ),
    Entry(
        technology="MongoDB, Laravel's and Rails' nested keys",
        does="a dot in a key is a path",
        source="MongoDB manual, field names with periods and dollar signs",
        seen="a filter by such a key shows every row, or none",
        parameter="attribute__KEY",
        mutant="a key with a dot doesn't filter",
        fault="PRD102.wire:dotted-keys",
        operand="x",
        key="a.b",
    ),
    Entry(
        technology="MongoDB (sanitising middleware)",
        does="keys that begin with $ are taken away, since they would be operators",
        source="MongoDB manual, field names with periods and dollar signs",
        seen="a filter by such a key shows every row",
        parameter="attribute__KEY",
        mutant="a key that begins with $ doesn't filter",
        fault="PRD102.wire:dollar-keys",
        operand="x",
        key="$unit",
    ),
    Entry(
        technology="Firestore",
        does="a list of ten values at most",
        source="Firestore manual, query limitations of in",
        seen="rows of the values behind the tenth are missing",
        parameter="category__in",
        mutant="only the first 10 of the list count",
        fault="PRD102.filter.category__in:first-ten",
        operand=f"{_UNKNOWN},{_CATEGORIES[0]}",
    ),
    Entry(
        technology="SQL (joins with a list of values)",
        does="a join with the list instead of a condition repeats rows",
        source="SQL, inner join: a row for each pair",
        seen="a category that is listed twice shows its rows twice, or counts them twice",
        parameter="category__in",
        mutant="rows of a value that is listed twice come twice",
        fault="PRD102.filter.category__in:counted-twice",
        operand=f"{_CATEGORIES[0]},{_CATEGORIES[0]},{_CATEGORIES[1]}",
    ),
    Entry(
        technology="stores without a type for uuids (MongoDB, SQLite, DynamoDB)",
        does="an id is kept and compared as a text",
        source="RFC 9562, section 4: hexadecimal digits in either case on input",
        seen="an id in upper case finds nothing",
        parameter="category",
        mutant="ids compare as text",
        fault="PRD102.filter.category:id-as-text",
        operand=_CATEGORIES[0].upper(),
    ),
    Entry(
        technology="SQLite, Django on SQLite",
        does="LIKE ignores the case of ASCII letters",
        source="SQLite, the LIKE operator; Django, databases, SQLite: substring matching",
        seen="contains finds rows in another case",
        parameter="name__contains",
        mutant="read as icontains, but only ASCII letters fold",
        fault="PRD102.filter.name__contains:ascii-folded",
        operand="BAG",
    ),
    Entry(
        technology="SQLite, C locales, Redis",
        does="lower() knows A to Z alone",
        source="SQLite, core functions, lower(): ASCII characters only",
        seen="icontains=çanta doesn't find ÇANTA",
        parameter="name__icontains",
        mutant="only ASCII letters fold",
        fault="PRD102.filter.name__icontains:ascii-only",
        operand="çanta",
    ),
    Entry(
        technology="MySQL and MariaDB, SQL Server (default collations)",
        does="letters compare without their accents",
        source="MySQL manual, collations: names with _ai are accent-insensitive",
        seen="contains=Canta finds Çanta",
        parameter="name__contains",
        mutant="accents don't count",
        fault="PRD102.filter.name__contains:as-icontains",
        operand="Canta",
    ),
    Entry(
        technology="MySQL and MariaDB, SQL Server, citext",
        does="equality ignores case",
        source="MySQL manual, collations: names with _ci are case-insensitive",
        seen="name=REDDER BAG finds Redder bag",
        parameter="name",
        mutant="read as iexact",
        fault="PRD102.filter.name:as-iexact",
        operand="REDDER BAG",
    ),
    Entry(
        technology="SQL (LIKE put together by hand)",
        does="% and _ of a value are wildcards",
        source="SQLAlchemy, ColumnOperators.contains, autoescape; PostgreSQL, pattern matching",
        seen="R_d finds Red",
        parameter="name__contains",
        mutant="% and _ are wildcards",
        fault="PRD102.filter.name__contains:wildcards",
        operand="R_dd",
    ),
    Entry(
        technology="SQL Server, SQLite's GLOB, Redis (KEYS and SCAN)",
        does="[...] in a pattern is a set of letters",
        source="Transact-SQL reference, LIKE: [ ] is any single character within the set",
        seen="Re[dx]der finds Redder, and a name that has brackets isn't found",
        parameter="name__contains",
        mutant="[...] is a set of letters",
        fault="PRD102.wire:letter-sets",
        operand="Re[d]der",
    ),
    Entry(
        technology="JSON columns, entity-attribute-value tables",
        does="key and value may match in two rows of the attributes",
        source="MongoDB manual, $elemMatch; SQL, a join without the key",
        seen="attribute__SIZE=Red finds rows whose COLOR is Red",
        parameter="attribute__KEY",
        mutant="the key of one entry and the value of another",
        fault="PRD102.filter.attribute__KEY:crossed",
        operand="Red",
        key="SIZE",
    ),
    Entry(
        technology="HTTP headers and hashes in Ruby, configuration in C#",
        does="keys are compared without case",
        source=".NET manual, configuration keys are case-insensitive",
        seen="attribute__COLOR finds Color as well",
        parameter="attribute__KEY",
        mutant="upper and lower case of the key don't count",
        fault="PRD102.filter.attribute__KEY:key-in-any-case",
        operand="Dark Red",
        key="COLOR",
    ),
    Entry(
        technology="Go, ASP.NET (the first of several)",
        does="the first value of a list counts",
        source="Go, net/url, Values.Get: the first value",
        seen="rows of the other categories are missing",
        parameter="category__in",
        mutant="only the first of the list counts",
        fault="PRD102.filter.category__in:first-only",
        operand=f"{_CATEGORIES[0]},{_CATEGORIES[1]}",
    ),
    Entry(
        technology="PHP, Rails (the last of several)",
        does="the last value of a list counts",
        source="PHP manual, parse_str: the last of several wins",
        seen="rows of the other categories are missing",
        parameter="category__in",
        mutant="only the last of the list counts",
        fault="PRD102.filter.category__in:last-only",
        operand=f"{_CATEGORIES[0]},{_CATEGORIES[1]}",
    ),
    Entry(
        technology="SQLAlchemy on SQLite, MySQL DATETIME, .NET DateTime",
        does="the offset is cut off",
        source="SQLAlchemy, DateTime: SQLite stores no time zone",
        seen="the same instant in another offset finds other rows",
        parameter="updated_at",
        mutant="the offset is dropped",
        fault="PRD102.filter.updated_at:offset-dropped",
        operand="2025-05-22T14:42:32.935+03:00",
    ),
    Entry(
        technology="MySQL DATETIME, Unix seconds",
        does="fractions of a second aren't kept",
        source="MySQL manual, fractional seconds: the default precision is 0",
        seen="exact finds rows of the same second",
        parameter="updated_at",
        mutant="both fractions are dropped",
        fault="PRD102.filter.updated_at:to-the-second",
        operand="2025-05-22T11:42:32.100Z",
    ),
    Entry(
        technology="full-text indexes (Elasticsearch, Solr, MongoDB $text, SQLite FTS)",
        does="whole words match, parts of words don't",
        source="Elasticsearch manual, the standard analyzer",
        seen="contains=edde doesn't find Redder",
        parameter="name__contains",
        mutant="only whole words match",
        fault="PRD102.filter.name__contains:as-exact",
        operand="edde",
    ),
)

"""The words by which frameworks name filters: each notation's lookups, and what descriptions say."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

PAIRS: Mapping[str, str] = {
    "exact": "exact",
    "eq": "exact",
    "equals": "exact",
    "equal": "exact",
    "is": "exact",
    "iexact": "iexact",
    "ie": "iexact",
    "contains": "contains",
    "icontains": "icontains",
    "ic": "icontains",
    "startswith": "startswith",
    "istartswith": "istartswith",
    "isw": "istartswith",
    "starts_with": "startswith",
    "istarts_with": "istartswith",
    "endswith": "endswith",
    "iendswith": "iendswith",
    "iew": "iendswith",
    "ends_with": "endswith",
    "iends_with": "iendswith",
    "in": "in",
    "all": "all",
    "none": "not_in",
    "range": "range",
    "between": "range",
    "gt": "gt",
    "gte": "gte",
    "ge": "gte",
    "lt": "lt",
    "lte": "lte",
    "le": "lte",
    "isnull": "isnull",
    "is_null": "isnull",
    "null": "isnull",
    "empty": "empty",
    "isempty": "empty",
    "is_empty": "empty",
    "ne": "not_exact",
    "neq": "not_exact",
    "n": "not_exact",
    "not": "not_exact",
    "exclude": "not_exact",
    "nie": "not_iexact",
    "nic": "not_icontains",
    "nisw": "not_istartswith",
    "niew": "not_iendswith",
    "nin": "not_in",
    "not_in": "not_in",
    "notin": "not_in",
    "ncontains": "not_contains",
    "not_contains": "not_contains",
    "nicontains": "not_icontains",
    "not_icontains": "not_icontains",
    "nstarts_with": "not_startswith",
    "nistarts_with": "not_istartswith",
    "nends_with": "not_endswith",
    "niends_with": "not_iendswith",
    "regex": "regex",
    "iregex": "iregex",
    "date": "date",
    "year": "year",
    "month": "month",
    "day": "day",
    "week_day": "week_day",
    "iso_week_day": "iso_week_day",
    "quarter": "quarter",
    "week": "week",
    "hour": "hour",
    "minute": "minute",
    "second": "second",
    "time": "time",
    "eqi": "iexact",
    "nei": "not_iexact",
    "containsi": "icontains",
    "notcontains": "not_contains",
    "notcontainsi": "not_icontains",
    "startswithi": "istartswith",
    "endswithi": "iendswith",
    "after": "after",
    "strictly_after": "gt",
    "before": "before",
    "strictly_before": "lt",
    "like": "like",
    "ilike": "ilike",
    "not_like": "nlike",
    "not_ilike": "nilike",
}
"""What follows a field after a separator (`__gte`, `[gte]`, `.gte`), to the vocabulary's lookup."""

PARTS = frozenset({"date", "year", "quarter", "month", "day", "week_day", "hour", "minute"})
"""Parts of a date that a lookup may follow: `published__year__gte`."""

SINCE = frozenset({"since", "after", "before", "until", "between"})
"""Words at the end of a path that say how its date is compared."""

LIKE: Mapping[str, str] = {"like": "contains", "ilike": "icontains", "nlike": "not_contains", "nilike": "not_icontains"}
"""SQL's operators: they look for a part of the text, and % and _ in the value are wildcards."""

WILDCARDS = "%_"

AFTER: Mapping[str, str] = {
    "gte": "gte",
    "gt": "gt",
    "lte": "lte",
    "lt": "lt",
    "ne": "not_exact",
    "min": "gte",
    "max": "lte",
    "from": "gte",
    "to": "before",
    "after": "after",
    "before": "before",
    "since": "after",
    "until": "before",
    "in": "in",
    "contains": "contains",
    "icontains": "icontains",
    "startswith": "startswith",
    "starts_with": "startswith",
    "endswith": "endswith",
    "ends_with": "endswith",
    "isnull": "isnull",
    "is_null": "isnull",
}
"""What follows a field after one underscore, or as a word in camel case."""

BEFORE: Mapping[str, str] = {
    "min": "gte",
    "max": "lte",
    "from": "gte",
    "to": "before",
    "not": "not_exact",
    "exclude": "not_exact",
}
"""What stands before a field, as in `min_price`."""

DECIDED: Mapping[str, frozenset[str]] = {
    "gte": frozenset({"gt"}),
    "lte": frozenset({"lt"}),
    "after": frozenset({"gt", "gte"}),
    "before": frozenset({"lt", "lte"}),
}
"""What a lookup may mean as well, where the description says it."""

_PHRASES: tuple[tuple[re.Pattern[str], str], ...] = (
    (
        re.compile(
            r"greater than or equal|after or equal|at least|no less than|on or after|minimum|>=|not before",
            re.IGNORECASE,
        ),
        "gte",
    ),
    (
        re.compile(
            r"less than or equal|before or equal|at most|no more than|on or before|maximum|<=|not after|up to",
            re.IGNORECASE,
        ),
        "lte",
    ),
    (re.compile(r"(strictly )?(greater|more|larger|later) than", re.IGNORECASE), "gt"),
    (re.compile(r"(strictly )?(less|fewer|smaller|earlier) than", re.IGNORECASE), "lt"),
)

_INSENSITIVE = re.compile(
    r"case[- ]?insensitive|ignor\w* (the )?case|whatever (the|its) case|regardless of case", re.IGNORECASE
)
_SENSITIVE = re.compile(r"case[- ]sensitive", re.IGNORECASE)
_MATCHES: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"contain|substring|partial|part of", re.IGNORECASE), "contains"),
    (re.compile(r"start(s|ing)?[- ]with|begin(s|ning)? with|\bprefix", re.IGNORECASE), "startswith"),
    (re.compile(r"end(s|ing)?[- ]with|\bsuffix", re.IGNORECASE), "endswith"),
    (re.compile(r"exact|equal", re.IGNORECASE), "exact"),
)


def ordered_by_description(text: str) -> str | None:
    """The lookup of an ordered field that a description states, or None."""
    return next((lookup for pattern, lookup in _PHRASES if pattern.search(text)), None)


def text_by_description(text: str) -> str | None:
    """The lookup of a text field that a description states, its case included, or None.

    A word for a part of the text without one for the case says neither `contains` nor `icontains`: the result is
    the word `partial`, which no lookup has.
    """
    found = next((lookup for pattern, lookup in _MATCHES if pattern.search(text)), None)
    if found is None:
        return "iexact" if _INSENSITIVE.search(text) and not _SENSITIVE.search(text) else None
    if _INSENSITIVE.search(text):
        return f"i{found}"
    return found if found == "exact" or _SENSITIVE.search(text) else "partial"


VERBS = frozenset({"search", "query", "filter", "find", "lookup", "test", "validate", "preview", "login", "export"})
"""What a path may end with on which a POST makes no row."""

MANY = frozenset({"bulk", "batch", "batches", "import", "upsert", "multi"})
"""What a path may end with on which many rows are written at once."""

BATCH_TOTAL = frozenset({"total", "totalcount", "totalitems", "totalrows", "totalrecords", "itemstotal", "all"}) | {
    *("itemcount", "itemscount", "rowcount", "recordcount", "numitems", "size"),
}
BATCH_SUCCEEDED = frozenset({"succeeded", "success", "successful", "successcount", "succeededcount", "good"}) | {
    *("successfulcount", "succeededitems", "successitems", "successes", "passed", "oks"),
}
BATCH_FAILED = frozenset({"failed", "failure", "failures", "failedcount", "failurecount", "faileditems", "bad"}) | {
    *("errors", "errorcount", "erroritems", "rejected", "rejectedcount"),
}
BATCH_STATUS = frozenset({"status", "state", "phase"})
"""What the response says that shows a batch: how many items it has, how many of them are done, and how."""

SEARCH = frozenset({"search", "q", "query", "searchterm", "searchquery", "keyword", "keywords", "term"})
ORDERING = frozenset({"ordering", "orderby", "order", "sort", "sortby", "sorting", "sortorder", "sortfield"}) | {
    *("direction", "sortdir", "sortdirection", "orderdirection", "orderdir", "osort", "sortkey"),
}
DIRECTION = frozenset(
    {"order", "direction", "dir", "sortorder", "sortdir", "sortdirection", "orderdirection", "orderdir"}
)
SPARSE = frozenset({"fields", "omit", "exclude", "include", "expand", "brief", "select", "embed", "populate"})
SHOWN: Mapping[str, str] = {"fields": "only", "select": "only", "omit": "except", "exclude": "except"}
"""Parameters that name the fields to show, and not to show."""
FORMAT = frozenset({"format", "lang", "language", "locale", "timezone", "tz", "version", "apiversion", "callback"})

CREATED = ("created_at", "created", "createdat", "datecreated", "createdon", "createddate", "creationdate", "addedat")
UPDATED = (
    *("updated_at", "updated", "lastupdated", "modified", "modifiedat", "lastmodified", "dateupdated", "updatedon"),
    *("modifiedon", "changedat", "lastmodifieddate", "lastmodifiedat"),
)


def lookup(text: str) -> str | None:
    """The lookup of Django's notation, as it stands behind a field: `gte`, `year`, `year__gte`."""
    part, _, rest = text.partition("__")
    if part in PARTS and rest:
        return f"{part}__{PAIRS[rest]}" if rest in PAIRS else None
    return PAIRS.get(text)


@cache
def plain(name: str) -> str:
    """A name without case and separators: `page[size]`, `pageSize` and `page_size` are one."""
    return re.sub(r"[^a-z0-9]", "", name.lower())


def snake(name: str) -> str:
    """A name in words with underscores: `createdAt` is `created_at`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).replace("-", "_").lower()

"""The words by which frameworks ask for a page, and by which a response describes it: names without separators."""

from __future__ import annotations

PAGE = frozenset({"page", "paginationpage", "pagenumber", "pageno", "pagenum", "pageindex", "currentpage"})
LIMIT = frozenset(
    {
        "maxresultcount",
        "paginationpagesize",
        "paginationlimit",
        "limit",
        "pagesize",
        "perpage",
        "itemsperpage",
        "pagelimit",
        "maxresults",
        "maxitems",
        "maxpagesize",
    }
)
OFFSET = frozenset({"offset", "skip", "pageoffset", "startindex", "skipcount", "paginationstart"})
CURSOR = frozenset(
    {"cursor", "pagecursor", "pagetoken", "nexttoken", "nextcursor", "continuationtoken", "startingafter"}
)
WITH_OTHERS = {
    "size": "limit",
    "take": "limit",
    "top": "limit",
    "first": "limit",
    "rows": "limit",
    "count": "limit",
} | {
    "start": "offset",
    "p": "page",
    "after": "cursor",
    "marker": "cursor",
}
"""Names that ask for a page only where another parameter does."""

RESULTS = (
    "results",
    "member",
    "hydramember",
    "value",
    "items",
    "data",
    "content",
    "records",
    "rows",
    "docs",
    "entries",
    "objects",
    "list",
    "values",
)
COUNTS: tuple[frozenset[str], ...] = (
    frozenset({"filtercount", "filteredcount", "recordsfiltered", "totalfiltered"}),
    frozenset({"total", "totalcount", "totalelements", "totalitems", "totalresults", "totalrecords", "totalrows"})
    | {"totalhits", "itemstotal", "totalentries", "totaldocs", "totalrecordcount", "recordstotal", "numfound"}
    | {"hydratotalitems", "odatacount"},
    frozenset({"count", "recordcount", "resultcount", "itemcount"}),
)
"""What the number of all rows is called. An earlier set goes first: beside a total, a count is often of one page."""
COUNT = frozenset().union(*COUNTS)
NEXT = frozenset(
    {
        "next",
        "odatanextlink",
        "hydranext",
        "nextpage",
        "nextlink",
        "nexturl",
        "nextpageurl",
        "nextcursor",
        "nextpagetoken",
        "nexttoken",
    }
)
PREVIOUS = frozenset(
    {"previous", "hydraprevious", "prev", "previouspage", "prevpage", "previousurl", "prevpageurl", "previouslink"}
) | {
    "prevlink",
    "previouscursor",
    "prevcursor",
    "prevurl",
    "previouspageurl",
}

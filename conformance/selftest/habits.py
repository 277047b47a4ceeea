"""The catalogue's other half: mistakes that no filter shows, by the technology that makes them natural.

A page or a batch has no mutant: what is wrong with one shows in a sequence of requests. So each row names the sandbox's
fault, whose clause finds it, and the requests that show it. The self-test proves both.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Family = Literal["pages", "caches", "batches", "money", "time", "doors", "stores"]


@dataclass(frozen=True)
class Habit:
    """One mistake."""

    family: Family
    technology: str
    does: str
    source: str
    """Where a manual or a standard says so."""
    seen: str
    """What a client sees."""
    fault: str
    """The sandbox's fault: the clause that finds it, and a name."""
    case: str
    """The requests that show it."""

    @property
    def clause(self) -> str:
        """The clause that finds it."""
        return self.fault.partition(":")[0]


HABITS: tuple[Habit, ...] = (
    Habit(
        family="pages",
        technology="any SQL store",
        does="LIMIT and OFFSET without ORDER BY",
        source="PostgreSQL manual, LIMIT and OFFSET: without ORDER BY the subset of rows is unpredictable",
        seen="the order is another one for each request",
        fault="PRD102.page.stable:random",
        case="the first two pages, asked for again",
    ),
    Habit(
        family="pages",
        technology="Spring Data (Pageable counts from 0)",
        does="page=1 is the second page",
        source="Spring Data reference, PageRequest: zero-based page index",
        seen="the first page is another one without the parameter",
        fault="PRD102.page.default-page:second",
        case="the list without page, and with page=1",
    ),
    Habit(
        family="pages",
        technology="keyset pages (Elasticsearch search_after, Rails, SQL)",
        does="the next page begins after the sort value of the last row, which other rows share",
        source="Elasticsearch manual, paginate search results: a tiebreaker field",
        seen="rows are on no page",
        fault="PRD102.page.complete:row-lost",
        case="all pages with two limits, and the count",
    ),
    Habit(
        family="pages",
        technology="Elasticsearch, Solr (estimated totals)",
        does="the total is a lower bound or an estimate",
        source="Elasticsearch manual, track_total_hits: exact up to 10,000 hits",
        seen="the count isn't the number of rows",
        fault="PRD102.page.count:rounded",
        case="all pages, counted",
    ),
    Habit(
        family="pages",
        technology="hand-made links in any framework",
        does="next is built of the page alone",
        source="RFC 3986, section 3.4: the query is part of what identifies the resource",
        seen="the next page isn't filtered",
        fault="PRD102.page.next-link:drops-query",
        case="a filtered list, and the page that its next leads to",
    ),
    Habit(
        family="pages",
        technology="JavaScript, Python (links joined as text)",
        does="values aren't escaped in a link",
        source="URL Standard, application/x-www-form-urlencoded: a plus is a space",
        seen="a filter with a plus finds other rows on the next page",
        fault="PRD102.page.next-link:unescaped",
        case="a list filtered by a value with a plus, an ampersand or a percent sign, and its next",
    ),
    Habit(
        family="pages",
        technology="Django (Paginator.get_page), Laravel",
        does="a page past the end is the last page",
        source="Django, Paginator.get_page(): the last page for a number that is too large",
        seen="a client that stops at an empty page never stops",
        fault="PRD102.page.past-end:last-page-again",
        case="the page after the last, and one beyond 64 bits",
    ),
    Habit(
        family="stores",
        technology="DynamoDB, Firestore rules",
        does="the filter is applied after the page is cut",
        source="DynamoDB developer guide, filter expressions: applied after the query, before the results are returned",
        seen="pages of a filtered list are short",
        fault="PRD102.page.filtered:thinned-out",
        case="all pages of a filtered list, and their count",
    ),
    Habit(
        family="stores",
        technology="any store (a count on another query than the rows)",
        does="the count has no WHERE",
        source="Django, Paginator: count may be overridden, since COUNT is slow",
        seen="a filtered list counts all rows",
        fault="PRD102.page.filtered:count-unfiltered",
        case="all pages of a filtered list, and their count",
    ),
    Habit(
        family="stores",
        technology="MySQL and MariaDB, SQL Server (padded comparisons)",
        does="spaces at the end of a text don't count",
        source="MySQL manual, CHAR and VARCHAR: PAD SPACE collations compare without regard to trailing spaces",
        seen="a value with a space at its end finds the row without one",
        fault="PRD102.edges:trimmed",
        case="a filter by a value with spaces at its ends, where rows have the value without",
    ),
    Habit(
        family="stores",
        technology="entity-attribute-value tables, HSTORE",
        does="attributes are updated one by one, and those that are gone aren't deleted",
        source="Django, update_or_create(): one row for each call",
        seen="a filter still finds a row under an attribute that it no longer has",
        fault="PRD101.write.filters:free-keys-kept",
        case="an update without one of the attributes, and a filter by its old value",
    ),
    Habit(
        family="stores",
        technology="search indexes beside the database (Elasticsearch, Algolia, Django signals)",
        does="a bulk update doesn't reach the index",
        source="Django, bulk_create() and update(): no post_save signal is sent",
        seen="filters find a row under its old values",
        fault="PRD101.write.filters:free-keys-stale",
        case="an update of a row, and filters by its old and its new values",
    ),
    Habit(
        family="caches",
        technology="Redis, CDN",
        does="the key of the cache leaves out a parameter",
        source="RFC 9111, section 2: the cache key is at least the method and the target URI",
        seen="every page is the one that was asked for first",
        fault="PRD102.page.disjoint:cached",
        case="the pages of a list",
    ),
    Habit(
        family="caches",
        technology="CDN, Django's FetchFromCacheMiddleware",
        does="the cache is asked before the key is looked at",
        source="RFC 9111, section 3.5: a shared cache must not reuse responses to requests with Authorization",
        seen="a list that somebody has asked for is shown to anybody",
        fault="PRD102.auth.missing-key:cached",
        case="a list with the key, and the same one without",
    ),
    Habit(
        family="caches",
        technology="Redis, Django's cache_page, Rails' caches",
        does="a list is kept for a minute, whatever is written",
        source="Django, the per-view cache: cached for so many seconds",
        seen="an update that has ended isn't in the list",
        fault="PRD101.write.updates:cached",
        case="the row before and after an update, in the same words",
    ),
    Habit(
        family="caches",
        technology="Redis, counter caches",
        does="the count is cached, and the rows aren't",
        source="Rails guides, counter_cache: skipped by writes without callbacks",
        seen="new rows aren't counted",
        fault="PRD101.write.inserts:count-cached",
        case="the plain list before and after new rows, in the same words",
    ),
    Habit(
        family="batches",
        technology="Celery, Sidekiq (a task before its row is committed)",
        does="the task doesn't find its batch, and ends",
        source="Django, transaction.on_commit(): tasks that need the data of a transaction",
        seen="the batch never ends",
        fault="PRD101.batch.ends:stuck",
        case="a batch, polled until it is over",
    ),
    Habit(
        family="batches",
        technology="Promise.all, asyncio.gather, thread pools",
        does="items of a batch are done at once, in any order",
        source="ECMAScript, Promise.all; Python, asyncio.gather(): run concurrently",
        seen="of two items for one row the first one wins",
        fault="PRD101.write.last-wins:backwards",
        case="a batch with two items for one row",
    ),
    Habit(
        family="batches",
        technology="queues that deliver at least once (SQS, Celery with acks_late)",
        does="a task is done again after a lost acknowledgement",
        source="Amazon SQS developer guide, standard queues: at-least-once delivery",
        seen="more items are counted than were sent",
        fault="PRD101.batch.total:one-more",
        case="a batch, and its total at the end",
    ),
    Habit(
        family="batches",
        technology="any language (an exception leaves the loop)",
        does="the items after a bad one aren't done, and count as done",
        source="Django, atomic(): an exception inside the block rolls back",
        seen="good items are lost",
        fault="PRD103.batch.isolated:skipped-after-bad",
        case="a batch with a bad item among good ones, and the rows after it",
    ),
    Habit(
        family="batches",
        technology="any language (except: pass, on error resume next)",
        does="a failure counts as a success",
        source="Python tutorial, handling exceptions: except: pass",
        seen="an item for a row that there isn't succeeds",
        fault="PRD103.write.unknown-row:succeeds",
        case="an item with an unknown key",
    ),
    Habit(
        family="batches",
        technology="MySQL INSERT IGNORE, Django bulk_create(ignore_conflicts=True)",
        does="a row that is known is skipped",
        source="Django, bulk_create(), ignore_conflicts: rows that fail constraints are ignored",
        seen="an upsert never updates",
        fault="PRD101.write.updates:ignored",
        case="a row, sent again with other values",
    ),
    Habit(
        family="batches",
        technology="MySQL REPLACE, SQLite INSERT OR REPLACE",
        does="the row is deleted and made anew",
        source="MySQL manual, REPLACE: the old row is deleted before the new one is inserted",
        seen="created_at moves with each update",
        fault="PRD101.write.created-stays:moves",
        case="a row, sent again with other values",
    ),
    Habit(
        family="money",
        technology="DECIMAL with too few places in any SQL store",
        does="amounts are rounded",
        source="MySQL manual, fixed-point types: rounded to the column's scale",
        seen="an amount comes back with fewer digits",
        fault="PRD105.write.field.price:rounded",
        case="prices with several digits after the point",
    ),
    Habit(
        family="money",
        technology="integer columns, parseInt, Go's strconv",
        does="what stands behind the point is lost",
        source="ECMAScript, parseInt: stops at the first character that is no digit",
        seen="12.5 comes back as 12",
        fault="PRD105.write.field.price:whole",
        case="prices with digits after the point",
    ),
    Habit(
        family="time",
        technology="Django update(), Rails update_all, raw SQL",
        does="the time of change isn't set",
        source="Django, DateField.auto_now: not updated by QuerySet.update()",
        seen="updated_at stays, and a client that asks for changes misses them",
        fault="PRD101.write.updated-moves:stays",
        case="a row before and after an update",
    ),
    Habit(
        family="time",
        technology="Python, Java, .NET (an instant near the ends of the calendar)",
        does="the conversion to UTC overflows",
        source="Python, datetime.astimezone(): OverflowError",
        seen="500",
        fault="PRD102.response.no-server-error:on-end-of-calendar",
        case="date-times of the years 1 and 9999 with offsets that lead out of them",
    ),
    Habit(
        family="doors",
        technology="C, Go, PHP (a comparison of the first so many bytes)",
        does="strncmp with the length of what was sent",
        source="C standard, strncmp: compares not more than n characters",
        seen="the beginning of the key is enough",
        fault="PRD102.auth.truncated-key:by-prefix",
        case="a request with half of the key",
    ),
    Habit(
        family="doors",
        technology="MySQL (a key looked up in a table)",
        does="WHERE key = ? in a collation that ignores case",
        source="MySQL manual, collations: names with _ci are case-insensitive",
        seen="the key is let in in another case",
        fault="PRD102.auth.swapped-case-key:in-any-case",
        case="a request with the key in the other case",
    ),
    Habit(
        family="doors",
        technology="Python (hmac.compare_digest), Java (getBytes in ASCII)",
        does="texts that aren't ASCII can't be compared in constant time",
        source="Python, hmac.compare_digest(): texts must be ASCII only, else a TypeError",
        seen="500 for a key with another letter",
        fault="PRD102.response.no-server-error:on-strange-key",
        case="a request whose key has letters beyond ASCII",
    ),
    Habit(
        family="doors",
        technology="Django, Rails (a header that names no language they have)",
        does="the language is looked up and not found",
        source="Django, get_supported_language_variant(): raises LookupError",
        seen="500",
        fault="PRD101.param.accepted.Accept-Language:crash",
        case="a language that nobody speaks, a header that is none, and one with nothing in it",
    ),
    Habit(
        family="doors",
        technology="Java, Go, .NET (splitting an empty text)",
        does="an empty list has one element, which isn't a uuid",
        source="Python, str.split(): ''.split(',') is ['']; Go, strings.Split likewise",
        seen="500 for category__in=",
        fault="PRD102.response.no-server-error:on-empty-list",
        case="a list parameter without a value",
    ),
    Habit(
        family="doors",
        technology="Django (JSONField, filters made of parameter names)",
        does="a free key that is the name of a lookup is one",
        source="Django, querying JSONField: key transforms are shadowed by lookups such as contains and isnull",
        seen="500 for attribute__contains",
        fault="PRD102.response.no-server-error:on-lookup-key",
        case="a filter whose free key is the name of a lookup",
    ),
    Habit(
        family="doors",
        technology="JVM and Node servers (a body that isn't JSON)",
        does="the parser's exception isn't caught",
        source="ECMAScript, JSON.parse: throws a SyntaxError",
        seen="500",
        fault="PRD101.body.malformed:crash",
        case="a body that is no JSON",
    ),
)

"""The extensions of the vocabulary: what of them differs, and whom it breaks."""

from __future__ import annotations

import re

import pytest

import spec
from spec.diff import Comparison, compare
from spec.source import parse
from tests.conformance.pagings import DOCUMENTS
from tests.spec.diff.documents import told

README = spec.DEFAULT.with_name("README.md").read_text("utf-8")
(BOOKS,) = re.findall(r"## A complete example\n.*?```yaml\n(.*?)```", README, re.DOTALL)

SIZE = "schema: {type: integer, minimum: 1, default: 20}"
TAG = "{name: tag__KEY__startswith, field: tags, lookup: startswith}"
TITLE = "        - name: title__icontains\n"
NEW = "        - {name: t, in: query, schema: {type: string}, x-filter: {field: title, lookup: exact}}\n"
NARROWING = NEW.replace("{type: string}", "{type: string, default: a}")

# title: old text, new text, rule, callers' level, servers' level
EDITS: dict[str, tuple[str, str, str, str, str]] = {
    "a collection's key": ("key: isbn\n", "key: title\n", "vocabulary.changed", "major", "major"),
    "a part's key": ("parts: {offers: shop}", "parts: {offers: price}", "vocabulary.changed", "major", "major"),
    "a part goes": ("    parts: {offers: shop}\n", "", "vocabulary.removed", "major", "minor"),
    "a hidden field's type": ("{type: boolean}\n", "{type: string}\n", "vocabulary.changed", "major", "major"),
    "a time-stamp comes": (
        "timestamps: {updated: changed_at}",
        "timestamps: {updated: changed_at, created: changed_at}",
        "vocabulary.added",
        "minor",
        "major",
    ),
    "a search looks into less": ("fields: [title, isbn]", "fields: [title]", "parameter.meaning", "major", "major"),
    "an order by another field": (
        "fields: [title, changed_at]",
        "fields: {title: title, changed_at: isbn}",
        "parameter.meaning",
        "major",
        "major",
    ),
    "an order by a further field": (
        "fields: [title, changed_at]",
        "fields: [title, changed_at, isbn]",
        "parameter.meaning.added",
        "minor",
        "major",
    ),
    "an order with another delimiter": ('delimiter: ","', 'delimiter: ";"', "parameter.meaning", "major", "major"),
    "a lookup is turned round": (
        "field: title, lookup: icontains",
        "field: title, lookup: not_icontains",
        "filter.meaning",
        "major",
        "major",
    ),
    "a page's parameter means none": (", x-pagination: page}", "}", "parameter.meaning", "major", "major"),
    "a page's count means none": (", x-pagination: count}", "}", "response.x-pagination.removed", "major", "minor"),
    "a page's links change places": (
        "x-pagination: next}",
        "x-pagination: previous}",
        "response.x-pagination.changed",
        "major",
        "major",
    ),
    "another page size": (SIZE, SIZE.replace("20", "50"), "request.default.changed", "major", "major"),
    "a largest page size": (SIZE, SIZE.replace("}", ", maximum: 99}"), "request.maximum.narrower", "major", "minor"),
    "an upsert clears": ("absent: keep", "absent: clear", "vocabulary.changed", "major", "major"),
    "an upsert writes rows": (", parts: [offers]}", "}", "vocabulary.removed", "major", "minor"),
    "a batch's status is elsewhere": (
        "succeeded: /items/good",
        "succeeded: /items/bad",
        "vocabulary.changed",
        "major",
        "major",
    ),
    "a batch shows more": (
        "total: /items/all\n",
        "total: /items/all\n        status: /job\n",
        "vocabulary.added",
        "minor",
        "major",
    ),
    "a code": ("x-code: BOOK1", "x-code: LIST", "operation.code", "minor", "minor"),
    "a package": ("x-package: bookshop", "x-package: books", "package", "patch", "patch"),
    "a filter's lookup": (
        "field: title, lookup: icontains",
        "field: title, lookup: contains",
        "filter.meaning",
        "major",
        "major",
    ),
    "a filter goes": ("          x-filter: {field: isbn, lookup: in}\n", "", "filter.removed", "major", "minor"),
    "a filter's default": (
        "{type: boolean, default: true}",
        "{type: boolean, default: false}",
        "request.default.changed",
        "major",
        "major",
    ),
    "a filter comes": (
        TITLE,
        NEW + TITLE,
        "parameter.added",
        "minor",
        "major",
    ),
    "a filter comes that narrows by default": (
        TITLE,
        NARROWING + TITLE,
        "parameter.default.added",
        "major",
        "major",
    ),
    "a free key's grammar": ("^tag__[a-z]+__", "^tag__[a-z0-9]+__", "request.x-filter.changed", "major", "major"),
    "a free key's lookup": (
        TAG,
        TAG.replace("lookup: starts", "lookup: ends"),
        "request.x-filter.changed",
        "major",
        "major",
    ),
    "a decision becomes a fact": (
        '{inferred: The manual says "search" and not in what.}',
        "{documented: It says so.}",
        "parameter.words",
        "patch",
        "patch",
    ),
    "a ticket's place": ("$response.body#/job}", "$response.body#/id}", "link.changed", "major", "major"),
    "an update clears": (
        "x-updates: {collection: reviews, absent: keep}",
        "x-updates: {collection: reviews, absent: clear}",
        "vocabulary.changed",
        "major",
        "major",
    ),
    "a new row's reference": (
        "x-creates: {collection: reviews, references: {book: books}}",
        "x-creates: {collection: reviews}",
        "vocabulary.removed",
        "major",
        "minor",
    ),
    "one row is shown no more": (
        "      x-gets: {collection: reviews}\n",
        "",
        "vocabulary.removed",
        "major",
        "minor",
    ),
    "the vocabulary goes": ("x-vocabulary: 1\n", "", "vocabulary.removed", "major", "minor"),
}


def _compared(old: str, new: str) -> Comparison:
    return compare(parse(old.encode(), "old.yaml"), parse(new.encode(), "new.yaml"))


@pytest.mark.parametrize(("old", "new", "rule", "callers", "servers"), EDITS.values(), ids=EDITS.keys())
def test_one_edit_is_one_line(old: str, new: str, rule: str, callers: str, servers: str) -> None:
    assert old in BOOKS
    found = _compared(BOOKS, BOOKS.replace(old, new, 1))
    assert [change.rule for change in found.changes] == [rule], told(found)
    assert (found.callers, found.servers) == (callers, servers)


def test_the_defaults_of_extensions() -> None:
    assert not _compared(BOOKS, BOOKS.replace(", absent: keep}", "}")).changes


def test_without_the_vocabulary_its_extensions_mean_nothing() -> None:
    plain = BOOKS.replace("x-vocabulary: 1\n", "")
    found = _compared(plain, plain.replace("lookup: icontains", "lookup: contains"))
    assert [change.rule for change in found.changes] == ["extension"]


def test_clauses_come_go_and_change_their_level() -> None:
    text = BOOKS.replace("name: title__icontains", "name: title__contains").replace(
        "lookup: icontains", "lookup: contains"
    )
    clauses = _compared(BOOKS, text).clauses
    assert clauses is not None
    assert "BOOK1.filter.title__icontains" in clauses.removed
    assert "BOOK1.filter.title__contains" in clauses.added
    described = "          description: Books whose title contains the text, whatever its case.\n"
    assert described in BOOKS
    inferred = BOOKS.replace(described, "          x-provenance: {inferred: We decided so.}\n")
    releveled = _compared(BOOKS, inferred).clauses
    assert releveled is not None
    assert ("BOOK1.filter.title__icontains", "documented", "inferred") in releveled.releveled


LINK = "Link: {schema: {type: string}, x-pagination: [next, previous]}"
PAGED: dict[str, tuple[str, str, list[str]]] = {
    "a header counts no more": (
        ", x-pagination: count}",
        "}",
        ["response.x-pagination.removed"],
    ),
    "a header's links": (LINK, LINK.replace("[next, previous]", "[next]"), ["response.x-pagination.changed"]),
    "a limit in more words": ("x-pagination: limit}", "x-pagination: {role: limit}}", []),
    "a limit without which all rows come": (
        "x-pagination: limit}",
        "x-pagination: {role: limit, absent: all}}",
        ["parameter.meaning"],
    ),
    "a number is a cursor": ("x-pagination: page}", "x-pagination: cursor}", ["parameter.meaning"]),
}


@pytest.mark.parametrize(("old", "new", "rules"), PAGED.values(), ids=PAGED.keys())
def test_an_edit_of_how_a_list_is_paged(old: str, new: str, rules: list[str]) -> None:
    document = DOCUMENTS["a list, and headers"]
    assert old in document
    found = _compared(document, document.replace(old, new))
    assert [change.rule for change in found.changes] == rules

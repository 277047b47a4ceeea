"""A parsed query string: a page, conditions and searches, each typed as the document declares."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qsl

from conformance.sandbox import cursors, lookups, prefixes, values
from conformance.sandbox.cursors import Place
from conformance.sandbox.messages import Language, say
from conformance.sandbox.prefixes import Prefixed
from conformance.sandbox.tables import Shape
from conformance.sandbox.validation import Check, check, choice, nearest
from spec import Contract, Cursor, Filter, Numbered, Offset, Operation, Ordering, Pagination, Parameter, SortKey
from spec.lookups import LOOKUPS
from spec.model import keys_of

Pairs = tuple[tuple[str, str], ...]
"""Names and values of a query string, decoded, in order."""
Errors = dict[str, list[str]]
"""What is wrong, by the name of the parameter or field."""


class Invalid(Exception):
    """A request that is answered 400; `errors` names what is wrong where, `kinds` what kind of problem it is."""

    def __init__(self, errors: Mapping[str, Any], kinds: Mapping[str, str] | None = None) -> None:
        self.errors = errors
        self.kinds = kinds or {}
        super().__init__(str(errors))


@dataclass(frozen=True)
class Condition:
    """One filter with its value; for a free key, with the key."""

    filter: Filter
    key: str | None
    value: Any
    by_default: bool = False
    """True when the request doesn't have it: the document's default."""


@dataclass(frozen=True)
class Search:
    """A value to look for in any of several fields."""

    fields: tuple[str, ...]
    value: str
    by_words: bool = False
    """True when each word of the value is looked for by itself."""

    @property
    def texts(self) -> list[str]:
        """What is looked for."""
        return self.value.split() if self.by_words else [self.value]


@dataclass(frozen=True)
class Query:
    """The query of a request."""

    pairs: Pairs
    """As sent but for any key; a value with a prefix is one of the prefix's own parameter."""
    written: Pairs = ()
    """The same as they stand in the query string, for the links."""
    conditions: tuple[Condition, ...] = ()
    searches: tuple[Search, ...] = ()
    order: tuple[SortKey, ...] = ()
    """What the rows are sorted by, before the order that they have anyway."""
    only: frozenset[str] | None = None
    """The fields to show; None for all."""
    without: frozenset[str] = frozenset()
    """The fields not to show."""
    expanded: Mapping[str, str] = field(default_factory=dict)
    """The fields in whose place a row is shown, with its collection."""
    page: int = 0
    """The number of the page, counted from 0; 0 where the list has another form."""
    offset: int | None = None
    """How many rows are before the page, where pages have no numbers."""
    place: Place | None = None
    """What a cursor names."""
    limit: int = 0
    asked: bool = True
    """False where no parameter asks for a page, and the document says that the answer has all rows then."""

    @property
    def start(self) -> int:
        """How many rows are before the page."""
        return self.page * self.limit if self.offset is None else self.offset


@dataclass(frozen=True)
class Plain:
    """A parameter without free keys, ready to be read."""

    parameter: Parameter
    check: Check
    many: bool
    """True for an array."""

    @property
    def repeats(self) -> bool:
        """True when each value of an array is a pair of its own."""
        return self.many and self.parameter.style == "form" and self.parameter.explode

    def value(self, texts: list[str]) -> Any:
        """What was sent, as a value of the schema. Raises ValueError with what `messages.say` needs."""
        if not self.many:
            return self.check.text(texts[0])
        filters = self.parameter.filters
        between = filters[0].delimiter if filters else self.parameter.delimiter
        if not self.repeats and between is not None:
            # An empty text is an empty list.
            texts = texts[0].split(between) if texts[0] else []
        return self.check.texts(texts)


@dataclass(frozen=True)
class _FreeKey:
    filter: Filter
    name: re.Pattern[str]
    check: Check


@dataclass(frozen=True)
class Signature:
    """An operation's parameters, ready to read a query string with."""

    operation: Operation
    shape: Shape | None
    plain: Mapping[str, Plain]
    free: tuple[_FreeKey, ...]
    path: Mapping[str, Plain]
    prefixed: Mapping[str, Prefixed] = field(default_factory=dict)
    ignored: frozenset[str] = field(default_factory=frozenset)
    """Query parameters that don't concern the rows: those that carry a key."""


def signature(contract: Contract, operation: Operation, shape: Shape | None) -> Signature:
    """The signature of an operation that reads `shape`, or of one that reads no rows."""

    def plain(place: str) -> dict[str, Plain]:
        return {
            p.name: readable(contract, p)
            for declared in operation.parameters
            if declared.place == place and not (declared.free_keys or declared.members)
            for p in (prefixes.parameters(declared) if declared.prefixed else [declared])
        }

    free = [f for p in operation.parameters for f in p.filters if f.free_key or f.member]
    return Signature(
        operation=operation,
        shape=shape,
        plain=plain("query"),
        # The longest name first: a suffix such as __contains belongs to the lookup and not to the key.
        free=tuple(
            _FreeKey(f, _name_pattern(f), check(contract, f.schema))
            for f in sorted(free, key=lambda f: -len(f.parameter))
        ),
        path=plain("path"),
        prefixed=prefixes.prefixed(contract, operation),
        ignored=frozenset(s.parameter for s in contract.security_schemes if s.place == "query"),
    )


def readable(contract: Contract, parameter: Parameter) -> Plain:
    """A parameter without free keys, ready to be read."""
    checked = check(contract, parameter.schema)
    return Plain(parameter, checked, contract.sent(parameter.schema).get("type") == "array")


def _name_pattern(filter: Filter) -> re.Pattern[str]:
    if filter.member:
        return re.compile(re.escape(filter.parameter))
    before, _, after = filter.parameter.partition("KEY")
    return re.compile(f"{re.escape(before)}(?P<key>{filter.key_pattern}){re.escape(after)}")


def pairs(query_string: bytes, language: Language) -> Pairs:
    """The decoded names and values of a query string. Raises Invalid where they aren't UTF-8."""
    ascii_only = re.sub(rb"[\x80-\xff]", lambda m: b"%%%02X" % m[0][0], query_string).decode("ascii")
    try:
        return tuple(parse_qsl(ascii_only, keep_blank_values=True, errors="strict"))
    except UnicodeDecodeError:
        raise Invalid({"query string": [say(language, "not-text")]}) from None


def read(signature: Signature, sent: Pairs, obeyed: Pairs, path: Mapping[str, str], language: Language) -> Query:
    """The query of a request. Raises Invalid with everything that is wrong.

    `obeyed` is what of `sent` counts; an honest server obeys all of it.
    """
    errors: Errors = {}
    kinds: dict[str, str] = {}
    asked: dict[str, Any] = {}
    paging = signature.operation.pagination
    conditions: list[Condition] = []
    searches: list[Search] = []
    given: set[str] = set()

    def refuse(name: str, *problem: Any) -> None:
        errors.setdefault(name, []).append(say(language, *problem))
        kinds.setdefault(name, problem[0])

    for name, text in (*obeyed, *path.items()):
        plain = signature.path.get(name) if name in path else signature.plain.get(name)
        if name in given:
            if plain is None or not plain.repeats:
                refuse(name, "twice")
            continue
        given.add(name)
        texts = [value for other, value in obeyed if other == name] if plain and plain.repeats else [text]
        if plain is None:
            found = _free_key(signature, name)
            if found:
                try:
                    value = found[0].check.text(text)
                    bound = _bind(signature, found[0].filter, value) if found[0].filter.member else value
                    conditions.append(Condition(found[0].filter, found[1], bound))
                except ValueError as error:
                    refuse(name, *error.args)
            elif name == cursors.PARAMETER and _links_alone(signature.operation):
                asked["cursor"] = text
            elif name not in signature.ignored:
                refuse(name, *_unknown(signature, name))
            continue
        try:
            _take(signature, plain, texts, asked, conditions, searches)
        except ValueError as error:
            refuse(name, *error.args)
    for name, plain in signature.plain.items():
        if name in given:
            continue
        if plain.parameter.required:
            refuse(name, "required")
        conditions += [
            Condition(filter, None, _bind(signature, filter, filter.default), by_default=True)
            for filter in plain.parameter.filters
            if filter.default is not None
        ]
    ordering, order = signature.operation.ordering, tuple[SortKey, ...]()
    if ordering:
        try:
            order = _order(signature, ordering, [value for name, value in obeyed if name == ordering.parameter], obeyed)
        except ValueError as error:
            refuse(ordering.parameter, *error.args)
    if errors:
        raise Invalid(errors, kinds)
    # A link is copied and logged; the key has no place in it.
    kept = tuple(pair for pair in sent if pair[0] not in signature.ignored)
    try:
        written = prefixes.joined(signature.prefixed, kept)
        query = Query(kept, written, tuple(conditions), tuple(searches), order)
        query = replace(query, only=asked.pop("only", None), without=asked.pop("except", frozenset()))
        query = replace(query, expanded=asked.pop("expanded", {}))
        return _placed(paging, asked, query)
    except ValueError as error:
        refuse(paging.form.parameter or cursors.PARAMETER if paging else cursors.PARAMETER, *error.args)
        raise Invalid(errors, kinds) from None


SIZE = 10
"""Rows of a page, where no parameter chooses how many."""


def _placed(paging: Pagination | None, asked: Mapping[str, Any], query: Query) -> Query:
    """A query with the page that the parameters ask for. Raises ValueError where a cursor is none."""
    if paging is None:
        return query
    limit = asked.get("limit", paging.limit.usual if paging.limit else SIZE)
    query = replace(query, limit=limit, asked=paging.unasked is None or bool(asked))
    match paging.form:
        case Numbered(first=first):
            return replace(query, page=asked.get("page", first) - first)
        case Offset():
            return replace(query, offset=asked.get("offset", 0))
        case Cursor():
            cursor = asked.get("cursor")
            return replace(query, offset=0, place=cursors.BEGINNING if cursor is None else cursors.read(str(cursor)))


def _links_alone(operation: Operation) -> bool:
    """True where only links lead from page to page: the document has no parameter for what they hold."""
    return operation.pagination is not None and operation.pagination.form.parameter is None


def _take(
    signature: Signature,
    plain: Plain,
    texts: list[str],
    asked: dict[str, Any],
    conditions: list[Condition],
    searches: list[Search],
) -> None:
    parameter = plain.parameter
    value = plain.value(texts)
    if parameter.filters:
        bound = [_bind(signature, filter, value) for filter in parameter.filters]
        conditions += [Condition(f, None, one) for f, one in zip(parameter.filters, bound, strict=True)]
        return
    if parameter.pagination:
        asked[parameter.pagination] = value
    names = value if isinstance(value, list) else str(value).split(",")
    if parameter.expands:
        if not {*names} <= parameter.expands.keys():
            raise ValueError(*choice(parameter.expands))
        asked["expanded"] = {name: parameter.expands[name] for name in names}
    if parameter.fields and signature.shape:
        if not {*names} <= {*signature.shape.order}:
            raise ValueError(*choice(signature.shape.order))
        asked[parameter.fields] = frozenset(names)
    if parameter.search:
        searches.append(Search(parameter.search, texts[0], parameter.by_words))
    row_key = signature.shape and signature.shape.key
    is_key = row_key and parameter.name == row_key.name and parameter.name not in signature.operation.outer
    if parameter.place == "path" and row_key and is_key:
        conditions.append(Condition(_by_key(signature, parameter), None, values.bound(row_key.kind, value)))


def _order(signature: Signature, ordering: Ordering, given: list[str], pairs: Pairs) -> tuple[SortKey, ...]:
    """What the rows are sorted by. Raises ValueError for what names no field, unless the document lets it pass."""
    values = _split(ordering, given or ([ordering.default] if ordering.default else []))
    turn = ordering.direction
    ways = _split(ordering, [value for name, value in pairs if turn and name == turn.parameter])
    known = {key.value: key for key in reversed(list(keys_of(ordering)))}
    found = []
    for place, value in enumerate(values):
        key = known.get(value)
        if key is None and ordering.unknown != "ignored":
            raise ValueError(*choice(key.value for key in keys_of(ordering)))
        if key is not None:
            down = turn is not None and turn.descending in ways[place : place + 1]
            found.append(replace(key, descending=key.descending or down))
    return tuple(found)


def _split(ordering: Ordering, texts: list[str]) -> list[str]:
    return texts if ordering.delimiter is None else [one for text in texts for one in text.split(ordering.delimiter)]


def key(signature: Signature, path: Mapping[str, str]) -> Any:
    """The key of the row that a path names, as it is kept; None where it names none."""
    access = signature.operation.access
    if access is None or not access.by or signature.shape is None:
        return None
    value = signature.path[access.by].value([path[access.by]]) if access.by in signature.path else path[access.by]
    return value.lower() if signature.shape.key.kind == "uuid" and isinstance(value, str) else value


def _by_key(signature: Signature, parameter: Parameter) -> Filter:
    """A path parameter that is called like the rows' key names one row."""
    return Filter(
        parameter=parameter.name,
        field=parameter.name,
        lookup="exact",
        free_key=False,
        schema=parameter.schema,
        many=False,
        delimiter=None,
        hidden=False,
        default=None,
        key_pattern=None,
        part=None,
        zone=None,
        member=None,
        nested=False,
        several=False,
        of=parameter.schema,
        provenance=parameter.provenance,
        location=parameter.location,
    )


def _bind(signature: Signature, filter: Filter, value: Any) -> Any:
    operand = LOOKUPS[filter.lookup].operand
    if operand == "pair" and len(value) != 2:
        raise ValueError("pair")
    if operand == "flag":
        return value
    if filter.many:
        return [_bound(signature, filter, one) for one in value]
    return _bound(signature, filter, value)


def _bound(signature: Signature, filter: Filter, value: Any) -> Any:
    if filter.free_key or signature.shape is None:
        return value
    of = lookups.part_kind(filter.part) if filter.part else values.kind(filter.of)
    try:
        return values.bound(of, value, (filter.zone or "UTC") if filter.local else None)
    except ValueError:
        raise ValueError("format", of) from None


def _free_key(signature: Signature, name: str) -> tuple[_FreeKey, str | None] | None:
    for free in signature.free:
        match = free.name.fullmatch(name)
        if match:
            return free, match.groupdict().get("key")
    return None


def _unknown(signature: Signature, name: str) -> Iterator[str]:
    near = nearest(name, [*signature.plain, *(free.filter.parameter for free in signature.free)])
    return iter(("did-you-mean", near) if near else ("unknown-parameter",))

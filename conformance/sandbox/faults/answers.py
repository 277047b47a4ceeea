"""Wrong responses: statuses, content types, schemas, and unchecked parameters."""

from __future__ import annotations

import copy
import difflib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import or_, select

from conformance.sandbox.behaviour import Answer, Asked
from conformance.sandbox.faults import bodies
from conformance.sandbox.faults.fault import Case, Change, Family, Named, at, matching, named, obeying
from conformance.sandbox.lookups import Predicate
from conformance.sandbox.pages import put, value_at
from conformance.sandbox.query import Condition, Pairs, readable
from conformance.sandbox.tables import KEY, Shape
from spec import Cursor
from spec.model import JSON

_UNHANDLED = "Traceback (most recent call last): ..."


def _answering(case: Case, wrong: Callable[[Answer, Asked], Answer]) -> Change:
    return at(case.operation, "answer", lambda right, asked, answer: wrong(right(asked, answer), asked))


def _succeeding(case: Case, wrong: Callable[[Answer], Answer]) -> Change:
    return _answering(case, lambda answer, _: wrong(answer) if answer.status < 300 else answer)


def _crash(answer: Answer) -> Answer:
    return Answer(500, _UNHANDLED, content_type="text/plain")


def status(case: Case) -> Iterator[Named]:
    """Success with another status."""
    success = case.operation.success
    right = success.status if success else "200"
    wrong = 201 if right != "201" else 200
    yield f"{wrong}", f"success is answered {wrong}", _succeeding(case, lambda answer: replace(answer, status=wrong))
    if right == "202":
        yield "200", "success is answered 200", _succeeding(case, lambda answer: replace(answer, status=200))


def content_type(case: Case) -> Iterator[Named]:
    """JSON under another name."""
    yield (
        "html",
        "JSON is sent as text/html",
        _succeeding(
            case, lambda answer: replace(answer, content_type="text/html; charset=utf-8", body=json.dumps(answer.body))
        ),
    )


def schema(case: Case) -> Iterator[Named]:
    """One field of the answer, or of the rows that it shows, has another shape."""

    def reshaped(edit: Callable[[dict[str, Any]], None]) -> Change:
        def wrong(answer: Answer) -> Answer:
            body = copy.deepcopy(answer.body)
            for shown in _objects(case, body):
                edit(shown)
            return replace(answer, body=body)

        return _succeeding(case, wrong)

    def without_first(shown: dict[str, Any]) -> None:
        shown.pop(next(iter(shown)), None)

    def first_as_list(shown: dict[str, Any]) -> None:
        for name in list(shown)[:1]:
            shown[name] = [shown[name]]

    def texts_as_numbers(shown: dict[str, Any]) -> None:
        for name, value in shown.items():
            if isinstance(value, str):
                shown[name] = len(value)

    def lists_as_null(shown: dict[str, Any]) -> None:
        for name, value in shown.items():
            if isinstance(value, list):
                shown[name] = None

    yield "field-missing", "the first field is left out", reshaped(without_first)
    yield "field-in-list", "the first field is a list", reshaped(first_as_list)
    yield "texts-as-numbers", "texts are shown as numbers", reshaped(texts_as_numbers)
    if case.operation.pagination:
        paging = case.operation.pagination
        if _shows_lists(case):
            yield "lists-as-null", "lists are shown as null", reshaped(lists_as_null)
        count = paging.count
        if count is not None and count.header is None:
            yield (
                "count-as-text",
                "the count is a string",
                _succeeding(
                    case,
                    lambda answer: replace(answer, body=put(count, answer.body, str(value_at(count, answer.body)))),
                ),
            )


def _objects(case: Case, body: JSON) -> list[dict[str, Any]]:
    """The rows that an answer shows, or the answer itself."""
    paging, access = case.operation.pagination, case.operation.access
    body = access.answered_in(body) if access else body
    if isinstance(body, list):
        return [one for one in body if isinstance(one, dict)]
    shown = (value_at(paging.results, body) or []) if paging else [body]
    return [one for one in shown if isinstance(one, dict)]


def no_server_error(case: Case) -> Iterator[Named]:
    """Input that crashes."""

    def crashing(on: Callable[[Answer, Asked], bool]) -> Change:
        return _answering(case, lambda answer, asked: _crash(answer) if on(answer, asked) else answer)

    def sent(asked: Asked) -> str:
        texts = [text for pair in (*asked.pairs, *asked.path.items()) for text in pair]
        return "\n".join((*texts, asked.body.decode("utf-8", "replace")))

    refusals = _refusals(case)
    yield "on-invalid", "invalid input is an unhandled exception", crashing(lambda answer, _: answer.status in refusals)
    if any(p.place == "query" for p in case.operation.parameters):
        yield "on-nul", "a NUL character is an unhandled exception", crashing(lambda _, asked: "\0" in sent(asked))
        yield (
            "on-emoji",
            "a character beyond 16 bits is an unhandled exception",
            crashing(lambda _, asked: any(character > "\uffff" for character in sent(asked))),
        )
    if any(f.schema.get("format") == "date-time" for f in case.operation.filters):
        yield (
            "on-end-of-calendar",
            "an instant that its offset moves out of the calendar is an unhandled exception",
            crashing(lambda _, asked: any(value.startswith("9999-12-31T") for _, value in asked.pairs)),
        )
    if any(f.free_key for f in case.operation.filters):
        called = {f.name("contains") for f in case.operation.filters if f.free_key and f.lookup == "exact"}
        yield (
            "on-lookup-key",
            "a free key that is the name of a lookup is an unhandled exception",
            crashing(lambda _, asked: any(name in called for name, _ in asked.pairs)),
        )
    if case.operation.filters and case.operation.security:
        strange = crashing(lambda _, asked: any(not value.isascii() for value in asked.headers.values()))
        yield "on-strange-key", "a key with letters beyond ASCII is an unhandled exception", strange
    lists = {f.parameter for f in case.operation.filters if f.many}
    if lists:
        yield (
            "on-empty-list",
            "a list without values is an unhandled exception",
            crashing(lambda _, asked: any(name in lists and not value for name, value in asked.pairs)),
        )
    if case.operation.pagination:
        limit, form = case.operation.pagination.limit, case.operation.pagination.form
        page = None if isinstance(form, Cursor) else form.parameter
        if limit is not None and page is not None and (limit.largest or 10**9) >= 10**9:
            sized = limit.parameter
            yield (
                "on-huge-limit",
                "a limit beyond 32 bits is an unhandled exception",
                crashing(lambda answer, asked: answer.status < 400 and len(dict(asked.pairs).get(sized, "")) > 9),
            )
        if page is not None:
            yield (
                "on-huge-page",
                "a page number beyond 64 bits is an unhandled exception",
                crashing(lambda answer, asked: answer.status < 400 and len(dict(asked.pairs).get(page, "")) > 18),
            )


def _refusals(case: Case) -> tuple[int, ...]:
    """The statuses of refused input: 400, also 404 for a key in the path, and 401 where nothing else can be refused."""
    if case.operation.access and case.operation.access.by:
        return (400, 404)
    return (400,) if case.operation.parameters or case.operation.body else (400, 401)


def declared_status(case: Case) -> Iterator[Named]:
    """A status that the document doesn't have."""

    refusals = _refusals(case)

    def redirect(answer: Answer, _: Asked) -> Answer:
        return Answer(302, {}, {"Location": "/"}) if answer.status in refusals else answer

    yield "redirect", "invalid input is answered with a redirect", _answering(case, redirect)


def rejects_invalid(case: Case) -> Iterator[Named]:
    """A value that the document forbids is accepted."""
    if case.operation.body:
        yield from bodies.rejects_invalid(case)
        return
    if case.operation.batch or (case.operation.access and case.operation.access.by):
        yield from _taken(case, 400)
        return
    checks = {
        p.name: readable(case.contract, p) for p in case.operation.parameters if p.place == "query" and not p.free_keys
    }
    needed = tuple((p.name, "") for p in case.operation.parameters if p.required and p.place == "query")

    def good(name: str, value: str) -> bool:
        try:
            checks[name].value([value])
        except ValueError:
            return False
        except KeyError:
            return True
        return True

    def dropped(pairs: Pairs) -> Pairs:
        kept = tuple(pair for pair in pairs if good(*pair))
        return (*kept, *(pair for pair in needed if pair[0] not in dict(kept)))

    yield "ignored", "values that aren't allowed are ignored", obeying(case.operation, dropped)


# -- parameters ------------------------------------------------------------------------------------


def required(case: Case) -> Iterator[Named]:
    """A required parameter that isn't asked for."""
    name = case.parameter.name

    def add(pairs: Pairs) -> Pairs:
        return pairs if any(sent == name for sent, _ in pairs) else (*pairs, (name, ""))

    yield "optional", "without it, an empty value is taken", obeying(case.operation, add)


def accepted(case: Case) -> Iterator[Named]:
    """A header that changes the answer."""
    header = case.parameter.name.lower()

    def on_header(wrong: Callable[[Answer, str], Answer]) -> Change:
        def step(answer: Answer, asked: Asked) -> Answer:
            value = asked.headers.get(header)
            return answer if value is None or answer.status >= 300 else wrong(answer, value)

        return _answering(case, step)

    def fewer(answer: Answer, value: str) -> Answer:
        paging = case.operation.pagination
        if paging is None or not value.lower().startswith("tr"):
            return answer
        return replace(answer, body=put(paging.results, answer.body, value_at(paging.results, answer.body)[1:]))

    known = ("en", "tr", "*")
    yield (
        "refused",
        "languages other than English and Turkish are refused",
        on_header(
            lambda answer, value: (
                answer if value.lower().startswith(known) else Answer(406, {"detail": "Not acceptable."})
            )
        ),
    )
    yield (
        "any-refused",
        "the header is refused, whatever its value",
        on_header(lambda answer, _: Answer(406, {"detail": "Not acceptable."})),
    )
    if case.operation.pagination:
        yield "fewer-rows", "in Turkish the first row is missing", on_header(fewer)
    else:
        yield "crash", "the header is an unhandled exception", on_header(lambda answer, _: _crash(answer))


def unknown_key(case: Case) -> Iterator[Named]:
    """Free keys that are ignored where no row has them."""

    def all_rows(right: Predicate, shape: Shape, condition: Condition) -> Predicate:
        keyed = shape.keyed[condition.filter.field]
        known = select(keyed).where(keyed.c[KEY] == condition.key).exists()
        return or_(right, ~known)

    yield "all-rows", "a key that no row has isn't filtered on", matching(case, all_rows)


def _shows_lists(case: Case) -> bool:
    """True where a row has a field that is a list."""
    access = case.operation.access
    fields = case.contract.shown_fields(access.collection) if access else {}
    return any("array" in str(case.contract.whole(field).get("type")) for field in fields.values())


def invalid(case: Case) -> Iterator[Named]:
    """A value of another type isn't refused."""
    name, checked = case.parameter.name, readable(case.contract, case.parameter)

    def bad(value: str) -> bool:
        try:
            checked.value([value])
        except ValueError:
            return True
        return False

    if case.parameter.place == "path":
        yield from _taken(case, 400)
        return
    yield (
        "ignored",
        "a value of another type is ignored",
        obeying(case.operation, lambda pairs: tuple((n, v) for n, v in pairs if n != name or not bad(v))),
    )
    yield (
        "crash",
        "a value of another type is an unhandled exception",
        _answering(
            case, lambda answer, asked: _crash(answer) if any(n == name and bad(v) for n, v in asked.pairs) else answer
        ),
    )


def bounds(case: Case) -> Iterator[Named]:
    """Numbers outside their bounds that are taken."""
    name, schema = case.parameter.name, case.contract.resolve(case.parameter.schema)
    least, default = schema.get("minimum", 0), schema.get("default", 1)

    def outside(value: str) -> bool:
        digits = value.removeprefix("-")
        return digits.isdecimal() and len(digits) < 10 and int(value) < least

    def instead(other: Callable[[str], int]) -> Change:
        return obeying(
            case.operation,
            lambda pairs: tuple((n, str(other(v)) if n == name and outside(v) else v) for n, v in pairs),
        )

    yield "default", "a value outside the bounds falls back to the default", instead(lambda _: default)
    yield "clamped", "a value outside the bounds is moved to the nearest inside", instead(lambda _: least)
    yield "absolute", "the sign of a value is dropped, and zero is one", instead(lambda value: abs(int(value)) or 1)
    yield (
        "crash",
        "a value outside the bounds is an unhandled exception",
        _answering(
            case,
            lambda answer, asked: _crash(answer) if any(n == name and outside(v) for n, v in asked.pairs) else answer,
        ),
    )


def misspelt(case: Case) -> Iterator[Named]:
    """Unknown parameters are silently ignored: those that are called nearly as a filter is."""
    plain = {p.name for p in case.operation.parameters if p.place == "query" and not p.free_keys}
    free = [named(f) for f in case.operation.filters if f.free_key]
    near = [f.parameter for f in case.operation.filters]

    def known(name: str) -> bool:
        if name in plain or any(pattern.fullmatch(name) for pattern in free):
            return True
        return not difflib.get_close_matches(name, near, n=1, cutoff=0.6)

    yield (
        "ignored",
        "a parameter that there isn't is ignored",
        obeying(case.operation, lambda pairs: tuple(pair for pair in pairs if known(pair[0]))),
    )


# -- a missing batch -- ---------------------------------------------------------------------


def _taken(case: Case, status: int) -> Iterator[Named]:
    """A request for a missing batch gets a normal response, or a server error."""
    success = case.operation.success
    examples = success.json.examples if success and success.json else ()
    example = examples[0] if examples else {}

    def on_status(other: Answer) -> Change:
        return _answering(case, lambda answer, _: other if answer.status == status else answer)

    yield "found", "it is answered 200 with a batch that there isn't", on_status(Answer(200, example))
    yield "empty", "it is answered 200 with nothing in it", on_status(Answer(200, {}))
    yield "crash", "it is an unhandled exception", on_status(Answer(500, _UNHANDLED, content_type="text/plain"))


def unknown_id(case: Case) -> Iterator[Named]:
    """A missing batch, shown."""
    yield from _taken(case, 404)


FAMILIES: Mapping[str, Family] = {
    "response.status": status,
    "response.content-type": content_type,
    "response.schema": schema,
    "response.no-server-error": no_server_error,
    "response.declared-status": declared_status,
    "response.rejects-invalid": rejects_invalid,
    "param.required": required,
    "param.accepted": accepted,
    "param.unknown-key": unknown_key,
    "param.invalid": invalid,
    "param.bounds": bounds,
    "param.misspelt": misspelt,
    "batch.unknown-id": unknown_id,
}

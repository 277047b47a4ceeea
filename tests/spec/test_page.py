"""The document has all statements of the vendor's page, and marks all others as inferred."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import spec
from spec import walk
from spec.model import Media, Operation
from spec.values import checker
from tests.spec import page

CONTRACT = spec.load()
CODES = tuple(page.OPERATIONS)
fits = checker(CONTRACT)


def _typed(schema: Any) -> str:
    """A schema's type in the page's words."""
    schema = CONTRACT.resolve(schema)
    kinds = [schema["type"]] if isinstance(schema["type"], str) else [t for t in schema["type"] if t != "null"]
    if kinds == ["array"]:
        return f"{_typed(schema['items'])}[]"
    name = kinds[0] + (f" · {schema['format']}" if "format" in schema else "")
    return {"boolean": "boolean"}.get(name, name)


def _shown(operation: Operation) -> Iterator[tuple[page.Fact, Any]]:
    """The operation's parameters as the page would show them, free keys one by one, each with its lookup."""
    for parameter in operation.parameters:
        if parameter.free_keys:
            for f in parameter.filters:
                yield page.Fact(f.parameter, _typed(f.schema), False, f.provenance.text), f.lookup
            continue
        schema = CONTRACT.resolve(parameter.schema)
        sentence = parameter.provenance.text if parameter.place != "path" else ""
        fact = page.Fact(
            parameter.name,
            _typed(schema),
            parameter.required,
            sentence,
            schema.get("default"),
            schema.get("minimum"),
        )
        yield fact, parameter.filters[0].lookup if parameter.filters else None


def test_the_page_has_eight_operations() -> None:
    assert {o.code: (o.method, o.path, o.summary) for o in CONTRACT.operations} == page.OPERATIONS


@pytest.mark.parametrize("code", CODES)
def test_parameters(code: str) -> None:
    operation = CONTRACT.by_code[code]
    assert tuple(fact for fact, _ in _shown(operation)) == page.PARAMETERS[code]
    places = {p.name: p.place for p in operation.parameters}
    assert places.pop("Accept-Language", "header") == "header"
    assert set(places.values()) <= {"path" if code == "PRD107" else "query"}


def test_what_each_filter_means_is_what_its_name_says() -> None:
    for fact, lookup in _shown(CONTRACT.by_code["PRD102"]):
        suffix = fact.name.removeprefix("attribute__KEY").rpartition("__")[2] if "__" in fact.name else ""
        meant = suffix if suffix in (*page.LOOKUPS, "in", "gt", "gte", "lt", "lte") else "exact"
        assert lookup == (None if fact.name in ("page", "limit", "Accept-Language") else meant), fact.name


def test_a_list_of_categories_is_written_with_commas() -> None:
    parameter = CONTRACT.by_code["PRD102"].parameter("category__in")
    assert parameter
    assert (parameter.style, parameter.explode, parameter.filters[0].many) == ("form", False, True)


@pytest.mark.parametrize("code", CODES)
def test_answers(code: str) -> None:
    operation = CONTRACT.by_code[code]
    documented = {r.status: r.description for r in operation.responses if r.provenance.level == "documented"}
    assert documented == page.RESPONSES[code]
    for response in operation.responses:
        has_body = response.status not in ("500", "4XX")
        assert [m.content_type for m in response.media] == ["application/json"] * has_body
    assert operation.security == (("ApiKey",),)


@pytest.mark.parametrize("code", page.FIELDS)
def test_body_fields(code: str) -> None:
    items = CONTRACT.resolve(_body(code).schema or {})["items"]
    fields, required = CONTRACT.properties(items), CONTRACT.required(items)
    for fact in page.FIELDS[code]:
        schema = fields[fact.name]
        assert _typed(schema) == {"bool": "boolean"}.get(fact.type, fact.type), fact.name
        assert (fact.name in required, schema["description"], schema.get("default")) == fact[2:5]
    unlisted = set(fields) - {fact.name for fact in page.FIELDS[code]}
    assert all("inferred" in fields[name]["x-provenance"] for name in unlisted)


# -- examples, and junk ------------------------------------------------------------------------------


def _body(code: str) -> Media:
    body = CONTRACT.by_code[code].body
    assert body
    assert body.json
    return body.json


def _answer(code: str) -> Media:
    success = CONTRACT.by_code[code].success
    assert success
    assert success.json
    return success.json


def _cases() -> Iterator[tuple[str, Callable[[str], Media], Any]]:
    for code in CODES:
        yield code, _answer, page.ANSWERS[code]
        if code in page.BODIES:
            yield code, _body, page.BODIES[code]


@pytest.mark.parametrize(("code", "media", "example"), list(_cases()))
def test_the_pages_examples_are_the_documents_and_fit(code: str, media: Callable[[str], Media], example: Any) -> None:
    found = media(code)
    assert list(found.examples) == [example]
    assert [*_keys(found.examples[0])] == [*_keys(example)] or code == "PRD101", "in the page's order"
    assert fits(f"{found.pointer}/schema", example) is None


def _keys(value: Any) -> Iterator[str]:
    for key, inner in value.items() if isinstance(value, dict) else ():
        yield key
        yield from _keys(inner)
    for inner in value if isinstance(value, list) else ():
        yield from _keys(inner)


def _leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    if path:
        yield path, value
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value if isinstance(value, list) else ()):
        yield from _leaves(inner, (*path, key))


_FREE = ("COLOR", "SIZE", "ESTIMATED_SHIPPING_DURATION")
"""An attribute's value is the seller's: nothing is junk there."""


@pytest.mark.parametrize(("code", "media", "example"), list(_cases()))
def test_another_type_never_fits(code: str, media: Callable[[str], Media], example: Any) -> None:
    schema = f"{media(code).pointer}/schema"
    assert fits(schema, {"nothing": []} if isinstance(example, list) else [example])
    for path, value in _leaves(example):
        if path[-1] in _FREE:
            continue
        # A number where a decimal string is due is the mistake that loses digits.
        other: Any = float(value) if isinstance(value, str) and value.replace(".", "").isdigit() else {"": [value]}
        other = "text" if isinstance(value, dict) else other
        wrong = _with(example, path, other)
        assert fits(schema, wrong), path


@pytest.mark.parametrize(("code", "media", "example"), list(_cases()))
def test_malformed_ids_times_and_amounts_never_fit(code: str, media: Callable[[str], Media], example: Any) -> None:
    schema = f"{media(code).pointer}/schema"
    for path, value in _leaves(example):
        if not isinstance(value, str):
            continue
        name = str(path[-1])
        junk: tuple[str, ...] = ()
        if value.count("-") == 4 and "/" not in value:
            junk = ("", "x", value[:-1], value.replace("-", ""), f"{{{value}}}")
        elif name.endswith("_at"):
            junk = ("", "2025-05-22", "2025-05-22T11:42:32", "2025-13-22T11:42:32Z", "22.05.2025 11:42")
        elif value.replace(".", "").isdigit():
            junk = ("", "1,5", "abc", "1e3", "NaN", "1.", " 1", "0x1")
        for wrong in junk:
            assert fits(schema, _with(example, path, wrong)), (path, wrong)


@pytest.mark.parametrize("code", CODES)
def test_every_field_of_an_answer_is_due(code: str) -> None:
    example, schema = page.ANSWERS[code], f"{_answer(code).pointer}/schema"
    for path, _ in _leaves(example):
        if isinstance(path[-1], str) and path[-1] not in _FREE:
            assert fits(schema, _without(example, path)), path


@pytest.mark.parametrize("code", page.BODIES)
def test_required_fields_of_a_body_are_due_and_others_are_not(code: str) -> None:
    schema = f"{_body(code).pointer}/schema"
    due = {fact.name for fact in page.FIELDS.get(code, ()) if fact.required}
    keys = {"sku", *(key for key in ("price_list", "stock_list") if key in page.BODIES[code][0])}
    for name in page.BODIES[code][0]:
        lacking = fits(schema, _without(page.BODIES[code], (0, name)))
        assert bool(lacking) == (name in (due or keys)), name


@pytest.mark.parametrize("code", CODES)
def test_an_answer_may_grow(code: str) -> None:
    """New fields anywhere, new codes of `status`, and any order: the API grows compatibly."""
    example, schema = page.ANSWERS[code], f"{_answer(code).pointer}/schema"
    grown = copy.deepcopy(example)
    for inner in [grown, *(value for _, value in _leaves(grown) if isinstance(value, dict))]:
        inner["brand_new"] = {"anything": [1, None]}
    assert fits(schema, grown) is None
    assert fits(schema, json.loads(json.dumps(grown, sort_keys=True))) is None
    for status in (0, -1, 42, 2**40) if code == "PRD107" else ():
        assert fits(schema, {**example, "status": status}) is None


def _with(value: Any, path: tuple[Any, ...], other: Any) -> Any:
    changed = copy.deepcopy(value)
    at = changed
    for token in path[:-1]:
        at = at[token]
    at[path[-1]] = other
    return changed


def _without(value: Any, path: tuple[Any, ...]) -> Any:
    changed = copy.deepcopy(value)
    at = changed
    for token in path[:-1]:
        at = at[token]
    del at[path[-1]]
    return changed


# -- provenance --------------------------------------------------------------------------------------


def test_whatever_counts_as_documented_quotes_the_page() -> None:
    sentences = {f.sentence for facts in (*page.PARAMETERS.values(), *page.FIELDS.values()) for f in facts}
    sentences |= {text for answers in page.RESPONSES.values() for text in answers.values()} | set(page.QUOTES)
    examples = json.dumps([page.ANSWERS, page.BODIES], indent=1)
    for pointer, node, _ in walk.objects(CONTRACT.document):
        for holder in (node, *(v for k, v in node.items() if k.startswith("x-") and isinstance(v, dict))):
            marked = holder.get("x-provenance", {})
            quote = marked.get("documented") or (None if marked else holder.get("description"))
            if isinstance(quote, str):
                assert quote in sentences or quote in examples, (pointer, quote)


AMBIGUITIES = {
    "restrict_for_others is a bool and null": (
        "/components/schemas/ProductUpsert/properties/restrict_for_others",
        "null",
    ),
    "prices stand in an example only": ("/components/schemas/ProductUpsert/properties/prices", "optional"),
    "stocks stand in an example only": ("/components/schemas/ProductUpsert/properties/stocks", "optional"),
    "no id in PRD102": ("/x-collections/products", "show no id"),
    "no 400 in PRD102 and PRD108": ("/components/responses/Refused", "no 400"),
    "one item or an array (PRD101)": ("/paths/~1api~1i2~1products~1/post/requestBody", "array of items"),
    "one item or an array (PRD103)": ("/paths/~1api~1i2~1products~1/delete/requestBody", "array of items"),
    "optional items (PRD104)": ("/paths/~1api~1i2~1products~1prices-and-stocks~1/post/requestBody", "optional"),
    "optional items (PRD105)": ("/paths/~1api~1i2~1products~1prices~1/post/requestBody", "optional"),
    "optional items (PRD106)": ("/paths/~1api~1i2~1products~1stocks~1/post/requestBody", "optional"),
    "next names another host": ("/components/schemas/PageLink", "another host"),
    "a path without a slash": ("/paths/~1api~1i2~1products~1batch-requests~1{id}", "slash"),
    "1 + 1 of 1, and unlisted codes": ("/paths/~1api~1i2~1products~1batch-requests~1{id}/get/x-batch", "shape"),
    "approved is shown nowhere": ("/x-collections/products/hidden/approved", "no response"),
    "tax_rate is a fraction": ("/components/schemas/TaxRate", "percentage"),
    "amounts are decimal strings": ("/components/schemas/Amount", "strings of digits"),
    "limit has no maximum": ("/components/parameters/Limit/schema", "no maximum"),
    "what a search compares": ("/paths/~1api~1i2~1products~1search~1/get/parameters/2/x-search", "doesn't say"),
    "the grammar of KEY": ("/paths/~1api~1i2~1products~1/get/parameters/13", "KEY"),
    "what an update leaves alone": ("/paths/~1api~1i2~1products~1/post/x-upserts", "leaves out"),
    "what an error holds": ("/components/schemas/Error", "any JSON"),
}


@pytest.mark.parametrize(("pointer", "reason"), AMBIGUITIES.values(), ids=AMBIGUITIES.keys())
def test_every_ambiguity_is_decided_with_a_reason(pointer: str, reason: str) -> None:
    assert reason in CONTRACT.at(pointer)["x-provenance"]["inferred"]

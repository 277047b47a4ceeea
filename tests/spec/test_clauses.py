"""What clauses speak of: the element of the document itself, never a name to look up."""

from __future__ import annotations

import pytest

import spec
from spec import Field, Filter, Lookups, Parameter, Part

CONTRACT = spec.load()

ABOUT = {
    "PRD102.filter.name__icontains": (Filter, "name__icontains"),
    "PRD102.combine.category__in": (Filter, "category__in"),
    "PRD102.default.approved": (Filter, "approved"),
    "PRD102.relation.updated_at": (Lookups, "updated_at"),
    "PRD102.param.unknown-key.attribute__KEY": (Filter, "attribute__KEY"),
    "PRD102.param.invalid.page": (Parameter, "page"),
    "PRD108.search.finds": (Parameter, "query"),
    "PRD101.write.field.name": (Field, "name"),
    "PRD101.write.field.prices": (Part, "prices"),
    "PRD104.write.inserts.stocks": (Part, "stocks"),
    "PRD104.write.field.tax_rate": (Field, "tax_rate"),
    "PRD103.body.required.sku": (Field, "sku"),
    "PRD102.page.disjoint": (type(None), ""),
}


@pytest.mark.parametrize(("id", "about"), ABOUT.items(), ids=ABOUT.keys())
def test_a_clause_carries_what_it_speaks_of(id: str, about: tuple[type, str]) -> None:
    clause = CONTRACT.clause(id)
    assert clause
    assert (type(clause.about), clause.subject) == about


def test_a_clause_of_another_subject_names_its_own() -> None:
    clause = CONTRACT.clause("PRD102.filter.name")
    assert clause
    assert clause.speaks_of(Filter).parameter == "name"
    with pytest.raises(TypeError, match=r"PRD102\.filter\.name is about Filter, not Part"):
        clause.speaks_of(Part)


def test_one_word_of_ids_has_a_kind_for_whole_rows_and_one_for_parts() -> None:
    kinds = {(c.words.split(".")[1], c.kind) for c in CONTRACT.clauses if c.family == "write"}
    assert {kind for word, kind in kinds if word == "inserts"} == {"write.inserts", "part.inserts"}
    assert {kind for word, kind in kinds if word == "field"} == {"write.field", "write.part", "part.field"}
    assert {kind for word, kind in kinds if word == "exact-key"} == {"write.exact-key", "delete.exact-key"}


def test_a_kind_always_speaks_of_the_same() -> None:
    types: dict[str, set[type]] = {}
    for clause in CONTRACT.clauses:
        types.setdefault(clause.kind, set()).add(type(clause.about))
    assert {kind: found for kind, found in types.items() if len(found) > 1} == {}

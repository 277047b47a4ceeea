"""What a server decides where the document leaves it open: here how many rows it shows at once."""

from __future__ import annotations

import pytest

from conformance.reading.page_limits import with_page_limits
from conformance.reading.sample import sample_of
from spec import Clause, Filter, Lookups, Operation, Parameter
from tests.conformance.fake import CONTRACT, Query, Refused, Shop, ask_of
from tests.conformance.mutate import mutated


def up_to(most: int) -> type[Shop]:
    """A shop that refuses a larger limit."""

    def number(self: Shop, query: Query, name: str, default: int) -> int:
        found = Shop.number(self, query, name, default)
        if name == "limit" and found > most:
            raise Refused(400, "limit")
        return found

    return mutated(number=number)


def test_a_list_that_takes_a_large_limit_is_as_the_document_says() -> None:
    context = ask_of(Shop())
    assert with_page_limits(context) == (context, [])


@pytest.mark.parametrize(("most", "largest"), [(99, 50), (50, 50), (49, 20)])
def test_where_a_large_limit_is_refused_a_smaller_one_is_asked_for(most: int, largest: int) -> None:
    context, notes = with_page_limits(ask_of(up_to(most)(45)))
    lists = [o.pagination for o in context.contract.operations if o.pagination]
    assert [names.limit and names.limit.largest for names in lists] == [largest, largest]
    assert notes == [
        f"{code} refuses 100 rows a page, so {largest} are asked for at most." for code in ("PRD108", "PRD102")
    ]
    assert len(sample_of(context, context.contract.by_code["PRD102"]).rows) == 40
    assert context.contract.clauses == CONTRACT.clauses
    for clause in context.contract.clauses:
        assert_about_its_operation(clause, context.contract.by_code[clause.operation])


def assert_about_its_operation(clause: Clause, operation: Operation) -> None:
    """What a clause speaks of must be what its operation has now, also where operations were replaced."""
    match clause.about:
        case Filter():
            assert clause.about in operation.filters
        case Lookups():
            assert set(map(id, clause.about.filters)) <= set(map(id, operation.filters))
        case Parameter():
            assert clause.about in operation.parameters


def test_a_list_that_refuses_every_limit_is_left_as_it_is() -> None:
    context = ask_of(up_to(0)(45))
    assert with_page_limits(context) == (context, [])

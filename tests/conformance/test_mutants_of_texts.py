"""Mutants of text lookups: a value that kills each, and one that it lives through."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.oracle.lookups import satisfies
from conformance.oracle.mutants import mutants, shared_mutants, wire_mutants
from tests.conformance.mutant_filters import named, text_filter

TEXTS = [
    # lookup, mutant, value, an operand that kills it, an operand that doesn't
    ("exact", "ignored", "Red", "Blue", "Red"),
    ("exact", "always empty", "Red", "Red", "Blue"),
    ("exact", "read as iexact", "Red", "RED", "Red"),
    ("exact", "read as contains", "Redder", "Red", "Redder"),
    ("exact", "read as icontains", "Redder", "rED", "Redder"),
    ("exact", "read as startswith", "Redder", "Red", "der"),
    ("exact", "read as istartswith", "Redder", "rED", "der"),
    ("exact", "read as endswith", "Redder", "der", "Red"),
    ("exact", "read as iendswith", "Redder", "DER", "Red"),
    ("contains", "read as exact", "Redder", "edd", "Redder"),
    ("contains", "read as icontains", "Redder", "EDD", "edd"),
    ("contains", "read as startswith", "Redder", "edd", "Red"),
    ("contains", "read as endswith", "Redder", "Red", "der"),
    ("icontains", "read as contains", "Redder", "EDD", "edd"),
    ("icontains", "read as iexact", "Redder", "edd", "REDDER"),
    ("startswith", "read as contains", "Redder", "der", "Red"),
    ("istartswith", "read as startswith", "Redder", "rED", "Red"),
    ("endswith", "read as iendswith", "Redder", "DER", "der"),
    ("iendswith", "read as endswith", "Redder", "DER", "der"),
    ("icontains", "only ASCII letters fold", "ÇANTA", "çanta", "Çan"),
    ("icontains", "only ASCII letters fold", "ÇAZ", "çaz", "az"),
    ("icontains", "only the value is folded", "CANTA", "canta", "xyz"),
    ("icontains", "only the row is folded", "canta", "CANTA", "can"),
    ("contains", "accents don't count", "Çanta", "Canta", "anta"),
    ("icontains", "accents don't count", "Çanta", "CANTA", "ANTA"),
    ("exact", "spaces and punctuation are all the same", "AKN-T_1", "AKN T-1", "AKN T 2"),
    ("iexact", "spaces and punctuation are all the same", "Dark, Red", "dark_red", "DARK, RED"),
    ("exact", "only 8 characters count", "Dark Red", "Dark Red!", "Dark Re"),
    ("exact", "a word of the value is enough", "AKN-1", "AKN", "AKN-1"),
    ("iexact", "a word of the value is enough", "Dark Red", "RED", "dark red"),
    ("iexact", "only 8 characters count", "Dark Red bag", "dark red bin", "dark re"),
    ("contains", "a match at the very beginning isn't found", "Red bag", "Red", "bag"),
    ("icontains", "a match at the very beginning isn't found", "Red bag", "RED", "BAG"),
    ("endswith", "a value longer by one letter matches", "Red", "Redx", "Redxy"),
    ("exact", "texts that are numbers compare as numbers", "7", "007", "8"),
    ("iexact", "texts that are numbers compare as numbers", "1.5", "15e-1", "red"),
    ("contains", "null is no value, so it doesn't filter", "Red", "null", "Blue"),
    ("startswith", "undefined is no value, so it doesn't filter", "Red", "undefined", "null"),
    ("contains", "a number doesn't filter a text", "Red", "40.5", "40.5x"),
    ("contains", "% and _ are wildcards", "Red bag", "R_d%g", "Red"),
    ("contains", "% and _ are wildcards", "Red bag", "R_d", "Red"),
    ("contains", "% is a wildcard", "Red bag", "R%g", "R_d"),
    ("contains", "_ is a wildcard", "Red bag", "R_d", "R%g"),
    ("icontains", "_ is a wildcard", "Red bag", "r_D", "r%g"),
    ("contains", "* is a wildcard", "Red bag", "R*g", "R_d"),
    ("contains", "a backslash makes what follows a plain letter", "Red bag", "R\\ed", "Red"),
    ("exact", "* is a wildcard", "Red bag", "R*", "R*b"),
    ("exact", "% is a wildcard", "Red bag", "R%g", "R%b"),
    ("iexact", "% is a wildcard", "Red bag", "r%G", "r%b"),
    ("contains", "% is a wildcard", "Red\nbag", "R%g", "R.g"),
    ("contains", "read as a regular expression", "Red bag", "R.d", "Red"),
    ("exact", "read as a regular expression", "Red", "R[e]d", "R["),
    ("endswith", "read as a regular expression", "Red", "e.", "R."),
    ("startswith", "read as a regular expression", "Red", "R.", "e."),
    ("icontains", "read as a regular expression", "Red bag", "r.D", "red"),
    ("exact", "looks at sku", "Red", "Red", "x"),
    ("exact", "looks at sku too", "Red", "S-1", "Red"),
    ("contains", "only whole words match", "Redder bag", "edd", "bag"),
    ("icontains", "only whole words match", "Redder bag", "REDD", "BAG"),
    ("contains", "only beginnings of words match", "Redder bag", "edd", "Redd"),
    ("contains", "[...] is a set of letters", "Red bag", "R[ae]d", "R[x"),
    ("icontains", "[...] is a set of letters", "Red bag", "r[AE]d", "r[x"),
    ("contains", "the words may stand in any order", "Red bag", "bag Red", "Red bag"),
    ("exact", "the words may stand in any order", "Red bag", "bag Red", "Red"),
    ("endswith", "only its first occurrence counts", "cabin in", "in", "n in"),
    ("exact", "0 is no value, so it doesn't filter", "Red", "0", "Red"),
    ("icontains", "0 is no value, so it doesn't filter", "Red", "0", "10"),
    ("exact", "a text that is no number equals 0", "Red", "0", "1"),
    ("exact", "a text that is no number equals 0", "12 bags", "12", "13"),
    # on the way
    ("contains", "backslashes are lost", "Red", "R\\ed", "Red"),
    ("contains", "backslashes are doubled", "R\\ed", "R\\ed", "ed"),
    ("contains", "+ is read as a space", "a b", "a+b", "a"),
    ("contains", "spaces become +", "a b", "a b", "a"),
    ("contains", "percent-decoded twice", "a b", "a%20b", "a"),
    ("contains", "cut at &", "Salt", "Salt&x", "Salt"),
    ("contains", "cut at ;", "Salt", "Salt;x", "Salt"),
    ("contains", "cut at #", "Salt", "Salt#x", "Salt"),
    ("contains", "only the part before a comma counts", "Salt", "Salt,x", "Salt"),
    ("contains", "quotes are lost", "Salt", "Sa\"l't", "Salt"),
    ("contains", "read as Latin-1", "Çanta", "Ça", "an"),
    ("contains", "non-ASCII is lost", "anta", "Çanta", "anta"),
    ("contains", "only the first word counts", "Red bag", "Red hat", "Red"),
    ("contains", "spaces inside are squeezed", "Red bag", "Red  bag", "Red bag"),
    ("contains", "spaces are lost", "Redbag", "Red bag", "Red"),
    ("contains", "cut at 20 characters", "x" * 20, "x" * 21, "x" * 20),
    ("contains", "HTML-escaped", "a&b", "a&b", "a"),
    ("contains", "HTML-escaped", "a'b", "a'b", "a"),
    ("contains", "HTML-escaped", 'a"b', 'a"b', "a"),
    ("contains", "characters beyond the BMP are lost", "bag", "bag🎒", "bag"),
    ("contains", "nothing is found with quotes", 'a "b"', '"b"', "b"),
    ("contains", "nothing is found with quotes", "it's", "t's", "it"),
    ("contains", "nothing is found with a backslash", "a\\b", "a\\", "a"),
    ("contains", "nothing is found with a percent sign", "50%", "0%", "50"),
    ("contains", "nothing is found with an ampersand", "a&b", "a&", "a"),
    ("contains", "nothing is found with a plus", "a+b", "a+", "a"),
    ("contains", "any word may match", "Red bag", "Red hat", "Red"),
    ("contains", "any part between commas may match", "Red", "Blue,Red", "Red"),
]


@pytest.mark.parametrize(("lookup", "name", "value", "discriminating", "same"), TEXTS)
def test_text_mutants(lookup: str, name: str, value: str, discriminating: str, same: str) -> None:
    filter = text_filter(lookup)
    mutant, row = named(name, filter), {"name": value, "sku": "S-1", "base_code": "x"}
    right = satisfies(filter, row, discriminating)
    assert right is not None
    assert mutant.differs(discriminating)
    assert mutant.shows(row, discriminating, None) is not right
    assert not mutant.differs(same) or mutant.shows(row, same, None) is satisfies(filter, row, same)


def test_every_text_mutant_is_tried_above() -> None:
    for lookup in ("exact", "contains", "icontains", "startswith", "istartswith", "endswith", "iendswith", "iexact"):
        filter = text_filter(lookup)
        found = (*mutants(filter, (), ()), *shared_mutants(filter), *wire_mutants(filter))
        names = {mutant.name for mutant in found}
        assert {n for n in names if not n.startswith("read as i")} <= {name for _, name, *_ in TEXTS}


@given(st.text("aAbBçÇ %_*.+&;#,\\'\"🎒", max_size=6), st.text("aAbBçÇ %_*.+&;#,\\'\"🎒", min_size=1, max_size=6))
def test_a_mutant_knows_where_it_makes_no_difference(value: str, operand: str) -> None:
    for lookup in ("exact", "icontains", "startswith"):
        filter = text_filter(lookup)
        for mutant in mutants(filter, (), ()) + wire_mutants(filter):
            right = satisfies(filter, {"name": value}, operand)
            if not mutant.differs(operand) and right is not None:
                assert mutant.shows({"name": value}, operand, None) is right

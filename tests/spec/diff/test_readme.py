"""The comparison's README is true: its table is the rules', its options are the command's."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

import spec
from spec.__main__ import main
from spec.diff.rules import NARROWING, RULES, table

README = spec.DEFAULT.with_name("diff").joinpath("README.md").read_text("utf-8")
WORKFLOW = Path(__file__).parents[3] / "docs/ci/api-diff.yml"

# Every keyword of JSON Schema 2020-12 (core, applicator, validation, meta-data, format, content, unevaluated), of 3.0's
# and 3.1's schemas, and every field of OpenAPI's objects that the rules name.
KEYWORDS = """$anchor $comment $dynamicAnchor $dynamicRef $id $ref $schema $vocabulary additionalProperties allOf anyOf
const contains contentEncoding contentMediaType contentSchema default dependentRequired dependentSchemas deprecated
description discriminator else enum examples exclusiveMaximum exclusiveMinimum externalDocs format if items maxContains
maxItems maxLength maxProperties maximum minContains minItems minLength minProperties minimum multipleOf not oneOf
pattern patternProperties prefixItems properties propertyNames read-only required then title type unevaluatedItems
unevaluatedProperties uniqueItems write-only xml null"""


def test_the_table_is_made_from_the_rules() -> None:
    assert table() in README, "run python -m spec.diff.rules and put the table into the README"
    assert len(RULES) == table().count("\n") - 1


@pytest.mark.parametrize("keyword", KEYWORDS.split())
def test_every_keyword_has_a_rule_or_a_reason(keyword: str) -> None:
    rules = README.partition("## Rules")[2]
    assert re.search(rf"(?<![\w$]){re.escape(keyword)}(?!\w)", rules), keyword


def test_every_option_is_explained(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diff", "--help"]) == 0
    options = set(re.findall(r"--[a-z-]+", capsys.readouterr().out)) - {"--help"}
    assert options == set(re.findall(r"^\| `(--[a-z-]+)", README, re.MULTILINE))


def test_the_workflow_is_one() -> None:
    workflow = yaml.safe_load(WORKFLOW.read_text("utf-8"))
    steps = [step.get("run", "") for step in workflow["jobs"]["diff"]["steps"]]
    assert sum("python -m generator diff" in step for step in steps) == 2
    assert workflow["permissions"]["pull-requests"] == "write"


def test_every_relation_that_a_keyword_may_have_has_a_rule() -> None:
    """A difference without a rule couldn't be reported; the relations are those that `checks` and `schemas` name."""
    for aspect in NARROWING:
        for direction in ("request", "response"):
            for relation in ("narrower", "wider", "changed"):
                assert f"{direction}.{aspect}.{relation}" in RULES
    for mark in ("discriminator", "x-filter", "x-pagination"):
        for direction in ("request", "response"):
            for relation in ("added", "removed", "changed"):
                assert f"{direction}.{mark}.{relation}" in RULES
    written = "\n".join(path.read_text("utf-8") for path in spec.DEFAULT.with_name("diff").glob("*.py"))
    named = set(re.findall(r"\.say\(\s*\"([a-z.]+)\"", written)) - {
        "words",
        "null",
        "enum",
        "required",
        "type",
        "unknown",
    }
    plain = {rule for rule in named if "." in rule}
    assert plain
    assert plain <= RULES.keys() | {"property.required"}

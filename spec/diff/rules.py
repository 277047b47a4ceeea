"""Every rule: the effect of a kind of change on callers, on servers and on the names in generated code.

A caller breaks when a program that was right by the old document may fail; a server breaks when one that was
right by the old document is wrong by the new one. The table in the README is made from this one.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Level = Literal["major", "minor", "patch", "none"]

LEVELS: tuple[Level, ...] = ("major", "minor", "patch", "none")


def worst(levels: Iterator[Level] | list[Level]) -> Level:
    """The gravest of several levels."""
    return min(levels, key=LEVELS.index, default="none")


@dataclass(frozen=True)
class Rule:
    """The effect of one kind of change."""

    id: str
    callers: Level
    servers: Level
    names: Level
    """For the names in generated code, as far as the document alone decides them; requests aren't concerned."""
    about: str
    why: str


def _schema_rules() -> Iterator[Rule]:
    """For each keyword of a schema: less fits than before, more does, or neither."""
    narrow_request = "A value that was accepted may be refused."
    wide_request = "Everything that was accepted still is; the server must take more."
    narrow_response = "Whoever could read the old values can read the new ones; the server may send less."
    wide_response = "A reader may get what it couldn't get before."
    unclear = "Some old values may no longer fit."
    for aspect, about in NARROWING.items():
        yield Rule(f"request.{aspect}.narrower", "major", "minor", "none", f"{about}: less is accepted", narrow_request)
        yield Rule(f"request.{aspect}.wider", "minor", "major", "none", f"{about}: more is accepted", wide_request)
        yield Rule(
            f"request.{aspect}.changed", "major", "major", "none", f"{about}: something else is accepted", unclear
        )
        yield Rule(f"response.{aspect}.narrower", "minor", "major", "none", f"{about}: less is shown", narrow_response)
        if aspect == "enum":
            grown = "Readers must tolerate values that they don't know: an API grows."
            yield Rule("response.enum.wider", "minor", "minor", "none", f"{about}: more is shown", grown)
        else:
            yield Rule(f"response.{aspect}.wider", "major", "minor", "none", f"{about}: more is shown", wide_response)
        yield Rule(f"response.{aspect}.changed", "major", "major", "none", f"{about}: something else is shown", unclear)


NARROWING = {
    "type": "type",
    "null": "null, however it is written",
    "never": "a schema that nothing fits",
    "enum": "enum, const, x-extensible-enum",
    "format": "format",
    "minimum": "minimum, exclusiveMinimum",
    "maximum": "maximum, exclusiveMaximum",
    "multipleOf": "multipleOf",
    "minLength": "minLength",
    "maxLength": "maxLength",
    "pattern": "pattern",
    "minItems": "minItems",
    "maxItems": "maxItems",
    "uniqueItems": "uniqueItems",
    "minProperties": "minProperties",
    "maxProperties": "maxProperties",
    "required": "required",
    "dependentRequired": "dependentRequired, dependencies",
    "dependentSchemas": "dependentSchemas, dependencies",
    "additionalProperties": "additionalProperties: false, or not",
    "unevaluatedProperties": "unevaluatedProperties",
    "unevaluatedItems": "unevaluatedItems",
    "propertyNames": "propertyNames",
    "contains": "contains",
    "minContains": "minContains",
    "maxContains": "maxContains",
    "not": "not",
    "if": "if",
    "then": "then",
    "else": "else",
    "alternatives": "anyOf, oneOf: an alternative came, went or changed",
    "oneOf": "oneOf in place of anyOf, or the other way round",
    "contentEncoding": "contentEncoding, format: byte",
    "contentMediaType": "contentMediaType, format: binary",
}


def _other_rules() -> Iterator[Rule]:
    """The rules of rules.csv, beside this file."""
    by_name: dict[str, Level] = {level: level for level in LEVELS}
    with Path(__file__).with_name("rules.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            callers, servers, names = (by_name[row[audience]] for audience in ("callers", "servers", "names"))
            yield Rule(row["id"], callers, servers, names, row["about"], row["why"])


RULES: dict[str, Rule] = {rule.id: rule for rule in (*_other_rules(), *_schema_rules())}


def table() -> str:
    """The rules as the README shows them."""
    lines = ["| rule | it is about | callers | servers | names in code | why |", "|-|-|-|-|-|-|"]
    for rule in sorted(RULES.values(), key=lambda rule: rule.id):
        about, why = (text.replace("|", "\\|") for text in (rule.about, rule.why))
        lines.append(f"| `{rule.id}` | {about} | {rule.callers} | {rule.servers} | {rule.names} | {why} |")
    return "\n".join(lines)


if __name__ == "__main__":
    print(table())

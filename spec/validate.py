"""Whether a document is valid in all its parts: OpenAPI, vocabulary, cross-references, examples, defaults."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from spec import files, reader, vocabulary, walk, wellformed
from spec.model import Contract
from spec.pointers import at, escape
from spec.problems import SEE, Problem, SpecError, UnopenedError, merged
from spec.values import checker

_LARGE = 60_000
"""Values; openapi-spec-validator checks about ten thousand a second."""


@dataclass(frozen=True)
class Verdict:
    """The result of a validation."""

    contract: Contract | None
    """None when the document can't be read."""
    problems: list[Problem]
    """All problems, in the document's order; empty when the document is valid."""
    large: bool
    """True when the document is so large that openapi-spec-validator's own checks were skipped."""
    unread: tuple[Problem, ...] = ()
    """Extensions with a name of the vocabulary in a document without it. They may be another tool's."""


def validate(path: Path | str) -> Verdict:
    """Run all checks on the document at a path. Raises UnopenedError, and nothing else."""
    try:
        parsed = files.read(path)
    except UnopenedError:
        raise
    except SpecError as error:
        return Verdict(None, error.problems, False)
    contract, found = reader.attempt(parsed)
    if contract is None:
        return Verdict(None, found, False)
    told = {problem.pointer for problem in found if problem.hint == SEE}
    ill_formed = [problem for problem in wellformed.problems(parsed) if problem.pointer not in told]
    found = merged([*found, *ill_formed, *_security(contract), *_samples(contract)])
    large = len(parsed.locations) > _LARGE
    if not found and not large:
        found = merged(wellformed.thorough(parsed))
    unread = () if "x-vocabulary" in contract.document else tuple(vocabulary.unread(parsed))
    return Verdict(contract, found, large, unread)


# -- security --------------------------------------------------------------------------------------


def _security(contract: Contract) -> Iterator[Problem]:
    """Security requirements that name an undeclared scheme."""
    declared = {scheme.name for scheme in contract.security_schemes}
    for pointer in ("", *(operation.pointer for operation in contract.operations)):
        node = contract.at(pointer)
        wanted = node.get("security") if isinstance(node, Mapping) else None
        for index, needs in enumerate(wanted if isinstance(wanted, list) else ()):
            for name in needs if isinstance(needs, Mapping) else ():
                if name not in declared:
                    here = f"{pointer}/security/{index}/{escape(name)}"
                    hint = f"components.securitySchemes declares {', '.join(sorted(declared)) or 'none'}."
                    yield Problem(contract.where(here), f"there is no security scheme {name!r}", hint, here)


# -- examples and defaults -------------------------------------------------------------------------


def _samples(contract: Contract) -> Iterator[Problem]:
    """Every example and default that its own schema doesn't accept."""
    check = checker(contract)
    for pointer, schema in _with_schema(contract):
        message = check(schema, at(contract.document, pointer))
        if message:
            what = "default" if pointer.endswith("/default") else "example"
            hint = f"The schema is at {contract.where(schema)}; change one of them."
            yield Problem(contract.where(pointer), f"the {what} doesn't fit its schema: {message}", hint, pointer)


def _with_schema(contract: Contract) -> Iterator[tuple[str, str]]:
    """Pairs of pointers from the whole document: an example or default, and the schema that it must fit."""
    for pointer, node, is_schema in walk.objects(contract.document):
        schema = pointer if is_schema else f"{pointer}/schema"
        if not is_schema and not isinstance(node.get("schema"), Mapping):
            continue
        if is_schema and "default" in node:
            yield f"{pointer}/default", schema
        if "example" in node:
            yield f"{pointer}/example", schema
        examples = node.get("examples")
        if is_schema and isinstance(examples, list):
            yield from ((f"{pointer}/examples/{index}", schema) for index in range(len(examples)))
        if not is_schema and isinstance(examples, Mapping):
            for name, example in examples.items():
                if isinstance(example, Mapping) and "value" in example:
                    yield f"{pointer}/examples/{escape(name)}/value", schema

"""A document's data to a `Contract`: `$ref`s followed, defaults filled in, the vocabulary interpreted.

One module for each subject; they share the `ReadContext`. Cross-references of the vocabulary are checked where
they are resolved. All problems are collected before anything is raised.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from pathlib import Path

from spec import clauses, vocabulary
from spec.files import read
from spec.model import Clause, Contract, Location
from spec.problems import SEE, Problem, SpecError, merged
from spec.reader import operations, references, rows, servers
from spec.reader.read_context import ReadContext
from spec.source import Source

__all__ = ["DEFAULT", "attempt", "examine", "from_source", "load"]

DEFAULT = Path(__file__).parent.with_name("openapi.yaml")
"""The document that comes with the project."""


def load(path: Path | str = DEFAULT) -> Contract:
    """Read a document: OpenAPI 3.0 or 3.1, YAML or JSON, with or without the vocabulary.

    Local files that it refers to are read as parts of it. Raises SpecError with every problem found, unless all
    are harmless. `spec.validate` checks whether all of the document is valid OpenAPI. The contract keeps the
    path for messages, relative to the working folder where it lies below it.
    """
    return from_source(read(path))


def examine(path: Path | str = DEFAULT) -> tuple[Contract | None, list[Problem]]:
    """Read as much of a document as can be read, and list all of its problems; never raises SpecError.

    The contract is None when nothing can be read (no such file, a syntax error, no OpenAPI 3). Otherwise it
    holds every operation. The `operations` of a problem are pointers of the operations that it makes
    unreliable, or a path's pointer for all operations of the path. A problem without `operations` (in an unused
    component) does no harm. Clauses are derived only when there is no problem.
    """
    try:
        source = read(path)
    except SpecError as error:
        return None, error.problems
    return attempt(source)


def from_source(source: Source) -> Contract:
    """The contract of a parsed document. Raises SpecError with every problem found."""
    contract, problems = attempt(source)
    if contract is None or not all(problem.harmless for problem in problems):
        raise SpecError(problems)
    return contract


def attempt(source: Source) -> tuple[Contract | None, list[Problem]]:
    """The contract as far as it can be read, and all problems, as `examine` returns them."""
    wrong = not_openapi(source)
    if wrong:
        return None, [wrong]
    context = ReadContext(source, vocabulary="x-vocabulary" in source.data)
    if context.vocabulary:
        context.problems.extend(vocabulary.problems(source))
        # An ill-formed extension isn't interpreted.
        context.vocabulary = not context.problems
    context.problems.extend(source.problems)
    contract = _contract(context)
    if all(problem.harmless for problem in context.problems):
        contract = replace(contract, clauses=_clauses(context, contract))
    return contract, merged(context.problems)


def not_openapi(source: Source) -> Problem | None:
    """Why the document as a whole isn't OpenAPI 3, or None."""
    data, here = source.data, Location(source.file, 1, 1)
    if not isinstance(data, dict):
        what = "a list" if isinstance(data, list) else "plain text"
        return Problem(here, f"the document is {what}, not an object", "Give an OpenAPI document, 3.0 or 3.1.")
    if "swagger" in data:
        message = f"this is Swagger {data['swagger']}, not OpenAPI 3"
        known = str(data["swagger"]) == "2.0"
        hint = "`python -m spec import` converts it." if known else "Convert it to OpenAPI 3.0 or 3.1 first."
        return Problem(source.where("/swagger"), message, hint, "/swagger")
    version = data.get("openapi")
    if version is None:
        hint = "Give an OpenAPI document: it begins with `openapi: 3.1.0`."
        return Problem(here, "there is no `openapi` key", hint)
    if not re.match(r"3\.[01](\.|$)", str(version)):
        hint = "Give a document of version 3.0 or 3.1."
        return Problem(source.where("/openapi"), f"OpenAPI {version} isn't supported", hint, "/openapi")
    for key in ("paths", "components", "info"):
        if not isinstance(data.get(key) or {}, dict):
            return Problem(source.where(f"/{key}"), f"`{key}` isn't an object", SEE, f"/{key}")
    return None


def _contract(context: ReadContext) -> Contract:
    source = context.source
    info = context.mapping(context.data, "info", "")
    package = context.extension(info, "x-package", "/info")
    collections = rows.collections(context)
    found = operations.operations(context, collections)
    schemes = operations.security_schemes(context)
    references.check(context)
    if context.vocabulary:
        context.problems.extend(vocabulary.misplaced(source, context.used))
    return Contract(
        title=str(info.get("title", "")),
        version=str(info.get("version", "")),
        package=str(package) if package else None,
        openapi=str(context.data["openapi"]),
        file=source.file,
        sha256=hashlib.sha256(source.content).hexdigest(),
        document=context.data,
        servers=servers.servers(context, context.data, ""),
        operations=found,
        collections=tuple(collections.values()),
        security_schemes=schemes,
        clauses=(),
        locations=source.locations,
    )


def _clauses(context: ReadContext, contract: Contract) -> tuple[Clause, ...]:
    """The clauses; two with the same id are a problem of the document."""
    found: dict[str, Clause] = {}
    for clause in clauses.derive(contract):
        other = found.setdefault(clause.id, clause)
        if other is not clause:
            hint = f"The other is at {other.location}; give one of the two elements another name."
            message = f"the clause id {clause.id} stands for two things"
            context.problems.append(Problem(clause.location, message, hint))
    return tuple(found.values())

"""`spec import`: from the document that a server publishes to a contract."""

from __future__ import annotations

import sys
from pathlib import Path

from spec.command_line import FILE, USAGE, argument, command, option
from spec.importing.importing import Imported, import_document
from spec.model import Operation
from spec.problems import SpecError
from spec.templates import placeholders


@command(
    epilog="""\
exit codes: 0 written; 2 wrong usage, or a document that can't be read

examples:
  seller-contract spec import openapi.json                      writes openapi.overlay.yaml beside it
  seller-contract spec import http://127.0.0.1:8000/schema/     saves the document too
  seller-contract spec import openapi.overlay.yaml              again, after the document changed
  seller-contract run http://127.0.0.1:8000 --spec openapi.overlay.yaml --strict
"""
)
@argument("document", metavar="FILE|URL", help="an OpenAPI document, or the Overlay of an earlier import")
@option("--out", type=FILE, metavar="FILE", help="the Overlay to write (default: beside the document)")
def import_command(document: str, out: Path | None) -> int:
    """Recognise what a document's parameters and fields mean, and write it as an OpenAPI Overlay.

    The document stays as it is. Every command takes the Overlay in place of the document. All of it is inferred,
    each with its reason; what wasn't recognised is listed. When it runs again, it keeps what you changed.
    """
    try:
        done = import_document(document, out)
    except SpecError as error:
        print(error, file=sys.stderr)
        return USAGE
    print("\n".join(_summary(done)))
    return 0


def _summary(done: Imported) -> list[str]:
    operations = done.contract.operations
    parameters = [parameter for operation in operations for parameter in operation.parameters]
    described = sum(
        bool(p.filters or p.search or {"x-ordering", "x-fields"} & done.contract.at(p.pointer).keys())
        for p in parameters
    )
    access = [operation.access.action for operation in operations if operation.access]
    lines = [
        f"{done.out}: {_count(len(done.contract.collections), 'collection')}, {_count(access.count('reads'), 'list')} "
        f"({sum(operation.pagination is not None for operation in operations)} with pages), "
        f"{described} of {max(described, done.parameters)} filters, searches and orders, "
        f"{_count(len(access) - access.count('reads'), 'operation')} on rows"
    ]
    below = [o for o in operations if o.access and o.access.action == "reads" and set(placeholders(o.path)) - _known(o)]
    if below:
        lines.append(
            f"{_count(len(below), 'list')} of rows below others, as {below[0].path}: give the keys of a row above in "
            "`outer` of its collection, else a run leaves them out"
        )
    if done.changed or done.deleted:
        lines.append(f"kept: {_count(done.changed, 'action')} of yours, {_count(done.deleted, 'deletion')}")
    if done.problems:
        lines.append(f"the reader has {_count(done.problems, 'problem')} with it: `seller-contract spec {done.out}`")
    if done.unrecognised:
        lines.append(f"{len(done.unrecognised)} not recognised:")
        lines += [f"  {each.location}: {each.subject}: {each.why}" for each in done.unrecognised]
    return lines


def _known(operation: Operation) -> set[str]:
    """The path parameters for which an operation's collection has a value."""
    return set(operation.access.collection.outer) if operation.access else set()


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"

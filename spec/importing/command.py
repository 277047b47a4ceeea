"""`spec import`: from the document that a server publishes to a contract."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

from spec.command_line import FILE, USAGE, argument, command, option
from spec.importing.importing import Imported, import_document
from spec.problems import SpecError


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
    found = Counter(name for finding in done.findings for name in finding.update)
    filters, searches, orders = found["x-filter"], found["x-search"], found["x-ordering"]
    parameters = {each.subject for each in done.unrecognised if len(each.subject.split(" ")) == 3}
    pages = len({finding.group for finding in done.findings if "x-pagination" in finding.update})
    single = sum(found[name] for name in ("x-gets", "x-creates", "x-updates", "x-upserts", "x-deletes"))
    described = filters + searches + orders
    lines = [
        f"{done.out}: {_count(found['x-collections'], 'collection')}, {_count(found['x-reads'], 'list')}, "
        f"{_count(pages, 'pagination')}, {described} of {described + len(parameters)} filters, searches and orders, "
        f"{_count(single, 'operation')} on rows"
    ]
    if done.changed or done.deleted:
        lines.append(f"kept: {_count(done.changed, 'action')} of yours, {_count(done.deleted, 'deletion')}")
    if done.unrecognised:
        lines.append(f"{len(done.unrecognised)} not recognised:")
        lines += [f"  {each.location}: {each.subject}: {each.why}" for each in done.unrecognised]
    return lines


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"

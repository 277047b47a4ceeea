"""`spec import` of documents in the shapes of different makers: what each element means, whole.

`makers/NAME.yaml` is a document, `makers/NAME.txt` what is recognised in it (GOLDEN=write).
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

import spec
from spec import source
from spec.importing.actions import flow
from spec.importing.findings import without_reasons
from spec.importing.importing import Imported, import_document
from spec.model import Operation

DEFAULT = Path(spec.__file__).parent / "openapi.yaml"
GARDEN = Path(__file__).parents[1] / "conformance" / "garden.yaml"
MAKERS = sorted(path for path in (Path(__file__).parent / "makers").iterdir() if path.suffix != ".txt")


@pytest.mark.parametrize("document", MAKERS, ids=lambda path: path.stem)
def test_what_is_recognised(document: Path, tmp_path: Path) -> None:
    shutil.copy(document, tmp_path)
    done = import_document(str(tmp_path / document.name), None)
    assert done.problems == 0
    found = "\n".join(_described(done)) + "\n"
    golden = document.with_suffix(".txt")
    if os.environ.get("GOLDEN") == "write":
        golden.write_text(found, "utf-8")
    assert found == golden.read_text("utf-8")
    written = done.out.read_text("utf-8")
    again = import_document(str(done.out), None)
    assert (again.changed, again.deleted, done.out.read_text("utf-8")) == (0, 0, written), "again, it says the same"


@pytest.mark.parametrize("file", [DEFAULT, GARDEN], ids=lambda path: path.stem)
def test_nothing_is_wrong_in_a_document_that_lost_its_meaning(file: Path, tmp_path: Path) -> None:
    before = spec.load(file)
    (tmp_path / "a.json").write_text(json.dumps(_plain(before.document)), "utf-8")
    found = import_document(str(tmp_path / "a.json"), None).contract
    hand = {operation.pointer: operation for operation in before.operations}
    written = 0
    for operation in found.operations:
        known = hand[operation.pointer]
        filters = {(each.parameter, each.field, each.lookup) for each in operation.filters}
        assert filters <= {(each.parameter, each.field, each.lookup) for each in known.filters}
        assert _pages(operation) <= _pages(known)
        if operation.access and known.access:
            assert (operation.access.action, operation.access.collection.key) == (
                known.access.action,
                known.access.collection.key,
            )
        assert bool(operation.access) <= bool(known.access)
        assert (operation.batch and operation.batch.total) == (known.batch and known.batch.total)
        written += len(filters)
    assert written >= 2


def _plain(node: Any) -> Any:
    """A document without extensions."""
    if isinstance(node, Mapping):
        return {key: _plain(each) for key, each in node.items() if not str(key).startswith("x-")}
    return [_plain(each) for each in node] if isinstance(node, (list, tuple)) else node


def _pages(operation: Operation) -> set[object]:
    """The facts of a list's pagination."""
    pages = operation.pagination
    return {pages.form, pages.parameters, *((r, m.path) for r, m in pages.members.items())} if pages else set()


def _described(done: Imported) -> Iterator[str]:
    """A line for each action of the Overlay, without its reasons, and for each element that isn't recognised."""
    for action in source.read(done.out).data["actions"]:
        target = action["target"].removeprefix("$.").replace("[?@.name==", "[").replace(" && @.in=='query'", "")
        yield f"{target}: {flow(without_reasons(action['update'])) if 'update' in action else 'removed'}"
    yield ""
    for missed in done.unrecognised:
        yield f"{missed.subject}: {missed.why}"

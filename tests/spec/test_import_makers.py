"""`spec import` of documents in the shapes of different makers: what each element means, whole.

`makers/NAME.yaml` is a document, `makers/NAME.txt` what is recognised in it (GOLDEN=write).
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from spec import source
from spec.importing.actions import flow
from spec.importing.findings import without_reasons
from spec.importing.importing import Imported, import_document

MAKERS = sorted((Path(__file__).parent / "makers").glob("*.yaml"))


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


def _described(done: Imported) -> Iterator[str]:
    """A line for each action of the Overlay, without its reasons, and for each element that isn't recognised."""
    for action in source.read(done.out).data["actions"]:
        target = action["target"].removeprefix("$.").replace("[?@.name==", "[").replace(" && @.in=='query'", "")
        yield f"{target}: {flow(without_reasons(action['update'])) if 'update' in action else 'removed'}"
    yield ""
    for missed in done.unrecognised:
        yield f"{missed.subject}: {missed.why}"

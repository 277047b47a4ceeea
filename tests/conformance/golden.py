"""What people read, word for word: it changes only on purpose.

There is one golden file for each law, under `golden/`. It holds blocks with an empty line between them, each a title
and its lines. After a change that is meant, write the files anew and review their difference:

    GOLDEN=write python -m pytest -n0 tests/conformance/test_laws.py
"""

from __future__ import annotations

import os
import re
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent / "golden"


def expect(law: str, title: str, lines: list[str]) -> None:
    """Compare lines with the block of a title in a law's file."""
    path, lines = FOLDER / f"{law}.txt", [steady(line) for line in lines]
    if os.environ.get("GOLDEN") == "write":
        blocks = _read(path) if path.is_file() else {}
        blocks[title] = lines
        path.parent.mkdir(exist_ok=True)
        path.write_text("\n\n".join("\n".join([t, *found]) for t, found in blocks.items()) + "\n", encoding="utf-8")
    else:
        assert lines == _known(path).get(title)


def titles() -> dict[str, list[str]]:
    """The titles of each law's file, in their order."""
    return {path.stem: list(_known(path)) for path in sorted(FOLDER.glob("*.txt"))}


def steady(line: str) -> str:
    """A line without what differs from run to run: a run's token, and how long was waited."""
    line = re.sub(r"(prdct)-[0-9a-f]{10}-", r"\1-TOKEN-", line, flags=re.IGNORECASE)
    return re.sub(r"\b\d+\.\d s\b", "SECONDS s", line).replace("\n", "\\n")


def _read(path: Path) -> dict[str, list[str]]:
    blocks = path.read_text(encoding="utf-8").rstrip("\n").split("\n\n")
    return {title: lines for title, *lines in (block.split("\n") for block in blocks)}


_known = cache(_read)

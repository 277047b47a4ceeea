"""Comparing a package with a folder, and putting it there: all files or none."""

from __future__ import annotations

import difflib
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

MARK = b"not to be edited"
"""The header of every generated Python file."""

SEAM = "_patch.py"
"""The file that is made once and then belongs to the people who use the package."""

_LEFT_ALONE = frozenset({"__pycache__", "dist", "build"})


@dataclass(frozen=True)
class Drift:
    """How a folder differs from what would be made: paths, sorted."""

    changed: tuple[str, ...]
    missing: tuple[str, ...]
    stale: tuple[str, ...]
    """Made by an earlier run, and no longer."""
    foreign: tuple[str, ...]
    """Neither made here nor the seam."""

    def __bool__(self) -> bool:
        return bool(self.changed or self.missing or self.stale or self.foreign)


def drift(files: Mapping[str, bytes], out: Path) -> Drift:
    """What `write` would change, and what doesn't belong there. Raises OSError."""
    found = set(_found(out))
    wanted = {path for path in files if not _is_seam(path)}
    changed = [path for path in wanted & found if (out / path).read_bytes() != files[path]]
    missing = [path for path in files if path not in found]
    rest = [path for path in found - wanted if not _is_seam(path)]
    stale = [path for path in rest if _ours(out / path)]
    foreign = [path for path in rest if path not in stale]
    return Drift(tuple(sorted(changed)), tuple(sorted(missing)), tuple(sorted(stale)), tuple(sorted(foreign)))


def diff(files: Mapping[str, bytes], out: Path, found: Drift) -> Iterator[str]:
    """The changes that `write` would make, as unified diffs."""
    for path in sorted((*found.changed, *found.missing, *found.stale)):
        old = _lines((out / path).read_bytes()) if path not in found.missing else []
        new = _lines(files.get(path, b""))
        before = "/dev/null" if path in found.missing else f"a/{path}"
        after = "/dev/null" if path in found.stale else f"b/{path}"
        yield from difflib.unified_diff(old, new, before, after)


def write(files: Mapping[str, bytes], out: Path) -> Drift:
    """Write the files, delete stale ones, and return the changes; foreign files and the seam stay.

    The new files are written aside first. If a step fails, earlier steps are undone. Raises OSError.
    """
    found = drift(files, out)
    todo = [*found.changed, *found.missing]
    if not todo and not found.stale:
        return found
    out.parent.mkdir(parents=True, exist_ok=True)
    aside = Path(tempfile.mkdtemp(prefix=f".{out.name}-", dir=out.parent))
    undo: list[tuple[Path, Path | None]] = []
    try:
        for path in todo:
            (aside / "new" / path).parent.mkdir(parents=True, exist_ok=True)
            (aside / "new" / path).write_bytes(files[path])
        for path in (*todo, *found.stale):
            _exchange(path, aside, out, undo)
    except BaseException:
        for target, old in reversed(undo):
            os.replace(old, target) if old else target.unlink(missing_ok=True)
        raise
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return found


def _exchange(path: str, aside: Path, out: Path, undo: list[tuple[Path, Path | None]]) -> None:
    """Move the old file aside and the new one, if there is one, into its place."""
    target, new, old = out / path, aside / "new" / path, aside / "old" / path
    target.parent.mkdir(parents=True, exist_ok=True)
    had = target.exists()
    if had:
        old.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(target, old)
    undo.append((target, old if had else None))
    if new.exists():
        os.replace(new, target)
    else:
        target.unlink()


def _found(out: Path) -> Iterator[str]:
    """The files of a folder, as paths with slashes; what tools leave behind and hidden files don't count."""
    for folder, names, files in os.walk(out):
        names[:] = sorted(n for n in names if not n.startswith(".") and n not in _LEFT_ALONE and not _metadata(n))
        for name in sorted(files):
            if not name.startswith(".") and not name.endswith((".pyc", ".orig", ".rej")):
                yield (Path(folder) / name).relative_to(out).as_posix()


def _metadata(name: str) -> bool:
    return name.endswith((".egg-info", ".dist-info"))


def _is_seam(path: str) -> bool:
    return path.rpartition("/")[2] == SEAM


def _ours(path: Path) -> bool:
    if path.name in ("refusals.json", "py.typed"):
        return True
    with path.open("rb") as file:
        return MARK in file.read(400)


def _lines(data: bytes) -> list[str]:
    return data.decode("utf-8", "replace").splitlines(keepends=True)

"""A document as the command line names it: a file, `REV:path` of git, or `-` for standard input."""

from __future__ import annotations

import posixpath
import subprocess
import sys
from dataclasses import replace
from pathlib import Path, PurePath

from spec import files, overlay
from spec.problems import unopened
from spec.source import MAX_BYTES, Source, parse


def open_document(name: str) -> Source:
    """Read and parse a document. Raises UnopenedError when it can't be opened, SpecError when it can't be parsed."""
    if not name:
        raise unopened("''", "the name is empty", "Give a file, REV:path, or - for standard input.")
    if name == "-":
        given = parse(sys.stdin.buffer.read(MAX_BYTES + 1), "stdin")
        return overlay.applied(given, Path("stdin"), files.read) if overlay.is_overlay(given.data) else given
    if ":" in name and not Path(name).exists():
        return _from_git(name)
    return _named(files.read(name))


def _named(source: Source) -> Source:
    """Absolute paths are never shown: they mean nothing on another machine."""
    if not PurePath(source.file).is_absolute():
        return source
    folder = PurePath(source.file).parent

    def shown(file: str) -> str:
        path = PurePath(file)
        return str(path.relative_to(folder)) if path.is_relative_to(folder) else path.name

    places = {file: shown(file) for file in {where.file for where in source.locations.values()}}
    locations = {pointer: replace(where, file=places[where.file]) for pointer, where in source.locations.items()}
    return replace(source, file=shown(source.file), locations=locations)


def _from_git(name: str) -> Source:
    revision, _, path = name.partition(":")
    if not revision or revision.startswith("-") or not path:
        raise unopened(name, "there is no such file", "Give a file, REV:path, or - for standard input.")
    if not path.startswith(("./", "../", "/")):
        # As for every other argument, a path is taken from here, not from the top of the repository.
        inside = _git("cat-file", "-e", f"{revision}:./{path}").returncode == 0
        name = f"{revision}:./{path}" if inside else name
    shown = _git("show", "--end-of-options", name)
    if shown.returncode:
        reason = " ".join(shown.stderr.decode("utf-8", "replace").split()) or "git can't show it"
        raise unopened(f"{revision}:{path}", reason.removeprefix("fatal: "), "Check the revision and the path.")
    found = parse(shown.stdout, f"{revision}:{path}")
    if not overlay.is_overlay(found.data):
        return found
    # An Overlay of a revision extends the document of that revision.
    return overlay.applied(found, Path(path), lambda document: _from_git(f"{revision}:{posixpath.normpath(document)}"))


def _git(*arguments: str) -> subprocess.CompletedProcess[bytes]:
    try:
        return subprocess.run(["git", *arguments], capture_output=True, check=False)  # noqa: S603, S607 -- the user's git, and no shell
    except OSError as error:
        raise unopened("git", f"git can't be run: {error.strerror}", "Install git, or give files.") from None

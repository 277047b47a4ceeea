"""A document in several local files: each file that a `$ref` names is read, and becomes a part of the document.

A part is stored under the key `$files`, by its path from the document's folder. Every reference is rewritten to
point there. Nothing is ever fetched: a URL stays unchanged, and the reader reports it.
"""

from __future__ import annotations

import os
import re
from dataclasses import replace
from pathlib import Path
from typing import Any, cast
from urllib.parse import quote, unquote

from spec import overlay, source
from spec.model import JSON, Location
from spec.pointers import escape
from spec.problems import Problem, SpecError, UnopenedError
from spec.source import Source
from spec.walk import FILES, objects

_MOST = 10_000
"""Further files are refused."""


def read(path: Path | str) -> Source:
    """A document with every local file that it refers to. Raises UnopenedError or SpecError, as `source.read` does.

    An Overlay stands for the document that it extends.
    """
    return _read(Path(path), ())


def whole(root: Source, path: Path) -> Source:
    """The same for a file that was parsed before."""
    return _whole(root, path, ())


def _read(path: Path, extended_by: tuple[Path, ...]) -> Source:
    return _whole(source.read(path), path, extended_by)


def _whole(root: Source, path: Path, extended_by: tuple[Path, ...]) -> Source:
    """`extended_by` are the Overlays that led here."""
    if overlay.is_overlay(root.data):
        if path.resolve() in extended_by:
            raise SpecError([Problem(root.where("/extends"), "the Overlay extends itself", "Name another document.")])
        return overlay.applied(root, path, lambda document: _read(document, (*extended_by, path.resolve())))
    if not isinstance(root.data, dict) or not any(_file(ref) for ref in _refs(root.data)):
        return root
    return _Bundle(root, path).whole()


def _refs(data: JSON) -> list[str]:
    return [str(node["$ref"]) for _, node, _ in objects(data) if isinstance(node.get("$ref"), str)]


def _file(ref: str) -> str:
    """The file that a reference names; empty for a reference into the same document or to a URL."""
    file = ref.partition("#")[0]
    return "" if re.match(r"[A-Za-z][A-Za-z0-9+.-]+:|//", file) else unquote(file)


class _Bundle:
    """The files of one document as they are found."""

    def __init__(self, root: Source, path: Path) -> None:
        self._root = root
        self._folder = path.resolve().parent
        self._path = path.resolve()
        self._names: dict[Path, str] = {self._path: ""}
        self._sources: dict[str, Source] = {"": root}
        self._shown = path.parent

    def whole(self) -> Source:
        """The document with its parts in it."""
        waiting = [("", self._path)]
        while waiting:
            name, path = waiting.pop()
            waiting.extend(self._read(name, path))
        data: dict[str, Any] = dict(self._rewritten("", self._path))
        parts = {name: self._rewritten(name, path) for path, name in self._names.items() if name in self._sources}
        data[FILES] = {name: part for name, part in parts.items() if name}
        locations: dict[str, Location] = dict(self._root.locations)
        for name, part in self._sources.items():
            if name:
                locations |= {f"/{FILES}/{escape(name)}{p}": where for p, where in part.locations.items()}
        content = b"".join(self._sources[name].content for name in sorted(self._sources))
        return replace(self._root, data=data, content=content, locations=locations)

    def _read(self, name: str, path: Path) -> list[tuple[str, Path]]:
        """Read the files that one file refers to, and return the new ones."""
        found: list[tuple[str, Path]] = []
        part = self._sources[name]
        for pointer, node, _ in objects(part.data):
            ref = node.get("$ref")
            file = _file(ref) if isinstance(ref, str) else ""
            target = (path.parent / file).resolve() if file else path
            if target in self._names:
                continue
            known = Path(os.path.relpath(target, self._folder)).as_posix()
            self._names[target] = known
            try:
                self._sources[known] = source.read(self._shown / known)
            except UnopenedError:
                continue  # the reference stays unchanged, and the reader reports where it is used
            if len(self._sources) > _MOST:
                raise SpecError([Problem(part.where(pointer), f"more than {_MOST:,} files", "Bundle the document.")])
            found.append((known, target))
        return found

    def _rewritten(self, name: str, path: Path) -> JSON:
        """The data of a file, its references pointing into the whole document."""
        data = _copy(self._sources[name].data)
        for _, node, _ in list(objects(data)):
            if isinstance(node.get("$ref"), str):
                cast("dict[str, JSON]", node)["$ref"] = self._target(node["$ref"], path)
            discriminator = node.get("discriminator")
            mapping = discriminator.get("mapping") if isinstance(discriminator, dict) else None
            tags: dict[str, JSON] = mapping if isinstance(mapping, dict) else {}
            for tag, ref in list(tags.items()):
                if isinstance(ref, str) and ("#" in ref or (path.parent / _file(ref)).resolve() in self._names):
                    tags[tag] = self._target(ref, path)
        return data

    def _target(self, ref: str, path: Path) -> str:
        file, _, fragment = ref.partition("#")
        if file and not _file(ref):
            return ref
        name = self._names[(path.parent / _file(ref)).resolve() if file else path]
        if name not in self._sources:
            return ref
        prefix = f"/{FILES}/{escape(name)}" if name else ""
        return f"#{quote(prefix, safe='/~$@:!,;=')}{fragment}"


def _copy(value: JSON) -> JSON:
    """A deep copy: aliases share what their anchors hold, and a reference in it is rewritten once."""
    if isinstance(value, dict):
        return {key: _copy(each) for key, each in value.items()}
    return [_copy(each) for each in value] if isinstance(value, list) else value

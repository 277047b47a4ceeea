"""An import from beginning to end: a document in, an Overlay out, and what there is to say of both."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from spec import files, overlay, reader, source, vocabulary
from spec.importing import fetched, swagger
from spec.importing.actions import actions
from spec.importing.findings import Finding, Unrecognised
from spec.importing.recognise import recognise
from spec.importing.sound import sound
from spec.importing.written import Earlier, again, earlier, fresh
from spec.model import Contract, Location
from spec.problems import Problem, SpecError, UnopenedError
from spec.source import Source


@dataclass(frozen=True)
class Imported:
    """What an import did."""

    out: Path
    contract: Contract
    """The document as the Overlay describes it."""
    problems: int
    """What the reader finds wrong with it: the document's own mistakes, and a person's."""
    parameters: int
    """How many query parameters of the lists might filter, search or order."""
    unrecognised: tuple[Unrecognised, ...]
    """In the document's order."""
    changed: int
    """Actions of the Overlay that a person wrote or changed: they are kept."""
    deleted: int
    """Actions that a person deleted: they stay away."""


def import_document(name: str, out: Path | None) -> Imported:
    """Write what is recognised in a document as an Overlay beside it. Raises UnopenedError and SpecError.

    `name` is a file, a URL, or the Overlay of an earlier import. Nothing is written where anything fails.
    """
    if fetched.is_url(name):
        return _saved(fetched.fetched(name), None, out or Path("openapi.overlay.yaml"))
    path = Path(name)
    given = source.read(path)
    if not overlay.is_overlay(given.data):
        out = out or path.with_name(f"{path.stem}.overlay.yaml")
        if swagger.is_swagger(given.data):
            return _saved(given.content, path, out)
        return _import(files.whole(given, path), path, out)
    if out is not None and out.resolve() != path.resolve():
        raise SpecError(
            [Problem(given.where(""), "this is an Overlay already", "Give its document, or leave --out out.")]
        )
    extends = given.data.get("extends")
    if not isinstance(extends, str):
        files.read(path)  # says what is wrong with it
    document = path.parent / str(extends)
    return _import(files.read(document), document, path)


def _saved(content: bytes, given: Path | None, out: Path) -> Imported:
    """Save a document beside the Overlay: one from a URL, or one that had to be converted.

    A document that a person changed is not overwritten.
    """
    saved = _beside(content, given, out)
    parsed = source.parse(content, str(given or saved))
    converted = swagger.is_swagger(parsed.data)
    if converted:
        content = json.dumps(swagger.converted(parsed.data), indent=2, ensure_ascii=False).encode()
        saved = saved.with_suffix(".json") if saved.with_suffix(".json") not in (given, out) else saved
    before = _earlier(out)
    if saved.exists() and _digest(saved.read_bytes()) not in (_digest(content), before.document if before else ""):
        message = "this file is in the way: it isn't the document that an import saved"
        hint = "Changes belong into the Overlay. Move the file, or name another Overlay with --out."
        raise SpecError([Problem(source.read(saved).where(""), message, hint)])
    old = saved.read_bytes() if saved.exists() else None
    _write(saved, content)
    try:
        original = files.read(saved) if converted else files.whole(parsed, saved)
        return _import(original, saved, out, _digest(content))
    except BaseException:
        if old is None:
            saved.unlink()
        else:
            _write(saved, old)
        raise


def _beside(content: bytes, given: Path | None, out: Path) -> Path:
    """The file for a document: it has the Overlay's name, unless another file has that already."""
    stem = out.name.removesuffix(".yaml").removesuffix(".yml").removesuffix(".overlay")
    suffix = ".json" if content.lstrip()[:1] == b"{" else ".yaml"
    first = out.with_name(stem + suffix)
    taken = [out.resolve(), *([given.resolve()] if given else [])]
    return out.with_name(f"{stem}.openapi{suffix}") if first.resolve() in taken else first


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _earlier(out: Path) -> Earlier | None:
    return earlier(source.read(out)) if out.exists() else None


def _import(original: Source, path: Path, out: Path, document: str = "") -> Imported:
    """Import a document that was read from `path`; `document` is the digest of one that was saved."""
    before = _earlier(out)
    document = document or (before.document if before else "")
    recognised = recognise(original)
    free, decided = _parted(original, recognised.findings, before)
    changed = _with_changes(original, before) if before else original
    plain = changed is original and "x-vocabulary" not in original.data
    checked = sound(changed, free, recognised.problems if plain else reader.attempt(changed)[1])
    extends, found = overlay.beside(path, out), list(actions(original, checked.findings))
    if before:
        written = again(before, extends, found, list(actions(original, decided)), document)
    else:
        info = original.data.get("info") or {}
        written = fresh(str(info.get("title", "an API")), str(info.get("version", "1")), extends, found, document)
    _write(out, written.text.encode())
    contract, problems = reader.attempt(overlay.applied(source.read(out), out, lambda _: original))
    if contract is None:
        raise SpecError(problems)
    missed = [each for each in (*recognised.unrecognised, *checked.refused) if not _described(contract, each.pointer)]
    missed.sort(key=lambda each: each.location)
    return Imported(
        out, contract, len(problems), recognised.parameters, tuple(missed), written.changed, written.deleted
    )


def _described(contract: Contract, pointer: str) -> bool:
    """True if somebody said what an element means: the document, or a person in the Overlay."""
    try:
        node = contract.at(pointer)
    except KeyError:  # a person removed it
        return True
    meanings = vocabulary.names() - {"x-provenance", "x-code", "x-pagination", "x-collections", "x-vocabulary"}
    return isinstance(node, Mapping) and not meanings.isdisjoint(node)


def _parted(
    original: Source, findings: Sequence[Finding], before: Earlier | None
) -> tuple[list[Finding], list[Finding]]:
    """The findings about which a person has decided nothing, and the others."""
    if before is None:
        return list(findings), []
    claimed = {slot for action in before.of_a_person for slot in action.slots}
    parts: tuple[list[Finding], list[Finding]] = ([], [])
    for finding in findings:
        made = list(actions(original, [finding]))
        decided = any(claimed & set(action.slots) or before.deleted(action) for action in made)
        parts[decided].append(finding)
    return parts


def _with_changes(original: Source, before: Earlier) -> Source:
    """The document with everything that a person wrote into the Overlay, as far as it still fits."""
    kept = [index for index, action in enumerate(before.actions) if not before.is_own(action)]
    listed = [before.source.data["actions"][index] for index in kept]
    if not listed:
        return original
    places = {f"/actions/{new}": f"/actions/{old}" for new, old in enumerate(kept)}
    locations = dict(before.source.locations)
    for pointer, where in before.source.locations.items():
        for new, old in places.items():
            if pointer == old or pointer.startswith(f"{old}/"):
                locations[new + pointer[len(old) :]] = where
    changed = replace(before.source, data={**before.source.data, "actions": listed}, locations=locations)
    return overlay.applied(changed, Path(before.source.file), lambda _: original)


def _write(path: Path, content: bytes) -> None:
    """Write a file as a whole or not at all."""
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
            Path(name).chmod(0o644)
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        message = f"the file can't be written: {error.strerror}"
        raise UnopenedError(
            [Problem(Location(str(path), 1, 1), message, "Check the folder and its permissions.")]
        ) from None

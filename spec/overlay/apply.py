"""An Overlay and its document to one document: each value keeps the file, line and column where it is written."""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, cast
from urllib.parse import unquote

from spec.model import JSON, Location
from spec.overlay.targets import BadTarget, selected
from spec.overlay.work import Work
from spec.pointers import at, escape
from spec.problems import Problem, SpecError, UnopenedError
from spec.source import Source

_KEYS = ("overlay", "info", "extends", "actions")
_ACTION_KEYS = ("target", "description", "update", "remove")
_SEE = "See the OpenAPI Overlay Specification 1.0."

Read = Callable[[Path], Source]


def is_overlay(data: JSON) -> bool:
    """True for the data of an Overlay."""
    return isinstance(data, dict) and "overlay" in data and "openapi" not in data


def applied(overlay: Source, path: Path, read: Read) -> Source:
    """The document that an Overlay extends, with its actions carried out in their order.

    `path` is the Overlay's file; `read` reads the document. Raises SpecError with everything that is wrong.
    """
    wrong = list(_problems(overlay))
    if wrong:
        raise SpecError(wrong)
    document = _extended(overlay, path, read)
    if not isinstance(document.data, dict):
        return document  # the reader says what it is
    work = Work(document)
    problems = [p for index, action in enumerate(overlay.data["actions"]) for p in _act(overlay, work, action, index)]
    grave = [problem for problem in problems if not problem.harmless]
    if grave:
        raise SpecError(grave)
    found = (*document.problems, *problems)
    return Source(overlay.file, overlay.content + document.content, work.data, work.locations, found)


def _act(overlay: Source, work: Work, action: dict[str, Any], index: int) -> Iterator[Problem]:
    """Carry out one action on everything that its target selects."""
    target = f"/actions/{index}/target"
    try:
        pointers = selected(work.data, action["target"])
    except BadTarget as error:
        yield _problem(overlay, target, f"the target is no JSONPath: {error}", "See RFC 9535.")
        return
    if not pointers:
        hint = "Does the document have it no longer? Correct the target, or delete the action."
        message = f"the target selects nothing: {action['target']}"
        yield replace(_problem(overlay, target, message, hint), harmless=True)
    # In reverse order: an element's place in a list changes when one before it goes.
    for pointer in reversed(pointers) if action.get("remove") else pointers:
        wrong = _change(overlay, work, action, index, pointer)
        if wrong:
            yield _problem(overlay, target, *wrong)
            return


def _change(overlay: Source, work: Work, action: dict[str, Any], index: int, pointer: str) -> tuple[str, str] | None:
    """Change one element; returns what is wrong, and what to do."""
    if action.get("remove"):
        if not pointer:
            return "the whole document can't be removed", "Select what is to go."
        work.remove(pointer)
        return None
    node, update = at(work.data, pointer), action["update"]

    def where(inner: str) -> Location:
        return overlay.where(f"/actions/{index}/update{inner}")

    if isinstance(node, list):
        work.append(pointer, update, where)
    elif isinstance(node, dict) and isinstance(update, dict):
        work.merge(pointer, update, where)
    else:
        return "an update changes objects and lists, not single values", "Select the object that holds it."
    return None


def _extended(overlay: Source, path: Path, read: Read) -> Source:
    where, given = overlay.where("/extends"), str(overlay.data["extends"])
    try:
        return read(path.parent / unquote(given))
    except UnopenedError as error:
        message = f"the document {given!r} can't be read: {error.problems[0].message}"
        raise SpecError([Problem(where, message, "`extends` is a path from the Overlay's folder.")]) from None


def _problems(overlay: Source) -> Iterator[Problem]:
    """What is wrong with the Overlay by itself."""
    data = cast("dict[str, Any]", overlay.data)
    if not re.fullmatch(r"1\.0\.\d+", str(data["overlay"])):
        yield _problem(overlay, "/overlay", f"Overlay {data['overlay']} isn't supported", "Write `overlay: 1.0.0`.")
    yield from _unknown(overlay, "", data, _KEYS)
    info = data.get("info")
    for key in ("title", "version"):
        if not isinstance(info, dict) or not isinstance(info.get(key), str):
            yield _problem(overlay, "/info", f"the Overlay's info needs a text `{key}`", _SEE)
    extends = data.get("extends")
    if not isinstance(extends, str) or not extends.strip():
        hint = "Add `extends` with the path of the document from the Overlay's folder."
        yield _problem(overlay, "/extends", "the Overlay doesn't name its document", hint)
    elif re.match(r"[A-Za-z][A-Za-z0-9+.-]+:|//", extends):
        hint = "Save the document beside the Overlay, and name that file: nothing is fetched."
        yield _problem(overlay, "/extends", f"{extends!r} isn't a file", hint)
    actions = data.get("actions")
    if not isinstance(actions, list) or not actions:
        yield _problem(overlay, "/actions", "the Overlay needs a list of `actions`", _SEE)
        return
    for index, action in enumerate(actions):
        here = f"/actions/{index}"
        if not isinstance(action, dict) or not isinstance(action.get("target"), str):
            yield _problem(overlay, here, "an action needs a text `target`", _SEE)
            continue
        yield from _unknown(overlay, here, action, _ACTION_KEYS)
        if not isinstance(action.get("remove", False), bool):
            yield _problem(overlay, f"{here}/remove", "`remove` is true or false", _SEE)
        elif action.get("remove") is not True and "update" not in action:
            yield _problem(overlay, here, "the action has neither `update` nor `remove: true`", _SEE)


def _unknown(overlay: Source, pointer: str, node: dict[str, Any], known: tuple[str, ...]) -> Iterator[Problem]:
    for key in node:
        if key not in known and not key.startswith("x-"):
            near = difflib.get_close_matches(key, known, n=1)
            hint = f"Did you mean {near[0]}?" if near else f"It takes {', '.join(known)}."
            yield _problem(overlay, f"{pointer}/{escape(key)}", f"Overlay: unknown key {key!r}", hint)


def _problem(overlay: Source, pointer: str, message: str, hint: str) -> Problem:
    return Problem(overlay.where(pointer), message, hint)


def beside(document: Path, overlay: Path) -> str:
    """The path of a document as `extends` has it: from the Overlay's folder."""
    return Path(os.path.relpath(document.resolve(), overlay.resolve().parent)).as_posix()

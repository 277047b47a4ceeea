"""Drafting waivers for what a run found: into a new file, or behind what people wrote in one that is there.

Every word of theirs stays, comments included. A file that can't be added to is refused.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable
from datetime import datetime, timedelta
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import yaml

from conformance.reports.model import Clause, Report
from conformance.reports.waivers import WaiversError
from conformance.selection import matches

DRAFT_DAYS = 30
"""How long a drafted waiver lasts, unless a person says otherwise."""

HEAD = """\
# A draft: fill in reason and owner of every waiver that is to stay, and take the others away.
# An expired waiver fails the run, and so does one whose clause holds again.
"""

Fields = dict[str, str]
"""The fields of one waiver, each as it is written in YAML and in TOML."""


def drafted(path: Path, report: Report) -> str:
    """The text of a file with a waiver for every violation that none in it is for. Raises WaiversError."""
    text, there = existing(path)
    wrong = [c for c in report["clauses"] if c["verdict"] == "violated" and not _covered(c, there, report["target"])]
    if text is None:
        return HEAD + _added("", ".toml" if path.suffix == ".toml" else ".yaml", [], wrong, report)
    return _added(text, path.suffix, there, wrong, report) if wrong else text


def existing(path: Path) -> tuple[str | None, list[dict[str, Any]]]:
    """What a file holds, and its waivers; None without a file. Raises WaiversError for one that can't be added to."""
    if not path.exists():
        return None, []
    try:
        text = path.read_bytes().decode("utf-8")
        there = _waivers(text, path.suffix)
        probe = [{"clause": '"PRD000.probe"', "reason": '""', "owner": '""', "expires": "2026-01-01"}]
        if len(_waivers(_with(text, path.suffix, probe, [""]), path.suffix)) != len(there) + 1:
            raise ValueError("its waivers aren't a list that lines can be added to")
    except OSError as error:
        raise WaiversError(f"--write-waivers {path}: {error.strerror}") from None
    except (ValueError, yaml.YAMLError, RecursionError) as error:
        why = " ".join(str(error).split())
        raise WaiversError(f"--write-waivers {path} is kept as it is: {why}. Give another file.") from None
    return text, there


def _added(text: str, suffix: str, there: list[dict[str, Any]], wrong: list[Clause], report: Report) -> str:
    """The text with waivers for some clauses behind those that are there."""
    fields = [_fields(clause, report) for clause in wrong]
    added = _with(text, suffix, fields, [clause["requirement"] for clause in wrong])
    if _waivers(added, suffix)[: len(there)] != there:
        raise WaiversError("The file of --write-waivers is kept as it is: lines added to it would change its waivers.")
    return added


def _fields(clause: Clause, report: Report) -> Fields:
    given = clause.get("waiver")
    expires = str(datetime.fromisoformat(report["started"]).date() + timedelta(days=DRAFT_DAYS))
    return {
        "clause": json.dumps(clause["id"]),
        **({} if report["embedded"] else {"target": json.dumps(report["target"])}),
        "reason": json.dumps(given["reason"] if given else "", ensure_ascii=False),
        "owner": json.dumps(given["owner"] if given else "", ensure_ascii=False),
        **({"issue": json.dumps(given["issue"])} if given and "issue" in given else {}),
        "expires": given["expires"] if given else expires,
    }


def _covered(clause: Clause, there: Iterable[dict[str, Any]], target: str) -> bool:
    """True where somebody has begun a waiver for the clause, filled in or not."""
    return any(
        matches(clause["id"], str(waiver.get("clause", "")))
        and fnmatchcase(target.rstrip("/"), str(waiver.get("target", "*")).rstrip("/"))
        for waiver in there
    )


def _with(text: str, suffix: str, waivers: list[Fields], about: list[str]) -> str:
    """A text with waivers added, each behind a line that says what its clause demands."""
    if text and not text.endswith("\n"):
        text += "\n"
    said = [" ".join(line.split()) for line in about]
    if suffix == ".toml":
        tables = (
            f"\n# {line}\n[[waivers]]\n" + "".join(f"{name} = {value}\n" for name, value in fields.items())
            for line, fields in zip(said, waivers, strict=True)
        )
        return text + "".join(tables)
    before, column, after = _place(text, bool(waivers))
    indent = " " * column
    items = (
        f"{indent}# {line}\n{indent}- " + f"{indent}  ".join(f"{name}: {value}\n" for name, value in fields.items())
        for line, fields in zip(said, waivers, strict=True)
    )
    return before + "".join(items) + after


def _place(text: str, some: bool) -> tuple[str, int, str]:
    """Where YAML items go: what stands before them, their column, what stands behind. Raises ValueError."""
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    if root is None:
        return text + ("waivers:\n" if some else "waivers: []\n"), 2, ""
    pairs = root.value if isinstance(root, yaml.MappingNode) else []
    node = next((value for name, value in pairs if name.value == "waivers"), None)
    if isinstance(node, yaml.SequenceNode) and node.value and not node.flow_style:
        at = node.end_mark.index
        return text[:at], node.start_mark.column, text[at:]
    if node is not None and not node.value:
        before, after = text[: node.start_mark.index], text[node.end_mark.index :]
        rest, newline, behind = after.partition("\n")
        return f"{before.rstrip(' ')}{rest}{newline or chr(10)}", 2, behind
    raise ValueError("its waivers aren't a list with a line for each field")


def _waivers(text: str, suffix: str) -> list[dict[str, Any]]:
    """The waivers of a text, complete or not. Raises ValueError and YAMLError."""
    data: Any = tomllib.loads(text) if suffix == ".toml" else yaml.safe_load(text)
    found = data.get("waivers") if isinstance(data, dict) else data
    if data is not None and not isinstance(data, dict):
        raise ValueError("it isn't a file of waivers")
    if found is None:
        return []
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise ValueError("its waivers aren't a list of mappings")
    return found

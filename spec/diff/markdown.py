"""A report as a comment under a pull request, and as an entry of a changelog."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence

from spec.diff.change import Change
from spec.diff.code import Symbol
from spec.diff.render import few, place, summary, verdicts
from spec.diff.report import Report
from spec.model import JSON

LIMIT = 65_000
"""Characters of a comment on GitHub, less some."""

_VALUE = 600
_LINES = 12


def markdown(report: Report) -> str:
    """The changes, who must act, before and after; never longer than the limit of a comment."""
    head = [f"### {_plain(summary(report))}", ""]
    if not report.changes:
        return head[0]
    head += [
        *(f"- **{who}**: {_plain(rest)}" for who, _, rest in (line.partition(":") for line in verdicts(report))),
        "",
    ]
    head += [f"- {_plain(str(judged))}" for judged in report.waivers]
    return _cut(head, list(_groups(report)), LIMIT)


def _groups(report: Report) -> Iterator[str]:
    calls = [c for c in report.changes if c.level == "major"]
    serves = [c for c in report.changes if c.level != "major" and c.servers == "major"]
    rest = [c for c in report.changes if c.level == "minor" and c.servers != "major"]
    words = [c for c in report.changes if c.level in ("patch", "none") and c.servers != "major"]
    yield from _group("Callers must change their code", calls, report)
    yield from _python(report)
    yield from _group("Servers must change, callers needn't", serves, report)
    yield from _group("Nobody must change", rest, report)
    if words:
        yield f"<details><summary>Only words and names ({len(words)})</summary>\n"
        yield from (f"- {_plain(few(change.subjects))}: {_plain(change.what)}" for change in words)
        yield "\n</details>\n"


def _group(title: str, changes: Sequence[Change], report: Report) -> Iterator[str]:
    if changes:
        yield f"#### {title} ({len(changes)})\n"
        yield from (_entry(change, report) for change in changes)


def _entry(change: Change, report: Report) -> str:
    waived = " *(waived)*" if change.fingerprint in report.waived else ""
    words = f"- **{_plain(few(change.subjects) or 'document')}**: {_plain(change.what)}.{waived} {_plain(change.why)}"
    words += f" {_plain(change.hint)}" if change.hint else ""
    code = _before_and_after(change.before, change.after)
    clauses = f" · clauses {few([f'`{id}`' for id in change.clauses])}" if change.clauses else ""
    where = f"{_plain(place(change.old))} → {_plain(place(change.new))}"
    return f"{words}\n{code}  <sub>{where} · `{change.rule}` · `{change.fingerprint}`{clauses}</sub>"


def _before_and_after(before: JSON, after: JSON) -> str:
    """The two values as a diff, where they are more than a word and less than a page."""
    if not isinstance(before, (dict, list)) and not isinstance(after, (dict, list)):
        return ""
    lines = [*_signed("-", before), *_signed("+", after)]
    body = "\n".join(f"  {line}" for line in lines)
    return f"  ```diff\n{body}\n  ```\n" if 0 < len(lines) <= _LINES and len(body) <= _VALUE else ""


def _signed(sign: str, value: JSON) -> list[str]:
    if value is None:
        return []
    written = json.dumps(value, ensure_ascii=False, default=str)
    if len(written) > 100:
        written = json.dumps(value, ensure_ascii=False, indent=2, default=str)
    return [f"{sign} {line.replace('```', '` ` `')}" for line in written.splitlines()]


def _python(report: Report) -> Iterator[str]:
    if report.code is None or not report.code.symbols:
        return
    yield f"#### What it does to Python code that uses `{report.code.package}` ({len(report.code.symbols)})\n"
    for symbol in report.code.symbols:
        yield _symbol(symbol)


def _symbol(symbol: Symbol) -> str:
    mark = "**breaks** " if symbol.level == "major" else ""
    line = f"- {mark}{symbol.kind} `{symbol.name}` {symbol.action}"
    if not (symbol.before and symbol.after):
        return line
    return f"{line}\n  ```diff\n  - {symbol.before}\n  + {symbol.after}\n  ```"


def _cut(head: Sequence[str], blocks: Sequence[str], limit: int) -> str:
    """As many blocks as fit, and how many are left out."""
    kept, room = list(head), limit - sum(len(line) + 1 for line in head) - 200
    for index, block in enumerate(blocks):
        if len(block) + 1 > room:
            kept.append(f"\n… and {len(blocks) - index} more; the JSON report has them all.")
            if any(line.startswith("<details>") for line in kept) and "\n</details>\n" not in kept:
                kept.append("\n</details>")
            break
        kept.append(block)
        room -= len(block) + 1
    return "\n".join(kept).rstrip()


def _plain(words: str) -> str:
    """Text that can't begin a tag, a link, an emphasis or a mention, and stays on its line."""
    words = re.sub(r"([\\`*_\[\]|])", r"\\\1", " ".join(words.split())).replace("<", "&lt;")
    return re.sub(r"@(?=\w)", "@\u200b", words)


# -- a changelog ---------------------------------------------------------------------------------------

_SECTIONS: tuple[tuple[str, Callable[[Change], bool]], ...] = (
    ("Removed", lambda c: ".removed" in c.rule or c.rule.endswith("removed")),
    ("Deprecated", lambda c: ".deprecated" in c.rule),
    ("Added", lambda c: c.rule.endswith(".added")),
    ("Changed", lambda c: True),
)


def changelog(report: Report) -> str:
    """An entry for the next version: breaking changes first, then added, changed, deprecated, removed."""
    new = report.comparison.new
    title = f"## {_plain(report.next_version or new.version or 'Next')}"
    if not report.changes:
        return f"{title}\n\nNothing differs."
    lines = [title, ""]
    breaking = [change for change in report.changes if change.breaking]
    if breaking:
        lines += ["### Breaking", "", *map(_line, breaking), ""]
    left = [change for change in report.changes if change.level == "minor"]
    for name, belongs in _SECTIONS:
        group = [change for change in left if belongs(change)]
        left = [change for change in left if change not in group]
        if group:
            lines += [f"### {name}", "", *map(_line, group), ""]
    words = sum(change.level in ("patch", "none") for change in report.changes)
    if words:
        lines += [f"{words} changes are words only.", ""]
    if report.code is not None and report.code.symbols:
        lines += [f"### Python package `{report.code.package}`", "", *map(_symbol, report.code.symbols), ""]
    return "\n".join(lines).rstrip()


def _line(change: Change) -> str:
    hint = f" {_plain(change.hint)}" if change.hint else ""
    return f"- {_plain(few(change.subjects) or 'document')}: {_plain(change.what)}. {_plain(change.why)}{hint}"


__all__ = ["LIMIT", "changelog", "markdown"]

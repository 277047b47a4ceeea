"""From a plan to the files of a package, as text."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
import textwrap
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

from jinja2 import ChoiceLoader, Environment, FileSystemLoader, PrefixLoader, StrictUndefined, select_autoescape

from generator.plan import OperationPlan, Plan
from generator.runtime import public
from generator.templating import TemplateError, told

TEMPLATES = Path(__file__).parent / "templates"
RUNTIME = Path(__file__).parent / "runtime"
_WIDTH = 120
_COPIED = "# Copied from the client generator's runtime; not to be edited here.\n"


def files(plan: Plan, templates: Path | None = None) -> Mapping[str, bytes]:
    """Every file of the package by its path in the output folder, formatted.

    `templates` is a folder whose templates go before ours. Raises TemplateError when one is broken, or what they
    make isn't Python.
    """
    environment = _environment(templates)
    made: dict[str, str] = {}
    for source in sorted((TEMPLATES / "package").glob("*.jinja2")):
        name = source.name.removesuffix(".jinja2")
        if name == "filters.py" and not plan.filters:
            continue
        with told(f"package/{source.name}"):
            template = environment.get_template(f"package/{source.name}")
            text = template.render(plan=plan, exports=_exports(plan), public=public.__all__)
        inside = name.endswith(".py")
        made[f"{plan.package}/{name}" if inside else name] = text
    for source in sorted(RUNTIME.glob("*.py")):
        made[f"{plan.package}/_runtime/{source.name}"] = _COPIED + source.read_text(encoding="utf-8")
    made[f"{plan.package}/py.typed"] = ""
    if plan.refusals:
        made["refusals.json"] = json.dumps([asdict(r) for r in plan.refusals], indent=2, ensure_ascii=False) + "\n"
    ours = {path: text for path, text in made.items() if path.endswith((".py", ".md")) and "/_runtime/" not in path}
    return {path: text.encode() for path, text in {**made, **_formatted(ours)}.items()}


def _environment(templates: Path | None) -> Environment:
    own = FileSystemLoader(TEMPLATES)
    loaders = [FileSystemLoader(templates), own] if templates else [own]
    # Python and Markdown are made here, not HTML: what comes of a document is escaped by `quoted` and `docstring`.
    environment = Environment(
        loader=ChoiceLoader([*loaders, PrefixLoader({"default": own})]),
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        autoescape=select_autoescape(),
    )
    environment.filters |= {
        "arguments": _arguments,
        "docstring": docstring,
        "imports": _imports,
        "oneline": _oneline,
        "optional": _optional,
        "quoted": repr,
        "summary": _summary,
    }
    return environment


def _exports(plan: Plan) -> list[str]:
    filters = ["filters", *(f.constant for f in plan.filters)] if plan.filters else []
    return [*public.__all__, "AsyncClient", "Client", "__version__", "errors", "models", *filters]


def _oneline(text: str) -> str:
    return " ".join(text.split())


def _optional(hint: str) -> str:
    """The annotation and default of an argument that may be left out."""
    some = hint.removesuffix(" | None")
    return f"{some} | Unset{' | None' if some != hint else ''} = UNSET"


def docstring(text: str, indent: int = 4) -> str:
    """Text to stand between triple quotes, as one paragraph, wrapped."""
    safe = _oneline(text).replace("\\", "\\\\").replace('"""', '\\"\\"\\"')
    if safe.endswith('"'):
        safe = safe[:-1] + '\\"'
    return _wrapped(safe, " " * indent).lstrip()


def _wrapped(text: str, indent: str, first: str | None = None) -> str:
    return textwrap.fill(
        text,
        _WIDTH - 6,
        initial_indent=indent if first is None else first,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _imports(source: str, more: str) -> str:
    """A module with further imports among its own."""
    future = "from __future__ import annotations\n"
    _, found, rest = source.partition(future)
    body = rest if found else re.sub(r"\A(#.*\n)*", "", source)
    return f"{future}\n{more}{body}"


def _summary(operation: OperationPlan) -> str:
    """The first paragraphs of a method's docstring."""
    title = operation.title.rstrip(".")
    code = f" ({operation.code})" if operation.code not in (operation.id, operation.title) else ""
    text = docstring(f"{title}{code}.", 8)
    if operation.description and _oneline(operation.description) != _oneline(operation.title):
        text += f"\n\n{' ' * 8}{docstring(operation.description, 8)}"
    return f"{text}\n\n        Deprecated." if operation.deprecated else text


def _arguments(operation: OperationPlan) -> str:
    """The part of a docstring that explains the arguments and what is raised."""
    told: list[tuple[str, str]] = [(p.argument, p.description) for p in operation.positional]
    if operation.body_argument:
        told.append((operation.body_argument, operation.body_description))
    if operation.filters:
        told.append(("where", f"Conditions, joined by `&`, made with `{operation.filters.constant}`."))
    told += [(p.argument, p.description) for p in operation.named]
    if operation.paging:
        told.append(("checkpoint", "Go on where a page's `checkpoint()` was taken."))
    told.append(("**options", "This call's own settings: see `RequestOptions`."))
    lines = [
        _wrapped(f"{name}: {docstring(text, 0).replace(chr(10), ' ')}", " " * 16, " " * 12)
        for name, text in told
        if text.strip()
    ]
    raised = "Raises InvalidRequestError before anything is sent, and APIError."
    return "\n        Args:\n" + "\n".join(lines) + f"\n\n        {raised}\n        "


def _formatted(sources: Mapping[str, str]) -> Mapping[str, str]:
    """Python files with unused imports taken out, the rest sorted, and formatted. Raises TemplateError."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for path, text in sources.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(text, encoding="utf-8")
        _ruff("check", "--fix", "--select", "F401,UP007,UP037,UP045,RUF022", "--target-version", "py311", folder=name)
        # Imports that are wrapped for ruff's default width stay wrapped in ours: by either they are sorted.
        _ruff("check", "--fix", "--select", "I", "--line-length", "88", folder=name)
        _ruff("format", "--target-version", "py311", "--line-length", str(_WIDTH), folder=name)
        return {path: (folder / path).read_text(encoding="utf-8") for path in sources}


def _ruff(*arguments: str, folder: str) -> None:
    command = [sys.executable, "-m", "ruff", *arguments, "--isolated", "--quiet", "--no-cache", "."]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder)  # noqa: S603 -- all of it ours
    if done.returncode:
        said = (done.stdout + done.stderr).strip() or f"ruff ended with {done.returncode}"
        raise TemplateError(f"the templates don't make Python: {said}")

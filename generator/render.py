"""From a plan to the files of a package, as text."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from functools import cache
from pathlib import Path

from jinja2 import ChoiceLoader, Environment, FileSystemLoader, PrefixLoader, StrictUndefined, select_autoescape

from generator import documentation
from generator.plan import EncodingPlan, OperationPlan, ParameterPlan, Plan
from generator.runtime import public
from generator.shards import Shard, shards
from generator.templating import TemplateError, located

TEMPLATES = Path(__file__).parent / "templates"
RUNTIME = Path(__file__).parent / "runtime"
_WIDTH = 120
_COPIED = "# Copied from the client generator's runtime; not to be edited here.\n"


def files(plan: Plan, templates: Path | None = None) -> Mapping[str, bytes]:
    """Every file of the package by its path in the output folder, formatted.

    `templates` is a folder whose templates go before ours. Raises TemplateError when one is broken, or what they
    make isn't Python.
    """
    environment = _environment(templates) if templates else _ours()
    made: dict[str, str] = {}
    parts = shards(plan.models)
    for source in [*sorted((TEMPLATES / "package").glob("*.*.jinja2")), TEMPLATES / "package" / "LICENSE.jinja2"]:
        name = source.name.removesuffix(".jinja2")
        left_out = {"filters.py": not plan.filters, "models.py": bool(parts), "operations.py": plan.split}
        if left_out.get(name):
            continue
        with located(f"package/{source.name}"):
            template = environment.get_template(f"package/{source.name}")
            text = template.render(plan=plan, exports=_exports(plan), public=public.__all__, shard=None, part=None)
        inside = name.endswith(".py")
        made[f"{plan.package}/{name}" if inside else name] = text
    made |= {f"{plan.package}/models/{name}.py": text for name, text in _models(plan, parts, environment)}
    made |= {f"{plan.package}/resources/{name}.py": text for name, text in _resources(plan, environment)}
    made |= {f"{plan.package}/operations/{name}.py": text for name, text in _operations(plan, environment)}
    for name, source in _runtime(structs=plan.structs):
        made[f"{plan.package}/_runtime/{name}"] = _COPIED + source.read_text(encoding="utf-8")
    made[f"{plan.package}/py.typed"] = ""
    if plan.refusals:
        made["refusals.json"] = json.dumps([asdict(r) for r in plan.refusals], indent=2, ensure_ascii=False) + "\n"
    ours = {path: text for path, text in made.items() if path.endswith((".py", ".md")) and "/_runtime/" not in path}
    return {path: text.encode() for path, text in {**made, **_formatted(ours)}.items()}


def _runtime(*, structs: bool) -> Iterator[tuple[str, Path]]:
    """The runtime's modules, each with its name in the package."""
    apart = ("structs.py", "struct_bodies.py", "unset_msgspec.py")
    for source in sorted(RUNTIME.glob("*.py")):
        if source.name not in apart and not (structs and source.name == "unset.py"):
            yield source.name, source
    if structs:
        yield "structs.py", RUNTIME / "structs.py"
        yield "struct_bodies.py", RUNTIME / "struct_bodies.py"
        yield "unset.py", RUNTIME / "unset_msgspec.py"


def _models(plan: Plan, parts: Sequence[Shard], environment: Environment) -> Iterator[tuple[str, str]]:
    """The modules of models, where there are several."""
    if not parts:
        return
    with located("models_package.py.jinja2"):
        yield "__init__", environment.get_template("models_package.py.jinja2").render(plan=plan, shards=parts)
    with located("package/models.py.jinja2"):
        template = environment.get_template("package/models.py.jinja2")
        for part in parts:
            yield part.name, template.render(plan=plan, shard=part)


def _operations(plan: Plan, environment: Environment) -> Iterator[tuple[str, str]]:
    """The modules of what calls need to know, where there are several."""
    if not plan.split:
        return
    with located("operations_package.py.jinja2"):
        yield "__init__", environment.get_template("operations_package.py.jinja2").render(plan=plan)
    with located("package/operations.py.jinja2"):
        template = environment.get_template("package/operations.py.jinja2")
        for resource in plan.resources:
            yield resource.name, template.render(plan=plan, part=resource)


def _resources(plan: Plan, environment: Environment) -> Iterator[tuple[str, str]]:
    """The modules of operations by tag, where there are such."""
    if not plan.resources:
        return
    with located("resources.py.jinja2"):
        yield "__init__", environment.get_template("resources.py.jinja2").render(plan=plan)
        template = environment.get_template("resource.py.jinja2")
        for resource in plan.resources:
            yield resource.name, template.render(plan=plan, resource=resource)


@cache
def _ours() -> Environment:
    """Compiling the templates takes most of the time of a small document, so they are compiled once."""
    return _environment(None)


def _environment(templates: Path | None) -> Environment:
    own = FileSystemLoader(TEMPLATES)
    loaders = [FileSystemLoader(templates), own] if templates else [own]
    # Python and Markdown are made here, not HTML: text of a document is escaped by `quoted` and `docstring`.
    environment = Environment(
        loader=ChoiceLoader([*loaders, PrefixLoader({"default": own})]),
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        autoescape=select_autoescape(),
    )
    environment.filters |= {
        "arguments": _arguments,
        "docstring": docstring,
        "encoding": _encoding,
        "oneline": documentation.oneline,
        "optional": _optional,
        "quoted": repr,
        "summary": _summary,
    }
    return environment


def _exports(plan: Plan) -> list[str]:
    filters = ["filters", *(f.constant for f in plan.filters)] if plan.filters else []
    return [*public.__all__, "AsyncClient", "Client", "__version__", "errors", "models", *filters]


def _optional(hint: str) -> str:
    """The annotation and default of an argument that may be left out."""
    some = hint.removesuffix(" | None")
    return f"{some} | Unset{' | None' if some != hint else ''} = UNSET"


def docstring(text: str, indent: int = 4) -> str:
    """Text to stand between triple quotes, as one paragraph, wrapped."""
    return documentation.paragraph(text, indent)


def _encoding(encoding: EncodingPlan) -> str:
    """The arguments of a runtime's Encoding."""
    usual: dict[str, object] = {"content_type": None, "style": None, "explode": None, "reserved": False, "headers": {}}
    given = ((name, getattr(encoding, name)) for name in usual)
    return ", ".join(f"{name}={value!r}" for name, value in given if value != usual[name])


def _summary(operation: OperationPlan) -> str:
    """The first paragraphs of a method's docstring."""
    title = operation.title.rstrip(".")
    code = f" ({operation.code})" if operation.code not in (operation.id, operation.title) else ""
    text = docstring(f"{title}{code}.", 8)
    said = documentation.oneline(operation.description)
    if said and said != documentation.oneline(operation.title):
        text += f"\n\n{' ' * 8}{documentation.markdown(operation.description, 8)}"
    return f"{text}\n\n        Deprecated." if operation.deprecated else text


def _arguments(operation: OperationPlan) -> str:
    """The part of a docstring that explains the arguments and what is raised."""
    documented = [(p.argument, _parameter(p)) for p in operation.positional]
    if operation.body_argument:
        kinds = " Its properties may be given as keywords instead." if operation.fields or operation.namesake else ""
        documented.append((operation.body_argument, f"{operation.body_description or 'What is sent.'}{kinds}"))
    if operation.filters:
        documented.append(("where", f"Conditions, joined by `&`, made with `{operation.filters.constant}`."))
    documented += [(p.argument, _parameter(p)) for p in operation.named]
    documented += [(f.argument, f.description) for f in operation.fields]
    if operation.content_types:
        documented.append(("content_type", "Which of the body's content types it has."))
    if operation.paging:
        documented.append(("checkpoint", "Go on where a page's `checkpoint()` was taken."))
    documented.append(("**options", "This call's own `timeout`, `max_retries`, `extra_headers` and `extra_query`."))
    lines = [
        documentation.wrapped(f"{name}: {docstring(text, 0).replace(chr(10), ' ')}", " " * 16, " " * 12)
        for name, text in documented
        if text.strip()
    ]
    raised = "Raises InvalidRequestError before anything is sent, and APIError."
    return "\n        Args:\n" + "\n".join(lines) + f"\n\n        {raised}\n        "


def _parameter(parameter: ParameterPlan) -> str:
    """A parameter's description, with its default and bounds."""
    text = documentation.oneline(parameter.description)
    text = f"{text}." if text and text[-1] not in ".!?:;" and parameter.notes else text
    return " ".join(filter(None, ("Deprecated." if parameter.deprecated else "", text, parameter.notes)))


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

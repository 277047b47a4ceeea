"""`python -m generator`: write the client package, or show how it differs from the document."""

from __future__ import annotations

import keyword
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click

import spec
from generator import output, paging, render
from generator.changes import diff
from generator.plan import Plan, Refusal
from generator.planner import plan
from generator.templating import TemplateError
from spec import reader, source
from spec.command_line import FILE, command, option, run
from spec.importing import swagger

OUT = Path("generated")
"""Where the package goes: below the folder in which the command is run."""

_MOST_NOTES = 20

_EXAMPLES = """\
exit codes: 0 written, or up to date; 1 --check: the folder differs; 2 the document, the templates or the options
can't be used, and nothing was written

examples:
  seller-contract generate                                  generated/ from the document that comes along
  seller-contract generate --check                          change nothing; show how generated/ differs
  seller-contract generate --spec other.yaml --out client   a client of another document
  python -m generator diff OLD NEW                          what a change does to callers, servers and Python code
  seller-contract generate --templates mine                 with your own templates in place of ours
"""


@command(epilog=_EXAMPLES)
@option(
    "--spec",
    "document",
    type=FILE,
    default=spec.DEFAULT,
    metavar="FILE",
    help="the document, YAML or JSON (default: the one that comes along)",
)
@option("--out", type=FILE, default=OUT, metavar="DIR", show_default=True, help="where the package goes")
@option("--check", is_flag=True, help="write nothing; show differences and exit with 1")
@option("--templates", type=FILE, metavar="DIR", help="templates that go before the generator's own")
@option(
    "--pages",
    type=FILE,
    metavar="FILE",
    help="how operations' lists are paged (default: NAME.pages.yaml beside the document, where there is one)",
)
@option(
    "--models",
    type=click.Choice(["pydantic", "msgspec"]),
    default="pydantic",
    show_default=True,
    help="what responses are read as: models, or structs, which are quicker",
)
@option("--ignore-examples", is_flag=True, help="take types from schemas alone, also where an example contradicts one")
@option("--package", metavar="NAME", help="import name (default: from the document's title)")
@option(
    "--allow-partial",
    is_flag=True,
    help="leave out operations that can't be expressed and list them in refusals.json, instead of failing",
)
def generate(
    document: Path,
    out: Path,
    check: bool,
    templates: Path | None,
    pages: Path | None,
    models: str,
    ignore_examples: bool,
    package: str | None,
    allow_partial: bool,
) -> int:
    """Make an installable, typed Python client (sync and async) of an OpenAPI 3.0 or 3.1 document, or of Swagger 2.0.

    The same document, templates and version of this tool give the same bytes, wherever and whenever it runs.
    Files are replaced all or none. A file that is not made here is never touched: write your own code in the
    package's _patch.py, whose Client and AsyncClient are what the package exports.
    """
    if package is not None and (not package.isidentifier() or keyword.iskeyword(package)):
        raise click.UsageError(f"--package {package}: this can't be imported; give a Python name.")
    if templates is not None and not templates.is_dir():
        raise click.UsageError(f"--templates {templates}: there is no such folder.")
    try:
        paged = paging.read(document, pages)
        made = _plan(document, package, paged, msgspec=models == "msgspec", ignore_examples=ignore_examples)
        files = render.files(made, templates)
        if made.refusals and not allow_partial:
            return _refused(made.refusals)
        if made.refusals and not made.operations:
            return _refused(made.refusals, "nothing is left to generate")
        if check:
            return _check(files, out)
        return _write(made, files, out)
    except (spec.SpecError, TemplateError, paging.PagesError) as error:
        return _fail(str(error))
    except OSError as error:
        return _fail(f"{error.filename or out}: {error.strerror or error}")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command. Gives the exit status; prints what is wrong to standard error, never a traceback."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if given[:1] == ["diff"]:
        return run(diff, given[1:], "python -m generator diff")
    return run(generate, given, "python -m generator")


def _plan(path: Path, package: str | None, paged: Mapping[str, Mapping[str, Any] | None], **options: bool) -> Plan:
    contract, problems = spec.examine(path)
    if contract is None and any(problem.pointer == "/swagger" for problem in problems):
        contract, problems = _converted(path, problems)
    grave = [problem for problem in problems if not problem.harmless]
    # What an ill-formed extension means isn't guessed at; any other problem is a refusal of its own.
    if contract is None or ("x-vocabulary" in contract.document and not all(p.operations for p in grave)):
        raise spec.SpecError(problems)
    for problem in problems:
        if problem.harmless:
            print(f"{problem.location}: warning: {problem.message}", file=sys.stderr)
    return plan(contract, problems, package, paged, **options)


def _converted(path: Path, problems: list[spec.Problem]) -> tuple[spec.Contract | None, list[spec.Problem]]:
    """The contract of a Swagger 2.0 document; the same problems for any other version."""
    given = source.read(path)
    if not swagger.is_swagger(given.data):
        return None, problems
    print(f"{given.where('/swagger')}: warning: Swagger 2.0 is read as OpenAPI 3.0", file=sys.stderr)
    return reader.attempt(swagger.as_openapi(given))


def _refused(refusals: Sequence[Refusal], advice: str = "") -> int:
    for refusal in refusals:
        print(refusal, file=sys.stderr)
    advice = advice or "--allow-partial generates the rest and lists them in refusals.json"
    return _fail(f"{len(refusals)} refused; {advice}")


def _check(files: Mapping[str, bytes], out: Path) -> int:
    found = output.drift(files, out)
    if not found:
        return 0
    sys.stdout.writelines(output.diff(files, out, found))
    kinds = (("changed", found.changed), ("missing", found.missing), ("stale", found.stale), ("foreign", found.foreign))
    for kind, paths in kinds:
        for path in paths:
            print(f"{kind}: {out / path}")
    advice = (
        "generate it again" if found.changed or found.missing or found.stale else "move the foreign files elsewhere"
    )
    print(f"{out} is not what the document, the templates and the runtime make; {advice}", file=sys.stderr)
    return 1


def _write(made: Plan, files: Mapping[str, bytes], out: Path) -> int:
    done = output.write(files, out)
    count = len(done.changed) + len(done.missing)
    print(f"{out}: {made.package}, {len(made.operations)} operations; {count} files written, {len(done.stale)} removed")
    for words, methods in _recognised(made).items():
        more = f" and {len(methods) - 8} more" if len(methods) > 8 else ""
        print(f"pages of {', '.join(methods[:8])}{more}: {words}")
    for note in made.notes[:_MOST_NOTES]:
        print(note, file=sys.stderr)
    if rest := len(made.notes[_MOST_NOTES:]):
        print(
            f"{rest} more such notes: examples contradict schemas; --ignore-examples leaves them out", file=sys.stderr
        )
    for path in done.foreign:
        print(f"{out / path}: not made here, left alone", file=sys.stderr)
    for refusal in made.refusals:
        print(refusal, file=sys.stderr)
    return 0


def _recognised(made: Plan) -> Mapping[str, list[str]]:
    """The methods whose pages were recognised, by how they are walked."""
    found: dict[str, list[str]] = {}
    for operation in made.operations:
        if operation.paging and operation.paging.words:
            found.setdefault(operation.paging.words, []).append(operation.method)
    return found


def _fail(message: str) -> int:
    print(message, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())

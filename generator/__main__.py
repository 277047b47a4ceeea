"""`python -m generator`: make the client package, or say how it differs from what would be made."""

from __future__ import annotations

import argparse
import keyword
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import spec
from generator import output, render
from generator.plan import Plan, Refusal
from generator.planner import plan
from generator.templating import TemplateError

OUT = Path(__file__).resolve().parent.parent / "generated"

_HELP = """\
Makes an installable, typed Python client (sync and async) of an OpenAPI 3.0 or 3.1 document.

The same document, templates and version of this tool give the same bytes, wherever and whenever it runs.
Files are replaced all or none. A file that is not made here is never touched: write your own code in the
package's _patch.py, whose Client and AsyncClient are what the package exports.
"""

_EXAMPLES = """\
examples:
  python -m generator                                  bring generated/ up to date with spec/openapi.yaml
  python -m generator --check                          change nothing; show how generated/ differs
  python -m generator --spec other.yaml --out client   a client of another document
  python -m generator --templates mine                 with templates of yours before ours (see generator/README.md)

exit status:
  0  written, or up to date
  1  --check: the folder differs
  2  the document, the templates or the options can't be used; nothing was written
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command. Gives the exit status; prints what is wrong to standard error, never a traceback."""
    options = _parser().parse_args(arguments)
    if options.package is not None and (not options.package.isidentifier() or keyword.iskeyword(options.package)):
        return _fail(f"--package {options.package}: this can't be imported; give a Python name")
    if options.templates is not None and not options.templates.is_dir():
        return _fail(f"--templates {options.templates}: there is no such folder")
    try:
        made = _plan(options.spec, options.package, options.templates)
        files = render.files(made, options.templates)
        if made.refusals and not options.allow_partial:
            return _refused(made.refusals)
        if options.check:
            return _check(files, options.out)
        return _write(made, files, options.out)
    except spec.SpecError as error:
        return _fail(str(error))
    except TemplateError as error:
        return _fail(str(error))
    except OSError as error:
        return _fail(f"{error.filename or options.out}: {error.strerror or error}")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m generator",
        description=_HELP,
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--spec", type=Path, default=spec.DEFAULT, metavar="FILE", help="the document (YAML or JSON)")
    parser.add_argument("--out", type=Path, default=OUT, metavar="DIR", help="where the package goes (generated/)")
    parser.add_argument("--check", action="store_true", help="write nothing; show differences and exit with 1")
    parser.add_argument("--templates", type=Path, metavar="DIR", help="templates that go before the generator's own")
    parser.add_argument("--package", metavar="NAME", help="import name (default: from the document's title)")
    parser.add_argument(
        "--allow-partial",
        action="store_true",
        help="leave out operations that can't be expressed and list them in refusals.json, instead of failing",
    )
    return parser


def _plan(path: Path, package: str | None, templates: Path | None) -> Plan:
    contract, problems = spec.examine(path)
    # What an ill-formed extension means isn't guessed at; any other problem is a refusal of its own.
    if contract is None or ("x-vocabulary" in contract.document and not all(p.operations for p in problems)):
        raise spec.SpecError(problems)
    return plan(contract, problems, package, templates)


def _refused(refusals: Sequence[Refusal]) -> int:
    for refusal in refusals:
        print(refusal, file=sys.stderr)
    return _fail(f"{len(refusals)} refused; --allow-partial generates the rest and lists them in refusals.json")


def _check(files: Mapping[str, bytes], out: Path) -> int:
    found = output.drift(files, out)
    if not found:
        return 0
    sys.stdout.writelines(output.diff(files, out, found))
    kinds = (("changed", found.changed), ("missing", found.missing), ("stale", found.stale), ("foreign", found.foreign))
    for kind, paths in kinds:
        for path in paths:
            print(f"{kind}: {out / path}")
    advice = "make generate" if found.changed or found.missing or found.stale else "move the foreign files elsewhere"
    print(f"{out} is not what the document, the templates and the runtime make; {advice}", file=sys.stderr)
    return 1


def _write(made: Plan, files: Mapping[str, bytes], out: Path) -> int:
    done = output.write(files, out)
    count = len(done.changed) + len(done.missing)
    print(f"{out}: {made.package}, {len(made.operations)} operations; {count} files written, {len(done.stale)} removed")
    for path in done.foreign:
        print(f"{out / path}: not made here, left alone", file=sys.stderr)
    for refusal in made.refusals:
        print(refusal, file=sys.stderr)
    return 0


def _fail(message: str) -> int:
    print(message, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())

"""`python -m tests.mutation`: change the code at random places, and list the changes that no test notices.

The changes are made in a copy of the repository, by Cosmic Ray. The number of them and the time are bounded. The same
seed makes the same changes of the same code.
"""

from __future__ import annotations

import argparse
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from cosmic_ray.work_db import WorkDB, use_db
from cosmic_ray.work_item import TestOutcome

ROOT = Path(__file__).resolve().parents[2]

SUITES = {
    "conformance/oracle": "tests/conformance/test_lookups.py tests/conformance/test_mutants.py "
    "tests/conformance/test_cases.py tests/conformance/test_bounds.py",
    "conformance/transport": "tests/conformance/test_target.py tests/conformance/test_guard.py "
    "tests/conformance/test_exchange.py",
    "conformance/laws/pages.py": "tests/conformance/test_laws.py -k page.",
    "conformance/laws/links.py": "tests/conformance/test_laws.py -k page.",
    "conformance/laws/filters.py": "tests/conformance/test_laws.py -k 'filter. or wire or edges or default'",
    "conformance/laws/relations.py": "tests/conformance/test_laws.py -k relation.",
    "conformance/laws/search.py": "tests/conformance/test_laws.py -k search.",
    "conformance/runner/confirm.py": "tests/conformance/test_confirm.py",
    "spec/reader": "tests/spec/test_problems.py tests/spec/test_page.py",
    "spec/clauses": "tests/spec/test_page.py tests/spec/test_clauses.py tests/spec/test_basis.py",
}
"""What is changed, and the quick tests that must notice."""

TIMEOUT = 120.0
"""Seconds after which a change counts as noticed: it made a test hang."""


def main() -> int:
    """Exit code 0 where no change survived, else 1."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__)
    parser.add_argument("--changes", type=int, default=5, metavar="N", help="changes of each module (default: 5)")
    parser.add_argument("--seed", type=int, default=0, metavar="N")
    parser.add_argument("--only", default="", metavar="PATH", help="only modules whose path begins so")
    given = parser.parse_args()
    killed, survivors = 0, []
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "repository"
        ignored = shutil.ignore_patterns(".git", ".venv", "__pycache__", ".*_cache", "report*")
        shutil.copytree(ROOT, copy, ignore=ignored)
        for place, tests in SUITES.items():
            if place.startswith(given.only):
                for outcome, diff in changes(copy, place, tests, given.changes, given.seed):
                    killed += outcome != TestOutcome.SURVIVED
                    survivors += [diff] if outcome == TestOutcome.SURVIVED else []
    print("\n".join(survivors))
    total = killed + len(survivors)
    print(f"{killed} of {total} changes were noticed; those above weren't.")
    return 1 if survivors else 0


def changes(copy: Path, place: str, tests: str, most: int, seed: int) -> Iterator[tuple[TestOutcome | None, str]]:
    """The outcome of each change of one place, with its difference."""
    print(f"{place}: {tests}", file=sys.stderr, flush=True)
    config, session = copy / "mutation.toml", copy / "mutation.sqlite"
    command = f"{sys.executable} -m pytest -x -q -n0 -p no:cacheprovider {tests}"
    config.write_text(
        f'[cosmic-ray]\nmodule-path = "{place}"\ntimeout = {TIMEOUT}\nexcluded-modules = []\n'
        f'test-command = "{command}"\n[cosmic-ray.distributor]\nname = "local"\n',
        encoding="utf-8",
    )
    session.unlink(missing_ok=True)
    cosmic_ray(copy, "init", config.name, session.name)
    with use_db(str(session), WorkDB.Mode.open) as database:
        items = sorted(database.work_items, key=lambda item: str(item.mutations))
        by_module: dict[Path, list[object]] = {}
        for item in items:
            by_module.setdefault(item.mutations[0].module_path, []).append(item)
        rng = random.Random(f"{seed}:{place}")
        chosen = [one for found in by_module.values() for one in rng.sample(found, min(most, len(found)))]
        database.clear()
        database.add_work_items(chosen)
    cosmic_ray(copy, "exec", config.name, session.name)
    with use_db(str(session), WorkDB.Mode.open) as database:
        for _, result in database.results:
            yield result.test_outcome, result.diff or ""


def cosmic_ray(copy: Path, *arguments: str) -> None:
    """Run Cosmic Ray in the copy."""
    program = Path(sys.executable).with_name("cosmic-ray")
    subprocess.run([str(program), *arguments], cwd=copy, check=True, stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    sys.exit(main())

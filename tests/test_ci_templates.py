"""The templates for CI: a job that checks a server fails where nobody said which, or with what key."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

TEMPLATES = Path(__file__).parents[1] / "docs" / "ci"
NEEDED = {"PRD_BASE_URL": "https://shop.example", "PRD_API_KEY": "canary"}


def scripts(name: str) -> list[str]:
    """The scripts of the job that checks a server, up to the one that does; each fails the job where it fails."""
    template: dict[str, Any] = yaml.safe_load((TEMPLATES / name).read_text("utf-8"))
    job = template.get("jobs", template)["server"]
    if "script" in job:
        return ["\n".join(job["script"])]
    found = [step["run"].replace("${{ matrix.shard }}", "1") for step in job["steps"] if "run" in step]
    decides = [step.get("continue-on-error") is not True for step in job["steps"] if "run" in step]
    assert set(NEEDED) <= set(job["env"])
    return [script for script, fails in zip(found, decides, strict=True) if fails or "make" in script]


def carried_out(name: str, folder: Path, variables: dict[str, str]) -> tuple[int, bool]:
    """The exit code of the job's scripts, and whether the suite was called."""
    called = folder / "called"
    (folder / "make").write_text(f"#!/bin/sh\ntouch {called}\n", "utf-8")
    (folder / "make").chmod(0o755)
    surroundings = {key: value for key, value in os.environ.items() if key not in NEEDED}
    environment = {**surroundings, **variables, "PATH": f"{folder}:{os.environ['PATH']}"}
    for script in scripts(name):
        done = subprocess.run(["bash", "-e", "-c", script], env=environment, capture_output=True, check=False)
        if done.returncode:
            return done.returncode, called.exists()
    return 0, called.exists()


@pytest.mark.parametrize("name", ["github-actions.yml", "gitlab-ci.yml"])
@pytest.mark.parametrize("lacks", NEEDED)
def test_a_job_without_a_server_or_key_fails_before_it_checks_anything(tmp_path: Path, name: str, lacks: str) -> None:
    assert carried_out(name, tmp_path, NEEDED) == (0, True)
    (tmp_path / "called").unlink()
    others = {key: value for key, value in NEEDED.items() if key != lacks}
    for variables in (others, {**others, lacks: ""}):
        code, called = carried_out(name, tmp_path, variables)
        assert code != 0
        assert not called

"""Servers of the same API on other stacks, written from the document and the stacks' manuals alone.

Each is correct as it stands, has the faults that its stack makes natural, and the differences that the page
leaves to a server. `--faults` prints them; `--fault ID` and `--variant ID` switch one on.
"""

from __future__ import annotations

import contextlib
import functools
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent
KEY = "test-key"


@dataclass(frozen=True)
class Fault:
    """One mistake of a server."""

    id: str
    family: str
    decides: bool
    """True if the page decides that it is one."""
    what: str


@dataclass(frozen=True)
class Server:
    """One stack."""

    name: str
    technology: str
    command: tuple[str, ...]

    def available(self) -> bool:
        """True if its interpreter is on this machine."""
        return shutil.which(self.command[0]) is not None

    def faults(self) -> tuple[Fault, ...]:
        """Its table of mistakes."""
        rows = _table(self.command)["faults"]
        return tuple(Fault(str(r["id"]), str(r["family"]), r["decides"] is True, str(r["what"])) for r in rows)

    def variants(self) -> tuple[str, ...]:
        """The names of its differences that the page allows."""
        return tuple(str(entry["id"]) for entry in _table(self.command)["variants"])


@functools.cache
def _table(command: tuple[str, ...]) -> dict[str, list[dict[str, object]]]:
    done = subprocess.run([*command, "--faults"], capture_output=True, text=True, check=True, cwd=FOLDER.parents[1])
    table: dict[str, list[dict[str, object]]] = json.loads(done.stdout)
    return table


@contextlib.contextmanager
def serving(server: Server, *options: str) -> Iterator[str]:
    """The server in a process of its own; gives its URL."""
    environment = {**os.environ, "PRD_API_KEY": KEY}
    with subprocess.Popen(
        [*server.command, *options],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        cwd=FOLDER.parents[1],
    ) as process:
        try:
            ready = process.stdout.readline() if process.stdout else ""
            yield ready.removeprefix("READY ").strip()
        finally:
            process.terminate()


def python_server(name: str, technology: str) -> Server:
    """One that is a package of this folder."""
    return Server(name, technology, (sys.executable, "-m", f"tests.servers.{name}"))


SERVERS = (
    Server("plain_node", "JavaScript, documents in memory", ("node", str(FOLDER / "plain_node" / "server.mjs"))),
    python_server("fastapi_sqlite", "FastAPI, SQLAlchemy, SQLite"),
    python_server("django_rest", "Django REST framework, django-filter, SQLite"),
)

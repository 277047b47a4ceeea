"""A PostgreSQL server for the tests alone: a process of their own, on a folder that goes with it."""

from __future__ import annotations

import itertools
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

FOLDERS = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
MISSING = None if FOLDERS or shutil.which("postgres") else "needs PostgreSQL (Debian's package postgresql)"
"""Why there is none; None where there is one."""


class Server:
    """Gives away databases, each of them new and empty."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers = itertools.count(1)

    def database(self) -> str:
        """The URL of a database that nobody else uses."""
        name = f"test_{next(self._numbers)}"
        with psycopg.connect(self._dsn("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        return self.url(name)

    def url(self, name: str) -> str:
        return f"postgresql://postgres@/{name}?host={self._folder}"

    def _dsn(self, name: str) -> str:
        return f"user=postgres dbname={name} host={self._folder}"


@contextmanager
def server() -> Iterator[Server]:
    """A server that listens on a socket in its folder only."""
    programs = FOLDERS[-1] if FOLDERS else Path(str(shutil.which("postgres"))).parent
    # The server refuses to be root's; Debian's package brings a user for it.
    user = "postgres" if os.getuid() == 0 else None
    # A socket's path may be some hundred characters long, so it isn't in pytest's folder.
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    try:
        if user:
            shutil.chown(folder, user)
        data = folder / "data"

        def run(*command: str) -> None:
            done = subprocess.run(command, user=user, cwd=folder, capture_output=True, text=True, check=False)
            assert done.returncode == 0, done.stdout + done.stderr

        run(str(programs / "initdb"), "-D", str(data), "-U", "postgres", "-E", "UTF8", "--locale=C.UTF-8", "-N")
        options = f"-k {folder} -c listen_addresses='' -c fsync=off -c full_page_writes=off -c synchronous_commit=off"
        control = str(programs / "pg_ctl")
        run(control, "-D", str(data), "-l", str(folder / "log"), "-t", "300", "-w", "-o", options, "start")
        try:
            yield Server(folder)
        finally:
            run(control, "-D", str(data), "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(folder)

"""`make field`: run the suite on a server that npm has, with its contract in spec/examples/.

It isn't part of the tests, because it needs npm and its registry.
"""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import spec
from conformance.__main__ import main as conformance

PACKAGE = "json-server@0.17.4"
FOLDER = Path(spec.__file__).parent / "examples" / "json-server"
SECONDS = 60.0
"""A server that isn't there by then won't come."""


def main(arguments: Sequence[str]) -> int:
    """Install, serve, and run the suite; returns its exit code, or 2 where npm is missing."""
    npm = shutil.which("npm")
    if npm is None:
        print("npm isn't there: install Node.js, or run the other examples with `make test`.", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        subprocess.run([npm, "install", "--no-audit", "--no-fund", "--prefix", name, PACKAGE], check=True)
        shutil.copy(FOLDER / "db.json", folder)
        port = _free_port()
        program = folder / "node_modules" / ".bin" / "json-server"
        with subprocess.Popen([program, "--quiet", "--port", str(port), folder / "db.json"]) as server:
            try:
                _wait_for(port)
                url, contract = f"http://127.0.0.1:{port}", str(FOLDER / "contract.yaml")
                return conformance([url, "--spec", contract, "--no-schemathesis", "--skip", "*.body.*", *arguments])
            finally:
                server.kill()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


def _wait_for(port: int) -> None:
    """Wait until something accepts connections. Raises TimeoutError."""
    end = time.monotonic() + SECONDS
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            if time.monotonic() > end:
                raise TimeoutError(f"json-server doesn't serve within {SECONDS:.0f} s") from None
            time.sleep(0.2)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

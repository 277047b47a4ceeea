"""`make bench`: what this project does, measured side by side with what it is compared with, in one run."""

from __future__ import annotations

import argparse
import importlib
import sys
from pathlib import Path


def main() -> int:
    """Run the benches asked for; nothing here passes or fails."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--only", choices=("detection", "client", "sandbox"), help="one bench (default: all)")
    parser.add_argument("--faults", type=int, default=20, metavar="N", help="faults to detect (default: %(default)s)")
    parser.add_argument("--servers", action="store_true", help="detect the faults of other stacks instead")
    parser.add_argument("--table", type=Path, metavar="FILE", help="append each server's results here, in columns")
    parser.add_argument(
        "--rows", type=int, default=20_000, metavar="N", help="products of the sandbox's bench (%(default)s)"
    )
    parser.add_argument("--items", type=int, default=10_000, metavar="N", help="items of its batches (%(default)s)")
    parser.add_argument("--run", action="store_true", help="and how long a read-only conformance run on it takes")
    given = parser.parse_args()
    if given.servers:
        importlib.import_module("tests.bench.stacks").main(given.faults, given.table)
        return 0
    if given.only in (None, "detection"):
        importlib.import_module("tests.bench.detection").main(given.faults)
    if given.only in (None, "client"):
        importlib.import_module("tests.bench.client").main()
    if given.only in (None, "sandbox"):
        importlib.import_module("tests.bench.sandbox").main(given.rows, given.items, given.run)
    return 0


if __name__ == "__main__":
    sys.exit(main())

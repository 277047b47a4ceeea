"""`make bench`: what this project does, measured side by side with what it is compared with, in one run."""

from __future__ import annotations

import argparse
import importlib
import sys
from pathlib import Path


def main() -> int:
    """Run the benches asked for; nothing here passes or fails."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--only", choices=("detection", "client"), help="one bench (default: both)")
    parser.add_argument("--faults", type=int, default=20, metavar="N", help="faults to detect (default: %(default)s)")
    parser.add_argument("--servers", action="store_true", help="detect the faults of other stacks instead")
    parser.add_argument("--table", type=Path, metavar="FILE", help="append each server's results here, in columns")
    given = parser.parse_args()
    if given.servers:
        importlib.import_module("tests.bench.stacks").main(given.faults, given.table)
        return 0
    if given.only != "client":
        detection = importlib.import_module("tests.bench.detection")
        detection.main(given.faults)
    if given.only != "detection":
        importlib.import_module("tests.bench.client").main()
    return 0


if __name__ == "__main__":
    sys.exit(main())

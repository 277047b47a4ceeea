"""Which faults and variants of a Python server are switched on, and its command line."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass

Row = tuple[str, str, bool, str]
"""A fault: its name, its family, whether the page decides, what the server does."""
Difference = tuple[str, str]
"""A variant: its name, what is different."""


@dataclass(frozen=True)
class Switches:
    """What is on; asking for a name that no table has is a mistake of this code."""

    known: frozenset[str]
    chosen: frozenset[str]
    port: int
    products: int

    def __call__(self, name: str) -> bool:
        if name not in self.known:
            raise LookupError(f"no such fault or variant: {name}")
        return name in self.chosen


def read(faults: Sequence[Row], variants: Sequence[Difference], prog: str) -> Switches:
    """The command line of a server; `--faults` prints its tables and ends the program."""
    parser = argparse.ArgumentParser(prog=prog)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--products", type=int, default=150)
    parser.add_argument("--fault", action="append", default=[], choices=[name for name, *_ in faults])
    parser.add_argument("--variant", action="append", default=[], choices=[name for name, _ in variants])
    parser.add_argument("--faults", action="store_true", help="print the tables as JSON")
    given = parser.parse_args()
    if given.faults:
        keys = ("id", "family", "decides", "what")
        table = {
            "faults": [dict(zip(keys, row, strict=True)) for row in faults],
            "variants": [{"id": name, "what": what} for name, what in variants],
        }
        sys.stdout.write(json.dumps(table) + "\n")
        raise SystemExit(0)
    names = frozenset([*(name for name, *_ in faults), *(name for name, _ in variants)])
    return Switches(names, frozenset([*given.fault, *given.variant]), given.port, given.products)

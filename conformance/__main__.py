"""`python -m conformance`: check a server against the contract."""

import sys

from conformance.commands.console import conformance as main

__all__ = ["main"]

if __name__ == "__main__":
    sys.exit(main())

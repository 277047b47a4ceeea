"""`python -m spec`: is the document valid? `python -m spec diff OLD NEW`: what changed, and does it break anybody?"""

import sys

from spec.commands import main

__all__ = ["main"]

if __name__ == "__main__":
    sys.exit(main())

"""`python -m spec diff OLD NEW`: what changed between two documents, and whom it breaks.

Schemas become facts (`normal`), facts are compared (`schemas`), what differs is found for each operation
(`operations` and its neighbours), and a table says what each kind of difference means (`rules`).
"""

from spec.diff.command import diff_command
from spec.diff.comparison import Comparison, compare

__all__ = ["Comparison", "compare", "diff_command"]

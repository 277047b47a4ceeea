"""`python -m spec diff OLD NEW`: what changed between two documents, and who is affected.

Schemas become facts (`normal`), facts are compared (`schemas`), differences are found for each operation
(`operations` and its neighbours), and a table gives the meaning of each kind of difference (`rules`).
"""

from spec.diff.command import diff_command
from spec.diff.comparison import Comparison, compare

__all__ = ["Comparison", "compare", "diff_command"]

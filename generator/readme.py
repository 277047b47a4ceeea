"""The README of a generated package."""

from __future__ import annotations

from generator.plan import Plan


def readme(plan: Plan) -> str:
    """Markdown: how to begin, then each operation with an example."""
    return f"# {plan.distribution}\n"

"""badge.svg: the conclusion as a badge for a README."""

from __future__ import annotations

from html import escape

from conformance.reports.conclusion import violations
from conformance.reports.model import Report

LABEL = "conformance"
COLOURS = {0: "#1a7f37", 1: "#b42318", 2: "#6e5600"}
LETTER = 6.6
"""Width of a letter at the size used; the text is stretched to what is reckoned, so every font fits."""


def badge(report: Report) -> str:
    """The report as a small picture."""
    message = _message(report)
    left, right = (round(len(text) * LETTER) + 12 for text in (LABEL, message))
    title = escape(f"{LABEL}: {message}")
    texts = "".join(
        f'<text x="{x + width / 2:g}" y="14" textLength="{width - 12}">{escape(text)}</text>'
        for x, width, text in ((0, left, LABEL), (left, right, message))
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{left + right}" height="20" role="img" aria-label="{title}">'
        f'<title>{title}</title><clipPath id="r"><rect width="{left + right}" height="20" rx="3"/></clipPath>'
        f'<g clip-path="url(#r)"><rect width="{left}" height="20" fill="#444c56"/>'
        f'<rect x="{left}" width="{right}" height="20" fill="{COLOURS[report["exit_code"]]}"/></g>'
        f'<g fill="#fff" text-anchor="middle" font-family="Verdana,DejaVu Sans,Geneva,sans-serif" font-size="11">'
        f"{texts}</g></svg>\n"
    )


def _message(report: Report) -> str:
    wrong = len(violations(report))
    if wrong:
        return f"{wrong} violated"
    if report["exit_code"] == 1:
        return "stale waivers"
    if not report["complete"]:
        return "incomplete"
    if report["exit_code"]:
        return "not exercised"
    verdicts = report["verdicts"]
    return f"{verdicts['held']} of {len(report['clauses'])} held"

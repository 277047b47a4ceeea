"""How long answers took, ready to be drawn."""

from __future__ import annotations

from dataclasses import dataclass

from conformance.reports.model import Report, Spread


@dataclass(frozen=True)
class Bar:
    """One class of a histogram."""

    label: str
    number: int
    percent: float
    """Of the tallest."""


@dataclass(frozen=True)
class Row:
    """The requests of one operation."""

    code: str
    name: str
    sent: int
    answers: dict[str, int]
    milliseconds: Spread | None
    bars: list[Bar]


def rows(report: Report) -> list[Row]:
    """One row for each operation that was asked anything."""
    found = []
    for operation in report["operations"]:
        code = operation["code"]
        sent, timing = report["requests"]["by_operation"].get(code, 0), report["timings"].get(code)
        if sent or timing:
            found.append(
                Row(
                    code,
                    f"{operation['method']} {operation['path']}",
                    sent,
                    timing["answers"] if timing else {},
                    timing["milliseconds"] if timing else None,
                    bars(report, timing["histogram"]) if timing else [],
                )
            )
    return found


def total(report: Report) -> list[Bar]:
    """The histogram of all answers, without empty classes at its ends."""
    histograms = [timing["histogram"] for timing in report["timings"].values()]
    found = bars(report, [sum(column) for column in zip(*histograms, strict=True)])
    filled = [index for index, bar in enumerate(found) if bar.number]
    return found[filled[0] : filled[-1] + 1] if filled else []


def bars(report: Report, histogram: list[int]) -> list[Bar]:
    """A histogram's classes with their labels and heights."""
    tallest = max(histogram, default=0) or 1
    labels = [f"≤ {_time(bound)}" for bound in report["histogram_bounds"]]
    labels.append(f"> {_time(report['histogram_bounds'][-1])}" if labels else "all")
    return [
        Bar(label, number, round(100 * number / tallest, 1)) for label, number in zip(labels, histogram, strict=False)
    ]


def _time(milliseconds: int) -> str:
    return f"{milliseconds} ms" if milliseconds < 1_000 else f"{milliseconds / 1_000:g} s"

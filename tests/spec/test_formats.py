"""Formats of texts: what each accepts, asked for the first time and again."""

from __future__ import annotations

import pytest

from spec.values import FORMATS

LONG = "0" * 100

TEXTS = [
    ("date-time", "2026-05-04T12:00:00Z", True),
    ("date-time", "2026-05-04T12:00:60.123456789+03:00", True),
    ("date-time", "2026-05-04T12:00:00", False),
    ("date-time", "2026-02-30T12:00:00Z", False),
    ("date-time", f"2026-05-04T12:00:00.{LONG}Z", True),
    ("date-time-local", "2026-05-04T12:00:00", True),
    ("date-time-local", "2026-05-04T12:00:00Z", False),
    ("time", "23:59:60Z", True),
    ("time", "24:00:00", False),
    ("date", "2026-05-04", True),
    ("date", "20260504", False),
    ("date", "2026-13-01", False),
    ("duration", "P1DT2H", True),
    ("duration", "3 01:02:03.5", True),
    ("duration", "PT", False),
    ("duration", "an hour", False),
    ("uuid", "07be580a-ad72-4778-b309-1d02d6c2acec", True),
    ("uuid", "07BE580A-AD72-4778-B309-1D02D6C2ACEC", True),
    ("uuid", "07be580aad724778b3091d02d6c2acec", False),
    ("uuid", "07be580a-ad72-4778-b309-1d02d6c2aceg", False),
    ("decimal", "12.50", True),
    ("decimal", f"1.{LONG}", True),
    ("decimal", "NaN", False),
    ("decimal", "twelve", False),
]


@pytest.mark.parametrize(("format", "text", "fits"), TEXTS)
def test_a_format_gives_one_answer_whenever_it_is_asked(format: str, text: str, fits: bool) -> None:
    assert [FORMATS[format](text), FORMATS[format](text)] == [fits, fits]


def test_every_format_is_tried() -> None:
    assert {format for format, *_ in TEXTS} == set(FORMATS)

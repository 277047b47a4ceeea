"""What all tests of the suite share."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest

from conformance.laws import filters
from conformance.oracle.budget import Budget
from conformance.oracle.cases import Cases, choose
from spec import Filter


@pytest.fixture(scope="session", autouse=True)
def choices() -> Iterator[None]:
    """Choose cases once for the same filter, rows, seed and budget: it takes most of the time of many laws."""
    known: dict[Any, Cases] = {}

    def chosen(filter: Filter, rows: list[Any], seed: int, budget: Budget, *, shared: bool) -> Cases:
        key = (repr(filter), repr(rows), seed, budget, shared)
        if key not in known:
            known[key] = choose(filter, rows, seed, budget, shared=shared)
        return known[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(filters, "choose", chosen)
        yield


@pytest.fixture(scope="session", autouse=True)
def no_power_cut() -> Iterator[None]:
    """Don't wait for the disk: what a process has written outlives its kill, and no test cuts the power."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda file: None)
        yield

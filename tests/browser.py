"""A headless browser for the pages of the project."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator
from typing import Any

import pytest

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")

in_browser = pytest.mark.skipif(CHROMIUM is None, reason="needs chromium (Debian's package of that name)")


@contextlib.contextmanager
def chromium(*arguments: str) -> Iterator[Any]:
    """A browser for as long as the block lasts. None is downloaded."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="needs playwright, of the dev extra")
    with sync_api.sync_playwright() as playwright:
        launched = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", *arguments]
        )
        yield launched
        launched.close()

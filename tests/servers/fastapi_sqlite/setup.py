"""What is switched on in this process."""

from __future__ import annotations

import os

from ..switches import read
from .faults import FAULTS, VARIANTS

on = read(FAULTS, VARIANTS, "python -m tests.servers.fastapi_sqlite")
KEY = os.environ.get("PRD_API_KEY", "test-key")

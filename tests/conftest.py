"""Settings of the whole suite."""

import os

from hypothesis import settings

# The same examples in every run: a change that turns a test red is the change's own doing. To look for new ones, give
# --hypothesis-profile=default.
settings.register_profile("same", derandomize=True, deadline=None)
settings.load_profile("same")


def pytest_xdist_auto_num_workers() -> int:
    """One worker more than cores for `-n auto`: some tests wait, for a batch or for another process."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return cores + 1

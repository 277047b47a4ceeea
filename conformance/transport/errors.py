"""Why a request got no response."""

from __future__ import annotations


class Stopped(Exception):
    """The run can't go on: a budget is spent or the target is gone. The message says which."""


class Unreachable(Stopped):
    """The target gave no response."""


class NotSent(Exception):
    """The guard held a request back."""


class NotPermitted(NotSent):
    """The target lets this run's key send no such request."""

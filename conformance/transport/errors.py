"""Why a request got no response."""

from __future__ import annotations


class Stopped(Exception):
    """The run can't continue: a budget is spent or the target is unreachable. The message gives the cause."""


class Unreachable(Stopped):
    """The target gave no response."""


class NotSent(Exception):
    """The guard refused to send a request."""


class NotPermitted(NotSent):
    """The target doesn't permit this request with the run's key."""

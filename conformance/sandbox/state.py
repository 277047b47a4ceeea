"""The sandbox's current state: requests read it, and control requests change it."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

from conformance.sandbox.behaviour import Behaviour
from conformance.sandbox.clock import Clock
from conformance.sandbox.faults import behaviour as faulty
from conformance.sandbox.requests import Requests
from conformance.sandbox.settings import Settings, Switches
from conformance.sandbox.traffic import Failures, Mishaps, Throttle
from spec import Contract


class State:
    """The switches and what follows from them, the clock, the failures to come, the requests seen."""

    clock: Clock
    requests: Requests
    switches: Switches
    behaviour: Behaviour
    throttle: Throttle | None
    mishaps: Mishaps
    failures: Failures

    def __init__(self, contract: Contract, settings: Settings) -> None:
        """As at the start. Raises ValueError for an unknown fault."""
        self._contract = contract
        self._settings = settings
        self.clock = Clock()
        self.requests = Requests(settings.kept_requests)
        self.reset()

    def reset(self) -> None:
        """As at the start again, also what faults remember."""
        self.clock.reset()
        self.requests.clear()
        self.failures = Failures()
        self._set(self._settings.switches)

    def switch(self, **changes: Any) -> None:
        """Change switches. Raises ValueError for an unknown fault; nothing is changed then."""
        self._set(replace(self.switches, **changes))

    def switch_back(self) -> None:
        """Put all switches as they were at the start."""
        self._set(self._settings.switches)

    def _set(self, switches: Switches) -> None:
        behaviour = faulty(self._contract, switches.faults)
        self.switches, self.behaviour = switches, behaviour
        self.throttle = Throttle(switches.rate_limit, self.clock) if switches.rate_limit else None
        self.mishaps = Mishaps(switches.flaky, random.Random(self._settings.seed))
        # A batch that was to take its time may be due at once now.
        self.clock.notify()

"""How long is waited for a list that is behind its batches."""

from __future__ import annotations

from dataclasses import replace

import pytest

from conformance.commands.run import parsed
from conformance.writing.read_back import settled
from tests.clock import DrivenClock
from tests.conformance.fake import Shop, ask_of


@pytest.mark.parametrize(("arguments", "lag"), [([], 2.25), (["--list-lag", "9"], 9.0)])
def test_what_is_right_in_the_end_is_waited_for_as_long_as_lists_may_be_behind(
    arguments: list[str], lag: float
) -> None:
    clock, context = DrivenClock(), ask_of(Shop(0))
    context.target.clock = clock
    context.target.limits = replace(context.target.limits, lag=parsed(arguments).list_lag)
    assert settled(context, lambda: len(clock.slept), lambda looked: False) == 3
    assert sum(clock.slept) == pytest.approx(lag)


def test_what_is_right_at_once_is_not_looked_at_again() -> None:
    polls = iter(["right"])
    assert settled(ask_of(Shop(0)), lambda: next(polls), lambda looked: looked == "right") == "right"


def test_what_has_only_just_come_to_light_is_looked_at_once_more() -> None:
    polls = iter(["nothing", "half", "all"])
    assert settled(ask_of(Shop(0)), lambda: next(polls), lambda looked: looked != "nothing") == "all"

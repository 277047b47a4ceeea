"""Faults: for every clause of a contract, ways in which a real server might break it."""

from conformance.sandbox.behaviour import HONEST, Behaviour
from spec import Contract


def behaviour(contract: Contract, ids: tuple[str, ...]) -> Behaviour:
    """An honest behaviour with the named faults in it."""
    return HONEST

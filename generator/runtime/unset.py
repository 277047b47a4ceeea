"""What stands for an argument that wasn't given."""

from __future__ import annotations

from enum import Enum
from typing import Final


class Unset(Enum):
    """The type of `UNSET`. An enum of one member is what type checkers narrow by `is`."""

    UNSET = "UNSET"

    def __bool__(self) -> bool:
        return False

    def __repr__(self) -> str:
        return "UNSET"


UNSET: Final = Unset.UNSET
"""An argument that was not given. It is not `None`: `None` is sent as null, `UNSET` isn't sent."""

"""What stands for an argument that wasn't given, and for a field of a struct that didn't come: msgspec's own mark."""

from __future__ import annotations

from msgspec import UNSET
from msgspec import UnsetType as Unset

__all__ = ["UNSET", "Unset"]

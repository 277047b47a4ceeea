"""Yours: written once, never touched again by the generator.

What this module calls `Client` and `AsyncClient` is what the package exports, so derive from the generated
classes here to add methods or change defaults.
"""

from .client import AsyncClient, Client

__all__ = ["AsyncClient", "Client"]

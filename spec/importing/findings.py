"""What an import recognises, and what it doesn't: plain data that the other modules hand on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from spec.model import JSON, Location

PROVENANCE = "x-provenance"


@dataclass(frozen=True)
class Finding:
    """One thing that was recognised: an extension for one element of the document."""

    pointer: str
    """The JSON pointer of the element."""
    update: Mapping[str, JSON]
    """What is added to the element, with the reason in its x-provenance."""
    group: str
    """Findings of one group stand or fall together, as the parts of one pagination."""
    subject: str
    """What it is about, for a person: `GET /books/` or `GET /books/ title__icontains`."""
    needs: tuple[str, ...] = ()
    """Groups without which it says nothing."""
    replaces: tuple[str, ...] = ()
    """Pointers below the element to what goes before the update comes."""

    @property
    def of_pages(self) -> bool:
        """True if it says how a list is paged."""
        return "x-pagination" in self.update or "parameters" in self.update

    @property
    def bare(self) -> JSON:
        """The update without its reasons: two findings that say the same have the same."""
        return without_reasons(self.update)


@dataclass(frozen=True)
class Unrecognised:
    """One element that the vocabulary might describe, and doesn't."""

    pointer: str
    location: Location
    subject: str
    why: str


def inferred(reason: str) -> dict[str, JSON]:
    """The provenance of a guess."""
    return {PROVENANCE: {"inferred": reason}}


def without_reasons(value: JSON) -> JSON:
    """A value without any x-provenance in it."""
    if isinstance(value, Mapping):
        return {key: without_reasons(each) for key, each in value.items() if key != PROVENANCE}
    return value

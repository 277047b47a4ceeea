"""Everything that an import recognises in a document, and what it doesn't."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from spec import reader, vocabulary
from spec.importing import batches, filters, pages, words, writes
from spec.importing.findings import Finding, Unrecognised, inferred
from spec.importing.lists import Listing, NoKey, listings
from spec.model import JSON
from spec.pointers import at, escape
from spec.problems import Problem, SpecError
from spec.reader.read_context import ReadContext
from spec.source import Source


@dataclass(frozen=True)
class Recognised:
    """The result."""

    findings: tuple[Finding, ...]
    """In the document's order, one for each element and extension."""
    unrecognised: tuple[Unrecognised, ...]
    parameters: int
    """How many query parameters might filter, search or order."""
    problems: tuple[Problem, ...]
    """What the reader finds wrong with the document without its vocabulary."""


def recognise(source: Source) -> Recognised:
    """What the elements of a document mean, by their names, schemas and descriptions. Raises SpecError."""
    contract, problems = reader.attempt(_without_vocabulary(source))
    if contract is None:
        raise SpecError(problems)
    unreliable = frozenset(pointer for problem in problems for pointer in problem.operations if not problem.harmless)
    context = ReadContext(source, vocabulary=False)
    found: list[Finding] = [Finding("", {"x-vocabulary": vocabulary.VERSION}, "", "the document")]
    missed: list[Unrecognised] = []
    parameters = 0
    every = list(listings(context, contract, unreliable))
    rows = writes.Rows(context, contract, (each for each in every if isinstance(each, Listing)))
    for listing in every:
        if isinstance(listing, NoKey):
            missed.append(_without_key(listing))
            continue
        found += [_collection(listing), _reads(listing), *pages.pagination(listing)]
        meant = list(filters.filters(context, listing))
        parameters += len(
            {each.pointer for each in meant if isinstance(each, Unrecognised) or "format" not in each.update}
        )
        for each in (*meant, *rows.writes(listing)):
            if isinstance(each, Finding):
                found.append(each)
            else:
                missed.append(each)
    found += batches.batches(context, contract)
    agreed, differing = _agreed(source, found)
    return Recognised(tuple(agreed), (*missed, *differing), parameters, tuple(problems))


def _without_key(listing: NoKey) -> Unrecognised:
    operation = listing.operation
    return Unrecognised(operation.pointer, operation.location, listing.label, "no field identifies its rows")


def _without_vocabulary(source: Source) -> Source:
    """A document as OpenAPI alone has it: what it says with the vocabulary may be incomplete."""
    if not isinstance(source.data, dict):
        return source
    return replace(source, data={key: value for key, value in source.data.items() if key != "x-vocabulary"})


def _collection(listing: Listing) -> Finding:
    stamps = {
        role: name
        for role, known in (("created", words.CREATED), ("updated", words.UPDATED))
        for name in _stamps(listing, known)[:1]
    }
    mark: dict[str, JSON] = {"key": listing.key, "item": listing.item}
    if stamps:
        mark["timestamps"] = stamps
    reason = f"{listing.label} shows these rows. {listing.key_reason}"
    update = {"x-collections": {listing.collection: {**mark, **inferred(reason)}}}
    return Finding("", update, f"collection {listing.collection}", listing.label)


def _stamps(listing: Listing, known: tuple[str, ...]) -> list[str]:
    """The date-times of that name that only the server writes."""
    return [
        name
        for name, schema in listing.fields.items()
        if words.plain(name) in map(words.plain, known)
        and schema.get("format") == "date-time"
        and schema.get("readOnly") is True
    ]


def _reads(listing: Listing) -> Finding:
    reason = f"Its response has the list of rows in {'.'.join(listing.results.path) or 'its body'}."
    mark = {"x-reads": {"collection": listing.collection, **inferred(reason)}}
    group = f"x-reads {listing.operation.pointer}"
    # A list whose pages aren't described would seem to have the rows of its first page only.
    needs = (f"collection {listing.collection}", *pages.needed(listing))
    return Finding(listing.place, mark, group, listing.label, needs)


def _agreed(source: Source, found: Iterable[Finding]) -> tuple[list[Finding], list[Unrecognised]]:
    """One finding for each element: an element that several operations share means the same for all, or nothing."""
    kept: dict[tuple[str, ...], Finding] = {}
    differing: dict[tuple[str, ...], Unrecognised] = {}
    for finding in found:
        for slot in slots(finding.pointer, finding.update):
            other = kept.setdefault(slot, finding)
            if other.bare != finding.bare:
                why = f"it is shared with {other.subject}, where it means something else"
                differing[slot] = Unrecognised(finding.pointer, source.where(finding.pointer), finding.subject, why)
    lost = {id(kept[slot]) for slot in differing}
    order = {id(finding): finding for finding in kept.values() if id(finding) not in lost}
    return [each for each in order.values() if not _declared(source, each)], list(differing.values())


def slots(pointer: str, update: JSON) -> Iterator[tuple[str, ...]]:
    """The members that an update sets, each by a name of its own: a collection, or an extension of an element."""
    for key, value in update.items():
        if key in ("x-collections", "links"):
            yield from ((pointer, key, name) for name in value)
        elif key in ("parameters", "format") or (key.startswith("x-") and key != "x-provenance"):
            yield (pointer, key)


def _declared(source: Source, finding: Finding) -> bool:
    """True if the document says it by itself."""
    return (
        finding.update.keys() != {"x-vocabulary"}
        and "parameters" not in finding.update
        and any(
            _there(source.data, f"{slot[0]}/{'/'.join(map(escape, slot[1:]))}")
            for slot in slots(finding.pointer, finding.update)
        )
    )


def _there(data: JSON, pointer: str) -> bool:
    try:
        at(data, pointer)
    except KeyError:
        return False
    return True

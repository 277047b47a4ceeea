"""Texts that don't arrive as they were sent, whatever filter they are for."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from urllib.parse import unquote

from conformance.sandbox.faults import stacks
from conformance.sandbox.faults.fault import Case, Change, Family, Named, named, obeying
from conformance.sandbox.query import Pairs


def _arriving(case: Case) -> Callable[[Callable[[str], str]], Change]:
    """How a change of every text on its way is put into a behaviour."""
    texts = _texts_of(case)

    def arriving(rewrite: Callable[[str], str]) -> Change:
        def rewritten(pairs: Pairs) -> Pairs:
            return tuple((n, rewrite(v) if any(t.fullmatch(n) for t in texts) else v) for n, v in pairs)

        return obeying(case.operation, rewritten)

    return arriving


def _texts_of(case: Case) -> list[re.Pattern[str]]:
    """What the parameters of text filters may be called."""
    return [named(f) for f in case.operation.filters if "format" not in f.schema and f.schema.get("type") == "string"]


def edges(case: Case) -> Iterator[Named]:
    """Texts that lose the blanks at their ends."""
    yield "trimmed", "blanks at the ends of a value are cut off", _arriving(case)(str.strip)


def wire(case: Case) -> Iterator[Named]:
    """Texts that don't arrive as they were sent, whatever filter they are for."""
    arriving = _arriving(case)
    yield "at-comma", "a value ends at its first comma", arriving(lambda value: value.partition(",")[0])
    yield "at-ampersand", "a value ends at its first ampersand", arriving(lambda value: value.partition("&")[0])
    yield (
        "plus-as-blank",
        "a plus that was escaped is taken for a blank",
        arriving(lambda value: value.replace("+", " ")),
    )
    yield "twice-decoded", "a value is percent-decoded a second time", arriving(unquote)
    yield "non-ascii-dropped", "letters beyond ASCII are dropped", arriving(_ascii)
    yield from stacks.unread(case, texts=tuple(_texts_of(case)))
    yield "backslash-dropped", "a backslash is taken for an escape", arriving(lambda value: value.replace("\\", ""))


def _ascii(value: str) -> str:
    return value.encode("ascii", "ignore").decode("ascii")


FAMILIES: Mapping[str, Family] = {"wire": wire, "edges": edges}

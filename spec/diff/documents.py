"""Two whole documents compared, with the parts that no other comparison used."""

from __future__ import annotations

import re
from collections.abc import Mapping

from spec.diff import operations, vocabulary
from spec.diff.change import Finding
from spec.diff.checks import short
from spec.diff.context import DOCUMENT, Context, under
from spec.diff.facts import same
from spec.diff.security import compare_schemes, requirements
from spec.diff.servers import compare_servers
from spec.diff.side import Place, Side
from spec.model import JSON
from spec.pointers import escape
from spec.walk import FILES

_KEYS = ("openapi", "info", "paths", "webhooks", "components", "servers", "security", "jsonSchemaDialect", FILES)
_WORDS = ("tags", "externalDocs", "$self")
_INFO = ("title", "version", "summary", "description", "termsOfService", "contact", "license")
_DIALECTS = (
    None,
    "https://spec.openapis.org/oas/3.1/dialect/base",
    "https://spec.openapis.org/oas/3.1/dialect/2024-11-10",
)
_DIALECTS_32 = ("https://spec.openapis.org/oas/3.2/dialect/2025-09-17", "https://json-schema.org/draft/2020-12/schema")
_HOLDERS = re.compile(rf"(/{re.escape(FILES)}/[^/]*)?/components(/[^/]*)?|.*/(\$defs|definitions)|/{re.escape(FILES)}")
"""Objects whose members matter only where they are used."""


def compare(context: Context) -> list[Finding]:
    """Everything that differs, in the documents' order."""
    old, new = Place(context.old.document, ""), Place(context.new.document, "")
    _info(context, old, new)
    compare_servers(context, DOCUMENT, old, new)
    operations.compare_paths(context)
    operations.compare_webhooks(context)
    compare_schemes(context, _used_schemes(context))
    dialects = old.node.get("jsonSchemaDialect"), new.node.get("jsonSchemaDialect", FILES)
    if any(dialect not in (*_DIALECTS, *_DIALECTS_32) for dialect in dialects):
        context.differ("document.dialect", DOCUMENT, "", "jsonSchemaDialect", old, new)
    taken = vocabulary.compare_document(context, old, new)
    for key in ("paths", "webhooks", "components"):
        context.extensions(DOCUMENT, key, old, new, key)
    context.rest(DOCUMENT, "", old, new, (*_KEYS, *taken), _WORDS, "document.words")
    context.compare_schemas()
    _overridden_security(context, old, new)
    _unread(context)
    _unreadable(context)
    return context.findings


def _info(context: Context, old: Place, new: Place) -> None:
    one, other = context.old.child(old, "info"), context.new.child(new, "info")
    taken = []
    if context.means("x-package"):
        context.differ("package", DOCUMENT, "info", "x-package", one, other, "the package")
        taken = ["x-package"]
    context.rest(DOCUMENT, "info", one, other, taken, _INFO, "document.words")


def _used_schemes(context: Context) -> set[str]:
    """The schemes that an operation of either document requires."""
    used: set[str] = set()
    for side in (context.old, context.new):
        for found in operations.operations(side, operations.paths_of(side)):
            used |= {name for way in requirements(side, found.place) for name, _ in way}
    return used


def _overridden_security(context: Context, old: Place, new: Place) -> None:
    """The document's requirements where every operation has its own."""
    if old.node.get("security") == new.node.get("security"):
        return
    if not any(finding.subject == "security" for finding in context.findings):
        one, other = old.node.get("security"), new.node.get("security")
        what = "differs, without an effect on any operation"
        context.say("unused", DOCUMENT, "security", what, under(old, "security"), under(new, "security"), one, other)


def _unreadable(context: Context) -> None:
    """Differences in values that OpenAPI doesn't allow at their place: no rule covers them."""
    told = {finding.old for finding in context.findings} | {finding.new for finding in context.findings}
    for pointer in dict.fromkeys((*context.old.warnings, *context.new.warnings)):
        one, other = context.old.get(pointer), context.new.get(pointer)
        if not same(one, other) and pointer not in told:
            what = f"was {short(one)} and is {short(other)}, which no rule judges"
            places = (pointer if context.old.has(pointer) else None), (pointer if context.new.has(pointer) else None)
            context.say("unknown", DOCUMENT, pointer, what, *places, one, other)


# -- what nothing took up ------------------------------------------------------------------------------


def _unread(context: Context) -> None:
    """The differing objects that no comparison used: they are unused or overridden."""
    told = {pointer for finding in context.findings for pointer in (finding.old, finding.new) if pointer}
    waiting: list[tuple[str, JSON, JSON]] = [("", context.old.document, context.new.document)]
    for pointer, one, other in waiting:
        if same(one, other) or (pointer in told and pointer not in context.old.visited | context.new.visited):
            continue
        if isinstance(one, Mapping) and isinstance(other, Mapping):
            if _data(context, pointer):
                _say_unused(context, pointer, pointer)
                continue
            for key in [*one, *(key for key in other if key not in one)]:
                here = f"{pointer}/{escape(str(key))}"
                if key in one and key in other:
                    waiting.append((here, one[key], other[key]))
                elif (
                    pointer.endswith("/components")
                    and _HOLDERS.fullmatch(pointer)
                    and isinstance(one.get(key, other.get(key)), Mapping)
                ):
                    waiting.append((here, one.get(key, {}), other.get(key, {})))
                elif _HOLDERS.fullmatch(pointer):
                    _came_or_went(context, here, key in one)
        elif isinstance(one, list) and isinstance(other, list):
            waiting += [(f"{pointer}/{i}", a, b) for i, (a, b) in enumerate(zip(one, other, strict=False))]


def _data(context: Context, pointer: str) -> bool:
    """True for an object of OpenAPI's that was never compared."""
    return _is_object(pointer) and pointer not in context.old.visited and pointer not in context.new.visited


def _is_object(pointer: str) -> bool:
    parts = pointer.split("/")
    if parts[1:2] == [FILES]:  # a file that the document refers to has parts of its own
        parts = ["", *parts[3:]]
    if parts[1:2] == ["components"]:
        return len(parts) == 4
    return parts[-2:-1] in (["parameters"], ["headers"], ["$defs"], ["definitions"])


def _came_or_went(context: Context, pointer: str, gone: bool) -> None:
    side = context.old if gone else context.new
    if not _reached(side, pointer):
        _say_unused(context, pointer if gone else None, None if gone else pointer)


def _reached(side: Side, pointer: str) -> bool:
    """True when an object, or something in it, was compared where it is used."""
    return any(visited == pointer or visited.startswith(f"{pointer}/") for visited in side.visited)


def _say_unused(context: Context, old: str | None, new: str | None) -> None:
    pointer = new or old or ""
    one = context.old.at(old) if old else None
    other = context.new.at(new) if new else None
    what = "removed" if new is None else "added" if old is None else f"was {short(one)} and is {short(other)}"
    subject = pointer.removeprefix("/components/").replace("/", " ")
    if pointer.startswith("/components/examples/"):
        context.say("document.words", DOCUMENT, subject, what, old, new, one, other)
        return
    context.say("unused", DOCUMENT, subject, f"{what}; nothing uses it", old, new, one, other)

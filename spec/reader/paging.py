"""Pages: which parameters ask for one, and which fields of the answer describe it (x-pagination)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from spec.model import Location, Media, Pagination, Parameter, Provenance
from spec.pointers import escape
from spec.reader.ground import Ground

_FIELDS = ("count", "next", "previous", "results")


def pagination(
    ground: Ground, parameters: tuple[Parameter, ...], media: Media | None, pointer: str, inherited: Provenance
) -> Pagination | None:
    """How an operation pages, or None. `media` is the body of its first 2xx answer."""
    if not ground.vocabulary:
        return None
    asked = {parameter.pagination: parameter for parameter in parameters if parameter.pagination}
    shown = _shown(ground, media, inherited)
    if not asked and not shown:
        return None
    missing = [role for role in ("page", "limit") if role not in asked] + [r for r in _FIELDS if r not in shown]
    if missing:
        ground.problem(
            pointer,
            f"the pagination lacks {', '.join(missing)}",
            "Mark page and limit on parameters, and count, next, previous and results on the page's properties.",
        )
        return None
    return Pagination(
        page=asked["page"].name,
        limit=asked["limit"].name,
        **{role: shown[role].name for role in _FIELDS},
        default_page=_default(ground, asked["page"]),
        default_limit=_default(ground, asked["limit"]),
        largest_limit=_largest(ground, asked["limit"]),
        provenances={role: field.provenance for role, field in shown.items()},
        locations={role: field.location for role, field in shown.items()},
    )


@dataclass(frozen=True)
class _Shown:
    """A property of the page that has a role."""

    name: str
    provenance: Provenance
    location: Location


def _shown(ground: Ground, media: Media | None, inherited: Provenance) -> Mapping[str, _Shown]:
    """The page's properties by their roles. Where a property isn't marked, its schema speaks for it."""
    found: dict[str, _Shown] = {}
    for node, here in ground.branches(media.schema, f"{media.pointer}/schema") if media and media.schema else ():
        for name, raw in ground.mapping(node, "properties", here).items():
            pointer = f"{here}/properties/{escape(name)}"
            role, at = ground.mark(raw, "x-pagination", pointer)
            if role in _FIELDS:
                of_schema = ground.provenance(node, inherited)
                stated = ground.provenance(raw, of_schema) if isinstance(raw, Mapping) else of_schema
                found[role] = _Shown(name, stated, ground.where(pointer))
            elif role is not None:
                hint = f"It can be {', '.join(_FIELDS)}."
                ground.problem(f"{at}/x-pagination", f"a property can't be {role!r}", hint)
    return found


def _default(ground: Ground, parameter: Parameter) -> int:
    schema, _ = ground.follow(parameter.schema, f"{parameter.pointer}/schema")
    default = schema.get("default")
    if isinstance(default, int) and not isinstance(default, bool):
        return default
    hint = "Add `default` to its schema: what the server takes when the parameter is left out."
    ground.problem(parameter.pointer, f"{parameter.name} needs an integer default", hint)
    return 1


def _largest(ground: Ground, parameter: Parameter) -> int | None:
    schema, _ = ground.follow(parameter.schema, f"{parameter.pointer}/schema")
    largest = schema.get("maximum")
    return int(largest) if isinstance(largest, (int, float)) and not isinstance(largest, bool) else None

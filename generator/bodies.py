"""What operations are sent and answer with, by content type."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import spec
from generator.annotations import checked, hint, joined
from generator.forms import Form
from generator.plan import AnswerPlan, BodyPlan, ContentPlan
from generator.schemas import Schemas


def essence(content_type: str) -> str:
    """A content type without its parameters."""
    return content_type.partition(";")[0].strip().lower()


def is_json(content_type: str) -> bool:
    """True for application/json and its relatives (RFC 6839)."""
    kind = essence(content_type)
    return kind == "application/json" or kind.endswith("+json")


def structured(body: Any) -> list[Any]:
    """The schemas of a body's content types (`content` of a request body or response)."""
    content = body.get("content") if isinstance(body, Mapping) else None
    return [m["schema"] for m in (content or {}).values() if isinstance(m, Mapping) and "schema" in m]


def request_bodies(media: Sequence[spec.Media], schemas: Schemas, name: str) -> tuple[BodyPlan, ...]:
    """Every content type that a body may have, JSON first. Raises Refused."""
    plans = [_request_body(m, schemas, name) for m in media]
    order = {"json": 0, "multipart": 1, "form": 2}
    return tuple(sorted(plans, key=lambda plan: order.get(plan.coding, 3)))


def _request_body(media: spec.Media, schemas: Schemas, name: str) -> BodyPlan:
    kind = essence(media.content_type)
    coding = _coding(kind, media.schema)
    if coding in ("text", "bytes"):
        return BodyPlan(media.content_type, coding, "Any", "str | bytes", None)
    form = schemas.form(media.schema or {}, f"{media.pointer}/schema", f"{name} body", sent=True)
    if coding != "json" and form.get("type") in ("string", "array", "number", "integer", "boolean"):
        return BodyPlan(media.content_type, "bytes", "Any", "str | bytes", None)
    given = hint(form)
    item = hint(form["items"]) if coding == "json" and form.get("type") == "array" else None
    if "$ref" in form:
        given = f"{given} | Mapping[str, Any]"
    if item is not None:
        loose = f"{item} | Mapping[str, Any]" if "$ref" in form["items"] else item
        given, item = f"Iterable[{loose}]", loose
    return BodyPlan(media.content_type, coding, checked(form), given, item)


def _coding(kind: str, schema: Mapping[str, Any] | None) -> str:
    if is_json(kind):
        return "json"
    if kind == "application/x-www-form-urlencoded" and schema:
        return "form"
    if kind.startswith("multipart/") and schema:
        return "multipart"
    if kind == "*/*" and schema and not _is_text(schema):
        return "json"
    return "text" if kind.startswith("text/") else "bytes"


def _is_text(schema: Mapping[str, Any]) -> bool:
    return schema.get("type") == "string"


def answers(operation: spec.Operation, schemas: Schemas, name: str) -> tuple[AnswerPlan, ...]:
    """What the answers that mean success hold. `default` counts where no 2xx is documented. Raises Refused."""
    success = [r for r in operation.responses if r.status[:1] == "2"]
    chosen = success or [r for r in operation.responses if r.status == "default"]
    by_status = {r.status.replace("x", "X"): r for r in reversed(chosen)}  # 2xx is 2XX; what stands first counts
    return tuple(AnswerPlan(status, _contents(r, schemas, name)) for status, r in reversed(by_status.items()))


def _contents(response: spec.Response, schemas: Schemas, name: str) -> tuple[ContentPlan, ...]:
    """One JSON content type if there is one, for it is what will be asked for; else all."""
    plans: list[ContentPlan] = []
    for media in response.media:
        reading = _reading(media)
        if reading == "json":
            form = schemas.form(media.schema or {}, f"{media.pointer}/schema", f"{name} response", sent=False)
            return (ContentPlan(media.content_type, "json", _plain(form), hint(form)),)
        plans.append(ContentPlan(media.content_type, reading, "Any", "str" if reading == "text" else "bytes"))
    return tuple(plans)


def _plain(form: Form) -> str:
    """The type that reads a value: bounds aren't checked in what a server sends."""
    return checked(_without_bounds(form))


def _without_bounds(form: Form) -> Form:
    kept = {k: v for k, v in form.items() if k in ("type", "format", "$ref", "enum", "x-tag")}
    if kept.get("format") == "binary":
        kept.pop("format")
    for word in ("items", "additionalProperties"):
        if word in form:
            kept[word] = _without_bounds(form[word])
    if "anyOf" in form:
        kept["anyOf"] = [_without_bounds(each) for each in form["anyOf"]]
    return kept


def _reading(media: spec.Media) -> str:
    kind = essence(media.content_type)
    if is_json(kind) or (kind == "*/*" and media.schema and not _is_text(media.schema)):
        return "json"
    return "text" if kind.startswith("text/") else "bytes"


def result(plans: Sequence[AnswerPlan]) -> str:
    """The annotation of what a method gives."""
    hints = [content.hint for plan in plans for content in plan.contents]
    nothing = not plans or any(not plan.contents for plan in plans)
    return "Any" if "Any" in hints else joined([*hints, *(["None"] if nothing else [])])

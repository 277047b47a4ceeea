"""Mistakes with parameters, keys, statuses and the shape of answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from conformance.laws.parameters import ODD_LANGUAGES as ODD
from conformance.transport.exchange import Response
from tests.conformance.fake import KEY, Shop
from tests.conformance.mutate import Mistake, changed, mutated


def _status(*, of: int, instead: int) -> type[Shop]:
    """A shop that answers one status in the place of another."""
    return changed(
        "respond",
        lambda found, shop, operation, status, data: Response(
            instead if status == of else status, found.headers, found.body, found.elapsed
        ),
    )


def _lets_in(key: Callable[[str | None], bool]) -> type[Shop]:
    return mutated(allowed=lambda self, operation, given: given == KEY or key(given))


def _language(self: Shop, operation: Any, request: Any) -> tuple[int, Any]:
    status, data = Shop.listed(self, operation, request)
    return status, {**data, "results": data["results"][1:]} if dict(request.headers).get(
        "Accept-Language"
    ) == "tr" else data


MISTAKES: list[Mistake] = [
    # parameters
    (
        "PRD102.param.invalid.page",
        "default",
        mutated(number=lambda s, q, n, d: int(dict(q).get(n) or d) if dict(q).get(n, "1").lstrip("-").isdigit() else d),
    ),
    (
        "PRD102.param.bounds.limit",
        "default",
        mutated(number=lambda s, q, n, d: Shop.number(s, [p for p in q if p[1] not in ("0", "-1")], n, d)),
    ),
    (
        "PRD102.param.invalid.category",
        "ignored",
        mutated(shows=lambda s, n, v, row: v == "not-a-uuid" or Shop.shows(s, n, v, row)),
    ),
    (
        "PRD102.param.invalid.updated_at__gte",
        "crash",
        mutated(
            shows=lambda s, n, v, row: 1 // (v != "not-a-date") and Shop.shows(s, n, v, row),
            response=lambda s, r, k: (
                Shop.response(s, r, k) if "not-a-date" not in dict(r.query).values() else Response(500, {}, b"", 0)
            ),
        ),
    ),
    (
        "PRD102.param.unknown-key.attribute__KEY",
        "all",
        mutated(
            attribute=lambda s, row, key, lookup, v: key.startswith("ZZ") or Shop.attribute(s, row, key, lookup, v)
        ),
    ),
    ("PRD102.param.misspelt", "ignored", mutated(shows=lambda s, n, v, row: n[-1] in "xy" or Shop.shows(s, n, v, row))),
    (
        "PRD108.param.required.query",
        "optional",
        mutated(
            chosen=lambda s, o, q, r: Shop.chosen(s, o, q, r) if o.code != "PRD108" or "query" in dict(q) else s.catalog
        ),
    ),
    ("PRD102.param.accepted.Accept-Language", "fewer", mutated(listed=_language)),
    (
        "PRD102.param.accepted.Accept-Language",
        "crash",
        mutated(
            response=lambda s, r, k: (
                Response(500, {}, b"", 0) if dict(r.headers).get("Accept-Language") in ODD else Shop.response(s, r, k)
            )
        ),
    ),
    (
        "PRD101.param.accepted.Accept-Language",
        "refused",
        mutated(
            response=lambda s, r, k: (
                Response(406, {}, b"", 0) if dict(r.headers).get("Accept-Language") == "xx" else Shop.response(s, r, k)
            )
        ),
    ),
    (
        "PRD107.param.invalid.id",
        "found",
        mutated(looked_up=lambda s, t: Shop.looked_up(s, t) if len(t) == 36 else (200, {})),
    ),
    ("PRD107.batch.unknown-id", "found", mutated(looked_up=lambda s, t: (200, {}))),
    ("PRD102.response.status", "201", _status(of=200, instead=201)),
    ("PRD101.response.status", "200", _status(of=202, instead=200)),
    (
        "PRD102.response.content-type",
        "a web page",
        changed("respond", lambda a, *_: Response(a.status, {"content-type": "text/html"}, a.body, a.elapsed)),
    ),
    (
        "PRD102.response.schema",
        "count as text",
        changed("listed", lambda found, *_: (found[0], {**found[1], "count": str(found[1]["count"])})),
    ),
    (
        "PRD108.response.schema",
        "no JSON",
        changed("respond", lambda a, *_: Response(a.status, a.headers, a.body[1:], a.elapsed)),
    ),
    ("PRD101.response.schema", "no uuid", changed("submitted", lambda found, *_: (202, {"batch_request_id": "7"}))),
    (
        "PRD102.response.no-server-error",
        "on NUL",
        mutated(
            response=lambda s, r, k: (
                Response(500, {}, b"", 0) if any("\0" in v for _, v in r.query) else Shop.response(s, r, k)
            )
        ),
    ),
    (
        "PRD102.response.no-server-error",
        "on special characters in keys",
        mutated(
            response=lambda s, r, k: (
                Response(502, {}, b"", 0) if any("'" in n for n, _ in r.query) else Shop.response(s, r, k)
            )
        ),
    ),
    (
        "PRD102.response.no-server-error",
        "on a value twice in a list",
        mutated(
            response=lambda s, r, k: (
                Response(500, {}, b"", 0)
                if any(len({*v.split(",")}) < len(v.split(",")) for n, v in r.query if n == "category__in")
                else Shop.response(s, r, k)
            )
        ),
    ),
    ("PRD102.response.declared-status", "206", _status(of=200, instead=206)),
    # the key
    ("PRD102.auth.missing-key", "let in", _lets_in(lambda key: key is None)),
    (
        "PRD102.auth.missing-key",
        "let in on a later page",
        mutated(response=lambda s, r, k: Shop.response(s, r, KEY if k is None and ("page", "2") in r.query else k)),
    ),
    ("PRD102.auth.empty-key", "let in", _lets_in(lambda key: key == "")),
    ("PRD103.auth.wrong-key", "let in", _lets_in(lambda key: key == "not-the-key")),
    ("PRD101.auth.truncated-key", "by prefix", _lets_in(lambda key: bool(key) and KEY.startswith(str(key)))),
    ("PRD107.auth.extended-key", "by beginning", _lets_in(lambda key: str(key).startswith(KEY))),
    ("PRD105.auth.swapped-case-key", "in any case", _lets_in(lambda key: str(key).lower() == KEY.lower())),
    ("PRD102.auth.wrong-key", "403", _status(of=401, instead=403)),
    (
        "PRD101.auth.before-body",
        "validated first",
        mutated(allowed=lambda s, o, key: True, submitted=lambda s, o, body: (400, {})),
    ),
]

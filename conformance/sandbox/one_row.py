"""The response of an operation on one row: shown by its key, created, updated or removed, at once."""

from __future__ import annotations

import urllib.parse
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from conformance.sandbox import members, store, validation
from conformance.sandbox.behaviour import Answer, Asked
from conformance.sandbox.caching import tag
from conformance.sandbox.exchange import Refused
from conformance.sandbox.messages import Language, say
from conformance.sandbox.query import Invalid
from conformance.sandbox.state import State
from conformance.sandbox.tables import Shape
from conformance.sandbox.touched import Touched
from conformance.sandbox.writing import Step
from spec import Contract, Operation, templates
from spec.model import JSON


class OneRow:
    """An operation on one row, ready to be carried out."""

    def __init__(
        self, contract: Contract, operation: Operation, shapes: Mapping[str, Shape], approved: Mapping[str, JSON]
    ) -> None:
        if operation.access is None:
            raise ValueError(f"{operation.code} concerns no row")
        self._contract, self._operation, self._access = contract, operation, operation.access
        self._shapes, self._shape = shapes, shapes[operation.access.collection.name]
        self._approved = approved
        self._fields = contract.body_fields(operation)
        self._body = validation.check(contract, {"type": "array", "items": self._schema()})
        self._declared = {name.lower() for name in operation.success.headers} if operation.success else set()
        self._conditional = any(p.place == "header" and p.name.lower() == "if-match" for p in operation.parameters)
        media = operation.success.json if operation.success else None
        around = members.fitting(contract, media.schema) if media and media.schema and self._access.answer_at else None
        self._around = around if isinstance(around, dict) else {}
        others = (o for o in contract.operations if o.access and o.access.collection == self._access.collection)
        self._getter = next((o for o in others if o.access and o.access.action == "gets"), None)

    def _schema(self) -> dict[str, JSON]:
        """The body's schema without what only responses hold."""
        whole = self._contract.whole(self._contract.row_sent(self._operation))
        fields = {name: _with_null(self._contract.whole(field)) for name, field in self._fields.items()}
        needed = list(self._contract.needed_fields(self._operation))
        return {**whole, "type": "object", "properties": fields, "required": needed}

    def answer(
        self, state: State, rows: store.Store, asked: Asked, key: JSON, status: int, tongue: Language, base: str
    ) -> Answer:
        """The response. Raises Refused and Invalid."""
        if self._access.action == "gets":
            with rows.reading() as connection:
                return self._shown(state, self._row(connection, key, tongue), status)
        if self._access.action == "creates":
            return self._created(state, rows, asked, status, tongue, base)
        item = self._items(state, asked, tongue)[0] if self._access.action != "removes" else {}
        with rows.work() as connection:
            if self._conditional and "if-match" in asked.headers:
                self._check_match(state, connection, asked.headers["if-match"], key, tongue)
            row = self._applied(state, connection, item, key, tongue)
            return Answer(status, None) if row is None or status == 204 else self._shown(state, row, status)

    def _created(
        self, state: State, rows: store.Store, asked: Asked, status: int, tongue: Language, base: str
    ) -> Answer:
        """The response to one new row, or to a list of some."""
        made: list[store.Row] = []
        items = self._items(state, asked, tongue)
        with rows.work() as connection:
            for item in state.behaviour.sequence(self._operation, items):
                key = self._key(state, connection, item)
                made.append(self._applied(state, connection, {**self._defaults(), **item}, key, tongue) or {})
        if status == 204:
            return Answer(status, None)
        if self._access.many:
            return Answer(status, self._placed(state.behaviour.together(self._operation, made)))
        (row,) = made
        key = row.get(self._shape.key.name)
        return self._shown(state, row, status, location=f"{base}{self._path(key)}" if self._getter else "")

    def _applied(
        self, state: State, connection: Connection, item: Mapping[str, JSON], key: JSON, tongue: Language
    ) -> store.Row | None:
        """The row after a write; None where it is removed. Raises Refused and Invalid."""
        step = self._step(state, connection, {**item, self._shape.key.name: key}, tongue)
        reasons = state.behaviour.apply(self._operation, step)
        if reasons:
            raise self._refusal(reasons, tongue)
        if self._access.action == "removes":
            return None
        found = self._find(connection, key)
        # A fault may have lost the row; the answer shows what was sent all the same.
        return found if found is not None else {**item, self._shape.key.name: key}

    def _items(self, state: State, asked: Asked, tongue: Language) -> list[dict[str, JSON]]:
        """The rows of a request: one, unless it is sent a list."""
        media_type = asked.headers.get("content-type", "application/json").partition(";")[0].strip().lower()
        if media_type != "application/json" and not media_type.endswith("+json"):
            raise Refused(415, {"detail": say(tongue, "media-type", "application/json")})
        try:
            data = state.behaviour.body(self._operation, asked.body)
        except ValueError as error:
            raise Invalid({"body": [say(tongue, *error.args)]}, {"body": "malformed"}) from None
        items = self._access.sent_in(data)
        # A row that should be in a list is none.
        checked = [items] if self._access.many and not isinstance(self._access.listed_in(data), list) else items
        found = validation.problems(self._body, checked, tongue)
        refused = state.behaviour.problems(self._operation, checked, found.sentences)
        if refused:
            raise Invalid(refused.get("0", refused) if len(checked) == 1 else refused, found.kinds)
        return [{name: value for name, value in item.items() if name in self._fields} for item in items]

    def _defaults(self) -> dict[str, JSON]:
        return {name: field["default"] for name, field in self._fields.items() if "default" in field}

    def _key(self, state: State, connection: Connection, item: Mapping[str, JSON]) -> JSON:
        name = self._shape.key.name
        return item[name] if name in item else state.behaviour.new_key(self._operation, connection, self._shape)

    def _step(self, state: State, connection: Connection, item: Mapping[str, JSON], tongue: Language) -> Step:
        now, wait = state.clock.now(), state.switches.approve_after
        return Step(
            rows=Touched(connection),
            shapes=self._shapes,
            access=self._access,
            item=item,
            language=tongue,
            now=now,
            unapproved_until=now + int(wait * 1_000_000) if wait else None,
            approved=self._approved,
        )

    def _refusal(self, reasons: Mapping[str, Any], tongue: Language) -> Exception:
        """An item that can't be applied: the row isn't there, or is there already, or a field is wrong."""
        if self._shape.key.name not in reasons:
            return Invalid(reasons)
        if self._access.by:
            return Refused(404, {"detail": say(tongue, "not-found")})
        return Refused(409, reasons) if self._operation.response(409) else Invalid(reasons)

    def _find(self, connection: Connection, key: JSON) -> store.Row | None:
        found = store.rows(connection, self._shape, self._shape.key.column == key, ())
        return found[0] if found else None

    def _row(self, connection: Connection, key: JSON, tongue: Language) -> store.Row:
        found = self._find(connection, key)
        if found is None:
            raise Refused(404, {"detail": say(tongue, "not-found")})
        return found

    def _check_match(self, state: State, connection: Connection, sent: str, key: JSON, tongue: Language) -> None:
        if not state.behaviour.matches(self._operation, sent, tag(self._row(connection, key, tongue))):
            raise Refused(412, {"detail": say(tongue, "changed")})

    def _shown(self, state: State, row: store.Row, status: int, location: str = "") -> Answer:
        headers = {"ETag": tag(row)} if "etag" in self._declared else {}
        if location and "location" in self._declared:
            headers["Location"] = location
        return Answer(status, self._placed(state.behaviour.row(self._operation, row)), headers)

    def _placed(self, shown: JSON) -> JSON:
        """What is shown in its place of the answer, beside what else must be there."""
        if not self._access.answer_at:
            return shown
        body: dict[str, JSON] = {**self._around}
        inner = body
        for name in self._access.answer_at[:-1]:
            known = inner.get(name)
            inner[name] = inner = {**known} if isinstance(known, dict) else {}
        inner[self._access.answer_at[-1]] = shown
        return body

    def _path(self, key: JSON) -> str:
        by = self._getter.access.by if self._getter and self._getter.access else ""
        if self._getter is None:
            return ""
        places = {**self._getter.outer, by: str(key)}
        return templates.filled(self._getter.path, {n: urllib.parse.quote(v, safe="") for n, v in places.items()})


def _with_null(schema: Mapping[str, JSON]) -> Mapping[str, JSON]:
    """A schema of OpenAPI 3.0 that may be null, as one of 3.1."""
    if schema.get("nullable") is not True or not isinstance(schema.get("type"), str):
        return schema
    found = {**schema, "type": [schema["type"], "null"]}
    return {**found, "enum": [*schema["enum"], None]} if isinstance(schema.get("enum"), list) else found

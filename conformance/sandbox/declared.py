"""Answers in the form that the document declares for them: their status, their content type, the bodies of refusals."""

from __future__ import annotations

from dataclasses import replace

from conformance.sandbox import members, validation
from conformance.sandbox.behaviour import Answer
from spec import Contract, Operation, Response
from spec.model import JSON
from spec.pointers import tokens


class Declared:
    """What a document declares of its answers, each schema made ready once."""

    def __init__(self, contract: Contract) -> None:
        self._contract = contract
        self._checks: dict[str, validation.Check] = {}
        self._examples: dict[str, JSON] = {}

    def example(self, operation: Operation) -> JSON:
        """The body of a success of which the document says only the form: its example, or a value that fits it."""
        if operation.code not in self._examples:
            media = operation.success.json if operation.success else None
            examples = media.examples if media else ()
            made = members.fitting(self._contract, media.schema) if media and media.schema is not None else {}
            self._examples[operation.code] = examples[0] if examples else made
        return self._examples[operation.code]

    def ticket(self, operation: Operation, id: str) -> JSON:
        """The body that accepts a batch: its id where the document says, and the members that are required."""
        media = operation.success.json if operation.success else None
        schema = media.schema if media and media.schema else {}
        properties = self._contract.properties(schema)
        required = [name for name in self._contract.required(schema) if name in properties]
        body: JSON = {name: members.fitting(self._contract, properties[name]) for name in required}
        if operation.ticket is None:
            return body
        if not tokens(operation.ticket.pointer):
            return id
        members.put(body, operation.ticket.pointer, id)
        return body

    def explained(self, operation: Operation, answer: Answer) -> Answer:
        """A refusal whose body fits its schema. The sandbox's own explanation stays where it fits."""
        response = _response(operation, answer.status) if answer.status >= 400 else None
        media = response.json if response else None
        if media is None or media.schema is None:
            return answer
        if media.pointer not in self._checks:
            self._checks[media.pointer] = validation.check(self._contract, media.schema)
        if self._checks[media.pointer].validator.is_valid(answer.body):
            return answer
        return replace(answer, body=members.fitting(self._contract, media.schema))

    def named(self, operation: Operation, answer: Answer) -> Answer:
        """An answer with the declared status and content type: 422 for a refusal where there is no 400."""
        response = _response(operation, answer.status)
        if answer.status == 400 and response is None and operation.access and operation.access.by:
            # A key that can't be one names no row.
            response = operation.response(404)
        if answer.status == 400 and response is not None and response.status.isdigit():
            answer = replace(answer, status=int(response.status))
        media = response.json if response else None
        if media is None or "*" in media.content_type or answer.content_type != Answer(200, None).content_type:
            return answer
        return replace(answer, content_type=media.content_type)


def _response(operation: Operation, status: int) -> Response | None:
    """What is declared of a status; of 400 what is declared of 422, where there is no other."""
    return operation.response(status) or (operation.response(422) if status == 400 else None)

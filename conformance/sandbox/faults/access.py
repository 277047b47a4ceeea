"""Wrong permission checks, each on one operation only, like a forgotten permission class."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping

from conformance.sandbox.behaviour import Answer, Asked
from conformance.sandbox.faults.fault import Case, Change, Family, Named, at
from spec import Operation


def _admitting(case: Case, also: Callable[[str | None, str], bool]) -> Change:
    return at(
        case.operation,
        "admits",
        lambda right, presented, secret: right(presented, secret) or also(presented, secret),
    )


def _family(name: str, description: str, also: Callable[[str | None, str], bool]) -> Family:
    def family(case: Case) -> Iterator[Named]:
        yield name, description, _admitting(case, also)

    return family


def extended_key(case: Case) -> Iterator[Named]:
    """More than the key, of which a part counts."""
    by_length = _admitting(case, lambda presented, secret: (presented or "").startswith(secret))
    yield "by-length", "what comes after the key is ignored", by_length
    last_word = _admitting(case, lambda presented, secret: (presented or "").split()[-1:] == [secret])
    yield "last-word", "what comes before the key is ignored, as if it were a scheme", last_word


def before_body(case: Case) -> Iterator[Named]:
    """Bodies that are parsed before the key is checked."""

    def wrong(right: Callable[[Asked, Answer], Answer], asked: Asked, answer: Answer) -> Answer:
        try:
            json.loads(asked.body)
        except ValueError:
            return Answer(400, {"non_field_errors": ["The body isn't JSON."]})
        return right(asked, answer)

    yield (
        "validated-first",
        "a body that isn't JSON is answered 400, also without a key",
        at(case.operation, "answer", wrong),
    )


def other_tenant(operation: Operation) -> Iterator[Named]:
    """A key that gives access to another tenant's data."""
    yield (
        "first-tenant",
        "every key reaches the rows and batches of the first tenant",
        at(operation, "tenant", lambda right, tenant: 1),
    )


def outer(case: Case) -> Iterator[Named]:
    """Rows that are shown wherever they are asked for."""
    yield "any", "any key in the path leads to the rows", at(case.operation, "inside", lambda *_: True)


FAMILIES: Mapping[str, Family] = {
    "outer": outer,
    "auth.missing-key": _family("let-in", "a request without a key is let in", lambda presented, _: presented is None),
    "auth.empty-key": _family("let-in", "an empty key is let in", lambda presented, _: presented == ""),
    "auth.wrong-key": _family("let-in", "any key is let in", lambda presented, _: bool(presented)),
    "auth.truncated-key": _family(
        "by-prefix",
        "the beginning of the key is enough",
        lambda presented, secret: bool(presented) and secret.startswith(presented or ""),
    ),
    "auth.extended-key": extended_key,
    "auth.swapped-case-key": _family(
        "in-any-case",
        "upper and lower case of the key are taken as equal",
        lambda presented, secret: (presented or "").casefold() == secret.casefold(),
    ),
    "auth.before-body": before_body,
}

"""Deleting the rows that a run created one by one: at its end, and after a crash by its journal."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.oracle.operands import pairs
from conformance.reading.context import Query, RunContext
from conformance.reading.listing import listing
from conformance.reading.sample import base_query
from conformance.transport.errors import NotSent, Stopped, Unreachable
from conformance.transport.guard import Ownership
from conformance.transport.journal import RowKey
from conformance.transport.made_rows import creates, texts_in
from conformance.writing.one_row import list_of, look, operation_for, send
from conformance.writing.read_back import with_hidden
from spec import Collection, Operation

TRIES = 3
"""Times that a row is asked to be deleted and doesn't go."""


def delete_rows(context: RunContext, ownership: Ownership) -> list[RowKey]:
    """Delete the rows that the run created, and give those that weren't seen gone.

    Rows whose key no answer named are looked for by the run's token in their texts.
    """
    made = ownership.made
    try:
        if made.unnamed or ownership.resumed:
            _find_unnamed(context, ownership)
        # A row may refer to those before it, so the last one goes first.
        for name, key in reversed(made.left()):
            collection = context.contract.collection(name)
            if collection is not None:
                _delete(context, ownership, collection, key)
    except (NotSent, Stopped, Unreachable):
        return made.left()
    return made.left()


def _delete(context: RunContext, ownership: Ownership, collection: Collection, key: str) -> None:
    """Delete one row. One that shows texts, and none of ours, isn't ours any more and stays."""
    remover = operation_for(context, collection, "removes")
    for tries in range(TRIES + 1):
        seen = look(context, collection, key, expected=None)
        if seen.known and not seen.row:
            ownership.made.forget((collection.name, key))
            return
        texts = [text for text in texts_in(seen.row) if text != key]
        if remover is None or tries == TRIES or (texts and not any(map(ownership.owns_text, (key, *texts)))):
            return
        tag = seen.chain[-1].response.headers.get("etag") if seen.chain else None
        conditional = any(p.name.lower() == "if-match" for p in remover.parameters)
        send(context, remover, None, key, (("If-Match", tag),) if tag and conditional else ())


def _find_unnamed(context: RunContext, ownership: Ownership) -> None:
    """Claim the listed rows whose texts hold a token of the run."""
    for maker in context.contract.operations:
        collection = maker.access.collection if maker.access and creates(maker) else None
        reader = list_of(context, collection) if collection else None
        if collection is None or reader is None:
            continue
        for query in _queries(context, maker, reader, ownership):
            shown = listing(context.replay_context(), reader, query, most_pages=context.budget.own_pages)
            for row in (row for page in shown.pages for row in page.rows):
                key = row.get(collection.key)
                if key is None or ownership.made.owns(collection.name, str(key)):
                    continue
                if any(map(ownership.owns_text, texts_in(row))):
                    ownership.made.claim(collection.name, str(key))
                    ownership.made.found_unnamed()


def _queries(context: RunContext, maker: Operation, reader: Operation, ownership: Ownership) -> Iterator[Query]:
    """The list by filters that find a token in a text that the rows were sent, else the whole list."""
    base, fields = base_query(context, reader), context.contract.body_fields(maker)
    narrow = next(
        (f for f in reader.filters if f.lookup in ("icontains", "contains") and f.field in fields and not f.free_key),
        None,
    )
    queries: list[Query] = [(*base, *pairs(narrow, None, token)) for token in ownership.tokens] if narrow else [base]
    for query in queries:
        yield query
        yield from with_hidden(reader, query)

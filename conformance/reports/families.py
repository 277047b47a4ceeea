"""What the families of clauses are about, in a sentence each."""

from __future__ import annotations

from collections.abc import Mapping

FAMILIES: Mapping[str, str] = {
    "auth": "Only a request with the right key gets data.",
    "response": "Status, content type and form of every response are as the document says.",
    "param": "Parameters accept what the document allows, and refuse what it forbids.",
    "page": "Pages hold every row once, are counted and linked, and don't depend on their length.",
    "fields": "A choice of fields changes which fields are shown, and nothing else.",
    "expands": "A key that is expanded shows its row, and nothing else changes.",
    "outer": "Rows are shown under the key in the path that they belong to, and under no other.",
    "search": "A search finds the rows that hold its words, and no others.",
    "filter": "A filter shows all rows that match it, and no others.",
    "default": "A request without a filter shows the same as one with its default.",
    "combine": "A filter shows the same rows of another filter's list as of the whole list.",
    "wire": "Texts arrive as they were sent, whatever characters are in them.",
    "edges": "Filters bear values at the edge: very long, empty, or with characters of another meaning elsewhere.",
    "explore": "Filters hold for values that a generator made up from the rows.",
    "relation": "Lookups of the same field agree: what one shows, a wider one shows as well.",
    "batch": "A batch has a ticket, its counts add up, and it comes to an end.",
    "write": "What was written is read back, once, and nothing else changes.",
    "body": "A bad body or item is refused, and writes nothing.",
}


def explained(families: list[str]) -> list[tuple[str, str]]:
    """Those of some families that have a sentence, with it. A plugin may bring others."""
    return [(family, FAMILIES[family]) for family in families if family in FAMILIES]

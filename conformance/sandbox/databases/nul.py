"""The NUL character, which JSON texts may hold and PostgreSQL's can't.

On its way in it becomes a word of three characters that no text should hold, as Unicode keeps them for such uses. They
become words themselves where they occur all the same. A word begins and ends with characters that stand nowhere else,
so that a text contains another exactly when their spellings do.
"""

from __future__ import annotations

import re
from typing import Any

from psycopg import Connection
from psycopg.abc import Buffer
from psycopg.types.string import StrDumperUnknown, StrDumperVarchar, TextLoader

_BEGIN, _END, _STROKE = "\ufdd0", "\ufdd1", "\ufdd2"
_SPECIAL = ("\0", _BEGIN, _END, _STROKE)
_SPELT = {letter: _BEGIN + _STROKE * turn + _END for turn, letter in enumerate(_SPECIAL, 1)}
_MEANT = {word: letter for letter, word in _SPELT.items()}
_ANY_SPECIAL = re.compile(f"[{''.join(_SPECIAL)}]")
_ANY_WORD = re.compile(f"{_BEGIN}{_STROKE}+{_END}")


def spelt(text: str) -> str:
    """A text as PostgreSQL can keep it."""
    return _ANY_SPECIAL.sub(lambda match: _SPELT[match[0]], text)


def meant(text: str) -> str:
    """The text that was kept so."""
    return _ANY_WORD.sub(lambda match: _MEANT[match[0]], text) if _BEGIN in text else text


class _Dumper(StrDumperUnknown):
    def dump(self, obj: str) -> Buffer | None:
        return super().dump(spelt(obj))


class _TypedDumper(StrDumperVarchar):
    def dump(self, obj: str) -> Buffer | None:
        return super().dump(spelt(obj))


class _Loader(TextLoader):
    def load(self, data: Buffer) -> str | bytes:
        text = super().load(data)
        return meant(text) if isinstance(text, str) else text


def register(connection: Connection[Any]) -> None:
    """Let every text that goes to a connection, and every one that comes from it, be spelt so."""
    connection.adapters.register_dumper(str, _TypedDumper)
    connection.adapters.register_dumper(str, _Dumper)
    for name in ("text", "varchar"):
        connection.adapters.register_loader(name, _Loader)

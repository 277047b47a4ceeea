"""Attributes as texts."""

from __future__ import annotations

import json

from django.utils.formats import number_format
from django.utils.text import slugify

from .setup import on


def as_text(value: object) -> str | None:
    """An attribute's value as a text; none for what isn't there."""
    if value is None:
        return "None" if on("none-text") else None
    if isinstance(value, bool):
        if on("json-boolean"):
            return str(int(value))
        return str(value) if on("python-boolean") else json.dumps(value)
    if isinstance(value, int | float):
        return number_format(value) if on("number-format") else json.dumps(value)
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text[:40] if on("eav-cut") else text


def key_kept(key: str) -> str:
    """A key as it is kept, and looked for."""
    return slugify(key) if on("key-slugify") else key

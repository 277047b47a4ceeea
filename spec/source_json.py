"""JSON text to data and positions.

The standard library parses the data. A scan of the tokens finds the positions; it can rely on the parser's
checks.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from typing import Any

from spec.model import JSON, Location
from spec.pointers import escape
from spec.problems import Problem, SpecError, refusal
from spec.source_text import MAX_DEPTH, MAX_NODES, is_number

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+')
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


def is_json(text: str) -> bool:
    """True when the text is one well-formed JSON value."""
    try:
        _DECODER.decode(text.strip())
    except (json.JSONDecodeError, RecursionError):
        return False
    return True


def parse(text: str, file: str) -> tuple[JSON, dict[str, Location]]:
    """The data of a JSON text, and the position of each pointer: a member at its key, an element at its start.

    Raises SpecError for a syntax error, duplicate keys, numbers beyond a double, and deep nesting.
    """
    try:
        data = json.loads(text, cls=_Decoder)
    except json.JSONDecodeError as error:
        hint = "Check commas, quotes and brackets here and just before; JSON has no comments and no trailing commas."
        raise refusal(file, f"JSON syntax: {error.msg}", hint, error.lineno, error.colno) from None
    except RecursionError:
        raise refusal(file, "the document is nested too deeply", _FLATTEN) from None
    locations, problems = _scan(text, file)
    if problems:
        raise SpecError(problems)
    return (_clean(data) if "\\u" in text else data), locations


_FLATTEN = f"At most {MAX_DEPTH} levels are read; no OpenAPI document needs more."


class _Decoder(json.JSONDecoder):
    """Accepts numbers that Python refuses or that exceed a double: the scan reports them with their position."""

    def __init__(self, **options: Any) -> None:
        options.update(
            parse_int=lambda text: int(text) if is_number(text) else 0,
            parse_constant=lambda name: None,
        )
        super().__init__(**options)


_DECODER = _Decoder()


def _clean(value: JSON) -> JSON:
    """Replace half a surrogate pair: JSON's escapes can write it, but no output can print it."""
    if isinstance(value, str):
        return _LONE_SURROGATE.sub("\ufffd", value)
    if isinstance(value, list):
        return [_clean(item) for item in value]
    if isinstance(value, dict):
        return {_clean(key): _clean(item) for key, item in value.items()}
    return value


def _scan(text: str, file: str) -> tuple[dict[str, Location], list[Problem]]:
    """The position of each pointer, and what is well-formed but not acceptable."""
    lines = [0, *(match.end() for match in re.finditer(r"\r\n|\n|\r", text))]
    locations: dict[str, Location] = {}
    problems: list[Problem] = []

    def location(offset: int) -> Location:
        line = bisect_right(lines, offset)
        return Location(file, line, offset - lines[line - 1] + 1)

    pointer, index = "", -1  # of the open collection; index is -1 in an object
    outer: list[tuple[str, int]] = []
    child = ""  # pointer of the value that comes next
    expects_key = False
    for match in _TOKEN.finditer(text):
        token, start = match.group(), match.start()
        first = token[0]
        if first == "}" or first == "]":
            pointer, index = outer.pop()
            expects_key = False
        elif first == ",":
            if index < 0:
                expects_key = True
            else:
                index += 1
                child = f"{pointer}/{index}"
        elif first == ":":
            pass
        elif expects_key:
            expects_key = False
            key = _LONE_SURROGATE.sub("\ufffd", json.loads(token)) if "\\" in token else token[1:-1]
            child = f"{pointer}/{escape(key)}"
            here = location(start)
            if child in locations:
                hint = f"It first stands at {locations[child]}; keep one."
                problems.append(Problem(here, f"the key {key!r} stands twice", hint, child))
            locations[child] = here
        else:
            if child not in locations:
                locations[child] = location(start)
            if first == "{" or first == "[":
                outer.append((pointer, index))
                if len(outer) > MAX_DEPTH:
                    return locations, [Problem(location(start), "the document is nested too deeply", _FLATTEN)]
                pointer, index = child, (-1 if first == "{" else 0)
                expects_key = first == "{"
                child = f"{pointer}/0"
            elif first != '"':
                problems.extend(_constant(token, location(start), child))
        if len(locations) > MAX_NODES:
            return locations, [
                Problem(location(start), f"more than {MAX_NODES:,} values", "Is it an OpenAPI document?")
            ]
    return locations, problems


def _constant(token: str, location: Location, pointer: str) -> list[Problem]:
    """What is wrong with a literal that isn't a string."""
    if token in ("NaN", "Infinity", "-Infinity"):
        return [Problem(location, f"{token} isn't JSON", "Write a number, or leave it out.", pointer)]
    if token[0] in "-0123456789" and not is_number(token):
        return [Problem(location, "the number is too large", "Write a number that a double can hold.", pointer)]
    return []

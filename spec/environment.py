"""The names of environment variables, by one rule for the client and the suite: they come from the document."""

from __future__ import annotations

import re
import unicodedata

from spec.model import Contract


def prefix(contract: Contract) -> str:
    """The common prefix of every variable:

    the letters that all codes begin with, else the client's name or the title.
    """
    letters = {match[1] for o in contract.operations if (match := re.fullmatch(r"([A-Z]+)\d+", o.code))}
    if len(letters) == 1:
        return letters.pop()
    return _variable(contract.package or contract.title) or "API"


def key_variable(contract: Contract) -> str:
    """The variable that holds the API key. With the suffix `_FILE` it may name a file that holds the key."""
    return f"{prefix(contract)}_API_KEY"


def second_key_variable(key_variable: str) -> str:
    """The variable that holds the key of another account, by the name of the first key's variable."""
    return key_variable.removesuffix("API_KEY") + "SECOND_API_KEY"


def _variable(text: str) -> str:
    """A text as the name of a variable: ASCII letters in upper case, digits, and `_` between its words."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    words = re.sub(r"([a-z\d])([A-Z])|([A-Z]+)(?=[A-Z][a-z])", r"\1\3 \2", plain)
    name = "_".join(re.findall(r"[A-Z0-9]+", words.upper()))
    return f"API_{name}" if name[:1].isdigit() else name

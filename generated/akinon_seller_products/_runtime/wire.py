# Copied from the client generator's runtime; not to be edited here.
"""How parameters travel (OpenAPI 3.1, Parameter Object; RFC 6570; RFC 3986)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal, TypeAlias
from urllib.parse import quote

from pydantic import TypeAdapter, ValidationError
from pydantic_core import PydanticSerializationError, to_json

from .errors import problems
from .guards import is_list, is_object
from .outgoing import Unfit, ready
from .types import CHECKING

Place: TypeAlias = Literal["path", "query", "header", "cookie"]
Style: TypeAlias = Literal["simple", "label", "matrix", "form", "spaceDelimited", "pipeDelimited", "deepObject"]

_DELIMITERS: Mapping[str, str] = {
    "form": ",",
    "spaceDelimited": "%20",
    "pipeDelimited": "%7C",
}
_PLAIN = frozenset({str, int, bool})
"""Types whose values are as they travel."""

RESERVED = ":/?[]@!$'()*,;="
"""What allowReserved leaves as it is; what would end the value or the query is encoded all the same."""


@dataclass(frozen=True)
class Parameter:
    """One parameter: its name on the wire, where it stands, and the type that its values have."""

    name: str
    place: Place
    type: Callable[[], Any]
    """Gives the type: models are built when they are needed."""
    argument: str = ""
    """The keyword of the method, where it isn't the name itself."""
    required: bool = False
    style: Style | None = None
    explode: bool | None = None
    reserved: bool = False
    """True when reserved characters travel as they are (allowReserved)."""
    content: Literal["json", "text"] | None = None
    """The content type of the value, where the document declares one in place of a style."""
    keys: tuple[str, ...] = ()
    """Regular expressions; where there are any, each key of the value must match one of them."""
    reshapes: bool = False
    """True when it chooses the fields of rows: an answer may lack some then."""

    @property
    def keyword(self) -> str:
        """The name of the method's argument."""
        return self.argument or self.name

    @cached_property
    def _adapter(self) -> TypeAdapter[Any]:
        return TypeAdapter(self.type())

    @cached_property
    def _quoted(self) -> str:
        return quote(self.name, safe="")

    def plain(self, value: object) -> Any:
        """The value checked and brought down to what JSON knows. Raises Unfit."""
        token = CHECKING.set(True)
        try:
            checked = self._adapter.validate_python(value)
            if type(checked) in _PLAIN and self.content is None:
                return checked
            plain = self._adapter.dump_python(ready(checked, value), mode="json", by_alias=True, exclude_unset=True)
        except ValidationError as error:
            raise Unfit(*problems(error, self.keyword)) from None
        except PydanticSerializationError as error:
            raise Unfit(f"{self.keyword}: {_cause(error)}") from None
        finally:
            CHECKING.reset(token)
        if self.keys:
            unknown = [key for key in plain if not any(re.fullmatch(pattern, key) for pattern in self.keys)]
            if unknown:
                known = " or ".join(self.keys)
                raise Unfit(f"{self.keyword}: the document allows no name {unknown[0]!r}, only such as match {known}")
        if (is_object(plain) or is_list(plain)) and not plain and self.content is None:
            raise Unfit(f"{self.keyword}: an empty {type(plain).__name__} can't be sent; leave the argument out")
        if self.content is None:
            return plain
        return plain if self.content == "text" and isinstance(plain, str) else to_json(plain).decode()

    def is_absent(self, value: object) -> bool:
        """True for null: nothing is sent for it (RFC 6570, section 2.3). Raises Unfit where null isn't allowed."""
        return value is None and not self.required and self.content is None and self.plain(value) is None

    def query(self, value: object) -> Iterator[str]:
        """The value as `name=value` pairs, percent-encoded. Raises Unfit."""
        plain = self.plain(value)
        style = self.style or "form"
        explode = style in ("form", "deepObject") if self.explode is None else self.explode
        name = self._quoted
        if type(plain) in _PLAIN:
            yield f"{name}={self._text(plain)}"
        elif style == "deepObject":
            yield from (f"{quote(path, safe='')}={self._text(each)}" for path, each in deep(self.name, plain))
        elif is_object(plain) and explode:
            yield from (f"{quote(key, safe='')}={self._text(each)}" for key, each in plain.items() if each is not None)
        elif is_list(plain) and explode:
            yield from (f"{name}={self._text(each)}" for each in plain)
        else:
            yield f"{name}={_DELIMITERS.get(style, ',').join(self._text(each) for each in _flat(plain))}"

    def path(self, value: object) -> str:
        """The value as part of a path. Raises Unfit, also for what would climb out of its segment."""
        plain = self.plain(value)
        style = self.style or "simple"
        explode = bool(self.explode)
        joint = {"simple": ",", "label": "."}.get(style, ";") if explode else ","
        if is_object(plain) and explode:
            parts = [f"{quote(key, safe='')}={self._text(each)}" for key, each in plain.items()]
        elif style == "matrix" and explode and is_list(plain):
            parts = [f"{quote(self.name, safe='')}={self._text(each)}" for each in plain]
        else:
            parts = [self._text(each) for each in _flat(plain)]
        text = joint.join(parts)
        if style == "matrix":
            named = explode and (is_object(plain) or is_list(plain))
            text = f";{text}" if named else f";{quote(self.name, safe='')}={text}"
        elif style == "label":
            text = f".{text}"
        text = text.replace("?", "%3F")  # where reserved characters stay, it would end the path
        if not text or not {".", ".."}.isdisjoint(text.split("/")):
            raise Unfit(f"{self.keyword}: {text!r} can't stand in a path")
        return text

    def header(self, value: object) -> str:
        """The value as a header's (RFC 9110, section 5.5). Raises Unfit."""
        plain = self.plain(value)
        if is_object(plain) and self.explode:
            text = ",".join(f"{key}={word(each)}" for key, each in plain.items())
        else:
            text = ",".join(word(each) for each in _flat(plain))
        return header_text(text, self.keyword)

    def cookie(self, value: object) -> str:
        """The value as a cookie pair (RFC 6265), or several where it explodes. Raises Unfit."""
        plain = self.plain(value)
        if self.explode is not False and is_object(plain):
            return "; ".join(f"{key}={quote(word(each), safe='')}" for key, each in plain.items())
        if self.explode is not False and is_list(plain):
            return "; ".join(f"{self.name}={quote(word(each), safe='')}" for each in plain)
        text = ",".join(quote(word(each), safe="") for each in _flat(plain))
        return f"{self.name}={text}"

    def _text(self, value: Any) -> str:
        if type(value) is int:
            return str(value)
        return quote(word(value), safe=RESERVED if self.reserved else "")


def deep(name: str, value: Any) -> Iterator[tuple[str, Any]]:
    """A value in the style deepObject: `name[key]` for members, `name[]` for values of a list, and `name[0][key]` for
    objects in one. OpenAPI leaves lists open; this is what Rails, PHP and qs read."""
    if is_object(value):
        for key, each in value.items():
            yield from deep(f"{name}[{key}]", each)
    elif is_list(value):
        for number, each in enumerate(value):
            nested = is_object(each) or is_list(each)
            yield from deep(f"{name}[{number if nested else ''}]", each)
    elif value is not None:
        yield name, value


def _flat(value: Any) -> list[Any]:
    if is_object(value):
        return [part for pair in value.items() for part in pair]
    return value if is_list(value) else [value]


def header_text(text: str, where: str) -> str:
    """Text that a header can carry (RFC 9110, section 5.5), as it is. Raises Unfit for any other, `where` it stands."""
    if not (text.isascii() and text.isprintable()) or text != text.strip():
        raise Unfit(f"{where}: a header can't carry {text!r}")
    return text


def word(value: Any) -> str:
    """A JSON value as the text that a query, a header or a form carries."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    return to_json(value).decode() if is_object(value) or is_list(value) else str(value)


def _cause(error: PydanticSerializationError) -> str:
    return str(error).rpartition("ValueError: ")[2]

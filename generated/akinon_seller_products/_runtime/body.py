# Copied from the client generator's runtime; not to be edited here.
"""How request bodies are encoded (OpenAPI 3.1, Media Type Object)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal, TypeAlias, TypeGuard

from pydantic import TypeAdapter, ValidationError
from pydantic_core import PydanticSerializationError

from .errors import problems
from .forms import Encoding, form, multipart
from .guards import is_mapping
from .outgoing import Unfit, ready
from .types import CHECKING, UNSET, is_model
from .uploads import Piece, Upload, guessed, upload

Coding: TypeAlias = Literal["json", "lines", "form", "multipart", "text", "bytes"]


def given_body(body: Any, fields: Mapping[str, Any], namesake: str | None = None) -> Any:
    """A body that is given whole, or property by property. UNSET where neither is. Raises TypeError for both.

    The property `namesake` has the name of the body's own argument: beside other properties, or where it can't be a
    whole body, that is meant.
    """
    given = {name: value for name, value in fields.items() if value is not UNSET}
    if namesake is not None and body is not UNSET and (given or not (is_mapping(body) or is_model(body))):
        return {namesake: body, **given}
    if given and body is not UNSET:
        raise TypeError(f"give the body, or its properties as keywords ({', '.join(given)}), not both")
    return given or body


@dataclass(frozen=True)
class Body:
    """One content type that an operation is sent, and the type that its values have."""

    content_type: str
    coding: Coding
    type: Callable[[], Any] = lambda: Any
    """Gives the type: models are built when they are needed."""
    encodings: Mapping[str, Encoding] = field(default_factory=dict[str, Encoding])

    @cached_property
    def _adapter(self) -> TypeAdapter[Any]:
        return TypeAdapter(self.type())

    def fits(self, content_type: str | None) -> bool:
        """True where a body may be sent as a content type; None chooses none."""
        wanted = self.content_type.partition(";")[0].strip().lower()
        if content_type is None or content_type == self.content_type or wanted == "*/*":
            return True
        return wanted.endswith("/*") and content_type.lower().startswith(wanted[:-1])

    def check(self, value: object) -> Any:
        """The value as the type that the document asks for. Raises Unfit."""
        token = CHECKING.set(True)
        try:
            given = _listed(value)
            return ready(self._adapter.validate_python(given), given)
        except ValidationError as error:
            raise Unfit(*problems(error, "body")) from None
        finally:
            CHECKING.reset(token)

    def encode(self, value: object, content_type: str | None = None) -> tuple[bytes | Upload, str]:
        """What to send, and its content type. Raises Unfit, before anything is sent."""
        try:
            match self.coding:
                case "json":
                    return self.json(self.check(value)), content_type or _definite(self.content_type)
                case "lines":
                    if isinstance(value, str) or upload(value) is not None:
                        return self._raw(value, content_type)
                    rows = [value] if is_model(value) or is_mapping(value) else value
                    return self._lines(self.check(rows)), self.content_type
                case "form":
                    return form(self.check(value), self.encodings).encode(), self.content_type
                case "multipart":
                    return multipart(self.check(value), self.encodings, self.content_type)
                case "text" | "bytes":
                    return self._raw(value, content_type)
        except PydanticSerializationError as error:
            raise Unfit(f"body: {str(error).rpartition('ValueError: ')[2]}") from None

    def json(self, checked: Any) -> bytes:
        """A checked value as JSON; what was never set isn't sent."""
        return self._adapter.dump_json(checked, by_alias=True, exclude_unset=True)

    def _lines(self, checked: list[Any]) -> bytes:
        """JSON values, one a line."""
        dump = TypeAdapter[Any](Any).dump_json
        start = b"\x1e" if "json-seq" in self.content_type else b""
        return b"".join(start + dump(row, by_alias=True, exclude_unset=True) + b"\n" for row in checked)

    def _raw(self, value: object, content_type: str | None) -> tuple[bytes | Upload, str]:
        """Text or bytes as they are, or a file."""
        chosen = content_type or ("" if "*" in self.content_type else self.content_type)
        if isinstance(value, str):
            return value.encode(), chosen or "text/plain; charset=utf-8"
        piece = upload(value)
        if piece is None:
            if self._json_too():
                return TypeAdapter[Any](Any).dump_json(value), chosen or "application/json"
            raise Unfit(
                f"body: {self.content_type} is sent as text, bytes, a path or an open file, not {type(value).__name__}"
            )
        kind = chosen or piece.content_type or guessed(piece) or "application/octet-stream"
        return _whole(piece), kind

    def _json_too(self) -> bool:
        return self.content_type == "*/*"


def _whole(piece: Piece) -> bytes | Upload:
    return piece.content if isinstance(piece.content, bytes) and piece.progress is None else Upload((piece,))


def _definite(content_type: str) -> str:
    """A content type to send JSON as: a range of them is none."""
    return "application/json" if "*" in content_type else content_type


def _listed(value: Any) -> Any:
    """Any iterable of rows as the list that JSON has."""
    return list(value) if _is_lazy(value) else value


def _is_lazy(value: object) -> TypeGuard[Iterable[Any]]:
    return not is_model(value) and isinstance(value, Iterable) and not isinstance(value, (str, bytes, list, Mapping))

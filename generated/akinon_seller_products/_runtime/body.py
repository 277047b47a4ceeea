# Copied from the client generator's runtime; not to be edited here.
"""How request bodies travel (OpenAPI 3.1, Media Type Object; RFC 7578 for multipart)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal, TypeAlias, TypeGuard
from urllib.parse import urlencode

from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic_core import PydanticSerializationError, to_json, to_jsonable_python

from .errors import problems
from .shapes import is_list, is_object
from .types import File
from .wire import Unfit, word

Coding: TypeAlias = Literal["json", "form", "multipart", "text", "bytes"]


@dataclass(frozen=True)
class Body:
    """One content type that an operation is sent, and the type that its values have."""

    content_type: str
    coding: Coding
    type: Any = None

    @cached_property
    def _adapter(self) -> TypeAdapter[Any]:
        return TypeAdapter(self.type)

    def check(self, value: object) -> Any:
        """The value as the type that the document asks for. Raises Unfit."""
        try:
            return self._adapter.validate_python(_listed(value))
        except ValidationError as error:
            raise Unfit(*problems(error, "body")) from None

    def encode(self, value: object) -> tuple[bytes, str]:
        """The bytes to send and their content type. Raises Unfit, before anything is sent."""
        try:
            match self.coding:
                case "json":
                    return self.json(self.check(value)), self.content_type
                case "form":
                    return urlencode(list(_texts(self.check(value)))).encode(), self.content_type
                case "multipart":
                    return _multipart(list(_members(self.check(value))), self.content_type)
                case "text" | "bytes":
                    return _raw(value, self.content_type), self.content_type
        except PydanticSerializationError as error:
            raise Unfit(f"body: {str(error).rpartition('ValueError: ')[2]}") from None

    def json(self, checked: Any) -> bytes:
        """A checked value as JSON; what was never set isn't sent."""
        return self._adapter.dump_json(checked, by_alias=True, exclude_unset=True)


def _listed(value: Any) -> Any:
    """Any iterable of rows as the list that JSON has."""
    return list(value) if _is_lazy(value) else value


def _is_lazy(value: object) -> TypeGuard[Iterable[Any]]:
    return isinstance(value, Iterable) and not isinstance(value, (str, bytes, list, Mapping, BaseModel))


def _raw(value: object, content_type: str) -> bytes:
    if isinstance(value, (bytes, bytearray)):
        return bytes(value)
    if isinstance(value, str):
        return value.encode()
    raise Unfit(f"body: {content_type} is sent as str or bytes, not {type(value).__name__}")


def _members(value: Any) -> Iterator[tuple[str, Any]]:
    """The members of an object that were set, under their names on the wire."""
    if isinstance(value, BaseModel):
        fields = type(value).model_fields
        for name in (*fields, *(value.model_extra or ())):
            if name in value.model_fields_set:
                alias = fields[name].alias if name in fields else None
                yield alias or name, getattr(value, name)
    elif isinstance(value, Mapping):
        yield from value.items()
    else:
        raise Unfit(f"body: an object is needed, not {type(value).__name__}")


def _plain(value: Any) -> Any:
    """A value as JSON data; what was never set isn't sent."""
    return to_jsonable_python(
        value.model_dump(mode="json", by_alias=True, exclude_unset=True) if isinstance(value, BaseModel) else value
    )


def _texts(value: Any) -> Iterator[tuple[str, str]]:
    for name, each in _members(value):
        plain = _plain(each)
        yield from ((name, word(one)) for one in (plain if is_list(plain) else [plain]))


def _multipart(members: list[tuple[str, Any]], content_type: str) -> tuple[bytes, str]:
    """A multipart body. The boundary is made of the contents, so that it can't occur in them by chance."""
    parts = [part for name, value in members for part in _parts(name, value)]
    boundary = hashlib.sha256(b"".join(head + content for head, content in parts)).hexdigest()[:32]
    edge = f"--{boundary}\r\n".encode()
    whole = b"".join(edge + head + b"\r\n\r\n" + content + b"\r\n" for head, content in parts)
    return (
        whole + f"--{boundary}--\r\n".encode(),
        f"{content_type}; boundary={boundary}",
    )


def _parts(name: str, value: Any) -> Iterator[tuple[bytes, bytes]]:
    disposition = f'Content-Disposition: form-data; name="{_quoted(name)}"'
    for each in value if is_list(value) else [value]:
        file = File(each, name) if isinstance(each, bytes) else each
        if isinstance(file, File):
            head = f'{disposition}; filename="{_quoted(file.name)}"\r\nContent-Type: {file.content_type}'
            if not file.content_type.isprintable():
                raise Unfit(f"body.{name}: {file.content_type!r} isn't a content type")
            yield head.encode(), file.content
            continue
        plain = _plain(each)
        if is_object(plain) or is_list(plain):
            yield (
                f"{disposition}\r\nContent-Type: application/json".encode(),
                to_json(plain),
            )
        else:
            yield disposition.encode(), word(plain).encode()


def _quoted(name: str) -> str:
    return name.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")

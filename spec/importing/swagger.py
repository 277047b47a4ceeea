"""Swagger 2.0 to OpenAPI 3.0: drf-yasg and older servers publish it.

The new document is written beside the old one, because an Overlay can't change what a keyword means. Only what has
another form there is changed; the order of everything stays.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from spec.model import JSON, Location
from spec.source import Source

Object = Mapping[str, JSON]

METHODS = frozenset({"get", "put", "post", "delete", "options", "head", "patch"})
_OF_SCHEMA = frozenset(
    {"type", "format", "items", "default", "maximum", "exclusiveMaximum", "minimum", "exclusiveMinimum", "maxLength"}
    | {"minLength", "pattern", "maxItems", "minItems", "uniqueItems", "enum", "multipleOf"}
)
"""Keywords that a parameter has by itself in 2.0, and in its schema in 3.0."""

_STYLES: Mapping[str, Object] = {
    "csv": {"explode": False},
    "multi": {"explode": True},
    "ssv": {"style": "spaceDelimited", "explode": False},
    "pipes": {"style": "pipeDelimited", "explode": False},
}
_JSON = "application/json"
_HOMES: Mapping[str, str] = {
    "definitions": "schemas",
    "parameters": "parameters",
    "responses": "responses",
    "securityDefinitions": "securitySchemes",
}


def is_swagger(data: JSON) -> bool:
    """True for the data of a Swagger 2.0 document."""
    return isinstance(data, dict) and str(data.get("swagger")) == "2.0" and isinstance(data.get("paths"), dict)


def converted(document: Object) -> dict[str, JSON]:
    """The same document in OpenAPI 3.0."""
    return _Conversion(document).whole()


def as_openapi(given: Source) -> Source:
    """The same in OpenAPI 3.0, with the places that everything has in the file."""
    locations: dict[str, Location] = {}
    for pointer, where in given.locations.items():
        locations[_pointer(pointer)] = where
    return Source(given.file, given.content, converted(given.data), locations)


def _pointer(old: str) -> str:
    """Where in OpenAPI 3.0 stands what stands at a pointer in Swagger 2.0."""
    first, slash, rest = old.removeprefix("/").partition("/")
    return f"/components/{_HOMES[first]}{slash}{rest}" if first in _HOMES else old


class _Conversion:
    def __init__(self, document: Object) -> None:
        self._document = document
        self._consumes = _texts(document.get("consumes")) or [_JSON]
        self._produces = _texts(document.get("produces")) or [_JSON]

    def whole(self) -> dict[str, JSON]:
        document = self._document
        made: dict[str, JSON] = {"openapi": "3.0.3", "info": document.get("info", {})}
        servers = list(self._servers())
        if servers:
            made["servers"] = servers
        made |= {
            key: value
            for key, value in document.items()
            if key in ("tags", "externalDocs", "security") or key.startswith("x-")
        }
        made["paths"] = {path: self._path(item) for path, item in _object(document.get("paths")).items()}
        components = {
            "schemas": {name: self._schema(each) for name, each in _object(document.get("definitions")).items()},
            "responses": {name: self._response(each, []) for name, each in _object(document.get("responses")).items()},
            "parameters": {
                name: self._parameter(each)
                for name, each in _object(document.get("parameters")).items()
                if each.get("in") not in ("body", "formData")
            },
            "securitySchemes": {
                name: _security(each) for name, each in _object(document.get("securityDefinitions")).items()
            },
        }
        made["components"] = {name: each for name, each in components.items() if each}
        return made

    def _servers(self) -> Iterator[dict[str, JSON]]:
        host, base = self._document.get("host"), str(self._document.get("basePath", "")).rstrip("/")
        if host:
            for scheme in _texts(self._document.get("schemes")) or ["https"]:
                yield {"url": f"{scheme}://{host}{base}"}
        elif base:
            yield {"url": base}

    def _path(self, item: JSON) -> JSON:
        if not isinstance(item, Mapping):
            return item
        shared = self._bodies(item.get("parameters"))
        made: dict[str, JSON] = {}
        for key, value in item.items():
            if key in METHODS and isinstance(value, Mapping):
                made[key] = self._operation(value, shared)
            elif key == "parameters":
                made[key] = list(self._parameters(value))
            else:
                made[key] = value
        return made

    def _operation(self, operation: Object, shared: list[Object]) -> dict[str, JSON]:
        made: dict[str, JSON] = {}
        consumes = _texts(operation.get("consumes")) or self._consumes
        produces = _texts(operation.get("produces")) or self._produces
        for key, value in operation.items():
            if key == "parameters":
                made[key] = list(self._parameters(value))
            elif key == "responses":
                made[key] = {status: self._response(each, produces) for status, each in _object(value).items()}
            elif key not in ("consumes", "produces", "schemes"):
                made[key] = value
        body = self._body([*shared, *self._bodies(operation.get("parameters"))], consumes)
        return {**made, "requestBody": body} if body else made

    def _bodies(self, parameters: JSON) -> list[Object]:
        """Those parameters of a list that are the body, or a part of it."""
        each = [self._followed(one) for one in parameters] if isinstance(parameters, list) else []
        return [one for one in each if one.get("in") in ("body", "formData")]

    def _parameters(self, parameters: JSON) -> Iterator[JSON]:
        for each in parameters if isinstance(parameters, list) else ():
            if self._followed(each).get("in") not in ("body", "formData"):
                yield self._parameter(each)

    def _followed(self, parameter: JSON) -> Object:
        name = str(_object(parameter).get("$ref", "")).removeprefix("#/parameters/")
        return _object(_object(self._document.get("parameters")).get(name)) if name else _object(parameter)

    def _parameter(self, parameter: JSON) -> JSON:
        if not isinstance(parameter, Mapping) or "$ref" in parameter:
            return _renamed(parameter)
        made = {key: value for key, value in parameter.items() if key not in _OF_SCHEMA | {"collectionFormat"}}
        made["schema"] = self._schema({key: value for key, value in parameter.items() if key in _OF_SCHEMA})
        if parameter.get("type") == "array" and parameter.get("in") == "query":
            made |= _style(parameter)
        return made

    def _body(self, parameters: list[Object], consumes: list[str]) -> dict[str, JSON] | None:
        form = [each for each in parameters if each.get("in") == "formData"]
        whole = next((each for each in parameters if each.get("in") == "body"), None)
        if whole is not None:
            body: dict[str, JSON] = {
                "content": {kind: {"schema": self._schema(whole.get("schema", {}))} for kind in consumes}
            }
            described = {key: whole[key] for key in ("description", "required") if key in whole}
            return {**described, **body}
        if not form:
            return None
        fields = {str(each.get("name")): self._field(each) for each in form}
        schema: dict[str, JSON] = {"type": "object", "properties": fields}
        needed = [str(each.get("name")) for each in form if each.get("required") is True]
        kinds = [kind for kind in consumes if "form" in kind] or [
            "multipart/form-data"
            if any(each.get("type") == "file" for each in form)
            else "application/x-www-form-urlencoded"
        ]
        whole = {"schema": {**schema, **({"required": needed} if needed else {})}}
        encoding = {str(each.get("name")): _style(each) for each in form if each.get("type") == "array"}
        styled = {"encoding": encoding} if encoding else {}
        return {"content": {kind: {**whole, **({} if "multipart" in kind else styled)} for kind in kinds}}

    def _field(self, parameter: Object) -> JSON:
        described = {"description": parameter["description"]} if "description" in parameter else {}
        return {**self._schema({key: value for key, value in parameter.items() if key in _OF_SCHEMA}), **described}

    def _response(self, response: JSON, produces: list[str]) -> JSON:
        if not isinstance(response, Mapping) or "$ref" in response:
            return _renamed(response)
        made: dict[str, JSON] = {"description": response.get("description", "")}
        made |= {key: value for key, value in response.items() if key.startswith("x-")}
        if "headers" in response:
            made["headers"] = {name: self._parameter(each) for name, each in _object(response["headers"]).items()}
        if "schema" in response:
            examples = _object(response.get("examples"))
            if _object(response["schema"]).get("type") == "file" and produces == [_JSON]:
                produces = ["application/octet-stream"]  # the default of a document that doesn't say
            made["content"] = {
                kind: {
                    "schema": self._schema(response["schema"]),
                    **({"example": examples[kind]} if kind in examples else {}),
                }
                for kind in produces or self._produces
            }
        return made

    def _schema(self, schema: JSON) -> Any:
        """A schema with references to the new places, files as binary text, and null where `x-nullable` has it."""
        if isinstance(schema, list):
            return [self._schema(each) for each in schema]
        if not isinstance(schema, Mapping):
            return schema
        made: dict[str, JSON] = {}
        for key, value in schema.items():
            if key == "$ref":
                made[key] = _ref(value)
            elif key == "x-nullable":
                made["nullable"] = value
            elif key == "discriminator" and isinstance(value, str):
                made[key] = {"propertyName": value}
            elif key in ("properties", "definitions"):
                made[key] = {name: self._schema(each) for name, each in _object(value).items()}
            elif key in ("items", "additionalProperties", "allOf"):
                made[key] = self._schema(value)
            elif key == "type" and value == "file":
                made |= {"type": "string", "format": "binary"}
            else:
                made[key] = value
        return made


def _style(parameter: Object) -> dict[str, JSON]:
    """How a list travels: joined by commas, unless `collectionFormat` says otherwise."""
    return {"style": "form", **_STYLES.get(str(parameter.get("collectionFormat", "csv")), {"explode": False})}


def _object(value: JSON) -> Object:
    return value if isinstance(value, Mapping) else {}


def _texts(value: JSON) -> list[str]:
    return [str(each) for each in value] if isinstance(value, list) else []


def _renamed(node: JSON) -> JSON:
    return {**node, "$ref": _ref(node["$ref"])} if isinstance(node, Mapping) and "$ref" in node else node


def _ref(ref: JSON) -> JSON:
    """A reference to the place that its target has in 3.0."""
    if not isinstance(ref, str):
        return ref
    return f"#{_pointer(ref[1:])}" if ref.startswith("#/") else ref


_FLOWS = {
    "implicit": "implicit",
    "password": "password",
    "application": "clientCredentials",
    "accessCode": "authorizationCode",
}


def _security(scheme: JSON) -> JSON:
    given = _object(scheme)
    if given.get("type") == "basic":
        rest = {key: value for key, value in given.items() if key != "type"}
        return {"type": "http", "scheme": "basic", **rest}
    if given.get("type") == "oauth2":
        kept = {key: given[key] for key in ("authorizationUrl", "tokenUrl") if key in given}
        flow = {**kept, "scopes": given.get("scopes", {})}
        described = {"description": given["description"]} if "description" in given else {}
        return {"type": "oauth2", "flows": {_FLOWS.get(str(given.get("flow")), "implicit"): flow}, **described}
    return scheme

"""Every object of OpenAPI 3.0, 3.1 and 3.2: one edit, one line, with its verdicts for callers and for servers."""

from __future__ import annotations

import pytest

from tests.spec.diff.documents import JSON, compared, document, edited, told

TEXT = {"type": "string"}
BODY = {"application/json": {"schema": {"type": "object", "properties": {"a": TEXT}}}}

FULL: JSON = document(
    "3.2.0",
    info={"title": "Things", "version": "1.0.0", "summary": "S", "contact": {"name": "A"}, "license": {"name": "MIT"}},
    servers=[
        {
            "url": "https://{region}.example.com",
            "name": "main",
            "variables": {"region": {"default": "eu", "enum": ["eu", "us"]}},
        },
        {"url": "https://other.example.com"},
    ],
    tags=[{"name": "things", "summary": "T", "parent": "all", "kind": "nav"}, {"name": "all"}],
    externalDocs={"url": "https://docs.example.com"},
    security=[{"key": []}, {"oauth": ["read"]}],
    components={
        "securitySchemes": {
            "key": {"type": "apiKey", "in": "header", "name": "X-Key"},
            "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
            "oidc": {"type": "openIdConnect", "openIdConnectUrl": "https://id.example.com"},
            "oauth": {
                "type": "oauth2",
                "flows": {
                    "clientCredentials": {
                        "tokenUrl": "https://id.example.com/token",
                        "scopes": {"read": "R", "write": "W"},
                    },
                    "authorizationCode": {
                        "authorizationUrl": "https://id.example.com/auth",
                        "tokenUrl": "https://id.example.com/token",
                        "refreshUrl": "https://id.example.com/refresh",
                        "scopes": {"read": "R"},
                    },
                },
            },
        },
        "schemas": {"Unused": TEXT},
    },
    paths={
        "/things/{id}": {
            "summary": "Things",
            "parameters": [{"name": "id", "in": "path", "required": True, "schema": TEXT}],
            "get": {
                "operationId": "get_thing",
                "summary": "One thing",
                "tags": ["things"],
                "externalDocs": {"url": "https://docs.example.com/get"},
                "security": [{"bearer": []}, {"oauth": ["read"]}, {"oidc": []}],
                "parameters": [
                    {"name": "q", "in": "query", "schema": TEXT, "description": "D", "example": "a"},
                    {"name": "list", "in": "query", "schema": {"type": "array", "items": TEXT}},
                    {"name": "n", "in": "query", "schema": {"type": "integer", "maximum": 10}},
                    {"name": "X-Trace", "in": "header", "schema": TEXT},
                    {"name": "json", "in": "query", "content": {"application/json": {"schema": {"type": "object"}}}},
                ],
                "responses": {
                    "200": {
                        "description": "Good.",
                        "headers": {"X-Left": {"required": True, "schema": {"type": "integer"}, "description": "D"}},
                        "content": {
                            **BODY,
                            "text/csv": {"schema": TEXT},
                            "application/jsonl": {"itemSchema": {"type": "integer"}},
                        },
                        "links": {
                            "next": {
                                "operationId": "put_thing",
                                "parameters": {"id": "$response.body#/a"},
                                "description": "D",
                            }
                        },
                    },
                    "404": {"description": "None."},
                    "default": {"description": "Else."},
                },
            },
            "put": {
                "operationId": "put_thing",
                "servers": [{"url": "https://write.example.com"}],
                "requestBody": {
                    "description": "D",
                    "content": {
                        **BODY,
                        "multipart/form-data": {
                            "schema": {"type": "object", "properties": {"f": {"type": "string", "format": "binary"}}},
                            "encoding": {"f": {"contentType": "image/png", "headers": {"X-P": {"schema": TEXT}}}},
                        },
                    },
                },
                "responses": {"204": {"description": "Done."}},
                "callbacks": {
                    "done": {
                        "{$request.body#/a}": {
                            "post": {
                                "requestBody": {
                                    "required": True,
                                    "content": {
                                        "application/json": {
                                            "schema": {"type": "object", "properties": {"at": TEXT}, "required": ["at"]}
                                        }
                                    },
                                },
                                "responses": {"200": {"description": "Seen."}},
                            }
                        }
                    }
                },
            },
            "query": {"operationId": "query_things", "responses": {"200": {"description": "Good."}}},
            "additionalOperations": {
                "COPY": {"operationId": "copy_thing", "responses": {"201": {"description": "Made."}}}
            },
        }
    },
    webhooks={
        "made": {
            "post": {
                "requestBody": {
                    "content": {
                        "application/json": {
                            "schema": {"type": "object", "properties": {"id": TEXT}, "required": ["id"]}
                        }
                    }
                },
                "responses": {"200": {"description": "Seen."}},
            }
        }
    },
)

PATH = "/paths/~1things~1{id}"
GET = f"{PATH}/get"
PUT = f"{PATH}/put"
CALLBACK = f"{PUT}/callbacks/done/{{$request.body#~1a}}/post"
FLOWS = "/components/securitySchemes/oauth/flows"
HEADER = f"{GET}/responses/200/headers/X-Left"
MADE = {"responses": {"200": {"description": "Good."}}}

# title: pointer, new value (None: removed), rule, callers' level, servers' level
EDITS: dict[str, tuple[str, JSON, str, str, str]] = {
    "the API's title": ("/info/title", "Other", "document.words", "patch", "patch"),
    "the API's version": ("/info/version", "1.0.1", "document.words", "patch", "patch"),
    "a contact": ("/info/contact/name", "B", "document.words", "patch", "patch"),
    "a licence": ("/info/license", {"identifier": "MIT", "name": "MIT"}, "document.words", "patch", "patch"),
    "somebody's extension": ("/info/x-logo", {"url": "a"}, "extension", "patch", "patch"),
    "a misspelt key": ("/info/verison", "2", "unknown", "major", "major"),
    "a tag's parent": ("/tags/0/parent", "none", "document.words", "patch", "patch"),
    "external documentation": ("/externalDocs/url", "https://b.example.com", "document.words", "patch", "patch"),
    "the identity of the document": ("/$self", "https://example.com/api.json", "document.words", "patch", "patch"),
    "another dialect": (
        "/jsonSchemaDialect",
        "http://json-schema.org/draft-07/schema#",
        "document.dialect",
        "major",
        "major",
    ),
    "a server goes": ("/servers/1", None, "server.removed", "major", "minor"),
    "a server changes": ("/servers/1/url", "https://new.example.com", "server.changed", "major", "major"),
    "a server's words": ("/servers/0/name", "first", "server.words", "patch", "patch"),
    "a variable's default": ("/servers/0/variables/region/default", "us", "server.changed", "major", "major"),
    "a variable's value less": ("/servers/0/variables/region/enum", ["eu"], "server.removed", "major", "minor"),
    "a variable's value more": (
        "/servers/0/variables/region/enum",
        ["eu", "us", "ap"],
        "server.added",
        "minor",
        "major",
    ),
    "an operation's server": (f"{PUT}/servers/0/url", "https://w.example.com", "server.changed", "major", "major"),
    "a path goes": (PATH, None, "operation.removed", "major", "minor"),
    "a path comes": ("/paths/~1more", {"get": MADE}, "operation.added", "minor", "major"),
    "a path's words": (f"{PATH}/summary", "Others", "operation.words", "patch", "patch"),
    "an operation goes": (PUT, None, "operation.removed", "major", "minor"),
    "an operation comes": (f"{PATH}/patch", MADE, "operation.added", "minor", "major"),
    "QUERY goes": (f"{PATH}/query", None, "operation.removed", "major", "minor"),
    "another method goes": (f"{PATH}/additionalOperations/COPY", None, "operation.removed", "major", "minor"),
    "another method's answer": (
        f"{PATH}/additionalOperations/COPY/responses/201",
        None,
        "response.success.removed",
        "major",
        "minor",
    ),
    "an operation is deprecated": (f"{GET}/deprecated", True, "operation.deprecated", "minor", "patch"),
    "an operation's words": (f"{GET}/summary", "A thing", "operation.words", "patch", "patch"),
    "an operation's documentation": (f"{GET}/externalDocs/url", "b", "operation.words", "patch", "patch"),
    "an operation's tags": (f"{GET}/tags", ["all"], "operation.tags", "patch", "patch"),
    "a misspelt key of an operation": (f"{GET}/sumary", "a", "unknown", "major", "major"),
    "a path's parameter": (f"{PATH}/parameters/0/schema/minLength", 3, "request.minLength.narrower", "major", "minor"),
    "a parameter comes": (
        f"{GET}/parameters/5",
        {"name": "z", "in": "query", "schema": TEXT},
        "parameter.added",
        "minor",
        "major",
    ),
    "a parameter goes": (f"{GET}/parameters/0", None, "parameter.removed", "major", "minor"),
    "a parameter moves": (f"{GET}/parameters/0/in", "header", "parameter.moved", "major", "major"),
    "a parameter is renamed": (f"{GET}/parameters/3/name", "X-Tracing", "parameter.removed", "major", "minor"),
    "a parameter becomes required": (f"{GET}/parameters/0/required", True, "parameter.required", "major", "minor"),
    "a parameter is deprecated": (f"{GET}/parameters/0/deprecated", True, "parameter.deprecated", "minor", "patch"),
    "a parameter's words": (f"{GET}/parameters/0/description", "E", "parameter.words", "patch", "patch"),
    "a parameter's example": (f"{GET}/parameters/0/example", "b", "parameter.words", "patch", "patch"),
    "a parameter's style": (f"{GET}/parameters/1/style", "pipeDelimited", "parameter.style", "major", "major"),
    "a list's explode": (f"{GET}/parameters/1/explode", False, "parameter.style", "major", "major"),
    "reserved characters": (f"{GET}/parameters/0/allowReserved", True, "parameter.reserved.wider", "minor", "major"),
    "empty values": (f"{GET}/parameters/0/allowEmptyValue", True, "parameter.reserved.wider", "minor", "major"),
    "a number becomes a text": (f"{GET}/parameters/2/schema", TEXT, "request.type.wider", "minor", "major"),
    "a text becomes a number": (
        f"{GET}/parameters/0/schema",
        {"type": "integer"},
        "request.type.narrower",
        "major",
        "minor",
    ),
    "one value becomes several": (
        f"{GET}/parameters/0/schema",
        {"type": "array", "items": TEXT},
        "request.type.wider",
        "minor",
        "major",
    ),
    "JSON in a parameter": (
        f"{GET}/parameters/4/content/application~1json/schema/minProperties",
        1,
        "request.minProperties.narrower",
        "major",
        "minor",
    ),
    "a body becomes required": (f"{PUT}/requestBody/required", True, "body.required", "major", "minor"),
    "a body goes": (f"{PUT}/requestBody", None, "body.removed", "major", "minor"),
    "a body's words": (f"{PUT}/requestBody/description", "E", "body.words", "patch", "patch"),
    "a content type goes": (
        f"{PUT}/requestBody/content/multipart~1form-data",
        None,
        "request.content.removed",
        "major",
        "minor",
    ),
    "a content type comes": (f"{PUT}/requestBody/content/text~1csv", {}, "request.content.added", "minor", "major"),
    "a schema comes": (
        f"{PUT}/requestBody/content/application~1json/schema",
        None,
        "request.type.wider",
        "minor",
        "major",
    ),
    "an encoding": (
        f"{PUT}/requestBody/content/multipart~1form-data/encoding/f/contentType",
        "image/gif",
        "request.encoding",
        "major",
        "major",
    ),
    "a header of an encoding": (
        f"{PUT}/requestBody/content/multipart~1form-data/encoding/f/headers/X-P",
        None,
        "request.encoding",
        "major",
        "major",
    ),
    "a body's example": (
        f"{PUT}/requestBody/content/application~1json/example",
        {"a": "b"},
        "request.media.words",
        "patch",
        "patch",
    ),
    "success goes": (f"{PUT}/responses/204", None, "response.success.removed", "major", "minor"),
    "success comes": (f"{PUT}/responses/200", {"description": ""}, "response.success.added", "minor", "minor"),
    "an error goes": (f"{GET}/responses/404", None, "response.removed", "minor", "minor"),
    "an error comes": (f"{GET}/responses/409", {"description": ""}, "response.added", "minor", "minor"),
    "default goes": (f"{GET}/responses/default", None, "response.removed", "minor", "minor"),
    "an answer's words": (f"{GET}/responses/200/description", "Fine.", "response.words", "patch", "patch"),
    "an answer's content type goes": (
        f"{GET}/responses/200/content/text~1csv",
        None,
        "response.content.removed",
        "major",
        "minor",
    ),
    "an answer's content type comes": (
        f"{GET}/responses/200/content/text~1plain",
        {},
        "response.content.added",
        "minor",
        "major",
    ),
    "an item of a stream": (
        f"{GET}/responses/200/content/application~1jsonl/itemSchema/type",
        "number",
        "response.type.wider",
        "major",
        "minor",
    ),
    "a header goes": (HEADER, None, "header.removed", "major", "minor"),
    "a header comes": (f"{GET}/responses/200/headers/X-New", {"schema": TEXT}, "header.added", "minor", "minor"),
    "a header may be missing": (f"{HEADER}/required", False, "header.optional", "major", "minor"),
    "a header's type": (f"{HEADER}/schema/type", "string", "response.type.changed", "major", "major"),
    "a header is deprecated": (f"{HEADER}/deprecated", True, "header.deprecated", "minor", "patch"),
    "a header's words": (f"{HEADER}/description", "E", "header.words", "patch", "patch"),
    "a link goes": (f"{GET}/responses/200/links/next", None, "link.removed", "major", "minor"),
    "a link comes": (f"{GET}/responses/200/links/self", {"operationId": "get_thing"}, "link.added", "minor", "minor"),
    "a link's target": (
        f"{GET}/responses/200/links/next/operationId",
        "query_things",
        "link.changed",
        "major",
        "major",
    ),
    "a link's words": (f"{GET}/responses/200/links/next/description", "E", "link.words", "patch", "patch"),
    "a callback goes": (f"{PUT}/callbacks/done", None, "callback.removed", "major", "minor"),
    "a callback comes": (f"{PUT}/callbacks/more", {"{$url}": {"post": MADE}}, "callback.added", "minor", "major"),
    "a callback's property may be missing": (
        f"{CALLBACK}/requestBody/content/application~1json/schema/required",
        [],
        "response.required.wider",
        "major",
        "minor",
    ),
    "a callback sends more": (
        f"{CALLBACK}/requestBody/content/application~1json/schema/properties/by",
        TEXT,
        "response.property.added",
        "minor",
        "minor",
    ),
    "a callback's body may be missing": (
        f"{CALLBACK}/requestBody/required",
        False,
        "sent.body.optional",
        "major",
        "minor",
    ),
    "a callback understands less": (f"{CALLBACK}/responses/200", None, "sent.response.removed", "major", "minor"),
    "a callback understands more": (
        f"{CALLBACK}/responses/202",
        {"description": ""},
        "sent.response.added",
        "minor",
        "major",
    ),
    "a webhook goes": ("/webhooks/made", None, "webhook.removed", "major", "minor"),
    "a webhook comes": ("/webhooks/gone", {"post": MADE}, "webhook.added", "minor", "major"),
    "a webhook shows less": (
        "/webhooks/made/post/requestBody/content/application~1json/schema/properties/id",
        None,
        "response.property.removed",
        "major",
        "minor",
    ),
    "less lets in": (f"{GET}/security", [{"bearer": []}, {"oauth": ["read"]}], "security.narrower", "major", "minor"),
    "more lets in": (
        f"{GET}/security",
        [{"bearer": []}, {"oauth": ["read"]}, {"oidc": []}, {"key": []}],
        "security.wider",
        "minor",
        "major",
    ),
    "anybody is let in": (f"{GET}/security", [{}], "security.wider", "minor", "major"),
    "another scope is needed": (f"{GET}/security/1/oauth", ["read", "write"], "security.narrower", "major", "minor"),
    "no scope is needed": (f"{GET}/security/1/oauth", [], "security.wider", "minor", "major"),
    "the document's security": ("/security", [{"key": []}], "security.narrower", "major", "minor"),
    "a key's name": ("/components/securitySchemes/key/name", "X-Api-Key", "scheme.changed", "major", "major"),
    "a key's place": ("/components/securitySchemes/key/in", "query", "scheme.changed", "major", "major"),
    "a scheme's words": ("/components/securitySchemes/bearer/bearerFormat", "opaque", "scheme.words", "patch", "patch"),
    "a scheme is deprecated": (
        "/components/securitySchemes/bearer/deprecated",
        True,
        "scheme.deprecated",
        "minor",
        "patch",
    ),
    "a token's URL": (f"{FLOWS}/clientCredentials/tokenUrl", "https://b.example.com", "scheme.url", "major", "major"),
    "an authorization's URL": (
        f"{FLOWS}/authorizationCode/authorizationUrl",
        "https://b.example.com",
        "scheme.url",
        "major",
        "major",
    ),
    "a refresh URL": (f"{FLOWS}/authorizationCode/refreshUrl", "https://b.example.com", "scheme.url", "major", "major"),
    "OpenID's URL": (
        "/components/securitySchemes/oidc/openIdConnectUrl",
        "https://b.example.com",
        "scheme.url",
        "major",
        "major",
    ),
    "a flow goes": (f"{FLOWS}/authorizationCode", None, "scheme.flow.removed", "major", "minor"),
    "a flow comes": (
        f"{FLOWS}/deviceAuthorization",
        {"tokenUrl": "a", "deviceAuthorizationUrl": "b", "scopes": {}},
        "scheme.flow.added",
        "minor",
        "major",
    ),
    "a scope goes": (f"{FLOWS}/clientCredentials/scopes/write", None, "scheme.scope.removed", "major", "minor"),
    "a scope comes": (f"{FLOWS}/clientCredentials/scopes/delete", "D", "scheme.scope.added", "minor", "minor"),
    "a scope's words": (f"{FLOWS}/clientCredentials/scopes/write", "V", "scheme.words", "patch", "patch"),
    "what nothing uses": ("/components/schemas/Unused/minLength", 1, "unused", "patch", "patch"),
    "what nothing uses goes": ("/components/schemas/Unused", None, "unused", "patch", "patch"),
}


@pytest.mark.parametrize(("pointer", "value", "rule", "callers", "servers"), EDITS.values(), ids=EDITS.keys())
def test_one_edit_is_one_line(pointer: str, value: JSON, rule: str, callers: str, servers: str) -> None:
    old = FULL
    if pointer.endswith("/parameters/5"):
        value, pointer = [*FULL["paths"]["/things/{id}"]["get"]["parameters"], value], pointer.rpartition("/")[0]
    found = compared(old, edited(old, pointer, value))
    assert {c.rule for c in found.changes} == {rule}, told(found)
    assert len(found.changes) == 1 or pointer == PATH, told(found)
    assert (found.callers, found.servers) == (callers, servers), told(found)
    assert all(change.why and (change.old or change.new) for change in found.changes)


def test_a_renamed_path_parameter_is_no_change_on_the_wire() -> None:
    new = {**FULL, "paths": {"/things/{key}": FULL["paths"]["/things/{id}"]}}
    new = edited(new, "/paths/~1things~1{key}/parameters/0/name", "key")
    found = compared(FULL, new)
    assert {c.rule for c in found.changes} == {"parameter.renamed"}, told(found)
    assert (found.callers, found.names, found.level) == ("patch", "major", "major")


def test_an_operation_that_moves_is_one_line() -> None:
    old = document()
    new = edited(old, "/paths", {"/stuff": old["paths"]["/things"]})
    (change,) = compared(old, new).changes
    assert (change.rule, change.callers) == ("operation.moved", "major")


def test_another_operation_id_concerns_generated_code_alone() -> None:
    found = compared(FULL, edited(FULL, f"{GET}/operationId", "fetch_thing"))
    (change,) = [c for c in found.changes if c.rule == "operation.id"]
    assert (change.callers, change.servers, change.names) == ("patch", "patch", "major")


def test_changes_do_not_depend_on_the_order_of_keys_and_lists() -> None:
    def turned(node: JSON) -> JSON:
        if isinstance(node, dict):
            return {key: turned(node[key]) for key in reversed(node)}
        return [turned(item) for item in node] if isinstance(node, list) else node

    assert not compared(FULL, turned(FULL)).changes

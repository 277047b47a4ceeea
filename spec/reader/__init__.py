"""A document's data to a `Contract`: `$ref`s followed, defaults filled in, the vocabulary given its meaning.

Cross-references of the vocabulary are checked where they are resolved, all of them before anything is
raised, each with its place.
"""

from __future__ import annotations

import dataclasses
import hashlib
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal, cast

from spec import clauses, vocabulary
from spec.model import (
    JSON,
    Access,
    Batch,
    Clause,
    Collection,
    Contract,
    Filter,
    Link,
    Location,
    Media,
    Operation,
    Pagination,
    Parameter,
    Part,
    Provenance,
    RequestBody,
    Response,
    SecurityScheme,
    Ticket,
    at,
)
from spec.problems import Problem, SpecError
from spec.source import Source, read
from spec.source_text import escape

DEFAULT = Path(__file__).with_name("openapi.yaml")
"""The document that comes with the project."""

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
_STYLES = {"query": "form", "cookie": "form", "path": "simple", "header": "simple"}
_ROLES = ("page", "limit", "count", "next", "previous", "results")


def load(path: Path | str = DEFAULT) -> Contract:
    """Read a document. Raises SpecError with every problem found.

    The contract keeps the path for messages, relative to the working folder where it lies below it. OpenAPI 3.0 and 3.1 are read,
    with or without the vocabulary; whether the document is valid OpenAPI in all its parts is not asked
    here but by `spec.validate`.
    """
    return from_source(read(path))


def from_source(source: Source) -> Contract:
    """The contract of a parsed document. Raises SpecError with every problem found."""
    contract, problems = attempt(source)
    if contract is None or problems:
        raise SpecError(problems)
    return contract


def attempt(source: Source) -> tuple[Contract | None, list[Problem]]:
    """The contract as far as it can be read, and everything that is wrong with it."""
    top = _top_problem(source)
    if top:
        return None, [top]
    reader = _Reader(source)
    return reader.contract(), reader.problems


def _top_problem(source: Source) -> Problem | None:
    """What makes the whole document something else than OpenAPI 3, or None."""
    data, here = source.data, Location(source.file, 1, 1)
    if not isinstance(data, dict):
        return Problem(here, "the document isn't an object", "Give an OpenAPI document, 3.0 or 3.1.")
    if "swagger" in data:
        version = data["swagger"]
        where = source.locations["/swagger"]
        return Problem(where, f"this is Swagger {version}, not OpenAPI 3", "Convert it to OpenAPI 3.0 or 3.1 first.")
    version = data.get("openapi")
    if version is None:
        return Problem(here, "there is no `openapi` key", "Give an OpenAPI document, 3.0 or 3.1.")
    if not re.match(r"3\.[01](\.|$)", str(version)):
        return Problem(
            source.locations["/openapi"],
            f"OpenAPI {version} isn't supported",
            "Give a document of version 3.0 or 3.1.",
        )
    for key in ("paths", "components", "info"):
        if not isinstance(data.get(key, {}), dict):
            return Problem(source.locations[f"/{key}"], f"`{key}` isn't an object", "See the OpenAPI specification.")
    return None


class _Reader:
    """Holds what reading needs everywhere: the source, and the problems found so far."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.data: Mapping[str, JSON] = source.data
        self.problems: list[Problem] = []
        self.vocabulary = "x-vocabulary" in self.data
        self.used: set[str] = set()
        self.collections: dict[str, Collection] = {}
        self.root = Provenance("documented", str(self.data.get("info", {}).get("title", "")))

    # -- the ground: places, problems, references ------------------------------------------------

    def where(self, pointer: str) -> Location:
        while pointer and pointer not in self.source.locations:
            pointer = pointer.rpartition("/")[0]
        return self.source.locations[pointer]

    def problem(self, pointer: str, message: str, hint: str) -> None:
        self.problems.append(Problem(self.where(pointer), message, hint))

    def follow(self, node: JSON, pointer: str) -> tuple[Mapping[str, JSON], str]:
        """An object through its `$ref`s, and the pointer of where it really stands."""
        seen: set[str] = set()
        siblings: dict[str, JSON] = {}
        while isinstance(node, Mapping) and "$ref" in node:
            ref = node["$ref"]
            siblings = {**{k: v for k, v in node.items() if k != "$ref"}, **siblings}
            if not isinstance(ref, str) or not ref.startswith("#/"):
                self.problem(
                    f"{pointer}/$ref",
                    f"{ref!r} points outside this file",
                    "Bundle the document into one file.",
                )
                return siblings, pointer
            if ref in seen:
                self.problem(
                    f"{pointer}/$ref",
                    f"{ref} leads back to itself",
                    "Let one of them be a schema of its own.",
                )
                return siblings, pointer
            seen.add(ref)
            target = re.sub(r"%([0-9A-Fa-f]{2})", lambda m: chr(int(m[1], 16)), ref[1:])
            try:
                node = at(self.data, target)
            except KeyError:
                self.problem(f"{pointer}/$ref", f"nothing stands at {ref}", "Check the reference's spelling.")
                return siblings, pointer
            pointer = target
        if not isinstance(node, Mapping):
            self.problem(pointer, "this isn't an object", "See the OpenAPI specification.")
            return {}, pointer
        return {**node, **siblings} if siblings else node, pointer

    def mapping(self, node: Mapping[str, JSON], key: str, pointer: str) -> Mapping[str, JSON]:
        value = node.get(key)
        if value is None:
            return {}
        if not isinstance(value, Mapping):
            self.problem(f"{pointer}/{escape(key)}", f"`{key}` isn't an object", "See the OpenAPI specification.")
            return {}
        return value

    def items(self, node: Mapping[str, JSON], key: str, pointer: str) -> list[JSON]:
        value = node.get(key)
        if value is None:
            return []
        if not isinstance(value, list):
            self.problem(f"{pointer}/{escape(key)}", f"`{key}` isn't a list", "See the OpenAPI specification.")
            return []
        return value

    def provenance(self, node: Mapping[str, JSON], inherited: Provenance) -> Provenance:
        marked = node.get("x-provenance")
        if isinstance(marked, Mapping) and len(marked) == 1:
            level, text = next(iter(marked.items()))
            if level in ("documented", "inferred"):
                return Provenance(level, str(text))
        description = node.get("description")
        if isinstance(description, str) and description:
            return Provenance("documented", description)
        return inherited

    def extension(self, node: Mapping[str, JSON], name: str, pointer: str) -> JSON:
        """The value of an extension where it may stand, or None. Remembers that it was read."""
        if not self.vocabulary or name not in node:
            return None
        self.used.add(f"{pointer}/{name}")
        return node[name]

    # -- the document ----------------------------------------------------------------------------

    def contract(self) -> Contract:
        if self.vocabulary:
            self.problems.extend(vocabulary.problems(self.source))
            if self.problems:
                # What an ill-formed extension would mean is not guessed at.
                self.vocabulary = False
        info = self.data.get("info", {})
        self.read_collections()
        schemes = self.security_schemes()
        operations = tuple(self.operations())
        self.check_links(operations)
        self.check_misplaced()
        self.check_codes(operations)
        contract = Contract(
            title=str(info.get("title", "")),
            version=str(info.get("version", "")),
            openapi=str(self.data["openapi"]),
            file=self.source.file,
            sha256=hashlib.sha256(self.source.content).hexdigest(),
            document=self.data,
            servers=tuple(
                str(s["url"]) for s in self.items(self.data, "servers", "") if isinstance(s, Mapping) and "url" in s
            ),
            operations=operations,
            collections=tuple(self.collections.values()),
            security_schemes=schemes,
            clauses=(),
            locations=self.source.locations,
        )
        return contract if self.problems else dataclasses.replace(contract, clauses=self.derive(contract))

    def derive(self, contract: Contract) -> tuple[Clause, ...]:
        found: dict[str, Clause] = {}
        for clause in clauses.derive(contract):
            if clause.id in found:
                self.problems.append(
                    Problem(
                        clause.location,
                        f"the clause id {clause.id} stands for two things",
                        f"The other is at {found[clause.id].location}; give one another name.",
                    )
                )
            found[clause.id] = clause
        return tuple(found.values())

    def check_misplaced(self) -> None:
        """An extension that nothing read says nothing, which its author didn't mean."""
        if not self.vocabulary:
            return
        self.used.update(("/x-vocabulary", "/x-collections"))
        for pointer, location in self.source.locations.items():
            name = pointer.rpartition("/")[2]
            if name in vocabulary.names() and name not in ("x-provenance", "x-collections"):
                parent = pointer.rpartition("/")[0]
                if pointer not in self.used and not parent.endswith(("/properties", "/patternProperties")):
                    hint = vocabulary.schema()["$defs"][name]["description"]
                    self.problems.append(Problem(location, f"{name} has no meaning here", str(hint)))

    def check_codes(self, operations: tuple[Operation, ...]) -> None:
        seen: dict[str, Operation] = {}
        for operation in operations:
            other = seen.setdefault(operation.id, operation)
            if other is not operation:
                self.problem(
                    f"{operation.pointer}/operationId",
                    f"the operationId {operation.id} stands twice",
                    f"The other is at {other.location}.",
                )
        codes: dict[str, Operation] = {}
        for operation in operations:
            other = codes.setdefault(operation.code, operation)
            if other is not operation and self.vocabulary:
                self.problem(
                    f"{operation.pointer}/x-code",
                    f"the code {operation.code} stands twice, so clause ids would clash",
                    f"The other is at {other.location}.",
                )

    # -- collections -----------------------------------------------------------------------------

    def read_collections(self) -> None:
        for name, node in (self.extension(self.data, "x-collections", "") or {}).items():
            pointer = f"/x-collections/{escape(name)}"
            row = self.row_properties({"$ref": node["item"]}, f"{pointer}/item")
            stamps = node.get("timestamps", {})
            for role, field in (("key", node["key"]), *((f"timestamps/{k}", v) for k, v in stamps.items())):
                if row and field not in row:
                    self.problem(
                        f"{pointer}/{role}",
                        f"the rows of {name} have no field {field!r}",
                        f"They have {', '.join(row)}.",
                    )
            for part, key in node.get("parts", {}).items():
                entry = self.entry_properties(row.get(part, {}))
                if key not in entry:
                    self.problem(
                        f"{pointer}/parts/{escape(part)}",
                        f"the entries of {part!r} have no field {key!r}",
                        f"They have {', '.join(entry) or 'none: is it a list of objects?'}.",
                    )
            self.collections[name] = Collection(
                name=name,
                key=node["key"],
                item=node["item"],
                parts=tuple(Part(f, k) for f, k in node.get("parts", {}).items()),
                hidden=node.get("hidden", {}),
                created=stamps.get("created"),
                updated=stamps.get("updated"),
                provenance=self.provenance(node, self.root),
                location=self.where(pointer),
            )

    def row_properties(self, schema: JSON, pointer: str) -> dict[str, Mapping[str, JSON]]:
        """The named properties of an object schema, through `$ref` and `allOf`."""
        found: dict[str, Mapping[str, JSON]] = {}
        for node, here in self.branches(schema, pointer):
            for name, sub in self.mapping(node, "properties", here).items():
                resolved, _ = self.follow(sub, f"{here}/properties/{escape(name)}")
                found[name] = {**found.get(name, {}), **resolved}
        return found

    def entry_properties(self, schema: Mapping[str, JSON]) -> dict[str, Mapping[str, JSON]]:
        return self.row_properties(schema["items"], "") if isinstance(schema.get("items"), Mapping) else {}

    def branches(self, schema: JSON, pointer: str, seen: frozenset[str] = frozenset()) -> Iterator[tuple[Any, str]]:
        """An object schema and every schema that it is `allOf`, each with its own pointer."""
        node, here = self.follow(schema, pointer)
        if here in seen:
            return
        for index, branch in enumerate(self.items(node, "allOf", here)):
            yield from self.branches(branch, f"{here}/allOf/{index}", seen | {here})
        yield node, here

    # -- security --------------------------------------------------------------------------------

    def security_schemes(self) -> tuple[SecurityScheme, ...]:
        found = []
        components = self.data.get("components", {})
        for name, raw in self.mapping(components, "securitySchemes", "/components").items():
            node, pointer = self.follow(raw, f"/components/securitySchemes/{escape(name)}")
            kind = str(node.get("type", ""))
            found.append(
                SecurityScheme(
                    name=name,
                    type=kind,
                    place=str(node.get("in", "header")) if kind == "apiKey" else "header",
                    parameter=str(node.get("name", "")) if kind == "apiKey" else "Authorization",
                    scheme=str(node.get("scheme", "")).lower() if kind == "http" else "",
                    provenance=self.provenance(node, self.root),
                    location=self.where(pointer),
                )
            )
        return tuple(found)

    def security(self, node: Mapping[str, JSON], pointer: str) -> tuple[tuple[str, ...], ...]:
        holder, here = (node, pointer) if "security" in node else (self.data, "")
        wanted = [tuple(w) for w in self.items(holder, "security", here) if isinstance(w, Mapping)]
        return () if () in wanted else tuple(wanted)

    # -- operations ------------------------------------------------------------------------------

    def operations(self) -> Iterator[Operation]:
        for path, raw in self.mapping(self.data, "paths", "").items():
            if path.startswith("x-"):
                continue
            node, pointer = self.follow(raw, f"/paths/{escape(path)}")
            for method in METHODS:
                if method in node:
                    yield self.operation(path, method, node, pointer)

    def operation(self, path: str, method: str, item: Mapping[str, JSON], item_pointer: str) -> Operation:
        node = self.mapping(item, method, item_pointer)
        pointer = f"{item_pointer}/{method}"
        provenance = self.provenance(node, self.root)
        id = str(node.get("operationId") or f"{method}{re.sub(r'[^0-9A-Za-z]+', '_', path)}".rstrip("_"))
        responses = tuple(self.responses(node, pointer, provenance))
        access = self.access(node, pointer, provenance)
        page_schema = next((r.json for r in responses if r.status.startswith("2") and r.json), None)
        row = self.row_of(access)
        parameters = tuple(self.parameters(item, item_pointer, node, pointer, provenance, access, row))
        self.check_path(path, parameters, pointer)
        if self.vocabulary and access and access.action != "reads":
            self.check_items(node, pointer, access)
        return Operation(
            code=str(self.extension(node, "x-code", pointer) or id),
            id=id,
            method=method.upper(),
            path=path,
            summary=str(node.get("summary", item.get("summary", ""))),
            description=str(node.get("description", item.get("description", ""))),
            tags=tuple(map(str, self.items(node, "tags", pointer))),
            deprecated=bool(node.get("deprecated", False)),
            parameters=parameters,
            body=self.body(node, pointer),
            responses=responses,
            security=self.security(node, pointer),
            pagination=self.pagination(parameters, page_schema, pointer, provenance),
            access=access,
            batch=self.batch(node, pointer, page_schema, provenance),
            ticket=self.ticket(responses),
            provenance=provenance,
            pointer=pointer,
            location=self.where(pointer),
        )

    def check_path(self, path: str, parameters: tuple[Parameter, ...], pointer: str) -> None:
        declared = {p.name for p in parameters if p.place == "path"}
        for name in re.findall(r"\{([^{}]*)\}", path):
            if name not in declared:
                self.problem(pointer, f"the path's {{{name}}} isn't declared as a parameter", "Add it with `in: path`.")

    def check_items(self, node: Mapping[str, JSON], pointer: str, access: Access) -> None:
        """A write must name its rows: the item's schema holds the keys that x-upserts or x-deletes needs."""
        body = self.body(node, pointer)
        media = body.json if body else None
        schema = self.follow(media.schema, f"{media.pointer}/schema")[0] if media and media.schema else {}
        fields = self.entry_properties(schema)
        name = f"x-{access.action}"
        for key in (access.collection.key, *(p.key for p in access.parts), *access.references):
            if key not in fields:
                self.problem(
                    f"{pointer}/{name}",
                    f"the body's items have no field {key!r}",
                    f"They have {', '.join(fields) or 'none: is the body a list of objects?'}.",
                )

    # -- parameters and filters ------------------------------------------------------------------

    def parameters(
        self,
        item: Mapping[str, JSON],
        item_pointer: str,
        node: Mapping[str, JSON],
        pointer: str,
        inherited: Provenance,
        access: Access | None,
        row: dict[str, Mapping[str, JSON]],
    ) -> Iterator[Parameter]:
        found: dict[tuple[str, str], tuple[Mapping[str, JSON], str]] = {}
        for holder, here in ((item, item_pointer), (node, pointer)):
            names: set[tuple[str, str]] = set()
            for index, raw in enumerate(self.items(holder, "parameters", here)):
                parameter, at_pointer = self.follow(raw, f"{here}/parameters/{index}")
                if not isinstance(parameter.get("name"), str) or parameter.get("in") not in _STYLES:
                    self.problem(
                        at_pointer,
                        "a parameter needs `name` and `in`",
                        "`in` is path, query, header or cookie.",
                    )
                    continue
                key = (parameter["name"], parameter["in"])
                if key in names:
                    self.problem(at_pointer, f"the {key[1]} parameter {key[0]!r} stands twice", "Keep one of them.")
                names.add(key)
                found[key] = (parameter, at_pointer)
        for (name, place), (parameter, here) in found.items():
            yield self.parameter(name, place, parameter, here, inherited, access, row)

    def parameter(
        self,
        name: str,
        place: str,
        node: Mapping[str, JSON],
        pointer: str,
        inherited: Provenance,
        access: Access | None,
        row: dict[str, Mapping[str, JSON]],
    ) -> Parameter:
        content = self.mapping(node, "content", pointer)
        if content:
            media_type = next(iter(content))
            schema_node = self.mapping(content, media_type, f"{pointer}/content").get("schema", {})
            schema_pointer = f"{pointer}/content/{escape(media_type)}/schema"
        else:
            schema_node, schema_pointer = node.get("schema", {}), f"{pointer}/schema"
        schema = schema_node if isinstance(schema_node, Mapping) else {}
        resolved, resolved_pointer = self.follow(schema, schema_pointer)
        style = str(node.get("style", _STYLES[place]))
        explode = bool(node.get("explode", style == "form"))
        provenance = self.provenance(node, inherited)
        role = self.extension(node, "x-pagination", pointer)
        if role and role not in ("page", "limit"):
            self.problem(f"{pointer}/x-pagination", f"a parameter can't be {role!r}", "It can be page or limit.")
            role = None
        search = self.extension(node, "x-search", pointer)
        fields = tuple(search["fields"]) if search else ()
        for index, field in enumerate(fields):
            self.check_field(field, row, access, f"{pointer}/x-search/fields/{index}")
        plain = self.plain_filter(name, node, resolved, pointer, provenance, access, row)
        free = self.free_filters(resolved, resolved_pointer, provenance, access, row)
        return Parameter(
            name=name,
            place=cast(Any, place),
            required=bool(node.get("required", False)),
            schema=schema,
            style=style,
            explode=explode,
            description=str(node.get("description", "")),
            pagination=role,
            search=fields,
            filters=(plain,) if plain else tuple(free),
            provenance=provenance,
            pointer=pointer,
            location=self.where(pointer),
        )

    def plain_filter(
        self,
        name: str,
        node: Mapping[str, JSON],
        schema: Mapping[str, JSON],
        pointer: str,
        inherited: Provenance,
        access: Access | None,
        row: dict[str, Mapping[str, JSON]],
    ) -> Filter | None:
        mark = self.extension(node, "x-filter", pointer)
        if not mark:
            return None
        here = f"{pointer}/x-filter"
        if "name" in mark:
            self.problem(f"{here}/name", "only a free key has a `name`", "Take it away: the parameter has its own.")
        many = schema.get("type") == "array"
        if (mark["lookup"] == "in") != many:
            self.problem(
                f"{here}/lookup",
                f"the lookup {mark['lookup']!r} and the parameter's type {schema.get('type')!r} don't fit",
                "`in` takes an array, every other lookup a single value.",
            )
        value = self.follow(schema["items"], f"{pointer}/schema/items")[0] if many and "items" in schema else schema
        return self.filter(name, mark, value, here, self.provenance(mark, inherited), access, row, None, many)

    def free_filters(
        self,
        schema: Mapping[str, JSON],
        pointer: str,
        inherited: Provenance,
        access: Access | None,
        row: dict[str, Mapping[str, JSON]],
    ) -> Iterator[Filter]:
        for pattern, raw in self.mapping(schema, "patternProperties", pointer).items():
            node, here = self.follow(raw, f"{pointer}/patternProperties/{escape(pattern)}")
            mark = self.extension(node, "x-filter", here)
            if not mark:
                continue
            name = mark.get("name")
            if not name:
                self.problem(
                    f"{here}/x-filter",
                    "a free key needs a `name`",
                    "Write the parameter with KEY for the key.",
                )
                continue
            key_pattern = self.key_pattern(pattern, name, here)
            found = self.filter(
                name,
                mark,
                node,
                f"{here}/x-filter",
                self.provenance(node, inherited),
                access,
                row,
                key_pattern,
                False,
            )
            if found:
                yield found

    def key_pattern(self, pattern: str, name: str, pointer: str) -> str:
        """The key's own grammar: what the pattern leaves when the name's fixed ends are taken off."""
        prefix, _, suffix = name.partition("KEY")
        core = pattern.removeprefix("^").removesuffix("$")
        if not core.startswith(re.escape(prefix)) or not core.endswith(re.escape(suffix)):
            self.problem(
                f"{pointer}/x-filter/name",
                f"{name!r} doesn't fit the pattern {pattern!r}",
                f"The pattern must be ^{prefix}<the key's grammar>{suffix}$.",
            )
            return ".+"
        key = core[len(re.escape(prefix)) : len(core) - len(re.escape(suffix))]
        try:
            re.compile(key)
        except re.error as error:
            self.problem(pointer, f"the pattern isn't a regular expression: {error}", "See ECMA-262.")
            return ".+"
        return key

    def filter(
        self,
        name: str,
        mark: Mapping[str, JSON],
        schema: Mapping[str, JSON],
        pointer: str,
        provenance: Provenance,
        access: Access | None,
        row: dict[str, Mapping[str, JSON]],
        key_pattern: str | None,
        many: bool,
    ) -> Filter | None:
        field, lookup = mark["field"], mark["lookup"]
        if not self.check_field(field, row, access, f"{pointer}/field"):
            return None
        hidden = access is not None and field in access.collection.hidden
        of = access.collection.hidden[field] if hidden and access else row[field]
        allowed = vocabulary.TEXT_LOOKUPS if key_pattern else vocabulary.lookups_for(dict(of))
        if lookup not in allowed:
            self.problem(
                f"{pointer}/lookup",
                f"{lookup!r} has no meaning for the field {field!r}",
                f"For its type there are {', '.join(allowed)}.",
            )
        return Filter(
            parameter=name,
            field=field,
            lookup=lookup,
            free_key=key_pattern is not None,
            schema=schema,
            many=many,
            hidden=hidden,
            default=schema.get("default"),
            key_pattern=key_pattern,
            provenance=provenance,
            location=self.where(pointer),
        )

    def check_field(self, field: str, row: dict[str, Mapping[str, JSON]], access: Access | None, pointer: str) -> bool:
        if access is None or access.action != "reads":
            self.problem(pointer, "the operation reads no collection", "Add x-reads with the collection's name.")
            return False
        if field in row or field in access.collection.hidden:
            return True
        known = [*row, *access.collection.hidden]
        self.problem(
            pointer,
            f"no response shows a field {field!r}",
            f"The rows of {access.collection.name} have {', '.join(known)}.",
        )
        return False

    # -- bodies and responses --------------------------------------------------------------------

    def body(self, node: Mapping[str, JSON], pointer: str) -> RequestBody | None:
        if "requestBody" not in node:
            return None
        body, here = self.follow(node["requestBody"], f"{pointer}/requestBody")
        return RequestBody(
            required=bool(body.get("required", False)),
            description=str(body.get("description", "")),
            media=tuple(self.media(body, here)),
            pointer=here,
            location=self.where(here),
        )

    def media(self, node: Mapping[str, JSON], pointer: str) -> Iterator[Media]:
        for content_type, raw in self.mapping(node, "content", pointer).items():
            here = f"{pointer}/content/{escape(content_type)}"
            media, here = self.follow(raw, here)
            named = self.mapping(media, "examples", here).values()
            examples = [e["value"] for e in named if isinstance(e, Mapping) and "value" in e]
            if "example" in media:
                examples.insert(0, media["example"])
            schema = media.get("schema")
            yield Media(
                content_type=content_type,
                schema=schema if isinstance(schema, Mapping) else None,
                examples=tuple(examples),
                pointer=here,
                location=self.where(here),
            )

    def responses(self, node: Mapping[str, JSON], pointer: str, inherited: Provenance) -> Iterator[Response]:
        for status, raw in self.mapping(node, "responses", pointer).items():
            if status.startswith("x-"):
                continue
            response, here = self.follow(raw, f"{pointer}/responses/{escape(status)}")
            yield Response(
                status=status,
                description=str(response.get("description", "")),
                media=tuple(self.media(response, here)),
                headers=self.mapping(response, "headers", here),
                links=tuple(self.links(response, here)),
                provenance=self.provenance(response, inherited),
                pointer=here,
                location=self.where(here),
            )

    def links(self, node: Mapping[str, JSON], pointer: str) -> Iterator[Link]:
        for name, raw in self.mapping(node, "links", pointer).items():
            link, here = self.follow(raw, f"{pointer}/links/{escape(name)}")
            if "operationId" in link:
                parameters = {str(k): str(v) for k, v in self.mapping(link, "parameters", here).items()}
                yield Link(name=name, operation_id=str(link["operationId"]), parameters=parameters)

    # -- what the vocabulary says of an operation --------------------------------------------------

    def access(self, node: Mapping[str, JSON], pointer: str, inherited: Provenance) -> Access | None:
        found: Access | None = None
        actions: tuple[Literal["reads", "upserts", "deletes"], ...] = ("reads", "upserts", "deletes")
        for action in actions:
            mark = self.extension(node, f"x-{action}", pointer)
            if not mark:
                continue
            here = f"{pointer}/x-{action}"
            if found:
                self.problem(
                    here,
                    f"the operation {found.action} already",
                    "An operation does one thing to one collection.",
                )
                continue
            collection = self.collection_named(mark["collection"], f"{here}/collection")
            if not collection:
                continue
            for field, other in mark.get("references", {}).items():
                self.collection_named(other, f"{here}/references/{escape(field)}")
            known = {p.field: p for p in collection.parts}
            for index, part in enumerate(mark.get("parts", ())):
                if part not in known:
                    self.problem(
                        f"{here}/parts/{index}",
                        f"{collection.name} has no part {part!r}",
                        f"It has {', '.join(known) or 'none'}; parts are declared in x-collections.",
                    )
            found = Access(
                action=action,
                collection=collection,
                parts=tuple(known[p] for p in mark.get("parts", ()) if p in known),
                references=mark.get("references", {}),
                absent=mark.get("absent", "keep"),
                provenance=self.provenance(mark, inherited),
                location=self.where(here),
            )
        return found

    def collection_named(self, name: str, pointer: str) -> Collection | None:
        if name not in self.collections:
            known = ", ".join(self.collections) or "none"
            self.problem(pointer, f"there is no collection {name!r}", f"x-collections declares {known}.")
        return self.collections.get(name)

    def row_of(self, access: Access | None) -> dict[str, Mapping[str, JSON]]:
        return self.row_properties({"$ref": access.collection.item}, "") if access else {}

    def pagination(
        self, parameters: tuple[Parameter, ...], media: Media | None, pointer: str, inherited: Provenance
    ) -> Pagination | None:
        if not self.vocabulary:
            return None
        found: dict[str, str] = {p.pagination: p.name for p in parameters if p.pagination}
        defaults = {
            p.pagination: self.follow(p.schema, p.pointer)[0].get("default") for p in parameters if p.pagination
        }
        provenance = inherited
        if media and media.schema:
            for node, here in self.branches(media.schema, f"{media.pointer}/schema"):
                for name, raw in self.mapping(node, "properties", here).items():
                    sub, sub_pointer = self.follow(raw, f"{here}/properties/{escape(name)}")
                    role = self.extension(sub, "x-pagination", sub_pointer)
                    if role in ("page", "limit"):
                        self.problem(
                            f"{sub_pointer}/x-pagination",
                            f"a property can't be {role!r}",
                            "It can be count, next, previous or results.",
                        )
                    elif role:
                        found[role] = name
                        provenance = self.provenance(node, inherited)
        if not found:
            return None
        missing = [role for role in _ROLES if role not in found]
        if missing:
            self.problem(
                pointer,
                f"the pagination lacks {', '.join(missing)}",
                "Mark page and limit on parameters, and count, next, previous and results on the page's properties.",
            )
            return None
        if not all(isinstance(defaults[role], int) for role in ("page", "limit")):
            self.problem(pointer, "page and limit need integer defaults", "Add `default` to their schemas.")
            return None
        return Pagination(
            **{role: found[role] for role in _ROLES},
            default_page=cast(int, defaults["page"]),
            default_limit=cast(int, defaults["limit"]),
            provenance=provenance,
            location=self.where(pointer),
        )

    def batch(self, node: Mapping[str, JSON], pointer: str, media: Media | None, inherited: Provenance) -> Batch | None:
        mark = self.extension(node, "x-batch", pointer)
        if not mark:
            return None
        schema = media.schema if media and media.schema else {}
        for role, target in mark.items():
            if not role.startswith("x-") and not self.has_property(schema, target):
                self.problem(
                    f"{pointer}/x-batch/{role}",
                    f"the 200 body has nothing at {target}",
                    "Give a JSON pointer into the response's schema.",
                )
        return Batch(
            id=mark["id"],
            status=mark.get("status"),
            total=mark["total"],
            succeeded=mark["succeeded"],
            failed=mark["failed"],
            request_file=mark.get("request_file"),
            success_file=mark.get("success_file"),
            error_file=mark.get("error_file"),
            provenance=self.provenance(mark, inherited),
            location=self.where(f"{pointer}/x-batch"),
        )

    def has_property(self, schema: Mapping[str, JSON], pointer: str) -> bool:
        for token in pointer.split("/")[1:]:
            properties = self.row_properties(schema, "")
            if token not in properties:
                return False
            schema = properties[token]
        return True

    def ticket(self, responses: tuple[Response, ...]) -> Ticket | None:
        """The link from a 202 to an operation that is fed from the 202's body."""
        for response in responses:
            for link in response.links:
                for parameter, expression in link.parameters.items():
                    if response.status == "202" and expression.startswith("$response.body#/"):
                        return Ticket(expression.removeprefix("$response.body#"), link.operation_id, parameter)
        return None

    def check_links(self, operations: tuple[Operation, ...]) -> None:
        by_id = {o.id: o for o in operations}
        for operation in operations:
            for response in operation.responses:
                for link in response.links:
                    here = f"{response.pointer}/links/{escape(link.name)}"
                    target = by_id.get(link.operation_id)
                    if target is None:
                        self.problem(
                            f"{here}/operationId",
                            f"there is no operation {link.operation_id!r}",
                            f"The document has {', '.join(by_id)}.",
                        )
                        continue
                    for name in link.parameters:
                        if not any(name in (p.name, f"{p.place}.{p.name}") for p in target.parameters):
                            self.problem(
                                f"{here}/parameters/{escape(name)}",
                                f"{target.id} has no parameter {name!r}",
                                f"It has {', '.join(p.name for p in target.parameters) or 'none'}.",
                            )
            if operation.ticket and self.vocabulary:
                status = by_id.get(operation.ticket.operation_id)
                if status is not None and status.batch is None:
                    self.problem(
                        status.pointer,
                        f"{operation.code} hands out a ticket for {status.code}, which has no x-batch",
                        "Say with x-batch where its response tells the progress.",
                    )

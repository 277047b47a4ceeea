"""What callers can name in a generated package: methods, keywords, models, fields, lookups, errors.

It is read from the package's own text, so it is what callers get, whatever the generator planned.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

_PRIVATE = (
    "_runtime/",
    "_patch.py",
    "__init__.py",
    "operations.py",
    "client.py",
    "filters.py",
    "resources/__init__.py",
)
_WRAPPERS = ("Annotated", "NotRequired", "Required", "ClassVar")
_ALWAYS = frozenset({"options"})
"""Keywords that every method has."""


@dataclass(frozen=True)
class Parameter:
    """An argument of a method."""

    name: str
    type: str
    required: bool
    position: int | None
    """None for what is given by its name alone."""


@dataclass(frozen=True)
class Method:
    """A method of the client."""

    name: str
    parameters: Mapping[str, Parameter]
    returns: str
    call: str
    """HTTP method and path; empty where the method isn't an operation's."""
    errors: Mapping[str, str]
    """Status to what the error's body is read as."""

    @property
    def signature(self) -> str:
        """As it is declared."""
        parts = [_declared(p) for p in self.parameters.values() if p.position is not None]
        named = [_declared(p) for p in self.parameters.values() if p.position is None]
        return f"{self.name}({', '.join([*parts, *(['*'] if named else []), *named])}) -> {self.returns}"


@dataclass(frozen=True)
class Field:
    """A field of a model."""

    type: str
    required: bool


@dataclass(frozen=True)
class Model:
    """A class of the models' module, or an alias: one with only `alias`."""

    name: str
    bases: tuple[str, ...]
    fields: Mapping[str, Field]
    members: Mapping[str, str]
    """Of an enum: name to value."""
    alias: str = ""


@dataclass(frozen=True)
class Surface:
    """A whole package."""

    package: str
    methods: Mapping[str, Method] = field(default_factory=dict)
    models: Mapping[str, Model] = field(default_factory=dict)
    lookups: Mapping[str, str] = field(default_factory=dict)
    """As code writes it, F.name.icontains, to the type of its value."""


def _declared(parameter: Parameter) -> str:
    return f"{parameter.name}: {parameter.type}{'' if parameter.required else ' = ...'}"


def surface(package: str, files: Mapping[str, bytes]) -> Surface:
    """What callers can name in the files of a package."""
    trees = {
        path.removeprefix(f"{package}/"): ast.parse(content)
        for path, content in files.items()
        if path.startswith(f"{package}/") and path.endswith(".py") and "/_runtime/" not in path
    }
    calls = _operations(trees.get("operations.py", ast.parse("")))
    models: dict[str, Model] = {}
    methods: dict[str, Method] = {}
    for path, tree in trees.items():
        if path == "client.py" or path.startswith("resources/"):
            methods |= {method.name: method for method in _methods(tree, calls)}
        elif not path.startswith(_PRIVATE):
            models |= {model.name: model for model in _models(tree)}
    return Surface(package, methods, models, _lookups(trees.get("filters.py", ast.parse(""))))


# -- methods -------------------------------------------------------------------------------------------


def _operations(tree: ast.Module) -> dict[str, tuple[str, dict[str, str]]]:
    """Constant of an operation to its HTTP method and path, and what its errors are read as."""
    found: dict[str, tuple[str, dict[str, str]]] = {}
    for node in tree.body:
        targets = (
            node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
        )
        value = node.value if isinstance(node, (ast.Assign, ast.AnnAssign)) else None
        if not isinstance(value, ast.Call) or len(targets) != 1 or not isinstance(targets[0], ast.Name):
            continue
        texts = [a.value for a in value.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]
        made_of = next((a.id for a in value.args[:1] if isinstance(a, ast.Name) and a.id in found), None)
        if made_of is not None:  # a write, made of its operation
            found[targets[0].id] = found[made_of]
        elif len(texts) >= 3:
            found[targets[0].id] = (f"{texts[1]} {texts[2]}", dict(_errors(value)))
    return found


def _errors(call: ast.Call) -> Iterator[tuple[str, str]]:
    for keyword in call.keywords:
        if keyword.arg != "answers" or not isinstance(keyword.value, ast.Call):
            continue
        for mapping in (a for a in keyword.value.args if isinstance(a, ast.Dict)):
            for status, contents in zip(mapping.keys, mapping.values, strict=True):
                if isinstance(status, ast.Constant) and not str(status.value).startswith("2"):
                    yield str(status.value), " | ".join(_content_types(contents)) or "None"


def _content_types(contents: ast.expr) -> list[str]:
    calls = [node for node in ast.walk(contents) if isinstance(node, ast.Call) and len(node.args) >= 3]
    return list(dict.fromkeys(plain(call.args[2]) for call in calls))


def _methods(tree: ast.Module, calls: Mapping[str, tuple[str, dict[str, str]]]) -> Iterator[Method]:
    for node in tree.body:
        if not isinstance(node, ast.ClassDef) or node.name.startswith("Async"):
            continue  # the asynchronous class has the same methods
        for item in node.body:
            if isinstance(item, ast.FunctionDef) and not item.name.startswith("_"):
                yield _method(node.name, item, calls)


def _method(owner: str, node: ast.FunctionDef, calls: Mapping[str, tuple[str, dict[str, str]]]) -> Method:
    given = [a for a in (*node.args.posonlyargs, *node.args.args) if a.arg != "self"]
    missing = len(given) - len(node.args.defaults)
    parameters = {a.arg: Parameter(a.arg, plain(a.annotation), index < missing, index) for index, a in enumerate(given)}
    for a, default in zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True):
        parameters[a.arg] = Parameter(a.arg, plain(a.annotation), default is None, None)
    named = (n.attr for n in ast.walk(node) if isinstance(n, ast.Attribute) and n.attr in calls)
    call, errors = calls.get(next(named, ""), ("", {}))
    kept = {name: parameter for name, parameter in parameters.items() if name not in _ALWAYS}
    return Method(f"{owner}.{node.name}", kept, plain(node.returns), call, errors)


# -- models --------------------------------------------------------------------------------------------


def _models(tree: ast.Module) -> Iterator[Model]:
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            bases = tuple(plain(base) for base in node.bases)
            fields = {
                item.target.id: Field(plain(item.annotation), item.value is None)
                for item in node.body
                if isinstance(item, ast.AnnAssign)
                and isinstance(item.target, ast.Name)
                and not item.target.id.startswith("__")
                and item.target.id != "model_config"
            }
            members = {
                target.id: ast.unparse(item.value)
                for item in node.body
                if isinstance(item, ast.Assign)
                for target in item.targets
                if isinstance(target, ast.Name) and not target.id.startswith("_") and target.id != "model_config"
            }
            yield Model(node.name, bases, fields, members)
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value is not None:
            yield Model(node.target.id, (), {}, {}, plain(node.value))
        elif isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(target, ast.Name) and not target.id.startswith("_"):
                    yield Model(target.id, (), {}, {}, plain(node.value))


# -- filters -------------------------------------------------------------------------------------------


def _lookups(tree: ast.Module) -> dict[str, str]:
    """Every way to compare a field, as code writes it."""
    classes = {node.name: node for node in tree.body if isinstance(node, ast.ClassDef)}
    found: dict[str, str] = {}
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call) and isinstance(node.value.func, ast.Name):
            for target in node.targets:
                if isinstance(target, ast.Name) and node.value.func.id in classes:
                    found |= dict(_fields(target.id, classes[node.value.func.id], classes))
    return found


def _fields(constant: str, node: ast.ClassDef, classes: Mapping[str, ast.ClassDef]) -> Iterator[tuple[str, str]]:
    for item in node.body:
        if not isinstance(item, ast.Assign) or not isinstance(item.value, ast.Call):
            continue
        holder = next((n.id for n in ast.walk(item.value) if isinstance(n, ast.Name) and n.id in classes), None)
        for target in item.targets:
            if isinstance(target, ast.Name) and holder is not None:
                keyed = '["KEY"]' if isinstance(item.value.func, ast.Name) and item.value.func.id == "Keyed" else ""
                for lookup, value in _values(classes[holder]):
                    yield f"{constant}.{target.id}{keyed}.{lookup}", value


def _values(node: ast.ClassDef) -> Iterator[tuple[str, str]]:
    """Lookup to the type of its value: the second argument of `Lookup[...]`."""
    for item in ast.walk(node):
        if not isinstance(item, ast.Assign) or not isinstance(item.value, ast.Call):
            continue
        kind = item.value.func
        if isinstance(kind, ast.Subscript) and isinstance(kind.slice, ast.Tuple):
            for target in item.targets:
                name = target.id if isinstance(target, ast.Name) else getattr(target, "attr", "")
                yield name, plain(kind.slice.elts[-1])


# -- types ---------------------------------------------------------------------------------------------


def plain(node: ast.expr | None) -> str:
    """A type as callers see it: constraints, the module's name and the mark for what isn't given left out."""
    return ast.unparse(_Plain().visit(node)).removesuffix(" | Unset") if node is not None else ""


class _Plain(ast.NodeTransformer):
    def visit_Subscript(self, node: ast.Subscript) -> ast.expr:
        self.generic_visit(node)
        if isinstance(node.value, ast.Name) and node.value.id in _WRAPPERS:
            return node.slice.elts[0] if isinstance(node.slice, ast.Tuple) else node.slice
        return node

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        if isinstance(node.value, ast.Name) and node.value.id in ("models", "types"):
            return ast.Name(node.attr)
        return node

    def visit_Constant(self, node: ast.Constant) -> ast.expr:
        return node

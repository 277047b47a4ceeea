"""Two packages compared by what callers can name: what came, went, was renamed or is of another type."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from generator.changes.surface import Field, Method, Model, Parameter, Surface
from spec.diff.code import Action, Code, Symbol
from spec.diff.rules import LEVELS, Level


@dataclass(frozen=True)
class _Names:
    """Which names of models changed, and which models are written and read by callers."""

    renamed: Mapping[str, str]
    written: frozenset[str]
    read: frozenset[str]

    def now(self, type_: str) -> str:
        """A type of the old package in the new one's names."""
        return re.sub(r"\b\w+\b", lambda found: self.renamed.get(found[0], found[0]), type_)


def compare_surfaces(old: Surface, new: Surface) -> Code:
    """Every name whose meaning differs, the breaking ones first."""
    renamed = _renamed_models(old, new)
    names = _Names(renamed, *_uses(old, new))
    symbols = [
        *_package(old, new),
        *_methods(old, new, names),
        *_models(old, new, names),
        *_lookups(old, new, names),
    ]
    return Code("python", new.package, tuple(sorted(symbols, key=lambda symbol: LEVELS.index(symbol.level))))


def _package(old: Surface, new: Surface) -> Iterator[Symbol]:
    if old.package != new.package:
        yield Symbol("renamed", "module", old.package, f"import {old.package}", f"import {new.package}", "major")


# -- methods -------------------------------------------------------------------------------------------


def _methods(old: Surface, new: Surface, names: _Names) -> Iterator[Symbol]:
    gone = {name: method for name, method in old.methods.items() if name not in new.methods}
    come = {name: method for name, method in new.methods.items() if name not in old.methods}
    calls = {method.call: method for method in come.values() if method.call}
    for name, method in gone.items():
        partner = calls.get(method.call)
        if partner is None:
            yield Symbol("removed", "method", name, method.signature, "", "major")
        else:
            come.pop(partner.name, None)
            yield Symbol("renamed", "method", name, f"{name}(...)", f"{partner.name}(...)", "major")
            yield from _method(method, partner, names)
    for name, method in come.items():
        yield Symbol("added", "method", name, "", method.signature, "minor")
    for name, method in old.methods.items():
        if name in new.methods:
            yield from _method(method, new.methods[name], names)


def _method(old: Method, new: Method, names: _Names) -> Iterator[Symbol]:
    before, after = dict(old.parameters), dict(new.parameters)
    for one, other in _renamed_positions(before, after, names):
        before.pop(one.name)
        after.pop(other.name)
        yield Symbol("renamed", "keyword", f"{new.name}({one.name})", one.name, other.name, "major")
    for name, parameter in before.items():
        called = f"{new.name}({name}=)"
        if name not in after:
            yield Symbol("removed", "keyword", called, _argument(parameter), "", "major")
        else:
            yield from _parameter(called, parameter, after[name], names)
    for name, parameter in after.items():
        if name not in before:
            level: Level = "major" if parameter.required else "minor"
            yield Symbol("added", "keyword", f"{new.name}({name}=)", "", _argument(parameter), level)
    if names.now(old.returns) != new.returns:
        fits = _within(new.returns, names.now(old.returns))
        yield Symbol("retyped", "result", f"{new.name}()", old.returns, new.returns, "minor" if fits else "major")
    yield from _errors(old, new, names)


def _renamed_positions(
    before: Mapping[str, Parameter], after: Mapping[str, Parameter], names: _Names
) -> list[tuple[Parameter, Parameter]]:
    """Arguments without a keyword that stand where they stood under another name."""
    lost = [p for name, p in before.items() if name not in after and p.position is not None]
    won = {p.position: p for name, p in after.items() if name not in before}
    return [(p, won[p.position]) for p in lost if p.position in won and names.now(p.type) == won[p.position].type]


def _parameter(called: str, old: Parameter, new: Parameter, names: _Names) -> Iterator[Symbol]:
    was, now = names.now(old.type), new.type
    if was != now:
        level: Level = "minor" if _within(was, now) else "major"
        yield Symbol("retyped", "keyword", called, _argument(old), _argument(new), level)
    if old.required != new.required:
        level = "major" if new.required else "minor"
        yield Symbol("changed", "keyword", called, _argument(old), _argument(new), level)
    elif old.position != new.position and old.position is not None:
        yield Symbol("changed", "keyword", called, f"argument {old.position + 1}", _place(new), "major")


def _place(parameter: Parameter) -> str:
    return "given by its name" if parameter.position is None else f"argument {parameter.position + 1}"


def _argument(parameter: Parameter) -> str:
    return f"{parameter.name}: {parameter.type}" + ("" if parameter.required else " = ...")


def _errors(old: Method, new: Method, names: _Names) -> Iterator[Symbol]:
    for status in [*old.errors, *(status for status in new.errors if status not in old.errors)]:
        one, other = old.errors.get(status), new.errors.get(status)
        name = f"{new.name}() {status}"
        if other is None and one is not None:
            yield Symbol("removed", "error", name, one, "", "minor")
        elif one is None and other is not None:
            yield Symbol("added", "error", name, "", other, "minor")
        elif one is not None and other is not None and names.now(one) != other:
            level: Level = "minor" if _within(other, names.now(one)) else "major"
            yield Symbol("retyped", "error", name, one, other, level)


# -- models --------------------------------------------------------------------------------------------


def _renamed_models(old: Surface, new: Surface) -> dict[str, str]:
    """Renamed models: their names are new, and nothing else."""
    gone = [model for name, model in old.models.items() if name not in new.models]
    come = [model for name, model in new.models.items() if name not in old.models]
    found: dict[str, str] = {}
    for model in gone:
        alike = [
            m
            for m in come
            if m.name not in found.values() and _contents(m, {}) == _contents(model, {model.name: m.name})
        ]
        if len(alike) == 1:
            found[model.name] = alike[0].name
    return found


def _contents(model: Model, names: Mapping[str, str]) -> tuple[object, ...]:
    def now(type_: str) -> str:
        return re.sub(r"\b\w+\b", lambda found: names.get(found[0], found[0]), type_)

    fields = {name: (now(f.type), f.required) for name, f in model.fields.items()}
    return model.bases, tuple(fields.items()), tuple(model.members.items()), now(model.alias)


def _uses(old: Surface, new: Surface) -> tuple[frozenset[str], frozenset[str]]:
    """Models that callers write, and those that they read, through their fields."""
    written: set[str] = set()
    read: set[str] = set()
    for surface in (old, new):
        given = [p.type for m in surface.methods.values() for p in m.parameters.values()]
        got = [t for m in surface.methods.values() for t in (m.returns, *m.errors.values())]
        written |= _reached(given, surface)
        read |= _reached(got, surface)
    return frozenset(written), frozenset(read)


def _reached(types: list[str], surface: Surface) -> set[str]:
    found: set[str] = set()
    waiting = list(types)
    while waiting:
        for name in re.findall(r"\w+", waiting.pop()):
            model = surface.models.get(name)
            if model is not None and name not in found:
                found.add(name)
                waiting += [*model.bases, model.alias, *(f.type for f in model.fields.values())]
    return found


def _models(old: Surface, new: Surface, names: _Names) -> Iterator[Symbol]:
    for name, model in old.models.items():
        partner = new.models.get(names.renamed.get(name, name))
        if partner is None:
            yield Symbol("removed", "model", f"models.{name}", _class(model), "", "major")
            continue
        if partner.name != name:
            yield Symbol("renamed", "model", f"models.{name}", f"models.{name}", f"models.{partner.name}", "major")
        yield from _model(model, partner, names)
    for name, model in new.models.items():
        if name not in old.models and name not in names.renamed.values():
            yield Symbol("added", "model", f"models.{name}", "", _class(model), "minor")


def _class(model: Model) -> str:
    if model.alias:
        return f"{model.name} = {model.alias}"
    return f"class {model.name}({', '.join(model.bases)})"


def _model(old: Model, new: Model, names: _Names) -> Iterator[Symbol]:
    where = f"models.{new.name}"
    was = names.now(old.alias)
    if bool(old.alias) != bool(new.alias) or (not old.alias and old.bases != new.bases):
        yield Symbol("changed", "model", where, _class(old), _class(new), "major")
    elif was != new.alias:
        yield Symbol("retyped", "model", where, old.alias, new.alias, _judged(was, new.alias, new.name, names))
    for name in [*old.members, *(name for name in new.members if name not in old.members)]:
        one, other = old.members.get(name), new.members.get(name)
        if one != other:
            action: Action = "added" if one is None else "removed" if other is None else "changed"
            level: Level = "minor" if one is None else "major"
            before, after = (f"{name} = {value}" if value is not None else "" for value in (one, other))
            yield Symbol(action, "member", f"{where}.{name}", before, after, level)
    for name in [*old.fields, *(name for name in new.fields if name not in old.fields)]:
        yield from _field(f"{where}.{name}", name, new.name, old.fields.get(name), new.fields.get(name), names)


def _field(where: str, name: str, model: str, old: Field | None, new: Field | None, names: _Names) -> Iterator[Symbol]:
    if new is None and old is not None:
        yield Symbol("removed", "field", where, _annotated(name, old), "", "major")
    elif old is None and new is not None:
        due = new.required and model in names.written
        yield Symbol("added", "field", where, "", _annotated(name, new), "major" if due else "minor")
    elif old is not None and new is not None:
        was = names.now(old.type)
        if was != new.type:
            level = _judged(was, new.type, model, names)
            yield Symbol("retyped", "field", where, _annotated(name, old), _annotated(name, new), level)
        elif old.required != new.required:
            due = new.required and model in names.written
            before, after = _annotated(name, old), _annotated(name, new)
            yield Symbol("changed", "field", where, before, after, "major" if due else "minor")


def _annotated(name: str, field: Field) -> str:
    return f"{name}: {field.type}" + ("" if field.required else " = ...")


def _judged(was: str, now: str, model: str, names: _Names) -> Level:
    """Whoever reads needs no new type, whoever writes keeps the old ones."""
    fits = (model not in names.read or _within(now, was)) and (model not in names.written or _within(was, now))
    return "minor" if fits else "major"


# -- filters -------------------------------------------------------------------------------------------


def _lookups(old: Surface, new: Surface, names: _Names) -> Iterator[Symbol]:
    for name in [*old.lookups, *(name for name in new.lookups if name not in old.lookups)]:
        one, other = old.lookups.get(name), new.lookups.get(name)
        if other is None:
            yield Symbol("removed", "lookup", name, f"{name}({one})", "", "major")
        elif one is None:
            yield Symbol("added", "lookup", name, "", f"{name}({other})", "minor")
        elif names.now(one) != other:
            level: Level = "minor" if _within(names.now(one), other) else "major"
            yield Symbol("retyped", "lookup", name, f"{name}({one})", f"{name}({other})", level)


# -- types ---------------------------------------------------------------------------------------------


def _within(one: str, other: str) -> bool:
    """True when every value of a type is one of another, as type checkers see it."""
    parts, others = _alternatives(one), _alternatives(other)
    return "Any" in others or parts <= others


def _alternatives(type_: str) -> frozenset[str]:
    """What a union is made of; literals one by one."""
    try:
        node = ast.parse(type_, mode="eval").body
    except SyntaxError:
        return frozenset({type_})
    return frozenset(_parts(node))


def _parts(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        yield from _parts(node.left)
        yield from _parts(node.right)
    elif isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name) and node.value.id == "Literal":
        values = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        yield from (f"Literal[{ast.unparse(value)}]" for value in values)
    else:
        yield ast.unparse(node)
        if isinstance(node, ast.Name) and node.id == "float":
            yield "int"

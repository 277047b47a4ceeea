"""A document's own examples, fed through its client: requests must go out as they stand there, responses must be read.

`python -m tests.generator.examples FILE ...` prints how many do, and why the others don't.
"""

from __future__ import annotations

import importlib
import json
import re
import sys
import tempfile
import warnings
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx2
from hypothesis import find
from hypothesis.strategies import from_regex
from pydantic import TypeAdapter

import spec
from generator.examples import sample
from generator.plan import OperationPlan, Plan
from generator.planner import plan
from generator.render import files

_DATA = TypeAdapter[Any](Any)


@dataclass
class Fed:
    """What became of the examples of a document."""

    accepted: int = 0
    """Request bodies that went out as they stand in the document."""
    requests: int = 0
    decoded: int = 0
    """Responses that were read, and whose value gives the same data again."""
    responses: int = 0
    failures: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        accepted = f"{self.accepted} of {self.requests} requests accepted"
        return f"{accepted}, {self.decoded} of {self.responses} responses decoded"


def fed(document: Path, folder: Path, *, strict: bool = True) -> Fed:
    """Generate the client of a document into a folder, and feed it the document's examples."""
    contract, problems = spec.examine(document)
    assert contract is not None, problems
    made = plan(contract, problems, package=f"fed_{document.stem.lower().replace('-', '_').replace('.', '_')}")
    for path, content in files(made).items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    sys.path.insert(0, str(folder))
    for name in [name for name in sys.modules if name.partition(".")[0] == made.package]:
        del sys.modules[name]
    return _Feeder(contract, made, importlib.import_module(made.package), strict).feed()


class _Feeder:
    def __init__(self, contract: spec.Contract, made: Plan, package: ModuleType, strict: bool) -> None:
        self._contract = contract
        self._plan = made
        self._answer = httpx2.Response(500)
        self._seen: list[httpx2.Request] = []
        keys = {s.name: ("user", "password") if s.kind == "basic" else "a-secret" for s in made.schemes}
        transport = httpx2.MockTransport(self._serve)
        self._client = package.Client(
            keys or None, base_url="http://api.test", transport=transport, max_retries=0, strict=strict
        )
        self._fed = Fed()

    def _serve(self, request: httpx2.Request) -> httpx2.Response:
        self._seen.append(request)
        return self._answer

    def feed(self) -> Fed:
        """Feed everything."""
        sources = {o.id: o for o in self._contract.operations}
        for made in self._plan.operations:
            source = sources[made.id]
            for content_type, example in _requests(self._contract, source):
                self._request(made, source, content_type, example)
            for response, content_type, example in _responses(self._contract, source):
                self._response(made, source, response, content_type, example)
        return self._fed

    def _request(self, made: OperationPlan, source: spec.Operation, content_type: str, example: Any) -> None:
        self._fed.requests += 1
        self._answer = httpx2.Response(500)
        self._seen.clear()
        error: Exception | None = None
        try:
            self._call(made, source, content_type, example)
        except Exception as found:  # whatever it is, it is a failure of the client
            error = found
        if not self._seen:
            self._fed.failures.append(f"{made.method}: request refused: {error}")
            return
        body = self._seen[-1].read()
        sent = json.loads(body) if "json" in content_type else None
        if "json" in content_type and _alike(sent) != _alike(example):
            self._fed.failures.append(f"{made.method}: request changed: {_difference(sent, example)}")
            return
        self._fed.accepted += 1

    def _response(
        self, made: OperationPlan, source: spec.Operation, response: spec.Response, content_type: str, example: Any
    ) -> None:
        self._fed.responses += 1
        status = int(response.status) if response.status.isdigit() else 200
        self._answer = httpx2.Response(status, content=json.dumps(example), headers={"content-type": content_type})
        self._seen.clear()
        body = next(iter(_requests(self._contract, source)), (None, None))
        if source.body and body[0] is None:
            media = source.body.media[0]
            body = media.content_type, sample(self._contract, media.schema or {})
        try:
            value = self._call(made, source, *body)
        except Exception as found:  # whatever it is, it is a failure of the client
            self._fed.failures.append(f"{made.method}: {'response' if self._seen else 'request'}: {found}")
            return
        value = value.body if made.paging else value
        data = example if made.write else _DATA.dump_python(value, mode="json", by_alias=True, exclude_unset=True)
        if _alike(data) != _alike(example):
            self._fed.failures.append(f"{made.method}: response changed: {_difference(data, example)}")
            return
        self._fed.decoded += 1

    def _call(self, made: OperationPlan, source: spec.Operation, content_type: str | None, body: Any) -> Any:
        parameters: dict[tuple[str, str], spec.Parameter] = {(p.name, p.place): p for p in source.parameters}
        arguments = {
            p.argument: _argument(self._contract, parameters[p.name, p.place].schema)
            for p in (*made.positional, *made.named)
            if p.required
        }
        positional = [arguments.pop(p.argument) for p in made.positional]
        if made.body_argument and content_type is not None:
            positional.append(body)
            if made.content_types:
                arguments["content_type"] = content_type
        target = getattr(self._client, made.resource) if made.resource else self._client
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return getattr(target, made.method)(*positional, **arguments)


def _argument(contract: spec.Contract, schema: Mapping[str, Any]) -> Any:
    """A value for a parameter: the document's, or the simplest that fits."""
    whole = contract.resolve(schema)
    pattern, value = whole.get("pattern"), sample(contract, schema)
    if isinstance(pattern, str) and isinstance(value, str) and not re.search(pattern, value):
        return find(from_regex(pattern, fullmatch=True), lambda text: text.isascii() and text.isprintable())
    return value


def _requests(contract: spec.Contract, operation: spec.Operation) -> Iterator[tuple[str, Any]]:
    for media in operation.body.media if operation.body else ():
        if media.schema is not None and ("json" in media.content_type or "form" in media.content_type):
            yield from ((media.content_type, example) for example in _examples(contract, media))


def _responses(contract: spec.Contract, operation: spec.Operation) -> Iterator[tuple[spec.Response, str, Any]]:
    for response in operation.responses:
        for media in response.media:
            if response.status[:1] == "2" and "json" in media.content_type and "seq" not in media.content_type:
                yield from ((response, media.content_type, example) for example in _examples(contract, media))


def _examples(contract: spec.Contract, media: spec.Media) -> list[Any]:
    """The examples of a body, or of its schema."""
    if media.examples:
        return list(media.examples)
    whole = contract.resolve(media.schema or {})
    return [whole["example"]] if "example" in whole else list(whole.get("examples") or ())


def _alike(value: Any) -> Any:
    """Data in which what means the same is the same: moments however written, and numbers as text."""
    if isinstance(value, Mapping):
        return {key: _alike(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_alike(each) for each in value]
    if isinstance(value, str):
        with suppress(ValueError):
            return float(value)
        with suppress(ValueError):
            return datetime.fromisoformat(value).isoformat()
    return value


def _difference(found: Any, wanted: Any, where: str = "") -> str:
    """The first place where two values differ."""
    if isinstance(found, Mapping) and isinstance(wanted, Mapping):
        for key in {**wanted, **found}:
            if key not in found or key not in wanted or _alike(found[key]) != _alike(wanted[key]):
                return _difference(found.get(key, "nothing"), wanted.get(key, "nothing"), f"{where}.{key}")
    if isinstance(found, list) and isinstance(wanted, (list, tuple)) and len(found) == len(wanted):
        for number, (one, other) in enumerate(zip(found, wanted, strict=True)):
            if _alike(one) != _alike(other):
                return _difference(one, other, f"{where}[{number}]")
    return f"{where or 'body'}: {str(found)[:80]!r}, not {str(wanted)[:80]!r}"


def main() -> None:
    """Feed the documents that are named."""
    for name in sys.argv[1:]:
        for strict in (True, False):
            with tempfile.TemporaryDirectory() as folder:
                found = fed(Path(name), Path(folder), strict=strict)
            for failure in found.failures:
                print("  " + " ".join(failure.split())[:300])
            print(f"{name}{'' if strict else ', strict=False'}: {found}")


if __name__ == "__main__":
    main()

"""A client of a small document, made on the spot, and a server that records what it sends."""

from __future__ import annotations

import importlib
import itertools
import json
import sys
from contextlib import ExitStack
from pathlib import Path
from types import ModuleType
from typing import Any

from generator.__main__ import main

from .documents import Document
from .raw import Peer, server

_NUMBER = itertools.count()


def made(content: Document, folder: Path, *options: str) -> ModuleType:
    """The package of a document, imported."""
    name = f"kind_{next(_NUMBER)}"
    path, out = folder / f"{name}.json", folder / name
    path.write_text(json.dumps(content), encoding="utf-8")
    assert main(["--spec", str(path), "--out", str(out), "--package", name, *options]) == 0
    sys.path.insert(0, str(out))
    return importlib.import_module(name)


class Talk:
    """A client, what it sent, and what it is answered: JSON data, or status, body, content type and headers."""

    def __init__(self, package: ModuleType, *answers: Any, **settings: Any) -> None:
        self.answers = list(answers)
        self._stack = ExitStack()
        started = self._stack.enter_context(server(self._answer))
        self.seen = started.seen
        self.client = package.Client(**{"base_url": started.url, "max_retries": 0, **settings})

    def _answer(self, peer: Peer) -> None:
        answer = self.answers.pop(0) if self.answers else (204, b"", "", "")
        status, body, kind, headers = answer if isinstance(answer, tuple) else (200, answer, "", "")
        peer.answer(body, status, headers, kind)

    @property
    def bodies(self) -> list[Any]:
        """What was sent as JSON, in order."""
        return [json.loads(peer.body) for peer in self.seen if peer.body]

    def close(self) -> None:
        """End the connection and the server."""
        self.client.close()
        self._stack.close()


def kind_of(peer: Peer) -> str:
    """The content type of a request."""
    lines = [line for line in peer.head.splitlines() if line.lower().startswith("content-type:")]
    return lines[0].partition(":")[2].strip() if lines else ""


def body_of(media: Document, method: str = "post", **more: Any) -> Document:
    """A path with one operation that takes a body and gives nothing."""
    content = {"required": True, "content": media}
    return {method: {"requestBody": content, "responses": {"204": {"description": ""}}, **more}}


MOMENT = {"type": "string", "format": "date-time"}

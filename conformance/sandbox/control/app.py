"""Access to the control API, and the operation of a request."""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import json
import sys
import traceback
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

from starlette.requests import Request

from conformance.sandbox.behaviour import Answer
from conformance.sandbox.control import asking, pages
from conformance.sandbox.control.asking import Wrong
from conformance.sandbox.control.operations import Operations
from conformance.sandbox.routes import NoMethod, Routes
from conformance.sandbox.settings import Settings
from conformance.sandbox.state import State
from conformance.sandbox.tenants import Tenant
from spec import Contract

PREFIX = "/_sandbox/"
"""The prefix of the paths of control requests."""


class Control:
    """Answers the requests under the prefix, and those for the page at `/`."""

    def __init__(self, contract: Contract, settings: Settings, state: State, tenants: tuple[Tenant, ...]) -> None:
        """Raises ValueError for a document with paths of its own under the prefix."""
        taken = [o.path for o in contract.operations if o.path.startswith(PREFIX)]
        if taken:
            raise ValueError(f"can't serve {taken[0]}: the sandbox is controlled under {PREFIX}")
        self._contract = contract
        self._settings = settings
        own = asking.document()
        # The contract doesn't have this: its key is optional there, and only these operations have no key.
        self._open = frozenset(o.id for o in own.operations if own.at(o.pointer).get("security") == [])
        self._routes = Routes(own)
        self._operations = Operations(contract, settings, state, tenants)
        self._served = frozenset((o.method, o.path) for o in contract.operations)

    @property
    def key_header(self) -> str:
        """The header that carries the control key."""
        return asking.document().security_schemes[0].parameter

    def owns(self, request: Request) -> bool:
        """True for a request that isn't one of the API's."""
        path: str = request.scope["path"]
        return path.startswith(PREFIX) or (path == "/" and ("GET", "/") not in self._served)

    def document(self) -> Answer:
        """The API's document as it was written, if its file is still the same, else its data."""
        with suppress(OSError):
            content = Path(self._contract.file).read_bytes()
            if hashlib.sha256(content).hexdigest() == self._contract.sha256:
                return Answer(200, content.decode("utf-8"), content_type="application/yaml; charset=utf-8")
        text = json.dumps(self._contract.document, ensure_ascii=False, indent=2)
        return Answer(200, text, content_type="application/yaml; charset=utf-8")

    def answer(self, request: Request, content: bytes) -> Answer:
        """The answer to a control request."""
        try:
            return self._answer(request, content)
        except Wrong as wrong:
            return Answer(wrong.status, wrong.body)
        except Exception:
            traceback.print_exc(file=sys.stderr)
            return Answer(500, {"detail": "Unexpected error."})

    def _answer(self, request: Request, content: bytes) -> Answer:
        path, method = request.scope["path"], request.method
        if method in ("GET", "HEAD"):
            page = pages.find(self._contract, path)
            if page:
                return page
        match = self._routes.match(method, path)
        if match is None:
            raise Wrong(404, f"There is no such path; {PREFIX}openapi.yaml lists those that there are.")
        if isinstance(match, NoMethod):
            return Answer(405, {"detail": "This method is not allowed here."}, {"Allow": ", ".join(match.allowed)})
        if match.operation.id not in self._open:
            self._admit(request)
        asked = asking.read(
            match.operation,
            match.path,
            request.scope["query_string"],
            content,
            request.headers.get("content-type", ""),
        )
        return self._operations.perform(match.operation.id, asked)

    def _admit(self, request: Request) -> None:
        """Raise Wrong unless the request comes from this machine, or shows the control key."""
        if _of_a_foreign_page(request):
            raise Wrong(403, "A page of another origin can't control the sandbox.")
        key, shown = self._settings.control_key, request.headers.get(self.key_header)
        if key is not None and shown is not None:
            if not hmac.compare_digest(shown.encode("utf-8", "replace"), key.encode("utf-8")):
                raise Wrong(401, f"The key in {self.key_header} isn't the control key.")
            return
        if _is_here(request):
            return
        if key is None:
            raise Wrong(403, "The sandbox was started without a control key: only its own machine can control it.")
        raise Wrong(401, f"A control key is needed in {self.key_header}.")


def _of_a_foreign_page(request: Request) -> bool:
    """A browser names the origin of the page that sends a request which changes something."""
    origin = request.headers.get("origin")
    return origin is not None and urlsplit(origin).netloc != request.headers.get("host")


def _is_here(request: Request) -> bool:
    """True when the client is on this machine and calls it by a name of its own.

    A page of another site whose name was bent to this machine's address calls it by that name.
    """
    host = urlsplit(f"//{request.headers.get('host', '')}").hostname or ""
    return _is_loopback(request.client.host if request.client else "") and _is_loopback(host)


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    with suppress(ValueError):
        return ipaddress.ip_address(host).is_loopback
    return False

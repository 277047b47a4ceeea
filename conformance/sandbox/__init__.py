"""A server that follows the document, with a catalog that reveals every semantic bug."""

from conformance.sandbox.databases import StoreError
from conformance.sandbox.faults import Fault, faults
from conformance.sandbox.running import Request, RunningSandbox, SandboxError
from conformance.sandbox.server import app, serve
from conformance.sandbox.settings import DEFAULT_KEY, Settings

__all__ = [
    "DEFAULT_KEY",
    "Fault",
    "Request",
    "RunningSandbox",
    "SandboxError",
    "Settings",
    "StoreError",
    "app",
    "faults",
    "serve",
]

"""The control room: reset, load, watch and disturb a sandbox while it runs; described by `openapi.yaml` beside this."""

from conformance.sandbox.control.app import PREFIX, Control

__all__ = ["PREFIX", "Control"]

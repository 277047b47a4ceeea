"""The control API: reset, load, watch and disturb a running sandbox. `openapi.yaml` beside this describes it."""

from conformance.sandbox.control.app import PREFIX, Control

__all__ = ["PREFIX", "Control"]

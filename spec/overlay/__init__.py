"""OpenAPI Overlays: changes to a document that stay in a file of their own, beside the untouched document.

An Overlay that names its document with `extends` stands for the document: every command takes it in place of one.
"""

from spec.overlay.apply import applied, beside, is_overlay
from spec.overlay.targets import member, of_pointer
from spec.overlay.work import Work

__all__ = ["Work", "applied", "beside", "is_overlay", "member", "of_pointer"]

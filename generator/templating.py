"""Errors in templates, with file and line."""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import jinja2


class TemplateError(Exception):
    """A template that can't be used, or whose output isn't Python. The text gives the place and the reason."""


@contextmanager
def located(name: str, folders: dict[Path, Path] | None = None) -> Iterator[None]:
    """Whatever the template raises inside is a TemplateError. `folders` maps copies to their origins."""
    try:
        yield
    except jinja2.TemplateNotFound as error:
        raise TemplateError(f"there is no template {error.name!r}") from error
    except jinja2.TemplateSyntaxError as error:
        file = _home(error.filename or error.name or "template", folders)
        raise TemplateError(f"{file}:{error.lineno}: {error.message}") from error
    except UnicodeDecodeError as error:
        raise TemplateError(f"{name}: it isn't UTF-8: {error.reason} at byte {error.start}") from error
    except Exception as error:
        # Jinja rewrites the traceback so that it leads through the templates; nothing else here calls code of users.
        frames = [f for f in traceback.extract_tb(error.__traceback__) if f.filename.endswith(".jinja2")]
        if not frames:
            raise
        place = f"{_home(frames[-1].filename, folders)}:{frames[-1].lineno}"
        raise TemplateError(f"{place}: {error or type(error).__name__}") from error


def _home(file: str, folders: dict[Path, Path] | None) -> str:
    for copy, home in (folders or {}).items():
        if Path(file).is_relative_to(copy) and (home / Path(file).relative_to(copy)).exists():
            return str(home / Path(file).relative_to(copy))
    return file

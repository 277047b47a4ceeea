"""Files of a person's entries about clauses, in YAML or TOML: reading them, and saying what is wrong with one."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import jsonschema
import yaml

_EMPTY = "is empty; a person must fill it in"


def entries(path: Path, schema: Path) -> list[dict[str, Any]]:
    """The entries of a file, as its schema describes them. Raises ValueError, with a line for each mistake."""
    try:
        text = path.read_text("utf-8")
        data: Any = tomllib.loads(text) if path.suffix == ".toml" else yaml.safe_load(text)
    except OSError as error:
        raise ValueError(f"{path}: {error.strerror}") from None
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, yaml.YAMLError, RecursionError) as error:
        raise ValueError(f"{path} can't be read: {' '.join(str(error).split())}") from None
    data = _plain(data)
    described = json.loads(schema.read_text("utf-8"))
    (name,) = described["required"]
    wrong = [_problem(error, name, schema) for error in jsonschema.Draft202012Validator(described).iter_errors(data)]
    if wrong:
        raise ValueError("\n".join(f"{path}: {problem}" for problem in wrong))
    found: list[dict[str, Any]] = data[name]
    return found


def _problem(error: jsonschema.ValidationError, name: str, schema: Path) -> str:
    path = list(error.absolute_path)
    if not path or not isinstance(error.instance, (str, dict)) or len(path) < 2:
        return f"a file of {name} is a mapping with a list `{name}`; see conformance/reports/{schema.name}"
    where = f"{name.removesuffix('s')} {int(path[1]) + 1}" + "".join(f", {part}" for part in path[2:])
    if (
        error.validator == "required"
        and isinstance(error.instance, Mapping)
        and isinstance(error.validator_value, list)
    ):
        missing = [field for field in error.validator_value if field not in error.instance]
        return f"{where} lacks {' and '.join(missing)}"
    if error.instance == "":
        return f"{where} {_EMPTY}"
    return f"{where}: {error.message}"


def _plain(data: Any) -> Any:
    """Days, which YAML and TOML read as such, as the text that was written."""
    if isinstance(data, dict):
        return {name: _plain(value) for name, value in data.items()}
    if isinstance(data, list):
        return [_plain(item) for item in data]
    return data.isoformat() if isinstance(data, date) else data

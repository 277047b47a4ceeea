"""The module of models, by datamodel-code-generator with templates of ours.

The definitions arrive with their names final and nothing left to decide, so that what it writes is the same
for every version of the document that says the same.
"""

from __future__ import annotations

import re
import shutil
import tempfile
import warnings
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from datamodel_code_generator import generate
from datamodel_code_generator.enums import DataModelType, InputFileType, OpenAPIScope
from datamodel_code_generator.format import DatetimeClassType, PythonVersion

from generator.forms import REFS, Form, unbounded
from generator.schemas import Definitions
from generator.templating import told

_TEMPLATES = Path(__file__).parent / "templates" / "models"
_ALIAS = re.compile(r"\balias=('(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\")")
_IMPORT_OF_OURS = "from runtime.types import"
_OURS = ("DecimalString", "Upload")


def module(definitions: Definitions, templates: Path | None = None) -> str:
    """The source of the models, imports included, not yet formatted. Empty when there are none.

    `templates` is a folder whose `models` go before ours.
    """
    if not definitions.forms:
        return ""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for source in (_TEMPLATES, templates / "models" if templates else _TEMPLATES):
            if source.is_dir():
                shutil.copytree(source, folder, dirs_exist_ok=True)
        with told("models", {folder: templates / "models"} if templates else None):
            return _made(definitions, folder)


def _made(definitions: Definitions, templates: Path) -> str:
    document = {
        "openapi": "3.1.0",
        "info": {"title": "models", "version": "1"},
        "paths": {},
        "components": {"schemas": _components(definitions)},
    }
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        made = generate(
            document,
            input_file_type=InputFileType.OpenAPI,
            openapi_scopes=[OpenAPIScope.Schemas],
            output_model_type=DataModelType.PydanticV2BaseModel,
            target_python_version=PythonVersion.PY_311,
            base_class="runtime.types.Model",
            custom_template_dir=templates,
            extra_template_data=_extra(definitions),
            type_overrides={name: f"runtime.types.{name}" for name in _OURS},
            aliases=_aliases(definitions),
            output_datetime_class=DatetimeClassType.Awaredatetime,
            use_annotated=True,
            use_standard_collections=True,
            use_union_operator=True,
            use_schema_description=True,
            use_field_description=True,
            use_inline_field_description=True,
            use_double_quotes=True,
            disable_timestamp=True,
            keep_model_order=False,
            formatters=[],
            extra_fields=None,
        )
    if not isinstance(made, str):
        raise TypeError("the models came as several modules")
    made = _ALIAS.sub(r"validation_alias=\1, serialization_alias=\1", made)
    return "".join(line for line in made.splitlines(keepends=True) if not line.startswith(_IMPORT_OF_OURS))


def _components(definitions: Definitions) -> dict[str, Form]:
    """What the tool is given; our own types stand in as schemas whose references it replaces."""
    forms = {name: _for_tool(form, name in definitions.requests) for name, form in definitions.forms.items()}
    return {**{name: {"type": "string"} for name in _OURS}, **forms}


def _extra(definitions: Definitions) -> defaultdict[str, dict[str, Any]]:
    data: defaultdict[str, dict[str, Any]] = defaultdict(dict)
    for name, form in definitions.forms.items():
        if name in definitions.requests:
            properties: Mapping[str, Form] = form["properties"]
            fields = definitions.fields[name]
            optional = [p for p in properties if p not in form["required"]]
            data[name] = {"request": True, "not_null": [fields[p] for p in optional if not _nullable(properties[p])]}
    return data


def _aliases(definitions: Definitions) -> Mapping[str, str | list[str]]:
    return {
        f"{name}.{prop}": field
        for name, fields in definitions.fields.items()
        for prop, field in fields.items()
        if prop != field
    }


def _nullable(form: Form) -> bool:
    return not form.keys() - {"description"} or {"type": "null"} in form.get("anyOf", ())


def _for_tool(form: Form, sent: bool) -> Form:
    """A form in words that the tool takes: a closed set of values is a Literal, and no class."""
    told = {k: v for k, v in form.items() if k == "description"}
    if form.get("x-tag"):
        return {"enum": form["enum"], "x-enum-field-as-literal": True, **told}
    if form.get("format") == "decimal":
        return {"$ref": f"{REFS}DecimalString", **told}
    if form.get("format") == "binary":
        return {"$ref": f"{REFS}Upload", **told} if sent else {"type": "string", **told}
    made = dict(form)
    for word in ("items", "additionalProperties"):
        if isinstance(made.get(word), dict):
            # The tool would make a class of an item with bounds; only the list's own are checked.
            made[word] = _for_tool(unbounded(made[word]), sent) or True
    if "anyOf" in made:
        made["anyOf"] = [_for_tool(unbounded(each), sent) for each in made["anyOf"]]
    if "properties" in made:
        made["properties"] = {name: _for_tool(each, sent) for name, each in made["properties"].items()}
    return made

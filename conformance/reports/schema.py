"""The JSON Schema of a report, for other languages: made of the model, never edited by hand.

`python -m conformance.reports.schema` writes it.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec

from conformance.reports.model import Answered, Concluded, Footer, Header, Report

FILE = Path(__file__).with_name("report.schema.json")

_DEFINITION = "#/$defs/{name}"


def schema() -> dict[str, Any]:
    """The schema of report.json. The events of the stream that it is folded from are under $defs."""
    _, defined = msgspec.json.schema_components([Report, Header, Concluded, Answered, Footer], ref_template=_DEFINITION)
    report = defined.pop("Report")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:seller-center-contract:report",
        **report,
        "title": "Report of a conformance run",
        "description": "report.json. The events of its stream are under $defs: Header, Concluded, Answered, Footer.",
        "$defs": dict(sorted(defined.items())),
    }


def text() -> str:
    """The schema as it stands in the repository."""
    return json.dumps(schema(), indent=2) + "\n"


if __name__ == "__main__":
    FILE.write_text(text(), "utf-8")

"""Which fields of a write read back: those that a row shows in the form in which they are sent."""

from __future__ import annotations

import shutil
from pathlib import Path

from spec.importing.importing import import_document

NETBOX = Path(__file__).parent / "makers" / "netbox.yaml"


def test_a_key_that_is_shown_as_its_object_does_not_read_back(tmp_path: Path) -> None:
    contract = import_document(str(shutil.copy(NETBOX, tmp_path)), None).contract
    ids = [clause.id for clause in contract.clauses if clause.id.startswith("dcim_devices_create.write.field.")]
    assert [id.rpartition(".")[2] for id in ids] == ["name", "asset_tag", "position"]
    assert {"status", "platform", "tags"} <= contract.shown_fields(contract.collections[0]).keys()

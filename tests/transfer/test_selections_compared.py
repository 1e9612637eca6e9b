"""An archive of a selection beside the very store that it was read from: nothing differs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.support import Sandbox, archive_of, import_
from transfer.conversation import Selection
from transfer.fidelity import summary
from transfer.stages import COMPARISON

SELECTIONS: dict[str, dict[str, Any]] = {
    "namespaces": {"namespaces": frozenset({"custom"})},
    "types": {"metaobject_types": frozenset({"designer"}), "owner_types": frozenset({"PRODUCT"})},
    "some products": {"products": "status:draft"},
    "a record, with everything it needs": {
        "records": [("products", ("iron-00002",))],
        "closure": True,
    },
    "kinds": {"resources": frozenset({"products", "metafield_pins", "menus"})},
}


def test_every_part_of_a_selection_is_compared_here() -> None:
    named = {name for chosen in SELECTIONS.values() for name in chosen}
    assert {*Selection.__dataclass_fields__} - named == {"also"}, "kinds that are carried only where somebody asks"


@pytest.mark.parametrize("chosen", SELECTIONS.values(), ids=SELECTIONS)
def test_a_selection_equals_its_own_store(chosen: dict[str, Any], sandbox: Sandbox, tmp_path: Path) -> None:
    shop = sandbox.shop("boutique", products=4)
    archive = archive_of(sandbox, shop, tmp_path, **chosen)
    _, past = import_(sandbox, shop, archive, tmp_path, stages=COMPARISON, other="")
    found = summary(past["compare"]["resources"])
    assert found["equal"], {name: own["examples"] for name, own in found["resources"].items() if own["fidelity"] != 1.0}
    assert found["totals"]["equal"]

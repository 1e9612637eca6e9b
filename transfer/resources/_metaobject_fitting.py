"""What of an entry its definition takes, as that will stand in the target: values of fields, a status, a template."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..resource import Fields
from . import _validations as validations
from . import _value_rules as value_rules

ACTIVE = {"status": "ACTIVE"}


def misfit(key: str, item: Mapping[str, str], field: Mapping[str, Any] | None) -> str | None:
    """Why a field does not take a value. `field`: of the target's definition, None where that has none of this key."""
    if field is None:
        return f"Its definition in the target store has no field {key}."
    if field["type"] != item["type"]:
        return f"The field {key} is of type {field['type']} in the target store, not {item['type']}."
    if not item["value"] and field["required"]:
        return f"The field {key} must be filled in the target store, so it is not emptied."
    other = validations.stranger(item["type"], item["value"], field["validations"])
    if other is not None:
        return f"The field {key} lets it name no entry of type {other} in the target store."
    rule = value_rules.broken(item["type"], item["value"], field["validations"])
    return f"The value of {key} {rule}, which its definition in the target store does not allow." if rule else None


def granted(before: Fields | None, wanted: Fields, given: Fields) -> tuple[Fields, tuple[str, ...]]:
    """(what of an entry's capabilities its type takes, a sentence for each that it loses by that).

    `given`: the capabilities of its definition. Where the source's type has no status, its entries are shown to
    everybody, so a new one is not left a draft.
    """
    enabled = {name for name, own in given.items() if own is not None and own.get("enabled")}
    own = {name: one for name, one in wanted.items() if one is None or name in enabled}
    if before is None and "publishable" in enabled and "publishable" not in wanted:
        own["publishable"] = ACTIVE
    lost = (_lost(name, one) for name, one in wanted.items() if name not in own)
    return own, tuple(filter(None, lost))


def _lost(name: str, own: Mapping[str, Any]) -> str:
    """One sentence on what an entry goes without; empty where it has nothing there."""
    if name == "publishable" and own.get("status") == "DRAFT":
        return "Entries of its type are never drafts in the target store, so this draft is shown there."
    if name == "publishable" and own.get("status"):
        return "Entries of its type have no status in the target store; all of them are shown there."
    if name == "onlineStore" and own.get("templateSuffix"):
        template = own["templateSuffix"]
        return f"Entries of its type have no pages in the target store, so it goes without the template {template}."
    return ""

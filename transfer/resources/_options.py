"""The options of a product that exists: what differs, and how the archive's values and order get into it.

What only the target has stays: its values come after the archive's, and count as no difference.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ..diff import Change
from ..outcomes import Reason
from ..resource import Ask, Fields, Job, Result, Talk
from . import _linked_losses as losses
from . import _linked_options as linked
from . import _product_taking as taking
from ._common import refused

_PRESENT = """
query OptionsOfProduct($id: ID!) {
  product(id: $id) {
    options { id name linkedMetafield { namespace key } optionValues { id name linkedMetafieldValue } }
  }
}
"""
_ADD_VALUES = """
mutation AddOptionValues($id: ID!, $option: OptionUpdateInput!, $values: [OptionValueCreateInput!]!) {
  productOptionUpdate(productId: $id, option: $option, optionValuesToAdd: $values, variantStrategy: LEAVE_AS_IS) {
    userErrors { field message code }
  }
}
"""
_REORDER = """
mutation ReorderOptions($id: ID!, $options: [OptionReorderInput!]!) {
  productOptionsReorder(productId: $id, options: $options) { product { id } userErrors { field message code } }
}
"""


def names(fields: Fields) -> list[str]:
    return [item["name"] for item in fields["options"]]


def changes(before: Fields, after: Fields) -> Iterator[Change]:
    """Values that the target lacks, and what stands in another order there."""
    present = {item["name"]: item["values"] for item in before["options"]}
    for item in after["options"]:
        own = present.get(item["name"], [])
        if set(item["values"]) - set(own) or moved(own, item["values"]):
            yield Change(f"options.{item['name']}.values", own, with_more(item["values"], own))
    yield from linked.changes(before["options"], after["options"])
    if moved(names(before), names(after)):
        yield Change("optionOrder", names(before), names(after))


def with_more(wanted: Sequence[str], present: Sequence[str]) -> list[str]:
    """What is wanted, and behind it what only the target has, which stays."""
    return [*wanted, *(one for one in present if one not in set(wanted))]


def moved(present: Sequence[Any], wanted: Sequence[Any]) -> bool:
    """Whether what both have stands in another order."""
    here, there = set(present), set(wanted)
    return [one for one in present if one in there] != [one for one in wanted if one in here]


def link(job: Job) -> Talk[Result | losses.Losses]:
    """Links options that exist to the entries that their values are, as far as Shopify takes it."""
    if not any(path.startswith("options.") for path in job.changed):
        return losses.NOTHING
    return (yield from linked.link(job, (yield from _present(job))))


def _present(job: Job) -> Talk[dict[str, Mapping[str, Any]]]:
    data = yield Ask(_PRESENT, {"id": job.gid})
    return {item["name"]: item for item in data["product"]["options"]} if data["product"] is not None else {}


def current(job: Job) -> Talk[dict[str, Mapping[str, Any]] | Result]:
    """The options as they are now, by name; all that are wanted are there."""
    present = yield from _present(job)
    if present.keys() >= set(names(job.after)):
        return present
    return Result(job.key, reason=Reason.CHANGED_MEANWHILE, detail="Its options were changed after the plan was made.")


def arrange(job: Job) -> Talk[Result | None]:
    """Adds the values that no variant of the archive uses, and puts options and values into the archive's order."""
    assert job.gid is not None
    present = yield from current(job)
    if isinstance(present, Result):
        return present
    refusal = yield from taking.delete_values(job, present)
    if refusal is not None:
        return refusal
    options = []
    for item in job.after["options"]:
        own = present[item["name"]]
        values = [value["name"] for value in own["optionValues"]]
        missing = [name for name in item["values"] if name not in values]
        if missing:
            added = [linked.new_value(item, name) for name in missing]
            variables = {"id": job.gid, "option": {"id": own["id"]}, "values": added}
            data = yield Ask(_ADD_VALUES, variables, repeatable=False)
            if data["productOptionUpdate"]["userErrors"]:
                return refused(job.key, data["productOptionUpdate"]["userErrors"])
        extra = [name for name in values if name not in item["values"] and not _deleted(job, item["name"], name)]
        options.append({"name": item["name"], "values": [{"name": name} for name in (*item["values"], *extra)]})
    return (yield from _reorder(job, present, options))


def _deleted(job: Job, option: str, value: str) -> bool:
    return value in taking.dropped(job, option)


def _reorder(job: Job, present: Mapping[str, Any], options: list[dict[str, Any]]) -> Talk[Result | None]:
    mine = {item["name"] for item in options}
    options += [{"name": name} for name in present if name not in mine]
    data = yield Ask(_REORDER, {"id": job.gid, "options": options}, repeatable=True)
    errors = data["productOptionsReorder"]["userErrors"]
    return refused(job.key, errors) if errors else None

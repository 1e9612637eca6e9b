"""The options of a product that exists: what differs, and how the archive's values and order get into it.

What only the target has stays: its values come after the archive's, and count as no difference.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from ..diff import Change
from ..outcomes import Reason
from ..resource import Ask, Fields, Job, Result, Talk
from . import _linked_losses as losses
from . import _linked_options as linked
from . import _product_taking as taking
from . import product_variants as variants
from ._common import refused

FIELDS = "options { id name linkedMetafield { namespace key } optionValues { id name linkedMetafieldValue } }"
_PRESENT = f"query OptionsOfProduct($id: ID!) {{ product(id: $id) {{ {FIELDS} }} }}"
_ADD_VALUES = f"""
mutation AddOptionValues($id: ID!, $option: OptionUpdateInput!, $values: [OptionValueCreateInput!]!) {{
  productOptionUpdate(productId: $id, option: $option, optionValuesToAdd: $values, variantStrategy: LEAVE_AS_IS) {{
    product {{ {FIELDS} }} userErrors {{ field message code }}
  }}
}}
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
    return named(job, data["product"]["options"]) if data["product"] is not None else {}


def named(job: Job, nodes: Sequence[Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    """Options by their names, the values under the names that they go by in the plan: beside `name` stands `label`."""
    called = linked.called_now(job, nodes)
    return {
        node["name"]: {
            **node,
            "optionValues": [
                {
                    **value,
                    "label": value["name"],
                    "name": called.get(node["name"], {}).get(value["name"], value["name"]),
                }
                for value in node["optionValues"]
            ],
        }
        for node in nodes
    }


def current(job: Job) -> Talk[dict[str, Mapping[str, Any]] | Result]:
    """The options as they are now, by name; all that are wanted are there."""
    present = yield from _present(job)
    if present.keys() >= set(names(job.after)):
        return present
    return Result(job.key, reason=Reason.CHANGED_MEANWHILE, detail="Its options were changed after the plan was made.")


def variants_of(job: Job) -> Talk[dict[variants.Chosen, str]]:
    """The variants as they are now, by the names that their values go by in the plan -> GID."""
    assert job.gid is not None
    found: dict[variants.Chosen, str] = {}
    for page in (yield from variants.id_pages(job.gid, with_options=linked.is_linked(job))):
        found |= dict(named_variants(job, page.get("options"), page["variants"]["nodes"]))
    return found


def named_variants(
    job: Job, options: Sequence[Mapping[str, Any]] | None, nodes: Iterable[Mapping[str, Any]]
) -> Iterator[tuple[variants.Chosen, str]]:
    """(what a variant has chosen, by the names in the plan, GID). `options`: as Shopify has them at that moment."""
    called = linked.called_now(job, options or ())
    for node in nodes:
        own = [(name, called.get(name, {}).get(value, value)) for name, value in variants.pairs(node)]
        yield variants.chosen(own), node["id"]


def arrange(job: Job) -> Talk[Result | None]:
    """Adds the values that no variant of the archive uses, and puts options and values into the archive's order."""
    assert job.gid is not None
    present = yield from current(job)
    if isinstance(present, Result):
        return present
    refusal = yield from taking.delete_values(job, present)
    if refusal is not None:
        return refusal
    for item in job.after["options"]:
        own = present[item["name"]]
        values = {value["name"] for value in own["optionValues"]}
        missing = [linked.new_value(item, name) for name in item["values"] if name not in values]
        if missing:
            variables = {"id": job.gid, "option": {"id": own["id"]}, "values": missing}
            data = yield Ask(_ADD_VALUES, variables, repeatable=False)
            payload = data["productOptionUpdate"]
            if payload["userErrors"]:
                return refused(job.key, payload["userErrors"])
            present = named(job, payload["product"]["options"])
    options = [
        {"name": item["name"], "values": _in_order(job, item, present[item["name"]])} for item in job.after["options"]
    ]
    return (yield from _reorder(job, present, options))


def _in_order(job: Job, item: Fields, own: Mapping[str, Any]) -> list[dict[str, str]]:
    """The values of an option as they are to stand: the wanted ones, and behind them what only the target has."""
    labels = {value["name"]: value["label"] for value in own["optionValues"]}
    gone = taking.dropped(job, item["name"])
    there = [name for name in with_more(item["values"], list(labels)) if name in labels and name not in gone]
    return [{"name": labels[name]} for name in there]


def _reorder(job: Job, present: Mapping[str, Any], options: list[dict[str, Any]]) -> Talk[Result | None]:
    mine = {item["name"] for item in options}
    options += [{"name": name} for name in present if name not in mine]
    data = yield Ask(_REORDER, {"id": job.gid, "options": options}, repeatable=True)
    errors = data["productOptionsReorder"]["userErrors"]
    return refused(job.key, errors) if errors else None

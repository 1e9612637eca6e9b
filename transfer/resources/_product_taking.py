"""What a row with REPLACE takes away from a product: variants, values of options and media that it does not name.

A record says so by `exact`: it holds all that the product is to have, and not only what it is to have at least.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from ..diff import Change, text_of
from ..resource import Ask, Fields, Job, Result, Talk
from . import _product_media as media
from . import product_variants as variants
from ._common import refused, touches

MOST = 250  # https://shopify.dev/docs/api/usage/limits: items of an array argument

_DELETE_VARIANTS = """
mutation DeleteVariants($id: ID!, $variants: [ID!]!) {
  productVariantsBulkDelete(productId: $id, variantsIds: $variants) { userErrors { field message code } }
}
"""
_DELETE_VALUES = """
mutation DeleteOptionValues($id: ID!, $option: OptionUpdateInput!, $values: [ID!]!) {
  productOptionUpdate(productId: $id, option: $option, optionValuesToDelete: $values, variantStrategy: LEAVE_AS_IS) {
    userErrors { field message code }
  }
}
"""


def gone(before: Fields, after: Fields) -> dict[variants.Chosen, Fields]:
    """The variants that are to go, by what they have chosen."""
    if not after.get("exact"):
        return {}
    kept = {chosen for chosen, _ in variants.by_options(after["variants"])}
    return {chosen: item for chosen, item in variants.by_options(before["variants"]) if chosen not in kept}


def shown(after: Fields) -> Fields:
    """A record as it can be: with a picture that goes from the product, its variants lose it as well."""
    if not media.all_of_them(after):
        return after
    pictures = set(after.get("media") or ())
    lost = {"media": None}
    return {
        **after,
        "variants": [item if item.get("media") in pictures else {**item, **lost} for item in after["variants"]],
    }


def changes(before: Fields, after: Fields) -> Iterator[Change]:
    """What goes. Where something comes to the same list as well, this is the change of the whole list."""
    if media.all_of_them(after):
        present, wanted = before.get("media") or [], after.get("media") or []
        if set(present) - set(wanted):
            yield Change("media", present, wanted)
    if not after.get("exact"):
        return
    for chosen, item in gone(before, after).items():
        yield Change(f"variants.{_named(chosen)}", item, None)
    wanted = {option["name"]: option["values"] for option in after["options"]}
    for option in before["options"]:
        values = wanted.get(option["name"], option["values"])
        if set(option["values"]) - set(values):
            yield Change(f"options.{option['name']}.values", option["values"], values)


def _named(chosen: variants.Chosen) -> str:
    return text_of([list(pair) for pair in chosen])


def delete_variants(job: Job, known: Mapping[variants.Chosen, str]) -> Talk[Result | None]:
    """Those that the plan names; what somebody added since stays."""
    assert job.before is not None
    own = [
        known[chosen]
        for chosen in gone(job.before, job.after)
        if chosen in known and touches(job.changed, f"variants.{_named(chosen)}")
    ]
    for start in range(0, len(own), MOST):
        # Not repeated after a lost answer: of ids that are gone Shopify says that they are not the product's.
        data = yield Ask(_DELETE_VARIANTS, {"id": job.gid, "variants": own[start : start + MOST]})
        errors = data["productVariantsBulkDelete"]["userErrors"]
        if errors:
            return refused(job.key, errors)
    return None


def dropped(job: Job, option: str) -> set[str]:
    """The values of an option that the plan takes away."""
    if not job.after.get("exact") or not touches(job.changed, f"options.{option}.values"):
        return set()
    assert job.before is not None
    before, after = (
        {value for item in fields["options"] if item["name"] == option for value in item["values"]}
        for fields in (job.before, job.after)
    )
    return before - after


def delete_values(
    job: Job, options: Mapping[str, Mapping[str, Any]], used: Collection[tuple[str, str]] = ()
) -> Talk[Result | None]:
    """`options`: as they are now, by name; `used`: (option, value) that are spared for a while.

    Another value that a variant still has stays, and is told of by Shopify.
    """
    for item in job.after["options"]:
        own = options[item["name"]]
        own_gone = dropped(job, item["name"])
        own_gone -= {value for name, value in used if name == item["name"]}
        values = [value["id"] for value in own["optionValues"] if value["name"] in own_gone]
        if values:
            variables = {"id": job.gid, "option": {"id": own["id"]}, "values": values}
            data = yield Ask(_DELETE_VALUES, variables, repeatable=False)
            if data["productOptionUpdate"]["userErrors"]:
                return refused(job.key, data["productOptionUpdate"]["userErrors"])
    return None

"""Writing products: a new one whole, what differs of one that exists, and what had to wait for other records.

A new product is made by one productSet without an identifier: a handle that exists is then refused and never taken
over. An existing product never sees productSet again, because every list in it deletes what the list does not name; it
is changed by the mutations that add and update.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from .. import links
from ..keys import Key
from ..relative import page
from ..resource import Ask, Fields, Job, Result, Talk
from . import _linked_losses as losses
from . import _linked_options as linked
from . import _options as options
from . import _product_media as media
from . import _product_room as room
from . import _product_taking as taking
from . import product_variants as variants
from ._common import beside, emptied, given, refused, touches

FIRST_VARIANTS = 100  # in the creating request; the rest follows in requests of as many

_CREATE = f"""
mutation CreateProduct($input: ProductSetInput!, $variants: Int!, $linked: Boolean!) {{
  productSet(input: $input, synchronous: true) {{
    product {{
      id handle {linked.NOW} variants(first: $variants) {{ nodes {{ id selectedOptions {{ name value }} }} }}
    }}
    userErrors {{ field message code }}
  }}
}}
"""
_ADD_VARIANTS = f"""
mutation AddVariants($id: ID!, $variants: [ProductVariantsBulkInput!]!, $linked: Boolean!) {{
  productVariantsBulkCreate(productId: $id, variants: $variants, strategy: PRESERVE_STANDALONE_VARIANT) {{
    product @include(if: $linked) {{ {linked.NOW} }}
    productVariants {{ id selectedOptions {{ name value }} }} userErrors {{ field message code }}
  }}
}}
"""
_UPDATE_VARIANTS = """
mutation UpdateVariants($id: ID!, $variants: [ProductVariantsBulkInput!]!) {
  productVariantsBulkUpdate(productId: $id, variants: $variants) {
    productVariants { id } userErrors { field message code }
  }
}
"""
_UPDATE = """
mutation UpdateProduct($product: ProductUpdateInput!) {
  productUpdate(product: $product) { product { id } userErrors { field message } }
}
"""
_REORDER_VARIANTS = """
mutation ReorderVariants($id: ID!, $positions: [ProductVariantPositionInput!]!) {
  productVariantsBulkReorder(productId: $id, positions: $positions) {
    product { id } userErrors { field message code }
  }
}
"""
OWN = (
    "title",
    "descriptionHtml",
    "vendor",
    "productType",
    "tags",
    "status",
    "templateSuffix",
    "seo",
    "requiresSellingPlan",
    "giftCardTemplateSuffix",
    "category",
)


def create(job: Job) -> Talk[Result]:
    fields = job.after
    first, rest = fields["variants"][:FIRST_VARIANTS], fields["variants"][FIRST_VARIANTS:]
    product = emptied(given({name: fields.get(name) for name in (*OWN, "giftCard")}), ["category"])
    entries = linked.entries_of(job)
    product |= {
        "handle": job.key[0],
        "productOptions": [linked.input_of(item) for item in fields["options"]],
        "variants": [
            {**variants.inputs(item), **media.of_new_variant(item), "optionValues": linked.choice(item, entries)}
            for item in first
        ],
        **media.inputs(fields),
    }
    data = yield Ask(_CREATE, {"input": product, "variants": len(first), "linked": linked.is_linked(job)})
    payload = data["productSet"]
    if payload["userErrors"]:
        lost = losses.unlinkable(job, payload["userErrors"])
        if not lost.paths:
            return refused(job.key, payload["userErrors"])
        return lost.of((yield from create(_without(job, lost))))  # again, as what it can be here
    created = payload["product"]
    also = _named(job, created, created["variants"]["nodes"])
    more = yield from _add(job, created["id"], rest)
    if isinstance(more, Result):
        return more
    detail = "" if created["handle"] == job.key[0] else f"Shopify named it {created['handle']}."
    return Result(job.key, created["id"], detail=detail, also=(*also, *more))


def _without(job: Job, lost: losses.Losses) -> Job:
    """`job`, with what is left of it. What is new of an option may have been its link alone."""
    after = losses.without(job.before, job.after, lost.paths)
    still = {change.path for change in options.changes(job.before, after)} if job.before is not None else set()
    changed = tuple(path for path in job.changed if not path.startswith("options.") or path in still)
    return replace(job, after=after, changed=changed) if lost.paths else job


def _named(
    job: Job, product: Mapping[str, Any] | None, nodes: Sequence[Mapping[str, Any]]
) -> tuple[tuple[str, Key, str], ...]:
    """What was made, under the names of the plan. `product`: with its options, where these are linked."""
    found = options.named_variants(job, (product or {}).get("options"), nodes)
    return tuple(("variants", variants.key_of(job.key, chosen), gid) for chosen, gid in found)


def _add(job: Job, gid: str, items: Sequence[Fields]) -> Talk[tuple[tuple[str, Key, str], ...] | Result]:
    """Adds variants to a product that exists, in bounded requests."""
    also: tuple[tuple[str, Key, str], ...] = ()
    entries = linked.entries_of(job)
    for start in range(0, len(items), FIRST_VARIANTS):
        some = items[start : start + FIRST_VARIANTS]
        inputs = [
            {**variants.inputs(item), **media.of_variant_input(item), "optionValues": linked.choice(item, entries)}
            for item in some
        ]
        data = yield Ask(_ADD_VARIANTS, {"id": gid, "variants": inputs, "linked": linked.is_linked(job)})
        payload = data["productVariantsBulkCreate"]
        if payload["userErrors"]:
            return refused(job.key, payload["userErrors"])
        also = (*also, *_named(job, payload.get("product"), payload["productVariants"]))
    return also


def begun(job: Job) -> Fields:
    """Its text goes at first without the variants that its links name and that are not there yet: its own, often."""
    if "descriptionHtml" not in job.without:
        return job.after
    text = links.without_ids(links.on(page(job.resource)), job.after["descriptionHtml"])
    return {**job.after, "descriptionHtml": text}


def _texts(job: Job) -> Talk[Result | None]:
    own = {name: job.after.get(name) for name in OWN if touches(job.changed, name)}
    if "seo" in own:
        own["seo"] = beside((job.before or {}).get("seo"), own["seo"])
    if own:
        data = yield Ask(_UPDATE, {"product": {"id": job.gid, **emptied(given(own), ["category"])}}, repeatable=True)
        if data["productUpdate"]["userErrors"]:
            return refused(job.key, data["productUpdate"]["userErrors"])
    return None


def link(job: Job) -> Talk[Result]:
    """The second pass: entries behind options and variants in links, which were not there when it was written."""
    refusal = yield from _texts(job)
    if refusal is not None:
        return refusal
    linked_ = yield from options.link(job)
    return linked_.of(Result(job.key, job.gid)) if isinstance(linked_, losses.Losses) else linked_


def update(job: Job) -> Talk[Result]:
    """Only what the plan says differs; what only the target has stays."""
    assert job.before is not None
    assert job.gid is not None
    refusal = yield from _texts(job)
    refusal = refusal or (yield from media.attach(job, job.gid))  # variants can only show what is attached by then
    if refusal is not None:
        return refusal
    lost = yield from options.link(job)
    if not isinstance(lost, losses.Losses):
        return lost
    return lost.of((yield from _variants(_without(job, lost))))


def _variants(job: Job) -> Talk[Result]:
    """Adds, takes away, changes and orders variants and the values of options."""
    assert job.before is not None
    assert job.gid is not None
    present = dict(variants.by_options(job.before["variants"]))
    wanted = dict(variants.by_options(job.after["variants"]))
    swapped = yield from _swap(job, [item for chosen, item in wanted.items() if chosen not in present])
    if isinstance(swapped, Result):
        return swapped
    also, known = swapped
    both = {chosen: item for chosen, item in wanted.items() if chosen in present and chosen in known}
    refusal = yield from _change_variants(job, both, present, known)
    refusal = refusal or (yield from _reorder(job, list(wanted), known, astray=_astray(wanted, present, known)))
    return refusal or Result(job.key, job.gid, also=also)


Named = tuple[tuple[str, Key, str], ...]


def _swap(job: Job, new: Sequence[Fields]) -> Talk[tuple[Named, Mapping[Any, str]] | Result]:
    """Adds the new variants, and takes away those that go: before, where there is no room for both."""
    assert job.gid is not None
    fitting = room.Split([*new], [])
    if room.lacks(job, new):
        made = yield from room.make(job, new)
        if isinstance(made, Result):
            return made
        fitting = made
    added = yield from _exchange(job, fitting.fitting)
    if isinstance(added, Result) or not fitting.left:
        return added
    freed = yield from room.free(job, fitting.left)  # of the one variant that had to stay until now
    if isinstance(freed, Result):
        return freed
    rest = yield from _exchange(job, fitting.left)
    return rest if isinstance(rest, Result) else ((*added[0], *rest[0]), rest[1])


def _exchange(job: Job, new: Sequence[Fields]) -> Talk[tuple[Named, Mapping[Any, str]] | Result]:
    """Adds variants, and takes away those that go. Returns what was added, and all that there are by now."""
    assert job.gid is not None
    added = yield from _add(job, job.gid, new)
    if isinstance(added, Result):
        return added
    known = yield from options.variants_of(job)
    refusal = yield from taking.delete_variants(job, known)
    return refusal or (added, known)


def _astray(wanted: Iterable[Any], present: Iterable[Any], known: Iterable[Any]) -> bool:
    """Whether the order differs by new variants alone, which Shopify puts behind all others.

    `known`: as they are now. An order that somebody changed meanwhile is left as it is.
    """
    wanted, known, old = list(wanted), list(known), set(present)
    theirs = options.moved([one for one in known if one in old], [one for one in wanted if one in old])
    return options.moved(known, wanted) and not theirs


def _change_variants(
    job: Job, both: Mapping[Any, Fields], present: Mapping[Any, Fields], known: Mapping[Any, str]
) -> Talk[Result | None]:
    updates = []
    for chosen, item in both.items():
        before = present[chosen]
        changed = {name: value for name, value in item.items() if value is not None and value != before.get(name)}
        changed.pop("options", None)
        if changed:
            updates.append({"id": known[chosen], **variants.inputs(changed), **media.of_variant_input(changed)})
    for start in range(0, len(updates), FIRST_VARIANTS):
        some = updates[start : start + FIRST_VARIANTS]
        data = yield Ask(_UPDATE_VARIANTS, {"id": job.gid, "variants": some}, repeatable=True)
        errors = data["productVariantsBulkUpdate"]["userErrors"]
        if errors:
            return refused(job.key, errors)
    return None


def _reorder(job: Job, wanted: Sequence[Any], known: Mapping[Any, str], *, astray: bool) -> Talk[Result | None]:
    """Puts options, their values and the variants into the archive's order."""
    options_move = touches(job.changed, "optionOrder") or touches(job.changed, "options")
    if options_move:
        refusal = yield from options.arrange(job)
        if refusal is not None:
            return refusal
    if astray or options_move or touches(job.changed, "variantOrder"):  # reordering options sorts the variants anew
        positions = [{"id": known[c], "position": n} for n, c in enumerate((c for c in wanted if c in known), 1)]
        data = yield Ask(_REORDER_VARIANTS, {"id": job.gid, "positions": positions}, repeatable=True)
        if data["productVariantsBulkReorder"]["userErrors"]:
            return refused(job.key, data["productVariantsBulkReorder"]["userErrors"])
    return None

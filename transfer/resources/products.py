"""Products with their options and variants. How they are written is told in `_product_writing`."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from .. import links
from ..diff import Change
from ..governed import Definitions
from ..keys import Key
from ..outcomes import Reason
from ..references import UNKNOWN, Target
from ..relative import page
from ..resource import (
    Ask,
    Conceded,
    Fields,
    Ids,
    Job,
    Place,
    Reading,
    Resource,
    Result,
    Scopes,
    Selection,
    Stream,
    Talk,
)
from ..values import decimal
from . import _linked_losses as losses
from . import _linked_options as linked
from . import _options as options
from . import _product_by_hand as by_hand
from . import _product_conceding as conceding
from . import _product_media as media
from . import _product_room as room
from . import _product_taking as taking
from . import _product_writing as writing
from . import product_variants as variants
from ._chosen import chosen_pages
from ._common import by_alias, read_nodes, refused, touches
from ._product_shapes import PRODUCT
from ._shapes import HANDLE, STATE
from .metafields import REFERRED

_FIELDS = f"""
  id handle title descriptionHtml vendor productType tags status templateSuffix seo {{ title description }}
  isGiftCard giftCardTemplateSuffix requiresSellingPlan category {{ id }} updatedAt
  hasVariantsThatRequiresComponents combinedListingRole
  options {{ {linked.FIELDS} }}
  {media.PRODUCT}
  variants(first: 20) {{ nodes {{ {variants.FIELDS} }} pageInfo {{ hasNextPage endCursor }} }}
"""
_READ = f"""
query Products($after: String, $query: String) {{
  products(first: 90, after: $after, query: $query, sortKey: ID) {{
    nodes {{ {_FIELDS} }} pageInfo {{ hasNextPage endCursor }}
  }}
}}
"""
_BACK = f"query ProductsById($ids: [ID!]!) {{ nodes(ids: $ids) {{ ... on Product {{ {_FIELDS} }} }} }}"
_COUNT = "query ProductsCount { productsCount(limit: null) { count } }"
_DELETE = """
mutation DeleteProduct($id: ID!) {
  productDelete(input: { id: $id }) { deletedProductId userErrors { field message } }
}
"""


class Products(Resource):
    name = "products"
    label = "Products"
    key_is = "handle"
    key_like = "blue-shirt"
    handle_from = "title"
    shape = PRODUCT
    key_shape = (HANDLE,)
    made_at_once = True
    lowered = (0,)
    leaves = {
        "components of bundles": "they belong to the app that made the bundle",
        "which products a joint (combined) listing shows": "they belong to the app that made the listing",
        "selling plans": "they belong to the app that made them",
        "the currency of prices and costs": "it is the store's own",
        "in which currency a gift card is issued": "that is chosen once, of those that one store sells in",
        "on which sales channels a single variant is not shown": "not carried by this version; its product's are",
        "Avalara's tax codes": "Shopify is taking them out of its API",
    }
    lasting = {
        "status": STATE,
        "giftCard": STATE,
        "requiresSellingPlan": STATE,
        "variants.price": "a variant has one",
        "variants.taxable": STATE,
        "variants.inventoryPolicy": STATE,
        "variants.tracked": STATE,
        "variants.requiresShipping": STATE,
        "variants.showUnitPrice": STATE,
        "variants.unitPriceMeasurement": "it is not shown where showUnitPrice is false",
        "variants.weight": "zero is a weight",
        "variants.media": "another image can be chosen, or the product's taken away",
    }
    scopes = Scopes(read=("read_products",), write=("write_products",))
    gid_types = ("Product",)
    refers_to = REFERRED
    translated = "PRODUCT"
    text_paths = {
        "body_html": "descriptionHtml",
        "product_type": "productType",
        "meta_title": "seo.title",
        "meta_description": "seo.description",
    }
    unique = True
    embeds = ("variants",)
    goes_by = ("metaobjects",)
    keyed_lists = {"options": "name", "variants": "options"}
    exact_lists = frozenset({"variants"})
    identify = {"Product": "handle", "ProductVariant": "selectedOptions { name value } product { handle }"}
    read_batch = 25
    points = 16.0
    removal = 13.0

    # -- reading

    def streams(self, selection: Selection, types: Sequence[str]) -> list[Stream]:
        return [Stream("products", chosen_pages(selection.products, _READ, _reading, skipped=_skipped, more=_whole))]

    def read_back(self, gids: Sequence[str]) -> Talk[list[Reading]]:
        nodes: list[Mapping[str, Any]] = []
        yield from read_nodes(_BACK, gids, lambda node: nodes.append(node))
        readings = []
        for node in nodes:
            reading = _reading((yield from _whole(node)))
            if reading is not None:
                readings.append(reading)
        return readings

    def locate(self, targets: Sequence[Target]) -> Talk[dict[Target, str]]:
        products = sorted({Target(self.name, target.key[:1]) for target in targets})
        found = yield from by_alias(
            products,
            "ProductIdentifierInput!",
            "productByIdentifier(identifier: $v) { id handle }",
            lambda target: {"handle": target.key[0]},
            lambda target, node: node["id"] if node["handle"] == target.key[0] else None,
        )
        for product, gid in list(found.items()):
            inside = [target for target in targets if target.resource == "variants" and target.key[:1] == product.key]
            if inside:
                own = yield from variants.ids_of(gid)
                for target in inside:
                    parts = target.key[1:]
                    variant = own.get(variants.chosen(list(zip(parts[::2], parts[1::2], strict=False))))
                    if variant is not None:
                        found[target] = variant
        return {target: gid for target, gid in found.items() if target in targets}

    def total(self) -> Talk[int | None]:
        data = yield Ask(_COUNT)
        return int(data["productsCount"]["count"])

    def identified(self, gid_type: str, node: Mapping[str, Any]) -> Target | None:
        if gid_type == "Product":
            return Target(self.name, (node["handle"],))
        return Target("variants", variants.key_of((node["product"]["handle"],), variants.pairs(node)))

    def embedded(self, key: Key, fields: Fields) -> Iterator[Target]:
        for item in fields["variants"]:
            yield Target("variants", variants.key_of(key, item["options"]))

    def embedding(self, key: Key) -> Key:
        return key[:1]

    def needs(self, key: Key, fields: Fields) -> Iterator[Target]:
        return self.made_by(key, fields)

    def made_by(self, key: Key, fields: Fields) -> Iterator[Target]:
        return linked.definitions(fields.get("options") or ())

    # -- meaning

    def rewrite(self, fields: Fields, translate: Callable[[str], str | None]) -> Fields:
        fields = media.rewrite(fields, translate)
        fields["options"] = linked.rewrite(fields["options"], translate)
        html = fields.get("descriptionHtml")
        return {**fields, "descriptionHtml": links.in_html(html, translate, page(self.name))} if html else fields

    def places(self, key: Key, fields: Fields, governor: Fields | None) -> Iterator[Place]:
        yield from links.places("descriptionHtml", links.on(page(self.name, key)), fields.get("descriptionHtml"))
        yield from media.places(fields)
        yield from linked.places(fields["options"])

    def normalise(self, fields: Fields) -> Fields:
        items = [
            {
                **item,
                "options": [list(pair) for pair in variants.chosen(item["options"])],
                **{name: _money(item.get(name)) for name in ("price", "compareAtPrice", "cost")},
                "countryHarmonizedSystemCodes": _codes(item),
                "weight": _weight(item),
            }
            for item in fields["variants"]
        ]
        return {**fields, "tags": sorted(fields.get("tags") or ()), "variants": items}

    def changes(self, before: Fields, after: Fields) -> list[Change]:
        after = taking.shown(after)
        own = (*super().changes(before, after),)
        apart = ("media", "exact", "noMedia")
        found = [item for item in own if item.path not in apart and not touches([item.path], "options")]
        found += [*options.changes(before, after), *media.changes(before, after)]
        going = list(taking.changes(before, after))
        found = [*(one for one in found if one.path not in {change.path for change in going}), *going]
        wanted, present = _variant_names(after), _variant_names(before)
        if options.moved(present, wanted):
            found.append(Change("variantOrder", present, wanted))
        return found

    def filled(self, key: Key, fields: Fields) -> Fields:
        return super().filled(key, by_hand.whole(fields))

    def tidied(self, fields: Fields) -> Fields:
        return by_hand.in_order(fields.get("options"), fields)

    def meant(self, before: Fields, said: Fields) -> Fields:
        """A row that empties the list of media means that the product is to show none."""
        bare = {"noMedia": True} if said.get("media") == [] else {}
        return {**by_hand.in_order(before["options"], by_hand.of_the_only_one(before, said)), **bare}

    def replaced(self, before: Fields, said: Fields) -> Fields:
        """REPLACE takes away the variants, values of options and media that the rows do not name."""
        return {**by_hand.followed(before["options"], said), "exact": True}

    def mirrored(self, wanted: Fields) -> Fields:
        """But for a product of whose media the source could not say all."""
        unsaid = any(text.startswith(f"shopsync:{UNKNOWN}/") for text in wanted.get("media") or ())
        return wanted if unsaid else {**wanted, "exact": True}

    def taken(self, key: Key, before: Fields, after: Fields) -> Iterator[Target]:
        for item in taking.gone(before, after).values():
            yield Target("variants", variants.key_of(key, item["options"]))

    def named_by(self, fields: Fields) -> Iterator[Target]:
        return (place.target for place in linked.places(fields.get("options") or ()))

    def aligned(self, present: Fields, *sides: Fields, apart: Collection[str] = ()) -> Fields:
        return linked.aligned(present, *sides, apart=apart)

    def alike(self, present: Fields, wanted: Fields) -> Iterator[tuple[str, str, str]]:
        return linked.alike(present, wanted)

    def counterparts(self, key: Key, before: Fields, after: Fields) -> Iterator[tuple[Target, Target]]:
        """Variants that are not going to be made, and that their SKU or barcode says the target has."""
        aligned = self.aligned(before, after)
        found = conceding.counterparts(aligned, after)
        for item, named in zip(before["variants"], aligned["variants"], strict=True):
            other = found.get(variants.chosen(named["options"]))
            if other is not None:
                here, there = (variants.key_of(key, one) for one in (item["options"], other))
                yield Target("variants", here), Target("variants", there)

    def concede(self, before: Fields, after: Fields) -> Conceded | None:
        return conceding.concede(before, after)

    def crowded(self, before: Fields, after: Fields) -> Conceded | None:
        return room.crowded(before, after)

    def confined(self, key: Key, before: Fields | None, after: Fields, definitions: Definitions) -> Conceded | None:
        return losses.conceded(before, after, losses.confined(before, after, definitions))

    def losing(self, before: Fields, after: Fields, gone: Collection[str]) -> Conceded | None:
        lost = losses.missing(before, after, lambda text: None if text in gone else text)
        return losses.conceded(before, after, lost)

    def refuse(self, job: Job) -> Result | None:
        detail = room.too_large(job.after) if job.creates else ""
        return Result(job.key, reason=Reason.TOO_LARGE, detail=detail) if detail else None

    # -- writing

    def begun(self, job: Job) -> Fields:
        return {**writing.begun(job), "options": linked.begun(job)}

    def write(self, jobs: Sequence[Job], ids: Ids) -> Talk[list[Result]]:
        (job,) = jobs
        before = self.rewrite(job.before, ids.translate) if job.before is not None else None
        wanted = writing.begun(job)
        lost = losses.missing(before, wanted, ids.translate)
        job = replace(
            job, after=self.rewrite(losses.without(job.before, wanted, lost.paths), ids.translate), before=before
        )
        if lost.paths:  # a value may have been all that was new
            still = {change.path for change in self.changes(before or {}, job.after)}
            job = replace(job, changed=tuple(path for path in job.changed if path in still))
        if job.gid is None:
            result = yield from writing.create(job)
        else:
            result = yield from (writing.link(job) if job.linking else writing.update(job))
        return [lost.of(result)]

    def unwanted(self, before: Fields | None, after: Fields, paths: Sequence[str]) -> Fields:
        return losses.without(before, after, paths)

    def remove(self, gids: Mapping[Key, str]) -> Talk[list[Result]]:
        results = []
        for key, gid in gids.items():
            data = yield Ask(_DELETE, {"id": gid})
            errors = data["productDelete"]["userErrors"]
            results.append(refused(key, errors) if errors else Result(key, gid))
        return results


# -- reading -----------------------------------------------------------------------------------------------------


def _whole(node: Mapping[str, Any]) -> Talk[Mapping[str, Any]]:
    own = yield from variants.all_of(node)
    shown = yield from media.all_of(node)
    return {**node, "variants": {"nodes": own}, "media": shown}


def _reading(node: Mapping[str, Any]) -> Reading | None:
    key = (node["handle"],)
    fields = {name: node[name] for name in writing.OWN if name not in ("category", "tags")}
    fields |= {
        "tags": sorted(node["tags"]),
        "giftCard": node["isGiftCard"],
        "category": node["category"]["id"] if node["category"] else None,
        "options": [linked.reading(option) for option in node["options"]],
        "media": node["media"],
        "variants": [variants.portable(item) for item in node["variants"]["nodes"]],
    }
    also = tuple(
        ("variants", variants.key_of(key, variants.pairs(item)), item["id"]) for item in node["variants"]["nodes"]
    )
    return Reading("products", key, node["id"], fields, node["updatedAt"], also)


def _skipped(node: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    if node["hasVariantsThatRequiresComponents"]:
        yield node["handle"], "its bundle components are not carried by this version (the product is)"
    if node["combinedListingRole"] is not None:
        yield node["handle"], "the joint listing that it is part of is not carried by this version (the product is)"


def _money(value: Any) -> Any:
    return decimal(str(value)) if value else value


def _codes(item: Fields) -> Any:
    codes = item.get("countryHarmonizedSystemCodes")
    return sorted(codes) if codes is not None else None


def _weight(item: Fields) -> Any:
    weight = item.get("weight")
    return {"unit": weight.get("unit"), "value": float(weight.get("value") or 0)} if weight else None


def _variant_names(fields: Fields) -> list[Any]:
    return [variants.chosen(item["options"]) for item in fields["variants"]]


RESOURCE = Products()

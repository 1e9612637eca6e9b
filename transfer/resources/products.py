"""Products with their options and variants.

A new product is made by one productSet without an identifier: a handle that exists is then refused and never taken
over. An existing product never sees productSet again, because every list in it deletes what the list does not name; it
is changed by the mutations that add and update.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from .. import links
from ..diff import Change
from ..keys import Key
from ..outcomes import Reason
from ..product_search import parse
from ..references import Target
from ..resource import Ask, Fields, Ids, Job, Place, Reading, Resource, Result, Scopes, Selection, Stream, Talk
from ..values import decimal
from . import _linked_options as linked
from . import _options as options
from . import _product_media as media
from . import product_variants as variants
from ._common import by_alias, given, handle_problem, paged, read_nodes, refused, text_problem, touches

FIRST_VARIANTS = 100  # in the creating request; the rest follows in requests of as many
MAX_VARIANTS = 2048  # https://shopify.dev/docs/api/admin-graphql/latest/mutations/productSet

_FIELDS = f"""
  id handle title descriptionHtml vendor productType tags status templateSuffix seo {{ title description }}
  isGiftCard requiresSellingPlan category {{ id }} updatedAt hasVariantsThatRequiresComponents
  options {{ {linked.FIELDS} }}
  {media.PRODUCT}
  variants(first: 20) {{ nodes {{ {variants.FIELDS} }} pageInfo {{ hasNextPage endCursor }} }}
"""
_READ = f"""
query Products($after: String, $query: String) {{
  products(first: 50, after: $after, query: $query, sortKey: ID) {{
    nodes {{ {_FIELDS} }} pageInfo {{ hasNextPage endCursor }}
  }}
}}
"""
_BACK = f"query ProductsById($ids: [ID!]!) {{ nodes(ids: $ids) {{ ... on Product {{ {_FIELDS} }} }} }}"
_COUNT = "query ProductsCount { productsCount(limit: null) { count } }"
_CREATE = """
mutation CreateProduct($input: ProductSetInput!, $variants: Int!) {
  productSet(input: $input, synchronous: true) {
    product { id handle variants(first: $variants) { nodes { id selectedOptions { name value } } } }
    userErrors { field message code }
  }
}
"""
_ADD_VARIANTS = """
mutation AddVariants($id: ID!, $variants: [ProductVariantsBulkInput!]!) {
  productVariantsBulkCreate(productId: $id, variants: $variants) {
    productVariants { id selectedOptions { name value } } userErrors { field message code }
  }
}
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
_DELETE = """
mutation DeleteProduct($id: ID!) {
  productDelete(input: { id: $id }) { deletedProductId userErrors { field message } }
}
"""
_OWN = (
    "title",
    "descriptionHtml",
    "vendor",
    "productType",
    "tags",
    "status",
    "templateSuffix",
    "seo",
    "requiresSellingPlan",
    "category",
)


class Products(Resource):
    name = "products"
    label = "Products"
    key_is = "handle"
    leaves = {
        "components of bundles": "they belong to the app that made the bundle",
        "selling plans": "they belong to the app that made them",
        "quantities in stock": "they are counted at locations, which differ from store to store",
    }
    scopes = Scopes(read=("read_products",), write=("write_products",))
    gid_types = ("Product",)
    refers_to = ("files", "metafield_definitions", "metaobjects", "variants")
    translated = "PRODUCT"
    text_paths = {
        "body_html": "descriptionHtml",
        "product_type": "productType",
        "meta_title": "seo.title",
        "meta_description": "seo.description",
    }
    unique = True
    embeds = ("variants",)
    keyed_lists = {"options": "name", "variants": "options"}
    identify = {"Product": "handle", "ProductVariant": "selectedOptions { name value } product { handle }"}
    read_batch = 25
    points = 16.0

    # -- reading

    def streams(self, selection: Selection, types: Sequence[str]) -> list[Stream]:
        only = parse(selection.products).narrowed() if selection.products else None
        return [Stream("products", paged(_READ, "products", _reading, skipped=_skipped, more=_whole, only=only))]

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
        yield from linked.definitions(fields["options"])

    # -- meaning

    def rewrite(self, fields: Fields, translate: Callable[[str], str | None]) -> Fields:
        fields = media.rewrite(fields, translate)
        fields["options"] = linked.rewrite(fields["options"], translate)
        html = fields.get("descriptionHtml")
        return {**fields, "descriptionHtml": links.in_html(html, translate)} if html else fields

    def places(self, key: Key, fields: Fields, governor: Fields | None) -> Iterator[Place]:
        yield from links.places("descriptionHtml", links.in_html, fields.get("descriptionHtml"))
        yield from media.places(fields)
        yield from linked.places(fields["options"])

    def normalise(self, fields: Fields) -> Fields:
        items = [
            {
                **item,
                "options": [list(pair) for pair in variants.chosen(item["options"])],
                **{name: _money(item.get(name)) for name in ("price", "compareAtPrice")},
                "weight": _weight(item),
            }
            for item in fields["variants"]
        ]
        return {**fields, "tags": sorted(fields.get("tags") or ()), "variants": items}

    def changes(self, before: Fields, after: Fields) -> list[Change]:
        own = (*super().changes(before, after),)
        found = [change for change in own if change.path != "media" and not touches([change.path], "options")]
        found += [*options.changes(before, after), *media.changes(before, after)]
        wanted, present = _variant_names(after), _variant_names(before)
        if options.moved(present, wanted):
            found.append(Change("variantOrder", present, wanted))
        return found

    def conflict(self, before: Fields, after: Fields) -> str | None:
        present, wanted = options.names(before), options.names(after)
        if sorted(present) != sorted(wanted):
            return (
                f"The product has the options {', '.join(present)} in the target store and {', '.join(wanted)} in the "
                "archive; make them the same in one of the stores."
            )
        if bool(before.get("giftCard")) != bool(after.get("giftCard")):
            return "One is a gift card and the other is not, which Shopify cannot change."
        return linked.conflict(before["options"], after["options"])

    def validate(self, key: Key, fields: Fields) -> str | None:
        if len(key) != 1:
            return "the key of a product is its handle."
        strange = handle_problem(key)
        if strange is not None:
            return strange
        own = fields.get("options")
        if not isinstance(own, list) or not all(_is_option(item) for item in own):
            return "options must be a list of names with lists of values."
        tags = fields.get("tags")
        if not isinstance(tags, list) or not all(isinstance(tag, str) for tag in tags):
            return "tags must be a list of texts."
        if not isinstance(fields.get("seo"), dict | None) or not isinstance(fields.get("title"), str):
            return "a product needs a title, and seo must be an object."
        names = ("descriptionHtml", "vendor", "productType", "status", "templateSuffix", "category")
        wrong = text_problem(fields, names) or text_problem(fields.get("seo") or {}, ("title", "description"))
        wrong = wrong or next(filter(None, map(linked.problem, own)), None)
        wrong = wrong or variants.problem(fields.get("variants"), [option["name"] for option in own])
        return wrong or media.problem(fields)

    def refuse(self, job: Job) -> Result | None:
        count = len(job.after["variants"])
        if count > MAX_VARIANTS:
            detail = f"The product has {count} variants, and Shopify allows {MAX_VARIANTS}."
            return Result(job.key, reason=Reason.TOO_LARGE, detail=detail)
        return None

    # -- writing

    def begun(self, job: Job) -> Fields:
        return {**_begun(job), "options": linked.begun(job)}

    def write(self, jobs: Sequence[Job], ids: Ids) -> Talk[list[Result]]:
        (job,) = jobs
        before = self.rewrite(job.before, ids.translate) if job.before is not None else None
        job = replace(job, after=self.rewrite(_begun(job), ids.translate), before=before)
        if job.gid is None:
            return [(yield from _create(job))]
        return [(yield from (_link(job) if job.linking else _update(job)))]

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
    fields = {name: node[name] for name in _OWN if name not in ("category", "tags")}
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


def _money(value: Any) -> Any:
    return decimal(str(value)) if value is not None else None


def _weight(item: Fields) -> Any:
    weight = item.get("weight")
    return {"unit": weight.get("unit"), "value": float(weight.get("value") or 0)} if weight else None


def _variant_names(fields: Fields) -> list[Any]:
    return [variants.chosen(item["options"]) for item in fields["variants"]]


def _is_option(item: Any) -> bool:
    return (
        isinstance(item, dict)
        and isinstance(item.get("name"), str)
        and isinstance(item.get("values"), list)
        and all(isinstance(value, str) for value in item["values"])
    )


# -- writing -----------------------------------------------------------------------------------------------------


def _create(job: Job) -> Talk[Result]:
    fields = job.after
    first, rest = fields["variants"][:FIRST_VARIANTS], fields["variants"][FIRST_VARIANTS:]
    product = given({name: fields.get(name) for name in (*_OWN, "giftCard")})
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
    data = yield Ask(_CREATE, {"input": product, "variants": len(first)})
    payload = data["productSet"]
    if payload["userErrors"]:
        return refused(job.key, payload["userErrors"])
    created = payload["product"]
    also = _named(job.key, created["variants"]["nodes"])
    more = yield from _add(job, created["id"], rest)
    if isinstance(more, Result):
        return more
    detail = "" if created["handle"] == job.key[0] else f"Shopify named it {created['handle']}."
    return Result(job.key, created["id"], detail=detail, also=(*also, *more))


def _named(key: Key, nodes: Sequence[Mapping[str, Any]]) -> tuple[tuple[str, Key, str], ...]:
    return tuple(("variants", variants.key_of(key, variants.pairs(node)), node["id"]) for node in nodes)


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
        data = yield Ask(_ADD_VARIANTS, {"id": gid, "variants": inputs})
        payload = data["productVariantsBulkCreate"]
        if payload["userErrors"]:
            return refused(job.key, payload["userErrors"])
        also = (*also, *_named(job.key, payload["productVariants"]))
    return also


def _begun(job: Job) -> Fields:
    """Its text goes at first without the variants that its links name and that are not there yet: its own, often."""
    if "descriptionHtml" not in job.without:
        return job.after
    text = links.without_variants(links.in_html, job.after["descriptionHtml"])
    return {**job.after, "descriptionHtml": text}


def _texts(job: Job) -> Talk[Result | None]:
    own = {name: job.after.get(name) for name in _OWN if touches(job.changed, name)}
    if own:
        data = yield Ask(_UPDATE, {"product": {"id": job.gid, **given(own)}}, repeatable=True)
        if data["productUpdate"]["userErrors"]:
            return refused(job.key, data["productUpdate"]["userErrors"])
    return None


def _link(job: Job) -> Talk[Result]:
    """The second pass: entries behind options and variants in links, which were not there when it was written."""
    refusal = yield from _texts(job)
    return refusal or (yield from options.link(job)) or Result(job.key, job.gid)


def _update(job: Job) -> Talk[Result]:
    """Only what the plan says differs; what only the target has stays."""
    assert job.before is not None
    assert job.gid is not None
    refusal = yield from _texts(job)
    refusal = refusal or (yield from media.attach(job, job.gid))  # variants can only show what is attached by then
    refusal = refusal or (yield from options.link(job))
    if refusal is not None:
        return refusal
    present = dict(variants.by_options(job.before["variants"]))
    wanted = dict(variants.by_options(job.after["variants"]))
    also = yield from _add(job, job.gid, [item for chosen, item in wanted.items() if chosen not in present])
    if isinstance(also, Result):
        return also
    known = yield from variants.ids_of(job.gid)
    both = {chosen: item for chosen, item in wanted.items() if chosen in present and chosen in known}
    refusal = yield from _change_variants(job, both, present, known)
    refusal = refusal or (yield from _reorder(job, list(wanted), known))
    return refusal or Result(job.key, job.gid, also=also)


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


def _reorder(job: Job, wanted: Sequence[Any], known: Mapping[Any, str]) -> Talk[Result | None]:
    """Puts options, their values and the variants into the archive's order."""
    options_move = touches(job.changed, "optionOrder") or touches(job.changed, "options")
    if options_move:
        refusal = yield from options.arrange(job)
        if refusal is not None:
            return refusal
    if options_move or touches(job.changed, "variantOrder"):  # reordering options sorts the variants anew
        positions = [{"id": known[c], "position": n} for n, c in enumerate((c for c in wanted if c in known), 1)]
        data = yield Ask(_REORDER_VARIANTS, {"id": job.gid, "positions": positions}, repeatable=True)
        if data["productVariantsBulkReorder"]["userErrors"]:
            return refused(job.key, data["productVariantsBulkReorder"]["userErrors"])
    return None


RESOURCE = Products()

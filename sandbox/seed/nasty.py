"""What breaks naive copiers: dangling references, keys with every character, very wide products, long chains."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping
from typing import Any

from ..resolvers import articles, blogs, collections, menus, policies, redirects, standard
from ..store import Node, Shop
from . import abroad, business, channels, languages, linking, owners, people, sales, standards, stock, wares
from .tools import (
    collection,
    define,
    define_metafield,
    entry,
    file,
    honest,
    image,
    page,
    product,
    refers_to,
    set_metafield,
    shaped,
    show,
    variants_of,
)
from .types import AWKWARD

CHAIN = 120


def plant(shop: Shop, chance: random.Random, products: int | None) -> None:
    link = define(shop, "link", [{"key": "text", "type": "multi_line_text_field"}])
    node = define(
        shop,
        "chain",
        [
            {"key": "name", "type": "single_line_text_field"},
            {"key": "down", "type": "metaobject_reference", "required": False, "validations": refers_to(link)},
        ],
    )
    _chain(shop)
    _wide(shop)
    _dangling(shop)
    define_metafield(
        shop, "PRODUCT", "odd-name_space.key_-9", "list.mixed_reference", validations=refers_to(link, node)
    )
    odd = product(shop, title=AWKWARD, handle="日本語-produkt-ü", vendor=AWKWARD[:200], tags=["a,b", "c d", "É"])
    both = [f["id"] for f in (shop.metaobject("link", "übung"), shop.metaobject("chain", "end")) if f]
    set_metafield(shop, odd, "odd-name_space.key_-9", json.dumps(both))
    set_metafield(shop, odd, "bad$space.$key", "x" * 60_000, "multi_line_text_field")
    set_metafield(shop, odd, "old.number", "5", "integer")
    _files(shop, odd)
    _linked(shop)
    _pages(shop)
    _collections(shop, odd)
    _navigation(shop)
    owners.plant_awkward(shop)
    abroad.plant_awkward(shop)
    sales.plant_awkward(shop)
    linking.plant(shop)
    people.plant_awkward(shop, odd)
    business.plant_awkward(shop, odd)
    languages.plant_awkward(shop)
    channels.plant_awkward(shop, odd)
    stock.plant_awkward(shop, odd)
    wares.plant_awkward(shop)
    standards.recommend(shop, odd)


def _files(shop: Shop, odd: Node) -> None:
    """More pictures than fit into a page, the longest alt text, two films of one name, and a picture that failed."""
    many = [image(shop, f"odd_{number:02}.PNG", (AWKWARD * 20)[:512], width=1 + number) for number in range(40)]
    films = [file(shop, "Video", "film.mp4", size=size, width=320, height=180) for size in (5_000, 6_000)]
    show(odd, *many[20:], *many[:20])
    broken = image(shop, "broken.png")
    words = {"code": "IMAGE_PROCESSING_FAILURE", "message": "The image could not be processed.", "details": None}
    broken |= {"_status": "FAILED", "fileErrors": [words]}
    set_metafield(shop, odd, "custom.film", films[0]["id"], "file_reference")


def _linked(shop: Shop) -> None:
    """A product whose colours are entries: its option and its metafield say the same."""
    standard.metaobject(shop, "shopify--material")
    material = {"namespace": "shopify", "key": "material"}
    standard.metafield(shop, "PRODUCT", material)
    values = {"label": "Linen", "taxonomy_reference": "gid://shopify/TaxonomyValue/22511"}
    linen = entry(shop, "shopify--material", "linen", values)
    product(
        shop,
        title="Chair",
        handle="linked-chair",
        productOptions=[{"name": "Material", "linkedMetafield": {**material, "values": [linen["id"]]}}],
        variants=[{"optionValues": [{"optionName": "Material", "linkedMetafieldValue": linen["id"]}]}],
    )


def _chain(shop: Shop) -> None:
    """Entries that must be created one after the other: each requires the next."""
    define(shop, "step", [{"key": "name", "type": "single_line_text_field"}])
    step = shop.definition("step")
    assert step is not None
    from .tools import redefine

    field = {"key": "next", "type": "metaobject_reference", "validations": refers_to(step)}
    redefine(shop, step, fieldDefinitions=[{"create": field}])
    after = None
    for number in reversed(range(CHAIN)):
        values = {"name": f"Step {number}"} | ({"next": after} if after else {})
        after = entry(shop, "step", f"step-{number:04}", values)["id"]
    entry(shop, "link", "übung", {"text": AWKWARD})
    entry(shop, "chain", "end", {"name": "End"})


def _wide(shop: Shop) -> None:
    """Three options, 400 variants, a metafield on every one of them."""
    options = {"A": [f"a{n}" for n in range(10)], "B": [f"b{n}" for n in range(10)], "C": [f"c{n}" for n in range(4)]}
    variants = [
        {"values": {"A": a, "B": b, "C": c}, "price": "1.00"}
        for a in options["A"]
        for b in options["B"]
        for c in options["C"]
    ]
    wide = product(shop, title="Wide", handle="wide", **shaped(options, variants))
    for number, variant in enumerate(variants_of(shop, wide)):
        set_metafield(shop, variant, "custom.place", str(number), "number_integer")
    for number in range(300):
        set_metafield(shop, wide, f"many.key_{number:03}", f"value {number}", "single_line_text_field")


def _pages(shop: Shop) -> None:
    """The largest that Shopify takes, handles that tell what they are not, and one that is referred to and gone."""
    page(shop, title=AWKWARD, handle="סביב-über-日本", body="é" * 262_143)
    shown = page(
        shop, title="%2F/../'quotes'\\", body="<p>&nbsp;</p>\r\n\t<!-- <script>//</script> -->", isPublished=False
    )
    gone = page(shop, title="Gone")
    set_metafield(shop, shown, "custom.pages", json.dumps([gone["id"], shown["id"]]), "list.page_reference")
    shop.drop(gone)


def _collections(shop: Shop, odd: Node) -> None:
    """Picks beyond one request; what no API can make again; a rule about an entry that is gone."""
    rest = [product(shop, title=f"Pick {number}", handle=f"pick-{number:03}") for number in range(300)]
    picks = {"selections": [{"productId": node["id"]} for node in rest[:250]]}
    many = collection(shop, title="Many picks", sortOrder="MANUAL", sources=[{"source": _titled("Picks", picks)}])
    more = {"selectionsToAdd": [{"productId": node["id"]} for node in rest[250:]]}
    change = {"condition": {"id": many["_sources"][0], "inclusion": more}}
    collections.put(shop, many, {"sourcesToUpdate": [change]})
    many["_order"] = [node["id"] for node in reversed(rest)]
    tagged = {"productTag": {"matchType": "ANY", "relation": "TAGGED_WITH", "values": ["a,b", "É"]}}
    rules = {"matchType": "ALL", "conditions": [tagged]}
    mixed = collection(shop, title=AWKWARD, handle="übung-\u202eבית", sources=[
        {"source": _titled(name, rules)} for name in ("Kept", "An app's", "Unknown")
    ])  # fmt: skip
    _, foreign, unknown = (shop.nodes[gid] for gid in mixed["_sources"])
    foreign["shareable"] = True
    unknown["inclusion"]["conditions"][0]["__typename"] = "CollectionSourceInclusionConditionUnknown"
    gone = product(shop, title="Gone pick")
    set_metafield(shop, odd, "custom.shelf", many["id"], "collection_reference")
    picked = {"selections": [{"productId": gone["id"]}, {"productId": odd["id"]}]}
    collection(shop, title="With a gap", sources=[{"source": _titled("Picks", picked)}])
    _drop(shop, gone)


def _navigation(shop: Shop) -> None:
    """Three levels that lead to what is gone, redirects of odd paths, an article as large as Shopify takes."""
    gone = page(shop, title="Gone too")
    lost = {"title": AWKWARD, "type": "PAGE", "resourceId": gone["id"]}
    bottom = {"title": "Bottom", "type": "SEARCH", "url": "/search"}
    deep = {"title": "Deep", "type": "HTTP", "url": "#", "items": [{**lost, "items": [lost, lost, bottom]}]}
    honest(menus.put, shop, None, AWKWARD, "übung-menu", [deep, lost])
    shop.drop(gone)
    for path in ("/%D7%A9/a b", "/a'b\\c", "/A?x=1&y=%2F", "/" + "x" * 1000):
        honest(redirects.put, shop, None, {"path": path, "target": "https://example.com/ü?a=%20"})
    home = honest(blogs.put, shop, None, {"title": AWKWARD, "handle": "日本"})
    large = {"title": AWKWARD, "handle": "x" * 265, "body": "é" * 524_288, "author": {"name": AWKWARD}}
    honest(articles.put, shop, None, {**large, "blogId": home["id"], "tags": ["a,b", "É"]})
    honest(policies.put, shop, {"type": "LEGAL_NOTICE", "body": ""})


def _titled(title: str, inclusion: Mapping[str, Any]) -> dict[str, Any]:
    return {"title": title, "inclusion": inclusion}


def _dangling(shop: Shop) -> None:
    """References to what was deleted later: Shopify keeps the id in the value."""
    gone = product(shop, title="Gone", handle="gone")
    kept = product(shop, title="Kept", handle="kept")
    set_metafield(shop, kept, "custom.friend", gone["id"], "product_reference")
    set_metafield(shop, kept, "custom.friends", json.dumps([gone["id"], kept["id"]]), "list.product_reference")
    _drop(shop, gone)


def _drop(shop: Shop, gone: Node) -> None:
    for gid in list(gone["_variants"]):
        shop.drop(shop.nodes[gid])
    shop.product_by_handle.pop(gone["handle"])
    shop.drop(gone)

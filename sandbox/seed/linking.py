"""A store whose texts name variants: their own, each other's, and some that are gone; wherever links stand."""

from __future__ import annotations

import json
import random

from ..resolvers import blogs, menus, policies, redirects
from ..resolvers.articles import put as put_article
from ..store import Node, Shop, cdn_folder
from .tools import collection, define_metafield, honest, image, page, product, rich_text, set_metafield, shaped

SIZES = ("S", "50/50", "Grün & weiß")
GONE = "40000000000001"


def plant(shop: Shop, chance: random.Random | None = None, products: int | None = None) -> None:
    lamp, bulb = (_product(shop, title) for title in ("Lamp", "Bulb"))
    image(shop, "shade.png")
    first, second, third = (_numbers(lamp)[place] for place in range(3))
    other = _numbers(bulb)[1]
    shop.hosts = shop.hosts or [f"www.{shop.domain.partition('.')[0]}.example"]
    host = shop.hosts[0]
    lamp["descriptionHtml"] = (
        f'<a href="/products/lamp?utm_source=x&amp;variant={third}#top">Green</a>'
        f"<a href='https://{host}/collections/lights/products/bulb?variant={other}'>Its bulb</a>"
        f'<a href="https://other.example/products/bulb?variant={other}">Not ours</a>'
        f"<p>Not a link: /products/lamp?variant={first}</p>"
    )
    bulb["descriptionHtml"] = (
        f'<a href="https://{shop.domain}/products/lamp.json?variant={first}">The lamp</a>'
        f'<a href="/de/products/lamp?variant={GONE}&amp;a=b">Sold out for good</a>'
        f'<a href="/cart/{second}:2,{GONE}:1,{other}:3?discount=TEN">Buy both</a> <a href="/cart/{GONE}:1">Buy none</a>'
        f'<a href="/search?q=variant&variant={first}">Search</a>'
    )
    texts = {
        "body": f'<div style="color: red; background:url(&quot;{cdn_folder(shop)}/shade.png?v=1&quot;)"></div>'
        f"<style>.a {{ background: url( '//{host}/cdn/shop/files/shade_600x.png' ) }}</style>"
        f'<img data-bgset="/cdn/shop/products/shade.png 1x, https://{host}/cdn/shop/t/3/assets/a.png 2x">'
        f'<a data-go="https://{host}/products/lamp?variant={second}" data-text="See https://{host}/">x</a>'
        f'<a href="/policies/shipping-policy">Shipping</a> <a href="/pages/team/anna">Anna</a>'
    }
    page(shop, title="Lights", handle="lights", **texts)
    collection(shop, title="Lights", handle="lights", descriptionHtml=f"<a href=/products/bulb?variant={other}>b</a>")
    honest(policies.put, shop, {"type": "REFUND_POLICY", "body": f"<a href='/products/lamp?variant={first}'>Lamp</a>"})
    honest(redirects.put, shop, None, {"path": "/green", "target": f"/products/lamp?variant={third}"})
    honest(redirects.put, shop, None, {"path": "/none", "target": f"https://{host}/products/lamp?variant={GONE}"})
    item = {"title": "Small", "type": "HTTP", "url": f"https://{shop.domain}/products/lamp?variant={first}"}
    honest(menus.put, shop, None, "Lights", "lights", [item])
    define_metafield(shop, "PRODUCT", "custom.direct", "url")
    set_metafield(shop, bulb, "custom.direct", f"https://{host}/products/bulb?variant={other}")
    set_metafield(shop, lamp, "custom.care", rich_text("Dust it.", url=f"/products/lamp?variant={first}"), RICH)
    more = {"text": "More", "url": f"https://{host}/cart/{first}:1"}
    set_metafield(shop, lamp, "custom.more", json.dumps(more), "link")
    news = honest(blogs.put, shop, None, {"title": "Lights", "handle": "lights"})
    article = {"title": "Light", "body": f'<a href="/products/lamp?variant={first}">x</a>', "author": {"name": "Anna"}}
    honest(put_article, shop, None, {**article, "blogId": news["id"]})


RICH = "rich_text_field"


def _product(shop: Shop, title: str) -> Node:
    shape = shaped({"Size": SIZES}, [{"values": {"Size": size}, "price": "5.00"} for size in SIZES])
    return product(shop, title=title, handle=title.lower(), **shape)


def _numbers(node: Node) -> list[str]:
    return [gid.rsplit("/", 1)[1] for gid in node["_variants"]]

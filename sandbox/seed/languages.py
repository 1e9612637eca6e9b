"""What a store says in other languages."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from .. import translatable
from ..errors import Refusal
from ..resolvers import translations
from ..store import Node, Shop
from .tools import image, product, rich_text, set_metafield
from .types import AWKWARD

GERMAN = {"Color": "Farbe", "Size": "Größe", "Black": "Schwarz", "White": "Weiß", "Rust": "Rost", "Moss": "Moos"}


def locale(shop: Shop, code: str, *, published: bool = True) -> None:
    try:
        translations.put_locale(shop, code, published=published)
    except Refusal as refusal:
        raise AssertionError(f"The seed is not valid: {refusal.error}") from refusal


def translate(shop: Shop, gid: str, code: str, texts: Mapping[str, str], market: str | None = None) -> None:
    """Translates some texts of a thing (in one market alone), by the rules that requests obey."""
    known = {item.key: item for item in translatable.content(shop, gid, _inside(shop, gid))}
    given = [
        {
            "key": key,
            "locale": code,
            "value": value,
            "translatableContentDigest": known[key].digest or "",
            "marketId": market,
        }
        for key, value in texts.items()
    ]
    _, errors = translations.put(shop, gid, given)
    if errors:
        raise AssertionError(f"The seed is not valid: {errors}")


def _inside(shop: Shop, gid: str) -> Node | None:
    if not translatable.is_inside(gid):
        return None
    if translatable.kind_of(gid) == "Link":
        return dict(translatable.links(shop)).get(gid)
    return next((node for node in translatable.each_option(shop) if node["id"] == gid), None)


def plant(shop: Shop, products: Sequence[Node]) -> None:
    """German that customers see, and Portuguese that is still being worked on."""
    locale(shop, "de")
    locale(shop, "pt-BR", published=False)
    for node in products[:40:2]:
        _product(shop, node)
    for kind in ("Page", "Collection", "Article", "Blog"):
        for node in list(shop.each(kind))[:4]:
            texts = {"title": f"{node['title']} auf Deutsch", "handle": f"{node['handle'][:200]}-de"}
            translate(shop, node["id"], "de", texts)
            if kind == "Page" and node["body"]:
                body = f'<p>Mehr <a href="https://{shop.hosts[0]}/pages/contact">hier</a> und <a href="/">dort</a>.</p>'
                translate(shop, node["id"], "de", {"body_html": body, "meta_title": "Über uns"})
    for node in list(shop.each("Metaobject"))[:12]:
        _entry(shop, node)
    for node in list(shop.each("ShopPolicy"))[:1]:
        translate(shop, node["id"], "de", {"body": "<h1>Wie wir Geld zurückgeben</h1>"})
    _pictures(shop)
    _in_markets(shop, products)


def _product(shop: Shop, node: Node) -> None:
    link = f'<a href="//{shop.domain}/products/{node["handle"]}">Noch einmal</a>'
    texts = {"title": f"{node['title']} (deutsch)", "body_html": f"<p>Aus Köln. {link}</p>"}
    translate(shop, node["id"], "de", {**texts, "handle": f"{node['handle']}-aus-koeln"})
    translate(shop, node["id"], "pt-BR", {"title": f"{node['title']} {AWKWARD}"})
    for option in node["_options"]:
        for part in (option, *option["values"]):
            if part["name"] in GERMAN:
                translate(shop, part["id"], "de", {"name": GERMAN[part["name"]]})
    for value in list(shop.metafields.get(node["id"], {}).values()):
        _value(shop, value)


def _value(shop: Shop, node: Node) -> None:
    if node["type"] in ("single_line_text_field", "multi_line_text_field"):
        translate(shop, node["id"], "de", {"value": f"{node['value'][:100]} (deutsch)"})
    elif node["type"] == "rich_text_field":
        translate(shop, node["id"], "de", {"value": rich_text("Weich.", url=f"https://{shop.hosts[0]}/pages/contact")})
    elif node["type"] == "file_reference":
        pictures = [gid for gid in shop.files if gid.startswith("gid://shopify/MediaImage/")]
        translate(shop, node["id"], "de", {"value": pictures[0]})


def _entry(shop: Shop, node: Node) -> None:
    for item in translatable.content(shop, node["id"]):
        if item.value and item.type == "SINGLE_LINE_TEXT_FIELD":
            translate(shop, node["id"], "de", {item.key: f"{item.value[:200]} (deutsch)"})


def _in_markets(shop: Shop, products: Sequence[Node]) -> None:
    """What is said in the Alps alone: in German, and in the language of the store itself."""
    alps = shop.named("Market", "alps")
    assert alps is not None
    for node in products[:6:2]:
        translate(shop, node["id"], "de", {"title": f"{node['title']} (österreichisch)"}, alps["id"])
        translate(shop, node["id"], "en", {"title": f"{node['title']}, as they say in Tyrol"}, alps["id"])
    for node in list(shop.each("Page"))[:2]:
        body = f'<p>Servus. <a href="https://{shop.hosts[0]}/pages/contact">Hier</a></p>'
        translate(shop, node["id"], "de", {"body_html": body}, alps["id"])


def _pictures(shop: Shop) -> None:
    named = [gid for gid in shop.files if shop.nodes[gid].get("alt") and gid.startswith("gid://shopify/MediaImage/")]
    for gid in named[:3]:
        translate(shop, gid, "de", {"alt": "Ein Bild"})


def plant_awkward(shop: Shop) -> None:
    """As many languages as there can be; texts that are older than what they translate; what leads nowhere."""
    for code in [code for code in translations.LOCALES if code != "en"][: translations.MAX_LOCALES - 1]:
        locale(shop, code, published=code != "he")
    odd = product(shop, title="Many tongues", handle="many-tongues", descriptionHtml="<p>One</p>")
    for code in [code for code in shop.locales if code != "en"]:
        translate(shop, odd["id"], code, {"title": f"{AWKWARD} {code}"})
    translate(shop, odd["id"], "he", {"body_html": "<p dir=rtl>שלום <a href='/products/gone'>x</a>", "handle": "%%%"})
    odd["title"] = "Many tongues, and since then another title"
    gone, kept = image(shop, "was-here.jpg", "Gone"), image(shop, "is-here.jpg", "Here")
    set_metafield(shop, odd, "custom.shown", kept["id"], "file_reference")
    set_metafield(shop, odd, "custom.all", json.dumps([kept["id"]]), "list.file_reference")
    own = shop.metafields[odd["id"]]
    translate(shop, own["custom", "shown"]["id"], "de", {"value": gone["id"]})
    translate(shop, own["custom", "all"]["id"], "de", {"value": json.dumps([gone["id"], kept["id"]])})
    shop.files.pop(gone["id"])
    shop.file_by_name.pop("was-here.jpg")
    shop.drop(gone)
    _menu(shop)


def _menu(shop: Shop) -> None:
    """A menu and all its items, three deep, in two languages; two of them have one title, and are called otherwise."""
    menu = next(node for node in shop.each("Menu") if node["handle"] == "übung-menu")
    for code in ("de", "he"):
        translate(shop, menu["id"], code, {"title": f"{AWKWARD} {code}"})
    waiting = list(menu["_items"])
    for number, item in enumerate(waiting):
        for code in ("de", "he"):
            link = item["id"].replace("/MenuItem/", "/Link/")
            translate(shop, link, code, {"title": f"{number} {item['title'][:100]} {code}"})
        waiting += item["items"]

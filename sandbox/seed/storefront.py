"""What a boutique's online store shows beside its products: pages, and what refers to them."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping, Sequence

from ..resolvers.products import slug
from ..store import Node, Shop
from . import catalogue, journal
from .tools import define_metafield, entry, page, redefine, rich_text, set_metafield
from .types import AWKWARD

TEXT = "single_line_text_field"
PAGES = ("About us", "Contact", "Size guide", "Care", "Our workshop", "Press", "Imprint", "Shipping", "Returns", "Jobs")


def plant(shop: Shop, chance: random.Random, products: Sequence[Node], entries: Mapping[str, Sequence[Node]]) -> None:
    pages = _pages(shop)
    _page_metafields(shop, chance, pages, entries)
    _refer(shop, chance, products, pages, entries)
    catalogue.plant(shop, chance, products, entries)
    journal.plant(shop, chance, products, pages, entries)


def _pages(shop: Shop) -> list[Node]:
    """Published, hidden, and one that is to come in fifty years."""
    made = []
    for number, title in enumerate(PAGES):
        given: dict[str, object] = {
            "title": title if number != 3 else f"{title} {AWKWARD}",
            "handle": slug(title),
            "body": f"<h1>{title}</h1>\n<p>Since 1978. {_links(shop, number)}</p>" if number != 8 else "",
            "templateSuffix": "contact" if title == "Contact" else None,
            "isPublished": number not in (4, 5),
            "publishDate": None if number in (4, 5) else f"2024-0{1 + number % 9}-03T09:30:00Z",
        }
        if number == 5:
            given["publishDate"] = "2075-01-01T00:00:00+01:00"
        made.append(page(shop, **given))
    return made


def _links(shop: Shop, number: int) -> str:
    """To another page, by the shop's own address, by the permanent one, or by the path alone."""
    other = slug(PAGES[(number + 1) % len(PAGES)])
    host = (f"https://{shop.hosts[0]}", f"//{shop.domain}", "")[number % 3]
    return f'<a href="{host}/pages/{other}">Next</a>'


def _page_metafields(
    shop: Shop, chance: random.Random, pages: Sequence[Node], entries: Mapping[str, Sequence[Node]]
) -> None:
    define_metafield(shop, "PAGE", "custom.mood", TEXT)
    define_metafield(shop, "PAGE", "custom.see_also", "list.page_reference")
    for number, node in enumerate(pages):
        set_metafield(shop, node, "global.title_tag", f"{node['title'][:40]} | Boutique", TEXT)
        set_metafield(shop, node, "global.description_tag", "Made slowly.", "multi_line_text_field")
        set_metafield(shop, node, "custom.mood", ("calm", "loud")[number % 2])
        others = [pages[(number + step) % len(pages)]["id"] for step in (1, 4)]
        set_metafield(shop, node, "custom.see_also", json.dumps(others))
        set_metafield(shop, node, "legacy.intro", rich_text(AWKWARD), "rich_text_field")
        if entries["story"]:
            set_metafield(shop, node, "legacy.story", chance.choice(entries["story"])["id"], "mixed_reference")


def _refer(
    shop: Shop,
    chance: random.Random,
    products: Sequence[Node],
    pages: Sequence[Node],
    entries: Mapping[str, Sequence[Node]],
) -> None:
    """Products and entries that name pages; some of the pages name the entries."""
    define_metafield(shop, "PRODUCT", "custom.care_page", "page_reference")
    for number, node in enumerate(products):
        if number % 3 == 0:
            set_metafield(shop, node, "custom.care_page", pages[number % len(pages)]["id"])
    story = shop.definition("story")
    assert story is not None
    redefine(shop, story, fieldDefinitions=[{"create": {"key": "pages", "type": "list.page_reference"}}])
    for number, node in enumerate(entries["story"]):
        chosen = [one["id"] for one in chance.sample(pages, 1 + number % 3)]
        entry(shop, "story", node["handle"], {"pages": json.dumps(chosen)})

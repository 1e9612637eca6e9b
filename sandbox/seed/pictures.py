"""What the boutique shows: files of every kind, pictures of the products, and metafields that name files."""

from __future__ import annotations

import json
from collections.abc import Sequence

from ..store import Node, Shop
from .tools import define_metafield, external_video, file, image, set_metafield, show, variants_of
from .types import AWKWARD

VIEWS = ("front", "back", "detail")


def library(shop: Shop) -> list[Node]:
    """Files that no product shows, one of each kind among them. Metafields may refer to these."""
    return [
        image(shop, "hero.png", "The shop in spring", width=160, height=90, shade=200),
        image(shop, "logo_3f9b2a44-11aa-4b5c-9d6e-0a1b2c3d4e5f.png", AWKWARD, width=64, height=64, shade=20),
        file(shop, "GenericFile", "size-guide.pdf", "How to measure", size=42_137),
        file(shop, "GenericFile", "care", "", size=311),
        file(shop, "Video", "workshop.mp4", "In the workshop", size=90_003, width=320, height=180, milliseconds=12_000),
        file(shop, "Model3d", "vase.glb", "A vase to turn", size=20_480),
    ]


def plant(shop: Shop, products: Sequence[Node]) -> None:
    """Between no and three pictures of each product; some with a film, and variants with pictures of their own."""
    film = external_video(shop, "https://www.youtube.com/watch?v=b0ut1queFilm", "How it is made")
    turning = file(shop, "Video", "turning.mp4", size=60_000, width=180, height=320, milliseconds=4_000)
    for number, node in enumerate(products):
        stem = node["handle"].encode("ascii", "ignore").decode()
        files = [
            image(
                shop,
                f"{stem}-{view}.png",
                f"{node['title'][:200]}, {view}" if number % 2 else "",
                shade=number % 8 * 30,
            )
            for view in VIEWS[: number % 4]
        ]
        if files and number % 10 == 3:
            files.insert(1, turning)
        if files and number % 25 == 6:
            files.append(film)
        show(node, *files)
        pictures = [one for one in files if one["__typename"] == "MediaImage"]
        for place, variant in enumerate(variants_of(shop, node) if number % 3 == 0 else []):
            if pictures:
                variant["_media"] = pictures[place % len(pictures)]["id"]


def refer(shop: Shop, products: Sequence[Node], files: Sequence[Node]) -> None:
    define_metafield(shop, "PRODUCT", "custom.manual", "file_reference")
    for number, node in enumerate(products[::5]):
        set_metafield(shop, node, "custom.manual", files[number % len(files)]["id"])
    own = shop.nodes[shop.shop_id]
    set_metafield(shop, own, "home.banners", json.dumps([files[1]["id"], files[0]["id"]]), "list.file_reference")

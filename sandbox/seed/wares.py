"""A boutique's products: between one plain variant and three options, with all that may be said of them."""

from __future__ import annotations

import itertools
import random
from collections.abc import Sequence

from ..store import Node, Shop, cdn_folder
from .tools import product, shaped, variants_of
from .types import AWKWARD

VENDORS = ("Atelier Nord", "Maison Clé", "Kaito & Daughters", "Östergren", "Plain Goods")
KINDS = ("Shirt", "Coat", "Scarf", "Boot", "Bag", "Ring", "Lamp", "Vase")
WORDS = ("Blue", "Quiet", "Golden", "Rough", "Northern", "Silk", "Paper", "Iron", "Linen", "Late")
COLORS = ("Black", "White", "Rust", "Sea", "Moss")
COUNTRIES = (
    *("AD", "AE", "AR", "AT", "AU", "BE", "BG", "BR", "CA", "CH", "CL", "CN", "CO", "CY", "CZ", "DE", "DK", "EE", "ES"),
    *("FI", "FR", "GB", "GR", "HR", "HU", "IE", "IN", "IS", "IT", "JP", "KR", "LT", "LV", "MX", "NL", "NO", "NZ", "PL"),
)
SIZES = ("XS", "S", "M", "L", "XL")


def product_of(shop: Shop, chance: random.Random, number: int) -> Node:
    title = f"{chance.choice(WORDS)} {chance.choice(KINDS)} {number}"
    if number % 37 == 5:
        title = f"{title} {AWKWARD}"
    given = {
        "title": title,
        "handle": f"{title.split(' ', 1)[0].lower()}-{number:05}",
        "descriptionHtml": f"<p>The <em>{title}</em>.{_links(shop, number)}</p>" if number % 3 else "",
        "vendor": VENDORS[number % len(VENDORS)],
        "productType": KINDS[number % len(KINDS)],
        "status": ("ACTIVE", "ACTIVE", "DRAFT", "ACTIVE", "ARCHIVED")[number % 5],
        "tags": sorted({WORDS[number % len(WORDS)], KINDS[number % len(KINDS)], f"lot-{number % 11}"}),
        "seo": {"title": f"{title[:60]}", "description": "Made slowly."} if number % 4 == 0 else None,
        "category": "gid://shopify/TaxonomyCategory/aa-1-13" if number % 6 == 0 else None,
        "templateSuffix": "wide" if number % 29 == 0 else None,
        "giftCard": number % 100 == 3,
        "giftCardTemplateSuffix": "festive" if number % 100 == 3 else None,
    }
    return product(shop, **{name: value for name, value in given.items() if value is not None}, **_shape(number))


def _links(shop: Shop, number: int) -> str:
    """Links of every sort, as merchants and their editors leave them in texts."""
    if number == 0:
        return ""
    own, bare = shop.hosts
    files = cdn_folder(shop)
    other = shop.nodes[f"gid://shopify/Product/{shop.order['Product'][number // 2]}"]["handle"]
    return (
        "",
        f' Goes with <a href="https://{own}/products/{other}?utm_source=text&amp;b=2#size">this</a>.',
        f" See <a href='/collections/all/products/{other}/'>here</a>, or <a href=/pages/about-us>about us</a>.",
        f' <a href="//{shop.domain}/en-de/products/{other.upper()}">Auf Deutsch</a>',
        f' <img src="{files}/hero_600x.png?v=17" srcset="{files}/hero_600x.png 1x, /a.png 2x">',
        f' <a href="http://{bare}/blogs/news/article-0">News</a>, <a href="https://example.com/?a=1&amp;b=2">others</a>.',
        f" Not a link: https://{own}/products/x <!-- <a href='https://{own}/'> --> <a title='https://{own}/'>x</a>",
        ' <a href="mailto:hello@example.com">Write</a>, <a href="shopsync:products/x">odd</a>, <a href="#top">up</a>',
    )[number % 8]


def _shape(number: int) -> dict[str, object]:
    """Between one plain variant and three options."""
    shapes: tuple[dict[str, Sequence[str]], ...] = (
        {},
        {"Size": SIZES[: 2 + number % 3]},
        {"Color": COLORS[: 1 + number % 3], "Size": SIZES[:2]},
        {"Color": COLORS[:2], "Size": SIZES[:2], "Finish": ("matt / soft".replace(" / ", "-"), "glossy")},
    )
    options = shapes[number % 4]
    if not options:
        return shaped({"Title": ["Default Title"]}, [{"values": {"Title": "Default Title"}, **_variant(number, 0)}])
    chosen = [dict(zip(options, values, strict=True)) for values in itertools.product(*options.values())]
    return shaped(options, [{"values": values, **_variant(number, place)} for place, values in enumerate(chosen)])


def _variant(number: int, place: int) -> dict[str, object]:
    return {
        "price": f"{10 + number % 90}.{place % 100:02}",
        "compareAtPrice": f"{20 + number % 90}.00" if number % 5 == 0 else None,
        "barcode": f"400{number:06}{place:03}" if number % 2 else None,
        "inventoryPolicy": "CONTINUE" if number % 7 == 0 else "DENY",
        "taxable": number % 9 != 0,
        "showUnitPrice": number % 4 == 1,
        "unitPriceMeasurement": _measured(place) if number % 4 == 1 else None,
        "inventoryItem": {
            "cost": f"{4 + number % 40}.{place % 10}0" if number % 3 else None,
            "harmonizedSystemCode": "610910" if number % 4 == 3 else None,
            "countryCodeOfOrigin": "CA" if number % 4 == 3 else None,
            "provinceCodeOfOrigin": "QC" if number % 4 == 3 else None,
            "countryHarmonizedSystemCodes": [
                {"countryCode": country, "harmonizedSystemCode": f"610910{place:04}"} for country in ("US", "GB", "CH")
            ][: 3 if number % 40 == 3 else number % 3],
            "sku": f"SKU-{number:05}-{place}",
            "tracked": number % 3 == 0,
            "requiresShipping": number % 8 != 0,
            "measurement": {"weight": {"value": 0.25 * (1 + place), "unit": "KILOGRAMS"}},
        },
    }


def _measured(place: int) -> dict[str, object]:
    return {"quantityUnit": "ML", "quantityValue": 250.0 + place, "referenceUnit": "L", "referenceValue": 1}


def wide(shop: Shop) -> Node:
    """More variants than fit into one creating request of a careful client."""
    sizes = [f"{number} cm" for number in range(30)]
    options = {"Length": sizes, "Color": COLORS}
    chosen = [dict(zip(options, values, strict=True)) for values in itertools.product(sizes, COLORS)]
    variants = [{"values": values, "price": "5.00"} for values in chosen]
    return product(shop, title="Ribbon by the length", handle="ribbon-by-the-length", **shaped(options, variants))


def plant_awkward(shop: Shop) -> None:
    """The ends of what a variant can say, a gift card, and what belongs to other apps: a bundle, a joint listing."""
    countries = COUNTRIES[:40]
    codes = [
        {"countryCode": country, "harmonizedSystemCode": f"{6109100000 + n}"} for n, country in enumerate(countries)
    ]
    stock = {
        "harmonizedSystemCode": "6109100000000",
        "countryCodeOfOrigin": "HK",
        "countryHarmonizedSystemCodes": codes,
    }
    dear = {"quantityUnit": "FLOZ", "quantityValue": 0.001, "referenceUnit": "M3", "referenceValue": 1_000_000}
    piece = {"quantityUnit": "ITEM", "quantityValue": 1_000_000.0, "referenceUnit": "ITEM", "referenceValue": 1}
    weight = {"weight": {"value": 0.0001, "unit": "OUNCES"}}
    ends: list[dict[str, object]] = [
        {
            "price": "0.00",
            "compareAtPrice": "999999999999.99",
            "barcode": AWKWARD[:100],
            "showUnitPrice": True,
            "unitPriceMeasurement": dear,
            "inventoryItem": {**stock, "cost": "999999999999.99", "measurement": weight, "sku": AWKWARD[:60]},
        },
        {"price": "0.01", "showUnitPrice": False, "unitPriceMeasurement": piece, "inventoryItem": {"cost": "0.00"}},
        {"price": "1.00", "showUnitPrice": True},
    ]
    values = [{"values": {"End": f"end {number}"}, **end} for number, end in enumerate(ends)]
    product(shop, title="Extremes", handle="extremes", **shaped({"End": [f"end {n}" for n in range(3)]}, values))
    product(shop, title="Card", handle="gift-card", giftCard=True, giftCardTemplateSuffix=AWKWARD[:40])
    product(shop, title="By subscription", handle="by-subscription", requiresSellingPlan=True)
    product(shop, title="Joint", handle="joint-listing", combinedListingRole="PARENT")
    bundle = product(shop, title="Bundle", handle="bundle")
    bundle["hasVariantsThatRequiresComponents"] = True
    for variant in variants_of(shop, bundle):
        variant["requiresComponents"] = True

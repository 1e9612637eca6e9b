"""A plausible boutique: products with options, metafields of every type, and metaobjects that refer in circles."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence

from ..store import Node, Shop
from . import (
    abroad,
    business,
    channels,
    languages,
    linked,
    owners,
    people,
    pictures,
    sales,
    standards,
    stock,
    storefront,
    wares,
)
from .tools import (
    define,
    define_metafield,
    entry,
    redefine,
    refers_to,
    rich_text,
    set_metafield,
    variants_of,
)
from .types import AWKWARD, list_values, plain_values

PRODUCTS = 220
TEXT = "single_line_text_field"
FILTERED = {"capabilities": {"adminFilterable": {"enabled": True}}}
RATING = [{"name": "scale_min", "value": "1.0"}, {"name": "scale_max", "value": "5.0"}]


def plant(shop: Shop, chance: random.Random, products: int | None) -> None:
    name = shop.domain.removesuffix(".myshopify.com")
    shop.hosts = [f"www.{name}.example", f"{name}.example"]
    definitions = _definitions(shop)
    made = [wares.product_of(shop, chance, number) for number in range(products if products is not None else PRODUCTS)]
    if products is None:
        made.append(wares.wide(shop))
    library = pictures.library(shop)
    entries = _entries(shop, chance, made, library)
    pictures.plant(shop, made)
    _required_circle(shop)
    _specimens(shop, made, entries)
    _metafields(shop, chance, definitions, made, entries)
    storefront.plant(shop, chance, made, entries)
    pictures.refer(shop, made, library)
    standards.plant(shop, made, library)
    linked.plant(shop, made)
    owners.plant(shop)
    abroad.plant(shop, made)
    people.plant(shop)
    business.plant(shop)
    sales.plant(shop, made)
    languages.plant(shop, made)
    channels.plant(shop, made)
    stock.plant(shop, made)


# -- definitions -------------------------------------------------------------------------------------------------


def _definitions(shop: Shop) -> dict[str, Node]:
    """Designers have looks, looks have a designer: a circle of definitions, and one that refers to itself."""
    capabilities = {"publishable": {"enabled": True}, "translatable": {"enabled": True}}
    designer = define(
        shop,
        "designer",
        [
            {"key": "name", "type": TEXT, "required": True, "name": "Name"},
            {"key": "bio", "type": "rich_text_field", "description": "A few words"},
            {"key": "born", "type": "date"},
        ],
        name="Designer",
        description="Who made it",
        displayNameKey="name",
        capabilities=capabilities,
        access={"storefront": "PUBLIC_READ"},
    )
    look = define(
        shop,
        "look",
        [
            {"key": "title", "type": TEXT, "required": True},
            {"key": "designer", "type": "metaobject_reference", "required": True, "validations": refers_to(designer)},
            {"key": "pieces", "type": "list.product_reference"},
        ],
        name="Look",
        capabilities=capabilities,
    )
    own = [
        {"create": {"key": "mentor", "type": "metaobject_reference", "validations": refers_to(designer)}},
        {"create": {"key": "looks", "type": "list.metaobject_reference", "validations": refers_to(look)}},
    ]
    redefine(shop, designer, fieldDefinitions=own)
    material = define(
        shop,
        "material",
        [
            {"key": "name", "type": TEXT, "required": True, "description": "As on the label", **FILTERED},
            {"key": "share", "type": "number_integer", "validations": [{"name": "max", "value": "100"}], **FILTERED},
            {"key": "shine", "type": "rating", "validations": RATING},
        ],
        capabilities={
            "renderable": {"enabled": True, "data": {"metaTitleKey": "name", "metaDescriptionKey": "name"}},
            "onlineStore": {"enabled": True, "data": {"urlHandle": "materials"}},
        },
    )
    story = define(
        shop,
        "story",
        [
            {"key": "headline", "type": TEXT},
            {"key": "body", "type": "multi_line_text_field"},
            {"key": "about", "type": "mixed_reference", "validations": refers_to(designer, look)},
            {"key": "next", "type": "mixed_reference", "validations": refers_to(designer, look)},
            {"key": "made_of", "type": "list.metaobject_reference", "validations": refers_to(material)},
            {"key": "hero", "type": "product_reference"},
            {"key": "first_choice", "type": "variant_reference"},
            {"key": "gallery", "type": "list.file_reference"},
        ],
        name="Story",
    )
    return {"designer": designer, "look": look, "material": material, "story": story}


# -- metaobjects -------------------------------------------------------------------------------------------------


def _entries(
    shop: Shop, chance: random.Random, products: Sequence[Node], library: Sequence[Node]
) -> dict[str, list[Node]]:
    designers = [
        entry(
            shop,
            "designer",
            f"designer-{number}",
            {
                "name": f"Designer {number} {AWKWARD if number == 3 else ''}".strip(),
                "bio": rich_text(f"Number {number}.", AWKWARD, url=f"https://{shop.hosts[0]}/?designer={number}"),
                "born": f"19{50 + number % 50}-0{1 + number % 9}-11",
            },
            "ACTIVE" if number % 5 else "DRAFT",
        )
        for number in range(60)
    ]
    looks = [
        entry(
            shop,
            "look",
            f"look-{number}",
            {
                "title": f"Look {number}",
                "designer": chance.choice(designers)["id"],
                "pieces": json.dumps([node["id"] for node in chance.sample(products, min(4, len(products)))]),
            },
            "ACTIVE",
        )
        for number in range(90)
        if products
    ]
    materials = [
        entry(
            shop,
            "material",
            f"material-{number}",
            {
                "name": f"Material {number}",
                "share": str(number),
                "shine": json.dumps({"value": "3.0", "scale_min": "1.0", "scale_max": "5.0"}),
            },
            template="fabric" if number == 1 else None,
        )
        for number in range(50)
    ]
    _close_circles(shop, chance, designers, looks)
    return {
        "designer": designers,
        "look": looks,
        "material": materials,
        "story": _stories(shop, chance, products, designers, looks, materials, library),
    }


def _close_circles(shop: Shop, chance: random.Random, designers: Sequence[Node], looks: Sequence[Node]) -> None:
    """Mentors go round, one mentors himself, and designers name looks that name designers."""
    for number, node in enumerate(designers):
        mentor = designers[(number + 1) % len(designers)] if number != 7 else node
        mine = [look["id"] for look in chance.sample(looks, min(3, len(looks)))]
        entry(shop, "designer", node["handle"], {"mentor": mentor["id"], "looks": json.dumps(mine)})


def _stories(
    shop: Shop,
    chance: random.Random,
    products: Sequence[Node],
    designers: Sequence[Node],
    looks: Sequence[Node],
    materials: Sequence[Node],
    library: Sequence[Node],
) -> list[Node]:
    stories = []
    for number in range(70):
        values = {
            "headline": f"Story {number}",
            "body": f"Once.\n{AWKWARD}" if number % 9 == 0 else "Once.",
            "about": chance.choice(designers)["id"],
            "next": chance.choice(looks or designers)["id"],
            "made_of": json.dumps([node["id"] for node in chance.sample(materials, 3)]),
            "gallery": json.dumps([library[number % len(library)]["id"], library[0]["id"]]),
        }
        if products:
            chosen = chance.choice(products)
            values |= {"hero": chosen["id"], "first_choice": chosen["_variants"][-1]}
        stories.append(entry(shop, "story", f"story-{number}", values))
    return stories


def _required_circle(shop: Shop) -> None:
    """A studio must name its lead, and the lead must name a studio: no order of creating can satisfy both."""
    studio = define(shop, "studio", [{"key": "name", "type": TEXT, "required": True}])
    lead = define(
        shop,
        "lead",
        [
            {"key": "name", "type": TEXT, "required": True},
            {"key": "home", "type": "metaobject_reference", "validations": refers_to(studio)},
        ],
    )
    redefine(
        shop,
        studio,
        fieldDefinitions=[{"create": {"key": "lead", "type": "metaobject_reference", "validations": refers_to(lead)}}],
    )
    for number in range(20):
        home = entry(shop, "studio", f"studio-{number}", {"name": f"Studio {number}"})
        boss = entry(shop, "lead", f"lead-{number}", {"name": f"Lead {number}", "home": home["id"]})
        entry(shop, "studio", f"studio-{number}", {"lead": boss["id"]})
    redefine(shop, studio, fieldDefinitions=[{"update": {"key": "lead", "required": True}}])
    redefine(shop, lead, fieldDefinitions=[{"update": {"key": "home", "required": True}}])


def _specimens(shop: Shop, products: Sequence[Node], entries: dict[str, list[Node]]) -> None:
    """Every type as a field of an entry, twenty-five fields to a definition."""
    values = [(name, value) for name, value in plain_values(shop.currency).items() if name != "id"]
    values += list(list_values(shop.currency))
    for number, start in enumerate(range(0, len(values), 25)):
        some = values[start : start + 25]
        fields = [
            {
                "key": name.replace(".", "_"),
                "type": name,
                "validations": RATING if name.endswith("rating") else [],
            }
            for name, _ in some
        ]
        define(shop, f"specimen_{number}", fields)
        entry(shop, f"specimen_{number}", "everything", {name.replace(".", "_"): value for name, value in some})
        entry(shop, f"specimen_{number}", "nothing", {})


# -- metafields --------------------------------------------------------------------------------------------------


def _metafields(
    shop: Shop,
    chance: random.Random,
    definitions: dict[str, Node],
    products: Sequence[Node],
    entries: dict[str, list[Node]],
) -> None:
    _define_metafields(shop, definitions)
    for number, node in enumerate(products):
        values = {
            "custom.designer": chance.choice(entries["designer"])["id"],
            "custom.materials": json.dumps([one["id"] for one in chance.sample(entries["material"], 2)]),
            "custom.related": json.dumps([one["id"] for one in chance.sample(products, min(3, len(products)))]),
            "custom.subtitle": f"No. {number} {AWKWARD if number % 17 == 0 else ''}".strip(),
            "custom.code": f"code-{number}",
            "custom.care": rich_text("Wash cold."),
            **(_linking(shop, products, number) if number % 6 == 1 else {}),
            "custom.length": json.dumps({"value": 10 + number % 90, "unit": "CENTIMETERS"}),
        }
        for name, value in values.items():
            set_metafield(shop, node, name, value)
        set_metafield(shop, node, "legacy.note", f"note {number}", TEXT)
        for place, variant in enumerate(variants_of(shop, node)[:6]):
            set_metafield(shop, variant, "custom.fit", ("slim", "regular", "wide")[place % 3])
            if place == 0:
                set_metafield(shop, variant, "custom.twin", chance.choice(products)["_variants"][0])
    own = shop.nodes[shop.shop_id]
    types = [*plain_values(shop.currency).items(), *list_values(shop.currency)]
    for name, value in types:
        target = products[0] if products and name != "id" else own
        set_metafield(shop, target, f"every.{name.replace('.', '_')}", value, name)
    if entries["story"]:
        set_metafield(shop, own, "home.story", entries["story"][0]["id"])


def _linking(shop: Shop, products: Sequence[Node], number: int) -> dict[str, str]:
    """Values that lead somewhere: addresses, links, and JSON of some app that holds ids."""
    other = products[number * 7 % len(products)]
    return {
        "custom.guide": f"https://{shop.hosts[number % 2]}/products/{other['handle']}",
        "custom.more": json.dumps({"text": "More", "url": f"https://{shop.domain}/collections/all?sort_by=price#top"}),
        "custom.layout": json.dumps(
            {
                "hero": other["id"],
                "also": [other["_variants"][0], "gid://shopify/TaxonomyCategory/aa-1-13"],
                "note": f"see {other['id']}",
                "é": "shopsync:x",
            }
        ),
    }


def _define_metafields(shop: Shop, definitions: dict[str, Node]) -> None:
    def on(owner: str, name: str, type_: str, **more: object) -> None:
        define_metafield(shop, owner, name, type_, **more)

    on("PRODUCT", "custom.designer", "metaobject_reference", validations=refers_to(definitions["designer"]), pin=True)
    on("PRODUCT", "custom.materials", "list.metaobject_reference", validations=refers_to(definitions["material"]))
    on("PRODUCT", "custom.related", "list.product_reference", description="Goes well with", pin=True)
    on("PRODUCT", "custom.subtitle", TEXT, capabilities={"adminFilterable": {"enabled": True}})
    on("PRODUCT", "custom.code", TEXT, capabilities={"uniqueValues": {"enabled": True}})
    on("PRODUCT", "custom.care", "rich_text_field", access={"storefront": "PUBLIC_READ"})
    on("PRODUCT", "custom.length", "dimension")
    on("PRODUCT", "custom.guide", "url")
    on("PRODUCT", "custom.more", "link")
    on("PRODUCT", "custom.layout", "json")
    on("PRODUCTVARIANT", "custom.twin", "variant_reference")
    choices = [{"name": "choices", "value": json.dumps(["slim", "regular", "wide"])}]
    on("PRODUCTVARIANT", "custom.fit", TEXT, validations=choices)
    category = {"key": "category", "values": ["gid://shopify/TaxonomyCategory/aa-1-13"]}
    on("PRODUCT", "custom.only_shirts", "boolean", constraints=category)
    on("SHOP", "home.story", "metaobject_reference", validations=refers_to(definitions["story"]))
    on("COLLECTION", "custom.mood", TEXT)

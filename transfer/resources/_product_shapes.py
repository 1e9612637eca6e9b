"""The shape of a product, its options and its variants, and what these say of each other."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ..resource import Fields
from ..shapes import Always, Flag, Lacking, ListOf, Match, Maybe, Number, Object, OneOf, Reference, Row, Wrong
from ._shapes import HTML, NAME, PRICE, PRICE_OR_NONE, SEO, SHORT, STATUS, TAGS, TEXT, UNIT

COUNTRY = Match("the two letters of a country, such as DE", re.compile(r"[A-Z]{2}"))
HS_CODE = Match("a harmonized system code, such as 610910", re.compile(r"[0-9][0-9. ]{1,19}"))


def _or_empty(shape: Match) -> Maybe:
    """Empty: without it, where null leaves what is there."""
    return Maybe(Match(f"{shape.is_}, or empty", re.compile(f"({shape.pattern.pattern})?")))


PROVINCE = Match("the code of a province, such as BE", re.compile(r"[A-Z0-9-]{1,10}"))
CATEGORY = Match("a category (gid://shopify/TaxonomyCategory/…)", re.compile(r"gid://shopify/TaxonomyCategory/[\w-]+"))

_FILE = Reference("files")
_OPTION = Object(
    "an option",
    {
        "name": NAME,
        "values": ListOf(NAME, "a list of texts", distinct=True),
        "linkedMetafield": Lacking(Match("a namespace and a key with a dot between them", re.compile(r"[^.]+\.[^.]+"))),
        "linkedValues": Lacking(ListOf(Reference("metaobjects"), "a list of references")),
    },
)
_UNITS = (
    *("CL", "CM", "FLOZ", "FT", "FT2", "G", "GAL", "IN", "ITEM", "KG", "L", "LB", "M", "M2", "M3", "MG", "ML", "MM"),
    *("OZ", "PT", "QT", "UNKNOWN", "YD"),
)
_MEASURED = OneOf(*_UNITS, enum="UnitPriceMeasurementMeasuredUnit")
_MEASURE = Object(
    "what a unit price is told of",
    {
        "quantityUnit": _MEASURED,
        "quantityValue": Number(least=0),
        "referenceUnit": _MEASURED,
        "referenceValue": Number(least=0, most=2**31 - 1, whole=True),
    },
)
_CODES = ListOf(Row("[country, code]", COUNTRY, HS_CODE), "a list of [country, code]")
_VARIANT = Object(
    "a variant",
    {
        "options": ListOf(Row("[name, value]", NAME, NAME), "a list of [name, value]"),
        "price": PRICE,
        "compareAtPrice": PRICE_OR_NONE,
        "sku": TEXT,
        "barcode": TEXT,
        "taxable": Maybe(Flag()),
        "inventoryPolicy": Maybe(OneOf("CONTINUE", "DENY", enum="ProductVariantInventoryPolicy")),
        "tracked": Maybe(Flag()),
        "requiresShipping": Maybe(Flag()),
        "cost": PRICE_OR_NONE,
        "showUnitPrice": Maybe(Flag()),
        "unitPriceMeasurement": Maybe(_MEASURE),
        "harmonizedSystemCode": _or_empty(HS_CODE),
        "countryHarmonizedSystemCodes": Lacking(_CODES),
        "countryCodeOfOrigin": _or_empty(COUNTRY),
        "provinceCodeOfOrigin": _or_empty(PROVINCE),
        "weight": Maybe(Object("a weight", {"unit": UNIT, "value": Number(least=0)})),
        "media": Maybe(_FILE),
    },
)


def _together(fields: Fields) -> Wrong | str | None:
    """Options have different names. `linkedMetafield` and `linkedValues` go together, with an entry for each of the
    option's values. Every variant names the product's options in their order, with values that no other variant has."""
    names = [option["name"] for option in fields["options"]]
    if len(set(names)) < len(names):
        return "two options have the same name."
    for number, option in enumerate(fields["options"]):
        says = _linked(option)
        if says is not None:
            return Wrong(("options", number), says, of_it=False)
    return _variants(fields["variants"], names)


def _linked(option: Fields) -> str | None:
    linked, entries = option.get("linkedMetafield"), option.get("linkedValues")
    if linked is None and entries is None:
        return None
    if linked is None or entries is None:
        return "linkedMetafield and linkedValues go together."
    if len(entries) != len(option["values"]):
        return "linkedValues must name an entry for each of the option's values."
    return None


def _variants(items: Sequence[Fields], names: Sequence[str]) -> Wrong | None:
    seen: set[tuple[str, ...]] = set()
    for number, item in enumerate(items):
        if [name for name, _ in item["options"]] != names:
            found = ", ".join(name for name, _ in item["options"])
            says = f"must name the product's options ({', '.join(names)}), in their order, and names {found or 'none'}."
            return Wrong(("variants", number, "options"), says)
        values = tuple(value for _, value in item["options"])
        if values in seen:
            says = "has the values of another variant before it."
            return Wrong(("variants", number), says)
        seen.add(values)
    return None


PRODUCT = Object(
    "a product",
    {
        "title": NAME,
        "descriptionHtml": HTML,
        "vendor": SHORT,
        "productType": SHORT,
        "tags": TAGS,
        "status": Maybe(STATUS),
        "templateSuffix": TEXT,
        "seo": SEO,
        "giftCard": Maybe(Flag()),
        "giftCardTemplateSuffix": TEXT,
        "requiresSellingPlan": Maybe(Flag()),
        "category": _or_empty(CATEGORY),
        "exact": Lacking(Always()),
        "noMedia": Lacking(Always()),
        "options": ListOf(_OPTION, "a list of options", least=1),
        "media": Lacking(ListOf(_FILE, "a list of references", distinct=True)),
        "variants": ListOf(_VARIANT, "a list of at least one variant", least=1),
    },
    also=_together,
)

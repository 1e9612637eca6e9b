"""What a merchant calls things: scopes, owners of metafields, fields and references, as Shopify's admin names them.

Reports for programs (JSON, CSV, commands) keep the API's own names; pages say these. What has no name here is said in
the words that its own name is made of, so that nothing is ever shown as it is written in the API.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from .keys import decode
from .registry import RESOURCES
from .resource import OWNER
from .resources._owners import OF_APPS
from .shapes import Shape

# What comes after read_ and write_ in a scope -> what it opens. The admin's own names of them are longer.
AREAS = {
    "content": "pages, blogs and articles",
    "draft_orders": "draft orders",
    "inventory": "stock",
    "inventory_transfers": "transfers of stock",
    "legal_policies": "policies",
    "locales": "languages",
    "metaobject_definitions": "metaobject definitions",
    "metaobjects": "metaobject entries",
    "online_store_navigation": "menus and URL redirects",
    "publications": "sales channels",
}
OWNERS = {
    "API_PERMISSION": "apps",
    "CARTTRANSFORM": "cart transforms",
    "COMPANY_LOCATION": "company locations",
    "DRAFTORDER": "draft orders",
    "PRODUCTVARIANT": "variants",
    "SHOP": "the shop",
    "TRANSFER": "transfers of stock",
}
FIELDS = {
    "adminFilterable": "Filtering in the admin",
    "alt": "Alt text",
    "appliesOncePerCustomer": "One use per customer",
    "barcode": "Barcode",
    "body": "Content",
    "body_html": "Description",
    "buys": "Customer buys",
    "capabilities": "Features",
    "channels": "Sales channels",
    "codes": "Discount codes",
    "combinesWith": "Combinations",
    "commentPolicy": "Comments",
    "compareAtPrice": "Compare-at price",
    "constraints": "Category conditions",
    "countryCodeOfOrigin": "Country of origin",
    "customerAccount": "Access in customer accounts",
    "cycles": "Recurring payments",
    "descriptionHtml": "Description",
    "displayNameKey": "Display name",
    "emailConsent": "Email marketing",
    "endsAt": "End date",
    "everywhere": "All regions",
    "fieldDefinitions": "Fields",
    "for": "Who may use it",
    "gets": "Customer gets",
    "harmonizedSystemCode": "Harmonized System code",
    "inventoryPolicy": "When out of stock",
    "kind": "Type",
    "levels": "Quantities",
    "linkedMetafield": "Connected metafield",
    "linkedValues": "Connected entries",
    "meta_description": "Meta description",
    "meta_title": "Page title for search engines",
    "mimeType": "File type",
    "minimum": "Minimum purchase",
    "onlineStore": "Web pages",
    "productType": "Product type",
    "products": "Products",
    "provinceCodeOfOrigin": "Region of origin",
    "publishable": "Draft or active",
    "published": "Published",
    "publishedAt": "Visible since",
    "renderable": "Search engine listing",
    "requiresSellingPlan": "Sold only with a purchase option",
    "requiresShipping": "Physical product",
    "seo": "Search engine listing",
    "sku": "SKU",
    "smartCollectionCondition": "Use in smart collections",
    "smsConsent": "SMS marketing",
    "sources": "What is in it",
    "startsAt": "Start date",
    "storefront": "Access in the storefront",
    "summary": "Excerpt",
    "taxable": "Charge tax",
    "templateSuffix": "Theme template",
    "texts": "Translated text",
    "thumbhash": "Picture itself",
    "tracked": "Track quantity",
    "uniqueValues": "Unique values",
    "usageLimit": "Uses in total",
    "usesPerOrderLimit": "Uses per order",
    "validations": "Rules",
}
# How forms put kinds together: heading -> kinds, or how their names begin.
GROUPS: Mapping[str, tuple[str, ...]] = {
    "Products": ("products", "product_", "variant_", "collections", "collection_", "inventory_"),
    "Metafields and metaobjects": ("metaobject_definitions", "metaobjects", "metafield_", "shop_metafields"),
    "Online store": ("files", "pages", "page_", "blog", "article", "menus", "url_redirects", "shop_policies"),
    "Selling": ("markets", "market_metafields", "discount", "sales_channels", "location"),
    "Languages": ("locales", "translations", "market_translations"),
    "People": ("customer", "compan"),
}
OTHERS = "More"

TYPES = {
    "boolean": "True or false",
    "color": "Color",
    "date": "Date",
    "date_time": "Date and time",
    "dimension": "Dimension",
    "json": "JSON",
    "link": "Link",
    "metaobject_reference": "Metaobject",
    "mixed_reference": "Mixed reference",
    "multi_line_text_field": "Multi-line text",
    "number_decimal": "Decimal",
    "number_integer": "Integer",
    "rating": "Rating",
    "rich_text_field": "Rich text",
    "single_line_text_field": "Single line text",
    "url": "URL",
    "variant_reference": "Product variant",
    "volume": "Volume",
    "weight": "Weight",
}
# Kinds whose names are not made one by leaving an s away.
ONE = {"company_contacts": "contact of a company", "company_locations": "location of a company"}
NODES = {"MediaImage": "image", "GenericFile": "file", "Model3d": "3D model", "ProductVariant": "variant"}
_NAMED = frozenset({"fields", "fieldDefinitions", "options", "variants", "levels", "channels", "texts"})  # item by item

_SCOPE = r"(?:read|write)_[a-z][a-z_]*[a-z]"
_GRANT = re.compile(rf"\bgrant it ({_SCOPE}(?:(?:, | and ){_SCOPE})*)")
_ANY_SCOPE = re.compile(rf"\b{_SCOPE}(?:(?:, | and ){_SCOPE})*\b")
_LEAVE = re.compile(rf"`({_SCOPE})` access scope")  # in Shopify's own sentences
_OWNER = re.compile(r"\b[A-Z][A-Z_]{2,}[A-Z]\b")
_NODE = re.compile(r"(?:gid://shopify/(\w+)/|\b([A-Z]\w*[a-z]\w*) )(?=\d{6,}\b)")
_TARGET = re.compile(r"\bshopsync:([a-z_]+)/")
_TYPE = re.compile(r"\b(list\.)?([a-z]+(?:_[a-z]+)*)\b")
_PATH = re.compile(r"(?:(?<=^)|(?<=: )|(?<=, ))([A-Za-z_]\w*(?:\.[^:,\s]+)*)(?=: |$)")


def permissions(scopes: Iterable[str]) -> str:
    """What the app may do with these: "read files and languages, and write menus and URL redirects"."""
    areas: dict[str, list[str]] = {}
    for scope in scopes:
        verb, _, area = scope.partition("_")
        areas.setdefault(verb, []).append(AREAS.get(area, area.replace("_", " ")))
    return ", and ".join(f"{verb} {listed(names)}" for verb, names in areas.items())


def owners(owner: str) -> str:
    """Whose metafields: "draft orders" for DRAFTORDER."""
    word = owner.replace("_", " ").lower()
    return OWNERS.get(owner) or (f"{word[:-1]}ies" if word.endswith("y") else f"{word}s")


def key(text: str, resource: str) -> str:
    """A record's key, its owner in the admin's words: "products/custom/subtitle"; "product metafields/shirt/…/de"."""
    head, slash, rest = text.partition("/")
    kind = RESOURCES.get(resource)
    if kind is None:
        return _decoded(text)
    if head in kind.parts:
        return f"{owners(head)}{slash}{_decoded(rest)}"
    if kind.of_others:
        label = RESOURCES[head].label if head in RESOURCES else head.replace("_", " ")
        return f"{label[:1].lower()}{label[1:]}{slash}{key(rest, head)}"
    return text.replace("_", " ").capitalize() if resource == "shop_policies" else _decoded(text)


def _decoded(text: str) -> str:
    return "/".join(decode(text))


def group_of(resource: str) -> str:
    """Under which heading a form shows a kind."""
    return next((head for head, begins in GROUPS.items() if resource.startswith(begins)), OTHERS)


def listed(words: Sequence[str]) -> str:
    """A list as it is read aloud."""
    last = ", and " if any(" and " in word for word in words[-2:]) else " and "
    return last.join(filter(None, [", ".join(words[:-1]), *words[-1:]]))


def field(path: str, resource: str = "") -> str:
    """A place in a record, as the admin calls it: "Search engine listing › Title". Names that people gave stay."""
    kind = RESOURCES.get(resource)
    head, *rest = path.split(".")
    if path == OWNER:
        return "Owner"
    if kind is not None and head not in kind.shape.fields:
        return path  # a metafield, or a field that a person named
    own = frozenset(_names(kind.shape)) if kind is not None else frozenset(FIELDS)
    if head not in _NAMED or not rest:
        return " › ".join([said(head), *(said(name) if name in own else name for name in rest)])
    end = 1 if head == "fieldDefinitions" else len(rest)  # whose keys have no dots, and whose rules have names
    while end > 1 and rest[end - 1] in own:
        end -= 1
    item = ".".join(rest[:end])
    inner = (said(name) if name in own else name for name in rest[end:])
    return " › ".join([said(head), said(item) if head == "texts" else item, *inner])


def said(name: str) -> str:
    """The name of one field."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|_", " ", name).strip()
    words = FIELDS.get(name) or words[:1].upper() + words[1:].lower()
    return re.sub(r"\bUrl\b", "URL", words)


def _names(shape: Shape) -> Iterator[str]:
    for name, inner in shape.inner():
        yield name
        yield from _names(inner)


def plain(sentence: str, resource: str = "") -> str:
    """A sentence of a plan or a report, without the names that only programs use."""
    text = _GRANT.sub(lambda found: f"let it {permissions(_scopes(found[1]))}", sentence)
    text = _ANY_SCOPE.sub(_leave, _LEAVE.sub(_leave, text))
    text = _TARGET.sub(lambda found: f"{_thing(found[1])} ", text)
    text = _NODE.sub(lambda found: f"{node(found[1] or found[2])} ", text)
    text = _OWNER.sub(lambda found: owners(found[0]) if found[0] in _OWNER_TYPES else found[0], text)
    text = _TYPE.sub(_type, text)
    kind = RESOURCES.get(resource)
    if kind is not None:
        own = {*kind.shape.fields, OWNER}
        text = _PATH.sub(lambda found: field(found[1], resource) if found[1].split(".")[0] in own else found[1], text)
    return text


def _scopes(text: str) -> list[str]:
    return re.findall(_SCOPE, text)


def _leave(found: re.Match[str]) -> str:
    named = _scopes(found[0])
    return f"leave to {permissions(named)}" if _SCOPES.issuperset(named) else found[0]


def type_said(text: str) -> str:
    """A type of metafields, as a value: "List of Product", "Single line text", "Boolean"."""
    found = _TYPE.fullmatch(text)
    name = TYPES.get(found[2], "") if found is not None else ""
    return f"{'List of ' if found is not None and found[1] else ''}{name}" if name else plain(text)


def _type(found: re.Match[str]) -> str:
    """A type of metafield; a word that is one as well is left alone, unless it stands behind "list."."""
    many, word = found[1], found[2]
    if not many and "_" not in word:
        return found[0]
    name = TYPES.get(word) or (word[: -len("_reference")].capitalize() if word.endswith("_reference") else "")
    return f"{'List of ' if many else ''}{name}" if name else found[0]


def _thing(resource: str) -> str:
    """ "the product", for a reference that stands in a sentence."""
    return f"the {one(resource)}"


def one(resource: str) -> str:
    """One of a kind: "product", "URL redirect"."""
    label = RESOURCES[resource].label if resource in RESOURCES else resource.replace("_", " ")
    single = ONE.get(resource) or (f"{label[:-3]}y" if label.endswith("ies") else label.removesuffix("s"))
    return single if single.startswith("URL") else single[:1].lower() + single[1:]


def node(kind: str) -> str:
    """What the admin calls a type of things of the API: "variant" for ProductVariant."""
    return NODES.get(kind) or re.sub(r"(?<=[a-z])(?=[A-Z])", " ", kind).lower()


_PARTS = [(part, own) for kind in RESOURCES.values() for part, own in kind.parts.items()]
_OWNER_TYPES = frozenset(part for part, _ in _PARTS) | frozenset(OF_APPS)
_SCOPES = frozenset(
    scope
    for own in (*(kind.scopes for kind in RESOURCES.values()), *(own for _, own in _PARTS))
    for scope in (*own.read, *own.write)
)

"""The GraphQL documents of discounts: eight types in one connection, six of which have mutations of their own."""

from __future__ import annotations

CODE, AUTOMATIC = "code", "automatic"  # how customers come by a discount
BASIC, BXGY, FREE_SHIPPING = "basic", "bxgy", "free_shipping"
KINDS = {BASIC: "Basic", BXGY: "Bxgy", FREE_SHIPPING: "FreeShipping"}
TYPES = {
    f"Discount{method.title()}{name}": (method, kind) for method in (CODE, AUTOMATIC) for kind, name in KINDS.items()
}

_SOME = "nodes { id } pageInfo { hasNextPage }"
_ITEMS = f"""items {{
  __typename
  ... on AllDiscountItems {{ allItems }}
  ... on DiscountCollections {{ collections(first: 250) {{ {_SOME} }} }}
  ... on DiscountProducts {{ products(first: 250) {{ {_SOME} }} productVariants(first: 250) {{ {_SOME} }} }}
}}"""
_EFFECT = """
  ... on DiscountPercentage { percentage }
  ... on DiscountAmount { amount { amount } appliesOnEachItem }
"""
_GETS = f"""customerGets {{
  appliesOnOneTimePurchase appliesOnSubscription {_ITEMS}
  value {{
    __typename {_EFFECT}
    ... on DiscountOnQuantity {{ quantity {{ quantity }} effect {{ __typename {_EFFECT} }} }}
  }}
}}"""
_BUYS = f"""customerBuys {{
  isOneTimePurchase isSubscription {_ITEMS}
  value {{ __typename ... on DiscountQuantity {{ quantity }} ... on DiscountPurchaseAmount {{ amount }} }}
}}"""
_MINIMUM = """minimumRequirement {
  __typename
  ... on DiscountMinimumQuantity { greaterThanOrEqualToQuantity }
  ... on DiscountMinimumSubtotal { greaterThanOrEqualToSubtotal { amount } }
}"""
_SHIPPING = """
  appliesOnOneTimePurchase appliesOnSubscription maximumShippingPrice { amount }
  destinationSelection {
    __typename ... on DiscountCountryAll { allCountries } ... on DiscountCountries { countries includeRestOfWorld }
  }
"""
_COMMON = """
  title startsAt endsAt tags updatedAt
  combinesWith { orderDiscounts productDiscounts productDiscountsWithTagsOnSameCartLine shippingDiscounts }
  context { __typename %s }
"""
# Whom a discount is for takes scopes of its own; a page is read without it where the store does not show it.
WHOM = f"""
  ... on DiscountCustomers {{ customers {{ id }} }}
  ... on DiscountCustomerSegments {{ segments {{ name }} }}
  ... on DiscountMarkets {{ markets(first: 250) {{ {_SOME} }} }}
"""
_CODES = "codes(first: %d) { nodes { id code } pageInfo { hasNextPage endCursor } }"
_OWN = {
    BASIC: f"{_GETS} {_MINIMUM}",
    BXGY: f"{_GETS} {_BUYS} usesPerOrderLimit",
    FREE_SHIPPING: f"{_SHIPPING} {_MINIMUM}",
}
_BY_CODE = f"usageLimit appliesOncePerCustomer {_CODES % 250}"


def _fragment(type_: str, method: str, kind: str) -> str:
    name = "codeCycles" if method == CODE else "cycles"  # one may be null, the other not: they must not share a name
    cycles = "" if kind == BXGY else f"{name}: recurringCycleLimit"
    own = _BY_CODE if method == CODE else ""
    return f"... on {type_} {{ {_COMMON} {_OWN[kind]} {cycles} {own} }}"


def _of(methods: tuple[str, ...]) -> str:
    own = [_fragment(type_, method, kind) for type_, (method, kind) in TYPES.items() if method in methods]
    apps = [f"... on Discount{method.title()}App {{ title appDiscountType {{ title }} }}" for method in methods]
    return f"__typename {' '.join((*own, *apps))}"


_NAMES = " ".join(
    f"... on {type_} {{ title {_CODES % 1 if method == CODE else ''} }}" for type_, (method, _) in TYPES.items()
)


def _names(method: str) -> str:
    own = f"Discount{method.title()}"
    codes = _CODES % 1 if method == CODE else ""
    return f"__typename {' '.join(f'... on {own}{name} {{ title {codes} }}' for name in KINDS.values())}"


# How a discount is told from others: read wherever one is only named.
NAME = f"discount {{ __typename {_NAMES} }}"
OWNER = f"""
  ... on DiscountNode {{ {NAME} }}
  ... on DiscountCodeNode {{ discount: codeDiscount {{ {_names(CODE)} }} }}
  ... on DiscountAutomaticNode {{ discount: automaticDiscount {{ {_names(AUTOMATIC)} }} }}
"""
IDENTIFY = {
    "DiscountCodeNode": f"discount: codeDiscount {{ {_names(CODE)} }}",
    "DiscountAutomaticNode": f"discount: automaticDiscount {{ {_names(AUTOMATIC)} }}",
}
_READ = f"""
query Discounts($after: String, $query: String) {{
  discountNodes(first: 15, after: $after, query: $query, sortKey: ID) {{
    nodes {{ id discount {{ {_of((CODE, AUTOMATIC))} }} }} pageInfo {{ hasNextPage endCursor }}
  }}
}}
"""
_BACK = f"""
query DiscountsById($ids: [ID!]!) {{
  nodes(ids: $ids) {{
    id
    ... on DiscountCodeNode {{ discount: codeDiscount {{ {_of((CODE,))} }} }}
    ... on DiscountAutomaticNode {{ discount: automaticDiscount {{ {_of((AUTOMATIC,))} }} }}
    ... on DiscountNode {{ discount {{ {_of((CODE, AUTOMATIC))} }} }}
  }}
}}
"""
READ, READ_BARE = _READ.replace("%s", WHOM), _READ.replace("%s", "")
BACK, BACK_BARE = _BACK.replace("%s", WHOM), _BACK.replace("%s", "")
BY_CODE = f"codeDiscountNodeByCode(code: $v) {{ id {IDENTIFY['DiscountCodeNode']} }}"
TITLES = f"""
query AutomaticDiscountTitles($after: String) {{
  automaticDiscountNodes(first: 250, after: $after, sortKey: ID) {{
    nodes {{ id {IDENTIFY["DiscountAutomaticNode"]} }} pageInfo {{ hasNextPage endCursor }}
  }}
}}
"""
_MORE_CODES = "codes(first: 250, after: $after) { nodes { id code } pageInfo { hasNextPage endCursor } }"
_MORE = " ".join(f"... on {type_} {{ {_MORE_CODES} }}" for type_, (method, _) in TYPES.items() if method == CODE)
MORE_CODES = f"""
query MoreCodes($id: ID!, $after: String) {{
  codeDiscountNode(id: $id) {{ codeDiscount {{ {_MORE} }} }}
}}
"""
ADD_CODES = """
mutation AddCodes($id: ID!, $codes: [DiscountRedeemCodeInput!]!) {
  discountRedeemCodeBulkAdd(discountId: $id, codes: $codes) {
    bulkCreation { id done } userErrors { field message code }
  }
}
"""
ADDING = """
query AddingCodes($id: ID!) {
  discountRedeemCodeBulkCreation(id: $id) {
    done failedCount codes(first: 250) { nodes { code errors { message } } }
  }
}
"""
_ARGUMENTS = {
    (CODE, BASIC): "basicCodeDiscount",
    (CODE, BXGY): "bxgyCodeDiscount",
    (CODE, FREE_SHIPPING): "freeShippingCodeDiscount",
    (AUTOMATIC, BASIC): "automaticBasicDiscount",
    (AUTOMATIC, BXGY): "automaticBxgyDiscount",
    (AUTOMATIC, FREE_SHIPPING): "freeShippingAutomaticDiscount",
}


def _mutation(method: str, kind: str, verb: str) -> str:
    name = f"{method.title()}{KINDS[kind]}"
    id_, given = ("$id: ID!, ", "id: $id, ") if verb == "Update" else ("", "")
    return f"""
mutation {verb}{name}Discount({id_}$discount: Discount{name}Input!) {{
  discount{name}{verb}({given}{_ARGUMENTS[method, kind]}: $discount) {{
    {method}DiscountNode {{ id }} userErrors {{ field message code }}
  }}
}}
"""


CREATE = {own: _mutation(*own, "Create") for own in TYPES.values()}
UPDATE = {own: _mutation(*own, "Update") for own in TYPES.values()}
DELETE = {
    method: f"""
mutation DeleteDiscount($id: ID!) {{
  discount{method.title()}Delete(id: $id) {{ userErrors {{ field message code }} }}
}}
"""
    for method in (CODE, AUTOMATIC)
}

"""What refers to a variant that this very import takes away with the update of its product is nobody else's change."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.builder import Builder, copy, equal, troubles
from tests.meddle import row
from tests.support import Sandbox
from transfer.outcomes import Outcome

MADE = {
    "page": "mutation M($i: PageCreateInput!) { made: pageCreate(page: $i) { page { id } userErrors { message } } }",
    "redirect": "mutation M($i: UrlRedirectInput!) {made: urlRedirectCreate(urlRedirect: $i) { userErrors { code } } }",
    "policy": "mutation M($i: ShopPolicyInput!) { made: shopPolicyUpdate(shopPolicy: $i) { userErrors { message } } }",
    "discount": """mutation M($i: DiscountCodeBasicInput!) {
      made: discountCodeBasicCreate(basicCodeDiscount: $i) { userErrors { message } } }""",
}
MENU = """mutation M($items: [MenuItemCreateInput!]!) {
  made: menuCreate(handle: "m", title: "M", items: $items) { userErrors { message } } }"""


def make(shop: Builder, kind: str, **fields: Any) -> dict[str, Any]:
    made: dict[str, Any] = shop.ask(MADE[kind], i=fields)["made"]
    assert made["userErrors"] == []
    return made


def discount(shop: Builder, code: str, *variants: str) -> None:
    gets = {"items": {"products": {"productVariantsToAdd": list(variants)}}, "value": {"percentage": 0.1}}
    start = "2024-01-01T00:00:00Z"
    make(shop, "discount", title=code, code=code, startsAt=start, context={"all": "ALL"}, customerGets=gets)


def store(sandbox: Sandbox, *sizes: str) -> Builder:
    """All of it refers to the last variant; the first one is there in every store."""
    shop = Builder(sandbox)
    bulb = shop.product("bulb", {"Size": list(sizes)})
    first, *_, last = shop.variants(bulb)
    path = f"/products/bulb?variant={last.rsplit('/', 1)[1]}"
    link = f'<a href="{path}">x</a>'
    for handle in ("a-lamp", "z-lamp"):  # before and behind the bulb
        lamp = shop.product(handle, {"Size": ["S"]}, descriptionHtml=link)
        shop.metafield(shop.variants(lamp)[0], "custom.near", "variant_reference", last)
    rich = {"type": "link", "url": path, "children": [{"type": "text", "value": "x"}]}
    rich = {"type": "root", "children": [{"type": "paragraph", "children": [rich]}]}
    shop.metafield(bulb, "custom.rich", "rich_text_field", json.dumps(rich))
    shop.metafield(bulb, "custom.url", "url", f"https://{shop.shop}{path}")
    for key, type_, value in (
        ("one", "variant_reference", last),
        ("some", "list.variant_reference", json.dumps([last, first])),
        ("free", "json", json.dumps({"x": last, "y": [last]})),
        ("link", "link", json.dumps({"text": "a", "url": f"https://{shop.shop}{path}"})),
    ):
        shop.metafield(shop.shop_id(), f"custom.{key}", type_, value)
    make(shop, "page", title="P", handle="p", body=link)
    make(shop, "redirect", path="/old", target=path)
    make(shop, "policy", type="REFUND_POLICY", body=link)
    shop.ask(MENU, items=[{"title": "x", "type": "HTTP", "url": path}])
    discount(shop, "BOTH", first, last)
    return shop


def test_what_named_a_variant_that_a_mirror_takes_away_is_written(sandbox: Sandbox, tmp_path: Path) -> None:
    source, target = store(sandbox, "S", "M"), store(sandbox, "S", "X")
    discount(target, "HERE", *target.variants(_bulb(target)))
    desk, _ = copy(source, target, tmp_path, policy="mirror")
    assert not troubles(desk)
    own = row(desk, "discounts", "code", "here")
    assert (own.outcome, own.verified) == (Outcome.DELETED, True), "what it lost by the mirror is no reason to stay"
    assert equal(source, target, tmp_path)
    again, _ = copy(source, target, tmp_path, policy="mirror")
    assert again.client.writes == 0


def _bulb(shop: Builder) -> str:
    read = 'query P { productByIdentifier(identifier: { handle: "bulb" }) { id } }'
    found: str = shop.ask(read)["productByIdentifier"]["id"]
    return found

"""A link that names a variant names the same variant in the other store, wherever it stands."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from tests.support import Sandbox, checksums, export, import_, total

TEXTS = """query Texts {
  lamp: productByIdentifier(identifier: {handle: "lamp"}) { ...product }
  bulb: productByIdentifier(identifier: {handle: "bulb"}) { ...product }
  pages(first: 9) { nodes { handle body } }
  articles(first: 9) { nodes { body } }
  collections(first: 9) { nodes { handle descriptionHtml } }
  urlRedirects(first: 9) { nodes { path target } }
  menus(first: 9) { nodes { handle items { url } } }
  shop { shopPolicies { type body } }
}
fragment product on Product {
  descriptionHtml metafields(first: 9) { nodes { key value } }
  variants(first: 9) { nodes { id title } }
}"""
GONE = "40000000000001"


def _texts(sandbox: Sandbox, shop: str) -> tuple[dict[str, Any], str, dict[str, str]]:
    """What there is, as one text, and the number of every variant -> which it is."""
    data = sandbox.graphql(shop, TEXTS)
    variants = {
        node["id"].rsplit("/", 1)[1]: f"{product}:{node['title']}"
        for product in ("lamp", "bulb")
        for node in data[product].pop("variants")["nodes"]
    }
    return data, json.dumps(data), variants


def _named(text: str, variants: dict[str, str]) -> list[str]:
    """The variants that a text links to, in order."""
    return [variants.get(found, found) for found in re.findall(r"(?<=variant=)\d+|(?<=[/,])\d+(?=:\d)", text)]


def test_variants_are_named_anew_wherever_links_stand(sandbox: Sandbox, tmp_path: Path) -> None:
    source, target = sandbox.shop("links"), sandbox.shop("plain", products=3)
    desk, past = export(sandbox, source, tmp_path)
    with desk.storage.read(past["assemble"]["archive"]) as file:
        archive = file.read()
    first, _ = import_(sandbox, target, archive, tmp_path)
    assert total(first, "outcome:failed") == 0
    _, before, here = _texts(sandbox, source)
    data, after, variants = _texts(sandbox, target)
    assert here.keys().isdisjoint(variants), "equal numbers would prove nothing"
    wanted = [name for name in _named(before, here) if name != GONE]
    assert len(wanted) > 15
    foreign = re.compile(
        r"other\.example[^\"]*|Not a link[^<]*|See https:[^\"]*|/search\?[^>]*|https:[^ ]*/cdn/shop/t/[^ ]*"
    )
    assert _named(foreign.sub("", after), variants) == [
        name for name in _named(foreign.sub("", before), here) if name != GONE
    ]
    assert foreign.findall(after) == foreign.findall(before)
    assert source.removesuffix(".myshopify.com") not in foreign.sub("", after)

    bulb = data["bulb"]["descriptionHtml"]
    assert '<a href="/de/products/lamp?a=b">' in bulb and '<a href="/cart">' in bulb and "?discount=TEN" in bulb
    redirects = {node["path"]: node["target"] for node in data["urlRedirects"]["nodes"]}
    assert redirects["/none"] == f"https://{target}/products/lamp"
    row = first.ledger.get("products", [("bulb",)])[("bulb",)]
    assert row.lost == ("descriptionHtml",)
    assert f"points at ProductVariant {GONE}, which the source store no longer had" in row.detail

    again, _ = import_(sandbox, target, archive, tmp_path)
    assert again.client.writes == 0


def test_what_arrived_is_exported_as_it_was(sandbox: Sandbox, tmp_path: Path) -> None:
    source, target = sandbox.shop("links"), sandbox.shop()
    desk, past = export(sandbox, source, tmp_path)
    with desk.storage.read(past["assemble"]["archive"]) as file:
        archive = file.read()
    import_(sandbox, target, archive, tmp_path)
    _, copied = export(sandbox, target, tmp_path)
    lost = {"products", "url_redirects"}  # a link to a variant that was gone already
    one, other = checksums(past), checksums(copied)
    assert {name for name in one if one[name] != other[name]} == lost

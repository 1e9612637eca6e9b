"""Somebody works in every part of a store while it is read: the archive is as the store is in the end."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.builder import NAME, Builder
from tests.support import Sandbox
from tests.transfer.test_reading import _disturbed
from transfer.registry import RESOURCES

READ = """{
  pages(first: 3) { nodes { id } } blogs(first: 3) { nodes { id } } articles(first: 3) { nodes { id handle } }
  collections(first: 9) { nodes { id handle } } menus(first: 9) { nodes { id handle title } }
  urlRedirects(first: 9) { nodes { id path } } files(first: 50) { nodes { id ... on MediaImage { alt } } }
  metafieldDefinitions(ownerType: PRODUCT, first: 9) { nodes { id key } }
}"""
CHANGES = {
    "renamed page": ("pageUpdate(id: $id, page: {handle: %s})", "pages", 0),
    "page of other words": ("pageUpdate(id: $id, page: {title: %s})", "pages", 1),
    "deleted page": ("pageDelete(id: $id)", "pages", 2),
    "renamed blog": ("blogUpdate(id: $id, blog: {handle: %s})", "blogs", 0),
    "renamed article": ("articleUpdate(id: $id, article: {handle: %s})", "articles", 0),
    "deleted article": ("articleDelete(id: $id)", "articles", 1),
    "renamed collection": ("collectionUpdate(collection: {id: $id, handle: %s})", "collections", 0),
    "deleted collection": ("collectionDelete(input: {id: $id})", "collections", 1),
    "redirect to elsewhere": ("urlRedirectUpdate(id: $id, urlRedirect: {target: %s})", "urlRedirects", 0),
    "deleted redirect": ("urlRedirectDelete(id: $id)", "urlRedirects", 1),
    "redirect from elsewhere": ("urlRedirectUpdate(id: $id, urlRedirect: {path: %s})", "urlRedirects", 2),
    "other alt text": ("fileUpdate(files: [{id: $id, alt: %s}])", "files", 0),
    "deleted file": ("fileDelete(fileIds: [$id])", "files", 5),
}


def test_every_kind_that_moved_is_as_it_is_in_the_end(sandbox: Sandbox, tmp_path: Path) -> None:
    shop = Builder(sandbox, "boutique", products=4)
    there = shop.ask(READ)

    def disturb() -> None:
        for number, (what, (mutation, kind, place)) in enumerate(CHANGES.items()):
            named = json.dumps(f"/moved-{number}" if kind == "urlRedirects" else f"moved-{number}")
            text = mutation % named if "%s" in mutation else mutation
            document = f"mutation M($id: ID!) {{ {text} {{ userErrors {{ message }} }} }}"
            answer = shop.ask(document, id=there[kind]["nodes"][place]["id"])
            assert all(not payload["userErrors"] for payload in answer.values()), (what, answer)
        shop.define("made_meanwhile", NAME)
        shop.entry("made_meanwhile", "one", name="One")
        menu = there["menus"]["nodes"][0]
        items = [{"title": "New", "type": "HTTP", "url": "https://example.com/"}]
        shop.ask(MENU, id=menu["id"], title="Moved", items=items)
        shop.ask(POLICY, policy={"type": "SHIPPING_POLICY", "body": "<p>New</p>"})
        definition = {"ownerType": "PRODUCT", "namespace": "made", "key": "meanwhile", "type": "boolean", "name": "New"}
        assert not shop.ask(DEFINE, definition=definition)["metafieldDefinitionCreate"]["userErrors"]

    found = _disturbed(shop, tmp_path, disturb)
    moved = _disturbed(shop, tmp_path / "after", lambda: None)
    told = {"/".join([kind, *key]) for kind, key in found["manifest"]["changedWhileReading"]}
    for key in _differing(found["records"], moved["records"]) - told:
        assert key in found["records"], f"{key} is missing, and nobody says so"
        gone = _leads_to_what_is_gone(key, found["records"][key])
        assert gone and key.split("/")[0] in found["manifest"]["deletedReferences"], f"{key} is not as it is in the end"
    assert len(told) < 40, told


def _leads_to_what_is_gone(name: str, fields: dict[str, Any]) -> bool:
    kind, *key = name.split("/")
    return any(place.target.unknown for place in RESOURCES[kind].places(tuple(key), fields, None))


def _differing(one: dict[str, Any], other: dict[str, Any]) -> set[str]:
    return {key for key in one.keys() | other.keys() if one.get(key) != other.get(key)}


MENU = """mutation M($id: ID!, $title: String!, $items: [MenuItemUpdateInput!]!) {
  menuUpdate(id: $id, title: $title, items: $items) { userErrors { message } } }"""
POLICY = "mutation P($policy: ShopPolicyInput!) { shopPolicyUpdate(shopPolicy: $policy) { userErrors { message } } }"
DEFINE = """mutation D($definition: MetafieldDefinitionInput!) {
  metafieldDefinitionCreate(definition: $definition) { userErrors { message } } }"""

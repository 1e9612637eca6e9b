"""Stores and runs to look at, made over HTTP as the page makes them."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from demo.copy import Store, _multipart
from tests.program import Program
from tests.support import Sandbox

REST_SECONDS = 300.0
PRODUCTS = """query { products(first: 12) { nodes { id title descriptionHtml } } }"""
CHANGE = """
mutation Change($product: ProductUpdateInput!) {
  productUpdate(product: $product) { product { id } userErrors { field message } }
}
"""
DEFINE = """
mutation Define($definition: MetafieldDefinitionInput!) {
  metafieldDefinitionCreate(definition: $definition) { createdDefinition { id } userErrors { field message } }
}
"""


class Scenes:
    def __init__(self, stores: Sandbox, program: Program) -> None:
        self._stores, self._program = stores, program

    def store(self, shop: str) -> Store:
        own = Store(self._program.url, self._stores.url, shop.removesuffix(".myshopify.com"))
        own.ask("/")
        return own

    def start_export(self, shop: str, *kinds: str) -> str:
        """The id of a new export: of these kinds, or of everything."""
        store = self.store(shop)
        form = [("resources", kind) for kind in kinds] or _ticked(store.ask("/exports/new")[1].decode())
        path, _ = store.ask("/exports/new", form=form)
        return path.strip("/").split("/")[-1]

    def export(self, shop: str, *kinds: str) -> tuple[str, bytes]:
        """(run, archive)"""
        run = self.start_export(shop, *kinds)
        self.rest(shop, run)
        store = self.store(shop)
        return run, store.download(store.json(f"/exports/{run}/download-link", form=[])["url"])

    def plan(self, shop: str, archive: bytes, name: str = "boutique.zip") -> str:
        """An import that waits for its decision."""
        run = self.start_import(shop, archive, name)
        self.rest(shop, run)
        return run

    def start_import(self, shop: str, archive: bytes, name: str = "boutique.zip") -> str:
        store = self.store(shop)
        address = store.json("/imports/uploads", form=[])["address"]
        body, kind = _multipart("archive", name, archive)
        run: str = store.json(address, body=body, kind=kind)["run"]
        return run

    def compare(self, shop: str, export: str) -> str:
        """A comparison of a finished export with its store as it is now."""
        store = self.store(shop)
        address = store.json("/imports/uploads", form=[])["address"]
        form = [("purpose", "compare"), ("first", f"export:{export}"), ("second", "store")]
        run: str = store.json(address, form=form)["run"]
        self.rest(shop, run)
        return run

    @contextmanager
    def slowed(self, shop: str, seconds: float = 1.0) -> Iterator[None]:
        """Every answer of the store takes so long: a run of it lasts longer than what a test does meanwhile."""
        self._stores.faults({"kind": "delay", "seconds": seconds, "shop": shop})
        try:
            yield
        finally:
            self._stores.faults()

    def confirm(self, shop: str, run: str, policy: str = "update", *, wait: bool = True) -> None:
        self.store(shop).ask(f"/imports/{run}/confirm", form=[("policy", policy)])
        if wait:
            self.rest(shop, run)

    def rest(self, shop: str, run: str) -> dict[str, Any]:
        """Waits until nothing more happens without a person."""
        deadline = time.monotonic() + REST_SECONDS
        while True:
            status = self.store(shop).json(f"/runs/{run}/status.json")
            if status["poll_ms"] is None or status["status"] == "waiting":
                return status
            if time.monotonic() > deadline:
                raise AssertionError(f"{shop} {run} does not come to rest: {status}")
            time.sleep(0.2)

    def code(self, source: str, *more: str) -> str:
        """A code that lets another store ask for everything of this one that is ticked, and for more kinds."""
        store = self.store(source)
        form = _ticked(store.ask("/links")[1].decode()) + [("resources", kind) for kind in more]
        page = store.ask("/links/code", form=form)[1].decode()
        return page.split('<code class="code">')[1].split("</code>")[0]

    def confirm_link(self, source: str) -> None:
        store = self.store(source)
        link = store.ask("/links")[1].decode().split("/confirm")[0].split("/links/")[-1]
        store.ask(f"/links/{link}/confirm", form=[])

    def link(self, source: str, target: str, *more: str) -> None:
        self.store(target).ask("/links/enter", form=[("code", self.code(source, *more))])
        self.confirm_link(source)

    def end_links(self, source: str) -> None:
        store = self.store(source)
        for link in store.ask("/links")[1].decode().split('/end"')[:-1]:
            store.ask(f"/links/{link.split('/links/')[-1]}/end", form=[])

    def another(self, seed: str = "boutique", products: int = 30) -> str:
        return self._stores.shop(seed, products=products)

    def differing(self, products: int = 30) -> str:
        """A store much like the full one: some titles and texts differ, and a definition is of another type."""
        shop = self._stores.shop("boutique", products=products)
        self.alter(shop)
        return shop

    def alter(self, shop: str) -> None:
        """Other titles and texts in some products."""
        nodes = self._stores.graphql(shop, PRODUCTS)["products"]["nodes"]
        for number, node in enumerate(nodes):
            text = node["descriptionHtml"].replace("a", "o", 2) + "<p>Only while stocks last.</p>"
            product = {"id": node["id"], "title": f"{node['title']} (old)", "descriptionHtml": text}
            if number % 2:
                product.pop("title")
            self._stores.graphql(shop, CHANGE, product=product)

    def contrary(self, archive_definition: tuple[str, str] = ("custom", "subtitle")) -> str:
        """An empty store but for a definition of another type, which Shopify cannot change."""
        shop = self._stores.shop()
        namespace, key = archive_definition
        definition = {
            "name": "Subtitle", "namespace": namespace, "key": key, "type": "number_integer", "ownerType": "PRODUCT",
        }  # fmt: skip
        self._stores.graphql(shop, DEFINE, definition=definition)
        return shop


def _ticked(page: str) -> list[tuple[str, str]]:
    """The kinds that a form comes with ticked."""
    boxes = [part.split(">")[0] for part in page.split('name="resources" value="')[1:]]
    return [("resources", box.split('"')[0]) for box in boxes if box.endswith(" checked")]

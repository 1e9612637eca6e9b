"""A sandbox in a process of its own, and short ways to talk to it."""

from __future__ import annotations

import itertools
import json
import subprocess
import sys
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from shopify_client import AdminClient, FileHosts, Origins
from shopify_client.cost import Prices, charged, operation
from transfer.local import local_desk, run
from transfer.stages import EXPORT, IMPORT
from transfer.work import Cursor, Desk

ROOT = Path(__file__).resolve().parent.parent
CLIENT_ID = "sandbox-client-id"
CLIENT_SECRET = "sandbox-client-secret-of-32-chars!!"
_numbers = itertools.count(1)


class Watched(Prices):
    """Holds every estimate against what the request then was charged: a low one is how a run gets THROTTLED."""

    def learn(self, document: str, variables: Mapping[str, Any], requested: float) -> None:
        reserved = self.of(document, variables)
        taken = charged(requested, variables)
        assert reserved >= taken - 1e-6, f"{operation(document)[0]}: {reserved} reserved, {taken} charged"
        super().learn(document, variables, requested)


class Sandbox:
    def __init__(self, *options: str) -> None:
        command = [sys.executable, "-m", "sandbox", "--port", "0", "--seed", "plain", *options]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT)
        assert self._process.stdout is not None
        self.url = self._process.stdout.readline().split()[-1]

    @property
    def origin(self) -> str:
        return f"{self.url}/shops/{{shop}}"

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(60)
        assert self._process.stdout is not None
        self._process.stdout.close()

    def ask(self, path: str, data: Any = None) -> Any:
        body = json.dumps(data).encode() if data is not None else None
        request = urllib.request.Request(self.url + path, body, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=60) as response:
            return json.load(response)

    def shop(self, seed: str = "empty", products: int | None = None, language: str = "en") -> str:
        """A new shop of its own."""
        domain = f"shop-{next(_numbers)}.myshopify.com"
        self.ask("/sandbox/shops", {"domain": domain, "seed": seed, "products": products, "language": language})
        return domain

    def token(self, shop: str, scopes: list[str] | None = None) -> str:
        token: str = self.ask("/sandbox/tokens", {"shop": shop, "scopes": scopes})["access_token"]
        return token

    def id_token(self, shop: str) -> str:
        token: str = self.ask(f"/store/{shop.removesuffix('.myshopify.com')}/id-token")["id_token"]
        return token

    def stats(self, shop: str) -> dict[str, Any]:
        own: dict[str, Any] = self.ask("/sandbox/stats")["shops"][shop]
        return own

    def faults(self, *rules: dict[str, Any]) -> None:
        self.ask("/sandbox/faults", {"rules": list(rules)})

    def a_day(self, shop: str, variants: int | None) -> None:
        """A new day begins, in which the shop may have so many new variants."""
        self.ask("/sandbox/limits", {"shop": shop, "variants_a_day": variants, "past": 0})

    def client(self, shop: str, **more: Any) -> AdminClient:
        more.setdefault("files", FileHosts((self.url,)))
        more.setdefault("prices", Watched())
        return AdminClient(shop, token=self.token(shop), origins=Origins(self.origin), **more)

    def graphql(self, shop: str, query: str, **variables: Any) -> dict[str, Any]:
        return dict(self.client(shop).ask(query, variables).data)


def export(sandbox: Sandbox, shop: str, folder: Path, **options: Any) -> tuple[Desk, dict[str, Cursor]]:
    """Exports with the kernel alone."""
    desk = local_desk(sandbox.client(shop), folder / f"export-{next(_numbers)}")
    return desk, run(desk, EXPORT, {"shop": shop, **options})


def archive_of(sandbox: Sandbox, shop: str, folder: Path, **options: Any) -> bytes:
    desk, past = export(sandbox, shop, folder, **options)
    with desk.storage.read(past["assemble"]["archive"]) as file:
        return file.read()


def import_(
    sandbox: Sandbox,
    shop: str,
    archive: bytes,
    folder: Path,
    *,
    policy: str = "update",
    stages: Any = IMPORT,
    **more: Any,
) -> tuple[Desk, dict[str, Cursor]]:
    """Imports with the kernel alone."""
    desk = local_desk(sandbox.client(shop), folder / f"import-{next(_numbers)}", settling=0.0)
    with desk.storage.write("source.zip") as file:
        file.write(archive)
    options = {"archive": "source.zip", "policy": policy, "excluded": more.pop("excluded", {}), **more}
    return desk, run(desk, stages, options)


def checksums(past: dict[str, Cursor]) -> dict[str, list[str]]:
    return {name: [m["main"]["sha256"] for m in members] for name, members in past["merge"]["members"].items()}


def total(desk: Desk, word: str) -> int:
    return sum(own.get(word, 0) for own in desk.ledger.tally().values())

"""How fast the sandbox is over HTTP, and what a large shop costs to hold: ``python -m bench.sandbox [--products N]``.

Needed: 300 small mutations a second on two cores, so that the stand-in is never what a measurement measures; a shop of
100,000 products within a minute and three gigabytes. Exits with 1 where it misses one of them.
"""

from __future__ import annotations

import argparse
import itertools
import json
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent.parent
SHOP = "boutique.myshopify.com"
NEEDED_PER_SECOND, MOST_SECONDS, MOST_MEGABYTES = 300, 60, 3072
CALLERS = 8

UPSERT = """mutation U($handle: MetaobjectHandleInput!, $metaobject: MetaobjectUpsertInput!) {
  metaobjectUpsert(handle: $handle, metaobject: $metaobject) {
    metaobject { id } userErrors { field message code } } }"""
SET = """mutation S($metafields: [MetafieldsSetInput!]!) { metafieldsSet(metafields: $metafields) {
  metafields { id compareDigest } userErrors { field message code } } }"""
PRODUCT = """mutation P($input: ProductSetInput!) { productSet(input: $input) {
  product { id } userErrors { field message code } } }"""
PAGE = """query P { products(first: 250) { nodes { id handle title tags options { name values }
  variants(first: 10) { nodes { id sku price selectedOptions { name value } } } } } }"""


@contextmanager
def running(*options: str) -> Iterator[tuple[str, int, float]]:
    """(address, process id, seconds until it listened)."""
    start = time.monotonic()
    command = [sys.executable, "-m", "sandbox", "--port", "0", "--plan", "enterprise", *options]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    assert process.stdout is not None
    try:
        address = process.stdout.readline().split()[-1]
        yield address, process.pid, time.monotonic() - start
    finally:
        process.terminate()
        process.wait(30)
        process.stdout.close()


class Failed(Exception):
    """A request failed, so that there is nothing to measure."""


class Caller:
    """One kept-alive connection."""

    def __init__(self, address: str, token: str = "") -> None:
        self._http = HTTPConnection(urlsplit(address).netloc, timeout=60)
        self._token = token

    def post(self, path: str, data: Any) -> Any:
        headers = {"Content-Type": "application/json", "X-Shopify-Access-Token": self._token}
        self._http.request("POST", path, json.dumps(data), headers)
        return json.loads(self._http.getresponse().read())

    def ask(self, query: str, variables: dict[str, Any]) -> dict[str, Any]:
        """The data of an answer. Raises Failed where the sandbox refused anything, be it only for the budget."""
        path = f"/shops/{SHOP}/admin/api/2026-10/graphql.json"
        body = self.post(path, {"query": query, "variables": variables})
        if "errors" in body:
            raise Failed(body["errors"][0]["message"])
        for payload in body["data"].values():
            if payload.get("userErrors"):
                raise Failed(payload["userErrors"][0]["message"])
        data: dict[str, Any] = body["data"]
        return data


def per_second(address: str, token: str, query: str, variables: Callable[[int], dict[str, Any]], count: int) -> float:
    """Requests a second over several connections. A figure is one only if every request of it succeeded."""
    Caller(address).post("/sandbox/config", {"plan": "enterprise"})  # a full bucket: the budget is not what is measured
    numbers = itertools.count()

    def work(_: int) -> int:
        caller, done = Caller(address, token), 0
        while (number := next(numbers)) < count:
            caller.ask(query, variables(number))
            done += 1
        return done

    start = time.monotonic()
    with ThreadPoolExecutor(CALLERS) as pool:
        done = sum(pool.map(work, range(CALLERS)))
    seconds = time.monotonic() - start
    if done != count:
        raise Failed(f"{done} of {count} requests were answered.")
    return done / seconds


def speed() -> float:
    """The slowest of the small mutations, per second."""
    with running() as (address, _, _):
        token = Caller(address).post("/sandbox/tokens", {"shop": SHOP})["access_token"]
        owner = Caller(address, token).ask("{ shop { id } }", {})["shop"]["id"]
        item = {"ownerId": owner, "namespace": "bench", "type": "number_integer"}

        def entry(number: int) -> dict[str, Any]:
            fields = [{"key": "name", "value": f"Material {number}"}]
            return {"handle": {"type": "material", "handle": f"bench-{number}"}, "metaobject": {"fields": fields}}

        def metafields(number: int) -> dict[str, Any]:
            return {"metafields": [{**item, "key": f"key_{number % 90}", "value": str(number)}]}

        def batch(number: int) -> dict[str, Any]:
            return {"metafields": [{**item, "key": f"key_{key}", "value": str(number)} for key in range(25)]}

        def product(number: int) -> dict[str, Any]:
            return {"input": {"title": f"Bench {number}", "handle": f"bench-{number}"}}

        figures = {}
        for name, query, variables, count in (
            ("metaobjectUpsert", UPSERT, entry, 2000),
            ("metafieldsSet of 1", SET, metafields, 2000),
            ("metafieldsSet of 25", SET, batch, 500),
            ("productSet", PRODUCT, product, 1000),
            ("page of 250 products", PAGE, lambda _: {}, 20),
        ):
            figures[name] = per_second(address, token, query, variables, count)
            print(f"{name:24}{figures[name]:10.0f} a second")
    return min(figures["metaobjectUpsert"], figures["metafieldsSet of 1"], figures["productSet"])


def size(products: int) -> tuple[float, float]:
    """(seconds to start, megabytes at most) of a shop of so many products."""
    with running("--products", str(products)) as (_, process, seconds):
        status = Path(f"/proc/{process}/status")
        found = re.search(r"VmHWM:\s+(\d+)", status.read_text()) if status.exists() else None
        megabytes = int(found[1]) / 1024 if found else 0.0
    print(f"{products:,} products: listening after {seconds:.1f} s, {megabytes:,.0f} MB at most")
    return seconds, megabytes


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--products", type=int, default=100_000, help="size of the large shop; 0 leaves it out")
    products = parser.parse_args().products
    missed = speed() < NEEDED_PER_SECOND
    if products:
        seconds, megabytes = size(products)
        missed |= seconds > MOST_SECONDS or megabytes > MOST_MEGABYTES
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())

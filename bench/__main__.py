"""The figures, as ratios of what is needed to what was measured: ``python -m bench [--quick] [--large N]``.

What is measured talks HTTP to the sandbox, which prices and throttles as Shopify does; 300 ms is what an answer takes
across an ocean. Points lost: restored while the bucket stood full and requests were waiting to be made.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

from shopify_client import AdminClient, Origins, Spending
from transfer.local import LocalRun, local_desk
from transfer.stages import EXPORT, IMPORT, Options, Stage
from transfer.work import Cursor, Desk

from .sandbox import NEEDED_PER_SECOND, running, size, speed

LATENCY = 0.3
# Points restored a second, and products enough to outlast what the full bucket gives for nothing.
PLANS = {"standard": (100.0, 20), "advanced": (200.0, 60), "plus": (1000.0, 400)}


@dataclass
class Report:
    """Prints a line per figure; remembers whether one was missed."""

    missed: bool = field(default=False)

    def line(self, what: str, figure: str, *, ok: bool = True) -> None:
        self.missed |= not ok
        print(f"{what:44}{figure:>46}  {'' if ok else 'MISSED'}", flush=True)


@dataclass(frozen=True)
class Shops:
    """A sandbox that runs."""

    address: str

    def ask(self, path: str, data: Any) -> Any:
        request = Request(self.address + path, json.dumps(data).encode(), {"Content-Type": "application/json"})
        with urlopen(request, timeout=600) as answer:
            return json.load(answer)

    def shop(self, name: str, seed: str, products: int | None = None) -> str:
        domain = f"{name}.myshopify.com"
        self.ask("/sandbox/shops", {"domain": domain, "seed": seed, "products": products})
        return domain

    def desk(self, shop: str, folder: Path) -> Desk:
        token = self.ask("/sandbox/tokens", {"shop": shop})["access_token"]
        return local_desk(AdminClient(shop, token=token, origins=Origins(f"{self.address}/shops/{{shop}}")), folder)


@dataclass(frozen=True)
class Took:
    past: dict[str, Cursor]
    seconds: float
    spent: Spending


def work(desk: Desk, stages: Sequence[Stage], options: Options, past: dict[str, Cursor] | None = None) -> Took:
    """Runs stages, and what they took in seconds and points."""
    before, start = desk.client.pacer.spending + Spending(), time.monotonic()
    found = LocalRun(desk, options, past if past is not None else {}).work(stages)
    after = desk.client.pacer.spending
    spent = Spending(
        after.requests - before.requests,
        after.points - before.points,
        after.lost - before.lost,
        after.throttled - before.throttled,
    )
    return Took(found, time.monotonic() - start, spent)


def hand_over(source: Desk, past: dict[str, Cursor], target: Desk) -> Options:
    with source.storage.read(past["assemble"]["archive"]) as file, target.storage.write("source.zip") as copy:
        while chunk := file.read(1 << 20):
            copy.write(chunk)
    return {"archive": "source.zip", "policy": "update", "excluded": {}}


def applying(shops: Shops, report: Report, folder: Path, plan: str) -> None:
    """The main job's writing, at the pace of one plan."""
    rate, products = PLANS[plan]
    shops.ask("/sandbox/config", {"plan": "enterprise", "latency": 0})
    source = shops.shop(f"source-{plan}", "boutique", products)
    target = shops.shop(f"target-{plan}", "empty")
    reader, writer = shops.desk(source, folder / "source"), shops.desk(target, folder / "target")
    read = work(reader, EXPORT, {"shop": source})
    options = hand_over(reader, read.past, writer)
    middle = [stage.name for stage in IMPORT].index("apply")
    planned = work(writer, IMPORT[:middle], options)
    shops.ask("/sandbox/config", {"plan": plan, "latency": LATENCY})
    desk = replace(writer, client=shops.desk(target, folder / "again").client)
    applied = work(desk, IMPORT[middle : middle + 1], options, planned.past)
    records = sum(read.past["resolve"]["kept"].values())
    restored = rate * applied.seconds
    lost = 100 * applied.spent.lost / restored
    figures = f"{records / applied.seconds:.1f} records/s, {applied.spent.points / records:.1f} points/record"
    report.line(f"apply at 300 ms, {plan}", figures)
    report.line("  points lost / restored (at most 10 %)", f"{lost:.1f} %", ok=lost <= 10)
    share = f"{100 * applied.spent.points / (restored + 20 * rate):.0f} % of bucket and restored"
    report.line("  points spent", f"{applied.spent.points:.0f}, {share}")
    report.line("  THROTTLED (none)", f"{applied.spent.throttled}", ok=applied.spent.throttled == 0)
    if plan == "standard":
        report.line("read", f"{read.spent.points / records:.2f} points/record")


def large(report: Report, folder: Path, products: int) -> None:
    """Export and second import of a large shop, which must neither fill the memory nor slow down."""
    with running() as (address, _, _):
        shops = Shops(address)
        shop = shops.shop("large", "boutique", products)
        reader, writer = shops.desk(shop, folder / "export"), shops.desk(shop, folder / "import")
        read = work(reader, EXPORT, {"shop": shop})
        records = sum(read.past["resolve"]["kept"].values())
        report.line(f"export of {products:,} products", f"{records:,} records, {records / read.seconds:.0f} a second")
        report.line("  points", f"{read.spent.points / records:.3f} a record")
        report.line("  memory at most", f"{_megabytes():.0f} MB")
        again = work(writer, IMPORT, hand_over(reader, read.past, writer))
        report.line("second import, its snapshot included", f"{records / again.seconds:.0f} records a second")
        report.line("  writes (none)", str(writer.client.writes), ok=writer.client.writes == 0)
        report.line("  processor, of both together", f"{1e6 * time.process_time() / records:.0f} us a record")
        report.line("memory at most", f"{_megabytes():.0f} MB")


def _megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="only the fastest plan")
    parser.add_argument("--large", type=int, default=5_000, help="products of the large shop; 0 leaves it out")
    parser.add_argument("--sandbox", type=int, default=0, help="also measure a sandbox of so many products")
    options = parser.parse_args()
    report = Report()
    slowest = speed()
    ratio = slowest / NEEDED_PER_SECOND
    report.line("sandbox: small mutations / needed (300/s)", f"{slowest:.0f}/s = {ratio:.1f}", ok=ratio >= 1)
    if options.sandbox:
        size(options.sandbox)
    with tempfile.TemporaryDirectory() as folder, running() as (address, _, _):
        for plan in ("plus",) if options.quick else PLANS:
            applying(Shops(address), report, Path(folder) / plan, plan)
    if options.large:
        with tempfile.TemporaryDirectory() as folder:
            large(report, Path(folder), options.large)
    return int(report.missed)


if __name__ == "__main__":
    sys.exit(main())

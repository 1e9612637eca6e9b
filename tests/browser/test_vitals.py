"""How pages feel on a slow phone: largest paint, shifts of layout, answers to taps. Printed; bounds are asserted."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from .admin import PHONE, Admin
from .scenes import Scenes

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600), pytest.mark.once]

CPU_SLOWDOWN = 4
SLOW_4G = {"offline": False, "latency": 150, "downloadThroughput": 1.6e6 / 8, "uploadThroughput": 750e3 / 8}
# Shopify's own bounds are 2.5 s, 0.1 and 200 ms. A test machine may be busy with other things, so that the best of some
# visits counts; a layout may never jump.
VISITS = 4
BOUNDS = {"lcp": 5000.0, "cls": 0.1, "inp": 500.0}


def slow(admin: Admin) -> None:
    """Chromium's devtools slow down processor and network, as Lighthouse does."""
    admin.resize(PHONE)
    devtools = admin.page.context.new_cdp_session(admin.page)
    devtools.send("Emulation.setCPUThrottlingRate", {"rate": CPU_SLOWDOWN})
    devtools.send("Network.enable")
    devtools.send("Network.emulateNetworkConditions", SLOW_4G)


def measured(admin: Admin, shop: str, path: str, tap: str) -> dict[str, Any]:
    """Opens a page anew, lets it settle, taps what it offers."""
    app = admin.open(shop, path)
    admin.page.wait_for_timeout(2500)
    target = app.locator(tap).first
    expect(target).to_be_visible()
    target.click()
    admin.page.wait_for_timeout(1000)
    admin.comes(lambda: app.evaluate("window.__figures.lcp") > 0)
    figures: dict[str, Any] = app.evaluate("window.__figures")
    return figures


def best(admin: Admin, shop: str, path: str, tap: str) -> dict[str, Any]:
    """The quickest of a few visits, the first if that is within bounds; of the shifts, the worst."""
    own = measured(admin, shop, path, tap)
    for _ in range(VISITS - 1):
        if all(own[name] <= BOUNDS[name] for name in ("lcp", "inp")):
            break
        again = measured(admin, shop, path, tap)
        own = {name: min(own[name], again[name]) for name in ("lcp", "inp")} | {"cls": max(own["cls"], again["cls"])}
    return own


def test_pages_are_quick_and_still_on_a_slow_phone(admin: Admin, capsys: pytest.CaptureFixture[str]) -> None:
    scenes = Scenes(admin.stores, admin.program)
    source, target = admin.stores.shop("boutique", products=100), admin.stores.shop("boutique", products=40)
    exported, archive = scenes.export(source)
    plan = scenes.plan(target, archive)
    done = scenes.plan(target, archive)
    scenes.confirm(target, done)
    scenes.alter(source)
    compared = scenes.compare(source, exported)
    slow(admin)
    running = scenes.start_export(source)
    pages = {
        "run": (source, f"runs/{running}/", ".phases"),
        "list": (target, "", "#rows td"),
        "choose": (source, "exports/new", ".choices label"),
        "first": (admin.stores.shop("plain"), "exports/new", ".choices label"),
        "links": (source, "links", ".choices label"),
        "compare": (source, "comparisons/new", "#first"),
        "compared": (source, f"runs/{compared}/", "#compared td"),
        "differs": (source, f"comparisons/{compared}/records", ".records summary"),
        "plan": (target, f"imports/{plan}/plan", ".records summary"),
        "report": (target, f"imports/{done}/report", ".records summary"),
    }
    found = {name: best(admin, *how) for name, how in pages.items()}
    with capsys.disabled():
        print("\nOn a slow phone (processor 4 times slower, 150 ms, 1.6 Mbit/s):")
        for name, own in found.items():
            print(f"  {name:<8} LCP {own['lcp']:5.0f} ms   CLS {own['cls']:.3f}   INP {own['inp']:4.0f} ms")
    for name, own in found.items():
        assert own["lcp"] > 0, name
        for figure, bound in BOUNDS.items():
            assert own[figure] <= bound, f"{name}: {figure} is {own[figure]}"

"""Two merchants, or one with two stores: link, choose, copy, decide, watch, report, download."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.program import Program
from tests.support import Sandbox

from .admin import RUN_TIMEOUT, SECONDS, Admin

REFRESHED = 6 * SECONDS  # in which the page was brought up to date, at least once
pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]


@pytest.fixture
def other(chromium: Browser, stores: Sandbox, program: Program) -> Iterator[Admin]:
    """A second window, for the other store."""
    own = Admin(chromium, stores, program)
    yield own
    own.close()
    assert own.complaints == []


def linked(admin: Admin, other: Admin, source: str, target: str) -> None:
    """A code is shown in the source, entered in the target, and confirmed in the source, which needs no reload."""
    app = admin.open(source)
    admin.menu("Linked stores")
    admin.heading("Linked stores")
    app.get_by_label("Shop metafields").uncheck()
    app.get_by_role("button", name="Make a code").click()
    code = app.locator(".code").inner_text()
    admin.page.wait_for_timeout(REFRESHED)
    expect(app.locator(".code")).to_have_text(code)

    there = other.open(target)
    other.menu("Linked stores")
    field = there.get_by_label("Code from the other store")
    field.fill("NOT-A-CODE")
    there.get_by_role("button", name="Ask for the link").click()
    expect(there.get_by_role("alert")).to_be_visible()
    field.fill(code)
    there.get_by_role("button", name="Ask for the link").click()
    expect(there.locator("#inward")).to_contain_text(source)

    confirm = app.get_by_role("button", name=f"Confirm {target}")
    expect(confirm).to_be_visible()
    expect(app.locator(".code")).to_have_count(0)
    expect(app.locator("#made")).to_contain_text("The code was used.")
    confirm.click()
    expect(app.locator("#outward")).to_contain_text(f"{target} may copy from this store")


def test_a_code_that_another_tab_made_void_says_so(admin: Admin, other: Admin) -> None:
    shop = admin.stores.shop("plain")
    tabs = [own.open(shop, "links") for own in (admin, other)]
    for app in tabs:
        app.get_by_role("button", name="Make a code").click()
        expect(app.locator(".code")).to_be_visible()
    assert tabs[1].evaluate("document.activeElement.dataset.once")  # what is new is what is read aloud
    expect(tabs[0].locator("#made")).to_contain_text("Another code was made in this store since", timeout=4 * REFRESHED)
    expect(tabs[0].locator(".code")).to_have_count(0)
    expect(tabs[1].locator(".code")).to_be_visible()


def test_link_choose_copy_plan_confirm_watch_report_download(admin: Admin, other: Admin, tmp_path: Path) -> None:
    source, target = admin.stores.shop("boutique", products=20), admin.stores.shop()
    with other.expecting("422"):
        linked(admin, other, source, target)
    app = other.app
    copy = app.get_by_role("button", name=f"Copy from {source}")
    copy.click()
    other.heading("Copy from")
    app.get_by_role("link", name="Decide on the plan").click(timeout=RUN_TIMEOUT)
    other.heading("Plan")
    app.get_by_label("Leave out Variant metafields").check()
    other.page.get_by_role("button", name="Save").click()
    expect(other.page.get_by_role("status")).to_have_text("Choices saved")
    app.get_by_role("button", name="Confirm and write").click()
    expect(app.locator(".answer")).to_contain_text("that you chose arrived", timeout=RUN_TIMEOUT)
    app.get_by_role("link", name="Record by record").click()
    other.heading("Report")
    with other.page.expect_download() as download:
        app.get_by_role("link", name="CSV").click()
    path = tmp_path / "report.csv"
    download.value.save_as(path)
    kinds = {line["resource"]: line["outcome"] for line in csv.DictReader(path.read_text("utf-8").splitlines())}
    assert kinds["products"] == "created"
    assert kinds["variant_metafields"] == "skipped"
    assert "shop_metafields" not in kinds

"""The merchant's way, clicked through in Chromium."""

from __future__ import annotations

import csv
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import expect

from .admin import RUN_TIMEOUT, Admin

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]


def export_archive(admin: Admin, shop: str, folder: Path) -> Path:
    """Opens the app, exports everything, and downloads the archive."""
    app = admin.open(shop)
    admin.menu("New export")
    admin.heading("New export")
    app.get_by_role("button", name="Start the export").click()
    admin.heading("Export")
    ready = app.get_by_role("button", name="Download")
    expect(ready).to_be_visible(timeout=RUN_TIMEOUT)
    with admin.page.expect_download() as download:
        ready.click()
    path = folder / "store.zip"
    download.value.save_as(path)
    return path


def test_export_download_upload_plan_confirm_report(admin: Admin, tmp_path: Path) -> None:
    source, target = admin.stores.shop("boutique", products=30), admin.stores.shop()
    archive = export_archive(admin, source, tmp_path)
    with zipfile.ZipFile(archive) as opened:
        assert "manifest.json" in opened.namelist()

    app = admin.open(target)
    admin.heading("Copy this store, or into it")
    admin.menu("New import")
    app.get_by_label("Archive").set_input_files(archive)
    app.get_by_role("button", name="Upload and plan").click()
    app.get_by_role("link", name="See the plan").click(timeout=RUN_TIMEOUT)
    admin.heading("Plan")
    look_and_leave_out(admin)
    app.get_by_role("button", name="Confirm and write").click()
    expect(app.locator(".answer")).to_contain_text("that you chose arrived; one was left out.", timeout=RUN_TIMEOUT)
    app.get_by_role("link", name="Record by record").click()
    admin.heading("Report")
    with admin.page.expect_download() as download:
        app.get_by_role("link", name="CSV").click()
    report = tmp_path / "report.csv"
    download.value.save_as(report)
    lines = list(csv.DictReader(report.read_text(encoding="utf-8").splitlines()))
    # Updated: the two menus that every store has. Unchanged: its market, sales channels and location.
    assert {line["outcome"] for line in lines} == {"created", "skipped", "updated", "unchanged"}
    assert {line["resource"] for line in lines if line["outcome"] == "unchanged"} == {
        "locations",
        "markets",
        "sales_channels",
    }


def look_and_leave_out(admin: Admin) -> None:
    """Opens a change, and leaves a record out; that lasts while pages of the list come and go."""
    app = admin.app
    tab = app.locator(".tabs").get_by_role("link", name="Create")
    tab.click()
    expect(tab).to_have_attribute("aria-current", "true")
    app.get_by_label("Kind").select_option("Shop metafields")
    app.get_by_role("button", name="Search").click()
    expect(app.get_by_role("button", name="Leave out")).not_to_have_count(50)
    first = app.locator(".records > li").first
    first.locator("summary").click()
    expect(first.locator(".changes li").first).to_be_visible()
    first.get_by_role("button", name="Leave out").click()
    expect(app.locator("[data-figure='left_out']")).to_have_text("1")
    app.locator(".tabs").get_by_role("link", name="All").click()
    app.get_by_role("link", name="1 left out by hand").click()
    expect(app.locator(".records > li")).to_have_count(1)
    expect(app.get_by_role("button", name="Leave out")).to_have_attribute("aria-pressed", "true")

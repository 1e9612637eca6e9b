"""A tick that needs more than the store has granted, in Chromium: the admin asks, and the form goes on or stays."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from shops.scopes import optional

from .admin import RUN_TIMEOUT, Admin
from .scenes import Scenes

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

INSTALLED = ["read_metaobject_definitions", "read_metaobjects", "read_products"]


@pytest.fixture
def least(admin: Admin) -> Iterator[None]:
    before = admin.stores.ask("/sandbox/config")
    admin.stores.ask("/sandbox/config", {"scopes": INSTALLED, "optional_scopes": optional()})
    yield
    admin.stores.ask("/sandbox/config", {name: before[name] for name in ("scopes", "optional_scopes")})


def test_the_admin_asks_and_the_form_stays_or_goes_on(admin: Admin, least: None) -> None:
    app = admin.open(admin.stores.shop("plain"))
    admin.menu("New export")
    admin.heading("New export")
    pages = app.locator("input[value='pages']")
    expect(pages).not_to_be_checked()
    pages.check()
    start = app.get_by_role("button", name="Start the export")
    start.click()
    asked = admin.page.get_by_role("dialog", name="Permissions")
    expect(asked).to_contain_text("read_content")
    asked.get_by_role("button", name="Decline").click()
    expect(app.get_by_role("alert").filter(has_text="not allowed")).to_be_visible()
    start.click()
    asked.get_by_role("button", name="Allow").click()
    admin.heading("Export")
    expect(app.get_by_role("button", name="Download")).to_be_visible(timeout=RUN_TIMEOUT)


def test_what_was_allowed_is_not_called_declined_where_the_app_did_not_learn_of_it(admin: Admin, least: None) -> None:
    shop = admin.stores.shop("plain")
    app = admin.open(shop, "exports/new")
    app.locator("input[value='pages']").check()
    start = app.get_by_role("button", name="Start the export")
    admin.stores.faults({"kind": "status", "status": 503, "where": "oauth", "shop": shop})
    try:
        with admin.expecting("503"):
            start.click()
            admin.page.get_by_role("dialog", name="Permissions").get_by_role("button", name="Allow").click()
            expect(app.get_by_role("alert").filter(has_text="It is allowed, but this app could not")).to_be_visible()
    finally:
        admin.stores.faults()
    start.click()
    admin.heading(re.compile("^Export$"))


def test_a_code_asks_for_what_is_ticked_and_a_link_asks_later(admin: Admin, least: None) -> None:
    source, target = admin.stores.shop("plain"), admin.stores.shop()
    app = admin.open(source)
    admin.menu("Linked stores")
    admin.heading("Linked stores")
    pages = app.get_by_role("checkbox", name="Pages", exact=False).first
    expect(pages).not_to_be_checked()
    pages.check()
    make = app.get_by_role("button", name="Make a code")
    make.click()
    asked = admin.page.get_by_role("dialog", name="Permissions")
    expect(asked).to_contain_text("read_content")
    asked.get_by_role("button", name="Decline").click()
    expect(app.get_by_role("alert").filter(has_text="not allowed")).to_be_visible()
    make.click()
    asked.get_by_role("button", name="Allow").click()
    expect(app.locator(".code")).to_be_visible()
    Scenes(admin.stores, admin.program).link(source, target, "menus")  # which nobody has allowed
    app = admin.open(source, "links")
    let = app.get_by_role("button", name="Let the app read this")
    expect(app.locator("#outward")).to_contain_text("The app may not read")
    let.click()
    asked.get_by_role("button", name="Allow").click()
    expect(let).to_have_count(0)


def test_a_plan_asks_for_what_it_lacks_and_is_made_anew(admin: Admin, least: None, tmp_path: Path) -> None:
    source, target = admin.stores.shop("boutique", products=5), admin.stores.shop()
    app = admin.open(source, "exports/new")
    app.get_by_role("button", name="Untick all").click()
    expect(app.locator("input[name='resources']:checked")).to_have_count(0)
    app.get_by_role("button", name="Tick all", exact=True).click()
    expect(app.locator("input[name='resources'][data-optional]:checked")).to_have_count(0)
    app.locator("input[value='customers']").check()
    app.get_by_role("button", name="Start the export").click()
    asked = admin.page.get_by_role("dialog", name="Permissions")
    asked.get_by_role("button", name="Allow").click()
    ready = app.get_by_role("button", name="Download")
    expect(ready).to_be_visible(timeout=RUN_TIMEOUT)
    with admin.page.expect_download() as download:
        ready.click()
    download.value.save_as(tmp_path / "store.zip")

    app = admin.open(target, "imports/new")
    app.get_by_label("Archive").set_input_files(tmp_path / "store.zip")
    app.get_by_role("button", name="Upload and plan").click()
    asked.get_by_role("button", name="Allow").click()
    app.get_by_role("link", name="See the plan").click(timeout=RUN_TIMEOUT)
    allow = app.get_by_role("button", name="Allow it and plan again")
    allow.click()
    asked.get_by_role("button", name="Decline").click()
    expect(app.locator("#allow").get_by_role("alert")).to_contain_text("not allowed")
    allow.click()
    asked.get_by_role("button", name="Allow").click()
    app.get_by_role("link", name="See the plan").click(timeout=RUN_TIMEOUT)
    expect(allow).to_have_count(0)
    app.get_by_role("button", name="Replace people's names and plan again").click()
    app.get_by_role("link", name="See the plan").click(timeout=RUN_TIMEOUT)
    expect(app.locator("#main")).to_contain_text("nothing of this import names anybody")
    expect(app.locator("#main")).not_to_contain_text("write_")


@pytest.fixture
def archive(admin: Admin) -> bytes:
    return Scenes(admin.stores, admin.program).export(admin.stores.shop("plain"))[1]


def test_a_report_asks_for_what_was_lacking_and_the_rest_is_imported(admin: Admin, archive: bytes, least: None) -> None:
    scenes, target = Scenes(admin.stores, admin.program), admin.stores.shop()
    own = [*INSTALLED, "write_products", "write_metaobjects", "write_metaobject_definitions"]
    admin.stores.ask("/sandbox/config", {"scopes": own, "optional_scopes": sorted({*optional()} - {*own})})
    run = scenes.plan(target, archive)
    scenes.confirm(target, run)
    app = admin.open(target, f"imports/{run}/report")
    allow = app.get_by_role("button", name="Allow it and import the rest")
    asked = admin.page.get_by_role("dialog", name="Permissions")
    allow.click()
    asked.get_by_role("button", name="Decline").click()
    expect(app.locator("#allow").get_by_role("alert")).to_contain_text("not allowed")
    allow.click()
    asked.get_by_role("button", name="Allow").click()
    app.get_by_role("link", name="See the plan").click(timeout=RUN_TIMEOUT)
    expect(app.locator("#main")).to_contain_text("only what an earlier import of this archive did not bring")
    app.get_by_role("button", name="Confirm and write").click()
    expect(app.locator(".answer")).to_contain_text("arrived", timeout=RUN_TIMEOUT)
    expect(app.locator(".answer")).not_to_contain_text("did not arrive")
    expect(allow).to_have_count(0)

"""Comparing in Chromium: a linked store with this one, two exports, and what differs, down to a field."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from .admin import PHONE, RUN_TIMEOUT, Admin
from .scenes import Scenes

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]


def test_a_linked_store_is_compared_and_looked_into(admin: Admin) -> None:
    scenes = Scenes(admin.stores, admin.program)
    source, target = admin.stores.shop("boutique", products=6), scenes.differing(6)
    scenes.link(source, target)
    app = admin.open(target, "links")
    app.get_by_role("link", name="Compare").click()
    admin.heading("Compare")
    expect(app.get_by_label("File to compare", exact=True)).to_be_hidden()
    app.get_by_label("Compare", exact=True).select_option(label=f"{source}, as it is now")
    app.get_by_role("button", name="Compare", exact=True).click()
    admin.heading("Compare with")
    app.get_by_role("link", name="See what differs").click(timeout=RUN_TIMEOUT)
    expect(app.locator(".answer")).to_contain_text("differ")
    expect(app.locator("#compared")).to_contain_text("Description")
    app.locator("#compared").get_by_role("link", name="Products", exact=True).click()
    admin.heading("What differs")
    first = app.locator(".records details").first
    first.locator("summary").click()
    expect(first.locator(".changes")).to_contain_text(source)
    expect(first.locator("ins").first).to_be_visible()
    admin.resize(PHONE)
    assert admin.wide_pages() is None
    with admin.page.expect_download() as download:
        app.get_by_role("link", name="CSV").click()
    assert download.value.suggested_filename.startswith("records")
    admin.page.go_back()
    expect(app.locator("#compared")).to_be_visible()
    assert admin.wide_pages() is None


def test_a_form_that_chooses_the_same_side_twice_is_refused_in_its_place(admin: Admin) -> None:
    scenes = Scenes(admin.stores, admin.program)
    shop = admin.stores.shop("plain")
    scenes.export(shop)
    app = admin.open(shop, "comparisons/new")
    second = app.get_by_label("with", exact=True)
    second.select_option(index=1)
    with admin.expecting("422"):
        app.get_by_role("button", name="Compare", exact=True).click()
        expect(app.get_by_role("alert").filter(has_text="Choose two different sides.")).to_be_visible()
    second.select_option(value="store")
    app.get_by_role("button", name="Compare", exact=True).click()
    expect(app.locator(".answer")).to_contain_text("Nothing differs", timeout=RUN_TIMEOUT)
    app = admin.open(shop, "comparisons/new")
    app.get_by_label("Compare", exact=True).select_option(value="file")
    expect(app.get_by_label("File to compare", exact=True)).to_be_visible()
    with admin.expecting("422"):
        app.get_by_role("button", name="Compare", exact=True).click()
        expect(app.get_by_role("alert").filter(has_text="Choose the file")).to_be_visible()

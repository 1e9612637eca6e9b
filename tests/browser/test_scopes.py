"""A tick that needs more than the store has granted, in Chromium: the admin asks, and the form goes on or stays."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from .admin import RUN_TIMEOUT, Admin

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

INSTALLED = ["read_metaobject_definitions", "read_metaobjects", "read_products"]


@pytest.fixture
def least(admin: Admin) -> Iterator[None]:
    before = admin.stores.ask("/sandbox/config")
    admin.stores.ask("/sandbox/config", {"scopes": INSTALLED, "optional_scopes": ["read_content"]})
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

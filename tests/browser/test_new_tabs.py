"""A page opened in another tab is the admin's page of it: there the app knows whose it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.support import CLIENT_ID

from .admin import Admin
from .scenes import Scenes

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300), pytest.mark.once]


def tab(admin: Admin, open_it: Callable[[], None]) -> Page:
    with admin.page.context.expect_page() as opened:
        open_it()
    return opened.value


@pytest.mark.parametrize(
    "how", [{"modifiers": ["ControlOrMeta"]}, {"modifiers": ["Shift"]}, {"button": "middle"}, {"key": "Control+Enter"}]
)
def test_a_link_opened_in_another_tab_shows_its_page_in_the_admin(admin: Admin, how: dict[str, Any]) -> None:
    scenes, shop = Scenes(admin.stores, admin.program), admin.stores.shop("plain")
    run = scenes.start_export(shop)
    scenes.rest(shop, run)
    app = admin.open(shop)
    link = app.locator("#rows a").first
    new = tab(admin, lambda: link.press(how["key"]) if "key" in how else link.click(**how))
    expect(new.frame_locator("iframe#app").get_by_role("heading", level=1)).to_contain_text("Export")
    assert urlsplit(new.url).path == f"/store/{shop.removesuffix('.myshopify.com')}/apps/{CLIENT_ID}/runs/{run}/"
    new.close()
    admin.heading("Runs")  # the page that it was opened from stays
    link.click()
    admin.heading("Export")
    admin.at(f"/runs/{run}/")


def test_a_link_of_a_list_keeps_its_query_and_a_copied_one_is_the_admins(admin: Admin) -> None:
    scenes = Scenes(admin.stores, admin.program)
    source, target = admin.stores.shop("plain"), admin.stores.shop()
    run = scenes.plan(target, scenes.export(source)[1])
    app = admin.open(target, f"imports/{run}/plan")
    kind = app.get_by_role("rowheader", name="Products", exact=True).get_by_role("link")
    new = tab(admin, lambda: kind.click(button="middle"))
    inside = new.frame_locator("iframe#app")
    expect(inside.get_by_role("heading", level=1)).to_contain_text("Plan")
    expect(inside.get_by_label("Kind")).to_have_value("products")
    new.close()
    kind.click(button="right")  # "Copy link address" and "Open link in new tab" take what stands there then
    address = f"{admin.stores.url}/store/{target.removesuffix('.myshopify.com')}/apps/{CLIENT_ID}"
    assert kind.get_attribute("href") == f"{address}/imports/{run}/plan?resource=products#records"
    admin.page.keyboard.press("Escape")
    kind.hover()
    admin.page.mouse.down()  # whoever follows a link stays in the frame
    assert kind.get_attribute("href") == f"{admin.program.url}/imports/{run}/plan?resource=products#records"
    admin.page.mouse.up()
    expect(app.get_by_label("Kind")).to_have_value("products")


def test_a_dragged_link_and_a_long_touch_are_the_admins(admin: Admin) -> None:
    shop = admin.stores.shop()
    app = admin.open(shop)
    link = app.locator("main a[href*='/exports/new']").first
    address = f"{admin.stores.url}/store/{shop.removesuffix('.myshopify.com')}/apps/{CLIENT_ID}/exports/new"
    dragged = link.evaluate(
        """(link) => {
          const event = new DragEvent("dragstart", { bubbles: true, dataTransfer: new DataTransfer() });
          link.dispatchEvent(event);
          return event.dataTransfer.getData("text/uri-list");
        }"""
    )
    assert dragged == address
    for name, held in (("pointerdown", address), ("pointerup", f"{admin.program.url}/exports/new")):
        link.dispatch_event(name, {"pointerType": "touch"})
        assert link.get_attribute("href") == held
    link.click()
    admin.heading("New export")


def test_a_file_is_saved_whichever_button_it_is_clicked_with(admin: Admin) -> None:
    scenes = Scenes(admin.stores, admin.program)
    source, target = admin.stores.shop("plain"), admin.stores.shop()
    run = scenes.plan(target, scenes.export(source)[1])
    scenes.confirm(target, run)
    scenes.rest(target, run)
    app = admin.open(target, f"imports/{run}/report")
    file = app.locator("a[data-file][href$='.csv']").first
    for button in ("left", "middle"):
        with admin.page.expect_download() as download:
            file.click(button=button)
        assert download.value.suggested_filename.endswith(".csv")
    assert len(admin.page.context.pages) == 1

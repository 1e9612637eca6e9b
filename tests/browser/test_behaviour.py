"""What a merchant takes for granted: back, forms that wait for each other, a network that goes away, a narrow phone."""

from __future__ import annotations

import uuid
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Dialog, expect

from .admin import DESK, PHONE, RUN_TIMEOUT, Admin
from .scenes import Scenes

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600), pytest.mark.once]

END = "scrollY + innerHeight > document.scrollingElement.scrollHeight - 3"  # the page goes no further


@pytest.fixture
def scenes(admin: Admin) -> Scenes:
    return Scenes(admin.stores, admin.program)


def test_no_page_scrolls_sideways_on_a_phone(admin: Admin, scenes: Scenes) -> None:
    source, target = admin.stores.shop("nasty"), admin.stores.shop()
    exported, archive = scenes.export(source)
    run = scenes.plan(target, archive, "日本語 " + "x" * 120 + ".zip")
    pages = [(source, f"runs/{exported}/"), (source, "exports/new"), (target, f"imports/{run}/plan?verdict=all")]
    pages += [(target, path) for path in ("", "imports/new", "links", "copies/", f"runs/{run}/")]
    for size in ((320, 640), PHONE, DESK):
        admin.resize(size)
        for shop, path in pages:
            admin.open(shop, path)
            assert admin.wide_pages() is None, f"{path} at {size[0]} pixels"
    scenes.confirm(target, run)
    admin.resize(PHONE)
    app = admin.open(target, f"imports/{run}/report?outcome=all")
    for details in app.locator(".records details").all()[:8]:
        details.locator("summary").click()
    expect(app.locator("[data-inside]").nth(7)).to_be_visible()
    assert admin.wide_pages() is None


def test_back_brings_place_and_page_back(admin: Admin, scenes: Scenes) -> None:
    source, target = admin.stores.shop("boutique", products=30), admin.stores.shop()
    run = scenes.plan(target, scenes.export(source)[1])
    app = admin.open(target, f"runs/{run}/")
    app.get_by_role("link", name="See the plan").click()
    admin.heading("Plan")
    expect(app.locator("h1")).to_be_focused()  # a screen reader hears where it is
    app.get_by_role("link", name="Next", exact=True).click()
    admin.comes(lambda: "after=" in app.url)
    expect(app.get_by_role("link", name="Next", exact=True)).to_be_visible()
    app.evaluate("scrollTo(0, 900)")
    admin.scrolled(900, 900)
    app.locator("tbody th a").first.evaluate("link => { link.href = '/exports/new'; link.click(); }")
    admin.heading("New export")
    admin.scrolled(0, 0)
    admin.page.go_back()
    admin.heading("Plan")
    admin.scrolled(500, 900)
    assert "after=" in app.url


@pytest.mark.parametrize("size", [DESK, PHONE])
def test_a_list_that_was_asked_for_from_afar_comes_into_view(
    admin: Admin, scenes: Scenes, size: tuple[int, int]
) -> None:
    source, target = admin.stores.shop("boutique", products=30), admin.stores.shop()
    run = scenes.plan(target, scenes.export(source)[1])
    admin.resize(size)
    app = admin.open(target, f"imports/{run}/plan")

    def top() -> float:
        return float(app.evaluate("document.getElementById('records').getBoundingClientRect().top / innerHeight"))

    kind = app.get_by_role("rowheader", name="Products", exact=True).get_by_role("link")
    for asks in (kind, app.get_by_role("link", name="left out by hand")):
        app.evaluate("scrollTo(0, 0)")
        assert top() > 1
        asks.click()
        admin.comes(lambda: 0 <= top() < 0.5 or (top() < 1 and app.evaluate(END)))
    app.locator(".tabs a").first.click()
    expect(app.locator(".tabs a").first).to_have_attribute("aria-current", "true")
    assert 0 <= top() < 1


def test_unsaved_choices_are_asked_about_and_last_when_saved(admin: Admin, scenes: Scenes) -> None:
    source, target = admin.stores.shop("plain"), admin.stores.shop()
    run = scenes.plan(target, scenes.export(source)[1])
    app = admin.open(target, f"imports/{run}/plan")
    app.get_by_label("Leave them as they are").check()
    save = admin.page.get_by_role("button", name="Save")
    expect(save).to_be_visible()
    app.locator(".tabs").get_by_role("link", name="All").click()  # a part of the page: nothing is lost
    expect(app.locator(".tabs [aria-current]")).to_contain_text("All")
    expect(app.get_by_label("Leave them as they are")).to_be_checked()
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.message)
        dialog.dismiss()

    admin.page.on("dialog", stay)
    admin.menu("New export")
    admin.comes(lambda: asked)
    admin.heading("Plan")
    save.click()
    expect(save).to_be_hidden()
    admin.menu("New export")
    admin.heading("New export")
    app = admin.open(target, f"imports/{run}/plan")
    expect(app.get_by_label("Leave them as they are")).to_be_checked()


def test_a_form_is_sent_once_and_its_error_stays_beside_it(admin: Admin, scenes: Scenes) -> None:
    shop = admin.stores.shop("plain")
    app = admin.open(shop, "exports/new")
    for box in app.locator("input[name='resources']").all():
        box.uncheck()
    with admin.expecting("422"):
        app.get_by_role("button", name="Start the export").click()
        expect(app.get_by_role("alert")).to_be_focused()
    app.get_by_label("Products").first.check()
    app.get_by_role("button", name="Start the export").evaluate("(button) => { button.click(); button.click(); }")
    admin.heading("Export")
    admin.open(shop)
    expect(admin.app.locator("#rows tr")).to_have_count(1)


def test_a_lost_network_is_said_and_a_run_goes_on_being_watched(admin: Admin, scenes: Scenes) -> None:
    shop = admin.stores.shop("boutique", products=60)
    with scenes.slowed(shop), admin.expecting("ERR_INTERNET_DISCONNECTED"):
        run = scenes.start_export(shop)
        app = admin.open(shop, f"runs/{run}/")
        admin.page.context.set_offline(True)
        expect(app.get_by_text("The network is lost; trying again…")).to_be_visible()
        admin.page.context.set_offline(False)
        expect(app.get_by_text("The network is lost; trying again…")).to_be_hidden()
        expect(app.get_by_role("button", name="Download")).to_have_count(0)
    expect(app.get_by_role("button", name="Download")).to_be_visible(timeout=RUN_TIMEOUT)


def test_a_page_that_was_asked_for_without_a_network_comes_when_that_is_back(admin: Admin, scenes: Scenes) -> None:
    """Also from a page that keeps itself up to date, whose own asking takes nobody's place."""
    shop = admin.stores.shop("plain")
    with admin.expecting("ERR_INTERNET_DISCONNECTED"):
        for start, name, heading in (("", "New export", "New export"), ("links", "Copies", "Copies and comparisons")):
            app = admin.open(shop, start)
            admin.page.context.set_offline(True)
            app.locator("#main").get_by_role("link", name=name).click()
            expect(app.locator("#network")).to_be_visible()
            admin.page.context.set_offline(False)
            admin.heading(heading)
            expect(app.locator("#network")).to_be_hidden()


def test_moments_are_told_in_the_time_of_whoever_looks(admin: Admin, scenes: Scenes) -> None:
    shop = admin.stores.shop("plain")
    scenes.export(shop)
    devtools = admin.page.context.new_cdp_session(admin.page)
    devtools.send("Emulation.setTimezoneOverride", {"timezoneId": "Asia/Kolkata"})
    app = admin.open(shop)
    clock = app.locator("time[data-clock]").first
    moment = datetime.fromisoformat(clock.get_attribute("datetime") or "").astimezone(ZoneInfo("Asia/Kolkata"))
    expect(clock).to_have_text(f"{moment.day} {moment:%b, %H:%M}")


def test_what_is_not_there_says_so_and_leads_back(admin: Admin) -> None:
    shop = admin.stores.shop()
    with admin.expecting("404"):
        app = admin.open(shop, f"runs/{uuid.uuid4()}/")
        admin.heading("Not found")
        app.get_by_role("link", name="All runs").click()
        admin.heading("Copy this store, or into it")


def test_a_run_is_cancelled_after_a_question(admin: Admin, scenes: Scenes) -> None:
    shop = admin.stores.shop("boutique", products=60)
    with scenes.slowed(shop):
        app = admin.open(shop, f"runs/{scenes.start_export(shop)}/")
        app.get_by_role("button", name="Cancel").click()
        app.get_by_role("button", name="No, go back").click()
        app.get_by_role("button", name="Cancel").press("Enter")
        app.get_by_role("button", name="Yes").press("Enter")
        expect(app.locator(".head .badge")).to_have_text("Cancelled")


def test_what_a_run_waits_for_is_said_without_a_new_page(admin: Admin, scenes: Scenes) -> None:
    target = admin.stores.shop()
    run = scenes.plan(target, scenes.export(admin.stores.shop("boutique", products=10))[1])
    admin.stores.a_day(target, 1)
    with scenes.slowed(target, 0.4):  # so that the page is there before the limit is met
        scenes.confirm(target, run, wait=False)
        app = admin.open(target, f"runs/{run}/")
        expect(app.locator(".head .badge")).to_have_text("Working")
        waits = app.locator("#run[data-kept] [data-show='paused']")
        app.locator("#run").evaluate("(run) => { run.dataset.kept = ''; }")  # what comes anew from the server has none
        expect(waits).to_have_text("")
        expect(waits).to_contain_text("no more variants in this store today", timeout=RUN_TIMEOUT)
        expect(waits).to_contain_text("it tries again at")
    app.get_by_role("button", name="Cancel").click()
    app.get_by_role("button", name="Yes").click()
    expect(app.locator(".head .badge")).to_have_text("Cancelled")


def test_before_the_first_export_the_store_is_counted_and_priced(admin: Admin) -> None:
    app = admin.open(admin.stores.shop("plain"), "exports/new")
    expect(app.locator("[data-known='products']")).to_have_text("3 in the store")
    expect(app.locator("[data-sum]")).to_contain_text("At least 3 records: more than")
    expect(app.locator("[data-sum]")).to_contain_text("API points")
    for untick in app.get_by_role("button", name="Untick all").all():
        untick.click()
    expect(app.locator("[data-sum]")).to_have_text("Nothing is ticked: choose what to export.")
    app.locator("input[name='resources'][value='products']").check()
    expect(app.locator("[data-sum]")).to_contain_text("At least 3 records: more than")


def test_what_cannot_be_meant_is_told_at_its_field(admin: Admin) -> None:
    app = admin.open(admin.stores.shop("plain"), "exports/new")
    app.get_by_text("Only some of it").click()
    field = app.get_by_label("Whose metafields")
    field.fill("sausages")
    with admin.expecting("422"):
        app.get_by_role("button", name="Start the export").click()
        expect(app.locator("#wrong")).to_contain_text("draft orders")
    expect(app.locator("#wrong")).to_be_in_viewport()
    expect(app.locator("#wrong")).to_be_focused()
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field).to_have_value("sausages")
    field.fill("Products, variants")
    app.get_by_role("button", name="Start the export").click()
    admin.heading("Export")


def test_a_long_record_is_shown_at_its_whole_length_at_a_press(admin: Admin) -> None:
    scenes = Scenes(admin.stores, admin.program)
    target = admin.stores.shop()
    run = scenes.plan(target, scenes.export(scenes.another(products=5))[1])
    app = admin.open(target, f"imports/{run}/plan?resource=products")
    app.locator(".records summary").first.click()
    inside = app.locator(".records .inside").first
    expect(inside).to_contain_text("Compare-at price")
    expect(inside).not_to_contain_text("compareAtPrice")
    before = inside.bounding_box()
    inside.get_by_role("button", name="Show all of it").click()
    after = inside.bounding_box()
    assert before is not None and after is not None
    assert after["height"] > before["height"]
    assert inside.evaluate("(one) => one.scrollHeight - one.clientHeight") <= 1

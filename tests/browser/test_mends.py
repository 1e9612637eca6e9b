"""What goes on around a page: a question over it, a reload of the frame, an answer of no."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Route, expect

from .admin import RUN_TIMEOUT, SECONDS, Admin
from .scenes import Scenes

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300), pytest.mark.once]
REFRESH = 4 * SECONDS


@pytest.fixture
def scenes(admin: Admin) -> Scenes:
    return Scenes(admin.stores, admin.program)


def test_a_copy_starts_after_a_question_that_was_read_slowly(admin: Admin, scenes: Scenes) -> None:
    source, target = admin.stores.shop("plain"), admin.stores.shop()
    before = admin.stores.ask("/sandbox/config")
    reading = sorted({scope.replace("write_", "read_") for scope in before["scopes"]})
    admin.stores.ask("/sandbox/config", {"scopes": reading, "optional_scopes": before["scopes"]})
    try:
        scenes.link(source, target)
        app = admin.open(target, "links")
        copy = app.get_by_role("button", name=f"Copy from {source}")
        asked = admin.page.get_by_role("dialog", name="Permissions")
        copy.click()
        asked.get_by_role("button", name="Decline").click()
        refused = app.get_by_role("alert").filter(has_text="not allowed")
        expect(refused).to_be_visible()
        admin.page.wait_for_timeout(1.5 * REFRESH)
        expect(refused).to_be_visible()  # longer than a toast, and through a refresh
        copy.click()
        expect(asked).to_be_visible()
        admin.page.wait_for_timeout(1.5 * REFRESH)
        asked.get_by_role("button", name="Allow").click()
        admin.heading("Copy from")
    finally:
        admin.stores.ask("/sandbox/config", {name: before[name] for name in ("scopes", "optional_scopes")})


def test_a_frame_that_is_loaded_anew_shows_its_page_again(admin: Admin, scenes: Scenes) -> None:
    shop = admin.stores.shop("plain")
    run = scenes.start_export(shop)
    scenes.rest(shop, run)
    app = admin.open(shop)
    app.locator("#rows a").first.click()
    admin.heading("Export")
    admin.reload()
    admin.at(f"/runs/{run}/")
    admin.heading("Export")
    admin.menu("Linked stores")
    admin.heading("Linked stores")
    admin.reload()
    admin.at("/links")
    admin.heading("Linked stores")


def test_a_decision_that_came_too_late_says_so_beside_the_button(admin: Admin, scenes: Scenes) -> None:
    source, target = admin.stores.shop("plain"), admin.stores.shop()
    run = scenes.plan(target, scenes.export(source)[1])
    app = admin.open(target, f"imports/{run}/plan")
    confirm = app.get_by_role("button", name="Confirm and write")
    problem = app.locator(".decide").get_by_role("alert")
    with admin.expecting("ERR_INTERNET_DISCONNECTED", "409"):
        admin.page.context.set_offline(True)
        confirm.click()
        expect(problem).to_contain_text("The network was lost", timeout=RUN_TIMEOUT)
        admin.page.context.set_offline(False)
        expect(app.locator("#network")).to_be_hidden(timeout=RUN_TIMEOUT)
        admin.page.wait_for_timeout(SECONDS)
        expect(problem).to_be_visible()  # the page was brought up to date, and says it still
        scenes.confirm(target, run)
        expect(app.locator("#decided")).to_contain_text("This plan was confirmed", timeout=RUN_TIMEOUT)
        expect(confirm).to_have_count(0)


def test_an_answer_of_no_leaves_the_address_and_what_was_typed(admin: Admin, scenes: Scenes) -> None:
    source, target = admin.stores.shop("plain"), admin.stores.shop()
    code = scenes.code(source)
    app = admin.open(target)
    admin.menu("Linked stores")
    field = app.get_by_label("Code from the other store")
    field.fill("WXYZ-WXYZ-WXYZ")
    with admin.expecting("422"):
        app.get_by_role("button", name="Ask for the link").click()
        expect(app.get_by_role("alert")).to_be_visible()
    admin.at("/links")
    expect(field).to_have_value("WXYZ-WXYZ-WXYZ")
    field.fill(code)
    app.get_by_role("button", name="Ask for the link").click()
    expect(app.locator("#inward")).to_contain_text(source)
    there = admin.open(source, "links")
    scenes.confirm_link(source)
    with admin.expecting("409"):
        there.get_by_role("button", name=f"Confirm {target}").click()
        expect(there.get_by_role("alert")).to_contain_text("does not wait")
    admin.at("/links")


def test_a_plan_that_was_called_off_leads_to_what_says_why(admin: Admin, scenes: Scenes) -> None:
    """Whoever presses learns it, and whoever only looks at the plan does, too."""
    source, target = admin.stores.shop("plain"), admin.stores.shop()
    for pressed in (True, False):
        scenes.link(source, target)
        app = admin.open(target, "links")
        app.get_by_role("button", name=f"Copy from {source}").click()
        app.get_by_role("link", name="Decide on the plan").click(timeout=RUN_TIMEOUT)
        confirm = app.get_by_role("button", name="Confirm and write")
        expect(confirm).to_be_visible()
        with admin.expecting("404"):  # to what asks how the run is
            scenes.end_links(source)
            if pressed:
                confirm.click()
            expect(app.get_by_role("alert").filter(has_text="The link was ended by the other store.")).to_be_visible()
            admin.heading("Copy from")
        expect(app.locator("#writing-now")).to_have_text("Nothing was written")


@pytest.mark.parametrize("good", [True, False])
def test_an_upload_takes_no_page_away_and_its_refusal_is_not_lost(admin: Admin, scenes: Scenes, good: bool) -> None:
    archive = scenes.export(admin.stores.shop("plain"))[1] if good else b"this is no archive"
    held: list[Route] = []
    admin.page.route(re.compile("/uploads/[0-9a-f]{8}-"), lambda route: held.append(route))
    app = admin.open(admin.stores.shop(), "imports/new")
    app.get_by_label("Archive").set_input_files({"name": "a.zip", "mimeType": "application/zip", "buffer": archive})
    app.get_by_role("button", name="Upload and plan").click()
    expect(app.get_by_text("You may go on to other pages of this app meanwhile.")).to_be_visible()
    admin.menu("Linked stores")
    admin.heading("Linked stores")
    field = app.get_by_label("Code from the other store")
    field.fill("WXYZ-WX")
    with admin.expecting("422"):
        admin.comes(lambda: held)[0].continue_()
        strayed = app.locator("#strayed")
        if good:
            expect(app.locator("#said")).to_contain_text("Your file has arrived.")
            expect(strayed).to_be_hidden()
        else:
            expect(strayed).to_contain_text("ZIP")
            strayed.get_by_role("button", name="Close").click()
            expect(strayed).to_be_hidden()
    admin.heading("Linked stores")
    expect(field).to_have_value("WXYZ-WX")


def test_a_clock_that_is_wrong_is_said_instead_of_asking_for_ever(admin: Admin) -> None:
    shop, asked = admin.stores.shop(), list[str]()
    admin.page.on("request", lambda request: asked.append(request.url))
    admin.stores.ask("/sandbox/config", {"clock_offset_seconds": 120})
    try:
        with admin.expecting("401"):
            app = admin.open(shop, "links")
            expect(app.get_by_text("seconds slow")).to_be_visible()
            admin.page.wait_for_timeout(SECONDS)
        assert sum("/auth/bounce" in url for url in asked) == 1
        assert "bounced" not in app.evaluate("location.search")
    finally:
        admin.stores.ask("/sandbox/config", {"clock_offset_seconds": 0})
    admin.reload()
    admin.at("/links")
    admin.heading("Linked stores")

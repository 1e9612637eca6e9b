"""A page that is brought up to date again and again, under somebody who is at work on it."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial

import pytest
from playwright.sync_api import Frame, Request, Route, expect

from .admin import RUN_TIMEOUT, SECONDS, Admin
from .scenes import Scenes

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300), pytest.mark.once]
REFRESH = 4 * SECONDS
CODE = "Code from the other store"
UNTICKED = ("Products", "Collections", "Shop metafields")


@pytest.fixture
def scenes(admin: Admin) -> Scenes:
    return Scenes(admin.stores, admin.program)


def refreshes(admin: Admin) -> Callable[[int], None]:
    """Waits until the page has asked anew so many times from now, and has shown all answers but the last."""
    asked: list[float] = []

    def heard(request: Request) -> None:
        if request.resource_type == "fetch" and request.url.split("?")[0].endswith("/links"):
            asked.append(time.monotonic())

    admin.page.on("request", heard)

    def reached(goal: int) -> bool:
        return len(asked) >= goal

    def wait(times: int) -> None:
        goals = [len(asked) + n + 1 for n in range(times)]
        for goal in goals:
            admin.comes(partial(reached, goal))

    return wait


def work(app: Frame) -> None:
    """Types half of a code, unticks kinds, and goes back to the field with the cursor after the second letter."""
    field = app.get_by_label(CODE)
    field.press_sequentially("QWER")
    for name in UNTICKED:
        app.get_by_label(name, exact=True).uncheck()
    field.focus()
    field.evaluate("(one) => one.setSelectionRange(2, 2)")


def stands(app: Frame) -> None:
    field = app.get_by_label(CODE)
    expect(field).to_have_value("QWER")
    expect(field).to_be_focused()
    assert field.evaluate("(one) => one.selectionStart") == 2
    for name in UNTICKED:
        expect(app.get_by_label(name, exact=True)).not_to_be_checked()


@pytest.mark.parametrize("way", ["menu", "address"])
def test_what_is_typed_ticked_and_focused_stays_while_the_page_is_brought_up_to_date(admin: Admin, way: str) -> None:
    shop = admin.stores.shop("boutique", products=2)
    app = admin.open(shop, "" if way == "menu" else "links")
    if way == "menu":
        admin.menu("Linked stores")
    admin.heading("Linked stores")
    wait = refreshes(admin)
    work(app)
    wait(3)
    stands(app)
    admin.page.keyboard.type("x", delay=0)
    expect(app.get_by_label(CODE)).to_have_value("QWxER")


def test_a_lost_network_takes_nothing_of_what_is_typed_with_it(admin: Admin) -> None:
    shop = admin.stores.shop("boutique", products=2)
    app = admin.open(shop, "links")
    wait = refreshes(admin)
    work(app)
    with admin.expecting("ERR_INTERNET_DISCONNECTED"):
        admin.page.context.set_offline(True)
        expect(app.locator("#network")).to_be_visible()
        admin.page.wait_for_timeout(1.5 * REFRESH)  # in which it asks, and gets nothing
        admin.page.context.set_offline(False)
        expect(app.locator("#network")).to_be_hidden()
        wait(3)
    stands(app)


def test_what_is_new_on_the_page_comes_around_what_is_typed(admin: Admin, scenes: Scenes) -> None:
    """A link appears above the field, and takes a class away from the button beside it."""
    source, target = admin.stores.shop("boutique", products=2), admin.stores.shop()
    app = admin.open(target, "links")
    wait = refreshes(admin)
    work(app)
    wait(2)
    scenes.link(source, target)
    expect(app.get_by_role("button", name=f"Copy from {source}")).to_be_visible()
    stands(app)


def test_a_field_whose_surroundings_are_exchanged_keeps_what_it_holds(admin: Admin) -> None:
    """Around the fields, the answer has other words and other parts than the page."""
    app = admin.open(admin.stores.shop("boutique", products=2), "links")
    wait = refreshes(admin)
    work(app)
    app.evaluate("document.getElementById('outward').append(document.createElement('p'))")
    app.evaluate("document.getElementById('inward').append(document.createElement('p'))")
    wait(3)
    assert app.evaluate("document.querySelectorAll('#inward > p, #outward > p').length") == 0
    stands(app)


def test_a_page_that_was_asked_for_comes_though_a_refresh_was_due_meanwhile(admin: Admin) -> None:
    app = admin.open(admin.stores.shop("boutique", products=2), "links")
    expect(app.get_by_label(CODE)).to_be_visible()
    held: list[Route] = []
    admin.page.route("**/exports/new*", lambda route: held.append(route))
    admin.menu("New export")
    admin.comes(lambda: held)
    admin.page.wait_for_timeout(1.5 * REFRESH)
    held[0].continue_()
    admin.heading("New export")


def test_a_heading_keeps_the_focus_while_its_run_comes_to_its_end(admin: Admin, scenes: Scenes) -> None:
    shop = admin.stores.shop("boutique", products=200)
    run = scenes.start_export(shop)
    app = admin.open(shop)
    app.locator("#rows a").first.click()
    admin.at(f"/runs/{run}/")
    expect(app.locator("h1")).to_be_focused()
    expect(app.get_by_role("button", name="Download")).to_be_visible(timeout=RUN_TIMEOUT)
    expect(app.locator("h1")).to_be_focused()

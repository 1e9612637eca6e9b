"""The operator's way: sign in, see the lanes, pause one and let it go on, find runs, cancel one, expire one."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.program import Program

from .admin import PHONE, Admin
from .scenes import Scenes

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

PASSWORD = uuid.uuid4().hex


@pytest.fixture(scope="module")
def operator(program: Program) -> str:
    name = f"operator-{uuid.uuid4().hex[:6]}"
    program.manage(
        "createsuperuser", "--noinput", "--username", name, "--email", "", DJANGO_SUPERUSER_PASSWORD=PASSWORD
    )
    return name


@pytest.fixture
def office(admin: Admin, operator: str) -> Iterator[Page]:
    """Signed in, as somebody who runs the app."""
    page = admin.page
    page.goto(f"{admin.program.url}/operators/")
    page.get_by_label("Username").fill(operator)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("link", name="Lanes").first).to_be_visible()
    yield page


def choose(page: Page, run: str, action: str) -> None:
    page.locator("tr").filter(has_text=run[:8]).get_by_role("checkbox").check()
    page.locator("select[name='action']").select_option(label=action)
    page.locator(".actions button[name='index']").click()


def test_pause_resume_filter_cancel_expire(admin: Admin, office: Page) -> None:
    scenes = Scenes(admin.stores, admin.program)
    shop = admin.stores.shop("boutique", products=60)
    scenes.store(shop)
    finished, _ = scenes.export(shop)
    with scenes.slowed(shop):
        running, queued = scenes.start_export(shop), scenes.start_export(shop)
        office.goto(f"{admin.program.url}/operators/lanes/")
        office.get_by_role("button", name=f"Pause {shop}").click()
        expect(office.get_by_text("The lane is paused", exact=False)).to_be_visible()
        expect(office.locator("tbody tr").filter(has_text=shop)).to_contain_text("Paused")
        assert scenes.store(shop).json(f"/runs/{running}/status.json")["lane_paused"]
        office.goto(f"{admin.program.url}/operators/runs/run/?q={shop}")
        choose(office, queued, "Cancel")
        expect(office.get_by_text("1 run is cancelled")).to_be_visible()
        office.goto(f"{admin.program.url}/operators/lanes/")
        office.get_by_role("button", name=f"Resume {shop}").click()
        expect(office.get_by_text("The lane goes on.")).to_be_visible()
    assert scenes.rest(shop, queued)["status"] == "cancelled"
    assert scenes.rest(shop, running)["status"] == "succeeded"

    office.goto(f"{admin.program.url}/operators/runs/run/?status__exact=succeeded&q={shop}")
    expect(office.locator("#result_list tbody tr")).to_have_count(2)
    choose(office, finished, "Expire now")
    expect(office.get_by_text("1 run expires now")).to_be_visible()
    with admin.expecting("410"):
        admin.open(shop, f"runs/{finished}/")
        admin.heading("No longer here")


def test_the_lanes_are_read_and_paused_on_a_phone(admin: Admin, office: Page) -> None:
    scenes = Scenes(admin.stores, admin.program)
    shop = admin.stores.shop("boutique", products=60)
    admin.resize(PHONE)
    with scenes.slowed(shop):
        running = scenes.start_export(shop)
        office.goto(f"{admin.program.url}/operators/lanes/")
        pause = office.get_by_role("button", name=f"Pause {shop}")
        expect(pause).to_be_in_viewport(ratio=1)
        assert office.evaluate("document.scrollingElement.scrollWidth") <= PHONE[0]
        pause.click()
        expect(office.locator("tbody tr").filter(has_text=shop)).to_contain_text("Paused")
    app = admin.open(shop, f"runs/{running}/")
    expect(app.locator("[data-show='rate']")).to_have_text("–")
    expect(app.locator("[data-show='left']")).to_have_text("–")
    office.goto(f"{admin.program.url}/operators/lanes/")
    office.get_by_role("button", name=f"Resume {shop}").click()
    expect(office.get_by_text("The lane goes on.")).to_be_visible()

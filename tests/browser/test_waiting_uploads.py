"""An upload that finds no room, or whose connection breaks off, waits, says so, and is sent by itself."""

from __future__ import annotations

import re
from functools import partial

import pytest
from playwright.sync_api import Request, Route, expect

from .admin import Admin
from .scenes import Scenes

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
FULL = "Other files are being uploaded just now."
BROKE_OFF = "The connection broke off before the file was through."
ADDRESS = re.compile("/uploads/[0-9a-f]{8}-")


def refuse(gates: list[str], route: Route) -> None:
    """As the app does as long as it has no room (tests/operations/test_uploads.py); a network that breaks off; then no
    more."""
    gate = gates.pop(0) if gates and route.request.method == "POST" else ""
    if gate == "full":
        route.fulfill(status=503, json={"error": FULL, "retry_after": 2})
    elif gate == "broken":
        route.abort("connectionreset")
    else:
        route.continue_()


@pytest.mark.parametrize("away", [False, True])
def test_an_upload_without_room_waits_and_comes_by_itself(admin: Admin, away: bool) -> None:
    scenes = Scenes(admin.stores, admin.program)
    archive = scenes.export(admin.stores.shop("plain"))[1]
    at_address, at_upload = ["full"], ["full", "broken", "full"]
    admin.page.route(re.compile("/imports/uploads$"), partial(refuse, at_address))
    admin.page.route(ADDRESS, partial(refuse, at_upload))
    sent: list[str] = []

    def heard(request: Request) -> None:
        if ADDRESS.search(request.url) and request.method == "POST":
            sent.append(request.url)

    admin.page.on("request", heard)
    app = admin.open(admin.stores.shop(), "imports/new")
    app.get_by_label("Archive").set_input_files({"name": "a.zip", "mimeType": "application/zip", "buffer": archive})
    with admin.expecting("503", "ERR_CONNECTION_RESET"):
        app.get_by_role("button", name="Upload and plan").click()
        place = app.locator("[data-uploading]")
        expect(place).to_contain_text(FULL)
        expect(app.get_by_role("button", name="Upload and plan")).to_be_disabled()
        if away:
            admin.menu("Linked stores")
            admin.heading("Linked stores")
            expect(app.locator("#said")).to_contain_text("Your file has arrived.")
            admin.heading("Linked stores")
        else:
            expect(place).to_contain_text(BROKE_OFF)
            expect(place).to_contain_text(FULL)
            admin.heading("Import")
    assert (len(sent), at_address, at_upload) == (4, [], [])


def test_an_upload_that_breaks_off_again_and_again_is_given_up(admin: Admin) -> None:
    admin.page.route(ADDRESS, partial(refuse, ["broken"] * 9))
    app = admin.open(admin.stores.shop(), "imports/new")
    app.get_by_label("Archive").set_input_files({"name": "a.zip", "mimeType": "application/zip", "buffer": b"PK"})
    with admin.expecting("ERR_CONNECTION_RESET"):
        app.get_by_role("button", name="Upload and plan").click()
        expect(app.get_by_role("alert").filter(has_text="The network was lost.")).to_be_visible()
    expect(app.locator("[data-uploading]")).to_be_hidden()
    expect(app.get_by_role("button", name="Upload and plan")).to_be_enabled()

"""Whoever has a keyboard alone, or does not see the page, gets as far as everybody else."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Frame, expect

from .admin import DESK, PHONE, Admin
from .scenes import Scenes

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600), pytest.mark.once]

# The element that has the focus, where something else lies over its middle.
COVERED = """
() => {
  const one = document.activeElement;
  const box = one.getBoundingClientRect();
  const [x, y] = [Math.min(innerWidth - 2, Math.max(1, box.left + box.width / 2)), box.top + box.height / 2];
  const top = document.elementFromPoint(x, y);
  const seen = top && (one.contains(top) || top.contains(one));
  return one === document.body || seen ? null : `${one.outerHTML.slice(0, 120)} under ${top && top.className}`;
}
"""


@pytest.fixture
def scenes(admin: Admin) -> Scenes:
    return Scenes(admin.stores, admin.program)


def covered(admin: Admin, app: Frame, stops: int) -> list[str]:
    app.locator("h1").evaluate("(one) => { one.tabIndex = -1; one.focus(); }")
    found = []
    for _ in range(stops):
        admin.page.keyboard.press("Tab")
        if under := app.evaluate(COVERED):
            found.append(under)
    return found


def test_a_plan_is_gone_through_and_records_are_left_out_by_keys_alone(admin: Admin, scenes: Scenes) -> None:
    target = admin.stores.shop()
    run = scenes.plan(target, scenes.export(admin.stores.shop("boutique", products=3))[1])
    for size in (DESK, PHONE):
        admin.resize(size)
        app = admin.open(target, f"imports/{run}/plan")
        assert covered(admin, app, 90) == []

    button = app.locator("#records").get_by_role("button", name="Leave out").nth(2)
    name = button.get_attribute("aria-label")
    button.focus()
    for pressed, said in (("true", "it is left out"), ("false", "it is taken back")):
        admin.page.keyboard.press("Enter")
        expect(button).to_have_attribute("aria-pressed", pressed)
        expect(app.locator("#said")).to_have_text(f"{name}: {said}")
        expect(button).to_be_focused()


def test_what_becomes_of_a_run_and_of_a_copy_is_said(admin: Admin, scenes: Scenes) -> None:
    source, target = admin.stores.shop("plain"), admin.stores.shop()
    scenes.link(source, target)
    app = admin.open(target, "links")
    said = app.locator("#said")
    with scenes.slowed(source):
        app.get_by_role("button", name=f"Copy from {source}").click()
        admin.heading("Copy from")
    expect(said).to_have_text(f"Copy from {source}: Your decision.")
    app.get_by_role("link", name="Decide on the plan").click()
    with scenes.slowed(target):
        app.get_by_role("button", name="Confirm and write").click()
        admin.heading("Import")
    expect(said).to_have_text(re.compile(r"Import: Succeeded\. All \d+ records arrived\."))

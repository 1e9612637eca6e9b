"""A decision whose choices nobody saved: figures and question are theirs, and nothing of them is left over."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from .admin import RUN_TIMEOUT, Admin
from .scenes import Scenes

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300), pytest.mark.once]
MIRROR = "Update them, and delete the rest"


@pytest.fixture
def scenes(admin: Admin) -> Scenes:
    return Scenes(admin.stores, admin.program)


def test_figures_question_and_save_bar_follow_choices_that_are_not_saved(admin: Admin, scenes: Scenes) -> None:
    source, target = admin.stores.shop("plain"), admin.stores.shop("boutique", products=3)
    run = scenes.plan(target, scenes.export(source)[1])
    app = admin.open(target, f"imports/{run}/plan")
    deleted, stay = app.locator("[data-figure='delete']"), app.locator("[data-figure='stay']")
    save, discard = (admin.page.get_by_role("button", name=name) for name in ("Save", "Discard"))
    expect(deleted).to_have_text("0")
    app.get_by_label(MIRROR).check()
    expect(deleted).to_have_text(re.compile("[1-9]"))
    expect(stay).to_contain_text("never deleted")
    all_of_them = deleted.inner_text()

    discard.click()
    expect(deleted).to_have_text("0")
    expect(stay).to_be_empty()
    expect(save).to_be_hidden()

    app.get_by_label(MIRROR).check()
    expect(deleted).to_have_text(all_of_them)
    app.get_by_label("Leave out Products", exact=True).check()
    expect(deleted).not_to_have_text(all_of_them)
    app.locator("#records").get_by_role("button", name="Leave out").first.click()
    expect(app.locator("[data-figure='left_out']")).to_have_text("1")
    expect(deleted).to_have_text(re.compile("[1-9]"))
    expect(save).to_be_visible()

    app.get_by_role("button", name="Confirm and write").click()
    question = app.locator("#ask-text")
    expect(question).to_contain_text(re.compile(r"^Delete \d+ records from this store\?"))
    asked = question.inner_text().split()[1]
    assert asked == deleted.inner_text()
    app.get_by_role("button", name="Yes").click()
    admin.heading("Import")
    expect(save).to_be_hidden()
    expect(app.locator(".answer")).to_be_visible(timeout=RUN_TIMEOUT)
    result = scenes.store(target).json(f"/runs/{run}/status.json")["result"]
    assert f"{result['totals']['deleted']:,}" == asked


def test_a_choice_that_is_sent_unsaved_leaves_no_bar_behind(admin: Admin, scenes: Scenes) -> None:
    source, target = admin.stores.shop("plain"), admin.stores.shop()
    run = scenes.plan(target, scenes.export(source)[1])
    app = admin.open(target, f"imports/{run}/plan")
    written = app.locator("[data-figure='records']")
    before = written.inner_text()
    app.get_by_label("Leave out Products", exact=True).check()
    save = admin.page.get_by_role("button", name="Save")
    expect(save).to_be_visible()
    expect(written).not_to_have_text(before)
    app.get_by_role("button", name="Confirm and write").click()
    admin.heading("Import")
    expect(save).to_be_hidden()


def test_a_plan_that_another_tab_decided_says_so_and_leads_on(admin: Admin, scenes: Scenes) -> None:
    """By itself after a while, and at once where somebody presses its button."""
    source = admin.stores.shop("plain")
    archive = scenes.export(source)[1]
    for press in (True, False):
        target = admin.stores.shop()
        run = scenes.plan(target, archive)
        app = admin.open(target, f"imports/{run}/plan")
        expect(app.get_by_text("Nothing written yet")).to_be_visible()
        scenes.confirm(target, run, wait=False)
        with admin.expecting("409"):
            if press:
                app.get_by_role("button", name="Confirm and write").click()
            expect(app.locator("#decided")).to_contain_text("This plan was confirmed", timeout=30_000)
        expect(app.get_by_text("Nothing written yet")).to_have_count(0)
        expect(app.get_by_role("button", name="Confirm and write")).to_have_count(0)
        app.get_by_role("link", name="See the import").click()
        admin.heading("Import")
        scenes.rest(target, run)

"""``make pictures``: every page at two widths, into docs/pictures."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

from playwright.sync_api import expect, sync_playwright

from tests.program import Program
from tests.servers import free_port
from tests.support import ROOT, Sandbox

from .admin import DESK, PHONE, RUN_TIMEOUT, Admin
from .conftest import ARGUMENTS, CHROMIUM, SETTINGS
from .scenes import Scenes

TALLEST = 1500
MAIN_HEIGHT = "document.querySelector('main').getBoundingClientRect().height"
PAGE_HEIGHT = "document.body.scrollHeight"
OPERATOR, PASSWORD = "operator", uuid.uuid4().hex


class Album:
    def __init__(self, admin: Admin, folder: Path) -> None:
        self._admin, self._folder = admin, folder

    def take(self, name: str) -> None:
        """The app's page as it stands, at both widths, as tall as it is."""
        for word in self._at(name, lambda: int(self._admin.app.evaluate(MAIN_HEIGHT)) + 130):
            wide = self._admin.wide_pages()
            if wide:
                print(f"{name}-{word} scrolls sideways: {wide}")

    def take_office(self, name: str) -> None:
        """The same of a page of the operators."""
        for word in self._at(name, lambda: int(self._admin.page.evaluate(PAGE_HEIGHT)) + 20):
            if self._admin.page.evaluate("document.scrollingElement.scrollWidth > innerWidth"):
                print(f"{name}-{word} scrolls sideways")

    def _at(self, name: str, height: Callable[[], int]) -> Iterator[str]:
        for word, size in (("desk", DESK), ("phone", PHONE)):
            self._admin.resize(size)
            self._admin.page.wait_for_timeout(150)
            tall = min(TALLEST, max(size[1] if word == "phone" else 560, height()))
            self._admin.resize((size[0], tall))
            self._admin.page.wait_for_timeout(150)
            self._admin.page.screenshot(path=self._folder / f"{name}-{word}.png")
            yield word
        self._admin.resize(DESK)


def tour(admin: Admin, scenes: Scenes, album: Album) -> None:
    source, target = "boutique", "empty"
    admin.open(target)
    album.take("first-visit")
    app = admin.open(source, "exports/new")
    expect(app.locator("[data-known='products']")).to_contain_text("in the store", timeout=RUN_TIMEOUT)
    album.take("new-export-first")
    run = scenes.start_export(source)
    app = admin.open(source, f"runs/{run}/")
    expect(app.locator(".kinds tbody tr").first).to_be_visible()
    album.take("export-running")
    _, archive = scenes.export(source)
    admin.open(source, f"runs/{run}/")
    album.take("export-ready")
    admin.open(source, "exports/new")
    album.take("new-export")
    admin.open(target, "imports/new")
    album.take("new-import")
    run = scenes.plan(target, archive)
    admin.open(target, f"runs/{run}/")
    album.take("plan-ready")
    scenes.confirm(target, run, wait=False)
    app = admin.open(target, f"runs/{run}/")
    expect(app.locator("[data-show='now']")).to_have_text("Writing", timeout=RUN_TIMEOUT)
    admin.page.wait_for_timeout(2500)
    album.take("import-running")
    scenes.rest(target, run)
    admin.open(target, f"runs/{run}/")
    album.take("import-done")
    differing(admin, scenes, album, archive)


def differing(admin: Admin, scenes: Scenes, album: Album, archive: bytes) -> None:
    shop = scenes.differing(240)
    run = scenes.plan(shop, archive)
    app = admin.open(shop, f"imports/{run}/plan")
    album.take("plan")
    app = admin.open(shop, f"imports/{run}/plan?verdict=update&resource=products")
    first = app.locator(".records details").first
    first.locator("summary").click()
    expect(first.locator(".changes")).to_be_visible()
    app.locator(".records button").nth(1).click()
    album.take("plan-change")


def troubled(admin: Admin, scenes: Scenes, album: Album) -> None:
    _, archive = scenes.export(scenes.another(products=12))
    shop = scenes.contrary()
    run = scenes.plan(shop, archive)
    scenes.confirm(shop, run)
    admin.open(shop, f"runs/{run}/")
    album.take("report-answer")
    admin.open(shop, f"imports/{run}/report?outcome=failed")
    album.take("report")
    scenes.start_export(shop)
    scenes.plan(shop, archive)
    admin.open(shop)
    album.take("runs")
    admin.page.emulate_media(color_scheme="dark")
    admin.open(shop, f"imports/{run}/report?outcome=failed")
    album.take("report-dark")
    admin.page.emulate_media(color_scheme="light")
    with admin.expecting("404"):
        admin.open(shop, "runs/00000000-0000-4000-8000-000000000000/")
    album.take("not-found")


def asks(admin: Admin, scenes: Scenes, album: Album) -> None:
    """A store that has not let the app write everything: its plan and its report ask for that."""
    _, archive = scenes.export(scenes.another(products=12))
    before = admin.stores.ask("/sandbox/config")
    lacking = {"write_content", "write_files"}
    own = sorted({*before["scopes"]} - lacking)
    admin.stores.ask(
        "/sandbox/config", {"scopes": own, "optional_scopes": sorted({*before["optional_scopes"], *lacking})}
    )
    shop = admin.stores.shop()
    run = scenes.plan(shop, archive)
    admin.open(shop, f"imports/{run}/plan")
    album.take("plan-asks")
    scenes.confirm(shop, run)
    admin.open(shop, f"imports/{run}/report")
    album.take("report-asks")
    admin.stores.ask("/sandbox/config", {name: before[name] for name in ("scopes", "optional_scopes")})


def mirrored(admin: Admin, scenes: Scenes, album: Album) -> None:
    """A mirror of one kind: what it takes away is missed by records of kinds that nobody brought."""
    _, archive = scenes.export(scenes.another("empty"), "files")
    shop = scenes.another(products=6)
    run = scenes.plan(shop, archive, "files.zip")
    app = admin.open(shop, f"imports/{run}/plan")
    app.locator("[name='policy'][value='mirror']").check()
    expect(app.locator("[data-figure='hanging']")).to_contain_text("may lose")
    album.take("plan-mirror")
    scenes.confirm(shop, run, "mirror")
    app = admin.open(shop, f"imports/{run}/report")
    expect(app.locator("#losing")).to_be_visible()
    album.take("report-mirror")


def linked(admin: Admin, scenes: Scenes, album: Album) -> None:
    source, target = scenes.another(products=12), "empty"
    app = admin.open(source, "links")
    app.get_by_role("button", name="Make a code").click()
    code = app.locator(".code").inner_text()
    album.take("link-code")
    app = admin.open(target, "links")
    app.get_by_label("Code from the other store").fill(code)
    app.get_by_role("button", name="Ask for the link").click()
    expect(app.locator("#inward-links article")).to_be_visible()
    app = admin.open(source, "links")
    album.take("link-asked")
    app.get_by_role("button", name="Confirm").click()
    expect(app.locator("#outward")).to_contain_text("may copy from this store")
    app = admin.open(target, "links")
    app.get_by_role("button", name="Copy from").click()
    admin.heading("Copy from")
    expect(app.get_by_role("link", name="Decide on the plan")).to_be_visible(timeout=RUN_TIMEOUT)
    album.take("copy")


def compared(admin: Admin, scenes: Scenes, album: Album) -> None:
    source, target = scenes.another(products=40), scenes.differing(40)
    scenes.link(source, target)
    scenes.export(target)
    app = admin.open(target, "comparisons/new")
    album.take("compare")
    app.get_by_label("Compare", exact=True).select_option(label=f"{source}, as it is now")
    app.get_by_role("button", name="Compare", exact=True).click()
    admin.heading("Compare with")
    link = app.get_by_role("link", name="See what differs")
    expect(link).to_be_visible(timeout=RUN_TIMEOUT)
    album.take("comparing")
    link.click()
    expect(app.locator("#compared")).to_be_visible()
    album.take("compared")
    app.locator("#compared").get_by_role("link", name="Products", exact=True).click()
    first = app.locator(".records details").first
    first.locator("summary").click()
    expect(first.locator(".changes")).to_be_visible()
    album.take("compared-record")


def office(admin: Admin, scenes: Scenes, album: Album) -> None:
    """What those see who run the app: lanes that move, one that is paused, all drained; runs, one of them."""
    page, url = admin.page, f"{admin.program.url}/operators/"
    page.goto(url)
    page.get_by_label("Username").fill(OPERATOR)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("link", name="Lanes").first).to_be_visible()
    album.take_office("operators")
    shops = [scenes.another(products=products) for products in (240, 160, 200)]
    runs = [scenes.start_export(shop) for shop in shops for _ in range(2)]
    page.goto(f"{url}lanes/")
    page.get_by_role("button", name=f"Pause {shops[1]}").click()
    expect(page.locator("tbody tr").filter(has_text=shops[1])).to_contain_text("Paused")
    page.wait_for_timeout(2500)
    album.take_office("operators-lanes")
    page.get_by_role("button", name="Drain: take no more lanes").click()
    expect(page.get_by_text("DRAINED", exact=False)).to_be_visible()
    album.take_office("operators-drained")
    page.get_by_role("button", name="Take lanes again").click()
    page.goto(f"{url}runs/run/")
    album.take_office("operators-runs")
    page.goto(f"{url}runs/run/{runs[0]}/change/")
    album.take_office("operators-run")
    page.goto(f"{url}imports/copy/")
    album.take_office("operators-copies")


PARTS = {own.__name__: own for own in (tour, troubled, asks, mirrored, linked, compared, office)}


def main() -> int:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "pictures"
    folder.mkdir(parents=True, exist_ok=True)
    port = free_port()
    var = Path(tempfile.mkdtemp())
    url = f"http://127.0.0.1:{port}"
    stores = Sandbox("--plan", "plus", "--latency-ms", "120", "--app-url", url, "--seed", "boutique")
    program = Program(stores, var, SETTINGS, port=port)
    named = ("--username", OPERATOR, "--email", "")
    program.manage("createsuperuser", "--noinput", *named, DJANGO_SUPERUSER_PASSWORD=PASSWORD)
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
            admin = Admin(browser, stores, program)
            for part in [PARTS[name] for name in sys.argv[2:]] or PARTS.values():
                part(admin, Scenes(stores, program), Album(admin, folder))
            print("\n".join(admin.complaints))
            browser.close()
    finally:
        program.stop()
        stores.stop()
        shutil.rmtree(var, ignore_errors=True)
    shrink(folder)
    return 0


def shrink(folder: Path) -> None:
    """To a third of the size, where Debian's pngquant is installed."""
    if shutil.which("pngquant"):
        command = ["pngquant", "--force", "--skip-if-larger", "--ext", ".png", "64", *map(str, folder.glob("*.png"))]
        subprocess.run(command, check=False)


if __name__ == "__main__":
    sys.exit(main())

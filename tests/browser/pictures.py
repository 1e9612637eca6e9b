"""``make pictures``: every page at two widths, into docs/pictures."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import expect, sync_playwright

from tests.program import Program
from tests.servers import free_port
from tests.support import ROOT, Sandbox

from .admin import DESK, PHONE, RUN_TIMEOUT, Admin
from .conftest import ARGUMENTS, CHROMIUM, SETTINGS
from .scenes import Scenes

TALLEST = 1500


class Album:
    def __init__(self, admin: Admin, folder: Path) -> None:
        self._admin, self._folder = admin, folder

    def take(self, name: str) -> None:
        """The page as it stands, at both widths, as tall as it is."""
        for word, size in (("desk", DESK), ("phone", PHONE)):
            self._admin.resize(size)
            self._admin.page.wait_for_timeout(150)
            height = self._admin.app.evaluate("document.querySelector('main').getBoundingClientRect().height")
            tall = min(TALLEST, max(size[1] if word == "phone" else 560, int(height) + 130))
            self._admin.resize((size[0], tall))
            self._admin.page.wait_for_timeout(150)
            self._admin.page.screenshot(path=self._folder / f"{name}-{word}.png")
            wide = self._admin.wide_pages()
            if wide:
                print(f"{name}-{word} scrolls sideways: {wide}")
        self._admin.resize(DESK)


def tour(admin: Admin, scenes: Scenes, album: Album) -> None:
    source, target = "boutique", "empty"
    admin.open(target)
    album.take("first-visit")
    admin.open(source, "exports/new")
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


def main() -> int:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "pictures"
    folder.mkdir(parents=True, exist_ok=True)
    port = free_port()
    var = Path(tempfile.mkdtemp())
    url = f"http://127.0.0.1:{port}"
    stores = Sandbox("--plan", "plus", "--latency-ms", "120", "--app-url", url, "--seed", "boutique")
    program = Program(stores, var, SETTINGS, port=port)
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
            admin = Admin(browser, stores, program)
            for part in (tour, troubled, linked):
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

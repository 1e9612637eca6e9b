"""A person at the admin of a store, with the app in its frame."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar
from urllib.parse import urlsplit

from playwright.sync_api import Browser, ConsoleMessage, Error, Frame, Page, Request, expect

from tests.program import Program
from tests.support import CLIENT_ID, Sandbox

DESK, PHONE = (1280, 800), (390, 844)
SECONDS = 1000
RUN_TIMEOUT = 300 * SECONDS
PATIENCE_MS = 60 * SECONDS  # as for what `expect` waits for (conftest.py)

T = TypeVar("T")

WATCH = """
addEventListener("securitypolicyviolation", (event) => {
  console.error(`content security policy: ${event.violatedDirective} ${event.blockedURI}`);
});
"""
# Shifts within half a second of an input do not count; inside a frame, Chromium itself does not see the input.
FIGURES = """
(() => {
  const own = { lcp: 0, cls: 0, inp: 0 };
  const inputs = [];
  const caused = (entry) => inputs.some((at) => entry.startTime >= at && entry.startTime - at < 500);
  for (const name of ["pointerdown", "pointerup", "keydown"]) {
    addEventListener(name, () => { inputs.push(performance.now()); }, true);
  }
  window.__figures = own;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) own.lcp = entry.startTime;
  }).observe({ type: "largest-contentful-paint", buffered: true });
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) if (!entry.hadRecentInput && !caused(entry)) own.cls += entry.value;
  }).observe({ type: "layout-shift", buffered: true });
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) if (entry.interactionId) own.inp = Math.max(own.inp, entry.duration);
  }).observe({ type: "event", durationThreshold: 16, buffered: true });
})();
"""


class Admin:
    """One browser window. `complaints`: what no page of ours may cause."""

    def __init__(self, browser: Browser, stores: Sandbox, program: Program, size: tuple[int, int] = DESK) -> None:
        self.stores, self.program = stores, program
        self.complaints: list[str] = []
        self._context = browser.new_context(
            viewport={"width": size[0], "height": size[1]}, accept_downloads=True, reduced_motion="reduce"
        )
        self._context.add_init_script(WATCH + FIGURES)
        self.page: Page = self._context.new_page()
        self.page.set_default_timeout(PATIENCE_MS)
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.complaints.append(f"script: {error}"))
        self.page.on("request", self._asked)
        self._expected: set[str] = set()

    def close(self) -> None:
        self._context.close()

    # -- what must not happen ------------------------------------------------------------------------------------

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not any(word in message.text for word in self._expected):
            self.complaints.append(f"console: {message.text} {message.location.get('url', '')}")

    def _asked(self, request: Request) -> None:
        """No third party but App Bridge, which is here the sandbox's own."""
        own = {urlsplit(self.stores.url).netloc, urlsplit(self.program.url).netloc}
        parts = urlsplit(request.url)
        if parts.scheme in ("http", "https") and parts.netloc not in own:
            self.complaints.append(f"a request to {request.url}")

    @contextmanager
    def expecting(self, *words: str) -> Iterator[None]:
        """The console also reports failed requests; a test that provokes them says which."""
        self._expected |= set(words)
        yield
        self._expected -= set(words)

    # -- opening and moving --------------------------------------------------------------------------------------

    def open(self, shop: str, path: str = "") -> Frame:
        """Opens the app, or one of its pages, in the admin of a store."""
        name = shop.removesuffix(".myshopify.com")
        self.page.goto(f"{self.stores.url}/store/{name}/apps/{CLIENT_ID}/{path.lstrip('/')}")
        expect(self.app.locator("#main")).to_be_visible()
        return self.app

    @property
    def app(self) -> Frame:
        element = self.page.locator("iframe#app").element_handle()
        frame = element.content_frame() if element is not None else None
        assert frame is not None
        return frame

    def menu(self, text: str) -> None:
        """A click on the app's entry in the admin's own navigation."""
        self.page.get_by_role("navigation", name="App").get_by_role("link", name=text).click()

    def heading(self, text: Any) -> None:
        expect(self.app.get_by_role("heading", level=1)).to_contain_text(text)

    def reload(self) -> None:
        """Loads the frame's document anew. Returns when the old one is gone; the new one may still be on its way."""
        self.app.evaluate("window.__old = true")
        self.app.evaluate("location.reload()")
        self.comes(self._anew)

    def _anew(self) -> bool:
        """Asked from outside: Playwright's own wait evaluates in the page, which the page's policy forbids."""
        try:
            return bool(self.app.evaluate("!window.__old && document.querySelector('h1') !== null"))
        except Error:  # between two documents
            return False

    def at(self, path: str) -> None:
        """Waits until the frame shows this path: a document without a token goes by way of the bounce page."""
        self.app.wait_for_url(lambda url: urlsplit(url).path == path)

    def comes(self, what: Callable[[], T]) -> T:
        """Waits for what no `expect` can wait for; its value, once that is true."""
        for _ in range(PATIENCE_MS // 50):
            if value := what():
                return value
            self.page.wait_for_timeout(50)
        raise AssertionError("it did not come to that")

    def scrolled(self, least: int, most: int) -> None:
        self.comes(lambda: least <= int(self.app.evaluate("Math.round(scrollY)")) <= most)

    def resize(self, size: tuple[int, int]) -> None:
        self.page.set_viewport_size({"width": size[0], "height": size[1]})

    def wide_pages(self) -> str | None:
        """What sticks out of the page to the right; None on a page that does not scroll sideways."""
        found: str | None = self.app.evaluate(
            """() => {
              const root = document.scrollingElement;
              if (root.scrollWidth <= root.clientWidth) return null;
              const wide = [...document.querySelectorAll("main *")].find(
                (one) => one.getBoundingClientRect().right > root.clientWidth + 1 && !one.closest(".scroll"));
              return wide ? wide.outerHTML.slice(0, 200) : "something outside of main";
            }"""
        )
        return found

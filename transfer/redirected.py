"""The redirects by which a link may lead on: those of its path, where nothing goes by the name that stands there."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from .links import is_link
from .paths import locale_of, page_of
from .references import Target
from .relative import ANY
from .resource import Fields, Place, Resource

REDIRECTS = "url_redirects"
_LOCALE = re.compile(r"/[^/]+")
# Paths that every store has, or that belong to an app: from these no redirect leads on.
_FIXED = re.compile(
    r"/(?:[a-z]{2,3}(?:-[a-z0-9]{2,4})?/)?(?:(?:account|apps|cart|cdn|checkouts?|search)(?:/.*)?|collections(?:/all)?/?)?\Z"
)


def leading_on(page: str, locale: str) -> list[Target]:
    """`page`: the path of a link. Those of one language are redirected with those of all."""
    page = page.rstrip("/")
    pages = [page, _LOCALE.sub("", page, count=1)] if locale else [page]
    return [Target(REDIRECTS, (path,)) for path in dict.fromkeys(path for one in pages for path in (one, one.lower()))]


def unnamed(resource: Resource, fields: Fields, places: Iterable[Place]) -> Iterator[Target]:
    """The redirects that may lead on from the links of a record that name none: ``/summer``. `places`: its others."""
    named = {place.page for place in places if place.link}
    found: dict[str, str] = {}

    def note(text: str) -> str:
        page = page_of(text) if is_link(text) else ""
        if page and page not in named and f"/{ANY}" not in page and _FIXED.match(page) is None:
            found[page] = locale_of(text)
        return text

    resource.rewrite(fields, note)
    for page, locale in found.items():
        yield from leading_on(page, locale)

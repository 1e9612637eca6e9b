"""What pages, blogs and articles have in common: texts, handles, and when they become visible.

Codes and places follow recorded answers: an article's errors point at the article as a whole where it is missing
something, a page's at its field.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from ..blobs import thumbhash
from ..errors import Refusal
from ..store import Node, Shop, cdn_folder, timestamp
from .products import slug

READ = ("read_content", "read_online_store_pages")
WRITE = ("write_content", "write_online_store_pages")
MAX_TITLE = 255
MAX_PAGE = 524_287  # bytes of a page's body


def check_text(label: str, text: str | None, most: int, place: list[str]) -> None:
    if text is not None and len(text) > most:
        raise Refusal(place, f"{label} is too long (maximum is {most} characters)", "TOO_LONG")


def check_title(given: Mapping[str, Any], new: bool, place: list[str], code: str | None = "BLANK") -> None:
    title = given.get("title")
    if (new or title is not None) and not (title or "").strip():
        raise Refusal([*place, "title"], "Title can't be blank", code)
    check_text("Title", title, MAX_TITLE, [*place, "title"])


def free_handle(shop: Shop, base: str, *scope: str) -> str:
    """`base`, or with the first number that nobody has. `scope`: the kind, and the blog of an article."""
    handle, number = base, 0
    while shop.named(*scope, handle) is not None:
        number += 1
        handle = f"{base}-{number}"
    return handle


def handle_of(shop: Shop, node: Node | None, given: Mapping[str, Any], *scope: str, place: list[str]) -> str:
    """The handle after this write. One that is asked for and taken is refused; one from the title gets a number."""
    asked = slug(given.get("handle") or "")
    if asked:
        other = shop.named(*scope, asked)
        if other is not None and other is not node:
            raise Refusal([*place, "handle"], "Handle has already been taken", "TAKEN")
        return asked
    if node is not None:
        return str(node["handle"])
    return free_handle(shop, slug(given.get("title") or "") or scope[0].lower(), *scope)


def published_at(shop: Shop, node: Node | None, given: Mapping[str, Any], place: list[str]) -> str | None:
    """The moment from which it is visible, null where it is hidden; a moment to come is a schedule."""
    date, flag = given.get("publishDate"), given.get("isPublished")
    moment = _moment(date, [*place, "publishDate"]) if date else None
    if flag and moment is not None and moment > shop.now():
        message = "Can’t set isPublished to true and also set a future publish date."
        raise Refusal(place, message, "INVALID_PUBLISH_DATE")
    if flag is False:
        return moment if moment is not None and moment > shop.now() else None
    if moment is not None:
        return moment
    present = node["publishedAt"] if node is not None else None
    if flag is None and node is not None:
        return present
    return present if present is not None and present <= shop.now() else shop.now()


def is_published(source: Node, shop: Shop) -> bool:
    return source["publishedAt"] is not None and source["publishedAt"] <= shop.now()


def _moment(text: str, place: list[str]) -> str:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise Refusal(place, "Publish date is invalid", "INVALID") from None
    return timestamp(int(moment.replace(tzinfo=moment.tzinfo or UTC).timestamp()))


def picture(shop: Shop, present: Node | None, source: str | None, given: Mapping[str, Any], folder: str) -> Node | None:
    """The image after this write: fetched from `source`, kept in a folder of the shop's own. Raises Refusal."""
    alt = given["altText"] or None if "altText" in given else (present or {}).get("altText")
    if source is None:
        return {**present, "altText": alt} if present is not None else None
    parts = urlsplit(source)
    name = unquote(parts.path).rsplit("/", 1)[-1]
    if parts.scheme not in ("http", "https") or not parts.netloc or not name:
        place = ["article", "image"] if folder == "articles" else ["image"]
        raise Refusal(place, "Image upload failed.", "UPLOAD_FAILED")
    own = cdn_folder(shop).removesuffix("files") + folder
    number = shop.next_id()
    url, blob = f"{own}/{quote(name)}?v={number}", shop.blobs.look(source)
    shop.blobs.shown[url] = blob
    return {
        "id": f"gid://shopify/ImageSource/{number}",
        "altText": alt,
        "url": url,
        "width": blob.width,
        "height": blob.height,
        "thumbhash": thumbhash(blob),
    }

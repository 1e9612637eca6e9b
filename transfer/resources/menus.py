"""Menus of the online store, three levels deep at most.

An item that leads to a record keeps leading to it; where the target store does not have that record, the item stays in
its place as a plain link to the same address, and the report names it. Items have no names of their own and are
replaced as a whole; those that are the same keep their ids (`_menu_items`). The two menus that every store has are
updated, never created and never deleted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from .. import links
from ..keys import Key
from ..paths import NAMED
from ..references import Target, parse
from ..resource import Ask, Fields, Ids, Job, Place, Result, Scopes, Talk
from ..shapes import ListOf, Maybe, Nothing, Object, OneOf, Reference, Shape, Text
from ._common import by_listing, given, read_nodes, refused, touches
from ._menu_items import ITEMS, pairs, renamed
from ._plain import Documents, Plain
from ._shapes import HANDLE, NAME, TEXT, TEXTS

DEPTH = 3
_ITEM = "id title type url tags resourceId"
_FIELDS = f"id handle title items {{ {_ITEM} items {{ {_ITEM} items {{ {_ITEM} }} }} }}"
_READ = f"""
query Menus($after: String) {{
  menus(first: 25, after: $after, sortKey: ID) {{ nodes {{ {_FIELDS} }} pageInfo {{ hasNextPage endCursor }} }}
}}
"""
_BACK = f"query MenusById($ids: [ID!]!) {{ nodes(ids: $ids) {{ ... on Menu {{ {_FIELDS} }} }} }}"
_HANDLES = """
query MenuHandles($after: String) {
  menus(first: 250, after: $after, sortKey: ID) { nodes { id handle } pageInfo { hasNextPage endCursor } }
}
"""
_CREATE = """
mutation CreateMenu($title: String!, $handle: String!, $items: [MenuItemCreateInput!]!) {
  menuCreate(title: $title, handle: $handle, items: $items) { menu { id } userErrors { field message code } }
}
"""
_UPDATE = """
mutation UpdateMenu($id: ID!, $title: String!, $items: [MenuItemUpdateInput!]!) {
  menuUpdate(id: $id, title: $title, items: $items) { menu { id } userErrors { field message code } }
}
"""
_DELETE = """
mutation DeleteMenu($id: ID!) { menuDelete(id: $id) { deletedMenuId userErrors { field message code } } }
"""


KINDS_OF_ITEMS = (
    *("ARTICLE", "BLOG", "CATALOG", "COLLECTION", "COLLECTIONS", "CUSTOMER_ACCOUNT_PAGE", "FRONTPAGE", "HTTP"),
    *("METAOBJECT", "PAGE", "PRODUCT", "SEARCH", "SHOP_POLICY"),
)
REFERRED = ("collections", "products", "variants", "pages", "blogs", "articles", "metaobjects", "shop_policies")


def _items(depth: int) -> Shape:
    """The items of a menu, so many levels deep; those of the last level have none."""
    if depth == 0:
        return Nothing(f"a menu has {DEPTH} levels at most")
    item = {
        "title": Text(),
        "type": OneOf(*KINDS_OF_ITEMS, enum="MenuItemType"),
        "url": TEXT,
        "tags": TEXTS,
        "resource": Maybe(Reference(*REFERRED)),
        "items": _items(depth - 1),
    }
    return ListOf(Object("an item of a menu", item), "a list of items")


class Menus(Plain):
    name = "menus"
    label = "Menus"
    key_is = "handle"
    key_like = "main-menu"
    handle_from = "title"
    shape = Object("a menu", {"title": NAME, "items": _items(DEPTH)})
    key_shape = (HANDLE,)
    scopes = Scopes(read=("read_online_store_navigation",), write=("write_online_store_navigation",))
    gid_types = ("Menu",)
    translated = "MENU"
    renamed_inside = True
    identify = {"Menu": "handle"}
    refers_to = tuple(dict.fromkeys((*REFERRED, *NAMED)))
    documents = Documents(_READ, _BACK, _CREATE, _UPDATE, _DELETE)
    connection, noun, selection = "menus", "menu", "handle"
    filters = moves = False  # menus say neither when they moved, nor can they be searched by handle

    def key_of(self, node: Mapping[str, Any]) -> Key:
        return (node["handle"],)

    def fields_of(self, node: Mapping[str, Any]) -> Fields:
        return {"title": node["title"], "items": [_portable(item) for item in node["items"]]}

    def identified(self, gid_type: str, node: Mapping[str, Any]) -> Target | None:
        return Target(self.name, self.key_of(node))

    def locate(self, targets: Sequence[Target]) -> Talk[dict[Target, str]]:
        return (yield from by_listing(targets, _HANDLES, "menus", self.key_of))

    # -- meaning

    def rewrite(self, fields: Fields, translate: Callable[[str], str | None]) -> Fields:
        return {**fields, "items": [_rewritten(item, translate) for item in fields["items"]]}

    def places(self, key: Key, fields: Fields, governor: Fields | None) -> Iterator[Place]:
        for item in _all(fields["items"]):
            target = parse(item["resource"]) if item.get("resource") else None
            if target is not None:
                yield Place("items", target)
            else:
                yield from links.places("items", links.in_url, item.get("url"))

    def with_theirs(self, before: Fields, after: Fields, paths: Sequence[str]) -> Fields:
        """An item that is an address here because nobody could name its record leads to the record where it does."""
        return {**after, "items": _with_theirs(before["items"], after["items"])}

    def counterparts(self, key: Key, before: Fields, after: Fields) -> Iterator[tuple[Target, Target]]:
        for old, new in renamed(after["items"], before["items"]).items():
            yield Target(ITEMS, (*key, *old)), Target(ITEMS, (*key, *new))

    def normalise(self, fields: Fields) -> Fields:
        return {**fields, "items": [_normal(item) for item in fields["items"]]}

    # -- writing

    def created(self, job: Job, ids: Ids) -> dict[str, Any]:
        return {"handle": job.key[0], **self._wanted(job, ids)}

    def updated(self, job: Job, ids: Ids) -> dict[str, Any]:
        return self._wanted(job, ids)

    def update(self, job: Job, ids: Ids) -> Talk[Result]:
        """Shopify takes title and items only together: items that are not to change are sent as they stand there.

        Those that are the same keep their ids, and with these what they are called in other languages.
        """
        nodes: list[Mapping[str, Any]] = []
        yield from read_nodes(_BACK, [job.gid or ""], lambda node: nodes.append(node))
        present = [item for node in nodes for item in node["items"]]
        items = self._wanted(job, ids)["items"] if touches(job.changed, "items") else _inputs(present)
        variables = {"id": job.gid, "title": job.after["title"], "items": _with_ids(items, present)}
        payload = (yield Ask(_UPDATE, variables, repeatable=True))["menuUpdate"]
        return refused(job.key, payload["userErrors"]) if payload["userErrors"] else Result(job.key, job.gid)

    def _wanted(self, job: Job, ids: Ids) -> dict[str, Any]:
        items = self.rewrite(job.after, ids.translate)["items"]
        return {"title": job.after["title"], "items": [_input(item) for item in items]}


def _portable(item: Mapping[str, Any]) -> Fields:
    return {
        "title": item["title"],
        "type": item["type"],
        "url": item["url"],
        "tags": item["tags"],
        "resource": item["resourceId"],
        "items": [_portable(inner) for inner in item.get("items", ())],
    }


def _rewritten(item: Fields, translate: Callable[[str], str | None]) -> Fields:
    """An item whose record is not there becomes a link to the address at which it would be."""
    new = {**item, "items": [_rewritten(inner, translate) for inner in item["items"]]}
    if item.get("url"):
        new["url"] = links.in_url(item["url"], translate)
    if item.get("resource"):
        new["resource"] = translate(item["resource"])
        if new["resource"] is None:
            new |= {"type": "HTTP", "tags": [], "url": new.get("url") or "/"}
    return new


def _with_theirs(present: Sequence[Fields], wanted: Sequence[Fields]) -> list[Fields]:
    found = []
    for place, item in enumerate(wanted):
        theirs = present[place] if place < len(present) else None
        if theirs is None or any(theirs[name] != item[name] for name in ("title", "url")):
            found.append(item)
            continue
        if item["type"] == "HTTP" and theirs.get("resource"):
            item = {**item, **{name: theirs[name] for name in ("type", "tags", "resource")}}
        found.append({**item, "items": _with_theirs(theirs["items"], item["items"])})
    return found


def _normal(item: Fields) -> Fields:
    """The address of a record follows from the record."""
    return {
        "title": item["title"],
        "type": item["type"],
        "url": "" if item.get("resource") else item.get("url") or "",
        "tags": sorted(item["tags"]),
        "resource": item.get("resource") or "",
        "items": [_normal(inner) for inner in item["items"]],
    }


def _input(item: Fields) -> Fields:
    resource = item.get("resource")
    return given(
        {
            "title": item["title"],
            "type": item["type"],
            "resourceId": resource,
            "url": None if resource else item.get("url"),
            "tags": item["tags"] or None,
            "items": [_input(inner) for inner in item["items"]] or None,
        }
    )


def _inputs(nodes: Sequence[Mapping[str, Any]]) -> list[Fields]:
    return [_input(_portable(node)) for node in nodes]


def _with_ids(items: Sequence[Fields], present: Sequence[Mapping[str, Any]]) -> list[Fields]:
    """The items with the ids of those that stand there and are the same, as far as one can tell."""
    same = pairs(items, _inputs(present))
    found: list[Fields] = []
    for number, item in enumerate(items):
        own = present[same[number]] if number in same else None
        if own is None:
            found.append(item)
            continue
        inner = _with_ids(item.get("items", ()), own.get("items", ()))
        # Said also where it is empty: what is left out of an item that is there might stay as it is.
        found.append({**item, "id": own["id"], "tags": item.get("tags", []), "items": inner})
    return found


def _all(items: Sequence[Fields]) -> Iterator[Fields]:
    for item in items:
        yield item
        yield from _all(item["items"])


RESOURCE = Menus()

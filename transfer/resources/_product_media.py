"""What a product shows, and what its variants show: files, in an order, by reference.

In a record, `media` is the product's list, and a variant's `media` the one image among them that stands for it. Files
are never made here: they are records of their own, and are there, and ready, before a product that shows them is
written. What only the target shows stays, behind what the archive shows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from ..diff import Change
from ..keys import Key
from ..references import parse
from ..resource import Ask, Fields, Job, Place, Result, Talk
from ._common import job_done, refused, touches

PRODUCT = "media(first: 10, sortKey: POSITION) { nodes { id } pageInfo { hasNextPage endCursor } }"
VARIANT = "media(first: 1) { nodes { id } }"
MOVES = 250  # https://shopify.dev/docs/api/usage/limits: items of an array argument

_REST = """
query MediaOfProduct($id: ID!, $after: String) {
  product(id: $id) {
    media(first: 250, after: $after, sortKey: POSITION) { nodes { id } pageInfo { hasNextPage endCursor } }
  }
}
"""
_ATTACH = """
mutation AttachMedia($files: [FileUpdateInput!]!) {
  fileUpdate(files: $files) { files { id } userErrors { field message code } }
}
"""
_DETACH = """
mutation DetachMedia($files: [FileUpdateInput!]!) {
  fileUpdate(files: $files) { files { id } userErrors { field message code } }
}
"""
_REORDER = """
mutation ReorderMedia($id: ID!, $moves: [MoveInput!]!) {
  productReorderMedia(id: $id, moves: $moves) { job { id done } mediaUserErrors { field message code } }
}
"""


# -- reading -----------------------------------------------------------------------------------------------------


def all_of(node: Mapping[str, Any]) -> Talk[list[str]]:
    """The GIDs of a product node's media; asks for those that did not fit into its page."""
    found = [item["id"] for item in node["media"]["nodes"]]
    page = node["media"]["pageInfo"]
    while page["hasNextPage"]:
        data = yield Ask(_REST, {"id": node["id"], "after": page["endCursor"]})
        if data["product"] is None:
            break
        found += [item["id"] for item in data["product"]["media"]["nodes"]]
        page = data["product"]["media"]["pageInfo"]
    return found


def of_variant(node: Mapping[str, Any]) -> str | None:
    return next((item["id"] for item in node["media"]["nodes"]), None)


# -- meaning -----------------------------------------------------------------------------------------------------


def all_of_them(after: Fields) -> bool:
    """Whether a record says all that the product is to show: `noMedia` that it is nothing."""
    return bool(after.get("exact") or after.get("noMedia"))


def rewrite(fields: Fields, translate: Callable[[str], str | None]) -> Fields:
    """What an archive does not mention stays unmentioned."""
    result = dict(fields)
    if fields.get("media"):
        result["media"] = [new for text in fields["media"] if (new := translate(text)) is not None]
    if any(item.get("media") for item in fields["variants"]):
        result["variants"] = [
            {**item, "media": translate(item["media"])} if item.get("media") else item for item in fields["variants"]
        ]
    return result


def places(fields: Fields) -> Iterator[Place]:
    """All under one name: a variant can only show what its product shows."""
    texts = [*(fields.get("media") or ()), *(item["media"] for item in fields["variants"] if item.get("media"))]
    for text in texts:
        target = parse(text)
        if target is not None:
            yield Place("media", target)


def changes(before: Fields, after: Fields) -> Iterator[Change]:
    present, wanted = before.get("media") or [], after.get("media") or []
    if set(wanted) - set(present):
        yield Change("media", present, [*wanted, *(one for one in present if one not in set(wanted))])
    common = [one for one in present if one in set(wanted)]
    if common != [one for one in wanted if one in set(common)]:
        yield Change("mediaOrder", common, wanted)


# -- writing -----------------------------------------------------------------------------------------------------


def inputs(fields: Fields) -> dict[str, Any]:
    """What productSet takes of a new product, whose list it may not have to spare."""
    return {"files": [{"id": gid} for gid in fields["media"]]} if fields.get("media") else {}


def of_new_variant(item: Fields) -> dict[str, Any]:
    return {"file": {"id": item["media"]}} if item.get("media") else {}


def of_variant_input(item: Fields) -> dict[str, Any]:
    """What the bulk mutations take; the file must be among the product's."""
    return {"mediaId": item["media"]} if item.get("media") else {}


def attach(job: Job, product: str) -> Talk[Result | None]:
    """Puts onto an existing product what it does not show yet, and everything into the archive's order."""
    wanted, present = job.after.get("media") or [], (job.before or {}).get("media") or []
    missing = [gid for gid in wanted if gid not in present]
    for start in range(0, len(missing), MOVES):
        files = [{"id": gid, "referencesToAdd": [product]} for gid in missing[start : start + MOVES]]
        data = yield Ask(_ATTACH, {"files": files}, repeatable=True)
        if data["fileUpdate"]["userErrors"]:
            return refused(job.key, data["fileUpdate"]["userErrors"])
    refusal = yield from _detach(job, product, wanted)
    if refusal is not None:
        return refusal
    if missing or touches(job.changed, "mediaOrder"):
        return (yield from _reorder(job.key, product, wanted))
    return None


def _detach(job: Job, product: str, wanted: Sequence[str]) -> Talk[Result | None]:
    """Takes off the product what the archive does not show, of what it shows now; the files stay in the store."""
    if not (all_of_them(job.after) and touches(job.changed, "media")):
        return None
    node = {"id": product, "media": {"nodes": (), "pageInfo": {"hasNextPage": True, "endCursor": None}}}
    extra = [gid for gid in (yield from all_of(node)) if gid not in wanted]
    for start in range(0, len(extra), MOVES):
        files = [{"id": gid, "referencesToRemove": [product]} for gid in extra[start : start + MOVES]]
        data = yield Ask(_DETACH, {"files": files}, repeatable=True)
        if data["fileUpdate"]["userErrors"]:
            return refused(job.key, data["fileUpdate"]["userErrors"])
    return None


def _reorder(key: Key, product: str, wanted: Sequence[str]) -> Talk[Result | None]:
    for start in range(0, len(wanted), MOVES):
        some = list(enumerate(wanted))[start : start + MOVES]
        moves = [{"id": gid, "newPosition": str(place)} for place, gid in some]
        data = yield Ask(_REORDER, {"id": product, "moves": moves}, repeatable=True)
        payload = data["productReorderMedia"]
        if payload["mediaUserErrors"]:
            return refused(key, payload["mediaUserErrors"])
        yield from job_done(payload["job"])  # done or not, the read-back at the end of the run is what proves it
    return None

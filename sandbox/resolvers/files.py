"""Files: listing, fileCreate, fileUpdate, fileDelete, and the staging of uploads."""

from __future__ import annotations

import bisect
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ..blobs import Blob, extension, thumbhash
from ..context import Info, demand, shop_of
from ..errors import Refusal, user_error
from ..paging import connection
from ..schema import field
from ..search import Search
from ..store import Node, Shop, gid_number
from . import file_making as making
from .listing import asked

READ = ("read_files", "read_themes", "read_images")
SORTED_BY: Mapping[str, Callable[[Node], Any]] = {
    "CREATED_AT": lambda node: node["createdAt"],
    "FILENAME": lambda node: node["_name"].lower(),
    "UPDATED_AT": lambda node: node["updatedAt"],
}
MEDIA = {"MediaImage": "IMAGE", "Video": "VIDEO", "Model3d": "MODEL_3D", "ExternalVideo": "EXTERNAL_VIDEO"}


# -- reading ---------------------------------------------------------------------------------------------------


@field("QueryRoot", "files")
def files(_: Any, info: Info, query: str | None = None, sortKey: str | None = None, **arguments: Any) -> Node:
    demand(info, *READ)
    shop, wanted = shop_of(info), asked(info, "File", query)
    for node in making.each(shop):
        making.settle(shop, node)
    found = _found(shop, wanted, lagging=bool(query))
    by = SORTED_BY.get(sortKey or "ID")
    if by is None:
        gids = {gid_number(gid): gid for gid in shop.files}
        return connection([gid_number(g) for g in found], load=lambda n: shop.nodes[gids[n]], **arguments)
    found = sorted(found, key=lambda gid: (by(shop.nodes[gid]), gid_number(gid)))
    return connection(found, load=lambda gid: shop.nodes[gid], ascending=False, **arguments)


def _found(shop: Shop, wanted: Search, *, lagging: bool) -> list[str]:
    gids = list(shop.files)
    numbers = [gid_number(gid) for gid in gids]
    gids = gids[bisect.bisect_left(numbers, wanted.lowest) : bisect.bisect_right(numbers, wanted.highest)]
    latest = shop.clock() - shop.search_lag if lagging else shop.clock()
    return [
        gid
        for gid in gids
        if (node := shop.nodes[gid])["_seen"] <= latest and (wanted.test is None or wanted.test(shop, node))
    ]


def _blob(shop: Shop, node: Node) -> Blob | None:
    making.settle(shop, node)
    return shop.blobs.contents.get(node["_path"]) if node["_status"] == "READY" else None


def _image(shop: Shop, node: Node) -> Node | None:
    blob = _blob(shop, node)
    if blob is None:
        return None
    url = shop.blobs.url(node["_path"], node["_version"])
    number = gid_number(node["id"])
    own = {"id": f"gid://shopify/ImageSource/{number}", "altText": node["alt"] or None, "url": url}
    return {**own, "width": blob.width, "height": blob.height, "thumbhash": thumbhash(blob)}


def _status(source: Node, info: Info) -> str:
    making.settle(shop_of(info), source)
    own: str = source["_status"]
    return own


def _errors(source: Node, info: Info) -> list[Node]:
    making.settle(shop_of(info), source)
    own: list[Node] = source["fileErrors"]
    return own


def _updated(source: Node, info: Info) -> str:
    making.settle(shop_of(info), source)
    return str(source["updatedAt"])


def _preview(source: Node, info: Info) -> Node:
    own = _image(shop_of(info), source) if source["__typename"] == "MediaImage" else None
    return {"image": own, "status": _status(source, info)}


def _mime(source: Node, info: Info) -> str | None:
    blob = _blob(shop_of(info), source)
    return blob.mime if blob else None


for _kind in making.TYPES.values():
    field(_kind, "fileStatus")(_status)
    field(_kind, "fileErrors")(_errors)
    field(_kind, "updatedAt")(_updated)
    field(_kind, "preview")(_preview)
    if _kind in MEDIA:
        field(_kind, "status")(_status)
        field(_kind, "mediaContentType")(lambda source, info: MEDIA[source["__typename"]])
for _kind in making.NAMED:
    field(_kind, "mimeType")(_mime)


@field("MediaImage", "image")
def image(source: Node, info: Info) -> Node | None:
    return _image(shop_of(info), source)


@field("MediaImage", "originalSource")
def image_source(source: Node, info: Info) -> Node | None:
    shop = shop_of(info)
    blob = _blob(shop, source)
    return {"fileSize": blob.size, "url": shop.blobs.url(source["_path"], source["_version"])} if blob else None


@field("GenericFile", "url")
def generic_url(source: Node, info: Info) -> str | None:
    shop = shop_of(info)
    return shop.blobs.url(source["_path"], source["_version"]) if _blob(shop, source) else None


@field("GenericFile", "originalFileSize")
def generic_size(source: Node, info: Info) -> int | None:
    blob = _blob(shop_of(info), source)
    return blob.size if blob else None


def filename(source: Node, info: Info) -> str:
    own: str = source["_name"]
    return own


field("Video", "filename")(filename)
field("Model3d", "filename")(filename)


@field("Video", "duration")
def duration(source: Node, info: Info) -> int | None:
    blob = _blob(shop_of(info), source)
    return blob.milliseconds if blob else None


@field("Video", "originalSource")
def video_source(source: Node, info: Info) -> Node | None:
    shop = shop_of(info)
    blob = _blob(shop, source)
    if blob is None:
        return None
    own = {"url": shop.blobs.url(source["_path"], source["_version"]), "mimeType": blob.mime, "fileSize": blob.size}
    return {**own, "width": blob.width, "height": blob.height, "format": extension(source["_name"])}


@field("Model3d", "originalSource")
def model_source(source: Node, info: Info) -> Node | None:
    shop = shop_of(info)
    blob = _blob(shop, source)
    if blob is None:
        return None
    own = {"url": shop.blobs.url(source["_path"], source["_version"]), "mimeType": blob.mime, "filesize": blob.size}
    return {**own, "format": extension(source["_name"])}


@field("Video", "sources")
def video_sources(source: Node, info: Info) -> list[Node]:
    own = video_source(source, info)
    return [own] if own else []


@field("Model3d", "sources")
def model_sources(source: Node, info: Info) -> list[Node]:
    own = model_source(source, info)
    return [own] if own else []


# -- writing ---------------------------------------------------------------------------------------------------


@field("Mutation", "fileCreate")
def file_create(_: Any, info: Info, files: Sequence[Mapping[str, Any]]) -> Node:
    """All or nothing, as far as was seen."""
    demand(info, "write_files", "write_themes", "write_images")
    shop = shop_of(info)
    checked, errors = [], []
    for number, item in enumerate(files):
        try:
            checked.append((item, making.checked(shop, item, ["files", str(number)])))
        except Refusal as refusal:
            errors.append(refusal.error)
    if errors:
        return {"files": [], "userErrors": errors}
    return {"files": [_made(shop, item, fields) for item, fields in checked], "userErrors": []}


def _made(shop: Shop, item: Mapping[str, Any], fields: Node) -> Node:
    if item.get("duplicateResolutionMode") in (None, "APPEND_UUID"):
        fields = {**fields, "name": making.free_name(shop, fields["kind"], fields["name"])}
    old = making.by_name(shop, fields["name"]) if fields["kind"] in making.NAMED else None
    if old is None:
        return making.make(shop, fields)
    if item.get("duplicateResolutionMode") == "REPLACE":
        _replace(shop, old, fields["source"])
        return old
    # Two of one name in one request: the first has it, and the second fails when it is processed.
    node = making.make(shop, fields)
    message = "A file with this filename already exists."
    errors = [{"code": "DUPLICATE_FILENAME_ERROR", "message": message, "details": None}]
    node |= {"_status": "FAILED", "fileErrors": errors}
    return node


def _replace(shop: Shop, node: Node, source: str) -> None:
    node |= {"_source": source, "_status": "PROCESSING", "_ready_at": shop.clock() + shop.file_seconds}
    shop.touch(node)


@field("Mutation", "fileUpdate")
def file_update(_: Any, info: Info, files: Sequence[Mapping[str, Any]]) -> Node:
    """Some faults refuse the whole batch, others only their entry, as was seen."""
    demand(info, "write_files", "write_themes")
    shop = shop_of(info)
    refusal = _batch_fault(shop, files)
    if refusal is not None:
        return {"files": [], "userErrors": [refusal]}
    changed, errors = [], []
    for number, item in enumerate(files):
        try:
            changed.append(_change(shop, shop.nodes[item["id"]], item, ["files", str(number)]))
        except Refusal as wrong:
            errors.append(wrong.error)
    return {"files": changed, "userErrors": errors}


def _batch_fault(shop: Shop, files: Sequence[Mapping[str, Any]]) -> Node | None:
    missing = [item["id"] for item in files if item["id"] not in shop.files]
    if missing:
        words = "File ids" if len(missing) > 1 else "File id"
        shown = ", ".join(f'"{gid}"' for gid in missing)
        return user_error(["files"], f"{words} [{shown}] do{'es' * (len(missing) == 1)} not exist.", _GONE)
    for item in files:
        node = shop.nodes[item["id"]]
        making.settle(shop, node)
        if node["_status"] != "READY":
            return user_error(["files"], "Non-ready files cannot be updated.", "NON_READY_STATE")
        if item.get("filename"):
            if node["__typename"] not in making.NAMED:
                message = "Updating the filename is only supported on images and generic files"
                return user_error(["files"], message, "UNSUPPORTED_MEDIA_TYPE_FOR_FILENAME_UPDATE")
            if extension(item["filename"]) != extension(node["_name"]):
                message = "The filename extension provided must match the original filename."
                return user_error(["files"], message, "INVALID_FILENAME_EXTENSION")
        references = [*(item.get("referencesToAdd") or ()), *(item.get("referencesToRemove") or ())]
        if any(shop.get(gid, "Product") is None for gid in references):
            return user_error(["files"], "The reference target does not exist", "REFERENCE_TARGET_DOES_NOT_EXIST")
        if references and node["__typename"] not in MEDIA:
            message = "Only media can be referred to by products."
            return user_error(["files"], message, "UNSUPPORTED_FILE_REFERENCE")
    return None


_GONE = "FILE_DOES_NOT_EXIST"


def _change(shop: Shop, node: Node, item: Mapping[str, Any], place: list[str]) -> Node:
    making.check_alt(item, place)
    if item.get("originalSource"):
        if node["__typename"] not in making.NAMED:
            message = "Updating the original source is not supported for this media type."
            raise Refusal([*place, "originalSource"], message, "INVALID")
        _replace(shop, node, item["originalSource"])
    if item.get("alt") is not None:
        node["alt"] = item["alt"]
    if item.get("filename"):
        making.rename(shop, node, item["filename"])
    for gid in item.get("referencesToAdd") or ():
        attach(shop, shop.nodes[gid], node["id"])
    for gid in item.get("referencesToRemove") or ():
        detach(shop, shop.nodes[gid], node["id"])
    shop.touch(node)
    return node


def attach(shop: Shop, product: Node, gid: str) -> None:
    if gid not in product["_media"]:
        product["_media"].append(gid)
        shop.touch(product)


def detach(shop: Shop, product: Node, gid: str) -> None:
    """Takes a file off a product and off its variants."""
    if gid in product["_media"]:
        product["_media"].remove(gid)
        for variant in (shop.nodes[one] for one in product["_variants"]):
            if variant["_media"] == gid:
                variant["_media"] = None
        shop.touch(product)


@field("Mutation", "fileDelete")
def file_delete(_: Any, info: Info, fileIds: Sequence[str]) -> Node:
    demand(info, "write_files")
    shop = shop_of(info)
    missing = [gid for gid in fileIds if gid not in shop.files]
    if missing:
        words = "File ids" if len(missing) > 1 else "File id"
        message = f"{words} {','.join(missing)} do{'es' * (len(missing) == 1)} not exist."
        return {"deletedFileIds": None, "userErrors": [user_error(["fileIds"], message, _GONE)]}
    for gid in fileIds:
        node = shop.nodes[gid]
        for product in shop.each("Product"):
            detach(shop, product, gid)
        shop.blobs.contents.pop(node["_path"], None)
        making.forget(shop, node)
        del shop.files[gid]
        shop.drop(node)
    return {"deletedFileIds": list(fileIds), "userErrors": []}

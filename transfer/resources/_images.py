"""The image of a record: its file name, its alt text and its looks are compared; where its bytes are stands beside the
record, and Shopify fetches them from there.

Shopify puts a UUID to a name that is taken in the target, so one at the end of a name says nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import unquote, urlsplit

from ..diff import Change
from ..outcomes import Reason
from ..resource import Fields, Job, Result
from ..thumbhash import alike
from ._common import touches

MAX_ALT = 512
NOWHERE = (
    "Nothing says where its image is: write the image's address, which begins with https://, into the column source; "
    "of an archive, export the source store again."
)
NAMED = "Shopify names its image as the address in source does: write {} into image.name."
_UUID = re.compile(r"_[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?=\.[^.]*\Z|\Z)")

FIELDS = "image { url altText thumbhash }"


def portable(node: Mapping[str, Any]) -> Fields | None:
    image = node["image"]
    if image is None:
        return None
    return {"name": _named(image["url"]), "altText": image["altText"] or "", "thumbhash": image["thumbhash"]}


def _named(address: str) -> str:
    return unquote(urlsplit(address).path.rsplit("/", 1)[-1])


def source(node: Mapping[str, Any]) -> str:
    return str(node["image"]["url"]) if node["image"] else ""


def normalise(fields: Fields) -> Fields:
    """Without the address, and without what Shopify makes of a name."""
    own = {name: value for name, value in fields.items() if name != "source"}
    image = own.get("image")
    return {**own, "image": {**image, "name": _UUID.sub("", image["name"])}} if image else own


def changes(before: Fields, after: Fields, found: Sequence[Change]) -> list[Change]:
    """Without two hashes that may be of one picture: Shopify stores an image anew."""
    one, other = ((fields.get("image") or {}).get("thumbhash") for fields in (before, after))
    return [change for change in found if change.path != "image.thumbhash" or not alike(one, other)]


def refusal(job: Job) -> Result | None:
    """Why its image cannot be written: nobody says where it is, or its alt text is too long."""
    image = job.after.get("image")
    if not image or not (job.creates or touches(job.changed, "image")):
        return None
    if not job.after.get("source"):
        return Result(job.key, reason=Reason.MISSING_REQUIRED, detail=NOWHERE)
    named = _named(job.after["source"])
    if "." in named and _UUID.sub("", named) != _UUID.sub("", image["name"]):
        return Result(job.key, reason=Reason.INVALID, detail=NAMED.format(named))
    alt = image.get("altText") or ""
    if len(alt) > MAX_ALT:
        detail = f"The alt text of its image has {len(alt)} characters, and Shopify takes {MAX_ALT}."
        return Result(job.key, reason=Reason.TOO_LARGE, detail=detail)
    return None


def inputs(job: Job, address: str) -> dict[str, Any]:
    """The part of an input that brings the image, under the name that the input has for its address."""
    image = job.after.get("image")
    if not image or not (job.creates or touches(job.changed, "image")):
        return {}
    return {"image": {address: job.after["source"], "altText": image.get("altText") or ""}}

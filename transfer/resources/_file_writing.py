"""Files on their way: fetched by Shopify from an address, or carried through a staged upload."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from shopify_client import Upload, UploadFailed

from ..outcomes import Reason
from ..resource import Ask, Job, Result, Talk
from ._common import refused, touches
from ._file_reading import SIZED

CONTENT = {"image": "IMAGE", "file": "FILE", "video": "VIDEO", "model": "MODEL_3D", "external": "EXTERNAL_VIDEO"}
FETCHED = frozenset({"image", "file"})  # Shopify fetches these itself, replaces them, and keeps their names unique
CARRIED = SIZED
MEASURES = ("mimeType", "width", "height", "size", "thumbhash")

_UPDATE = """
mutation UpdateFiles($files: [FileUpdateInput!]!) {
  fileUpdate(files: $files) { files { id } userErrors { field message code } }
}
"""
_STAGE = """
mutation StageUpload($input: [StagedUploadInput!]!) {
  stagedUploadsCreate(input: $input) {
    stagedTargets { url resourceUrl parameters { name value } } userErrors { field message }
  }
}
"""


def replaces(job: Job) -> bool:
    """Whether the planned changes are about the content and not only about the words beside it."""
    return any(touches(job.changed, name) for name in MEASURES)


def input_of(job: Job) -> Talk[dict[str, Any] | Result]:
    """What fileCreate takes, or why there is none."""
    kind, name = job.key[:2]
    source = job.after["source"]
    if kind in CARRIED:
        staged = yield from _carried(job)
        if isinstance(staged, Result):
            return staged
        source = staged
    file: dict[str, Any] = {"alt": job.after.get("alt") or "", "contentType": CONTENT[kind], "originalSource": source}
    if kind != "external":
        file["filename"] = name
    if kind in FETCHED:
        file["duplicateResolutionMode"] = "RAISE_ERROR"
    return file


def _carried(job: Job) -> Talk[str | Result]:
    """Carries a file through a staged upload; returns the address under which Shopify then finds it."""
    kind, name = job.key[:2]
    wanted = {
        "resource": CONTENT[kind],
        "filename": name,
        "mimeType": job.after.get("mimeType") or "application/octet-stream",
        "fileSize": str(job.after["size"]),
        "httpMethod": "POST",
    }
    data = yield Ask(_STAGE, {"input": [wanted]}, repeatable=True)
    payload = data["stagedUploadsCreate"]
    if payload["userErrors"]:
        return refused(job.key, payload["userErrors"])
    (target,) = payload["stagedTargets"]
    upload = Upload(
        source=job.after["source"],
        target=target["url"],
        filename=name,
        mime=wanted["mimeType"],
        size=job.after["size"],
        parameters={item["name"]: item["value"] for item in target["parameters"]},
    )
    try:
        yield Ask("", upload=upload)
    except UploadFailed as problem:
        return Result(job.key, reason=Reason.REFUSED, detail=str(problem))
    return str(target["resourceUrl"])


def update(jobs: Sequence[Job]) -> Talk[list[Result]]:
    """Alt texts, and the content of images and documents. Refused in a batch, they are tried one after the other."""
    if not jobs:
        return []
    files = []
    for job in jobs:
        file: dict[str, Any] = {"id": job.gid}
        if touches(job.changed, "alt"):
            file["alt"] = job.after.get("alt") or ""
        if replaces(job):
            file["originalSource"] = job.after["source"]
        files.append(file)
    data = yield Ask(_UPDATE, {"files": files}, repeatable=True)
    errors = data["fileUpdate"]["userErrors"]
    if not errors:
        return [Result(job.key, job.gid, pending=replaces(job)) for job in jobs]
    if len(jobs) == 1:
        return [refused(jobs[0].key, errors)]
    results: list[Result] = []
    for job in jobs:
        results += yield from update([job])
    return results

"""Files in the sandbox: taken at once, there some time later, refused in a real store's words."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.core import Core

CREATE = """mutation C($files: [FileCreateInput!]!) { fileCreate(files: $files) {
  files { __typename id alt fileStatus } userErrors { field message code } } }"""
UPDATE = """mutation U($files: [FileUpdateInput!]!) { fileUpdate(files: $files) {
  files { id alt } userErrors { field message code } } }"""
DELETE = "mutation D($ids: [ID!]!) { fileDelete(fileIds: $ids) { deletedFileIds userErrors { field message code } } }"
STAGE = """mutation S($input: [StagedUploadInput!]!) { stagedUploadsCreate(input: $input) {
  stagedTargets { url resourceUrl parameters { name value } } userErrors { field message } } }"""
READ = """query R($query: String) { files(first: 50, query: $query) { nodes { __typename
  ... on File { id alt fileStatus fileErrors { code } } ... on MediaImage { image { url width } }
  ... on GenericFile { url originalFileSize } ... on Video { filename duration } } } }"""


@pytest.fixture
def core() -> Core:
    return Core("boutique", products=4)


def source(core: Core, name: str) -> str:
    node = next(core.shop.nodes[gid] for gid in core.shop.files if core.shop.nodes[gid]["_name"] == name)
    return core.shop.blobs.url(node["_path"], 1)


def create(core: Core, *files: dict[str, Any]) -> dict[str, Any]:
    payload: dict[str, Any] = core.data(CREATE, files=list(files))["fileCreate"]
    return payload


def test_a_file_is_uploaded_then_processed_then_ready(core: Core) -> None:
    core.shop.file_seconds = 10.0
    url = source(core, "hero.png")
    (made,) = create(core, {"originalSource": url, "filename": "copy.png", "alt": "A copy"})["files"]
    assert (made["__typename"], made["fileStatus"], made["alt"]) == ("MediaImage", "UPLOADED", "A copy")
    query = "query N($id: ID!) { node(id: $id) { ... on MediaImage { fileStatus image { width url } } } }"
    core.wait(5)
    assert core.ask(query, id=made["id"])["data"]["node"] == {"fileStatus": "PROCESSING", "image": None}
    payload = core.ask(UPDATE, files=[{"id": made["id"], "alt": "x"}])["data"]["fileUpdate"]
    assert payload["userErrors"][0]["code"] == "NON_READY_STATE"
    core.wait(60)
    node = core.data(query, id=made["id"])["node"]
    assert node["fileStatus"] == "READY"
    assert node["image"]["width"] == 160
    assert "/files/copy.png?v=" in node["image"]["url"]


@pytest.mark.parametrize(
    "given,field,code",
    [
        ({"originalSource": "not a url"}, "originalSource", "INVALID_IMAGE_SOURCE_URL"),
        ({"filename": "copy.jpg"}, "filename", "MISMATCHED_FILENAME_AND_ORIGINAL_SOURCE"),
        ({"filename": "copy.PNG"}, "filename", "MISMATCHED_FILENAME_AND_ORIGINAL_SOURCE"),
        ({"alt": "x" * 513}, "alt", "ALT_VALUE_LIMIT_EXCEEDED"),
        ({"duplicateResolutionMode": "REPLACE"}, "duplicateResolutionMode", "INVALID_DUPLICATE_MODE_FOR_TYPE"),
        (
            {"duplicateResolutionMode": "REPLACE", "contentType": "IMAGE"},
            "filename",
            "MISSING_FILENAME_FOR_DUPLICATE_MODE_REPLACE",
        ),
        ({"duplicateResolutionMode": "RAISE_ERROR"}, "filename", "FILENAME_ALREADY_EXISTS"),
        ({"contentType": "VIDEO"}, "originalSource", "INVALID"),
    ],
)
def test_what_cannot_become_a_file_is_refused_at_once(core: Core, given: dict[str, Any], field: str, code: str) -> None:
    files = [{"originalSource": source(core, "hero.png"), **given}]
    assert core.refused(CREATE, files=files) == [(("files", "0", field), code)]


def test_a_name_that_is_taken_gets_a_uuid_by_default_on_every_run(core: Core) -> None:
    for _ in range(2):
        create(core, {"originalSource": source(core, "hero.png")})
    nodes = core.data(READ, query="filename:hero*")["files"]["nodes"]
    assert len({node["image"]["url"] for node in nodes}) == 3


@pytest.mark.parametrize(
    "url,kind,code",
    [
        ("https://example.com/missing.png", "IMAGE", "IMAGE_DOWNLOAD_FAILURE"),
        ("https://example.com/missing.pdf", "FILE", "GENERIC_FILE_DOWNLOAD_FAILURE"),
    ],
)
def test_what_cannot_be_fetched_fails_later(core: Core, url: str, kind: str, code: str) -> None:
    (made,) = create(core, {"originalSource": url, "contentType": kind})["files"]
    query = "query N($id: ID!) { node(id: $id) { ... on File { fileStatus fileErrors { code message } } } }"
    node = core.data(query, id=made["id"])["node"]
    assert node["fileStatus"] == "FAILED"
    assert node["fileErrors"][0]["code"] == code


def test_one_missing_id_refuses_the_whole_update(core: Core) -> None:
    good = next(iter(core.shop.files))
    bad = "gid://shopify/MediaImage/1"
    files = [{"id": good, "alt": "new"}, {"id": bad, "alt": "new"}]
    payload = core.data(UPDATE, files=files)["fileUpdate"]
    assert payload["files"] == []
    assert payload["userErrors"][0]["message"] == f'File id ["{bad}"] does not exist.'
    assert core.shop.nodes[good]["alt"] != "new"


def test_a_bad_alt_refuses_only_its_entry(core: Core) -> None:
    one, other = list(core.shop.files)[:2]
    payload = core.data(UPDATE, files=[{"id": one, "alt": "x" * 513}, {"id": other, "alt": "new"}])["fileUpdate"]
    assert [file["id"] for file in payload["files"]] == [other]
    assert payload["userErrors"][0]["code"] == "ALT_VALUE_LIMIT_EXCEEDED"


def test_deleting_a_file_takes_it_off_products_and_variants(core: Core) -> None:
    product = next(node for node in core.shop.each("Product") if node["_media"])
    variant = core.shop.nodes[product["_variants"][0]]
    gid = variant["_media"] = product["_media"][0]
    core.data(DELETE, ids=[gid])
    assert gid not in product["_media"]
    assert variant["_media"] is None


def test_staged_targets_keep_their_positions(core: Core) -> None:
    video = {"filename": "a.mp4", "mimeType": "video/mp4", "resource": "VIDEO", "httpMethod": "POST"}
    image = {"filename": "a.png", "mimeType": "image/png", "resource": "IMAGE", "httpMethod": "POST"}
    payload = core.data(STAGE, input=[video, image, {**video, "fileSize": "12"}])["stagedUploadsCreate"]
    first, second, third = payload["stagedTargets"]
    assert first == {"url": None, "resourceUrl": None, "parameters": []}
    assert payload["userErrors"] == [
        {"field": ["input", "0", "fileSize"], "message": "file size is required for video resources"}
    ]
    assert [item["name"] for item in second["parameters"]][:4] == [
        "Content-Type",
        "success_action_status",
        "acl",
        "key",
    ]
    assert "external_video_id=" in third["resourceUrl"]


def test_a_video_is_made_of_what_was_posted_under_its_key(core: Core) -> None:
    content = core.shop.blobs.contents["videos/c/o/v/" + _number(core, "workshop.mp4") + "/workshop.mp4"].content()
    given = {"filename": "b.mp4", "mimeType": "video/mp4", "resource": "VIDEO", "httpMethod": "POST"}
    wanted = [{**given, "fileSize": str(len(content))}]
    (target,) = core.data(STAGE, input=wanted)["stagedUploadsCreate"]["stagedTargets"]
    key = next(item["value"] for item in target["parameters"] if item["name"] == "key")
    assert not core.shop.blobs.accept(key, content[:-1]), "not as large as was announced"
    assert core.shop.blobs.accept(key, content)
    create(core, {"originalSource": target["resourceUrl"], "filename": "b.mp4", "contentType": "VIDEO"})
    (node,) = core.data(READ, query="filename:b.mp4")["files"]["nodes"]
    assert (node["__typename"], node["duration"], node["fileStatus"]) == ("Video", 12_000, "READY")


def _number(core: Core, name: str) -> str:
    gid = next(gid for gid in core.shop.files if core.shop.nodes[gid]["_name"] == name)
    return gid.rsplit("/", 1)[1]


def test_files_demand_their_scope(core: Core) -> None:
    core.scopes = frozenset({"write_products"})
    (error,) = core.ask("{ files(first: 1) { nodes { __typename } } }")["errors"]
    assert error["extensions"]["code"] == "ACCESS_DENIED"

"""Files travel by address or by upload, are waited for, and are never doubled."""

from __future__ import annotations

import json
import urllib.request
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
import pytest

from shopify_client import FileHosts
from tests import archives
from tests.builder import Builder
from tests.meddle import row
from tests.support import Sandbox, archive_of, export, import_, total
from transfer.archive.manifest import ArchiveError
from transfer.local import local_desk, run
from transfer.outcomes import Outcome, Reason
from transfer.resources.files import RESOURCE
from transfer.stages import IMPORT
from transfer.thumbhash import alike
from transfer.work import Desk, Where

READ = """query R { files(first: 250) { nodes { __typename ... on File { id alt fileStatus }
  ... on MediaImage { image { url } } ... on GenericFile { url } ... on Video { filename originalSource { url } }
  ... on Model3d { filename } ... on ExternalVideo { originUrl } } } }"""
CREATE = """mutation C($files: [FileCreateInput!]!) {
  fileCreate(files: $files) { files { id } userErrors { message } } }"""
UPDATE = """mutation U($files: [FileUpdateInput!]!) {
  fileUpdate(files: $files) { files { id } userErrors { message } } }"""
DELETE = "mutation D($ids: [ID!]!) { fileDelete(fileIds: $ids) { userErrors { message } } }"
FILES = {"resources": ["files"]}


@pytest.fixture(scope="module")
def boutique(sandbox: Sandbox) -> str:
    return sandbox.shop("boutique", products=8)


@pytest.fixture
def archive(sandbox: Sandbox, boutique: str, tmp_path: Path) -> bytes:
    return archive_of(sandbox, boutique, tmp_path, **FILES)


def files(sandbox: Sandbox, shop: str) -> list[dict[str, Any]]:
    nodes: list[dict[str, Any]] = sandbox.graphql(shop, READ)["files"]["nodes"]
    return nodes


def failed(desk: Desk) -> dict[tuple[str, ...], tuple[str, str]]:
    rows = desk.ledger.select(Where(outcomes=frozenset({Outcome.FAILED})), limit=50)
    return {row.key: (row.reason, row.detail) for row in rows}


def edited(archive: bytes, change: Any) -> bytes:
    """The archive with every line of the files' side member changed."""
    result = BytesIO()
    with zipfile.ZipFile(BytesIO(archive)) as old, zipfile.ZipFile(result, "w") as new:
        for name in old.namelist():
            text = old.read(name)
            if name.startswith("side/files/"):
                lines = [json.dumps(change(json.loads(line))) for line in text.splitlines()]
                text = ("\n".join(lines) + "\n").encode()
            new.writestr(name, text)
    return result.getvalue()


def test_addresses_stand_beside_the_records_and_not_in_them(sandbox: Sandbox, boutique: str, tmp_path: Path) -> None:
    desk, past = export(sandbox, boutique, tmp_path, **FILES)
    with desk.storage.read(past["assemble"]["archive"]) as file, zipfile.ZipFile(file) as archive:
        assert b"http" not in archive.read("files/00001.jsonl").replace(b"https://www.youtube.com", b"")
        aside = [json.loads(line) for line in archive.read("side/files/00001.jsonl").splitlines()]
    assert all(line["source"].startswith(("http://127.0.0.1", "https://www.youtube.com")) for line in aside)


def test_a_film_arrives_byte_for_byte(sandbox: Sandbox, boutique: str, archive: bytes, tmp_path: Path) -> None:
    target = sandbox.shop()
    import_(sandbox, target, archive, tmp_path)
    contents = []
    for shop in (boutique, target):
        film = next(node for node in files(sandbox, shop) if node.get("filename") == "workshop.mp4")
        with urllib.request.urlopen(film["originalSource"]["url"], timeout=10) as answer:
            contents.append(answer.read())
    assert contents[0] == contents[1] and len(contents[0]) == 90_003


@pytest.mark.parametrize("mutation", ["CreateFiles", "UpdateFiles", "StageUpload"])
def test_a_lost_answer_doubles_nothing(
    sandbox: Sandbox, boutique: str, archive: bytes, tmp_path: Path, mutation: str
) -> None:
    target = sandbox.shop()
    sandbox.faults({"kind": "lost_answer", "match": mutation, "shop": target, "times": 2})
    desk, _ = import_(sandbox, target, archive, tmp_path)
    assert failed(desk) == {}
    assert total(desk, "verified") == total(desk, "verdict:create") + total(desk, "verdict:unchanged")
    assert len(files(sandbox, target)) == len(files(sandbox, boutique))


def test_what_shopify_cannot_fetch_is_named_and_taken_away_again(
    sandbox: Sandbox, archive: bytes, tmp_path: Path
) -> None:
    def lost(line: dict[str, Any]) -> dict[str, Any]:
        gone = "http://127.0.0.1:9/gone.png" if line["key"][1] == "hero.png" else line["source"]
        return {**line, "source": gone}

    target = sandbox.shop()
    for _ in range(2):
        desk, _past = import_(sandbox, target, edited(archive, lost), tmp_path)
        words = "Shopify says: “The image could not be downloaded.”"
        assert failed(desk) == {("image", "hero.png"): (Reason.REFUSED, words)}
    assert all(node["fileStatus"] == "READY" for node in files(sandbox, target))


def test_a_file_without_an_address_is_not_tried(sandbox: Sandbox, archive: bytes, tmp_path: Path) -> None:
    target = sandbox.shop()
    desk, _ = import_(sandbox, target, edited(archive, lambda line: {**line, "source": ""}), tmp_path)
    assert total(desk, "verdict:cannot") == total(desk, "reason:missing_required") > 0
    assert desk.client.writes == 0


def test_films_are_fetched_from_known_hosts_only(sandbox: Sandbox, archive: bytes, tmp_path: Path) -> None:
    target = sandbox.shop()
    desk = local_desk(sandbox.client(target, files=FileHosts()), tmp_path / "closed", settling=0.0)
    with desk.storage.write("source.zip") as file:
        file.write(archive)
    run(desk, IMPORT, {"archive": "source.zip", "policy": "update"})
    reasons = failed(desk)
    assert {key[0] for key in reasons} == {"video", "model"}
    assert all("Files are not fetched from 127.0.0.1." in detail for _, detail in reasons.values())


def test_other_words_and_other_pixels_are_an_update(
    sandbox: Sandbox, boutique: str, archive: bytes, tmp_path: Path
) -> None:
    target = sandbox.shop()
    import_(sandbox, target, archive, tmp_path)
    nodes = files(sandbox, target)
    hero = next(node for node in nodes if "/hero.png" in (node.get("image") or {}).get("url", ""))
    logo = next(node for node in nodes if "/logo_" in (node.get("image") or {}).get("url", ""))
    changes = [{"id": hero["id"], "originalSource": logo["image"]["url"]}, {"id": logo["id"], "alt": "Another"}]
    assert sandbox.graphql(target, UPDATE, files=changes)["fileUpdate"]["userErrors"] == []
    sandbox.ask("/sandbox/config", {"clock_offset_seconds": 5})
    desk, _ = import_(sandbox, target, archive, tmp_path)
    sandbox.ask("/sandbox/config", {"clock_offset_seconds": 0})
    assert total(desk, "outcome:updated") == total(desk, "reason:") + 2
    assert failed(desk) == {}
    assert len(files(sandbox, target)) == len(nodes)


def test_another_picture_of_equal_name_size_and_type_is_noticed(
    sandbox: Sandbox, boutique: str, archive: bytes, tmp_path: Path
) -> None:
    target = sandbox.shop()
    import_(sandbox, target, archive, tmp_path)
    query = "{ files(first: 250) { nodes { id ... on MediaImage { image { url width height thumbhash } } } } }"
    nodes = [node for node in sandbox.graphql(target, query)["files"]["nodes"] if node.get("image")]
    looks = {node["image"]["thumbhash"]: node for node in nodes if node["image"]["width"] == 48}
    one, other = list(looks.values())[:2]
    wanted = [{"id": one["id"], "originalSource": other["image"]["url"]}]
    assert sandbox.graphql(target, UPDATE, files=wanted)["fileUpdate"]["userErrors"] == []
    sandbox.ask("/sandbox/config", {"clock_offset_seconds": 5})
    left, _ = import_(sandbox, target, archive, tmp_path, policy="create_only")
    (row,) = left.ledger.select(Where(resource="files", outcomes=frozenset({Outcome.SKIPPED})), limit=5)
    assert row.detail.endswith("left alone, what this import brings shows the target's.")
    desk, _ = import_(sandbox, target, archive, tmp_path)
    again, _ = import_(sandbox, target, archive, tmp_path)
    sandbox.ask("/sandbox/config", {"clock_offset_seconds": 0})
    (row,) = desk.ledger.select(Where(outcomes=frozenset({Outcome.UPDATED})), limit=5)
    assert (row.changed, row.verified) == (("thumbhash",), True)
    assert row.detail.startswith("The target store has another content under this name.")
    assert again.client.writes == 0


def test_a_picture_that_was_encoded_anew_is_the_same() -> None:
    parrot, again, sunset = (
        "HBkSHYSIeHiPiHh8eJd4eTN0EEQG",
        "HBkSHYSIeHiQiHh8eJd4eTN0EEQG",
        "1QcSHQRnh493V4dIh4eXh1h4kJUI",
    )
    assert alike(parrot, again)
    assert not alike(parrot, sunset)
    assert all(alike(parrot, nothing) for nothing in (None, "", "?", "AAAA"))


def _film(shop: Builder, size: int, alt: str = "") -> str:
    """A film of this name and so many bytes."""
    wanted = {
        "resource": "VIDEO",
        "filename": "film.mp4",
        "mimeType": "video/mp4",
        "fileSize": str(size),
        "httpMethod": "POST",
    }
    (target,) = shop.ask(_STAGE, input=[wanted])["stagedUploadsCreate"]["stagedTargets"]
    fields = {item["name"]: item["value"] for item in target["parameters"]}
    content = b"SANDBOX-FILE 320x180 1000ms\n".ljust(size, b".")
    answer = httpx.post(target["url"], data=fields, files={"file": ("film.mp4", content, "video/mp4")})
    assert answer.status_code < 300, answer.text
    file = {"originalSource": target["resourceUrl"], "contentType": "VIDEO", "filename": "film.mp4", "alt": alt}
    shop.sandbox.ask("/sandbox/config", {"file_seconds": 0})
    payload = shop.ask(_MAKE, files=[file])["fileCreate"]
    shop.sandbox.ask("/sandbox/config", {"file_seconds": 0.5})
    assert not payload["userErrors"], payload["userErrors"]
    return str(payload["files"][0]["id"])


_STAGE = """mutation S($input: [StagedUploadInput!]!) { stagedUploadsCreate(input: $input) {
  stagedTargets { url resourceUrl parameters { name value } } userErrors { message } } }"""
_MAKE = """mutation F($files: [FileCreateInput!]!) {
  fileCreate(files: $files) { files { id } userErrors { message } } }"""
_SHOWN = """{ productByIdentifier(identifier: {handle: "shirt"}) { metafields(first: 9) {
  nodes { key reference { ... on Video { alt originalSource { fileSize } } } } } } }"""


def _films(shop: Builder, *sizes: int) -> None:
    """A product that shows a film of each size, all of them of one name."""
    shirt = shop.product("shirt", {"Size": ["S"]})
    for size in sizes:
        shop.metafield(shirt, f"custom.film{size}", "file_reference", _film(shop, size))


def _shown(shop: Builder) -> dict[str, int]:
    nodes = shop.ask(_SHOWN)["productByIdentifier"]["metafields"]["nodes"]
    return {node["key"]: node["reference"]["originalSource"]["fileSize"] for node in nodes}


def test_films_of_one_name_are_told_apart_by_their_size(sandbox: Sandbox, tmp_path: Path) -> None:
    source, target = Builder(sandbox), Builder(sandbox)
    _films(source, 500, 700)
    _film(target, 600, "A third one, that is left alone")
    _film(target, 700, "Another alt text")
    archive = archive_of(sandbox, source.shop, tmp_path)
    desk, _ = import_(sandbox, target.shop, archive, tmp_path)
    made = {size: row(desk, "files", "video", "film.mp4", str(size)) for size in (500, 700)}
    assert [(made[size].outcome, made[size].changed) for size in (500, 700)] == [
        (Outcome.CREATED, ()),
        (Outcome.UPDATED, ("alt",)),
    ]
    assert _shown(target) == {"film500": 500, "film700": 700}
    assert not failed(desk)
    again, _ = import_(sandbox, target.shop, archive, tmp_path)
    assert again.client.writes == 0


def test_of_the_same_film_several_times_one_comes_and_references_lead_to_it(sandbox: Sandbox, tmp_path: Path) -> None:
    source, target = Builder(sandbox), Builder(sandbox)
    _films(source, 500)
    _film(source, 500, "Once more")
    archive = archive_of(sandbox, source.shop, tmp_path)
    for writes in (True, False):
        desk, _ = import_(sandbox, target.shop, archive, tmp_path)
        assert {key: reason for key, (reason, _) in failed(desk).items()} == {
            ("video", "film.mp4", "500"): Reason.AMBIGUOUS
        }
        assert _shown(target) == {"film500": 500}
        assert bool(desk.client.writes) is writes


def test_a_film_whose_key_belies_its_size_is_refused(sandbox: Sandbox, archive: bytes, tmp_path: Path) -> None:
    def smaller(resource: str, number: int, record: archives.Record) -> list[archives.Record]:
        return [{**record, "fields": {**record["fields"], **({"size": 1} if record["key"][0] == "video" else {})}}]

    with pytest.raises(ArchiveError, match="the size in its key must be the one in its fields"):
        import_(sandbox, sandbox.shop(), archives.edited(archive, smaller), tmp_path)


def test_a_mirror_deletes_files_that_the_archive_does_not_have(
    sandbox: Sandbox, boutique: str, archive: bytes, tmp_path: Path
) -> None:
    target = sandbox.shop("boutique", products=8)
    hero = next(n for n in files(sandbox, target) if "/hero.png" in (n.get("image") or {}).get("url", ""))
    created = sandbox.graphql(target, CREATE, files=[{"originalSource": hero["image"]["url"], "filename": "own.png"}])
    assert created["fileCreate"]["userErrors"] == []
    sandbox.ask("/sandbox/config", {"clock_offset_seconds": 5})
    desk, _ = import_(sandbox, target, archive, tmp_path, policy="mirror")
    sandbox.ask("/sandbox/config", {"clock_offset_seconds": 0})
    assert total(desk, "outcome:deleted") == 1
    assert len(files(sandbox, target)) == len(files(sandbox, boutique))


def test_a_file_that_is_still_being_made_is_named_and_not_carried(sandbox: Sandbox, tmp_path: Path) -> None:
    shop = sandbox.shop("boutique", products=1)
    hero = next(n for n in files(sandbox, shop) if "/hero.png" in (n.get("image") or {}).get("url", ""))
    sandbox.ask("/sandbox/config", {"file_seconds": 600})
    sandbox.graphql(shop, CREATE, files=[{"originalSource": hero["image"]["url"], "filename": "slow.png"}])
    sandbox.graphql(shop, CREATE, files=[{"originalSource": "https://example.com/gone.png"}])
    sandbox.ask("/sandbox/config", {"file_seconds": 0.5})
    _, past = export(sandbox, shop, tmp_path, **FILES)
    notes = past["settle"]["skipped"]["files"]
    assert sum(note["count"] for note in notes.values()) == 2


def test_names_are_read_from_addresses() -> None:
    node = {"__typename": "MediaImage", "image": {"url": "https://cdn.shopify.com/s/files/1/2/files/a%20b.png?v=3"}}
    target = RESOURCE.identified("MediaImage", node)
    assert target is not None and target.key == ("image", "a b.png")
    assert RESOURCE.identified("MediaImage", {"image": None}) is None

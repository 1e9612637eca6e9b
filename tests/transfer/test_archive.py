"""Archives that somebody else made are refused with one sentence that names the place."""

from __future__ import annotations

import errno
import io
import json
import re
import zipfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from tests.archives import Members, closed, opened, relist
from tests.builder import Builder
from tests.support import Sandbox, archive_of, import_
from transfer.archive import ArchiveError
from transfer.archive.check import quick_check, unpack
from transfer.archive.directory import pack_directory, write_directory
from transfer.jsonl import dumps
from transfer.local import local_desk
from transfer.registry import RESOURCES


@pytest.fixture(scope="module")
def archive(sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return archive_of(sandbox, sandbox.shop("plain"), tmp_path_factory.mktemp("archive"))


def _check(sandbox: Sandbox, content: bytes, folder: Path) -> None:
    """As an import does: in the request, then in the run."""
    quick_check(io.BytesIO(content), known=RESOURCES)
    desk = local_desk(sandbox.client(sandbox.shop()), folder)
    with desk.storage.write("source.zip") as file:
        file.write(content)
    for _ in unpack(desk, {}, archive="source.zip"):
        pass


def _edit(archive: bytes, change: Callable[[Members], None]) -> bytes:
    members = opened(archive)
    change(members)
    return closed(members)


def _manifest(**columns: object) -> Callable[[Members], None]:
    def change(members: Members) -> None:
        members["manifest.json"] = json.dumps({**json.loads(members["manifest.json"]), **columns}).encode()

    return change


def _line(text: bytes) -> Callable[[Members], None]:
    def change(members: Members) -> None:
        lines = members["products/00001.jsonl"].split(b"\n")
        lines[1] = text
        members["products/00001.jsonl"] = b"\n".join(lines)
        relist(members)

    return change


def _record(change: Callable[[dict[str, Any]], object]) -> Callable[[Members], None]:
    """Changes the second product, and writes it in canonical JSON."""

    def changed(members: Members) -> None:
        record = json.loads(members["products/00001.jsonl"].split(b"\n")[1])
        change(record)
        _line(dumps(record))(members)

    return changed


def _swap(members: Members) -> None:
    lines = members["products/00001.jsonl"].split(b"\n")
    lines[0], lines[1] = lines[1], lines[0]
    members["products/00001.jsonl"] = b"\n".join(lines)
    relist(members)


def _add(name: str, content: bytes) -> Callable[[Members], None]:
    return lambda members: members.__setitem__(name, content)


def _tamper(members: Members) -> None:
    members["products/00001.jsonl"] = members["products/00001.jsonl"].replace(b"Shirt 1", b"Shirt X")


BAD: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "not a ZIP": (lambda a: b"hello", "not a ZIP file"),
    "an old or encrypted workbook": (lambda a: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "save it as XLSX"),
    "truncated": (lambda a: a[: len(a) // 2], "cut off"),
    "no manifest": (lambda a: _edit(a, lambda m: m.__delitem__("manifest.json")), "no manifest.json"),
    "wrong version": (lambda a: _edit(a, _manifest(formatVersion=99)), "version 99"),
    "version true": (lambda a: _edit(a, _manifest(formatVersion=True)), "a whole number, and is true"),
    "version 1.0": (lambda a: _edit(a, _manifest(formatVersion=1.0)), "a whole number, and is 1.0"),
    "a text for the version": (lambda a: _edit(a, _manifest(formatVersion="1")), "a whole number, and is “1”"),
    "a count for reasons": (
        lambda a: _edit(a, _manifest(notCarried={"products": 5})),
        "notCarried: products must be an object",
    ),
    "a count for kinds": (
        lambda a: _edit(a, _manifest(selection={"resources": 5})),
        "selection: resources must be a list of texts",
    ),
    "a shop that is none": (
        lambda a: _edit(a, _manifest(sourceShop="<script>")),
        "sourceShop must be a store's domain, like my-store.myshopify.com, and is “<script>”",
    ),
    "manifest is no JSON": (lambda a: _edit(a, _add("manifest.json", b"{")), "manifest.json"),
    "unknown member": (lambda a: _edit(a, _add("virus.exe", b"x")), "virus.exe"),
    "climbs out": (lambda a: _edit(a, _add("../../etc/passwd", b"x")), "leads out"),
    "absolute": (lambda a: _edit(a, _add("/etc/passwd", b"x")), "leads out"),
    "missing member": (lambda a: _edit(a, lambda m: m.__delitem__("products/00001.jsonl")), "products/00001.jsonl"),
    "wrong checksum": (lambda a: _edit(a, _tamper), "products/00001.jsonl"),
    "bad JSON": (lambda a: _edit(a, _line(b'{"fields":')), "products/00001.jsonl, line 2"),
    "NaN": (lambda a: _edit(a, _line(b'{"fields":{"x":NaN},"key":["a"]}')), "line 2"),
    "not UTF-8": (lambda a: _edit(a, _line(b"\xff\xfe")), "line 2"),
    "no key": (lambda a: _edit(a, _line(b'{"fields":{}}')), "line 2"),
    "a key of numbers": (lambda a: _edit(a, _line(b'{"fields":{},"key":[1]}')), "line 2"),
    "no product": (lambda a: _edit(a, _line(b'{"fields":{},"key":["shirt-1"]}')), "line 2"),
    "nested": (lambda a: _edit(a, _line(b'{"fields":{"a":' + b"[" * 90 + b"]" * 90 + b'},"key":["a"]}')), "line 2"),
    "nested very deeply": (lambda a: _edit(a, _line(b'{"fields":' + b"[" * 100_000 + b"]" * 100_000)), "line 2"),
    "half a character": (
        lambda a: _edit(a, _record(lambda record: record["fields"].update(title="a\ud800b"))),
        "products/00001.jsonl, line 2: fields: title holds half a character",
    ),
    "half a character in a list": (
        lambda a: _edit(a, _record(lambda record: record["fields"].update(tags=["a", "\udfff"]))),
        "line 2: fields, tags: item 2 holds half a character",
    ),
    "half a character in a name": (
        lambda a: _edit(a, _record(lambda record: record["fields"].update({"a\ud800": 1}))),
        "line 2: fields: a� is a name with half a character",
    ),
    "half a character in a key": (
        lambda a: _edit(a, _record(lambda record: record.update(key=["shirt-2\ud800"]))),
        "line 2: key: item 1 holds half a character",
    ),
    "not sorted": (lambda a: _edit(a, _swap), "not sorted"),
    "a bomb": (lambda a: _edit(a, _add("products/00002.jsonl", b" " * 70_000_000)), "would unpack"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_archive_is_refused_with_the_place(sandbox: Sandbox, archive: bytes, tmp_path: Path, name: str) -> None:
    spoil, sentence = BAD[name]
    with pytest.raises(ArchiveError) as refusal:
        _check(sandbox, spoil(archive), tmp_path)
    assert sentence in str(refusal.value)
    assert "\n" not in str(refusal.value)
    assert "Traceback" not in str(refusal.value)


def test_many_files_that_are_each_small_enough_are_a_bomb_together(
    sandbox: Sandbox, archive: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spoilt = archive
    for number in range(2, 12):
        spoilt = _edit(spoilt, _add(f"products/{number:05}.jsonl", b" " * 3_000_000))
    monkeypatch.setattr("transfer.archive.check.TOTAL_FROM", 20_000_000)
    with pytest.raises(ArchiveError, match="The archive would unpack to 3"):
        _check(sandbox, spoilt, tmp_path)


def test_a_store_that_holds_the_same_all_over_has_an_archive_that_is_taken(sandbox: Sandbox, tmp_path: Path) -> None:
    source, target = Builder(sandbox), Builder(sandbox)
    shirt = source.product("shirt", {"Size": ["S"]})
    for number in range(90):
        source.metafield(shirt, f"custom.k{number:02}", "json", json.dumps("a" * 131_000))
    archive = archive_of(sandbox, source.shop, tmp_path)
    with zipfile.ZipFile(io.BytesIO(archive)) as file:
        info = file.getinfo("product_metafields/00001.jsonl")
    assert info.file_size > 10_000_000 and info.file_size > 300 * info.compress_size
    desk, _ = import_(sandbox, target.shop, archive, tmp_path)
    assert desk.ledger.tally()["product_metafields"]["outcome:created"] == 90


def _flipped(archive: bytes, name: str) -> bytes:
    """The archive with one wrong byte in the middle of a compressed file."""
    with zipfile.ZipFile(io.BytesIO(archive)) as file:
        info = file.getinfo(name)
    start = info.header_offset + 30 + len(name)  # a local header, and the name
    spoilt = bytearray(archive)
    spoilt[start + info.compress_size // 2] ^= 1
    return bytes(spoilt)


def test_a_wrong_byte_is_noticed_in_every_file(sandbox: Sandbox, tmp_path: Path) -> None:
    """Of files and collections the side members are read for addresses; those of all others are held as well."""
    archive = archive_of(sandbox, sandbox.shop("boutique", products=2), tmp_path / "archive")
    names = list(opened(archive))
    assert {"side/products/00001.jsonl", "side/files/00001.jsonl"} < set(names)
    for place, name in enumerate(names):
        with pytest.raises(ArchiveError, match=re.escape(name)):
            _check(sandbox, _flipped(archive, name), tmp_path / str(place))


def test_a_good_archive_is_accepted_and_python_reads_it(sandbox: Sandbox, archive: bytes, tmp_path: Path) -> None:
    _check(sandbox, archive, tmp_path)
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        assert opened.testzip() is None
        assert opened.namelist()[0] == "manifest.json"


def test_an_archive_survives_a_directory_and_an_edit_by_hand(sandbox: Sandbox, archive: bytes, tmp_path: Path) -> None:
    folder = tmp_path / "kept in git"
    write_directory(io.BytesIO(archive), folder)
    path = folder / "products" / "00001.jsonl"
    path.write_bytes(path.read_bytes().replace(b"Shirt 1", b"Shirt I"))
    packed = io.BytesIO()
    pack_directory(folder, packed)
    _check(sandbox, packed.getvalue(), tmp_path / "checked")
    assert b"Shirt I" in opened(packed.getvalue())["products/00001.jsonl"]


@pytest.mark.parametrize("moves", [0, 1, 2, 5, 9, 11])
def test_a_directory_that_was_cut_short_is_no_archive(
    sandbox: Sandbox, archive: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moves: int
) -> None:
    """Over an older export, too: nobody takes the half of each for a store. The next export goes over it."""
    folder = tmp_path / "kept in git"
    write_directory(io.BytesIO(archive), folder)
    (folder / "products" / "00001.jsonl").write_bytes(b"")
    move, left = Path.replace, [moves]

    def dying(path: Path, target: Path) -> Path:
        if not left[0]:
            raise KeyboardInterrupt
        left[0] -= 1
        return move(path, target)

    monkeypatch.setattr(Path, "replace", dying)
    with pytest.raises(KeyboardInterrupt):
        write_directory(io.BytesIO(archive), folder)
    monkeypatch.undo()
    with pytest.raises(ArchiveError, match="was cut short; export the store into it again"):
        pack_directory(folder, io.BytesIO())
    write_directory(io.BytesIO(archive), folder)
    packed = io.BytesIO()
    pack_directory(folder, packed)
    assert opened(packed.getvalue()).keys() == opened(archive).keys() - _without_sources(archive)
    assert not [path for path in folder.iterdir() if path.name[0] == "."]


def test_where_there_is_no_room_the_older_export_stays(
    archive: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "kept in git"
    write_directory(io.BytesIO(archive), folder)
    held = {path: path.read_bytes() for path in folder.rglob("*.json*")}

    def full(source: object, target: object, length: int = 0) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("shutil.copyfileobj", full)
    with pytest.raises(OSError, match="No space left"):
        write_directory(io.BytesIO(archive), folder)
    assert {path: path.read_bytes() for path in folder.rglob("*.json*")} == held


def _without_sources(archive: bytes) -> set[str]:
    return {name for name in opened(archive) if name.startswith("side/") and b"source" not in opened(archive)[name]}


def _folder(tmp_path: Path, *names: str) -> Path:
    """A directory with files of these names, in this order; the address of each is where it stood."""
    folder = tmp_path / "kept in git"
    keys = [["image", name] for name in names]
    lines: dict[str, list[dict[str, object]]] = {
        "files": [{"fields": {"alt": str(place)}, "key": key} for place, key in enumerate(keys)],
        "side/files": [{"key": key, "source": f"https://cdn.example/{place}"} for place, key in enumerate(keys)],
    }
    for name, some in lines.items():
        (folder / name).mkdir(parents=True)
        (folder / name / "00001.jsonl").write_bytes(b"".join(json.dumps(line).encode() + b"\n" for line in some))
    (folder / "manifest.json").write_text('{"resources": ["files"]}')
    return folder


def _packed_sources(folder: Path) -> list[str]:
    packed = io.BytesIO()
    pack_directory(folder, packed)
    return [json.loads(line)["source"] for line in opened(packed.getvalue())["side/files/00001.jsonl"].splitlines()]


def test_a_line_taken_out_by_hand_takes_no_address_of_another(tmp_path: Path) -> None:
    folder = _folder(tmp_path, "a.png", "b.png", "b.png", "c.png")
    member = folder / "files" / "00001.jsonl"
    assert _packed_sources(folder) == [f"https://cdn.example/{place}" for place in range(4)]
    lines = member.read_bytes().splitlines(keepends=True)
    member.write_bytes(b"".join(lines[1:]))
    assert _packed_sources(folder) == [f"https://cdn.example/{place}" for place in (1, 2, 3)]
    member.write_bytes(b"".join([lines[0], *lines[2:]]))
    assert _packed_sources(folder) == ["https://cdn.example/0", "", "https://cdn.example/3"]


@pytest.mark.parametrize("linked", ["files/00002.jsonl", "products", "side/files/00002.jsonl"])
def test_a_link_out_of_the_directory_is_not_followed(tmp_path: Path, linked: str) -> None:
    folder = _folder(tmp_path, "a.png")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "secret.jsonl").write_text("secret\n")
    (folder / linked).symlink_to(elsewhere if linked == "products" else elsewhere / "secret.jsonl")
    with pytest.raises(ArchiveError, match="is a link that leads out of the directory"):
        pack_directory(folder, io.BytesIO())


def test_a_broken_line_of_addresses_is_named(tmp_path: Path) -> None:
    folder = _folder(tmp_path, "a.png")
    (folder / "side" / "files" / "00001.jsonl").write_bytes(b"{\n")
    with pytest.raises(ArchiveError, match=r"side/files/00001\.jsonl, line 1"):
        pack_directory(folder, io.BytesIO())


def test_every_byte_that_is_cut_off_is_noticed(sandbox: Sandbox, archive: bytes, tmp_path: Path) -> None:
    for length in range(0, len(archive) - 1, max(1, len(archive) // 60)):
        with pytest.raises(ArchiveError):
            _check(sandbox, archive[:length], tmp_path / str(length))


def test_names_and_places_of_a_zip_may_be_damaged_as_well(sandbox: Sandbox, archive: bytes, tmp_path: Path) -> None:
    with zipfile.ZipFile(io.BytesIO(archive)) as file:
        names = [info.header_offset + 30 for info in file.infolist()]  # where each member says its name again
    end = archive.rindex(b"PK\x05\x06")
    for place in (*names[:2], *names[-2:], *range(end + 12, end + 20)):
        for value in (0x01, 0x80, 0xFF):
            spoilt = bytearray(archive)
            spoilt[place] ^= value
            with suppress(ArchiveError):  # no other fault; what nobody needs to read may as well be wrong
                _check(sandbox, bytes(spoilt), tmp_path)
    spoilt = bytearray(archive)
    spoilt[names[0]] ^= 0x80
    with pytest.raises(ArchiveError, match="is damaged; upload the archive again"):
        _check(sandbox, bytes(spoilt), tmp_path)

"""An archive that became a spreadsheet becomes the same archive again, whatever its records hold."""

from __future__ import annotations

import copy
import csv
import io
import json
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.archives import opened
from tests.support import Sandbox, archive_of
from transfer.archive import Manifest
from transfer.archive.members import Line, MemberSet, MemberWriter
from transfer.jsonl import dumps
from transfer.keys import Key, sort_key
from transfer.local import offline_desk
from transfer.registry import RESOURCES
from transfer.resource import Fields, Resource
from transfer.resources.metafields import Metafields
from transfer.sheets import convert
from transfer.sheets.layout import name_of, place_of
from transfer.sheets.write import write
from transfer.work import Desk

NASTY = (
    "=1+1",
    "+1",
    "-5",
    "@SUM(A1)",
    "\tx",
    "\rx",
    "\nx",
    "'quoted",
    "''",
    "＝1",
    "＋1",
    "－1",
    "＠x",
    "",
    " ",
    "a\r\nb",
    "[empty]",
    "[null]",
    "[[Delete]]",
    "[absent",
    "_x000D_",
    "_x005F_x0041_",
    "\x00\x01\x1f\x7f\ufffe\uffff",
    "שלום \u202eعالم",
    "👩‍👩‍👧‍👦 é é",
    "007",
    "1e5",
    "2026-01-02",
    "TRUE",
    'say "hi", she said; or\tnot',
    "a, b",
    "a=b; c=d",
    "shopsync:products/blue-shirt",
    "\ufeffmark",
)
texts = st.one_of(st.sampled_from(NASTY), st.text(st.characters(exclude_categories=["Cs"]), max_size=12))
names = st.one_of(
    st.sampled_from(["title", "Key", "command", "error", "a.b", "x (json)", "y [z]", "", " s ", "#n", "%41", "Record"]),
    st.from_regex(r"[a-z]{1,4}", fullmatch=True),
)
numbers = st.integers() | st.floats(allow_nan=False, allow_infinity=False)
values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | numbers | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3),
    max_leaves=6,
)
types = st.sampled_from(["json", "multi_line_text_field", "string"])
typed = st.builds(lambda t, v: {"type": t, "value": v}, types, texts)
pairs = st.lists(st.lists(texts, min_size=2, max_size=2), max_size=3)
records = st.dictionaries(names, values | typed | pairs, max_size=5)


_TAKES_ANY = {
    "key_problem": lambda self, key: None,
    "judged": lambda self, key, fields, part=False: None,
    "unique": False,
}


def _loose(resource: Resource) -> Resource:
    """The resource, taking any record: what Shopify's are is not what this is about."""
    kind = type(resource)
    loose = copy.copy(resource)
    loose.__class__ = type(kind.__name__, (kind,), _TAKES_ANY)
    return loose


LOOSE = {name: _loose(resource) for name, resource in RESOURCES.items()}


def _members(desk: Desk, resource: str, lines: Iterable[tuple[Key, Fields]]) -> MemberSet:
    """One member of these records, sorted as an archive is, none of them twice."""
    found = {(sort_key(key), dumps(fields)): (key, fields) for key, fields in lines}
    with MemberWriter(desk.storage, f"{desk.prefix}made", f"{resource}/00001.jsonl", resource, side=False) as writer:
        for _, (key, fields) in sorted(found.items()):
            writer.add(Line(key, fields, "", ""))
        member = writer.finish()
    return MemberSet(desk.storage, {resource: [member] if member.count else []})


def _there_and_back(resource: str, lines: Iterable[tuple[Key, Fields]], form: str, **more: Any) -> None:
    with tempfile.TemporaryDirectory() as folder:
        desk = replace(offline_desk(Path(folder)), registry=LOOSE)
        before = _members(desk, resource, lines)
        manifest = Manifest(source_shop="a.myshopify.com", api_version="x", resources=(resource,), members=())
        *_, last = write(desk, {}, members=before, manifest=manifest, form=form, **more)
        with desk.storage.read(last.cursor["file"]) as file:
            after, known = convert.load(desk, file)
        assert list(_lines(after)) == list(_lines(before))
        assert [m.main.sha256 for m in after.all()] == [m.main.sha256 for m in before.all()]
        assert known.source_shop == manifest.source_shop


def _lines(members: MemberSet) -> Iterator[tuple[str, Key, Fields, str]]:
    for resource in members.resources:
        for line in members.records(resource):
            yield resource, line.key, line.fields, line.command


def keys(resource: str) -> st.SearchStrategy[Key]:
    """As long as the keys of this kind are, where they are all of one length."""
    parts = len(RESOURCES[resource].key_shape)
    return st.lists(texts, min_size=parts or 1, max_size=parts or 3).map(tuple)


@pytest.mark.parametrize("form", ["xlsx", "csv"])
@pytest.mark.parametrize("resource", RESOURCES)
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_any_record_of_any_resource_comes_back_byte_for_byte(resource: str, form: str, data: st.DataObject) -> None:
    items = st.lists(records, max_size=3)
    lists = {name: items for name in RESOURCES[resource].keyed_lists if "." not in name}
    fields = st.one_of(records, typed, st.tuples(records, st.fixed_dictionaries({}, optional=lists)).map(_joined))
    if isinstance(RESOURCES[resource], Metafields):
        fields = typed
    _there_and_back(resource, data.draw(st.lists(st.tuples(keys(resource), fields), max_size=5)), form)


def _joined(parts: tuple[Fields, Fields]) -> Fields:
    return {**parts[0], **parts[1]}


@pytest.mark.parametrize("form", ["xlsx", "csv"])
@settings(max_examples=25, deadline=None)
@given(lines=st.lists(st.tuples(st.lists(texts, min_size=3, max_size=3).map(tuple), typed), max_size=6))
@example(lines=[(("a", "n", "k"), {"type": "json", "value": "1"}), (("a", "n", "k"), {"type": "json", "value": "2"})])
def test_metafields_come_back_from_the_columns_of_their_owners(form: str, lines: list[tuple[Key, Fields]]) -> None:
    _there_and_back("product_metafields", lines, form)


@pytest.mark.parametrize("form", ["xlsx", "csv"])
def test_a_sheet_may_be_called_after_what_no_sheets_name_can_hold(form: str) -> None:
    lines: list[tuple[Key, Fields]] = [
        ((f"{part}[x]:*?/()'", "a"), {"title": "1"}) for part in "\x00\x1f\ufffe\uffff😀"
    ]
    _there_and_back("metaobjects", lines, form)


@pytest.mark.parametrize("form", ["xlsx", "csv"])
@pytest.mark.parametrize("text", ["a" * 65_536, "\x00" * 40_000, "👩‍👩‍👧‍👦" * 12_000, "=" * 32_001, "_x0041_" * 9_000])
def test_a_value_longer_than_a_cell_comes_back_whole(form: str, text: str) -> None:
    lines: list[tuple[Key, Fields]] = [(("a",), {"title": text, "more": [text]}), (("b",), {"title": "short"})]
    _there_and_back("products", lines, form)
    _there_and_back("product_metafields", [(("a", "n", "k"), {"type": "json", "value": text})], form)


@pytest.mark.parametrize("form", ["xlsx", "csv"])
def test_a_long_sheet_goes_on_in_another(form: str) -> None:
    _there_and_back("products", [((f"p{n:03}",), {"title": f"T{n}"}) for n in range(95)], form, max_rows=40)


@pytest.mark.parametrize("form", ["xlsx", "csv"])
def test_types_of_entries_have_sheets_of_their_own(form: str) -> None:
    """Names that differ only by case, or beyond what a sheet's name may hold, or only after the sixtieth."""
    types = ["designer", "Designer", "x" * 90, "x" * 91, "a/b:c*[d]", *(f"t{n}" for n in range(70))]
    _there_and_back("metaobjects", [((t, "h"), {"fields": {t: {"type": "json", "value": t}}}) for t in types], form)


def _whole(archive: bytes, form: str, folder: Path) -> tuple[bytes, bytes]:
    """(the archive as a spreadsheet, that as an archive)"""
    there, back = offline_desk(folder / "there"), offline_desk(folder / "back")
    with there.storage.read(convert.save(there, *convert.load(there, io.BytesIO(archive)), form)) as file:
        sheet = file.read()
    with back.storage.read(convert.save(back, *convert.load(back, io.BytesIO(sheet)), "archive")) as file:
        return sheet, file.read()


@pytest.fixture(scope="module")
def boutique(sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return archive_of(sandbox, sandbox.shop("boutique"), tmp_path_factory.mktemp("boutique"))


@pytest.mark.parametrize("form", ["xlsx", "csv"])
def test_a_whole_store_comes_back_member_for_member(boutique: bytes, form: str, tmp_path: Path) -> None:
    _, again = _whole(boutique, form, tmp_path)
    before = {name: content for name, content in opened(boutique).items() if not name.startswith("side/")}
    assert {name: content for name, content in opened(again).items() if not name.startswith("side/")} == before
    sources = [json.loads(line).get("source") for line in opened(boutique)["side/files/00001.jsonl"].splitlines()]
    kept = [json.loads(line).get("source") for line in opened(again)["side/files/00001.jsonl"].splitlines()]
    assert kept == sources


def test_equal_archives_give_equal_spreadsheets(boutique: bytes, tmp_path: Path) -> None:
    first, _ = _whole(boutique, "xlsx", tmp_path / "a")
    second, _ = _whole(boutique, "xlsx", tmp_path / "b")
    assert first == second


def test_nothing_in_a_spreadsheet_is_a_formula(tmp_path: Path) -> None:
    desk = replace(offline_desk(tmp_path), registry=LOOSE)
    members = _members(desk, "products", [((text or "x",), {"title": text}) for text in NASTY])
    manifest = Manifest(source_shop="", api_version="", resources=("products",))
    for form in ("xlsx", "csv"):
        name = convert.save(desk, members, manifest, form)
        with desk.storage.read(name) as file, zipfile.ZipFile(file) as opened:
            if form == "xlsx":
                sheets = [opened.read(one) for one in opened.namelist() if "/sheet" in one]
                assert all(b"<f" not in sheet and b'<c r="' in sheet for sheet in sheets)
                assert all(sheet.count(b"<c ") == sheet.count(b't="inlineStr"') for sheet in sheets)
            else:
                text = opened.read("products.csv").decode("utf-8-sig")
                for row in csv.reader(io.StringIO(text, newline="")):
                    assert not any(
                        cell.startswith(("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")) for cell in row
                    )


def test_the_first_sheet_keeps_the_manifest(boutique: bytes, tmp_path: Path) -> None:
    desk = offline_desk(tmp_path)
    members, manifest = convert.load(desk, io.BytesIO(boutique))
    again = offline_desk(tmp_path / "again")
    with desk.storage.read(convert.save(desk, members, manifest, "csv")) as file:
        _, known = convert.load(again, file)
    assert replace(known, members=()) == replace(manifest, members=())
    assert known.counts == manifest.counts


def test_every_sheet_of_every_resource_has_a_name_of_its_own() -> None:
    """Spreadsheets take 31 characters, and no two names that differ only by case."""
    places = [(name, items) for name, resource in RESOURCES.items() for items in (None, *resource.keyed_lists)]
    assert {place: place_of(name_of(*place), RESOURCES) for place in places} == {place: place for place in places}
    assert place_of("Metaobjects (designer)~2", RESOURCES) == ("metaobjects", None)
    assert place_of("orders", RESOURCES) is None

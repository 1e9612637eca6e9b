"""Exporting on a terminal, or called by a script: exit codes, one sentence, one JSON object."""

from __future__ import annotations

import io
import json
import os
from pathlib import Path
from typing import Any

import pytest

from runs import follow
from runs.models import Run
from tests.commands.said import Said, held_by
from tests.runs.test_lane import installed
from tests.support import Sandbox

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.once]


def test_exporting_into_a_file_and_into_a_directory(source: str, tmp_path: Path, capsys: Any) -> None:
    file, folder = tmp_path / "new" / "store.zip", tmp_path / "kept in git"
    said = Said(capsys, "export_store", source, out=str(file), inline=True)
    assert said.code == 0
    assert file.read_bytes()[:2] == b"PK"
    assert said.out == f"{held_by(file)} records of {source} are in {file}.\n"
    assert Said(capsys, "export_store", source, out=f"{folder}/", inline=True).code == 0
    assert json.loads((folder / "manifest.json").read_bytes())["sourceShop"] == source
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert Said(capsys, "export_store", source, out=f"{folder}/", inline=True).code == 0
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before


def test_a_pipe_gets_plain_lines(source: str, tmp_path: Path, capsys: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(follow, "LOOK_SECONDS", 0.0)
    said = Said(capsys, "export_store", source, out=str(tmp_path / "a.zip"), inline=True)
    lines = said.progress.splitlines()
    assert f"export {source}: Reading the store" in lines
    assert lines[-1] == f"export {source}: succeeded"
    assert not {"\r", "\033", "█"} & set(said.progress)


def test_a_terminal_gets_a_bar(source: str, tmp_path: Path, capsys: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    terminal = Terminal()
    monkeypatch.setattr(follow.Meter, "__init__", lambda self, out, label: _meter(self, terminal, label))
    assert Said(capsys, "export_store", source, out=str(tmp_path / "a.zip"), inline=True).code == 0
    assert "█" in terminal.getvalue() or "░" in terminal.getvalue()
    assert terminal.getvalue().endswith("\r\033[K")


def _meter(meter: follow.Meter, out: Any, label: str) -> None:
    meter.out, meter.label, meter._said, meter._drawn = out, label, None, False


def test_json_is_one_object_and_nothing_else(source: str, tmp_path: Path, capsys: Any) -> None:
    said = Said(capsys, "export_store", source, out=str(tmp_path / "a.zip"), inline=True, json=True)
    assert (said.code, said.err, said.progress) == (0, "", "")
    answer = json.loads(said.out)
    assert set(answer) >= {"run", "shop", "status", "stats", "counts", "records", "size", "sha256", "not_carried"}
    assert (answer["status"], answer["records"]) == ("succeeded", held_by(tmp_path / "a.zip"))


def test_exporting_only_some_kinds(source: str, tmp_path: Path, capsys: Any) -> None:
    how: dict[str, Any] = {"out": str(tmp_path / "a.zip"), "inline": True, "json": True}
    answer = json.loads(Said(capsys, "export_store", source, only=["products"], **how).out)
    assert list(answer["counts"]) == ["products"]
    said = Said(capsys, "export_store", source, only=["unicorns"], **how)
    assert said.code == 2
    assert "unicorns" in said.sentence
    assert json.loads(said.out) == {"error": said.sentence}


def test_an_archive_goes_through_a_link_and_never_into_standard_output(
    source: str, tmp_path: Path, capsys: Any, monkeypatch: Any
) -> None:
    (tmp_path / "real.zip").write_bytes(b"")
    (tmp_path / "latest.zip").symlink_to("real.zip")
    said = Said(capsys, "export_store", source, out=str(tmp_path / "latest.zip"), only=["products"], inline=True)
    assert said.code == 0
    assert (tmp_path / "latest.zip").is_symlink()
    assert held_by(tmp_path / "real.zip") > 0
    printed = tmp_path / "printed.txt"
    printed.write_bytes(b"")
    (tmp_path / "stdout").symlink_to(printed)
    monkeypatch.setattr(os, "fstat", lambda stream: printed.stat())
    said = Said(capsys, "export_store", source, out=str(tmp_path / "stdout.zip"), inline=True)
    assert said.code == 0, "another file"
    said = Said(capsys, "export_store", source, out=str(tmp_path / "stdout"), inline=True)
    assert (said.code, "name another file" in said.sentence) == (2, True)
    assert (tmp_path / "stdout").is_symlink()


def test_what_cannot_be_exported_is_one_sentence(source: str, tmp_path: Path, capsys: Any) -> None:
    said = Said(capsys, "export_store", "stranger.myshopify.com", out=str(tmp_path / "a.zip"), inline=True)
    assert (said.code, "connect_shop" in said.sentence) == (2, True)
    (tmp_path / "a file").write_bytes(b"")
    said = Said(capsys, "export_store", source, out=str(tmp_path / "a file" / "a.zip"), inline=True)
    assert (said.code, "cannot be written" in said.sentence) == (2, True)


@pytest.mark.parametrize("out", ["", "-", "/dev/full", "{tmp}/full", "{tmp}/a file/a.zip"])
def test_where_nothing_can_be_put_is_said_before_a_store_is_read(
    source: str, tmp_path: Path, capsys: Any, out: str
) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "notes.txt").touch()
    (tmp_path / "a file").touch()
    said = Said(capsys, "export_store", source, out=out.format(tmp=tmp_path), inline=True)
    assert said.code == 2
    assert len(said.err.splitlines()) == 1
    assert not Run.objects.exists()
    assert sorted(one.name for one in tmp_path.iterdir() if one.name != "var") == ["a file", "full"]


def test_a_record_that_the_store_does_not_have_is_named(source: str, tmp_path: Path, capsys: Any) -> None:
    how: dict[str, Any] = {"out": str(tmp_path / "a.zip"), "inline": True}
    said = Said(capsys, "export_store", source, record=["products/shirt-0", "products/nowhere"], **how)
    assert said.code == 1
    assert "Not in it: Products (1): the store has no such record (nowhere)." in said.out.splitlines()
    assert Said(capsys, "export_store", source, record=["products/shirt-0"], **how).code == 0


def test_what_is_referred_to_and_left_behind_is_named(app: Any, sandbox: Sandbox, tmp_path: Path, capsys: Any) -> None:
    source = installed(sandbox, sandbox.shop("boutique", products=3)).domain
    how: dict[str, Any] = {"out": str(tmp_path / "a.zip"), "inline": True, "record": ["products/iron-00002"]}
    lines = Said(capsys, "export_store", source, **how).out.splitlines()
    assert any(line.startswith("Referred to, and not in it: Files (") for line in lines)
    whole = Said(capsys, "export_store", source, closure=True, **how).out
    assert "Referred to, and not in it" not in whole


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ({"types": ["nosuch"]}, "Not in it: Metaobjects (1): the store has no entries of such a type (nosuch)."),
        (
            {"namespaces": ["custom", "nosuch"]},
            "Not in it: Metafield definitions (1): the store has nothing in such a namespace (nosuch).",
        ),
    ],
)
def test_a_name_to_which_nothing_answers_is_said(
    source: str, tmp_path: Path, capsys: Any, how: dict[str, Any], said: str
) -> None:
    found = Said(capsys, "export_store", source, out=str(tmp_path / "a.zip"), inline=True, **how)
    assert (found.code, said in found.out.splitlines()) == (1, True), found.out

"""Importing and copying on a terminal, or called by a script: exit codes, one sentence, one JSON object."""

from __future__ import annotations

import json
import os
import zipfile
from pathlib import Path
from typing import Any

import pytest

from runs.models import Run
from runs.states import Status
from tests.commands.said import Said, held_by
from tests.runs.test_lane import installed
from tests.support import Sandbox, archive_of
from tests.transfer.test_archive import BAD

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.once]


def test_importing_a_file_writes_and_reports(target: str, file: str, tmp_path: Path, capsys: Any) -> None:
    report = tmp_path / "report.csv"
    said = Said(capsys, "import_archive", target, file, yes=True, inline=True, report=str(report))
    assert said.code == 0
    *_, totals, sentence = said.out.splitlines()
    held = held_by(file)
    source, created, updated, unchanged, skipped, failed, verified = map(int, totals.split()[1:])
    assert (source, created + unchanged, updated, skipped, failed, verified) == (held, held, 0, 0, 0, held)
    assert created > 10
    assert sentence == f"All {held} records arrived."
    assert report.read_bytes().count(b"\n") == held + 1
    again = Said(capsys, "import_archive", target, file, yes=True, inline=True, json=True)
    answer = json.loads(again.out)
    assert (again.code, answer["stats"]["writes"], answer["result"]["totals"]["unchanged"]) == (0, 0, held)
    lines = tmp_path / "report.jsonl"
    assert Said(capsys, "import_archive", target, file, yes=True, inline=True, report=str(lines)).code == 0
    assert {json.loads(line)["outcome"] for line in lines.read_text().splitlines()} == {"unchanged"}


def test_a_directory_is_an_archive_too(source: str, target: str, tmp_path: Path, capsys: Any) -> None:
    folder = tmp_path / "kept in git"
    Said(capsys, "export_store", source, out=f"{folder}/", inline=True)
    assert Said(capsys, "import_archive", target, str(folder), yes=True, inline=True).code == 0


def test_a_directory_brings_the_files_too(sandbox: Sandbox, target: str, tmp_path: Path, capsys: Any) -> None:
    """A store with files, and images of collections and articles: their addresses stand beside the records."""
    source = installed(sandbox, sandbox.shop("boutique", products=4)).domain
    folder = tmp_path / "kept in git"
    assert Said(capsys, "export_store", source, out=f"{folder}/", inline=True).code == 0
    assert b"gid://" not in b"".join(path.read_bytes() for path in folder.glob("side/*/*.jsonl"))
    said = Said(capsys, "import_archive", target, str(folder), yes=True, inline=True, json=True)
    totals = json.loads(said.out)["result"]["totals"]
    assert (said.code, totals["failed"], totals["unverified"]) == (0, 0, 0)
    assert totals["verified"] > 0


def test_plan_only_writes_nothing(sandbox: Sandbox, target: str, file: str, capsys: Any) -> None:
    before = sandbox.ask(f"/sandbox/shops/{target}/dump")
    said = Said(capsys, "import_archive", target, file, plan_only=True, inline=True)
    assert said.code == 0
    assert "create" in said.out
    assert "API points" in said.out
    assert sandbox.ask(f"/sandbox/shops/{target}/dump") == before
    assert Run.objects.get().status == Status.CANCELLED
    answer = json.loads(Said(capsys, "import_archive", target, file, plan_only=True, inline=True, json=True).out)
    assert answer["status"] == Run.objects.get(pk=answer["run"]).status == Status.CANCELLED
    assert sum(own["create"] for own in answer["plan"]["counts"].values()) == 15
    assert answer["result"] is None


def test_plan_only_says_what_its_policy_would_do(sandbox: Sandbox, target: str, file: str, capsys: Any) -> None:
    make = 'mutation { productCreate(product: {title: "Extra"}) { product { id } userErrors { message } } }'
    assert sandbox.graphql(target, make)["productCreate"]["product"]
    for policy, deleted in (("mirror", 1), ("update", 0), ("create_only", 0)):
        said = Said(capsys, "import_archive", target, file, plan_only=True, inline=True, policy=policy)
        assert f"under {policy}: 15 to create, 0 to update, {deleted} to delete, about " in said.out


def test_plan_only_says_what_could_not_be_written(
    sandbox: Sandbox, target: str, file: str, tmp_path: Path, capsys: Any
) -> None:
    other = 'definition: {ownerType: PRODUCT, namespace: "custom", key: "color", name: "Color", type: "number_integer"}'
    sandbox.graphql(target, f"mutation Other {{ metafieldDefinitionCreate({other}) {{ userErrors {{ message }} }} }}")
    report = tmp_path / "plan.jsonl"
    said = Said(capsys, "import_archive", target, file, plan_only=True, inline=True, report=str(report))
    lines = [json.loads(line) for line in report.read_text(encoding="utf-8").splitlines()]
    conflicts = [line for line in lines if line["reason"] in ("part_conflict", "type_conflict")]
    assert (said.code, bool(conflicts)) == (1, True)
    assert not any(line["outcome"] for line in conflicts)


def test_without_a_terminal_or_yes_nothing_is_written(sandbox: Sandbox, target: str, file: str, capsys: Any) -> None:
    before = sandbox.ask(f"/sandbox/shops/{target}/dump")
    said = Said(capsys, "import_archive", target, file, inline=True)
    assert (said.code, "--yes" in said.sentence) == (2, True)
    assert sandbox.ask(f"/sandbox/shops/{target}/dump") == before


def test_records_that_fail_make_the_exit_code_1(sandbox: Sandbox, target: str, file: str, capsys: Any) -> None:
    """The target has an entry's definition of another type already."""
    sandbox.graphql(
        target,
        "mutation D($d: MetafieldDefinitionInput!) { metafieldDefinitionCreate(definition: $d) "
        "{ createdDefinition { id } userErrors { message } } }",
        d=_conflicting(file),
    )
    said = Said(capsys, "import_archive", target, file, yes=True, inline=True, json=True)
    answer = json.loads(said.out)
    assert (said.code, answer["status"]) == (1, "incomplete")
    assert answer["result"]["totals"]["failed"] > 0


def _conflicting(file: str) -> dict[str, Any]:
    """A definition of the archive, of a type that its own cannot become."""
    with zipfile.ZipFile(file) as opened:
        line = json.loads(opened.read("metafield_definitions/00001.jsonl").split(b"\n")[0])
    owner, namespace, key = line["key"]
    other = "json" if line["fields"]["type"] != "json" else "boolean"
    return {"ownerType": owner, "namespace": namespace, "key": key, "name": "Another", "type": other}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_archive_is_refused_with_code_2_and_nothing_is_written(
    sandbox: Sandbox, target: str, archive: bytes, tmp_path: Path, capsys: Any, name: str
) -> None:
    spoil, sentence = BAD[name]
    path = tmp_path / "bad.zip"
    path.write_bytes(spoil(archive))
    before = sandbox.ask(f"/sandbox/shops/{target}/dump")
    said = Said(capsys, "import_archive", target, str(path), yes=True, inline=True)
    assert said.code == 2
    assert sentence in said.sentence
    assert str(tmp_path) not in said.sentence
    assert sandbox.ask(f"/sandbox/shops/{target}/dump") == before


def test_a_bad_directory_is_refused(target: str, source: str, tmp_path: Path, capsys: Any) -> None:
    assert "cannot be read" in Said(capsys, "import_archive", target, str(tmp_path / "no"), inline=True).sentence
    (tmp_path / "empty").mkdir()
    said = Said(capsys, "import_archive", target, str(tmp_path / "empty"), inline=True)
    assert (said.code, "manifest.json" in said.sentence) == (2, True)
    folder = tmp_path / "edited"
    Said(capsys, "export_store", source, out=f"{folder}/", inline=True)
    path = folder / "products" / "00001.jsonl"
    path.write_bytes(path.read_bytes() + b"{\n")
    said = Said(capsys, "import_archive", target, str(folder), inline=True, yes=True)
    assert (said.code, "products/00001.jsonl, line" in said.sentence) == (2, True)
    path.unlink()
    os.mkfifo(path)
    assert "products/00001.jsonl is no file." in Said(capsys, "import_archive", target, str(folder)).sentence


def test_a_file_that_a_directory_has_lost_is_not_taken_for_an_empty_kind(
    target: str, source: str, tmp_path: Path, capsys: Any
) -> None:
    """A mirror would delete everything of that kind."""
    folder = tmp_path / "unfinished"
    Said(capsys, "export_store", source, out=f"{folder}/", inline=True)
    Said(capsys, "import_archive", target, str(folder), inline=True, yes=True)
    lost = folder / "products" / "00001.jsonl"
    lost.unlink()
    said = Said(capsys, "import_archive", target, str(folder), policy="mirror", inline=True, yes=True)
    assert (said.code, "lists products/00001.jsonl, which is not there" in said.sentence) == (2, True)
    lost.touch()
    assert Said(capsys, "import_archive", target, str(folder), inline=True, plan_only=True).code == 0


def test_a_report_for_which_there_is_no_room_is_told_and_all_else_is_said(target: str, file: str, capsys: Any) -> None:
    options = {"yes": True, "inline": True, "json": True, "report": "/dev/full"}
    said = Said(capsys, "import_archive", target, file, **options)
    assert (said.code, json.loads(said.out)["status"]) == (2, "succeeded")
    assert said.sentence.startswith("The report could not be written to /dev/full: No space left on device.")


def test_a_report_that_cannot_be_written_is_said_before_anything_is(
    sandbox: Sandbox, target: str, file: str, tmp_path: Path, capsys: Any
) -> None:
    said = Said(capsys, "import_archive", target, file, yes=True, inline=True, report=str(tmp_path / "no" / "r.csv"))
    assert (said.code, "report" in said.sentence) == (2, True)
    assert not Run.objects.exists()


def test_copying_a_store(source: str, target: str, capsys: Any) -> None:
    said = Said(capsys, "copy_store", source, target, yes=True, inline=True, json=True)
    answer = json.loads(said.out)
    assert (said.code, answer["status"], answer["source_shop"]) == (0, "succeeded", source)
    said = Said(capsys, "copy_store", source, target, yes=True, inline=True)
    assert (said.code, said.out.splitlines()[-2].split()[4]) == (0, str(answer["result"]["totals"]["source"]))


def test_a_store_is_not_copied_into_itself(source: str, capsys: Any) -> None:
    said = Said(capsys, "copy_store", source, source, yes=True, inline=True)
    assert (said.code, "into itself" in said.sentence) == (2, True)


def test_a_mirror_of_some_kinds_says_which_others_may_lose_what_it_deletes(
    app: Any, sandbox: Sandbox, tmp_path: Path, capsys: Any
) -> None:
    target = installed(sandbox, sandbox.shop("boutique", products=3)).domain
    file, report = str(tmp_path / "files.zip"), tmp_path / "report.jsonl"
    Path(file).write_bytes(archive_of(sandbox, sandbox.shop(), tmp_path, resources=["files"]))
    plan = Said(capsys, "import_archive", target, file, policy="mirror", inline=True, plan_only=True)
    assert "Products" in plan.out and "may lose what they show or refer to" in plan.out
    assert "may lose" not in Said(capsys, "import_archive", target, file, inline=True, plan_only=True).out
    said = Said(capsys, "import_archive", target, file, policy="mirror", inline=True, yes=True, report=str(report))
    assert "may lose what they show or refer to" in said.progress
    assert "may have lost what they showed or referred to" in said.out
    lines = [json.loads(line) for line in report.read_text().splitlines()]
    told = {line["resource"] for line in lines if line["key"] is None}
    assert {"products", "metaobjects", "pages"} <= told
    assert {line["verdict"] for line in lines if line["key"] is not None} == {"extra"}

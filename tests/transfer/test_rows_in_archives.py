"""Archives that were made of spreadsheets: records ask for something, and may say a part. Looped over all kinds."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.archives import Record, edited
from tests.support import Sandbox, archive_of, import_, total
from tests.transfer.test_labels_taken import labelled
from transfer.anonymise import _Rewriting, alias_with
from transfer.archive.members import Line
from transfer.local import offline_desk, run
from transfer.outcomes import Reason
from transfer.pointing import readable
from transfer.registry import RESOURCES
from transfer.sheets import cells, xlsx
from transfer.sheets.csv_rows import OURS
from transfer.stages import COMPARISON
from transfer.work import Where

_numbers = itertools.count(1)
Part = Callable[[dict[str, Any]], dict[str, Any]]
PARTS: dict[str, Part] = {
    "nothing": lambda fields: {},
    "all": lambda fields: fields,
    "nulls": lambda fields: dict.fromkeys(fields),
    "first": lambda fields: dict(list(fields.items())[:1]),
    "last": lambda fields: dict(list(fields.items())[-1:]),
}


@pytest.fixture(scope="module")
def archive(sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return archive_of(sandbox, sandbox.shop("nasty"), tmp_path_factory.mktemp("nasty"))


def _asking(archive: bytes, command: str, part: Part) -> bytes:
    def edit(resource: str, number: int, record: Record) -> list[Record]:
        return [{**record, "command": command, "fields": part(record["fields"])}]

    return edited(archive, edit)


def _compared(left: bytes, right: bytes, folder: Path) -> dict[str, Any]:
    desk = offline_desk(folder / str(next(_numbers)))
    for name, content in (("left", left), ("right", right)):
        with desk.storage.write(name) as file:
            file.write(content)
    return dict(run(desk, COMPARISON, {"archive": "left", "other": "right"})["compare"]["resources"])


@pytest.mark.parametrize("part", [name for name in PARTS if name != "nulls"])
@pytest.mark.parametrize("command", ["MERGE", "UPDATE", "REPLACE"])
def test_parts_are_compared_as_far_as_they_say_something(
    archive: bytes, tmp_path: Path, command: str, part: str
) -> None:
    rows = _asking(archive, command, PARTS[part])
    for found in (_compared(archive, rows, tmp_path), _compared(rows, archive, tmp_path)):
        if command != "REPLACE" or part == "all":
            assert {name: own["differing"] for name, own in found.items() if own["differing"]} == {}


@pytest.mark.parametrize("command", ["DELETE", "IGNORE"])
def test_records_that_are_to_go_or_to_be_passed_over_are_compared(archive: bytes, tmp_path: Path, command: str) -> None:
    rows = _asking(archive, command, PARTS["nothing"])
    for found in (_compared(archive, rows, tmp_path), _compared(rows, archive, tmp_path)):
        assert not any(own["equal"] + own["differing"] for own in found.values())


@pytest.mark.parametrize("command", ["MERGE", "REPLACE"])
def test_rows_that_say_nothing_but_nulls_are_compared(archive: bytes, tmp_path: Path, command: str) -> None:
    rows = _asking(archive, command, PARTS["nulls"])
    for sides in ((archive, rows), (rows, archive)):
        assert _compared(*sides, tmp_path)


@pytest.mark.parametrize(("command", "part"), [("DELETE", "nothing"), ("MERGE", "first"), ("UPDATE", "nulls")])
def test_rows_can_be_made_nameless(sandbox: Sandbox, archive: bytes, tmp_path: Path, command: str, part: str) -> None:
    """And ask for the same as before: what is to be deleted is not made instead."""
    rows = _asking(archive, command, PARTS[part])
    plain, named = (import_(sandbox, sandbox.shop(), rows, tmp_path, anonymise=secret)[0] for secret in ("", "secret"))
    assert total(named, "outcome:created") <= total(plain, "outcome:created")
    made = named.ledger.select(Where(), limit=100_000)
    assert not [row for row in made if command == "DELETE" and row.reason is Reason.INVALID]
    assert command != "DELETE" or total(named, "outcome:created") == 0


@pytest.mark.parametrize("command", ["DELETE", "IGNORE", "MERGE"])
def test_rows_of_entries_behind_options_say_no_name(sandbox: Sandbox, tmp_path: Path, command: str) -> None:
    """Where each store has an entry of its own behind one label, names are compared: of records that say theirs."""
    source = labelled(sandbox, 10, azure="Red", blue="Blue")
    target = labelled(sandbox, 50, red="Red", blue="Blue")

    def edit(resource: str, number: int, record: Record) -> list[Record]:
        if (resource, record["key"][-1]) != ("metaobjects", "azure"):
            return [record]
        part = {} if command != "MERGE" else {"capabilities": record["fields"]["capabilities"]}
        return [{**record, "command": command, "fields": part}]

    rows = edited(archive_of(sandbox, source, tmp_path), edit)
    desk, _ = import_(sandbox, target, rows, tmp_path)
    assert desk.ledger.get("products", [("lamp",)])[("lamp",)].verified


def test_half_a_character_is_written_as_it_is_read() -> None:
    for text in ("x\ud83d", "\udc00", "a\ud83d\ude00"):
        assert cells.unescaped(cells.escaped(text)) == text
        assert OURS.row([text]) and xlsx.row(2, [text])


def test_what_is_nested_too_deep_to_be_laid_out_is_shown_as_it_is() -> None:
    deep = "[" * 900 + "]" * 900
    assert readable(deep) == deep


REFERENCE = "shopsync:customers/anna@example.com"


@pytest.mark.parametrize(
    ("said", "value"), [("customer_reference", REFERENCE), ("list.customer_reference", f'["{REFERENCE}"]')]
)
def test_a_customer_in_a_row_has_the_alias_that_it_has_elsewhere(tmp_path: Path, said: str, value: str) -> None:
    """Whether a row is whole, asks for something, or leaves out the type by which its references are known."""
    rewriting = _Rewriting(offline_desk(tmp_path), alias_with("secret"))
    whole = {"type": said, "value": value}
    lines = [
        Line(("shirt", "custom", "who"), fields, "", "", command=command)
        for fields, command in ((whole, ""), (whole, "MERGE"), ({"value": value}, "UPDATE"))
    ]
    made = [rewriting.record(RESOURCES["product_metafields"], line) for line in lines]
    values = {own[1]["value"] for own in made if own is not None}
    assert len(values) == 1 and "anna" not in values.pop()

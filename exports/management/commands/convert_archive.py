"""``manage.py convert_archive IN OUT``: an archive as a spreadsheet, or a spreadsheet as an archive. No store."""

from __future__ import annotations

import json
import tempfile
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from exports.commands import form_of, place, spreadsheet_errors
from exports.out import errors_wanted, wanted
from shops.commands import Broken, Sentences
from transfer.archive import ArchiveError
from transfer.local import offline_desk
from transfer.sheets import convert


class Command(Sentences):
    help = "Turns an archive (a ZIP or a directory) into XLSX or CSV, and back again, without asking any store."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("source", metavar="IN", help="an archive, a directory, .xlsx, or a ZIP of CSV files")
        parser.add_argument("out", metavar="OUT", help="x.xlsx, x.csv.zip, x.zip, or a directory")
        parser.add_argument("--errors", metavar="FILE", help="write what is wrong with a spreadsheet into a copy of it")
        parser.add_argument("--json", action="store_true", help="print one JSON object, and nothing else")

    def handle(self, **options: Any) -> None:
        source, out = Path(options["source"]), wanted(options["out"])
        if options["errors"] is not None:
            errors_wanted(options["errors"], source)
        try:
            counts = _convert(source, out, options["errors"])
        except ArchiveError as problem:
            raise Broken(f"{source}: {problem}") from None
        if options["json"]:
            self.stdout.write(json.dumps({"out": str(out), "counts": counts, "records": sum(counts.values())}))
        else:
            self.stdout.write(f"{sum(counts.values())} records are in {out}.")


def _convert(source: Path, out: Path, errors: str | None) -> dict[str, int]:
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryFile() as copy:
        desk = offline_desk(Path(folder))
        try:
            members, manifest = convert.load(desk, convert.packed(source, copy))
        except ArchiveError:
            spreadsheet_errors(desk.storage, convert.errors_of(desk), errors)
            raise
        name = convert.save(desk, members, manifest, form_of(out))
        with desk.storage.read(name) as made:
            place(made, out)
        return {name: members.count(name) for name in members.resources}

"""A spreadsheet of an export: options are {"archive": storage name, "form": "xlsx" or "csv"}."""

from __future__ import annotations

from ..archive.check import quick_check, unpack
from ..archive.members import MemberSet
from ..sheets.write import write as write_sheets
from ..work import Cursor, Desk
from .step import Options, Past, Stage, Steps


def _unpack(desk: Desk, cursor: Cursor, past: Past, options: Options) -> Steps:
    return unpack(desk, cursor, archive=options["archive"])


def _write(desk: Desk, cursor: Cursor, past: Past, options: Options) -> Steps:
    with desk.storage.read(options["archive"]) as file:
        manifest = quick_check(file)
    members = MemberSet.from_cursor(desk.storage, past["check"])
    return write_sheets(desk, cursor, members=members, manifest=manifest, form=options["form"])


SPREADSHEET = (
    Stage("check", "Reading the archive", _unpack),
    Stage("write", "Writing the spreadsheet", _write),
)

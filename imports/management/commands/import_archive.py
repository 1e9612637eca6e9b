"""``manage.py import_archive DOMAIN FILE_OR_DIR``."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from exports.commands import anonymise_argument
from exports.out import errors_wanted
from imports import commands
from imports.carrying_out import Importing
from imports.models import Import
from shops.commands import shop_named


class Command(Importing):
    help = "Plans, writes and proves an import. Exit codes: 0 all verified, 1 some records failed, 2 refused or broken."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("domain", metavar="DOMAIN")
        parser.add_argument("archive", metavar="FILE_OR_DIR")
        anonymise_argument(parser)
        parser.add_argument("--errors", metavar="FILE", help="write what is wrong with a spreadsheet into a copy of it")
        self.deciding_arguments(parser)

    def doubt(self, options: dict[str, Any]) -> None:
        path = Path(options["archive"])
        if options["errors"] is not None:
            errors_wanted(options["errors"], path)
        if options["report"]:
            commands.doubt_report(Path(options["report"]), path)
        shop_named(options["domain"])

    def planned(self, options: dict[str, Any]) -> Import:
        shop, path = shop_named(options["domain"]), Path(options["archive"])
        with commands.open_archive(path) as archive:
            return commands.plan(
                shop,
                archive,
                path.name,
                inline=options["inline"],
                quiet=options["json"],
                errors=options["errors"],
                anonymise=options["anonymise"],
            )

"""``manage.py import_archive DOMAIN FILE_OR_DIR``."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from exports.commands import common_arguments, spreadsheet_errors
from exports.out import errors_wanted
from imports import commands, services
from imports.models import Import
from runs.services import cancel
from runs.storage import storage
from shops.commands import REFUSED, Sentences, shop_named


class Command(Sentences):
    help = "Plans, writes and proves an import. Exit codes: 0 all verified, 1 some records failed, 2 refused or broken."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("domain", metavar="DOMAIN")
        parser.add_argument("archive", metavar="FILE_OR_DIR")
        parser.add_argument("--plan-only", action="store_true", help="show the plan, and write nothing")
        commands.anonymise_argument(parser)
        parser.add_argument("--yes", action="store_true", help="confirm the plan without asking")
        parser.add_argument("--policy", choices=commands.POLICIES, default="update")
        parser.add_argument("--report", metavar="FILE", help="write every record's outcome, as .csv or .jsonl")
        parser.add_argument("--errors", metavar="FILE", help="write what is wrong with a spreadsheet into a copy of it")
        common_arguments(parser)

    def handle(self, **options: Any) -> None:
        sys.exit(self._import(options))

    def _import(self, options: dict[str, Any]) -> int:
        path, quiet, inline = Path(options["archive"]), options["json"], options["inline"]
        if options["errors"] is not None:
            errors_wanted(options["errors"], path)
        if options["report"]:
            commands.doubt_report(Path(options["report"]), path)
        shop = shop_named(options["domain"])
        if options["report"]:
            Path(options["report"]).open("ab").close()  # said now, and not when everything is written
        with commands.open_archive(path) as archive:
            run = commands.plan(
                shop,
                archive,
                path.name,
                inline=inline,
                quiet=quiet,
                errors=options["errors"],
                anonymise=options["anonymise"],
            )
        if options["plan_only"]:
            cancel(run)
            run.refresh_from_db()
            if options["report"]:
                _write_report(run, Path(options["report"]))
            self._print(options, run, commands.plan_table(run.plan))
            return commands.plan_exit_code(run)
        if not commands.agreed(run, yes=options["yes"], out=sys.stderr):
            return REFUSED
        run = commands.carry_out(run, policy=options["policy"], inline=inline, quiet=quiet)
        spreadsheet_errors(storage(), run.annotated, options["errors"])
        if options["report"]:
            _write_report(run, Path(options["report"]))
        self._print(options, run, commands.report_table(run.result))
        return commands.exit_code(run)

    def _print(self, options: dict[str, Any], run: Import, text: str) -> None:
        self.stdout.write(json.dumps(commands.summary(run)) if options["json"] else text)


def _write_report(run: Import, path: Path) -> None:
    lines = services.report_csv(run) if path.suffix == ".csv" else services.report_jsonl(run)
    with path.open("wb") as file:
        file.writelines(lines)

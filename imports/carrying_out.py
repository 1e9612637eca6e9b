"""What commands have in common that plan an import, ask, write and prove."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from exports.commands import common_arguments, spreadsheet_errors
from runs.services import cancel
from runs.storage import storage
from shops.commands import REFUSED, Sentences

from . import commands, services
from .models import Import


class Importing(Sentences):
    """A command that begins an import in `planned`. Exit codes: 0 all verified, 1 some records failed, 2 refused."""

    def deciding_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--plan-only", action="store_true", help="show the plan, and write nothing")
        parser.add_argument("--yes", action="store_true", help="confirm the plan without asking")
        parser.add_argument("--policy", choices=commands.POLICIES, default="update")
        parser.add_argument("--report", metavar="FILE", help="write every record's outcome, as .csv or .jsonl")
        common_arguments(parser)

    def doubt(self, options: dict[str, Any]) -> None:
        """Says what cannot be done before anything is. Raises Broken."""

    def planned(self, options: dict[str, Any]) -> Import:
        """Runs an import up to its plan. Raises Broken."""
        raise NotImplementedError

    def handle(self, **options: Any) -> None:
        sys.exit(self._import(options))

    def _import(self, options: dict[str, Any]) -> int:
        quiet, inline = options["json"], options["inline"]
        self.doubt(options)
        with _report_to(options["report"]) as report:
            code = self._carried(options, report, quiet=quiet, inline=inline)
        if report.problem:  # the import is over whatever becomes of its report, and has said what it came to
            self.stderr.write(report.problem)
            return REFUSED
        return code

    def _carried(self, options: dict[str, Any], report: _Report, *, quiet: bool, inline: bool) -> int:
        run = report.run = self.planned(options)
        if options["plan_only"]:
            cancel(run)
            run.refresh_from_db()
            self._print(options, run, commands.plan_table(run, options["policy"]))
            return commands.plan_exit_code(run)
        if not commands.agreed(run, policy=options["policy"], yes=options["yes"], out=sys.stderr):
            return REFUSED
        run = commands.carry_out(run, policy=options["policy"], inline=inline, quiet=quiet)
        spreadsheet_errors(storage(), run.annotated, options.get("errors"))
        self._print(options, run, commands.report_table(run.result))
        return commands.exit_code(run)

    def _print(self, options: dict[str, Any], run: Import, text: str) -> None:
        self.stdout.write(json.dumps(commands.summary(run)) if options["json"] else text)


@dataclass(slots=True)
class _Report:
    """Where the outcome of every record goes. `run`: the import, once there is one with a plan."""

    path: Path | None
    run: Import | None = None
    problem: str = ""

    def write(self) -> None:
        if self.path is None or self.run is None:
            return
        lines = services.report_csv(self.run) if self.path.suffix == ".csv" else services.report_jsonl(self.run)
        try:
            with self.path.open("wb") as file:
                file.writelines(lines)
        except OSError as problem:
            self.problem = (
                f"The report could not be written to {self.path}: {problem.strerror}. It is on the page of import "
                f"{self.run.id}, as long as the import is kept."
            )


@contextmanager
def _report_to(name: str | None) -> Iterator[_Report]:
    """Writes a report however the import ends, an interrupted one's as well. Without a plan there is none, and no file.

    That a file cannot be written is said at once, and not when everything else is.
    """
    report = _Report(Path(name) if name else None)
    new = report.path is not None and not report.path.exists()
    if report.path is not None:
        report.path.open("ab").close()
    try:
        yield report
    finally:
        if report.run is not None:
            report.write()
        elif new and report.path is not None:
            report.path.unlink(missing_ok=True)

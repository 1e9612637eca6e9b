"""``manage.py copy_store A B``: an export of one store, and an import of it into another."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from typing import Any

from exports.commands import anonymise_argument, chosen, common_arguments, export, selection_arguments
from imports import commands
from runs.storage import storage
from shops.commands import REFUSED, Broken, Sentences, shop_named


class Command(Sentences):
    help = "Copies a store into another one. Exit codes: 0 all verified, 1 some records failed, 2 refused or broken."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("source", metavar="A")
        parser.add_argument("target", metavar="B")
        selection_arguments(parser)
        anonymise_argument(parser)
        parser.add_argument("--yes", action="store_true", help="confirm the plan without asking")
        parser.add_argument("--policy", choices=commands.POLICIES, default="update")
        common_arguments(parser)

    def handle(self, **options: Any) -> None:
        sys.exit(self._copy(options))

    def _copy(self, options: dict[str, Any]) -> int:
        quiet, inline, anonymise = options["json"], options["inline"], options["anonymise"]
        selection = chosen(options)
        source, target = shop_named(options["source"]), shop_named(options["target"])
        if source == target:
            raise Broken("A store cannot be copied into itself.")
        exported = export(source, selection, inline=inline, quiet=quiet, anonymise=anonymise)
        with storage().read(exported.archive) as archive:
            run = commands.plan(target, archive, f"{source.domain}.zip", inline=inline, quiet=quiet)
        if not commands.agreed(run, policy=options["policy"], yes=options["yes"], out=sys.stderr):
            return REFUSED
        run = commands.carry_out(run, policy=options["policy"], inline=inline, quiet=quiet)
        text = json.dumps(commands.summary(run)) if options["json"] else commands.report_table(run.result)
        self.stdout.write(text)
        return commands.exit_code(run)

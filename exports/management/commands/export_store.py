"""``manage.py export_store DOMAIN --out FILE_OR_DIR``."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from typing import Any

from exports.commands import (
    anonymise_argument,
    chosen,
    common_arguments,
    export,
    left_out,
    missing,
    save,
    selection_arguments,
    summary,
)
from exports.out import wanted
from shops.commands import SOME_FAILED, Broken, Sentences, shop_named


class Command(Sentences):
    help = "Exports a store into an archive: a ZIP file, or a directory to keep in git."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("domain", metavar="DOMAIN")
        parser.add_argument("--out", required=True, metavar="FILE_OR_DIR")
        selection_arguments(parser)
        anonymise_argument(parser)
        common_arguments(parser)

    def handle(self, **options: Any) -> None:
        selection, out = chosen(options), wanted(options["out"])
        shop = shop_named(options["domain"])
        inline, quiet, anonymise = options["inline"], options["json"], options["anonymise"]
        run = export(shop, selection, inline=inline, quiet=quiet, anonymise=anonymise)
        try:
            save(run, out)
        except OSError as problem:
            raise Broken(f"The archive cannot be written to {options['out']}: {problem.strerror}.") from None
        if options["json"]:
            self.stdout.write(json.dumps(summary(run)))
        else:
            self.stdout.write(f"{run.result['records']} records of {shop.domain} are in {options['out']}.")
            for line in left_out(run):
                self.stdout.write(line)
        if missing(run):
            sys.exit(SOME_FAILED)

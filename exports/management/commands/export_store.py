"""``manage.py export_store DOMAIN --out FILE_OR_DIR``."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from exports.commands import chosen, common_arguments, export, save, selection_arguments, summary
from shops.commands import Broken, Sentences, shop_named


class Command(Sentences):
    help = "Exports a store into an archive: a ZIP file, or a directory to keep in git."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("domain", metavar="DOMAIN")
        parser.add_argument("--out", required=True, metavar="FILE_OR_DIR")
        selection_arguments(parser)
        common_arguments(parser)

    def handle(self, **options: Any) -> None:
        selection = chosen(options)
        shop = shop_named(options["domain"])
        run = export(shop, selection, inline=options["inline"], quiet=options["json"])
        try:
            save(run, Path(options["out"]))
        except OSError as problem:
            raise Broken(f"The archive cannot be written to {options['out']}: {problem.strerror}.") from None
        if options["json"]:
            self.stdout.write(json.dumps(summary(run)))
        else:
            self.stdout.write(f"{run.result['records']} records of {shop.domain} are in {options['out']}.")

"""``manage.py import_rest DOMAIN RUN``."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any, cast
from uuid import UUID

from imports import commands
from imports.carrying_out import Importing
from imports.models import Import
from shops.commands import Broken, shop_named


class Command(Importing):
    help = (
        "Plans, writes and proves what an import that has ended did not bring. Exit codes: 0 all verified, "
        "1 some records failed, 2 refused or broken."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("domain", metavar="DOMAIN")
        parser.add_argument("run", metavar="RUN", help="the import's id, as --json prints it and its address has it")
        self.deciding_arguments(parser)

    def doubt(self, options: dict[str, Any]) -> None:
        self._ended(options)

    def planned(self, options: dict[str, Any]) -> Import:
        return commands.plan_rest(self._ended(options), inline=options["inline"], quiet=options["json"])

    def _ended(self, options: dict[str, Any]) -> Import:
        """Raises Broken."""
        shop, text = shop_named(options["domain"]), options["run"]
        ended = Import.objects.filter(shop=shop, pk=text).first() if _is_id(text) else None
        if ended is None:
            raise Broken(f"There is no import {text[:60]!r} of {shop.domain}: it never was, or has expired.")
        return cast(Import, ended)


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True

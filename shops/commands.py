"""What the management commands share: exit codes, and finding a shop."""

from __future__ import annotations

import json
import sys
from typing import NoReturn

from django.core.management.base import BaseCommand

from .models import Shop

ALL_VERIFIED, SOME_FAILED, REFUSED = 0, 1, 2


class Broken(Exception):
    """One sentence on why the command cannot do its work."""


def fail(command: BaseCommand, problem: Exception, *, as_json: bool = False) -> NoReturn:
    """One sentence; with `--json`, as an object on standard output too."""
    command.stderr.write(str(problem))
    if as_json:
        command.stdout.write(json.dumps({"error": str(problem)}))
    sys.exit(REFUSED)


def shop_named(domain: str) -> Shop:
    """Raises Broken."""
    shop = Shop.objects.filter(domain=domain.strip().lower(), uninstalled_at=None).exclude(sealed_token="").first()
    if shop is None:
        raise Broken(f"{domain} is not connected; run connect_shop {domain} first.")
    return shop

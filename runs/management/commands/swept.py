"""``manage.py swept``: the health check of beat and upkeep."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand

from runs.services import beat_is_silent


class Command(BaseCommand):
    help = "Exit code 0 where beat and an upkeep worker were heard lately, 1 where not."

    def handle(self, **options: Any) -> None:
        if beat_is_silent():
            self.stderr.write("No sweep was heard lately: is beat running, and a worker of the queue upkeep?")
            sys.exit(1)

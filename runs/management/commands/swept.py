"""``manage.py swept``: the health check of beat and upkeep."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand
from django.db import DatabaseError

from runs.services import beat_is_silent


class Command(BaseCommand):
    help = "Exit code 0 where beat and an upkeep worker were heard lately, 1 where not."

    def handle(self, **options: Any) -> None:
        try:
            silent = beat_is_silent()
        except DatabaseError:
            self.stderr.write("The database cannot be asked: is it reachable, and has `manage.py migrate` been run?")
            sys.exit(1)
        if silent:
            self.stderr.write("No sweep was heard lately: is beat running, and a worker of the queue upkeep?")
            sys.exit(1)

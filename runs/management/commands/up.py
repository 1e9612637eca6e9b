"""``manage.py up``: the whole program on one machine, with one command."""

from __future__ import annotations

import shlex
import socket
import sys
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from runs import broker
from runs.supervisor import Child, Supervisor


class Command(BaseCommand):
    help = "Runs broker, web, workers and beat; restarts what dies, and stops what it started."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="address of the web server")
        parser.add_argument("--port", default=8000, type=int, help="port of the web server")
        parser.add_argument(
            "--also", action="append", default=[], metavar="NAME=COMMAND", help="a further process to look after"
        )
        parser.add_argument("--quiet", action="store_true", help="say only what goes wrong")

    def handle(self, **options: Any) -> None:
        call_command("migrate", verbosity=0, interactive=False)
        children = self._children(options)
        address = f"http://{options['host']}:{options['port']}"

        def say(name: str, line: str) -> None:
            if not options["quiet"] or "died" in line or "ERROR" in line or "CRITICAL" in line:
                self.stdout.write(f"{name:>8} | {line}")
                self.stdout.flush()

        def ready() -> None:
            self.stdout.write(f"   ready | {address}")
            self.stdout.flush()

        Supervisor(children, say).run(ready)

    def _children(self, options: dict[str, Any]) -> list[Child]:
        """In the order in which they need each other."""
        children = []
        for item in options["also"]:
            name, _, command = item.partition("=")
            if not command:
                raise CommandError("Name a further process as NAME=COMMAND.")
            children.append(Child(name, shlex.split(command)))
        try:
            command = broker.command()
        except broker.NoBroker as problem:
            raise CommandError(str(problem)) from None
        if command is not None:
            children.append(Child("broker", command, prepare=broker.prepare, ready=broker.alive, pulse=True))
        host, port = options["host"], options["port"]
        web = ["gunicorn", "shopsync.wsgi", "--bind", f"{host}:{port}", "--worker-class", "gthread"]
        web += ["--workers", "2", "--threads", "8", "--timeout", "120", "--log-level", "warning"]
        children.append(Child("web", _module(*web), ready=lambda: _listens(host, port)))
        children.append(
            Child("worker", _celery("worker", "-Q", "shopify", "-c", "1", "-P", "solo", "-n", "shopify@%h"))
        )
        children.append(Child("upkeep", _celery("worker", "-Q", "upkeep", "-c", "1", "-P", "solo", "-n", "upkeep@%h")))
        schedule = str(settings.VAR_DIR / "beat-schedule")
        children.append(Child("beat", _celery("beat", "-s", schedule, "--pidfile", "")))
        return children


def _module(name: str, *arguments: str) -> list[str]:
    return [sys.executable, "-m", name, *arguments]


def _celery(*arguments: str) -> list[str]:
    without_gossip = ("--without-gossip", "--without-mingle") if arguments[0] == "worker" else ()
    return _module("celery", "-A", "shopsync", "-q", *arguments, *without_gossip, "-l", "WARNING")


def _listens(host: str, port: int) -> bool:
    try:
        with socket.create_connection((host, port), timeout=0.5):
            return True
    except OSError:
        return False

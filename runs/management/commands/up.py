"""``manage.py up``: the whole program on one machine, with one command."""

from __future__ import annotations

import errno
import fcntl
import os
import shlex
import socket
import sys
from argparse import ArgumentParser
from contextlib import closing
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.core.management import call_command

from runs import broker
from runs.supervisor import Child, Supervisor
from shops.commands import Broken, Sentences

_WORTH_SAYING = ("listening on", "died", "ERROR", "CRITICAL")


class Command(Sentences):
    help = "Runs broker, web, workers and beat; restarts what dies, and stops what it started."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="address of the web server")
        parser.add_argument("--port", default=8000, type=int, help="port of the web server")
        parser.add_argument(
            "--also", action="append", default=[], metavar="NAME=COMMAND", help="a further process to look after"
        )
        parser.add_argument("--quiet", action="store_true", help="say only who listens and what goes wrong")
        parser.add_argument(
            "--with-parent", action="store_true", help="end when the process that started this does, however it ends"
        )

    def handle(self, **options: Any) -> None:
        with _door(options["host"], options["port"]) as door, _claim(settings.VAR_DIR):
            call_command("migrate", verbosity=0, interactive=False)
            self._run(self._children(options, door), options)

    def _run(self, children: list[Child], options: dict[str, Any]) -> None:
        address = f"http://{options['host']}:{options['port']}"

        def say(name: str, line: str) -> None:
            if not options["quiet"] or any(word in line for word in _WORTH_SAYING):
                self.stdout.write(said(name, line))
                self.stdout.flush()

        def ready() -> None:
            self.stdout.write(f"   ready | {address}")
            self.stdout.flush()

        parent = os.getppid() if options["with_parent"] else None
        Supervisor(children, say, parent=parent).run(ready)

    def _children(self, options: dict[str, Any], door: socket.socket) -> list[Child]:
        """In the order in which they need each other."""
        children = []
        for item in options["also"]:
            name, _, command = item.partition("=")
            if not command:
                raise Broken("Name a further process as NAME=COMMAND.")
            children.append(Child(name, shlex.split(command)))
        try:
            command = broker.command()
        except broker.NoBroker as problem:
            raise Broken(str(problem)) from None
        if command is not None:
            children.append(Child("broker", command, prepare=broker.prepare, ready=broker.alive, pulse=True))
        web = ["gunicorn", "shopsync.wsgi", "--bind", f"fd://{door.fileno()}", "--worker-class", "gthread"]
        web += ["--workers", "2", "--threads", str(settings.WEB_THREADS), "--timeout", "120", "--log-level", "warning"]
        children.append(Child("web", _module(*web), ready=lambda: _answers(door), inherits=[door.fileno()]))
        children.append(
            Child("worker", _celery("worker", "-Q", "shopify", "-c", "1", "-P", "solo", "-n", "shopify@%h"))
        )
        children.append(Child("upkeep", _celery("worker", "-Q", "upkeep", "-c", "1", "-P", "solo", "-n", "upkeep@%h")))
        schedule = str(settings.VAR_DIR / "beat-schedule")
        children.append(Child("beat", _celery("beat", "-s", schedule, "--pidfile", "")))
        return children


def said(name: str, line: str) -> str:
    """A line of a process. Logs for machines stay one object a line."""
    whole = settings.LOG_FORMAT == "json" and line.startswith("{")
    return line if whole else f"{name:>8} | {line}"


def _module(name: str, *arguments: str) -> list[str]:
    return [sys.executable, "-m", name, *arguments]


def _celery(*arguments: str) -> list[str]:
    without_gossip = ("--without-gossip", "--without-mingle") if arguments[0] == "worker" else ()
    return _module("celery", "-A", "shopsync", "-q", *arguments, *without_gossip, "-l", "WARNING")


def _door(host: str, port: int) -> socket.socket:
    """The socket of the web server, ours before anything is started: nobody else can take or answer at its address."""
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        return socket.create_server((host, port), family=family, backlog=2048)
    except OSError as problem:
        if problem.errno == errno.EADDRINUSE:
            reason = "another program listens there. Stop that one"
        else:
            reason = f"{problem.strerror or 'that is no address of this machine'}. Choose another --host"
    except OverflowError:
        reason = "there is no such port. Choose one below 65536"
    raise Broken(f"Cannot listen on {host}, port {port}: {reason}, or choose another --port (make run PORT=8001).")


def _claim(folder: Path) -> IO[str]:
    """VAR_DIR is ours for as long as this file is open: two programs in it would share database, broker and schedule.

    The system lets go of the lock when this process ends, however it ends; children do not inherit it.
    """
    lock = (folder / "up.lock").open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        lock.close()
        raise Broken(
            f"Another `manage.py up` works with the files in {folder}: stop that one, or choose another VAR_DIR."
        ) from None
    return lock


def _answers(door: socket.socket) -> bool:
    """Whether the web server does; the socket takes connections before there is one."""
    host, port = door.getsockname()[:2]
    with closing(HTTPConnection(host, port, timeout=1)) as connection:
        try:
            connection.request("GET", "/healthz", headers={"Host": "localhost"})
            return connection.getresponse().status < 500
        except (OSError, HTTPException):
            return False

"""What the management commands share: exit codes, finding a shop, and one sentence on whatever goes wrong."""

from __future__ import annotations

import json
import os
import re
import sys
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any, NoReturn

from django.core.management.base import BaseCommand, CommandParser, OutputWrapper
from django.db import DatabaseError

from transfer.archive import ArchiveError

from .models import Shop

ALL_VERIFIED, SOME_FAILED, REFUSED = 0, 1, 2
AWAY = "The database cannot be asked: is it reachable, and has manage.py migrate been run?"
LOCKED = "The database stayed locked: another program writes to it without an end. Try again once it does not."
_DOMAIN = re.compile(r"[a-z0-9][a-z0-9-]*\.myshopify\.com")
_ADDRESS = re.compile(r"(?:https?://)?([a-z0-9][a-z0-9-]*\.myshopify\.com)(?:[/:?#].*)?\Z", re.DOTALL)
_ADMIN = re.compile(r"admin\.shopify\.com/store/([a-z0-9-]+)")
_NAME = re.compile(r"[a-z0-9][a-z0-9-]*\Z")


class Broken(Exception):
    """One sentence on why the command cannot do its work."""


class Sentences(BaseCommand):
    """A command that ends with exit code 2 and one sentence where it cannot do its work, whatever the reason is.

    With `--json` the sentence is on standard output as well, as the object that a script waits for.
    """

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        parser = super().create_parser(prog_name, subcommand, **kwargs)
        parser.error = partial(self._misused, subcommand)  # type: ignore[method-assign]
        return parser

    def _misused(self, subcommand: str, message: str) -> NoReturn:
        sentence = f"{subcommand}: {message}; see manage.py {subcommand} --help."
        fail(self, Broken(sentence), as_json="--json" in sys.argv)

    def execute(self, *args: Any, **options: Any) -> str | None:
        if sys.stdout is None:  # closed by whoever started this
            self.stdout = OutputWrapper(Path(os.devnull).open("w"))  # noqa: SIM115
        try:
            said = super().execute(*args, **options)
            _flush(self)
            return said
        except (Broken, ArchiveError) as problem:
            fail(self, problem, as_json=bool(options.get("json")))
        except DatabaseError as problem:
            fail(self, Broken(LOCKED if "is locked" in str(problem) else AWAY), as_json=bool(options.get("json")))
        except OSError as problem:
            if problem.strerror is None:
                raise
            sentence = f"{problem.filename or 'A file'} cannot be read or written: {problem.strerror}."
            fail(self, Broken(sentence), as_json=bool(options.get("json")))


def fail(command: BaseCommand, problem: Exception, *, as_json: bool = False) -> NoReturn:
    """One sentence; with `--json`, as an object on standard output too, if that can be written."""
    command.stderr.write(str(problem))
    with suppress(OSError):
        if as_json:
            command.stdout.write(json.dumps({"error": str(problem)}))
        _flush(command)
    sys.exit(REFUSED)


def _flush(command: BaseCommand) -> None:
    """Raises OSError where standard output takes nothing, which Python would only say at its end, in its own way."""
    try:
        command.stdout.flush()
    except OSError as problem:
        if sys.stdout is not None:  # what is left in it must not be tried again at the end
            with suppress(OSError, ValueError):
                os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise OSError(problem.errno, problem.strerror, "Standard output") from None


def domain_of(text: str) -> str:
    """The domain of a store, as it was typed. Raises Broken, with what was probably meant."""
    typed = text.strip().lower()
    if _DOMAIN.fullmatch(typed):
        return typed
    shown = "".join(sign if sign.isprintable() else "�" for sign in text[:60])
    raise Broken(f"“{shown}” is no store: a store is named by its domain, {_meant(typed)}.")


def _meant(typed: str) -> str:
    found = _ADDRESS.match(typed)
    if found is not None:
        return found[1]
    admin = _ADMIN.search(typed)
    name = admin[1] if admin is not None else typed if _NAME.match(typed) else ""
    return f"{name}.myshopify.com" if name else "such as name.myshopify.com"


def shop_named(text: str) -> Shop:
    """Raises Broken."""
    domain = domain_of(text)
    shop = Shop.objects.filter(domain=domain, uninstalled_at=None).exclude(sealed_token="").first()
    if shop is None:
        raise Broken(f"{domain} is not connected; run connect_shop {domain} first.")
    return shop

"""Settings from the environment and from `.env`: each is looked at, and whatever is wrong is said in a sentence.

All that is wrong is said at once, without a traceback, and the process ends with exit code 2. Values are not repeated:
some of them hold passwords.
"""

from __future__ import annotations

import io
import json
import logging
import os
import re
import sys
from collections.abc import Callable
from math import inf, isfinite
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import SplitResult, urlsplit

import environ
from cryptography.fernet import Fernet

REFUSED = 2
DATABASES = ("sqlite", "postgres", "postgresql", "psql", "pgsql")
BROKERS = ("redis", "rediss")
YES, NO = {"1", "true", "yes", "y", "on", "ok", "t"}, {"0", "false", "no", "n", "off", "f"}

N = TypeVar("N", int, float)


class Environment:
    """The settings of one process. What is wrong counts as not set, until `check` tells of it."""

    def __init__(self, file: Path) -> None:
        self.problems: list[str] = []
        named = os.environ.get("ENV_FILE", "")
        self._read(Path(named) if named else file, wanted=bool(named))
        # An empty setting is one that is not set.
        self._values = {name: value for name, value in os.environ.items() if value}

    def _read(self, file: Path, *, wanted: bool) -> None:
        if not file.exists():
            if wanted:
                self.wrong("ENV_FILE", f"there is no file {file}")
            return
        try:
            environ.Env.read_env(io.StringIO(file.read_text("utf-8")), overwrite=False)
        except (OSError, ValueError) as problem:  # a folder, somebody else's, or no text
            why = problem.strerror if isinstance(problem, OSError) else "it is no text in UTF-8"
            self.wrong("ENV_FILE" if wanted else ".env", f"{file} cannot be read: {why}")

    def wrong(self, name: str, why: str) -> None:
        self.problems.append(f"{name}: {why}.")

    def check(self) -> None:
        """Ends the process with a sentence for each setting that is wrong."""
        if not self.problems:
            return
        sys.stderr.write("".join(f"{problem}\n" for problem in self.problems))
        if "--json" in sys.argv:
            sys.stdout.write(json.dumps({"error": " ".join(self.problems)}) + "\n")
        sys.exit(REFUSED)

    # -- what a setting may be -----------------------------------------------------------------------------------

    def text(self, name: str, default: str = "", *, like: str = "", why: str = "") -> str:
        """`like`: a pattern that the whole value must have; `why`: what else to write."""
        value = self._values.get(name, default)
        if like and value != default and not re.fullmatch(like, value):
            self.wrong(name, why)
            return default
        return value

    def texts(self, name: str, default: list[str] | None = None, *, like: str = "", why: str = "") -> list[str]:
        """Texts with commas between them."""
        if name not in self._values:
            return default or []
        found = [item for item in self._values[name].split(",") if item]
        if like and not all(re.fullmatch(like, item) for item in found):
            self.wrong(name, why)
            return default or []
        return found

    def flag(self, name: str, *, default: bool) -> bool:
        value = self._values.get(name, "").strip().lower()
        if value and value not in YES | NO:
            self.wrong(name, "write true or false")
        return value in YES if value in YES | NO else default

    def number(self, name: str, default: float, *, most: float = inf, zero: bool = False) -> float:
        """A number above zero, or from zero on."""
        words = f"a number {'from 0 on' if zero else 'above 0'}{'' if most == inf else f', {most:g} at most'}"
        return self._number(name, default, float, lambda value: 0 <= value <= most and (value > 0 or zero), words)

    def whole(self, name: str, default: int, *, least: int = 1) -> int:
        return self._number(name, default, int, lambda value: value >= least, f"a whole number, {least} or more")

    def _number(self, name: str, default: N, kind: Callable[[str], N], fits: Callable[[N], bool], words: str) -> N:
        if name not in self._values:
            return default
        try:
            value = kind(self._values[name])
            if fits(value) and isfinite(value):
                return value
        except (ValueError, OverflowError):
            pass
        self.wrong(name, f"write {words}")
        return default

    def address(self, name: str, default: str = "", *, holds: str = "") -> str:
        """An http(s) address without a slash at its end. `holds`: what must stand in it."""
        value = self._values.get(name, "").rstrip("/") or default
        parts = _parts(value.replace("{shop}", "shop"))
        right = parts is not None and parts.scheme in ("http", "https") and bool(parts.hostname)
        if value and not (right and holds in value):
            template = f", with {holds} where the store's domain belongs" if holds else ""
            self.wrong(name, f"write an address that begins with https:// (or http://){template}")
            return default
        return value

    def folder(self, name: str, default: Path) -> Path:
        """Made, if it is not there. Absolute: the broker works in a folder of its own, and names its socket by this."""
        path = Path(self._values.get(name, str(default))).absolute()
        try:
            path.mkdir(parents=True, exist_ok=True)
        except OSError as problem:
            self.wrong(name, f"{path} cannot be made: {problem.strerror}")
        return path

    # -- what leads elsewhere ------------------------------------------------------------------------------------

    def database(self, name: str, default: str) -> dict[str, Any]:
        """What Django takes."""
        value = self._values.get(name, default)
        parts = _parts(value)
        if parts is None or parts.scheme not in DATABASES or not parts.path.strip("/"):
            self.wrong(name, "write postgres://user:password@host:5432/name, or sqlite:////path/of/a/file")
            value = default
        return dict(environ.Env.db_url_config(value))

    def broker(self, name: str) -> str:
        """The address of a Redis; empty where none is set."""
        value = self._values.get(name, "")
        parts = _parts(value)
        right = parts is not None and parts.scheme in BROKERS and bool(parts.hostname)
        if value and not (parts is not None and right and re.fullmatch(r"(/\d*)?", parts.path)):
            self.wrong(name, "write redis://host:6379/0, with :password@ before the host if it has one")
            return ""
        return value

    def keys(self, name: str) -> list[str]:
        """Fernet keys."""
        found = self.texts(name)
        try:
            for key in found:
                Fernet(key)
        except ValueError:
            self.wrong(name, "each key is 32 bytes in URL-safe base64 (openssl rand -base64 32 | tr '+/' '-_')")
            return []
        return found

    def level(self, name: str, default: str) -> str:
        value = self._values.get(name, default).upper()
        if value not in logging.getLevelNamesMapping():
            self.wrong(name, "write DEBUG, INFO, WARNING, ERROR or CRITICAL")
            return default
        return value


def _parts(address: str) -> SplitResult | None:
    """None for what is no address."""
    try:
        parts = urlsplit(address)
        return parts if parts.port != 0 else None
    except ValueError:
        return None

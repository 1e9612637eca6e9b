"""The services of docker-compose.yml as processes of this machine: their own commands, their own environment.

Only addresses differ: containers have names, processes have ports. What compose would do (wait for what a service
depends on, start again what died) is done here.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import yaml

from tests.servers import Redis, free_port
from tests.support import CLIENT_ID, CLIENT_SECRET, ROOT, Sandbox

START_SECONDS = 180  # on a machine that is busy with other tests
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
_VARIABLE = re.compile(r"\$\{(\w+)(?::([-?])([^}]*))?\}")


def filled(text: str, values: Mapping[str, str]) -> str:
    """Compose's `${NAME:-default}` and `${NAME:?what is missing}`."""

    def value(match: re.Match[str]) -> str:
        name, sign, rest = match.groups()
        if values.get(name):
            return values[name]
        assert sign != "?", f"{name} is missing: {rest}"
        return rest or ""

    return _VARIABLE.sub(value, text)


class Stack:
    """`settings`: what an operator puts into .env. `shortened`: leases and sweeps, so that a kill costs seconds."""

    def __init__(
        self,
        sandbox: Sandbox,
        folder: Path,
        *,
        redis: Redis,
        database: str,
        shortened: Mapping[str, str] | None = None,
        python: Path | None = None,
    ) -> None:
        self._folder, self._port, self._redis = folder, free_port(), redis
        self._database = database
        self._values = {
            "SECRET_KEY": "of-a-test-and-of-nothing-else",
            "SHOPIFY_API_KEY": CLIENT_ID,
            "SHOPIFY_API_SECRET": CLIENT_SECRET,
            "SHOPIFY_API_ORIGIN": sandbox.origin,
            "SHOPIFY_ADMIN_ORIGIN": sandbox.url,
            "SHOPIFY_APP_BRIDGE_URL": f"{sandbox.url}/app-bridge.js",
            "SHOPIFY_FILE_HOSTS": sandbox.url,
            "POSTGRES_PASSWORD": "replaced below",
        }
        self._shortened = dict(shortened or {})
        self._bin = (python or Path(sys.executable)).parent
        self._running: dict[str, list[subprocess.Popen[bytes]]] = {}
        self.url = f"http://127.0.0.1:{self._port}"
        folder.mkdir(parents=True, exist_ok=True)

    def environment(self, service: str) -> dict[str, str]:
        own = {
            name: filled(str(text), self._values) for name, text in COMPOSE["services"][service]["environment"].items()
        }
        addresses = {"DATABASE_URL": self._database, "REDIS_URL": self._redis.url, "VAR_DIR": str(self._folder)}
        path = f"{self._bin}:{os.environ['PATH']}"
        return {"PATH": path, "HOME": str(self._folder), **own, **addresses, **self._shortened}

    def command(self, service: str) -> list[str]:
        """The service's own; web gets the port of the test, beat a file of its own."""
        words = COMPOSE["services"][service]["command"]
        return [
            word.replace("0.0.0.0:8000", f"127.0.0.1:{self._port}").replace("/tmp/beat", str(self._folder / "beat"))
            for word in words
        ]

    def migrate(self) -> None:
        subprocess.run(self.command("migrate"), cwd=ROOT, env=self.environment("migrate"), check=True)

    def start(self, service: str, copies: int = 1) -> None:
        for _ in range(copies):
            log = (self._folder / f"{service}.log").open("ab")
            process = subprocess.Popen(
                self.command(service), cwd=ROOT, env=self.environment(service), stdout=log, stderr=log
            )
            log.close()
            self._running.setdefault(service, []).append(process)

    def up(self, workers: int = 1, without: tuple[str, ...] = ()) -> None:
        self.migrate()
        for service in ("web", "worker-shopify", "worker-upkeep", "beat"):
            if service not in without:
                self.start(service, workers if service == "worker-shopify" else 1)
        wait_for(lambda: self.answers("/healthz"), "web")

    def answers(self, path: str) -> bool:
        try:
            with urllib.request.urlopen(self.url + path, timeout=30) as response:
                return bool(response.status == 200)
        except OSError:
            return False

    def processes(self, service: str) -> list[subprocess.Popen[bytes]]:
        return self._running.get(service, [])

    def kill(self, service: str, number: int = 0) -> None:
        """SIGKILL; compose starts it again, and so does this."""
        self.stop(service, number, signal.SIGKILL)
        self.start(service)

    def stop(self, service: str, number: int = 0, how: signal.Signals = signal.SIGTERM) -> int:
        """Its exit code."""
        process = self._running[service].pop(number)
        process.send_signal(how)
        return process.wait(180)

    def manage(self, *words: str) -> subprocess.CompletedProcess[str]:
        command = ["python", "manage.py", *words]
        return subprocess.run(
            command, cwd=ROOT, env=self.environment("web"), capture_output=True, text=True, check=False, timeout=300
        )

    def logs(self) -> str:
        return "".join(path.read_text(errors="replace") for path in sorted(self._folder.glob("*.log")))

    def down(self) -> None:
        for service in reversed(list(self._running)):
            while self._running[service]:
                process = self._running[service][0]
                process.send_signal(signal.SIGCONT)
                self.stop(service)


def wait_for(happened: Callable[[], bool], what: str, seconds: float = START_SECONDS) -> float:
    """How long it took."""
    began = time.monotonic()
    while not happened():
        assert time.monotonic() - began < seconds, f"{what}: not within {seconds} s"
        time.sleep(0.1)
    return time.monotonic() - began

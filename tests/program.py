"""`manage.py up` against a sandbox, as the tests that need the whole program start it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from pathlib import Path

import psutil

from tests.servers import broker, database, free_port
from tests.support import CLIENT_ID, CLIENT_SECRET, ROOT, Sandbox


class Program:
    """Web, workers, beat and broker in one; and a way to kill its worker.

    On SQLite and with the broker that comes with the install; where DATABASE_URL and REDIS_URL name servers, on a
    database and a Redis of its own.
    """

    def __init__(self, sandbox: Sandbox, folder: Path, settings: Mapping[str, str], *, port: int | None = None) -> None:
        port = port or free_port()
        self._owned = ExitStack()
        self.database = self._owned.enter_context(database(folder))
        self.environment = {
            **os.environ,
            "DATABASE_URL": self.database,
            "REDIS_URL": self._owned.enter_context(broker()),
            **settings,
            "ENV_FILE": os.devnull,
            "VAR_DIR": str(folder),
            "SHOPIFY_API_KEY": CLIENT_ID,
            "SHOPIFY_API_SECRET": CLIENT_SECRET,
            "SHOPIFY_API_ORIGIN": sandbox.origin,
            "SHOPIFY_FILE_HOSTS": sandbox.url,
            "SHOPIFY_ADMIN_ORIGIN": sandbox.url,
            "SHOPIFY_APP_BRIDGE_URL": f"{sandbox.url}/app-bridge.js",
        }
        self.broker = self.environment["REDIS_URL"] or f"unix://{folder}/broker.sock"
        self.url = f"http://127.0.0.1:{port}"
        command = [sys.executable, "manage.py", "up", "--quiet", "--with-parent", "--port", str(port)]
        self._process = subprocess.Popen(command, cwd=ROOT, env=self.environment, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        self._output = self._process.stdout
        for line in self._output:
            if "ready |" in line:
                break
        else:
            raise AssertionError("the program did not come up; what it said stands above")
        self._reader = threading.Thread(target=self._output.read, daemon=True)
        self._reader.start()

    def manage(self, *arguments: str, **more: str) -> None:
        """Runs a management command in the program's environment, and whatever more of that it needs."""
        command = [sys.executable, "manage.py", *arguments]
        subprocess.run(command, cwd=ROOT, env={**self.environment, **more}, check=True, capture_output=True)

    def kill_worker(self) -> bool:
        for child in psutil.Process(self._process.pid).children():
            with suppress(psutil.NoSuchProcess):
                if "-Q shopify" in " ".join(child.cmdline()):
                    child.kill()
                    return True
        return False

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        self._process.send_signal(how)
        self._process.wait(180)
        self._reader.join(60)
        self._output.close()
        self._owned.close()

"""Brings everything up, copies the full shop into the empty one, proves it, and stays up to be looked at.

Knows neither the app nor the sandbox from inside: it speaks HTTP to both, as a browser in the admin would.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import tomllib
from pathlib import Path
from types import FrameType

from .copy import Copy, Trouble

ROOT = Path(__file__).resolve().parent.parent
CLIENT_ID = "sandbox-client-id"
CLIENT_SECRET = "sandbox-client-secret-of-32-chars!!"  # of the sandbox
SOURCE, TARGET = "boutique", "empty"
START_SECONDS = 60
PLAYING = bool(os.environ.get("DEMO_ONLY_UP"))  # nothing is copied: somebody wants to do it by hand


def free_port(wanted: int) -> int:
    """The port that was asked for, or another one where that is taken."""
    for port in (wanted, 0):
        with socket.socket() as own:
            own.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                own.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(own.getsockname()[1])
    raise SystemExit("There is no free port on 127.0.0.1.")


def declared_scopes() -> dict[str, str]:
    """What the app declares to Shopify, for the sandbox: whoever clicks around is asked for the optional ones."""
    own = tomllib.loads((ROOT / "shopify.app.toml").read_text(encoding="utf-8"))["access_scopes"]
    return {"SANDBOX_SCOPES": own["scopes"], "SANDBOX_OPTIONAL_SCOPES": ",".join(own["optional_scopes"])}


def _listens(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=0.5):
            return True
    except OSError:
        return False


class Processes:
    """The supervisor, and what it says."""

    def __init__(self, web: int, sandbox: int) -> None:
        var = ROOT / "var" / "demo"
        shutil.rmtree(var, ignore_errors=True)
        own = f"http://127.0.0.1:{sandbox}"
        self._sandbox = sandbox
        environment = {
            **os.environ,
            "ENV_FILE": os.devnull,  # what somebody set for stores of their own is not for this one
            "VAR_DIR": str(var),
            "SHOPIFY_API_KEY": CLIENT_ID,
            "SHOPIFY_API_SECRET": CLIENT_SECRET,
            "SHOPIFY_API_ORIGIN": f"{own}/shops/{{shop}}",
            "SHOPIFY_ADMIN_ORIGIN": own,
            "SHOPIFY_FILE_HOSTS": own,
            "SHOPIFY_APP_BRIDGE_URL": f"{own}/app-bridge.js",
        }
        if PLAYING:
            environment |= declared_scopes()
        environment.pop("DATABASE_URL", None)
        environment.pop("REDIS_URL", None)
        stand_in = [
            sys.executable,
            "-m",
            "sandbox",
            "--port",
            str(sandbox),
            "--plan",
            os.environ.get("PLAN", "advanced"),
        ]
        stand_in += ["--app-url", f"http://127.0.0.1:{web}"]
        command = [sys.executable, "manage.py", "up", "--quiet", "--port", str(web)]
        command += ["--also", f"sandbox={' '.join(stand_in)}"]
        self._process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        self._ready = threading.Event()
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if "ready |" in line:
                self._ready.set()
            else:
                print(line, end="", file=sys.stderr, flush=True)

    def wait(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while not self._ready.wait(0.2):
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise Trouble("The program did not come up; the lines above say why.")
        while not _listens(self._sandbox):
            if time.monotonic() > deadline:
                raise Trouble("The sandbox did not come up; the lines above say why.")
            time.sleep(0.1)

    def stop(self) -> None:
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(60)
        except subprocess.TimeoutExpired:
            self._process.kill()


def main() -> int:
    web, sandbox = free_port(8000), free_port(4010)
    print("Bringing up sandbox, broker, web, workers and beat …", flush=True)
    processes = Processes(web, sandbox)
    signal.signal(signal.SIGTERM, _interrupt)
    page = f"http://127.0.0.1:{sandbox}/store/{{}}/apps/{CLIENT_ID}"
    code = 2
    try:
        processes.wait()
        if not PLAYING:
            copy = Copy(f"http://127.0.0.1:{web}", f"http://127.0.0.1:{sandbox}", SOURCE, TARGET)
            code = 0 if copy.run() else 1
        print("\nTo look at, in a browser:")
        print(f"  {page.format(TARGET)}    the store that was copied into")
        print(f"  {page.format(SOURCE)}    the store that was copied")
        if os.environ.get("DEMO_EXIT") != "1":
            print("It stays up until Ctrl-C.", flush=True)
            code = 0
            signal.pause()
    except KeyboardInterrupt:
        print()
    except Trouble as trouble:
        print(trouble, file=sys.stderr)
    finally:
        processes.stop()
    return code


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())

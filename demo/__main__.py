"""Brings everything up, copies the full shop into the empty one, proves it, and stays up to be looked at.

Knows neither the app nor the sandbox from inside: it speaks HTTP to both, as a browser in the admin would.
"""

from __future__ import annotations

import fcntl
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
from typing import IO

from .copy import Copy, Trouble

ROOT = Path(__file__).resolve().parent.parent
CLIENT_ID = "sandbox-client-id"
CLIENT_SECRET = "sandbox-client-secret-of-32-chars!!"  # of the sandbox
SOURCE, TARGET = "boutique", "empty"
VAR = ROOT / "var" / "demo"
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


def wanted_port() -> int:
    """What PORT says, as for `make run`. Raises Trouble."""
    text = os.environ.get("PORT") or "8000"
    if not (text.isdecimal() and len(text) <= 5 and 0 < int(text) < 1 << 16):
        raise Trouble("PORT must be a number from 1 to 65535.")
    return int(text)


def declared_scopes() -> dict[str, str]:
    """What the app declares to Shopify, for the sandbox: whoever clicks around is asked for the optional ones."""
    own = tomllib.loads((ROOT / "shopify.app.toml").read_text(encoding="utf-8"))["access_scopes"]
    return {"SANDBOX_SCOPES": own["scopes"], "SANDBOX_OPTIONAL_SCOPES": ",".join(own["optional_scopes"])}


def claim() -> IO[str]:
    """VAR is ours for as long as the file that this returns is open, here or in a process that inherited it."""
    VAR.parent.mkdir(parents=True, exist_ok=True)
    lock = VAR.with_suffix(".lock").open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        lock.close()
        raise Trouble(
            "A demo runs in this folder already: look at that one, or end it (Ctrl-C) and start again."
        ) from None
    return lock


class Processes:
    """The supervisor, and what it says. It inherits the lock: what outlives this program still has its files."""

    def __init__(self, web: int, sandbox: int, lock: IO[str]) -> None:
        shutil.rmtree(VAR, ignore_errors=True)
        own = f"http://127.0.0.1:{sandbox}"
        environment = {
            **os.environ,
            "ENV_FILE": os.devnull,  # what somebody set for stores of their own is not for this one
            "VAR_DIR": str(VAR),
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
        command = [sys.executable, "manage.py", "up", "--quiet", "--with-parent", "--port", str(web)]
        command += ["--also", f"sandbox={' '.join(stand_in)}"]
        self._process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            pass_fds=[lock.fileno()],
        )
        self._ready, self._stand_in, self._died = threading.Event(), threading.Event(), threading.Event()
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()

    def _listen(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if "ready |" in line:
                self._ready.set()
            elif "sandbox | sandbox listening" in line:  # its own word: at its address, anybody might answer
                self._stand_in.set()
            else:
                print(line, end="", file=sys.stderr, flush=True)
            if "sandbox | died" in line:
                self._died.set()

    def outlive(self) -> None:
        """Returns when the program has ended: then nothing is left to look at."""
        self._process.wait()
        raise Trouble("The program has ended.")

    def wait(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while not (self._ready.wait(0.2) and self._stand_in.wait(0.2)):
            late = time.monotonic() > deadline
            if self._died.is_set() or (late and not self._stand_in.is_set()):
                raise Trouble(
                    "The sandbox did not come up: another program may have taken its port just now. Start again."
                )
            if late or self._process.poll() is not None:
                raise Trouble("The program did not come up; the lines above say why.")

    def stop(self) -> None:
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(60)
        except subprocess.TimeoutExpired:
            self._process.kill()
        self._listener.join(5)
        if self._process.stdout is not None and not self._listener.is_alive():
            self._process.stdout.close()


def main() -> int:
    try:
        wanted = wanted_port()
        lock = claim()
    except Trouble as trouble:
        print(trouble, file=sys.stderr)
        return 2
    with lock:
        return _show(lock, free_port(wanted), free_port(4010))


def _show(lock: IO[str], web: int, sandbox: int) -> int:
    print("Bringing up sandbox, broker, web, workers and beat …", flush=True)
    processes = Processes(web, sandbox, lock)
    signal.signal(signal.SIGTERM, _interrupt)
    page = f"http://127.0.0.1:{sandbox}/store/{{}}/apps/{CLIENT_ID}"
    code = 2
    try:
        processes.wait()
        if not PLAYING:
            copy = Copy(f"http://127.0.0.1:{web}", f"http://127.0.0.1:{sandbox}", SOURCE, TARGET)
            code = 0 if copy.run() else 1
        print("\nTo look at, in a browser:")
        into, source = ("an empty store", "a full one") if PLAYING else ("the copy", "the store that was copied")
        print(f"  {page.format(TARGET)}    {into}")
        print(f"  {page.format(SOURCE)}    {source}")
        print(f"  http://127.0.0.1:{web}/operators/    for operators, once one is made:")
        print("      ENV_FILE=/dev/null VAR_DIR=var/demo .venv/bin/python manage.py createsuperuser")
        if os.environ.get("DEMO_EXIT") != "1":
            print("It stays up until Ctrl-C.", flush=True)
            code = 0
            processes.outlive()
    except KeyboardInterrupt:
        print()
    except Trouble as trouble:
        print(trouble, file=sys.stderr)
        code = 2
    finally:
        processes.stop()
    return code


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())

"""PostgreSQL and Redis from the system's packages, for one test or one command, in folders that vanish afterwards.

    python -m tests.servers postgres redis -- python -m pytest tests/runs

runs a command with DATABASE_URL and REDIS_URL set: what the command starts then works on these two servers.
"""

from __future__ import annotations

import fcntl
import os
import pwd
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import LiteralString, TextIO

import psycopg
from psycopg import sql

START_SECONDS = 90  # on a machine that is busy with other tests
PASSWORD = "of-a-test"


# Below those that a kernel gives by itself, to whoever listens at port 0 and to every connection that is opened: from
# choosing one of these until listening there, nobody takes it.
PORTS = range(20_000, 32_000)
_chosen: list[TextIO] = []


def free_port() -> int:
    """A port that no other process of these tests is given, as long as this one lives."""
    folder = Path(tempfile.gettempdir()) / f"shopsync-ports-{os.getuid()}"
    folder.mkdir(exist_ok=True)
    for port in random.SystemRandom().sample(PORTS, len(PORTS)):
        lock = (folder / str(port)).open("w")
        if _locked(lock) and _listens(port):
            _chosen.append(lock)
            return port
        lock.close()
    raise AssertionError(f"no port from {PORTS.start} to {PORTS.stop} is free")


def _locked(file: TextIO) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _listens(port: int) -> bool:
    """Whether one may listen there."""
    with socket.socket() as own:
        own.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            own.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def postgres_binaries() -> Path | None:
    """Debian keeps them out of the PATH."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    on_path = shutil.which("initdb")
    return found[-1].parent if found else Path(on_path).resolve().parent if on_path else None


@contextmanager
def postgres() -> Iterator[str]:
    """The address of an empty database. PostgreSQL refuses to be root: then it runs as its own user."""
    binaries = postgres_binaries()
    assert binaries is not None, "PostgreSQL is not installed"
    folder, port = Path(tempfile.mkdtemp(prefix="shopsync-postgres-")), free_port()
    become: list[str] = []
    if os.geteuid() == 0:
        owner = pwd.getpwnam("postgres")
        os.chown(folder, owner.pw_uid, owner.pw_gid)
        become = ["runuser", "-u", "postgres", "--"]
    secret = folder / "password"
    secret.write_text(PASSWORD)
    secret.chmod(0o644)
    data = str(folder / "data")
    quiet = {"cwd": "/", "check": True, "stdout": subprocess.DEVNULL}
    init = ["--auth=scram-sha-256", "--username=shopsync", f"--pwfile={secret}", "--encoding=UTF8", "--locale=C.UTF-8"]
    options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off -c max_connections=300"
    control = [*become, str(binaries / "pg_ctl"), "-D", data]
    try:
        subprocess.run([*become, str(binaries / "initdb"), "-D", data, "--no-sync", *init], **quiet)  # type: ignore[call-overload]
        subprocess.run([*control, "-w", "-l", str(folder / "log"), "-o", options, "start"], **quiet)  # type: ignore[call-overload]
        yield f"postgres://shopsync:{PASSWORD}@127.0.0.1:{port}/postgres"
    finally:
        subprocess.run([*control, "-m", "immediate", "stop"], cwd="/", check=False, stdout=subprocess.DEVNULL)
        shutil.rmtree(folder, ignore_errors=True)


class Redis:
    """A Redis that can be killed and started again with what it had."""

    def __init__(self, folder: Path, port: int | None = None) -> None:
        self._folder, self._port = folder, port or free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self.url = f"redis://127.0.0.1:{self._port}/0"

    def start(self) -> None:
        command = ["redis-server", "--port", str(self._port), "--bind", "127.0.0.1", "--dir", str(self._folder)]
        command += ["--appendonly", "yes", "--save", "", "--loglevel", "warning"]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            try:
                socket.create_connection(("127.0.0.1", self._port), timeout=1).close()
                return
            except OSError:
                time.sleep(0.05)
        raise AssertionError("Redis did not come up")

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(START_SECONDS)
            self._process = None

    def empty(self) -> None:
        subprocess.run(["redis-cli", "-p", str(self._port), "flushall"], check=True, stdout=subprocess.DEVNULL)


@contextmanager
def redis() -> Iterator[str]:
    with tempfile.TemporaryDirectory(prefix="shopsync-redis-") as folder:
        own = Redis(Path(folder))
        own.start()
        try:
            yield own.url
        finally:
            own.stop()


@contextmanager
def database(folder: Path) -> Iterator[str]:
    """The address of an empty database: one more on the server that DATABASE_URL names, else a file in the folder."""
    server = os.environ.get("DATABASE_URL", "")
    if not server.startswith("postgres"):
        yield f"sqlite:///{folder / 'db.sqlite3'}"
        return
    name = f"of_a_test_{uuid.uuid4().hex}"
    _tell(server, "CREATE DATABASE {}", name)
    try:
        yield f"{server.rpartition('/')[0]}/{name}"
    finally:
        _tell(server, "DROP DATABASE {} WITH (FORCE)", name)


def _tell(server: str, statement: LiteralString, name: str) -> None:
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL(statement).format(sql.Identifier(name)))


@contextmanager
def broker() -> Iterator[str]:
    """The address of a Redis of one's own where REDIS_URL names one; else none: the program brings its own broker."""
    if not os.environ.get("REDIS_URL"):
        yield ""
        return
    with redis() as own:
        yield own


def main(arguments: list[str]) -> int:
    split = arguments.index("--")
    servers = {"postgres": (postgres, "DATABASE_URL"), "redis": (redis, "REDIS_URL")}
    environment = dict(os.environ)
    with ExitStack() as stack:
        for name in arguments[:split]:
            server, variable = servers[name]
            environment[variable] = stack.enter_context(server())
        return subprocess.run(arguments[split + 1 :], env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

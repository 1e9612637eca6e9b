"""A few processes as one: started in order, restarted when they die, stopped in the opposite order.

For a single machine. Under compose or systemd every process stands on its own, and nobody needs this.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import IO

GRACE_SECONDS = 30.0  # for a worker to end its slice
STEADY_SECONDS = 20.0  # a process that lives this long has started well
LONGEST_PAUSE = 30.0
PULSE_SECONDS, SILENT_SECONDS = 2.0, 8.0
_PR_SET_PDEATHSIG = 1


def die_with_parent() -> None:
    """Linux ends a child whose parent was killed; elsewhere a killed supervisor leaves its children running."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


@dataclass(slots=True)
class Child:
    """One process. `prepare`: called before each start. `ready`: asked until it says yes, then the next one is started.

    `pulse`: whether it is asked again later; one that stays silent for too long is killed, and so started again.
    `inherits`: open files of ours that it gets, at every start the same.
    """

    name: str
    command: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    prepare: Callable[[], None] = lambda: None
    ready: Callable[[], bool] = lambda: True
    pulse: bool = False
    inherits: Sequence[int] = ()
    process: subprocess.Popen[str] | None = None
    started_at: float = 0.0
    deaths: int = 0
    not_before: float = 0.0
    heard_at: float = 0.0

    @property
    def running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def start(self, say: Callable[[str, str], None]) -> None:
        self.started_at = self.heard_at = time.monotonic()
        self.prepare()
        self.process = subprocess.Popen(  # noqa: S603  # our own commands
            list(self.command),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            text=True,
            errors="replace",
            env={**os.environ, **self.environment},
            start_new_session=True,
            pass_fds=self.inherits,
            preexec_fn=die_with_parent if sys.platform == "linux" else None,
        )
        assert self.process.stdout is not None
        threading.Thread(target=self._listen, args=(self.process.stdout, say), daemon=True).start()

    def _listen(self, output: IO[str], say: Callable[[str, str], None]) -> None:
        with output:
            for line in output:
                say(self.name, line.rstrip())

    def check(self, now: float) -> bool:
        """Asks for a sign of life now and then. False: it was silent for too long."""
        if self.pulse and now - self.heard_at > PULSE_SECONDS and self.ready():
            self.heard_at = now
        return not self.pulse or now - self.heard_at < SILENT_SECONDS

    def stop(self, number: int) -> None:
        if self.process is not None and self.running:
            with contextlib.suppress(ProcessLookupError):
                self.process.send_signal(number)


class Supervisor:
    def __init__(
        self, children: Sequence[Child], say: Callable[[str, str], None], *, parent: int | None = None
    ) -> None:
        """`parent`: the process without which this is to end as well, if there is one."""
        self._children = children
        self._say = say
        self._stopping = threading.Event()
        self._parent = parent

    def stop(self, *_: object) -> None:
        self._stopping.set()

    def run(self, on_ready: Callable[[], None] = lambda: None) -> None:
        """Until SIGINT, SIGTERM, or the end of `parent`."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self.stop)
        try:
            if self._start():
                on_ready()
                while not self._stopping.wait(0.5) and self._parent in (None, os.getppid()):
                    self._revive()
        finally:
            self._end()

    def _start(self) -> bool:
        for child in self._children:
            child.start(self._say)
            while not (child.ready() and child.running):  # what answers for a dead child is somebody else's
                if self._stopping.wait(0.05):
                    return False
                if not child.running:
                    self._revive()
        return not self._stopping.is_set()

    def _revive(self) -> None:
        """Starts again what died, after a pause that grows while it keeps dying."""
        now = time.monotonic()
        for child in self._children:
            if child.running and not child.check(now):
                self._say(child.name, "died: it runs, and does not answer")
                child.stop(signal.SIGKILL)
            if child.running or child.process is None:
                continue
            if child.not_before == 0.0:
                steady = now - child.started_at > STEADY_SECONDS
                child.deaths = 0 if steady else child.deaths + 1
                pause = min(LONGEST_PAUSE, 0.5 * 2**child.deaths)
                child.not_before = now + pause
                self._say(child.name, f"died (exit {child.process.returncode}); starting it again in {pause:.1f} s")
            elif now >= child.not_before:
                child.not_before = 0.0
                child.start(self._say)

    def _end(self) -> None:
        """Asks in the opposite order; what does not go within its grace is killed."""
        for child in reversed(self._children):
            child.stop(signal.SIGTERM)
            deadline = time.monotonic() + GRACE_SECONDS
            while child.running and time.monotonic() < deadline:
                time.sleep(0.05)
            child.stop(signal.SIGKILL)
            if child.process is not None:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    child.process.wait(5)

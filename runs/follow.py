"""Following a run on a terminal: a bar where there is one, plain lines in a pipe."""

from __future__ import annotations

import logging
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TextIO

from shops.commands import Broken

from . import broker
from .engine import work_slice
from .kinds import kind_of
from .lane import at_work
from .models import Run
from .services import cancel
from .states import ACTIVE, Status
from .status import status_of
from .stranded import stranded

_engine = logging.getLogger("runs.engine")

WIDTH = 28
LOOK_SECONDS = 0.5
PATIENCE_SECONDS = 15.0
REST_SECONDS = 4.0
NOBODY = "No worker has taken it up yet. Is `manage.py up` running? With --inline this command does the work itself.\n"
HELD = "Another process holds this store's line, or was killed while it did: this waits until the line is free.\n"
NO_BROKER = "The broker does not answer, so no worker hears of the run: start `manage.py up`, or say --inline."


@dataclass(slots=True)
class Meter:
    """Prints status objects (`runs.status`) as they change."""

    out: TextIO
    label: str
    _said: str | None = None
    _drawn: bool = False

    def show(self, status: Mapping[str, Any]) -> None:
        if self.out.isatty():
            self._draw(status)
        elif (words := _words(status)) != self._said:
            self._said = words
            self.out.write(f"{self.label}: {words}\n")
            self.out.flush()

    def _draw(self, status: Mapping[str, Any]) -> None:
        done, total = status["done"], status["total"]
        part = min(1.0, done / total) if total else 0.0
        bar = "█" * round(WIDTH * part) + "░" * (WIDTH - round(WIDTH * part))
        figures = f"{done}/{total}" if total else f"{done}"
        left = f"  {status['seconds_left']} s left" if status["seconds_left"] else ""
        line = f"{self.label}: {_words(status):<28} {bar} {figures}{left}"
        self.out.write(f"\r\033[K{line}")
        self.out.flush()
        self._drawn = True

    def end(self) -> None:
        if self._drawn:
            self.out.write("\r\033[K")
            self.out.flush()


def _words(status: Mapping[str, Any]) -> str:
    """What is being done, or waited for; how it ended."""
    if status["waits_for_label"]:
        return str(status["waits_for_label"])
    if status["status"] == Status.QUEUED and status["ahead"]:
        return f"in line, {status['ahead']} before it"
    return str(status["step_label"] if status["status"] in ACTIVE and status["step_label"] else status["status"])


def follow(
    run: Run,
    *,
    label: str,
    inline: bool,
    out: TextIO | None = None,
    quiet: bool = False,
    sleep: Callable[[float], None] = time.sleep,
) -> Run:
    """Waits until the run is at rest; with `inline`, does the lane's work in this process.

    Ctrl-C cancels the run, and so does SIGTERM. Raises Broken then.
    """
    meter = Meter(out or sys.stderr, label)
    try:
        if inline:
            _engine.setLevel(logging.WARNING)  # the progress says it all
        with _terminable():
            _watch(run, meter, inline=inline, quiet=quiet, sleep=sleep)
    except KeyboardInterrupt:
        cancel(run)
        _come_to_rest(run, sleep)
        raise Broken(f"Interrupted: the run is cancelled; {_left_behind(run)}") from None
    finally:
        _engine.setLevel(logging.NOTSET)
        meter.end()
    return run


@contextmanager
def _terminable() -> Iterator[None]:
    """SIGTERM as Ctrl-C: a time limit of CI's, or a service manager, ends a command as a person does."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, _interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _interrupt(number: int, frame: object) -> None:
    raise KeyboardInterrupt


def _left_behind(run: Run) -> str:
    """What a cancelled run leaves in the store: nothing, unless it writes and somebody has confirmed its plan."""
    run.refresh_from_db()
    kind = kind_of(run)
    if kind.verb == "write" and kind.is_decided(run.step):
        return f"what it wrote so far stays. {stranded(run)}".strip()
    return "nothing was written into the store."


def _come_to_rest(run: Run, sleep: Callable[[float], None]) -> None:
    """Waits for the worker that holds the lane, which stops within two seconds; not for one that is dead."""
    for _ in range(round(REST_SECONDS / LOOK_SECONDS)):
        run.refresh_from_db()
        if run.status not in ACTIVE:
            return
        sleep(LOOK_SECONDS)


def _watch(run: Run, meter: Meter, *, inline: bool, quiet: bool, sleep: Callable[[float], None]) -> None:
    doubts = _Doubts(run, meter.out)
    while True:
        run.refresh_from_db()
        if not quiet:
            meter.show(status_of(run))
        if run.status not in ACTIVE:
            return
        if not inline:
            doubts.of_workers()
        if not inline or not work_slice(stop=_ticking(run, meter, quiet)):
            if inline:
                doubts.of_the_line()
            sleep(LOOK_SECONDS)


@dataclass(slots=True)
class _Doubts:
    """What a command says, once each, where nothing goes on: a worker may be missing, or the broker."""

    run: Run
    out: TextIO
    _idle_since: float = field(default_factory=time.monotonic)
    _dead_since: float | None = None
    _said: bool = False

    def of_workers(self) -> None:
        """Raises Broken, with the run cancelled, where no broker answers for long: nobody would ever hear of it."""
        if self.run.status != Status.QUEUED or at_work():
            self._idle_since, self._dead_since = time.monotonic(), None
        elif time.monotonic() - self._idle_since > PATIENCE_SECONDS:
            if broker.alive():
                self._dead_since = None
                self._say(NOBODY)
            elif self._dead_since is None:  # whoever starts workers starts a broker that died, too
                self._dead_since = time.monotonic()
            elif time.monotonic() - self._dead_since > PATIENCE_SECONDS:
                cancel(self.run)
                raise Broken(NO_BROKER)

    def of_the_line(self) -> None:
        if at_work(self.run.shop_id):
            self._say(HELD)

    def _say(self, sentence: str) -> None:
        if not self._said:
            self.out.write(sentence)
        self._said = True


def _ticking(run: Run, meter: Meter, quiet: bool) -> Callable[[], bool]:
    """A `stop` that never stops, and redraws the meter while a slice goes on."""
    last = [time.monotonic()]

    def tick() -> bool:
        if not quiet and time.monotonic() - last[0] > LOOK_SECONDS:
            last[0] = time.monotonic()
            meter.show(status_of(Run.objects.get(pk=run.pk)))
        return False

    return tick

"""Following a run on a terminal: a bar where there is one, plain lines in a pipe."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TextIO

from .engine import work_slice
from .models import Run
from .states import ACTIVE
from .status import status_of

WIDTH = 28
LOOK_SECONDS = 0.5


@dataclass(slots=True)
class Meter:
    """Prints status objects (`runs.status`) as they change."""

    out: TextIO
    label: str
    _step: str | None = None
    _drawn: bool = False

    def show(self, status: Mapping[str, Any]) -> None:
        if self.out.isatty():
            self._draw(status)
        elif status["step"] != self._step:
            self._step = status["step"]
            self.out.write(f"{self.label}: {status['step_label'] or status['status']}\n")
            self.out.flush()

    def _draw(self, status: Mapping[str, Any]) -> None:
        done, total = status["done"], status["total"]
        part = min(1.0, done / total) if total else 0.0
        bar = "█" * round(WIDTH * part) + "░" * (WIDTH - round(WIDTH * part))
        figures = f"{done}/{total}" if total else f"{done}"
        left = f"  {status['seconds_left']} s left" if status["seconds_left"] else ""
        line = f"{self.label}: {status['step_label'] or status['status']:<28} {bar} {figures}{left}"
        self.out.write(f"\r\033[K{line}")
        self.out.flush()
        self._drawn = True

    def end(self) -> None:
        if self._drawn:
            self.out.write("\r\033[K")
            self.out.flush()


def follow(
    run: Run,
    *,
    label: str,
    inline: bool,
    out: TextIO = sys.stderr,
    quiet: bool = False,
    sleep: Callable[[float], None] = time.sleep,
) -> Run:
    """Waits until the run is at rest; with `inline`, does the lane's work in this process."""
    meter = Meter(out, label)
    while True:
        run.refresh_from_db()
        if not quiet:
            meter.show(status_of(run))
        if run.status not in ACTIVE:
            break
        if not inline or not work_slice(stop=_ticking(run, meter, quiet)):
            sleep(LOOK_SECONDS)
    meter.end()
    return run


def _ticking(run: Run, meter: Meter, quiet: bool) -> Callable[[], bool]:
    """A `stop` that never stops, and redraws the meter while a slice goes on."""
    last = [time.monotonic()]

    def tick() -> bool:
        if not quiet and time.monotonic() - last[0] > LOOK_SECONDS:
            last[0] = time.monotonic()
            meter.show(status_of(Run.objects.get(pk=run.pk)))
        return False

    return tick

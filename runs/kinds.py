"""What kinds of runs there are. A kind says which stages it has; `runs` knows no kind by name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from transfer.stages import Stage
from transfer.work import Desk

from .models import Run
from .states import Status

DECISION = "You decide"


@dataclass(frozen=True, slots=True)
class Finish:
    """How a run ended: its final status and what the page shows of it. `columns`: of the child's own row.

    `keep`: what of its files outlives this end besides `RunKind.keep`.
    """

    status: Status
    result: Mapping[str, Any]
    columns: Mapping[str, Any] = field(default_factory=dict)
    keep: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RunKind:
    """`options`: what the stages are given. `plan`: what is shown while the run waits for a person.

    `verb`: what it does to its shop, read or write. `finish`: called after the last stage. `keep`: what of the run's
    files outlives its end. `gone`: what a run says, and advises, whose files are not there any more. `lacks`: the same
    of a run that ended well, about what it made; empty where that is there. `parts`: the runs that were made of it and
    go with it. `phases`: stage -> what merchants call it and those after it, up to the next one named.
    """

    name: str
    verb: str
    stages: tuple[Stage, ...]
    options: Callable[[Run], Mapping[str, Any]]
    finish: Callable[[Run, Desk], Finish]
    plan: Callable[[Run], Mapping[str, Any]] = lambda run: {}
    keep: tuple[str, ...] = ()
    gone: Callable[[Run], str] = lambda run: "The files of this run are gone; start it anew."
    lacks: Callable[[Run], str] = lambda run: ""
    parts: Callable[[Run], Iterable[Run]] = lambda run: ()
    phases: Mapping[str, str] = field(default_factory=dict)

    def stage(self, name: str) -> Stage:
        return next(stage for stage in self.stages if stage.name == name)

    def after(self, name: str) -> Stage | None:
        """The stage after the named one; the first, for no name."""
        names = [stage.name for stage in self.stages]
        following = names.index(name) + 1 if name else 0
        return self.stages[following] if following < len(names) else None

    def is_decided(self, step: str) -> bool:
        """Whether a run at this step has a person's decision behind it, or needs none."""
        names = [stage.name for stage in self.stages]
        return not any(stage.waits for stage in self.stages[names.index(step) if step else 0 :])


def phases_of(kind: RunKind, step: str, status: str) -> list[dict[str, str]]:
    """The way of a run in a few words, and where on it the run is: done, now, next."""
    words: list[str] = []
    at = 0
    for stage in kind.stages:
        if not words or not kind.phases or stage.name in kind.phases:
            words.append(kind.phases.get(stage.name, stage.label))
        if stage.name == step and status != Status.WAITING:
            at = len(words) - 1
        if stage.waits:
            words.append(DECISION)
            if status == Status.WAITING:
                at = len(words) - 1
    if status in (Status.SUCCEEDED, Status.INCOMPLETE):
        at = len(words)
    return [{"label": w, "state": "done" if n < at else "now" if n == at else "next"} for n, w in enumerate(words)]


_KINDS: dict[str, RunKind] = {}


def register(kind: RunKind) -> None:
    _KINDS[kind.name] = kind


def kind_of(run: Run) -> RunKind:
    return _KINDS[run.kind]


def step_label(run: Run) -> str:
    """What the step is called that a run is at; empty before its first."""
    return kind_of(run).stage(run.step).label if run.step else ""


def reading() -> list[str]:
    """The kinds that change nothing in their shop."""
    return [name for name, kind in _KINDS.items() if kind.verb == "read"]

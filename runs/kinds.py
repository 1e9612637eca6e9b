"""What kinds of runs there are. A kind says which stages it has; `runs` knows no kind by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from transfer.stages import Stage
from transfer.work import Desk

from .models import Run
from .states import Status


@dataclass(frozen=True, slots=True)
class Finish:
    """How a run ended: its final status and what the page shows of it. `columns`: of the child's own row."""

    status: Status
    result: Mapping[str, Any]
    columns: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RunKind:
    """`options`: what the stages are given. `plan`: what is shown while the run waits for a person.

    `verb`: what it does to its shop, read or write. `finish`: called after the last stage. `keep`: what of the run's
    files outlives its end.
    """

    name: str
    verb: str
    stages: tuple[Stage, ...]
    options: Callable[[Run], Mapping[str, Any]]
    finish: Callable[[Run, Desk], Finish]
    plan: Callable[[Run], Mapping[str, Any]] = lambda run: {}
    keep: tuple[str, ...] = ()

    def stage(self, name: str) -> Stage:
        return next(stage for stage in self.stages if stage.name == name)

    def after(self, name: str) -> Stage | None:
        """The stage after the named one; the first, for no name."""
        names = [stage.name for stage in self.stages]
        following = names.index(name) + 1 if name else 0
        return self.stages[following] if following < len(names) else None


_KINDS: dict[str, RunKind] = {}


def register(kind: RunKind) -> None:
    _KINDS[kind.name] = kind


def kind_of(run: Run) -> RunKind:
    return _KINDS[run.kind]

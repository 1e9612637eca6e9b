"""Somebody works in a store while an import does: one deed at a chosen moment of the run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from transfer.local import LocalRun, local_desk
from transfer.outcomes import State
from transfer.stages import IMPORT, Stage
from transfer.work import Checkpoint, Desk, Row

from .builder import Builder
from .support import archive_of

Moment = Callable[[Desk, Stage, Checkpoint], bool]
Deed = Callable[[Desk], None]


def planned(desk: Desk, stage: Stage, checkpoint: Checkpoint) -> bool:
    """The plan is closed, and nothing is written yet."""
    return stage.name == "settle_plan" and checkpoint.done


def applied(desk: Desk, stage: Stage, checkpoint: Checkpoint) -> bool:
    """Everything is written, and nothing is read back yet."""
    return stage.name == "apply" and checkpoint.done


def opened(resource: str, *key: str) -> Moment:
    """The record is written for the first time, and its links are open."""

    def moment(desk: Desk, stage: Stage, checkpoint: Checkpoint) -> bool:
        row = desk.ledger.get(resource, [key]).get(key)
        return stage.name == "apply" and row is not None and row.state is State.WRITTEN and bool(row.open)

    return moment


def linked(resource: str, *key: str) -> Moment:
    """The record's links stand, and its demands are still left off."""

    def moment(desk: Desk, stage: Stage, checkpoint: Checkpoint) -> bool:
        row = desk.ledger.get(resource, [key]).get(key)
        return stage.name == "apply" and row is not None and row.state is State.DONE and bool(row.relaxed)

    return moment


def import_while(
    source: Builder,
    target: Builder,
    folder: Path,
    moment: Moment,
    deed: Deed,
    *,
    policy: str = "update",
    edit: Callable[[bytes], bytes] = lambda archive: archive,
    **options: Any,
) -> Desk:
    """Imports one store into the other; as soon as `moment` has come, `deed` is done in the target, once.

    `options`: of the export. `edit`: what is done to its archive before.
    """
    archive = edit(archive_of(source.sandbox, source.shop, folder, **options))
    desk = local_desk(target.sandbox.client(target.shop), folder / f"meddled-{target.shop}", settling=0.0)
    with desk.storage.write("source.zip") as file:
        file.write(archive)
    done: list[bool] = []

    def listen(stage: Stage, checkpoint: Checkpoint) -> None:
        if not done and moment(desk, stage, checkpoint):
            done.append(True)
            deed(desk)

    LocalRun(desk, {"archive": "source.zip", "policy": policy, "excluded": {}}, {}).work(IMPORT, listen)
    assert done, "the moment never came"
    return desk


def row(desk: Desk, resource: str, *key: str) -> Row:
    return desk.ledger.get(resource, [key])[key]


def gid(desk: Desk, resource: str, *key: str) -> str:
    return row(desk, resource, *key).gid

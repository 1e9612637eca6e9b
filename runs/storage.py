"""Where the files of runs are."""

from __future__ import annotations

import logging
import os
from pathlib import Path

from django.conf import settings
from django.db import connection

from transfer.storage import LocalStorage

logger = logging.getLogger(__name__)

LEAST = 1_000_000  # bytes: with less free, neither a file of a run nor a checkpoint in SQLite is written


def storage() -> LocalStorage:
    return LocalStorage(settings.FILES_DIR)


def deleted(name: str) -> bool:
    """Whether a file is gone by now. False where it cannot be deleted, which operators are told: ask again."""
    try:
        storage().delete(name)
    except OSError as problem:
        logger.error("the file %s cannot be deleted: %s", name, problem.strerror or problem)
        return False
    return True


def full() -> bool:
    """Whether the disk of the runs' files, or of SQLite, has no room left. Then nobody can write down why a run waits,
    so whoever shows it looks here."""
    folders = [Path(settings.FILES_DIR)]
    if connection.vendor == "sqlite":
        folders.append(Path(connection.settings_dict["NAME"]).parent)
    return any(_free(folder) < LEAST for folder in folders)


def _free(folder: Path) -> float:
    """Bytes; of a folder that is not made yet, those of the disk on which it will be."""
    try:
        own = os.statvfs(next((one for one in (folder, *folder.parents) if one.exists()), folder))
    except OSError:  # unreadable: that is told elsewhere
        return float("inf")
    return own.f_bavail * own.f_frsize

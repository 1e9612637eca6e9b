"""Where the files of runs are."""

from __future__ import annotations

import logging

from django.conf import settings

from transfer.storage import LocalStorage

logger = logging.getLogger(__name__)


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

"""Where the files of runs are."""

from __future__ import annotations

from django.conf import settings

from transfer.storage import LocalStorage


def storage() -> LocalStorage:
    return LocalStorage(settings.FILES_DIR)

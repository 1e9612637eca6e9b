"""A shop that uninstalls the app: its tokens go at once, and everything else as soon as no worker holds it.

The row gives up its name and tokens in one UPDATE. So a re-install meets nothing of the old installation and works at
once, while a worker may still be ending its slice on the old one.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import F, Value
from django.db.models.fields import CharField
from django.db.models.functions import Cast, Concat, Now

from . import signals
from .models import Shop

logger = logging.getLogger(__name__)

SKEW = timedelta(seconds=5)  # between the clocks of what opens an app and of what removes it


def leave(domain: str, before: datetime) -> bool:
    """Ends the installation that a shop had before that moment. False: there is none, or a newer one.

    Where the admin has opened the app since, it was installed anew, and what its people have done since is theirs; the
    tokens are those of the time before, and the next request gets new ones.
    """
    nameless = Concat(Value("left-"), Cast(F("pk"), CharField()))
    old = Shop.objects.filter(domain=domain, installed_at__lt=before, uninstalled_at=None)
    if old.filter(opened_at__gt=before + SKEW).update(token_dead_since=Now()):
        return False
    gone = old.update(
        domain=nameless,
        name="",
        uninstalled_at=Now(),
        sealed_token="",
        sealed_refresh_token="",
        token_expires_at=None,
        refresh_expires_at=None,
        scopes=[],
        bucket={},
    )
    return bool(gone)


def remove_left() -> int:
    """Removes what is still there of shops that left. How many are gone for good."""
    gone = 0
    for shop in Shop.objects.exclude(uninstalled_at=None):
        try:
            answers: list[object] = [answer for _, answer in signals.leaving.send(Shop, shop=shop)]
            if False in answers:
                continue
            shop.delete()
        except Exception:  # the others go all the same, and this one is tried again
            logger.exception("what is left of %s could not be removed", shop.domain)
            continue
        gone += 1
        logger.info("a shop that uninstalled the app was removed")
    if gone:
        _forget_pages()
    return gone


def _forget_pages() -> None:
    """SQLite keeps old pages in its log until somebody empties it (https://www.sqlite.org/wal.html)."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")

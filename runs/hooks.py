"""What runs do when something happens to their shop (`shops.signals`), and when they come to rest."""

from __future__ import annotations

import logging
from typing import Any

from django.conf import settings
from django.contrib.auth.signals import user_login_failed
from django.db.models import Q
from django.http import HttpRequest

from shops import signals
from shops.models import Shop

from . import bell, expiry, lane
from .models import ASIDE, Run
from .states import Status

logger = logging.getLogger(__name__)


def connect() -> None:
    signals.webhook_stored.connect(_upkeep, dispatch_uid="runs.upkeep")
    signals.asking.connect(_asking, dispatch_uid="runs.asking")
    signals.leaving.connect(_leaving, dispatch_uid="runs.leaving")
    signals.reopened.connect(_look_again, dispatch_uid="runs.reopened")
    signals.bulk_finished.connect(_look_again, dispatch_uid="runs.bulk_finished")
    user_login_failed.connect(_turned_away, dispatch_uid="runs.turned_away")


def _upkeep(**_: Any) -> None:
    bell.call("shops.tasks.webhooks")


def _asking(shop: Shop, **_: Any) -> bool:
    return lane.busy(shop)


def _leaving(shop: Shop, **_: Any) -> bool:
    """Stops and removes the shop's runs. False while a worker still ends its slice on one."""
    removed = [expiry.remove_now(run) for run in Run.objects.filter(shop=shop)]  # all of them, not up to the first
    return all(removed)


def _look_again(shop: Shop, **_: Any) -> None:
    """What the shop's runs waited for may have come: they wait no longer. For the end of a day they still do."""
    waiting = Run.objects.filter(~Q(not_before=None), shop=shop, status__in=(Status.QUEUED, Status.WORKING))
    waiting = waiting.exclude(ASIDE)
    if waiting.update(not_before=None, outage_since=None, outage="", outage_words=""):
        bell.ring()


def _turned_away(request: HttpRequest | None = None, **_: Any) -> None:
    """Not under which name: some type their password there."""
    if request is not None:
        passed = request.headers.get("X-Forwarded-For", "") if settings.SECURE_PROXY_SSL_HEADER else ""
        where = passed.split(",")[-1].strip() or request.META.get("REMOTE_ADDR", "")
        logger.warning("an operator's sign-in failed, from %s", where[:100])

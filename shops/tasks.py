"""Celery tasks of the queue `upkeep`: thin. Beat rings them too, so that a lost message costs seconds."""

from __future__ import annotations

from datetime import timedelta

from celery import shared_task

from . import departure, links, services, tokens
from . import webhooks as deliveries

IDLE = timedelta(days=7)


@shared_task(name="shops.tasks.webhooks", ignore_result=True)
def webhooks() -> int:
    """Works off stored webhooks, and removes what is left of shops that uninstalled the app."""
    done = deliveries.work_off()
    departure.remove_left()
    tokens.remove_never_installed()
    links.forget_unanswered()
    services.learn_names()
    return done


@shared_task(name="shops.tasks.keep_tokens", ignore_result=True)
def keep_tokens() -> int:
    """Keeps the tokens of idle shops alive."""
    return tokens.keep_alive(IDLE)

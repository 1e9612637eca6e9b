"""The Celery application: two queues, `shopify` (worked with concurrency 1) and `upkeep`."""

from __future__ import annotations

import os

from celery import Celery
from celery.signals import setup_logging

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shopsync.settings")

app = Celery("shopsync")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@setup_logging.connect
def _keep_logging(**_: object) -> None:
    """Django has set logging up; Celery would put handlers of its own beside, which redact nothing."""

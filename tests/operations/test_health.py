"""Whether the process lives, and whether it can work: said without a secret."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client

from runs import tasks
from tests.servers import database
from tests.support import ROOT

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_living_process_says_so_without_a_database(client: Client, django_db_blocker: Any) -> None:
    with django_db_blocker.block():
        assert client.get("/healthz").json() == {"status": "ok"}


def test_without_broker_and_beat_pages_are_served_all_the_same(no_broker: None, client: Client) -> None:
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json() == {
        "status": "degraded",
        "database": "ok",
        "migrations": "ok",
        "broker": "unreachable",
        "beat": "silent",
    }


def test_all_is_well(app: Any, client: Client) -> None:
    tasks.sweep()
    assert set(client.get("/readyz").json().values()) == {"ok"}


def test_a_database_that_waits_for_a_migration_serves_nothing(app: Any, client: Client) -> None:
    last = MigrationRecorder.Migration.objects.filter(app="django_celery_results").latest("id")  # nothing builds on it
    last.delete()
    try:
        answer = client.get("/readyz")
    finally:
        MigrationRecorder.Migration.objects.create(app=last.app, name=last.name)
    assert (answer.status_code, answer.json()["migrations"]) == (503, "pending")


def test_a_database_that_cannot_be_reached(app: Any, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    from django.db import OperationalError

    def refuse() -> None:
        raise OperationalError("could not connect to postgres://user:password@host/")

    monkeypatch.setattr(connection, "ensure_connection", refuse)
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["database"]) == (503, "unreachable")
    assert "password" not in answer.content.decode()


def test_swept_says_in_one_sentence_that_nothing_was_migrated(tmp_path: Path) -> None:
    command = [sys.executable, "manage.py", "swept"]
    with database(tmp_path) as url:
        own = {**os.environ, "VAR_DIR": str(tmp_path), "DATABASE_URL": url}
        ran = subprocess.run(command, cwd=ROOT, env=own, capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stdout) == (1, "")
    assert ran.stderr.strip().endswith("has `manage.py migrate` been run?")
    assert "Traceback" not in ran.stderr

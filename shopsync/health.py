"""Whether this process lives, and whether it can do its work. For load balancers and people; nothing secret."""

from __future__ import annotations

from contextlib import suppress

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from runs import broker
from runs.services import beat_is_silent


@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """The process answers."""
    return JsonResponse({"status": "ok"})


@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """503 where no page can be served. Without broker or beat pages still work, and runs wait: that is *degraded*."""
    found = {"database": "unreachable", "migrations": "unknown", "beat": "unknown"}
    with suppress(DatabaseError):
        found |= _database()
    found["broker"] = "ok" if broker.alive() else "unreachable"
    serving = found["database"] == found["migrations"] == "ok"
    status = "unavailable" if not serving else "ok" if set(found.values()) == {"ok"} else "degraded"
    return JsonResponse({"status": status, **found}, status=200 if serving else 503)


def _database() -> dict[str, str]:
    connection.ensure_connection()
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        return {"database": "ok", "migrations": "pending"}
    return {"database": "ok", "migrations": "ok", "beat": "silent" if beat_is_silent() else "ok"}

"""Results of tasks: a log for operators, with nothing in it that they must not see."""

from __future__ import annotations

from typing import Any

from django_celery_results.backends.database import DatabaseBackend

from shops.logs import redact


class RedactingBackend(DatabaseBackend):  # type: ignore[misc]  # django-celery-results has no types
    def encode_content(self, data: Any) -> tuple[str, str, str]:
        kind, encoding, content = super().encode_content(data)
        return kind, encoding, redact(content)

    def _store_result(self, task_id: str, result: Any, status: str, traceback: str | None = None, **more: Any) -> Any:
        return super()._store_result(task_id, result, status, traceback=traceback and redact(traceback), **more)

"""Runs for operators: seen, filtered, cancelled, rung and expired; never edited, because an edit would lie."""

from __future__ import annotations

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django_celery_results.admin import TaskResultAdmin
from django_celery_results.models import GroupResult, TaskResult

from shops.admin import ReadOnly

from . import bell, services
from .models import Lane, LedgerEntry, Run


def runs(count: int, one: str = "is", many: str = "are") -> str:
    return f"{count} run {one}" if count == 1 else f"{count} runs {many}"


@admin.register(Run)
class RunAdmin(ReadOnly):
    list_display = ("short", "kind", "shop", "status", "step", "reason", "created_at", "expires_at")
    list_filter = ("status", "kind", "reason", "waits_for")  # a shop is searched for: there may be thousands
    list_select_related = ("shop",)
    search_fields = ("id", "shop__domain")
    actions = ("cancel", "ring", "expire")
    exclude = ("past", "cursor")
    date_hierarchy = "created_at"

    @admin.display(description="Run", ordering="id")
    def short(self, run: Run) -> str:
        return str(run.pk)[:8]

    @admin.action(description="Cancel", permissions=["operate"])
    def cancel(self, request: HttpRequest, queryset: QuerySet[Run]) -> None:
        done = sum(services.cancel(run) for run in queryset)
        self.message_user(request, f"{runs(done)} cancelled, or will be within seconds.")

    @admin.action(description="Ring the bell", permissions=["operate"])
    def ring(self, request: HttpRequest, queryset: QuerySet[Run]) -> None:
        if bell.ring():
            self.message_user(request, "A worker has been rung for.")
        else:
            self.message_user(request, "The broker cannot be reached; the sweep will ring.", messages.WARNING)

    @admin.action(description="Expire now", permissions=["operate"])
    def expire(self, request: HttpRequest, queryset: QuerySet[Run]) -> None:
        done = sum(services.expire_now(run) for run in queryset)
        self.message_user(request, f"{runs(done, 'expires', 'expire')} now; the next purge removes what has expired.")


@admin.register(Lane)
class LaneAdmin(ReadOnly):
    list_display = ("shop", "ticket", "lease_until", "holder", "served_at", "paused_at")
    list_filter = (("paused_at", admin.EmptyFieldListFilter),)
    list_select_related = ("shop",)
    search_fields = ("shop__domain",)


@admin.register(LedgerEntry)
class LedgerAdmin(ReadOnly):
    list_display = ("resource", "key", "verdict", "outcome", "state", "reason", "verified")
    list_filter = ("resource", "verdict", "outcome", "reason")
    raw_id_fields = ("run",)
    show_full_result_count = False


admin.site.enable_nav_sidebar = False  # it would take a quarter of the width from every list
admin.site.site_url = None  # the app is opened in the admin of a store
admin.site.unregister(TaskResult)
admin.site.unregister(GroupResult)  # we send no groups


@admin.register(TaskResult)
class ResultAdmin(ReadOnly, TaskResultAdmin):
    """A log of what workers did: never the state of a run, and never edited."""

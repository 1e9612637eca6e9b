"""Runs for operators: seen, filtered, cancelled, rung and expired; never edited, because an edit would lie."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from . import bell, services
from .models import Lane, LedgerEntry, Run


class ReadOnly(admin.ModelAdmin):  # type: ignore[type-arg]  # not subscriptable at run time
    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Run)
class RunAdmin(ReadOnly):
    list_display = ("id", "kind", "shop", "status", "step", "reason", "created_at", "expires_at")
    list_filter = ("status", "kind", "reason", "shop")
    search_fields = ("id", "shop__domain")
    actions = ("cancel", "ring", "expire")
    exclude = ("past", "cursor")
    date_hierarchy = "created_at"

    @admin.action(description="Cancel")
    def cancel(self, request: HttpRequest, queryset: QuerySet[Run]) -> None:
        done = sum(services.cancel(run) for run in queryset)
        self.message_user(request, f"{done} runs are cancelled, or will be within seconds.")

    @admin.action(description="Ring the bell")
    def ring(self, request: HttpRequest, queryset: QuerySet[Run]) -> None:
        if bell.ring():
            self.message_user(request, "A worker has been rung for.")
        else:
            self.message_user(request, "The broker cannot be reached; the sweep will ring.", messages.WARNING)

    @admin.action(description="Expire now")
    def expire(self, request: HttpRequest, queryset: QuerySet[Run]) -> None:
        done = sum(services.expire_now(run) for run in queryset)
        self.message_user(request, f"{done} runs expire now; the next purge removes them.")


@admin.register(Lane)
class LaneAdmin(ReadOnly):
    list_display = ("shop", "ticket", "lease_until", "holder", "served_at")


@admin.register(LedgerEntry)
class LedgerAdmin(ReadOnly):
    list_display = ("resource", "key", "verdict", "outcome", "state", "reason", "verified")
    list_filter = ("resource", "verdict", "outcome", "reason")
    raw_id_fields = ("run",)
    show_full_result_count = False

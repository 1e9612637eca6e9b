"""Copies from linked stores, for operators. Their exports and imports are runs like any other."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from shops.admin import ReadOnly

from . import copies
from .models import OPEN, Copy
from .withheld import labels


@admin.register(Copy)
class CopyAdmin(ReadOnly):
    list_display = ("short", "purpose", "source", "target", "status", "created_at", "expires_at")
    list_filter = ("purpose", "status")
    search_fields = ("id", "source__domain", "target__domain")
    raw_id_fields = ("export", "run", "comparison", "link")
    actions = ("cancel",)
    fields = (
        *("link", "purpose", "source", "target", "status", "message", "export", "run", "comparison", "beside_name"),
        *("unread", "anonymise", "started_by", "created_at", "ended_at", "expires_at", "discard"),
    )

    @admin.display(description="The source does not let the app read")
    def unread(self, copy: Copy) -> str:
        return ", ".join(labels(copy.withheld))

    @admin.display(description="Copy", ordering="id")
    def short(self, copy: Copy) -> str:
        return str(copy.pk)[:8]

    @admin.action(description="Cancel", permissions=["operate"])
    def cancel(self, request: HttpRequest, queryset: QuerySet[Copy]) -> None:
        going = list(queryset.filter(status__in=OPEN))
        for copy in going:
            copies.cancel(copy)
        self.message_user(request, f"Cancelled, or within seconds: {len(going)}.")

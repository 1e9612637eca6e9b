"""Shops for operators. Tokens are shown nowhere."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from .models import Shop


@admin.register(Shop)
class ShopAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # not subscriptable at run time
    list_display = ("domain", "grant", "token_expires_at", "installed_at", "uninstalled_at")
    list_filter = ("grant", "uninstalled_at")
    search_fields = ("domain",)
    readonly_fields = (
        "domain",
        "grant",
        "scopes",
        "bucket",
        "token_expires_at",
        "refresh_expires_at",
        "uninstalled_at",
    )

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

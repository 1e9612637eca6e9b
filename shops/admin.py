"""Shops, and the webhooks that came for them, for operators. Tokens are shown nowhere."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.auth import get_permission_codename
from django.db.models import QuerySet
from django.http import HttpRequest

from . import links
from .models import Delivery, Link, Shop


class ReadOnly(admin.ModelAdmin):  # type: ignore[type-arg]  # not subscriptable at run time
    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_operate_permission(self, request: HttpRequest) -> bool:
        """Who only looks is offered no deeds. Every action asks for this."""
        name = get_permission_codename("change", self.opts)
        return request.user.has_perm(f"{self.opts.app_label}.{name}")


@admin.register(Shop)
class ShopAdmin(ReadOnly):
    list_display = ("domain", "grant", "token_expires_at", "token_dead_since", "installed_at", "uninstalled_at")
    list_filter = ("grant", ("token_dead_since", admin.EmptyFieldListFilter), "uninstalled_at")
    search_fields = ("domain",)


@admin.register(Delivery)
class DeliveryAdmin(ReadOnly):
    list_display = ("topic", "domain", "triggered_at", "received_at", "attempts", "done_at", "outcome")
    list_filter = ("topic", ("done_at", admin.EmptyFieldListFilter))
    search_fields = ("number", "domain")
    actions = ("again",)

    @admin.action(description="Work off now", permissions=["operate"])
    def again(self, request: HttpRequest, queryset: QuerySet[Delivery]) -> None:
        waiting = queryset.filter(done_at=None).update(not_before=None)
        self.message_user(request, f"{waiting} deliveries are worked off within seconds.")


@admin.register(Link)
class LinkAdmin(ReadOnly):
    list_display = ("source", "target", "status", "asked_at", "confirmed_at", "ended_at", "ended_by_shop")
    list_filter = ("status",)
    search_fields = ("source__domain", "target__domain")
    actions = ("end",)

    @admin.action(description="End", permissions=["operate"])
    def end(self, request: HttpRequest, queryset: QuerySet[Link]) -> None:
        done = sum(links.end(link, None) for link in queryset)
        self.message_user(request, f"{done} links are ended; what was not confirmed is removed.")

"""Shops, and the webhooks that came for them, for operators. Tokens are shown nowhere."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.auth import get_permission_codename
from django.db.models import QuerySet
from django.http import HttpRequest

from . import links
from .facts import facts
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
    fields = (
        *("domain", "name", "named_at", "grant", "token_expires_at", "refresh_expires_at", "token_dead_since"),
        *("granted", "scopes_at", "budget", "counted", "counted_at", "installed_at", "opened_at", "uninstalled_at"),
    )

    @admin.display(description="Scopes")
    def granted(self, shop: Shop) -> str:
        return ", ".join(shop.scopes)

    @admin.display(description="API budget, as last seen")
    def budget(self, shop: Shop) -> str:
        return facts({name: shop.bucket[name] for name in ("level", "maximum", "rate") if name in shop.bucket})

    @admin.display(description="Records, as Shopify counted them")
    def counted(self, shop: Shop) -> str:
        return facts(shop.counts)


@admin.register(Delivery)
class DeliveryAdmin(ReadOnly):
    list_display = ("topic", "domain", "triggered_at", "received_at", "attempts", "done_at", "outcome")
    list_filter = ("topic", ("done_at", admin.EmptyFieldListFilter))
    search_fields = ("number", "domain")
    exclude = ("payload",)
    readonly_fields = ("still_to_do",)

    @admin.display(description="Still to be acted on")
    def still_to_do(self, delivery: Delivery) -> str:
        return facts(delivery.payload)

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
    fields = (
        *("source", "target", "status", "kinds", "offered_by", "asked_by", "asked_at", "confirmed_by"),
        *("confirmed_at", "besides", "more_offered_by", "more_asked_by", "more_asked_at"),
        *("ended_by", "ended_by_shop", "ended_at"),
    )

    @admin.display(description="May be carried")
    def kinds(self, link: Link) -> str:
        return ", ".join(link.labels)

    @admin.display(description="Asked for besides")
    def besides(self, link: Link) -> str:
        return ", ".join(link.more_labels)

    @admin.action(description="End", permissions=["operate"])
    def end(self, request: HttpRequest, queryset: QuerySet[Link]) -> None:
        done = sum(links.end(link, None) for link in queryset)
        self.message_user(request, f"{done} links are ended; what was not confirmed is removed.")

"""Runs for operators: seen, filtered, cancelled, rung and expired; never edited, because an edit would lie."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django_celery_results.admin import TaskResultAdmin
from django_celery_results.models import GroupResult, TaskResult

from shops.admin import ReadOnly
from shops.facts import counts, facts, fields_of
from transfer import naming
from transfer.registry import order

from . import bell, services
from .kinds import step_label
from .models import Lane, LedgerEntry, Run
from .states import ACTIVE
from .templatetags.words import field_names, label


def runs(count: int, one: str = "is", many: str = "are") -> str:
    return f"{count} run {one}" if count == 1 else f"{count} runs {many}"


SPENT = {"points": "API points", "lost": "API points lost", "throttled": "Times throttled"}


@admin.register(Run)
class RunAdmin(ReadOnly):
    list_display = ("short", "kind", "shop", "status", "at_step", "failed", "created_at", "expires_at")
    list_filter = ("status", "kind", "reason", "waits_for")  # a shop is searched for: there may be thousands
    list_select_related = ("shop",)
    search_fields = ("id", "shop__domain")
    actions = ("cancel", "ring", "expire")
    fields = (
        *("shop", "kind", "status", "at_step", "records", "spent", "planned", "came_of_it", "failed", "message"),
        *("created_at", "queued_at", "started_at", "finished_at", "expires_at", "not_before", "waits_for"),
        *("outage_since", "failures"),
    )
    date_hierarchy = "created_at"

    @admin.display(description="Step", ordering="step")
    def at_step(self, run: Run) -> str:
        return step_label(run)

    @admin.display(description="Why it failed", ordering="reason")
    def failed(self, run: Run) -> str:
        return str(run.get_reason_display()) if run.reason else "-"

    @admin.display(description="Records, this step")
    def records(self, run: Run) -> str:
        return counts(run.counts)

    @admin.display(description="Spent")
    def spent(self, run: Run) -> str:
        return facts({SPENT.get(name, name): value for name, value in run.stats.items()})

    @admin.display(description="Plan")
    def planned(self, run: Run) -> str:
        return facts(run.plan)

    @admin.display(description="Result")
    def came_of_it(self, run: Run) -> str:
        return facts(run.result)

    @admin.display(description="Run", ordering="id")
    def short(self, run: Run) -> str:
        return str(run.pk)[:8]

    @admin.action(description="Cancel", permissions=["operate"])
    def cancel(self, request: HttpRequest, queryset: QuerySet[Run]) -> None:
        done = sum(services.cancel(run) for run in queryset)
        ended = queryset.count() - done
        more = f" {runs(ended, 'had', 'had')} ended already." if ended else ""
        self.message_user(request, f"{runs(done)} cancelled, or will be within seconds.{more}")

    @admin.action(description="Ring the bell", permissions=["operate"])
    def ring(self, request: HttpRequest, queryset: QuerySet[Run]) -> None:
        if not queryset.filter(status__in=ACTIVE).exists():
            self.message_user(request, "No worker is needed: what was chosen has ended.", messages.WARNING)
        elif bell.ring():
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


class KindFilter(admin.SimpleListFilter):
    title, parameter_name = "kind", "resource"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(name, label(name)) for name in order()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(resource=self.value()) if self.value() else queryset


@admin.register(LedgerEntry)
class LedgerAdmin(ReadOnly):
    list_display = ("of_kind", "said_key", "verdict", "outcome", "state", "reason", "verified")
    list_filter = (KindFilter, "verdict", "outcome", "reason")
    fields = (
        *("run", "of_kind", "said_key", "verdict", "outcome", "state", "reason", "said", "gid", "places", "lacks"),
        *("wave", "verified", "had", "gets"),
    )

    @admin.display(description="Kind", ordering="resource")
    def of_kind(self, entry: LedgerEntry) -> str:
        return label(entry.resource)

    @admin.display(description="Key", ordering="place")
    def said_key(self, entry: LedgerEntry) -> str:
        return naming.key(entry.key, entry.resource)

    @admin.display(description="Detail")
    def said(self, entry: LedgerEntry) -> str:
        return naming.plain(entry.detail, entry.resource)

    @admin.display(description="Differs in")
    def places(self, entry: LedgerEntry) -> str:
        return ", ".join(field_names(entry.changed, entry.resource))

    @admin.display(description="Arrives without")
    def lacks(self, entry: LedgerEntry) -> str:
        return ", ".join(field_names(entry.lost, entry.resource))

    @admin.display(description="Before")
    def had(self, entry: LedgerEntry) -> str:
        return fields_of(entry.before, entry.resource)

    @admin.display(description="After")
    def gets(self, entry: LedgerEntry) -> str:
        return fields_of(entry.after, entry.resource)

    show_full_result_count = False


admin.site.enable_nav_sidebar = False  # it would take a quarter of the width from every list
admin.site.site_url = None  # the app is opened in the admin of a store
admin.site.unregister(TaskResult)
admin.site.unregister(GroupResult)  # we send no groups


@admin.register(TaskResult)
class ResultAdmin(ReadOnly, TaskResultAdmin):
    """A log of what workers did: never the state of a run, and never edited."""

"""Runs, the lanes they wait in, and the ledger of what they do."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import timedelta
from enum import StrEnum
from functools import partial
from typing import Any, ClassVar

from django.conf import settings
from django.db import models, transaction
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone

from shops.models import Shop
from transfer.limits import NAMES, Limit
from transfer.outcomes import Outcome, Reason, State, Verdict
from transfer.registry import RESOURCES

from .exact import ExactJSONField, FitTextField
from .signals import rested
from .states import ACTIVE, EXPIRING, FailReason, Status, sources

# Waits for a limit of a day, and has stepped aside in its line until then.
ASIDE = Q(status=Status.WORKING, not_before__gt=Now(), waits_for__gt=Limit.NONE)


class Kind(models.TextChoices):
    EXPORT = "export"
    IMPORT = "import"
    SPREADSHEET = "spreadsheet"
    COMPARISON = "comparison"


class RunQuerySet(models.QuerySet["Run"]):
    def for_shop(self, shop: Shop) -> RunQuerySet:
        """Every query of a merchant's starts here."""
        return self.filter(shop=shop)

    def active(self) -> RunQuerySet:
        return self.filter(status__in=ACTIVE)

    def in_line(self) -> RunQuerySet:
        """The lane's order: oldest first."""
        return self.active().order_by("queued_at", "created_at", "id")

    def move(self, run: Run, target: Status, **columns: Any) -> bool:
        """One conditional UPDATE along an edge of `states.TRANSITIONS`. False: somebody else was faster."""
        if target in EXPIRING and "expires_at" not in columns:
            columns["expires_at"] = Now() + timedelta(hours=settings.EXPIRE_AFTER_HOURS)
        if target in ACTIVE:
            columns["expires_at"] = None
        changed = self.filter(pk=run.pk, status__in=sources(target)).update(
            status=target, updated=F("updated") + 1, **columns
        )
        if changed and target in EXPIRING:
            transaction.on_commit(partial(rested.send_robust, Run, run_id=run.pk), robust=True)
        return bool(changed)


class Run(models.Model):
    """One long job of one shop. Export and Import are its children; order, status and expiry exist once, here."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, related_name="runs")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    status = models.CharField(max_length=12, choices=Status.choices, default=Status.QUEUED)
    step = models.CharField(max_length=30, blank=True)
    cursor = ExactJSONField(default=dict, blank=True)
    past = ExactJSONField(default=dict, blank=True, help_text="The last cursor of each finished step.")
    counts = ExactJSONField(default=dict, blank=True, help_text="resource -> [done, total]")
    progress = ExactJSONField(default=dict, blank=True, help_text="What rate and time left are computed from.")
    stats = ExactJSONField(default=dict, blank=True)
    plan = ExactJSONField(default=dict, blank=True)
    result = ExactJSONField(default=dict, blank=True)
    reason = models.CharField(max_length=20, choices=FailReason.choices, default=FailReason.NONE, blank=True)
    message = FitTextField(blank=True)
    updated = models.PositiveBigIntegerField(default=0)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    queued_at = models.DateTimeField(db_default=Now())
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    not_before = models.DateTimeField(null=True, blank=True)
    waits_for = models.CharField(
        max_length=20,
        choices=[(word.value, name) for word, name in NAMES.items()],
        blank=True,
        help_text="A limit of a day.",
    )
    outage_since = models.DateTimeField(null=True, blank=True)
    outage = models.CharField(
        max_length=20, choices=FailReason.choices, blank=True, help_text="What it waits out, and would fail of."
    )
    outage_words = FitTextField(blank=True)
    failures = models.PositiveIntegerField(default=0, help_text="Slices in a row that ended without a checkpoint.")

    objects: ClassVar[Any] = RunQuerySet.as_manager()

    class Meta:
        ordering = ("-created_at", "-id")
        indexes = [
            models.Index(fields=["shop", "status", "queued_at"], name="run_line"),
            models.Index(fields=["shop", "-created_at"], name="run_of_shop"),
            models.Index(fields=["expires_at"], name="run_expiry"),
        ]
        constraints = [
            models.CheckConstraint(name="run_status_known", condition=Q(status__in=Status.values)),
            models.CheckConstraint(name="run_kind_known", condition=Q(kind__in=Kind.values)),
            models.CheckConstraint(
                name="run_expires_when_idle",
                condition=Q(status__in=sorted(ACTIVE), expires_at=None)
                | Q(status__in=sorted(EXPIRING), expires_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.id}"

    @property
    def prefix(self) -> str:
        """Where the run's files live."""
        return f"{self.id}/"

    @property
    def is_aside(self) -> bool:
        """The same as `ASIDE`, of a run in hand."""
        return bool(self.waits_for) and self._waits

    @property
    def waits_out(self) -> bool:
        """Waits for what is not its fault, and says so."""
        return bool(self.outage) and self._waits

    @property
    def _waits(self) -> bool:
        waits = self.not_before is not None and self.not_before > timezone.now()
        return waits and self.status == Status.WORKING


class Lane(models.Model):
    """A shop's line. Its lease says who works in it, its ticket (which only grows) whose word counts."""

    shop = models.OneToOneField(Shop, on_delete=models.CASCADE, related_name="lane")
    ticket = models.PositiveBigIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    holder = models.CharField(max_length=100, blank=True)
    served_at = models.DateTimeField(null=True, blank=True)
    paused_at = models.DateTimeField(null=True, blank=True, help_text="An operator paused it; runs keep their place.")

    class Meta:
        indexes = [models.Index(fields=["lease_until", "served_at"], name="lane_turn")]

    def __str__(self) -> str:
        return f"lane of {self.shop}"


class Service(models.Model):
    """One row: what operators decided for all lanes, and when beat was last heard."""

    drained_at = models.DateTimeField(null=True, blank=True, help_text="Workers finish their slice and take no more.")
    swept_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.CheckConstraint(name="service_is_one", condition=Q(pk=1))]

    def __str__(self) -> str:
        return "the service"


def _named(words: Iterable[StrEnum]) -> list[tuple[str, str]]:
    """Closed words of the kernel as choices that read like words. An empty one is nothing yet."""
    return [(word.value, word.value.replace("_", " ").capitalize()) for word in words if word.value]


class LedgerEntry(models.Model):
    """One record of one run, from its plan to its proof (`transfer.work.Row`).

    `place` is what entries are ordered by: resource and key as bytes (`runs.ledger.place_of`), computed in code and
    compared by no locale.
    """

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="ledger")
    place = models.BinaryField()
    number = models.PositiveIntegerField(default=0)
    resource = models.CharField(max_length=60)
    key = models.TextField()
    verdict = models.CharField(max_length=10, choices=_named(Verdict))
    outcome = models.CharField(max_length=10, choices=_named(Outcome), blank=True)
    state = models.CharField(max_length=10, choices=_named(State))
    reason = models.CharField(max_length=24, choices=_named(Reason), blank=True)
    detail = FitTextField(blank=True)
    gid = models.CharField(max_length=100, blank=True)
    before = ExactJSONField(null=True)
    after = ExactJSONField(null=True)
    changed = ExactJSONField(default=list)
    wave = models.PositiveIntegerField(null=True)
    open = ExactJSONField(default=list)
    lost = ExactJSONField(default=list)
    relaxed = ExactJSONField(default=list)
    theirs = ExactJSONField(default=list)
    aside = ExactJSONField(null=True)
    more = ExactJSONField(null=True)
    stood = ExactJSONField(null=True)
    stepped = models.BooleanField(default=False)
    linkable = models.BooleanField(default=False)
    tightenable = models.BooleanField(default=False)
    stepping = models.BooleanField(default=False)
    losing = models.BooleanField(default=False)
    verified = models.BooleanField(null=True)

    class Meta:
        verbose_name_plural = "ledger entries"
        constraints = [models.UniqueConstraint(fields=["run", "place", "number"], name="ledger_place")]
        indexes = [
            models.Index(fields=["run", "state", "outcome", "wave"], name="ledger_work"),
            models.Index(fields=["run", "verdict"], name="ledger_verdict"),
        ]

    def __str__(self) -> str:
        kind = RESOURCES.get(self.resource)
        return f"{kind.label if kind is not None else self.resource}: {self.key}"


class IdEntry(models.Model):
    """Which GID is which record, in the shop of one run. `target`: a digest of resource and key."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="ids")
    gid = models.CharField(max_length=100)
    target = models.CharField(max_length=32)
    resource = models.CharField(max_length=60)
    key = models.TextField()
    reading = models.PositiveBigIntegerField(default=0)
    mark = models.CharField(max_length=16, blank=True)

    class Meta:
        verbose_name_plural = "id entries"
        constraints = [models.UniqueConstraint(fields=["run", "gid"], name="id_gid")]
        indexes = [models.Index(fields=["run", "target"], name="id_target")]

    def __str__(self) -> str:
        return self.gid

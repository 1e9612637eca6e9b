"""Shops that installed the app, the webhooks that came for them, and the links between them."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone

from shopify_client import TokenPair
from transfer.naming import listed
from transfer.registry import RESOURCES, order

from .crypto import Unreadable, seal, unseal


class Grant(models.TextChoices):
    """How the shop's token was got, and so how the next one is."""

    EXCHANGE = "exchange", "Token exchange"
    CLIENT_CREDENTIALS = "client_credentials", "Client credentials"
    FIXED = "fixed", "Given by hand"


class Shop(models.Model):
    """One store. Its tokens are encrypted, and shown nowhere."""

    domain = models.CharField(max_length=255, unique=True)
    name = models.CharField(max_length=255, blank=True, help_text="What the store calls itself.")
    named_at = models.DateTimeField(null=True, blank=True, help_text="When it was asked for its name.")
    grant = models.CharField(max_length=20, choices=Grant.choices, default=Grant.EXCHANGE)
    sealed_token = models.TextField(blank=True, editable=False)
    sealed_refresh_token = models.TextField(blank=True, editable=False)
    token_expires_at = models.DateTimeField(null=True, blank=True)
    refresh_expires_at = models.DateTimeField(null=True, blank=True)
    token_lease_until = models.DateTimeField(null=True, blank=True, editable=False)
    token_lease_by = models.CharField(max_length=32, blank=True, editable=False)
    token_dead_since = models.DateTimeField(
        null=True, blank=True, help_text="Since when only opening the app in the store brings a new token."
    )
    scopes = models.JSONField(default=list, blank=True)
    scopes_at = models.DateTimeField(null=True, blank=True, help_text="When the scopes were last heard of.")
    bucket = models.JSONField(default=dict, blank=True, help_text="The API budget as last seen.")
    counts = models.JSONField(default=dict, blank=True, help_text="kind -> records, as Shopify counted them at once.")
    counted_at = models.DateTimeField(null=True, blank=True)
    counts_wanted_at = models.DateTimeField(null=True, blank=True, help_text="Since when somebody looks at a form.")
    installed_at = models.DateTimeField(default=timezone.now, help_text="By Shopify's clock, as the ID token has it.")
    opened_at = models.DateTimeField(
        null=True, blank=True, help_text="When the admin last opened the app, which is installed then; by its clock."
    )
    uninstalled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("domain",)

    def __str__(self) -> str:
        return self.domain

    @property
    def called(self) -> str:
        """Its domain; empty where it removed the app, and something of it is still to go."""
        return self.domain if self.uninstalled_at is None else ""

    @property
    def usable(self) -> bool:
        """Whether there is a token, or a way to the next one, without anybody opening the app."""
        if not self.sealed_token or self.token_dead_since is not None or self.uninstalled_at is not None:
            return False
        if self.grant != Grant.CLIENT_CREDENTIALS and not self.readable:
            return False
        if self.grant != Grant.EXCHANGE or self.token_expires_at is None or self.token_expires_at > timezone.now():
            return True
        return self.refresh_expires_at is not None and self.refresh_expires_at > timezone.now()

    @property
    def readable(self) -> bool:
        """Whether there is a token, and a key that opens it: keys are lost, or replaced where one has leaked."""
        try:
            return bool(self.token)
        except Unreadable:
            return False

    @property
    def token(self) -> str:
        """The access token in the clear. Never log, show or store it."""
        return unseal(self.sealed_token)

    @property
    def refresh_token(self) -> str:
        return unseal(self.sealed_refresh_token)

    @staticmethod
    def columns_of(pair: TokenPair) -> dict[str, Any]:
        """The columns that a new pair changes: both tokens, at once."""
        return {
            "sealed_token": seal(pair.access_token),
            "sealed_refresh_token": seal(pair.refresh_token or ""),
            "token_expires_at": _moment(pair.expires_at),
            "refresh_expires_at": _moment(pair.refresh_expires_at),
            "scopes": sorted(pair.scopes),
            "scopes_at": timezone.now(),
            "token_dead_since": None,
        }


class Delivery(models.Model):
    """One webhook. `number`: Shopify's id of it, by which a second delivery is known."""

    number = models.CharField(max_length=100, unique=True)
    topic = models.CharField(max_length=60)
    domain = models.CharField(max_length=255, blank=True, help_text="Empty once the shop has left.")
    payload = models.JSONField(default=dict, blank=True, help_text="What is still to be acted on.")
    triggered_at = models.DateTimeField()
    received_at = models.DateTimeField(db_default=Now(), editable=False)
    attempts = models.PositiveIntegerField(default=0)
    not_before = models.DateTimeField(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ("-received_at",)
        verbose_name_plural = "deliveries"
        indexes = [models.Index(fields=["done_at", "triggered_at"], name="delivery_due")]

    def __str__(self) -> str:
        return f"{self.topic} {self.number}"


class LinkStatus(models.TextChoices):
    ASKED = "asked", "Waits for the source's confirmation"
    ACTIVE = "active"
    REFUSED = "refused"
    ENDED = "ended"


LIVE = (LinkStatus.ASKED, LinkStatus.ACTIVE)


class Link(models.Model):
    """One store lets another copy from it: one way, what is listed, until either of them ends it.

    `…_by`: the staff member's id in the store that did it. `more`: what the target asks for besides, by another code,
    until the source confirms or refuses it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    source = models.ForeignKey(Shop, on_delete=models.CASCADE, related_name="links_out")
    target = models.ForeignKey(Shop, on_delete=models.CASCADE, related_name="links_in")
    status = models.CharField(max_length=10, choices=LinkStatus.choices, default=LinkStatus.ASKED)
    resources = models.JSONField(default=list, help_text="What may be carried.")
    offered_by = models.CharField(max_length=64, blank=True)
    asked_by = models.CharField(max_length=64, blank=True)
    asked_at = models.DateTimeField(db_default=Now(), editable=False)
    confirmed_by = models.CharField(max_length=64, blank=True)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    code = models.BigIntegerField(null=True, blank=True, help_text="Names the code that was entered last.")
    more = models.JSONField(default=list, blank=True, help_text="What is asked for besides.")
    more_offered_by = models.CharField(max_length=64, blank=True)
    more_asked_by = models.CharField(max_length=64, blank=True)
    more_asked_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.CharField(max_length=64, blank=True)
    ended_by_shop = models.ForeignKey(Shop, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-asked_at",)
        constraints = [
            models.UniqueConstraint(fields=["source", "target"], condition=Q(status__in=LIVE), name="link_once"),
            models.CheckConstraint(condition=~Q(source=F("target")), name="link_two_shops"),
            models.CheckConstraint(
                condition=~Q(status=LinkStatus.ACTIVE) | Q(confirmed_at__isnull=False), name="link_active_confirmed"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source} → {self.target}"

    @property
    def labels(self) -> list[str]:
        """What may be carried, in a merchant's words."""
        return labels(self.resources)

    @property
    def more_labels(self) -> list[str]:
        return labels(self.more)

    @property
    def people(self) -> list[str]:
        """What of it tells of people."""
        return labels(name for name in self.resources if name in RESOURCES and RESOURCES[name].personal)

    @property
    def more_people(self) -> list[str]:
        return labels(name for name in self.more if name in RESOURCES and RESOURCES[name].personal)

    @property
    def more_refused(self) -> bool:
        """Whether the source did not agree, a while ago, that more be carried."""
        asked = self.more_asked_at
        if self.more or asked is None or self.confirmed_at is None or asked < timezone.now() - TOLD_FOR:
            return False
        return asked > self.confirmed_at

    @property
    def left_out(self) -> str:
        """What is not carried, of what is copied by default; empty where that is nothing."""
        return few(name for name in order() if name not in self.resources)

    @property
    def said(self) -> str:
        """The same, as short as it can be said."""
        without = [kind.label for name, kind in RESOURCES.items() if name not in self.resources]
        if len(without) >= len(self.labels):
            return ", ".join(self.labels)
        return f"Everything but {listed(without)}" if without else "Everything"


TOLD_FOR = timedelta(hours=48)  # that more was not agreed to, counted from when it was asked for
MANY = 6  # kinds that a sentence names


def labels(resources: Iterable[str]) -> list[str]:
    """Kinds in a merchant's words."""
    return [RESOURCES[name].label for name in resources if name in RESOURCES]


def few(resources: Iterable[str]) -> str:
    """Kinds that are copied by default, as they are read aloud; of very many those that come first."""
    found = labels(name for name in resources if name in RESOURCES and RESOURCES[name].by_default)
    named, more = (found, 0) if len(found) <= MANY else (found[: MANY - 1], len(found) - MANY + 1)
    return listed([*named, f"{more} more kinds"] if more else named)


class LinkCode(models.Model):
    """A code that the source shows once: an open half, by which it is found, and a secret half, stored as a digest."""

    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, related_name="link_codes")
    selector = models.CharField(max_length=8, unique=True)
    digest = models.CharField(max_length=64)
    resources = models.JSONField(default=list)
    made_by = models.CharField(max_length=64, blank=True)
    expires_at = models.DateTimeField()
    attempts = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"code of {self.shop}"


class CodeEntry(models.Model):
    """That somebody in a shop entered a code, right or wrong: so many are allowed in a while."""

    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, related_name="code_entries")
    at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return f"{self.shop} {self.at}"


def _moment(seconds: float | None) -> datetime | None:
    return datetime.fromtimestamp(seconds, UTC) if seconds is not None else None

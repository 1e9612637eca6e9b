"""Shops: stores that installed the app."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.db import models

from shopify_client import TokenPair

from .crypto import seal, unseal


class Grant(models.TextChoices):
    """How the shop's token was got, and so how the next one is."""

    EXCHANGE = "exchange", "token exchange"
    CLIENT_CREDENTIALS = "client_credentials", "client credentials"
    FIXED = "fixed", "given by hand"


class Shop(models.Model):
    """One store. Its tokens are encrypted, and shown nowhere."""

    domain = models.CharField(max_length=255, unique=True)
    name = models.CharField(max_length=255, blank=True)
    grant = models.CharField(max_length=20, choices=Grant.choices, default=Grant.EXCHANGE)
    sealed_token = models.TextField(blank=True, editable=False)
    sealed_refresh_token = models.TextField(blank=True, editable=False)
    token_expires_at = models.DateTimeField(null=True, blank=True)
    refresh_expires_at = models.DateTimeField(null=True, blank=True)
    token_lease_until = models.DateTimeField(null=True, blank=True, editable=False)
    scopes = models.JSONField(default=list, blank=True)
    bucket = models.JSONField(default=dict, blank=True, help_text="The API budget as last seen.")
    installed_at = models.DateTimeField(auto_now_add=True)
    uninstalled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("domain",)

    def __str__(self) -> str:
        return self.domain

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
        }


def _moment(seconds: float | None) -> datetime | None:
    return datetime.fromtimestamp(seconds, UTC) if seconds is not None else None

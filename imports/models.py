"""Imports: runs that plan, write and prove what an archive holds."""

from __future__ import annotations

import uuid

from django.db import models

from runs.models import Run
from shops.models import Shop
from transfer.outcomes import Policy


class Import(Run):
    """`archive`: the import's own copy. `excluded`: {"resources": [...], "records": [[resource, key], ...]}."""

    source_name = models.CharField(max_length=255, blank=True)
    source_shop = models.CharField(max_length=255, blank=True)
    archive = models.CharField(max_length=200)
    policy = models.CharField(max_length=12, choices=[(p, p) for p in Policy], default=Policy.UPDATE)
    excluded = models.JSONField(default=dict, blank=True)
    confirmed_at = models.DateTimeField(null=True, blank=True)


class UploadAddress(models.Model):
    """An address that takes one upload, for a few minutes: an ID token lives shorter than an upload may take."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, related_name="upload_addresses")
    expires_at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.id)

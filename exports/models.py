"""Exports: runs that read a shop into an archive."""

from __future__ import annotations

from django.db import models

from runs.models import Run
from shops.models import Shop


class Export(Run):
    """`selection`: what `transfer.selection.options_of` says; empty means all."""

    # The linked store that this is read for; what it gets is a copy of its own.
    made_for = models.ForeignKey(Shop, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    selection = models.JSONField(default=dict, blank=True)
    archive = models.CharField(max_length=200, blank=True)
    size = models.PositiveBigIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True)

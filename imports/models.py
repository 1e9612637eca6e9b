"""Imports: runs that plan, write and prove what an archive holds; and copies, of an export and an import."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.urls import reverse

from exports.models import Export
from runs.exact import ExactJSONField, FitCharField, FitTextField
from runs.models import Run
from runs.states import Status
from runs.storage import storage
from shops.models import Link, Shop
from transfer.outcomes import Policy
from transfer.sheets.errors import name_of
from transfer.sheets.write import FORMS

SOURCE = "source."  # what was uploaded


class Uploaded:
    """A run over a file that somebody uploaded; a refused spreadsheet comes back with what was wrong."""

    pk: uuid.UUID
    prefix: str

    @property
    def annotated(self) -> str:
        """The uploaded spreadsheet with its errors, as a file's name in the storage; empty where there is none."""
        names = (f"{self.prefix}{folder}{name_of(form)}" for folder in ("", "other/") for form in FORMS)
        return next((name for name in names if storage().exists(name)), "")

    @property
    def errors_address(self) -> str:
        return f"{reverse('imports:plan', args=[self.pk]).removesuffix('plan')}{self.annotated.rsplit('/', 1)[-1]}"


class Import(Uploaded, Run):
    """`archive`: the import's own copy. `excluded`: {"resources": [...], "records": [[resource, key], ...]}.

    `only`: the list of the records that are meant, in the storage; empty where all of the archive are.
    """

    source_name = FitCharField(max_length=255, blank=True)
    source_shop = FitCharField(max_length=255, blank=True)
    archive = models.CharField(max_length=200)
    only = models.CharField(max_length=200, blank=True)
    policy = models.CharField(max_length=12, choices=[(p, p) for p in Policy], default=Policy.UPDATE)
    excluded = ExactJSONField(default=dict, blank=True)
    anonymise = models.BooleanField(default=False, help_text="Names of people are replaced before anything is planned.")
    confirmed_at = models.DateTimeField(null=True, blank=True)
    overtaken = models.BooleanField(
        default=False, help_text="Another import wrote here after this one began, and has been removed since."
    )

    @property
    def copied(self) -> bool:
        """Whether it is a part of a copy from a linked store, whose merchants know of no archive."""
        return Copy.objects.filter(run=self.pk).exists()


class Comparison(Uploaded, Run):
    """A file against this shop, or against another file. `other`: empty where it is this shop. `…_shop`: of which
    store a file tells.
    """

    name = models.CharField(max_length=255)
    other_name = models.CharField(max_length=255, blank=True)
    source_shop = FitCharField(max_length=255, blank=True)
    other_shop = FitCharField(max_length=255, blank=True)
    archive = models.CharField(max_length=200)
    other = models.CharField(max_length=200, blank=True)


class Purpose(models.TextChoices):
    COPY = "copy"
    COMPARE = "compare", "Comparison"


class CopyStatus(models.TextChoices):
    READING = "reading", "The other store is read"
    IMPORTING = "importing", "This store's turn"
    SUCCEEDED = "succeeded"
    INCOMPLETE = "incomplete"
    FAILED = "failed"
    CANCELLED = "cancelled"


OPEN = (CopyStatus.READING, CopyStatus.IMPORTING)


class Copy(models.Model):
    """A copy from a linked store: in no line, over an export in the source's line and an import in the target's.

    It belongs to the target. A linked store is compared in the same way, with a comparison in the import's place;
    `beside`: the file that it is compared with, kept with the export until it is handed over, or empty for the target
    itself; `beside_shop`: of which store that file tells.
    `withheld`: what the link allows and the source has not let the app read. `unlinked`: the kinds that the link did
    not carry when it began. `discard`: the target's run and its
    archive must go, as soon as no worker holds it. `seen`: the children at the end.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    link = models.ForeignKey(Link, null=True, blank=True, on_delete=models.SET_NULL, related_name="copies")
    source = models.ForeignKey(Shop, null=True, blank=True, on_delete=models.SET_NULL, related_name="copies_out")
    target = models.ForeignKey(Shop, on_delete=models.CASCADE, related_name="copies_in")
    export = models.OneToOneField(Export, null=True, blank=True, on_delete=models.SET_NULL, related_name="copy")
    # Not `import`, which Python keeps for itself.
    run = models.OneToOneField(Import, null=True, blank=True, on_delete=models.SET_NULL, related_name="copy")
    comparison = models.OneToOneField(Comparison, null=True, blank=True, on_delete=models.SET_NULL, related_name="copy")
    purpose = models.CharField(max_length=8, choices=Purpose.choices, default=Purpose.COPY)
    beside = models.CharField(max_length=200, blank=True)
    beside_name = FitCharField(max_length=255, blank=True)
    beside_shop = FitCharField(max_length=255, blank=True)
    status = models.CharField(max_length=12, choices=CopyStatus.choices, default=CopyStatus.READING)
    message = FitTextField(blank=True)
    withheld = ExactJSONField(default=list, blank=True)
    unlinked = models.JSONField(default=list, blank=True)
    anonymise = models.BooleanField(default=False)
    discard = models.BooleanField(default=False)
    seen = ExactJSONField(default=dict, blank=True)
    started_by = models.CharField(max_length=64, blank=True)
    handing_until = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    ended_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-created_at", "-id")
        verbose_name_plural = "copies"
        indexes = [models.Index(fields=["target", "-created_at"], name="copy_of_target")]
        constraints = [
            models.UniqueConstraint(fields=["link"], condition=Q(status__in=OPEN), name="copy_one_at_a_time"),
            models.CheckConstraint(
                condition=Q(status__in=OPEN, expires_at=None) | ~Q(status__in=OPEN) & Q(expires_at__isnull=False),
                name="copy_expires_when_ended",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_purpose_display()} {self.id}"

    @property
    def decides(self) -> bool:
        """Whether it waits for the target's decision on its plan."""
        return self.status in OPEN and self.run is not None and self.run.status == Status.WAITING

    @property
    def child(self) -> Import | Comparison | None:
        """The run in the target's line, once it has begun."""
        return self.run or self.comparison


class UploadAddress(models.Model):
    """An address that takes one upload, for a few minutes: an ID token lives shorter than an upload may take."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, related_name="upload_addresses")
    expires_at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.id)

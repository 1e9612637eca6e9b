"""Exports: runs that read a shop into an archive, and spreadsheets made of what they read."""

from __future__ import annotations

from django.db import models, transaction
from django.db.models.signals import post_delete
from django.dispatch import receiver

from runs.exact import ExactJSONField
from runs.models import Run
from runs.storage import storage
from shops.models import Shop
from transfer.sheets.write import FORMS


class Made:
    """A run that makes a file to download."""

    archive: str

    @property
    def there(self) -> bool:
        """Whether the file is where it was put: a restored database knows of files that were not restored."""
        return bool(self.archive) and storage().exists(self.archive)


class Export(Made, Run):
    """`selection`: what `transfer.selection.options_of` says; empty means all."""

    # The linked store that this is read for; what it gets is a copy of its own.
    made_for = models.ForeignKey(Shop, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    selection = ExactJSONField(default=dict, blank=True)
    anonymise = models.BooleanField(default=False, help_text="The archive names no people.")
    archive = models.CharField(max_length=200, blank=True)
    size = models.PositiveBigIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True)


class Spreadsheet(Made, Run):
    """An export's archive as XLSX or CSV, made when somebody asks for it. It goes when its export goes."""

    source = models.ForeignKey(Export, on_delete=models.CASCADE, related_name="spreadsheets")
    form = models.CharField(max_length=4, choices=[(form, form.upper()) for form in FORMS])
    archive = models.CharField(max_length=200, blank=True)
    size = models.PositiveBigIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True)


@receiver(post_delete, sender=Spreadsheet)
def remove_files(instance: Spreadsheet, **_: object) -> None:
    """The purge of an export knows the export's files; those of its spreadsheets follow their rows."""
    transaction.on_commit(lambda: storage().delete_tree(instance.prefix), robust=True)

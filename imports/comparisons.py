"""Comparing a file with this shop, or with another file: a run that writes nothing to the shop."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, BinaryIO

from django.db import transaction

from runs import kinds
from runs.models import Kind, Run
from runs.services import enqueue
from runs.states import Status
from runs.storage import storage
from shops.models import Shop
from transfer.fidelity import WORDS, equal
from transfer.stages import COMPARISON
from transfer.work import Desk

from .models import Comparison
from .services import keep, looked_at

File = tuple[str, BinaryIO]  # its name, and what is in it


def create(shop: Shop, file: File, other: File | None = None) -> Comparison:
    """A new comparison at the end of the line. Raises ArchiveError with one sentence."""
    run = Comparison(shop=shop, kind=Kind.COMPARISON, name=file[0][:255], other_name=other[0][:255] if other else "")
    for _, content in (file, *([other] if other else [])):
        looked_at(content)
    try:
        run.archive = keep(file[1], f"{run.prefix}source.zip")
        run.other = keep(other[1], f"{run.prefix}other.zip") if other else ""
        with transaction.atomic():
            return enqueue(run)
    except BaseException:
        storage().delete_tree(run.prefix)
        raise


def options(run: Run) -> Mapping[str, Any]:
    archive, other = Comparison.objects.values_list("archive", "other").get(pk=run.pk)
    return {"archive": archive, "other": other}


def finish(run: Run, desk: Desk) -> kinds.Finish:
    found = run.past["compare"]["resources"]
    result = {
        "equal": equal({"resources": found}),
        "resources": found,
        "totals": {word: sum(own[word] for own in found.values()) for word in WORDS},
    }
    return kinds.Finish(Status.SUCCEEDED, result)


PHASES = {"check": "Check the files", "snapshot": "Read this store", "compare": "Compare"}


def register() -> None:
    kinds.register(kinds.RunKind(Kind.COMPARISON, "read", COMPARISON, options, finish, phases=PHASES))

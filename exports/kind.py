"""What exports, and spreadsheets made of them, are to the engine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from runs import kinds
from runs.models import Kind, Run
from runs.states import Status
from transfer.selection import not_chosen, selection_of
from transfer.stages import EXPORT, SPREADSHEET, changed, manifest_of
from transfer.work import Desk

from .models import Export, Spreadsheet
from .people import secret


def options(run: Run) -> Mapping[str, Any]:
    selection, anonymise = Export.objects.values_list("selection", "anonymise").get(pk=run.pk)
    alias = {"anonymise": secret()} if anonymise else {}
    return {**selection, **alias, "shop": run.shop.domain, "scopes": run.shop.scopes}


def finish(run: Run, desk: Desk) -> kinds.Finish:
    """The archive is ready; what it holds and what it does not."""
    assembled = run.past["assemble"]
    manifest = manifest_of(desk, run.past, options(run))
    counts = manifest.counts
    result = {
        "counts": counts,
        "records": sum(counts.values()),
        "size": assembled["size"],
        "sha256": assembled["sha256"],
        "not_chosen": not_chosen(selection_of(options(run)), counts),
        "not_carried": manifest.not_carried,
        "changed_while_reading": len(changed(run.past)),
        "outside": manifest.outside,
        "deleted_references": manifest.deleted,
        "dangling_references": manifest.dangling,
        "external_links": manifest.external,
        "anonymised": manifest.anonymised,
        "source_mentions": manifest.mentions,
    }
    columns = {"archive": assembled["archive"], "size": assembled["size"], "sha256": assembled["sha256"]}
    return kinds.Finish(Status.SUCCEEDED, result, columns)


def spreadsheet_options(run: Run) -> Mapping[str, Any]:
    archive, form = Spreadsheet.objects.values_list("source__archive", "form").get(pk=run.pk)
    return {"archive": archive, "form": form}


def spreadsheet_finish(run: Run, desk: Desk) -> kinds.Finish:
    made = run.past["write"]
    counts = {name: sum(member["count"] for member in own) for name, own in run.past["check"]["members"].items()}
    result = {"counts": counts, "records": sum(counts.values()), "size": made["size"], "sha256": made["sha256"]}
    columns = {"archive": made["file"], "size": made["size"], "sha256": made["sha256"]}
    return kinds.Finish(Status.SUCCEEDED, result, columns)


def gone(run: Run) -> str:
    return f"The files of this run are gone; {_again(run)}."


def lacks(run: Run) -> str:
    there = run.status != Status.SUCCEEDED or getattr(run, run.kind).there
    return "" if there else f"The file of this {run.kind} is gone; {_again(run)}."


def _again(run: Run) -> str:
    made = getattr(run, run.kind)
    if isinstance(made, Spreadsheet) and made.source.there:
        return "make the spreadsheet again"
    return "export again"


BESIDE = "beside."  # a file that a linked store compares with what is read for it

PHASES = {"read": "Read the store", "resolve": "Name references", "merge": "Sort", "assemble": "Write the archive"}


def register() -> None:
    own = kinds.RunKind(Kind.EXPORT, "read", EXPORT, options, finish, keep=("archive.", BESIDE), phases=PHASES)
    kinds.register(replace(own, gone=gone, lacks=lacks, parts=lambda run: Spreadsheet.objects.filter(source=run.pk)))
    sheet = kinds.RunKind(
        Kind.SPREADSHEET, "read", SPREADSHEET, spreadsheet_options, spreadsheet_finish, keep=("spreadsheet.",)
    )
    kinds.register(replace(sheet, gone=gone, lacks=lacks))

"""What an export is to the engine."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from runs import kinds
from runs.models import Kind, Run
from runs.states import Status
from transfer.stages import EXPORT, not_carried
from transfer.work import Desk

from .models import Export


def options(run: Run) -> Mapping[str, Any]:
    selection = Export.objects.values_list("selection", flat=True).get(pk=run.pk)
    return {**selection, "shop": run.shop.domain, "scopes": run.shop.scopes}


def finish(run: Run, desk: Desk) -> kinds.Finish:
    """The archive is ready; what it holds and what it does not."""
    assembled = run.past["assemble"]
    members = run.past["merge"]["members"]
    settled = run.past["settle"]
    counts = {name: sum(member["count"] for member in own) for name, own in members.items()}
    result = {
        "counts": counts,
        "records": sum(counts.values()),
        "size": assembled["size"],
        "sha256": assembled["sha256"],
        "not_carried": not_carried(desk, run.past, options(run)),
        "changed_while_reading": len(settled["moved"]),
        "outside": run.past["resolve"]["outside"],
        "dangling_references": run.past["resolve"]["dangling"],
        "external_links": run.past["resolve"]["external"],
    }
    columns = {"archive": assembled["archive"], "size": assembled["size"], "sha256": assembled["sha256"]}
    return kinds.Finish(Status.SUCCEEDED, result, columns)


PHASES = {"read": "Read the store", "resolve": "Name references", "merge": "Sort", "assemble": "Write the archive"}


def register() -> None:
    own = kinds.RunKind(Kind.EXPORT, "read", EXPORT, options, finish, keep=("archive.",), phases=PHASES)
    kinds.register(own)

"""Whole kinds that an import does not bring, because the app may not read them in the source store."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from runs.models import Run
from transfer.outcomes import Reason
from transfer.registry import RESOURCES, order
from transfer.unread import withheld_kinds

from . import losing, outside
from .models import Copy

Kinds = list[dict[str, Any]]  # {"resource": name, "scopes": what to grant in the source, where that is known}


def withheld_in_source(run: Run) -> Kinds:
    """What the archive says of itself, and what the copy that this is a part of did not even ask for."""
    found = {name: list(scopes) for name, scopes in withheld_kinds(run.past["check"]).items()}
    copy = Copy.objects.filter(run=run.pk).first()
    found |= {kept["resource"]: kept["scopes"] for kept in (copy.withheld if copy is not None else ())}
    return [{"resource": name, "scopes": found[name]} for name in order() if name in found]


def of_run(run: Run) -> Kinds:
    """Of a run that has a plan, or has ended."""
    kinds: Kinds = run.result.get("withheld") or run.plan.get("withheld") or []
    return kinds


def sentence(kind: Mapping[str, Any]) -> str:
    """For reports and terminals."""
    grant = f"; grant it {', '.join(kind['scopes'])} there, and copy again" if kind["scopes"] else ""
    return f"The app may not read {_label(kind)} in the source store{grant}."


def report_lines(run: Run) -> list[dict[str, Any]]:
    """A line of the report for each kind, of no record: nobody knows how many there are."""
    return [
        {"resource": kind["resource"], "reason": str(Reason.NOT_PERMITTED), "detail": sentence(kind)}
        for kind in of_run(run)
    ] + [*outside.lines(run), *losing.lines(run)]


def labels(kinds: Iterable[Mapping[str, Any]]) -> list[str]:
    return [_label(kind) for kind in kinds]


def _label(kind: Mapping[str, Any]) -> str:
    name = kind["resource"]
    return RESOURCES[name].label if name in RESOURCES else str(name)

"""Comparing one side with another, field by field: a run that writes nothing to any shop.

The first side is a file: an archive or spreadsheet that somebody uploaded, a finished export, or what was just read
from a linked store (`copies`). The other is the shop itself, or a file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext, suppress
from typing import Any, BinaryIO

from django.db import transaction

from exports.models import Export
from exports.services import finished
from runs import kinds
from runs.models import Kind, Run
from runs.services import enqueue
from runs.states import Status
from runs.storage import storage
from shops.models import Shop
from shops.services import Refused
from transfer.fidelity import summary
from transfer.registry import RESOURCES, order, withheld
from transfer.sheets.lone import bound
from transfer.stages import COMPARISON
from transfer.unread import withheld_kinds
from transfer.work import Desk

from .models import Comparison, Copy
from .services import keep, looked_at

File = tuple[str, BinaryIO]  # its name, and what is in it
CHOICES = 20  # finished exports that a form offers
GONE = "That export is not there any more; choose another one."


def create(
    shop: Shop, file: File, other: File | None = None, *, claim: Callable[[Comparison], None] = lambda run: None
) -> Comparison:
    """A new comparison at the end of the line. Raises ArchiveError with one sentence. `claim`: as for an import."""
    with bound_one(file) as first, bound_one(other) if other else nullcontext() as second:
        return _created(shop, first, second, claim)


def _created(shop: Shop, file: File, other: File | None, claim: Callable[[Comparison], None]) -> Comparison:
    run = Comparison(shop=shop, kind=Kind.COMPARISON, name=file[0][:255], other_name=other[0][:255] if other else "")
    run.source_shop = looked_at(file[1])[0][:255]
    run.other_shop = looked_at(other[1])[0][:255] if other else ""
    try:
        run.archive = keep(file[1], f"{run.prefix}source.zip")
        run.other = keep(other[1], f"{run.prefix}other.zip") if other else ""
        with transaction.atomic():
            enqueue(run)
            claim(run)
        return run
    except BaseException:
        with suppress(OSError):  # what stays is swept later
            storage().delete_tree(run.prefix)
        raise


@contextmanager
def bound_one(file: File) -> Iterator[File]:
    """A file as the check expects it. Raises ArchiveError."""
    with bound(file[1], file[0], RESOURCES) as content:
        yield file[0], content


def exports_of(shop: Shop) -> list[Export]:
    """What a form offers: the shop's latest finished exports, but for what was read for a linked store."""
    return [own for own in finished(shop).filter(made_for=None)[:CHOICES] if own.there]


@contextmanager
def export_named(shop: Shop, pk: str) -> Iterator[File]:
    """A finished export of the shop, opened. Raises Refused."""
    run = next((own for own in exports_of(shop) if str(own.pk) == pk), None)
    if run is None or not storage().exists(run.archive):
        raise Refused(GONE)
    with storage().read(run.archive) as content:
        yield f"{shop.domain} on {run.created_at:%-d %b, %H:%M} UTC", content


# -- what it is to the engine --------------------------------------------------------------------------------------


def options(run: Run) -> Mapping[str, Any]:
    archive, other = Comparison.objects.values_list("archive", "other").get(pk=run.pk)
    return {"archive": archive, "other": other}


def finish(run: Run, desk: Desk) -> kinds.Finish:
    found = summary(run.past["compare"]["resources"])
    checked = {"source_shop": run.past["check"], "other_shop": run.past.get("check_other") or {}}
    told = {name: past["manifest"]["sourceShop"][:255] for name, past in checked.items() if "manifest" in past}
    return kinds.Finish(Status.SUCCEEDED, {**found, "not_compared": _not_compared(run)}, told)


def _not_compared(run: Run) -> list[dict[str, Any]]:
    """Kinds that were not compared, each with the reason; where that is a permission, with the scopes to grant."""
    row = Comparison.objects.get(pk=run.pk)
    names = row.name or "the first file", row.other_name or row.shop.domain
    held = [set(run.past["check"]["members"]), set(run.past["check_other"]["members"] if row.other else order())]
    unread = [_unread(run, "check"), _unread(run, "check_other")]
    if not row.other:  # the shop itself holds all that it lets the app read, as far as the file asks for it
        unread[1] = {name: scopes for name, scopes in withheld(row.shop.scopes, "read").items() if name in held[0]}
        held[1] &= held[0]
    found = []
    for name in order():
        side = next((number for number in (0, 1) if name in unread[number]), None)
        if side is not None:
            why, scopes = f"The app may not read it in {names[side]}.", list(unread[side][name])
            found.append({"resource": name, "why": why, "scopes": scopes})
        elif (name in held[0]) != (name in held[1]):
            why = f"Only {names[0] if name in held[0] else names[1]} holds it."
            found.append({"resource": name, "why": why, "scopes": []})
    return found


def _unread(run: Run, stage: str) -> dict[str, Any]:
    """Kinds that the app could not read where a file comes from; of a linked store, what was not even asked for."""
    checked = run.past.get(stage) or {}
    found: dict[str, Any] = dict(withheld_kinds(checked)) if "manifest" in checked else {}
    copy = Copy.objects.filter(comparison=run.pk).first() if stage == "check" else None
    return found | {kept["resource"]: kept["scopes"] for kept in (copy.withheld if copy is not None else ())}


PHASES = {"check": "Check the files", "snapshot": "Read this store", "compare": "Compare"}


def gone(run: Run) -> str:
    return "The files of this run are gone; compare again."


def register() -> None:
    kinds.register(kinds.RunKind(Kind.COMPARISON, "read", COMPARISON, options, finish, gone=gone, phases=PHASES))

"""Starting an export."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import cast

from django.db.models import QuerySet

from runs.models import Kind
from runs.services import enqueue, expired
from runs.states import ACTIVE, Status
from shops.models import Shop
from shops.services import Refused
from transfer.product_search import SelectionError
from transfer.registry import RESOURCES, withheld
from transfer.resource import Selection
from transfer.selection import check, options_of
from transfer.sheets.write import FORMS

from .models import Export, Spreadsheet

EVERYTHING = Selection()


def create(
    shop: Shop, selection: Selection = EVERYTHING, *, made_for: Shop | None = None, anonymise: bool = False
) -> Export:
    """A new export at the end of the shop's line. Raises Refused with one sentence.

    `anonymise`: people's names, addresses and notes are replaced before the archive is made (`transfer.anonymise`).

    What is chosen by name must be readable. Without a choice, everything that is readable and carried by default is
    exported, and the archive says what is not.
    """
    try:
        check(selection)
    except SelectionError as problem:
        raise Refused(str(problem)) from None
    usual = {name for name, resource in RESOURCES.items() if resource.by_default}
    if selection.resources >= usual:
        beside = selection.also | (selection.resources - usual)
        selection = replace(selection, resources=frozenset(), also=beside)
    named = selection.resources | selection.also | {target.resource for target in selection.records}
    missing = missing_scopes(shop, sorted(named))
    if missing:
        raise Refused(f"The app may not read this yet; grant it {', '.join(missing)} by opening it in the store.")
    run = Export(shop=shop, kind=Kind.EXPORT, selection=options_of(selection), made_for=made_for, anonymise=anonymise)
    return enqueue(run)


def missing_scopes(shop: Shop, resources: Sequence[str]) -> list[str]:
    """What the shop has to grant before these can be read; without a choice, before anything can."""
    missing = withheld(shop.scopes, "read")
    if not resources and len(missing) < len(RESOURCES):
        return []
    usual = [name for name, resource in RESOURCES.items() if resource.by_default]
    return sorted({scope for name in resources or usual for scope in missing.get(name, ())})


def finished(shop: Shop) -> QuerySet[Export]:
    """The shop's exports whose archives are there, the latest first."""
    done = Export.objects.filter(shop=shop, status=Status.SUCCEEDED).exclude(expired())
    return cast("QuerySet[Export]", done.order_by("-created_at"))


def spreadsheet(export: Export, form: str) -> Spreadsheet:
    """The export as XLSX or CSV: the one that there is, or a new one at the end of the line. Raises Refused.

    One whose file is gone is made anew.
    """
    if form not in FORMS:
        raise Refused(f"A spreadsheet is one of {', '.join(FORMS)}.")
    gone = [Status.FAILED, Status.CANCELLED, Status.PURGING]
    known = Spreadsheet.objects.filter(source=export, form=form).exclude(status__in=gone).exclude(expired())
    for one in cast("QuerySet[Spreadsheet]", known.order_by("-created_at")):
        if one.status in ACTIVE or one.there:
            return one
    return enqueue(Spreadsheet(shop=export.shop, kind=Kind.SPREADSHEET, source=export, form=form))

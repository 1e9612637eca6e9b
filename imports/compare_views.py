"""Comparing two sides on a page: choosing them, and what differs, record by record."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from typing import Any, BinaryIO, cast

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from runs.views import missing, of_shop, refused
from shops.auth import EmbeddedRequest, embedded
from shops.links import Who
from shops.models import Link, LinkStatus, Shop
from shops.scopes import parts_to_grant
from shops.services import Refused
from transfer.fidelity import VERDICTS
from transfer.keys import encode
from transfer.registry import RESOURCES, order, withheld

from . import comparisons, copies, differences, listing, services
from .listing import Filters
from .models import Comparison

STORE, FILE, EXPORT, LINK = "store", "file", "export:", "link:"
NO_FILE = "Choose the file that an export gave you."


# -- choosing ----------------------------------------------------------------------------------------------------


@require_safe
@embedded
def new(request: EmbeddedRequest) -> HttpResponse:
    """The form. It offers what is here already, and asks for more where that is ticked."""
    shop = request.shop
    links = _links(shop)
    unread = withheld(shop.scopes, "read")
    allowed = {name for link in links for name in link.resources}
    optional = [(RESOURCES[name], unread.get(name, ())) for name in order() if name in allowed]
    context = {
        "limit": settings.MAX_UPLOAD_BYTES,
        "links": [(f"{LINK}{link.pk}", link) for link in links],
        "exports": [(f"{EXPORT}{run.pk}", run) for run in comparisons.exports_of(shop)],
        "further": [(RESOURCES[name], unread[name]) for name in order() if name in unread],
        "parts": parts_to_grant(shop.scopes, "read"),
        "optional": [(kind, needed) for kind, needed in optional if kind.optional],
    }
    return render(request, "imports/compare.html", context)


def begin(request: HttpRequest, shop: Shop) -> str:
    """Starts what the form asks for; the address of its page. Raises Refused or ArchiveError with one sentence."""
    first = request.POST.get("first", FILE)
    second = request.POST.get("second", FILE if request.FILES.get("other") else STORE)
    sides = [(first, request.FILES.get("archive")), (second, request.FILES.get("other"))]
    sides.sort(key=lambda side: (not side[0].startswith(LINK), side[0] == STORE))  # the store itself is the other side
    (own, upload), (other, beside) = sides
    if own == STORE or (own == other and own != FILE):
        raise Refused("Choose two different sides.")
    if other.startswith(LINK):
        raise Refused("One side may be a linked store. To compare two others, export one of them, and bring the file.")
    with ExitStack() as files:
        against = None if other == STORE else _opened(files, shop, other, beside)
        if own.startswith(LINK):
            copy = copies.compare(_link(shop, own), Who(shop, ""), against, also=request.POST.getlist("also"))
            return reverse("imports:copy", args=[copy.pk])
        run = comparisons.create(shop, _opened(files, shop, own, upload), against)
    return reverse("runs:show", args=[run.pk])


def _links(shop: Shop) -> QuerySet[Link]:
    there = Link.objects.filter(target=shop, status=LinkStatus.ACTIVE, source__uninstalled_at=None)
    return there.select_related("source")


def _link(shop: Shop, named: str) -> Link:
    for link in _links(shop):
        if named == f"{LINK}{link.pk}":
            return link
    raise Refused("There is no such linked store any more.")


def _opened(files: ExitStack, shop: Shop, named: str, upload: UploadedFile[Any] | None) -> comparisons.File:
    """A side that is a file, opened until `files` are closed."""
    if named.startswith(EXPORT):
        return files.enter_context(comparisons.export_named(shop, named.removeprefix(EXPORT)))
    if named != FILE or upload is None or upload.file is None:
        raise Refused(NO_FILE)
    return upload.name or "", cast(BinaryIO, upload.file)


# -- what differs ------------------------------------------------------------------------------------------------


@require_safe
@of_shop(Comparison)
def records(request: EmbeddedRequest, run: Comparison, /) -> HttpResponse:
    """The records that differ; as JSON for whoever asks for that."""
    if not run.result:
        return missing(request)
    if "application/json" in request.headers.get("Accept", ""):
        return _json(request, run)
    filters = Filters.of(request.GET)
    filters = replace(filters, verdict=filters.verdict or listing.ALL)
    after = request.GET.get("after", "")
    try:
        lines, following = differences.page(run, filters, after)
    except Refused:
        after = ""
        lines, following = differences.page(run, filters, after)
    context = {
        **listing.preceding(run, filters, after),
        "run": run,
        "sides": differences.sides(run),
        "lines": lines,
        "following": f"{filters.query()}&after={following}" if following else "",
        "filters": filters,
        "kinds": listing.resources(run),
        "whole": "verdict=all",
        "tabs": differences.tabs(run, filters),
    }
    return render(request, "imports/differences.html", context)


def _json(request: HttpRequest, run: Comparison) -> HttpResponse:
    word = request.GET.get("differs") or None
    verdict = VERDICTS.get(word, word) if word else None
    try:
        found, following = services.rows(
            run, resource=request.GET.get("resource") or None, verdict=verdict, after=request.GET.get("after") or None
        )
    except Refused as refusal:
        return refused(refusal, status=404)
    rows = [{**differences.told(row), "name": encode(row.key), "values": differences.fields(row)} for row in found]
    left, right = differences.sides(run)
    return JsonResponse({"left": left, "right": right, "rows": rows, "following": following})


@require_safe
@of_shop(Comparison)
def record(request: EmbeddedRequest, run: Comparison, /, place: str) -> HttpResponse:
    """One record, what each side has."""
    found = differences.record(run, place)
    if found is None:
        return missing(request)
    left, right = differences.sides(run)
    return render(request, "imports/record.html", {**found, "run": run, "left": left, "right": right})


@require_safe
@of_shop(Comparison)
def file(request: EmbeddedRequest, run: Comparison, /, form: str) -> HttpResponseBase:
    """All that differs as CSV or JSON Lines, streamed."""
    lines: Iterator[bytes] = differences.csv(run) if form == "csv" else differences.jsonl(run)
    kind = "text/csv; charset=utf-8" if form == "csv" else "application/jsonl"
    response = StreamingHttpResponse(lines, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="differences-{run.pk}.{form}"'
    return response

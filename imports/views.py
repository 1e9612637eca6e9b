"""Uploading an archive, deciding on its plan, reading its report."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any, BinaryIO, cast
from uuid import UUID

from django.conf import settings
from django.db.models.functions import Now
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from runs.models import Run
from runs.states import FINAL, Status
from runs.status import status_of
from runs.storage import storage
from runs.views import missing, of_shop, refused
from shops.auth import EmbeddedRequest, embedded, posted
from shops.models import Shop
from shops.scopes import HEART, parts_to_grant
from shops.services import Refused
from transfer.archive import ArchiveError
from transfer.keys import decode, encode
from transfer.outcomes import Policy
from transfer.reasons import reason
from transfer.registry import RESOURCES, order, withheld

from . import again, choices, compare_views, listing, services
from .answer import answer
from .listing import Filters
from .models import Import, UploadAddress, Uploaded
from .overtaken import overtaken
from .room import full, room
from .words import POLICIES, of_copy

UPLOAD_MINUTES = 60


# -- upload ------------------------------------------------------------------------------------------------------


@require_safe
@embedded
def new(request: EmbeddedRequest) -> HttpResponse:
    """The form. It asks for what writing the heart of a store takes, and for more where that is ticked."""
    missing = withheld(request.shop.scopes, "write")
    first = sorted({scope for name in HEART for scope in missing.get(name, ())})
    further = [(RESOURCES[name], missing[name]) for name in order() if not set(missing.get(name, ())) <= set(first)]
    parts = parts_to_grant(request.shop.scopes, "write")
    context = {"limit": settings.MAX_UPLOAD_BYTES, "scopes": first, "further": further, "parts": parts}
    return render(request, "imports/new.html", context)


@posted("imports:new")
@embedded
def upload_address(request: EmbeddedRequest) -> HttpResponse:
    """An address for one upload: it may take longer than the minute that an ID token lives.

    `size` may say how many bytes are to come. 503: there is no room for them now.
    """
    size = request.POST.get("size", "")
    if size.isdecimal() and not room.holds(request.shop.pk, int(size[:20])):
        return full(request)
    UploadAddress.objects.filter(expires_at__lt=Now()).delete()
    expires_at = timezone.now() + timedelta(minutes=UPLOAD_MINUTES)
    address = UploadAddress.objects.create(shop=request.shop, expires_at=expires_at)
    return JsonResponse({"address": reverse("imports:upload", args=[address.pk]), "minutes": UPLOAD_MINUTES})


@csrf_exempt  # the address itself is the secret: unguessable, single-use, short-lived
@require_http_methods(["GET", "HEAD", "POST"])
def upload(request: HttpRequest, address: UUID) -> HttpResponse:
    """Takes a file in. 503: there is no room, nothing was read, and the address is as good as before; GET tells that to
    whoever lost the answer."""
    row = UploadAddress.objects.select_related("shop").filter(pk=address, expires_at__gt=Now()).first()
    if row is None:
        return _used()
    if request.method != "POST":
        return JsonResponse({"unused": True})
    size = int(request.headers.get("Content-Length") or 0)
    if size > settings.MAX_UPLOAD_BYTES:
        message = f"The file is larger than {settings.MAX_UPLOAD_BYTES // 1_000_000} MB."
        return JsonResponse({"error": message}, status=413)
    with room.taken(row.shop_id, size) as mine:
        if not mine:
            return full(request)
        return _receive(request, row) if UploadAddress.objects.filter(pk=address).delete()[0] else _used()


def _used() -> HttpResponse:
    message = "This address was used already, or is too old; choose the file again."
    return JsonResponse({"error": message}, status=410)


def _receive(request: HttpRequest, row: UploadAddress) -> HttpResponse:
    try:
        page = compare_views.begin(request, row.shop) if _compares(request) else _import(request, row.shop)
    except (ArchiveError, Refused) as refusal:
        return refused(refusal)
    return JsonResponse({"run": page.strip("/").split("/")[-1], "url": page}, status=201)


def _compares(request: HttpRequest) -> bool:
    return request.POST.get("purpose") == "compare"


def _import(request: HttpRequest, shop: Shop) -> str:
    """Starts an import of what was sent; the address of its page. Raises Refused or ArchiveError."""
    file = request.FILES.get("archive")
    if file is None or file.file is None:
        raise Refused(compare_views.NO_FILE)
    content, anonymise = cast(BinaryIO, file.file), "anonymise" in request.POST
    run = services.create(shop, name=file.name or "", upload=content, anonymise=anonymise)
    return reverse("runs:show", args=[run.pk])


# -- plan --------------------------------------------------------------------------------------------------------


@require_safe
@of_shop(Import)
def plan(request: EmbeddedRequest, run: Import, /) -> HttpResponse:
    """What would be done, record by record; as JSON for whoever asks for that."""
    if not run.plan:
        return missing(request)
    if "application/json" in request.headers.get("Accept", ""):
        return _plan_json(request, run)
    filters = Filters.of(request.GET)
    if not filters.verdict and not filters.left_out:
        filters = replace(filters, verdict=listing.CHANGES)
    waiting = run.status == Status.WAITING
    say = of_copy if run.copied else str
    context = {
        **_list(request, run, filters),
        "whole": "verdict=all",
        "tabs": listing.verdict_tabs(run, filters),
        "plan_lines": listing.plan_lines(run),
        "policies": [(word, *map(say, words)) for word, words in POLICIES.items()],
        "copied": run.copied,
        "figures": choices.figures(run) if waiting else None,
        "waiting": waiting,
        "status": status_of(run),
        "overtaken": overtaken(run) if waiting else "",
        "lacking": again.lacking(run) if waiting else None,
        "people": waiting and again.names_people(run),
    }
    return render(request, "imports/plan.html", context)


@posted("imports:plan", "run_id")
@of_shop(Import)
def plan_again(request: EmbeddedRequest, run: Import, /) -> HttpResponse:
    """The same archive planned anew, with what the app may do by now, and with people's names replaced on request."""
    try:
        made = again.plan_again(run, anonymise="anonymise" in request.POST)
    except (Refused, ArchiveError) as refusal:
        return refused(refusal)
    return redirect("runs:show", run_id=made.pk)


@posted("imports:report", "run_id")
@of_shop(Import)
def import_rest(request: EmbeddedRequest, run: Import, /) -> HttpResponse:
    """What an import did not bring, planned again."""
    try:
        made = again.import_rest(run)
    except (Refused, ArchiveError) as refusal:
        return refused(refusal)
    return redirect("runs:show", run_id=made.pk)


def _plan_json(request: EmbeddedRequest, run: Import) -> HttpResponse:
    filters = Filters.of(request.GET)
    names = {name: getattr(filters, name) or None for name in ("resource", "verdict", "outcome")}
    try:
        found, following = services.rows(run, after=request.GET.get("after") or None, **names)  # type: ignore[arg-type]
    except Refused as refusal:
        return refused(refusal, status=404)
    lines = [{**services.report_line(row), "name": encode(row.key), "changes": services.changes(row)} for row in found]
    return JsonResponse({"plan": run.plan, "rows": lines, "following": following})


def _list(request: EmbeddedRequest, run: Import, filters: Filters) -> dict[str, Any]:
    """What a page with a list of records needs. A page that does not exist is the first one."""
    after = request.GET.get("after", "")
    try:
        lines, following = listing.page(run, filters, after)
    except Refused:
        after = ""
        lines, following = listing.page(run, filters, after)
    return {
        **listing.preceding(run, filters, after),
        "run": run,
        "lines": lines,
        "following": f"{filters.query()}&after={following}" if following else "",
        "filters": filters,
        "kinds": listing.resources(run),
        "left_out": len(listing.records_left_out(run)),
    }


@require_safe
@of_shop(Import)
def record(request: EmbeddedRequest, run: Import, /, place: str) -> HttpResponse:
    """One record: what changes, what became of it, and why."""
    found = listing.record(run, place)
    if found is None:
        return missing(request)
    store = f"{settings.SHOPIFY_ADMIN_ORIGIN}/store/{request.shop.domain.removesuffix('.myshopify.com')}/"
    address = f"{store}{found['admin_path']}" if found["admin_path"] else ""
    right = (run.source_shop or "The other store") if run.copied else ""
    return render(request, "imports/record.html", {**found, "right": right, "run": run, "address": address})


@posted("imports:plan", "run_id")
@of_shop(Import)
def keep_choices(request: EmbeddedRequest, run: Import, /) -> HttpResponse:
    """Keeps policy and kinds of a plan that waits; what is written is decided by `confirm` alone."""
    policy = request.POST.get("policy", Policy.UPDATE)
    try:
        run = choices.keep(run, policy=policy, resources=request.POST.getlist("exclude_resource"))
    except Refused as refusal:
        return refused(refusal)
    return JsonResponse({"figures": choices.figures(run), "message": "Choices saved"})


@require_safe
@of_shop(Import)
def figures(request: EmbeddedRequest, run: Import, /) -> HttpResponse:
    """What choices would come to that are not kept: figures, and what to ask before they are carried out."""
    policy = request.GET.get("policy", Policy.UPDATE)
    try:
        run = choices.imagine(run, policy=policy, resources=request.GET.getlist("exclude_resource"))
    except Refused as refusal:
        return refused(refusal)
    found = choices.figures(run)
    return JsonResponse({"figures": found, "question": choices.question(run, found)})


@posted("imports:plan", "run_id")
@of_shop(Import)
def leave_out(request: EmbeddedRequest, run: Import, /) -> HttpResponse:
    """Leaves one record out of the plan, or takes it back; the choice lasts over pages and visits."""
    out = bool(request.POST.get("left_out"))
    try:
        key = decode(request.POST.get("key", ""))
        run = choices.leave_out(run, request.POST.get("resource", ""), key, out=out)
    except Refused as refusal:
        return refused(refusal)
    return JsonResponse({"pressed": out, "figures": choices.figures(run)})


@posted("imports:plan", "run_id")
@of_shop(Import)
def confirm(request: EmbeddedRequest, run: Import, /) -> HttpResponse:
    """The decision, from the form or as JSON: ``{"policy": word, "excluded": {"resources": [], "records": []}}``."""
    try:
        policy, excluded = _decision(request, run)
        confirmed = services.confirm(run, policy=policy, excluded=excluded)
    except Refused as refusal:
        return refused(refusal)
    if not confirmed:
        return JsonResponse({"error": choices.NOT_WAITING}, status=409)
    return redirect("runs:show", run_id=run.pk)


def _decision(request: HttpRequest, run: Import) -> tuple[str, dict[str, Any]]:
    """(policy, what is left out). Raises Refused. A form brings policy and kinds; its records were kept before."""
    if request.content_type == "application/json":
        try:
            data = json.loads(request.body)
        except (ValueError, RecursionError):
            data = None
        if not isinstance(data, dict) or not isinstance(data.get("excluded", {}), dict):
            raise Refused("Send a JSON object with a policy, and what is left out.")
        if not data.keys() <= {"policy", "excluded"}:
            raise Refused("A decision is a policy, and what is excluded; there is nothing else to decide.")
        return str(data.get("policy", Policy.UPDATE)), data.get("excluded", {})
    records = run.excluded.get("records", [])
    excluded = {"resources": request.POST.getlist("exclude_resource"), "records": records}
    return request.POST.get("policy", Policy.UPDATE), excluded


# -- report ------------------------------------------------------------------------------------------------------


@require_safe
@of_shop(Import)
def report(request: EmbeddedRequest, run: Import, /) -> HttpResponse:
    """What became of every record: the answer first, then why, then each of them."""
    if run.status not in FINAL:
        return redirect("runs:show", run_id=run.pk)
    filters = listing.opened(run, Filters.of(request.GET))
    context = {
        **_list(request, run, filters),
        "whole": "outcome=all",
        "tabs": listing.outcome_tabs(run, filters),
        "answer": answer(run.result) if run.result else None,
        "reason": (of_copy if run.copied else str)(reason(filters.reason)[0]) if filters.reason else "",
    }
    return render(request, "imports/report.html", context)


@require_safe
@of_shop(Import)
def report_file(request: EmbeddedRequest, run: Import, /, form: str) -> HttpResponseBase:
    """The whole report as CSV or JSON Lines, streamed."""
    lines: Iterator[bytes] = services.report_csv(run) if form == "csv" else services.report_jsonl(run)
    kind = "text/csv; charset=utf-8" if form == "csv" else "application/jsonl"
    response = StreamingHttpResponse(lines, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="report-{run.pk}.{form}"'
    return response


@require_safe
@of_shop(Run)
def errors_file(request: EmbeddedRequest, run: Run, /) -> HttpResponseBase:
    """The uploaded spreadsheet, with what was wrong with its rows or was not written of them."""
    own = getattr(run, run.kind)
    name = own.annotated if isinstance(own, Uploaded) else ""
    if not name:
        return missing(request)
    return FileResponse(storage().read(name), as_attachment=True, filename=name.rsplit("/", 1)[-1])

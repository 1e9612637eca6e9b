"""Uploading an archive, deciding on its plan, reading its report."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, BinaryIO, cast
from uuid import UUID

from django.conf import settings
from django.db.models.functions import Now
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from runs.states import FINAL, Status
from runs.views import missing, of_shop
from shops.auth import EmbeddedRequest, embedded
from shops.services import Refused
from transfer.archive import ArchiveError
from transfer.keys import encode
from transfer.outcomes import Outcome, Policy, Verdict
from transfer.registry import RESOURCES
from transfer.work import Row

from . import services
from .models import Import, UploadAddress

UPLOAD_MINUTES = 60


# -- upload ------------------------------------------------------------------------------------------------------


@require_GET
@embedded
def new(request: EmbeddedRequest) -> HttpResponse:
    return render(request, "imports/new.html", {"limit": settings.MAX_UPLOAD_BYTES})


@require_POST
@embedded
def upload_address(request: EmbeddedRequest) -> HttpResponse:
    """An address for one upload: it may take longer than the minute that an ID token lives."""
    UploadAddress.objects.filter(expires_at__lt=Now()).delete()
    expires_at = timezone.now() + timedelta(minutes=UPLOAD_MINUTES)
    address = UploadAddress.objects.create(shop=request.shop, expires_at=expires_at)
    return JsonResponse({"address": reverse("imports:upload", args=[address.pk]), "minutes": UPLOAD_MINUTES})


@csrf_exempt  # the address itself is the secret: unguessable, single-use, short-lived
@require_POST
def upload(request: HttpRequest, address: UUID) -> HttpResponse:
    row = UploadAddress.objects.select_related("shop").filter(pk=address, expires_at__gt=Now()).first()
    taken = row is not None and UploadAddress.objects.filter(pk=address).delete()[0]
    if row is None or not taken:
        return JsonResponse(
            {"error": "This address was used already, or is too old; choose the file again."}, status=410
        )
    if int(request.headers.get("Content-Length") or 0) > settings.MAX_UPLOAD_BYTES:
        message = f"The file is larger than {settings.MAX_UPLOAD_BYTES // 1_000_000} MB."
        return JsonResponse({"error": message}, status=413)
    file = request.FILES.get("archive")
    if file is None or file.file is None:
        return JsonResponse({"error": "Choose the ZIP file that an export gave you."}, status=422)
    try:
        run = services.create(row.shop, name=file.name or "", upload=cast(BinaryIO, file.file))
    except (ArchiveError, Refused) as refusal:
        return JsonResponse({"error": str(refusal)}, status=422)
    return JsonResponse({"run": str(run.pk), "url": reverse("runs:show", args=[run.pk])}, status=201)


# -- plan --------------------------------------------------------------------------------------------------------


@require_GET
@of_shop(Import)
def plan(request: EmbeddedRequest, run: Import, /) -> HttpResponse:
    """What would be done, record by record; as JSON for whoever asks for that."""
    if not run.plan:
        return missing(request)
    names = {name: request.GET.get(name) or None for name in ("resource", "verdict", "outcome")}
    try:
        found, following = services.rows(run, after=request.GET.get("after") or None, **names)  # type: ignore[arg-type]
    except Refused as refusal:
        return JsonResponse({"error": str(refusal)}, status=404)
    lines = [_plan_line(row) for row in found]
    if "application/json" in request.headers.get("Accept", ""):
        return JsonResponse({"plan": run.plan, "rows": lines, "following": following})
    context = {
        "run": run,
        "rows": lines,
        "following": following,
        "chosen": names,
        "resources": list(RESOURCES.values()),
        "verdicts": list(Verdict),
        "policies": list(Policy),
        "waiting": run.status == Status.WAITING,
    }
    return render(request, "imports/plan.html", context)


def _plan_line(row: Row) -> dict[str, Any]:
    return {
        **services.report_line(row),
        "name": encode(row.key),
        "changes": services.changes(row),
        "exclusion": json.dumps([row.resource, list(row.key)]),
    }


@require_POST
@of_shop(Import)
def confirm(request: EmbeddedRequest, run: Import, /) -> HttpResponse:
    """The decision, from the form or as JSON: ``{"policy": word, "excluded": {"resources": [], "records": []}}``."""
    try:
        policy, excluded = _decision(request)
        confirmed = services.confirm(run, policy=policy, excluded=excluded)
    except Refused as refusal:
        return JsonResponse({"error": str(refusal)}, status=422)
    if not confirmed:
        message = "This plan does not wait for a decision any more: it was decided, cancelled, or has expired."
        return JsonResponse({"error": message}, status=409)
    return redirect("runs:show", run_id=run.pk)


def _decision(request: HttpRequest) -> tuple[str, dict[str, Any]]:
    """(policy, what is left out). Raises Refused."""
    if request.content_type == "application/json":
        try:
            data = json.loads(request.body)
        except ValueError:
            data = None
        if not isinstance(data, dict) or not isinstance(data.get("excluded", {}), dict):
            raise Refused("Send a JSON object with a policy, and what is left out.")
        return str(data.get("policy", Policy.UPDATE)), data.get("excluded", {})
    try:
        records = [json.loads(item) for item in request.POST.getlist("exclude_record")]
    except ValueError:
        raise Refused("A record that is left out is not named as it should be.") from None
    excluded = {"resources": request.POST.getlist("exclude_resource"), "records": records}
    return request.POST.get("policy", Policy.UPDATE), excluded


# -- report ------------------------------------------------------------------------------------------------------


@require_GET
@of_shop(Import)
def report(request: EmbeddedRequest, run: Import, /) -> HttpResponse:
    """What became of every record, page by page."""
    if run.status not in FINAL:
        return missing(request)
    names = {name: request.GET.get(name) or None for name in ("resource", "outcome")}
    try:
        found, following = services.rows(run, after=request.GET.get("after") or None, **names)  # type: ignore[arg-type]
    except Refused as refusal:
        return JsonResponse({"error": str(refusal)}, status=404)
    context = {
        "run": run,
        "rows": [{**services.report_line(row), "name": encode(row.key)} for row in found],
        "following": following,
        "chosen": names,
        "resources": list(RESOURCES.values()),
        "outcomes": [outcome for outcome in Outcome if outcome],
    }
    return render(request, "imports/report.html", context)


@require_GET
@of_shop(Import)
def report_file(request: EmbeddedRequest, run: Import, /, form: str) -> HttpResponseBase:
    """The whole report as CSV or JSON Lines, streamed."""
    lines: Iterator[bytes] = services.report_csv(run) if form == "csv" else services.report_jsonl(run)
    kind = "text/csv; charset=utf-8" if form == "csv" else "application/jsonl"
    response = StreamingHttpResponse(lines, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="report-{run.pk}.{form}"'
    return response

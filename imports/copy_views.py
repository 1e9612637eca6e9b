"""Copies from linked stores, as the merchant of the target sees them. The source sees an export of its own."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from uuid import UUID

from django.core.paginator import Paginator
from django.db.models.functions import Now
from django.http import HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from runs.views import gone, missing, refused
from shops.auth import EmbeddedRequest, embedded, posted
from shops.links import Who
from shops.models import Link, few
from shops.services import Refused

from . import copies
from .models import OPEN, Copy
from .status import copy_status

SHOWN = 50  # copies on a page


@require_safe
@embedded
def index(request: EmbeddedRequest) -> HttpResponse:
    own = Copy.objects.filter(target=request.shop).exclude(expires_at__lte=Now()).select_related("source", "run")
    page = Paginator(own, SHOWN).get_page(request.GET.get("page"))
    moving = any(copy.status in OPEN for copy in page)
    return render(request, "imports/copies.html", {"copies": page, "moving": moving})


@posted("shops:links")
@embedded
def start(request: EmbeddedRequest, link_id: UUID) -> HttpResponse:
    """One click: the other store is read, and an import is planned in this one."""
    link = Link.objects.select_related("source").filter(pk=link_id, target=request.shop).first()
    if link is None:
        return missing(request, "link")
    try:
        who, anonymise = Who(request.shop, request.identity.user), "anonymise" in request.POST
        copy = copies.start(link, who, also=request.POST.getlist("also"), anonymise=anonymise)
    except Refused as refusal:
        return refused(refusal)
    return redirect("imports:copy", copy_id=copy.pk)


def _of_target(view: Callable[[EmbeddedRequest, Copy], HttpResponse]) -> Callable[..., HttpResponseBase]:
    """A view of one copy into the asking shop; 404 for everybody else, 410 once its time is over."""

    @embedded
    @wraps(view)
    def found(request: EmbeddedRequest, /, copy_id: UUID) -> HttpResponse:
        copy = Copy.objects.select_related("source", "target", "link").filter(pk=copy_id, target=request.shop).first()
        if copy is None:
            return missing(request, "copy or comparison")
        if Copy.objects.filter(pk=copy_id, expires_at__lte=Now()).exists():
            return gone(request)
        return view(request, copy)

    return found


@require_safe
@_of_target
def show(request: EmbeddedRequest, copy: Copy) -> HttpResponse:
    carried = copy.link.resources if copy.link is not None else []
    left_out = few(name for name in copy.unlinked if name not in carried)  # it may have become wider since
    context = {"copy": copy, "status": copy_status(copy), "left_out": left_out}
    return render(request, "imports/copy.html", context)


@require_safe
@_of_target
def status(request: EmbeddedRequest, copy: Copy) -> HttpResponse:
    return JsonResponse(copy_status(copy))


@posted("imports:copy", "copy_id")
@_of_target
def cancel(request: EmbeddedRequest, copy: Copy) -> HttpResponse:
    copies.cancel(copy)
    return redirect("imports:copy", copy_id=copy.pk)

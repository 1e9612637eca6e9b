"""Runs as merchants see them: the list, one run, its status as JSON, cancel, remove.

A run that is not the shop's is not there (404), whoever has its id; one whose time is over is gone (410), purged or
not yet.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent
from django.core.signing import BadSignature, Signer
from django.db.models import Q, Subquery
from django.db.models.functions import Now
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from shops.auth import EmbeddedRequest, embedded, is_fetch, posted, recognise
from shops.services import Refused
from transfer import naming
from transfer.shapes import shown

from . import expiry, services
from .models import Kind, Run
from .signals import absent
from .states import ACTIVE, FINAL, Status
from .status import status_of

PAGE = 25
NOT_ALL = (
    "Not all of it could be removed so far. Nobody can open it any more, and what is left is removed as soon as that "
    "is possible."
)


def gone(request: HttpRequest) -> HttpResponse:
    message = "The time of this run is over: nothing of it can be opened any more."
    return sentence(request, "No longer here", message, 410)


def missing(request: HttpRequest, what: str = "run") -> HttpResponse:
    return sentence(request, "Not found", f"There is no such {what} in this store.", 404)


def sentence(request: HttpRequest, title: str, message: str, status: int) -> HttpResponse:
    if is_fetch(request) and "text/html" not in request.headers.get("Accept", ""):
        return JsonResponse({"error": message, "status": status}, status=status)
    context = {"title": title, "message": message, "code": status}
    return render(request, "problem.html", context, status=status)


def of_shop(model: type[Run]) -> Callable[[Callable[..., HttpResponseBase]], Callable[..., HttpResponseBase]]:
    """A view of one run of the asking shop: gets the run, or answers 404 and 410 by itself."""

    def decorate(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
        @embedded
        def found(request: EmbeddedRequest, /, run_id: UUID, **kwargs: Any) -> HttpResponseBase:
            run = model.objects.filter(shop=request.shop, pk=run_id).first()
            if run is None:
                return _why_absent(request, run_id) or missing(request)
            if model.objects.filter(services.expired(), pk=run_id).exists():
                return gone(request)
            return view(request, run, **kwargs)

        return found

    return decorate


def _why_absent(request: EmbeddedRequest, run_id: UUID) -> HttpResponse | None:
    """Leads to the page that tells what became of a run, where there is one; a program is told that it is not there."""
    answers = [answer for _, answer in absent.send(Run, shop=request.shop, run_id=run_id)]
    address = next(filter(None, answers), "")
    if not address or "text/html" not in request.headers.get("Accept", ""):
        return None
    query = "" if "Authorization" in request.headers else request.META.get("QUERY_STRING", "")  # says whose page it is
    return redirect(f"{address}?{query}" if query else address)


def refused(refusal: Exception, status: int = 422) -> JsonResponse:
    """Why something was not done, for a page that shows it beside its form: without names that only programs use."""
    return JsonResponse({"error": naming.plain(str(refusal))}, status=status)


@require_safe
@embedded
def index(request: EmbeddedRequest) -> HttpResponse:
    """The shop's runs, newest first, paged by key."""
    runs = Run.objects.for_shop(request.shop).exclude(status=Status.PURGING).exclude(expires_at__lte=Now())
    runs = runs.select_related(*Kind.values, "export__made_for").defer("past", "cursor", "plan")
    try:
        after = Signer().unsign(request.GET["after"]) if "after" in request.GET else None
    except BadSignature:
        after = None
    if after is not None:
        moment = Subquery(Run.objects.filter(pk=after).values("created_at"))  # compared where it is stored
        runs = runs.filter(Q(created_at__lt=moment) | Q(created_at=moment, pk__lt=after))
    found = list(runs.order_by("-created_at", "-id")[: PAGE + 1])
    last = found[PAGE - 1] if len(found) > PAGE else None
    following = Signer().sign(str(last.pk)) if last is not None else None
    context = {
        "lines": [{"run": run, "now": status_of(run) if run.status in ACTIVE else None} for run in found[:PAGE]],
        "following": following,
        "first_page": after is None,
        "moving": any(run.status in ACTIVE for run in found),
    }
    return render(request, "runs/list.html", context)


@require_safe
@of_shop(Run)
def show(request: EmbeddedRequest, run: Run) -> HttpResponse:
    child = getattr(run, run.kind)  # read later than `run`: all that the page says is said of this one moment
    context = {"run": child, "status": status_of(child), "active": child.status in ACTIVE}
    return render(request, "runs/run.html", context)


@require_safe
@of_shop(Run)
def status(request: EmbeddedRequest, run: Run) -> HttpResponse:
    """The JSON status. With `?updated=` of the last answer, a short one where nothing changed."""
    now = status_of(run)
    if request.GET.get("updated") == now["updated"]:
        now = {
            name: now[name]
            for name in ("id", "status", "updated", "poll_ms", "ahead", "lane_paused", "drained", "expires_in")
        }
        now["unchanged"] = True
    return JsonResponse(now)


@posted("runs:show", "run_id")
@of_shop(Run)
def cancel(request: EmbeddedRequest, run: Run) -> HttpResponse:
    services.cancel(run)
    return redirect("runs:show", run_id=run.pk)


@posted("runs:show", "run_id")
@of_shop(Run)
def remove(request: EmbeddedRequest, run: Run) -> HttpResponse:
    """Whoever owns a run that has ended need not wait for the end of its day."""
    if run.status not in FINAL:
        return refused(Refused("This has not ended. Cancel it, and it can be removed."), 409)
    if not expiry.remove_ended(run):
        return refused(Refused(NOT_ALL), 409)
    return redirect("runs:list")


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    recognise(request)
    return sentence(request, "Not found", "There is no such page.", 404)


def not_understood(request: HttpRequest, exception: Exception) -> HttpResponse:
    recognise(request)
    if isinstance(exception, RequestDataTooBig | TooManyFieldsSent):
        return sentence(request, "Too large", "The form is larger than any of ours; send less at once.", 413)
    message = "The request could not be read: it is damaged, or not what any page of ours sends."
    return sentence(request, "Not understood", message, 400)


def not_permitted(request: HttpRequest, exception: Exception) -> HttpResponse:
    """An operator whose account may not see or do something."""
    message = str(exception) or "Your account may not see or do this; ask an operator who may give that permission."
    return sentence(request, "Not allowed", message, 403)


def forbidden(request: HttpRequest, exception: Exception | None = None, reason: str = "") -> HttpResponse:
    """Where a form was sent from a page that is too old, or from somebody else's (`CSRF_FAILURE_VIEW`)."""
    return sentence(
        request, "Not allowed", "The page was not sent by its own form; open it again, and repeat that.", 403
    )


def wrong_method(request: HttpRequest, allowed: str) -> HttpResponse:
    message = f"This address is not asked by {shown(request.method or '')}, but by {allowed}."
    response = sentence(request, "Not asked like that", message, 405)
    response.headers["Allow"] = allowed
    return response


def server_error(request: HttpRequest) -> HttpResponse:
    recognise(request)
    message = "Something went wrong on our side. Nothing is lost; try again in a minute."
    return sentence(request, "That did not work", message, 500)

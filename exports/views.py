"""Starting exports, and downloading what they made."""

from __future__ import annotations

from django.core.signing import BadSignature, SignatureExpired, TimestampSigner
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from runs.models import Run
from runs.services import expired
from runs.states import Status
from runs.storage import storage
from runs.views import gone, missing, of_shop, refused, sentence
from shops.auth import EmbeddedRequest, embedded, posted
from shops.scopes import parts_to_grant
from shops.services import Refused
from transfer.registry import withheld

from . import services
from .counting import counts_of, price_of
from .forms import TEXTS, blamed, selection_of_form
from .kind import lacks
from .models import Export, Spreadsheet
from .outlook import outlook

LINK_SECONDS = 60
OLD_LINK = "This link was good for a minute. Press Download again; the file is there as long as the run is."
ZIP_TYPE = "application/zip"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_SALT = "exports.download"


@require_http_methods(["GET", "HEAD", "POST"])
@embedded
def new(request: EmbeddedRequest) -> HttpResponse:
    """The form, with what to expect; and starting an export of what was chosen."""
    problem = None
    chosen: list[str] | None = None
    if request.method == "POST":
        chosen = request.POST.getlist("resources")
        try:
            selection, anonymise = selection_of_form(request.POST), "anonymise" in request.POST
            run = services.create(request.shop, selection, anonymise=anonymise)
            return redirect("runs:show", run_id=run.pk)
        except Refused as refusal:
            problem = str(refusal)
    at = blamed(request.POST) if problem else ""
    missing_scopes = withheld(request.shop.scopes, "read")
    context = {
        "outlook": outlook(request.shop, missing_scopes),
        "parts": parts_to_grant(request.shop.scopes, "read"),
        "problem": problem,
        "at": at,
        "chosen": chosen,
        "typed": {name: request.POST.get(name, "") for name in (*TEXTS, "closure", "anonymise")},
    }
    return render(request, "exports/new.html", context, status=422 if problem else 200)


@require_safe
@embedded
def counts(request: EmbeddedRequest) -> HttpResponse:
    """Records of the kinds that Shopify counts at once; `kinds` is null while they are being counted."""
    return JsonResponse({"kinds": counts_of(request.shop), **price_of(request.shop)})


@posted("runs:show", "run_id")
@of_shop(Export)
def spreadsheet(request: EmbeddedRequest, run: Export) -> HttpResponse:
    """Makes a spreadsheet of an export, or leads to the one that there is."""
    if run.status != Status.SUCCEEDED or not run.archive:
        return missing(request)
    if not run.there:
        return _lost(request, run)
    try:
        made = services.spreadsheet(run, request.POST.get("form", ""))
    except Refused as refusal:
        return refused(refusal)
    return redirect("runs:show", run_id=made.pk)


@posted("runs:show", "run_id")
@of_shop(Run)
def download_link(request: EmbeddedRequest, run: Run) -> HttpResponse:
    """A link that works for a minute, without an ID token: a browser's download carries none."""
    made = _made(run)
    if run.status != Status.SUCCEEDED or made is None:
        return missing(request)
    if not made.there:
        return _lost(request, made)
    signed = TimestampSigner(salt=_SALT).sign(str(run.pk))
    return JsonResponse({"url": reverse("exports:download", args=[signed]), "seconds": LINK_SECONDS})


def _made(run: Run | None) -> Export | Spreadsheet | None:
    """The run, if it is one that makes a file to download."""
    own = getattr(run, run.kind) if run is not None else None
    return own if isinstance(own, Export | Spreadsheet) and own.archive else None


def _lost(request: HttpRequest, run: Export | Spreadsheet) -> HttpResponse:
    """The run is there and its file is not: the database was restored without it, or the disk was."""
    return sentence(request, "Its file is gone", lacks(run), 410)


@require_safe
def download(request: HttpRequest, signed: str) -> HttpResponseBase:
    try:
        pk = TimestampSigner(salt=_SALT).unsign(signed, max_age=LINK_SECONDS)
    except SignatureExpired:
        return sentence(request, "An old link", OLD_LINK, 410)
    except BadSignature:  # nobody here made this link
        return missing(request)
    run = _made(Run.objects.filter(pk=pk).first())
    if run is None:
        return missing(request)
    if Run.objects.filter(expired(), pk=pk).exists():
        return gone(request)
    if not run.there:
        return _lost(request, run)
    made = run.source if isinstance(run, Spreadsheet) else run
    form = run.form if isinstance(run, Spreadsheet) else ""
    ending, kind = {"xlsx": ("xlsx", XLSX_TYPE), "csv": ("csv.zip", ZIP_TYPE)}.get(form, ("zip", ZIP_TYPE))
    name = f"{run.shop.domain.removesuffix('.myshopify.com')}-{made.created_at:%Y-%m-%d}.{ending}"
    answer = FileResponse(storage().read(run.archive), as_attachment=True, filename=name, content_type=kind)
    answer["Cache-Control"] = "no-store"
    return answer

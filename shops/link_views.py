"""The page on which two stores are linked. Every link is looked for among the asking shop's own."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from typing import Any
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.db.models import Case, Q, QuerySet, Value, When
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from transfer.registry import RESOURCES, order, withheld

from . import links
from .auth import EmbeddedRequest, embedded, posted
from .models import LIVE, Link, LinkStatus
from .scopes import parts_to_grant
from .services import Refused

SHOWN = 100  # links on a page; those that wait for somebody come first


@require_safe
@embedded
def index(request: EmbeddedRequest) -> HttpResponse:
    return _page(request)


@posted("shops:links")
@embedded
def code(request: EmbeddedRequest) -> HttpResponse:
    """Makes a code, and shows it this once."""
    try:
        made = links.make_code(_who(request), request.POST.getlist("resources"))
    except Refused as refusal:
        return _page(request, 422, problem=str(refusal), at="code")
    return _page(request, code=made, minutes=int(links.CODE_LIFE.total_seconds() // 60))


@posted("shops:links")
@embedded
def enter(request: EmbeddedRequest) -> HttpResponse:
    typed = request.POST.get("code", "")
    try:
        links.enter_code(_who(request), typed)
    except Refused as refusal:
        status = 429 if isinstance(refusal, links.TooMany) else 422
        return _page(request, status, problem=str(refusal), at="enter", typed=typed)
    return redirect("shops:links")


def _of_shop(view: Callable[[EmbeddedRequest, Link], HttpResponse]) -> Callable[..., HttpResponseBase]:
    """A view of one link of the asking shop; 404 for everybody else."""

    @posted("shops:links")
    @embedded
    @wraps(view)
    def found(request: EmbeddedRequest, /, link_id: UUID) -> HttpResponse:
        link = Link.objects.filter(Q(source=request.shop) | Q(target=request.shop), pk=link_id).first()
        if link is None:
            return render(request, "problem.html", {"message": "There is no such link in this store."}, status=404)
        return view(request, link)

    return found


@_of_shop
def confirm(request: EmbeddedRequest, link: Link) -> HttpResponse:
    more, who = request.POST.getlist("more"), _who(request)
    if not (links.widen(link, who, more) if more else links.confirm(link, who)):
        words = "This link does not wait for this store's confirmation any more."
        return _page(request, 409, problem=words, at="out")
    return redirect("shops:links")


@_of_shop
def keep(request: EmbeddedRequest, link: Link) -> HttpResponse:
    """The link stays as it is: the source refuses what more was asked for, or the target takes it back."""
    links.keep(link, _who(request))
    return redirect("shops:links")


@_of_shop
def end(request: EmbeddedRequest, link: Link) -> HttpResponse:
    links.end(link, _who(request))
    return redirect("shops:links")


def _who(request: EmbeddedRequest) -> links.Who:
    return links.Who(request.shop, request.identity.user)


def _page(request: HttpRequest, status: int = 200, **more: Any) -> HttpResponse:
    shop = request.shop  # type: ignore[attr-defined]
    unwritable, unreadable = withheld(shop.scopes, "write"), withheld(shop.scopes, "read")
    into = _some(request, "inward", Link.objects.filter(target=shop))
    out = _some(request, "outward", Link.objects.filter(source=shop))
    inward = [_inward(link, unwritable) for link in into]
    outward = [(link, _unread(unreadable, link.resources), _scopes(unreadable, link.resources)) for link in out]
    context = {
        "pages": {"inward": into, "outward": out},
        "ended": links.ended_lately(shop),
        "made": links.state_of_code(shop),
        "outward": outward,
        "inward": inward,
        "resources": [(RESOURCES[name], _scopes(unreadable, [name])) for name in order()],
        "readable": parts_to_grant(shop.scopes, "read"),
        "writable": parts_to_grant(shop.scopes, "write"),
        **more,
    }
    return render(request, "shops/links.html", context, status=status)


def _some(request: HttpRequest, name: str, links_: QuerySet[Link]) -> Page[Link]:
    """One page of links, by the number that the query has under this name; what is no page is the nearest one."""
    urgent = Case(When(Q(status=LinkStatus.ASKED) | ~Q(more=[]), then=Value(0)), default=Value(1))
    there = links_.filter(source__uninstalled_at=None, target__uninstalled_at=None)  # who left is about to be removed
    live = there.filter(status__in=LIVE).select_related("source", "target").order_by(urgent, "-asked_at", "id")
    return Paginator(live, SHOWN).get_page(request.GET.get(name))


def _inward(link: Link, unwritable: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """A link as its target sees it. `optional`: kinds that are copied only where somebody ticks them."""
    kinds = [RESOURCES[name] for name in order() if name in link.resources]
    usual = [kind.name for kind in kinds if kind.by_default]
    optional = [(kind, _scopes(unwritable, [kind.name])) for kind in kinds if kind.optional]
    people = any(kind.personal for kind in kinds)
    return {"link": link, "scopes": _scopes(unwritable, usual), "optional": optional, "people": people}


def _unread(missing: Mapping[str, Sequence[str]], resources: Sequence[str]) -> list[str]:
    """What of these the app may not read, in a merchant's words."""
    return [RESOURCES[name].label for name in order() if name in resources and name in missing]


def _scopes(missing: Mapping[str, Sequence[str]], resources: Sequence[str]) -> str:
    """The scopes that are missing for these resources, as a form names them."""
    return " ".join(sorted({scope for name in resources for scope in missing.get(name, ())}))

"""The bounce page, which holds nothing but App Bridge, and what a merchant granted."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from shopify_client import ShopifyError

from .auth import EmbeddedRequest, embedded, posted, stands_in_admin
from .tokens import exchange


@require_safe
def bounce(request: HttpRequest) -> HttpResponse:
    """App Bridge comes back from here with a fresh ID token."""
    stands_in_admin(request)
    return render(request, "bounce.html")


@posted("shops:links")
@embedded
def scopes(request: EmbeddedRequest) -> HttpResponse:
    """The merchant granted more just now: the next token says what. (The webhook may take a while.)"""
    own = request.identity
    try:
        shop = exchange(own.shop, own.token, own.issued_at, anew=True)
    except ShopifyError as problem:
        return JsonResponse({"error": f"{problem} Try again in a minute."}, status=503)
    return JsonResponse({"scopes": shop.scopes})

"""Headers of pages that live in a frame of the Shopify admin."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from shopify_client import is_shop


class EmbeddedMiddleware:
    """Says who may frame a page, and what it may load: nothing inline, and no script but ours and App Bridge."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self._get_response(request)
        response.headers.setdefault("Content-Security-Policy", policy(request))
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        if hasattr(request, "shop"):
            response.headers.setdefault("Cache-Control", "no-store")
        return response


def policy(request: HttpRequest) -> str:
    bridge = _origin(settings.SHOPIFY_APP_BRIDGE_URL)
    return "; ".join(
        (
            "default-src 'self'",
            f"script-src 'self' {bridge}",
            f"connect-src 'self' {bridge}",
            "img-src 'self' data:",
            "object-src 'none'",
            "base-uri 'none'",
            "form-action 'self'",
            f"frame-ancestors {_ancestors(request)}",
        )
    )


def _ancestors(request: HttpRequest) -> str:
    """The shop's own admin, and nobody else. A name from the query is believed only if it is a shop's domain."""
    shop = getattr(request, "shop", None)
    domain = shop.domain if shop is not None else request.GET.get("shop", "")
    if not is_shop(domain):
        return "'none'"
    return f"https://{domain} {_origin(settings.SHOPIFY_ADMIN_ORIGIN)}"


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"

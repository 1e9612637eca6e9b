"""Headers of pages that live in a frame of the Shopify admin."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from shopify_client import is_shop

NOBODY = "'none'"


class EmbeddedMiddleware:
    """Says who may frame a page, and what it may load: nothing inline, and no script but ours and App Bridge."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self._get_response(request)
        ancestors = _ancestors(request)
        response.headers.setdefault("Content-Security-Policy", policy(ancestors))
        if ancestors == NOBODY:
            response.headers.setdefault("X-Frame-Options", "DENY")
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        if hasattr(request, "shop"):
            response.headers.setdefault("Cache-Control", "no-store")
        return response


def policy(ancestors: str) -> str:
    """App Bridge is one script. It asks the admin around the frame by messages, and no host by requests of its own.

    Shopify's own helper (`ShopifyApp.add_csp_directives`) allows this script too, and nothing else.
    """
    return "; ".join(
        (
            "default-src 'self'",
            f"script-src 'self' {_script(settings.SHOPIFY_APP_BRIDGE_URL)}",
            "connect-src 'self'",
            "img-src 'self' data:",
            "object-src 'none'",
            "base-uri 'none'",
            "form-action 'self'",
            f"frame-ancestors {ancestors}",
        )
    )


def _ancestors(request: HttpRequest) -> str:
    """The shop's own admin, and nobody else. Before the shop is known, only pages that say so
    (`framed_by`) stand in the admin of the one that the query names."""
    shop = getattr(request, "shop", None)
    domain = shop.domain if shop is not None else getattr(request, "framed_by", "")
    if not is_shop(domain):
        return NOBODY
    return f"https://{domain} {_origin(settings.SHOPIFY_ADMIN_ORIGIN)}"


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _script(url: str) -> str:
    """One script and none beside it: Shopify's CDN serves merchants' uploads too. A policy names no query."""
    return f"{_origin(url)}{urlsplit(url).path}"

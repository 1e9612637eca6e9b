"""What every page of the embedded app needs in its head."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from .addresses import home_in_admin


def embedded(request: HttpRequest) -> dict[str, Any]:
    shop = getattr(request, "shop", None)
    domain = shop.domain if shop is not None else getattr(request, "framed_by", "")
    return {
        "app_bridge_url": settings.SHOPIFY_APP_BRIDGE_URL,
        "api_key": settings.SHOPIFY_API_KEY,
        "admin_home": home_in_admin(domain),
        "shop": shop,
    }

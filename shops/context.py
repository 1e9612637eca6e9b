"""What every page of the embedded app needs in its head."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def embedded(request: HttpRequest) -> dict[str, Any]:
    return {
        "app_bridge_url": settings.SHOPIFY_APP_BRIDGE_URL,
        "api_key": settings.SHOPIFY_API_KEY,
        "shop": getattr(request, "shop", None),
    }

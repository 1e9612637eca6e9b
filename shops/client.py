"""The Admin API client of one shop, with its budget where the last worker left it."""

from __future__ import annotations

from django.conf import settings

from shopify_client import AdminClient, BucketState, Origins, Pacer, PooledTransport
from shopify_client.cost import Prices

from .models import Shop
from .tokens import ShopToken

# Connections and prices outlive a slice: one of each per process.
_TRANSPORT = PooledTransport()
_PRICES: dict[str, Prices] = {}


def client_for(shop: Shop) -> AdminClient:
    return AdminClient(
        shop.domain,
        token=ShopToken(shop.pk),
        pacer=Pacer(BucketState.from_json(shop.bucket), share=settings.BUDGET_SHARE),
        origins=Origins(settings.SHOPIFY_API_ORIGIN),
        transport=_TRANSPORT,
        timeout=settings.REQUEST_TIMEOUT,
        prices=_PRICES.setdefault(shop.domain, Prices()),
    )


def save_bucket(shop: Shop, pacer: Pacer) -> None:
    """Keeps what is known of the budget for the next slice."""
    Shop.objects.filter(pk=shop.pk).update(bucket=pacer.state.to_json())

"""The Admin API client of one shop, with its budget where the last worker left it."""

from __future__ import annotations

from dataclasses import replace

from django.conf import settings

from shopify_client import AdminClient, BucketState, FileHosts, Origins, Pacer, PooledTransport
from shopify_client.cost import Prices

from .models import Shop
from .tokens import ShopToken

# Connections and prices outlive a slice: one of each per process.
_TRANSPORT = PooledTransport()
_PRICES: dict[str, Prices] = {}


def client_for(shop: Shop, *, spent: bool = False) -> AdminClient:
    """`spent`: nobody knows what is left of the budget; it is taken for empty until the first answer says more."""
    bucket = BucketState.from_json(shop.bucket)
    return AdminClient(
        shop.domain,
        token=ShopToken(shop.pk),
        pacer=Pacer(replace(bucket, level=0.0, at=0.0) if spent else bucket, share=settings.BUDGET_SHARE),
        origins=Origins(settings.SHOPIFY_API_ORIGIN),
        transport=_TRANSPORT,
        timeout=settings.REQUEST_TIMEOUT,
        files=FileHosts(tuple(settings.SHOPIFY_FILE_HOSTS)) if settings.SHOPIFY_FILE_HOSTS else None,
        prices=_PRICES.setdefault(shop.domain, Prices()),
    )


def save_bucket(shop: Shop, pacer: Pacer) -> None:
    """Keeps what is known of the budget for the next slice."""
    Shop.objects.filter(pk=shop.pk).update(bucket=pacer.state.to_json())

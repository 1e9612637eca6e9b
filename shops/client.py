"""The Admin API client of one shop, with its budget where the last worker left it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from django.conf import settings

from shopify_client import AdminClient, BucketState, FileHosts, Origins, Pacer, PooledTransport
from shopify_client.cost import Prices, estimate

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


@contextmanager
def beside_the_line(shop: Shop, document: str) -> Iterator[AdminClient | None]:
    """A client for one small request while nobody works in the shop's line, as far as one sees; None where one does.

    A worker that begins meanwhile finds a budget without what this request may cost; what it has saved by the end
    counts, for it knows more.
    """
    client = client_for(shop)
    state = client.pacer.state
    less = replace(state, level=state.level - estimate(document, {}))
    own = Shop.objects.filter(pk=shop.pk)
    unchanged = own.filter(bucket__at=shop.bucket["at"]) if shop.bucket else own.filter(bucket={})
    if not unchanged.update(bucket=less.to_json()):
        yield None
        return
    yield client
    own.filter(bucket__at=less.at).update(bucket=client.pacer.state.to_json())

"""Installing and connecting shops."""

from __future__ import annotations

from contextlib import suppress

from django.db.models.functions import Now
from django.utils import timezone

from shopify_client import ShopifyError, TokenPair
from shopify_client.transport import is_shop

from . import signals
from .client import beside_the_line
from .models import Grant, Shop

_NAME = "query ShopName { shop { name } }"


class Refused(Exception):
    """One sentence that says what to do."""


def install(domain: str, pair: TokenPair, grant: Grant) -> Shop:
    """Makes the shop's row, or gives an existing one its new token."""
    if not is_shop(domain):
        raise Refused("A store is named by its permanent domain, like my-store.myshopify.com.")
    columns = {**Shop.columns_of(pair), "grant": grant, "installed_at": timezone.now()}
    shop, _ = Shop.objects.update_or_create(domain=domain, uninstalled_at=None, defaults=columns)
    return shop


def learn_names() -> int:
    """Asks shops that are new what they call themselves: one point each, once. How many were asked.

    Never while a shop's line is worked: its budget is counted to the point, and would be one short.
    """
    unnamed = Shop.objects.filter(named_at=None, uninstalled_at=None, token_dead_since=None).exclude(sealed_token="")
    asked = 0
    for shop in unnamed:
        if any(answer for _, answer in signals.asking.send(Shop, shop=shop)):
            continue
        name = shop.name
        with suppress(ShopifyError), beside_the_line(shop, _NAME) as client:
            if client is None:
                continue
            name = str(client.ask(_NAME).data["shop"]["name"])[:255]
        asked += Shop.objects.filter(pk=shop.pk, uninstalled_at=None).update(name=name, named_at=Now())
    return asked

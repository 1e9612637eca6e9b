"""Installing and connecting shops."""

from __future__ import annotations

from django.utils import timezone

from shopify_client import FixedToken, TokenPair
from shopify_client.transport import is_shop

from .models import Grant, Shop


class Refused(Exception):
    """One sentence that says what to do."""


def install(domain: str, pair: TokenPair, grant: Grant) -> Shop:
    """Makes the shop's row, or gives an existing one its new token."""
    if not is_shop(domain):
        raise Refused("A store is named by its permanent domain, like my-store.myshopify.com.")
    columns = {**Shop.columns_of(pair), "grant": grant, "installed_at": timezone.now()}
    shop, _ = Shop.objects.update_or_create(domain=domain, uninstalled_at=None, defaults=columns)
    return shop


def fixed_pair(token: str, scopes: frozenset[str]) -> TokenPair:
    """A token that somebody made in the admin: it does not end, and cannot be renewed."""
    return TokenPair(FixedToken(token).get(), scopes)

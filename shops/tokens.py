"""A shop's access token: cached, renewed five minutes early or once when refused, by one process at a time."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from django.conf import settings
from django.db import close_old_connections
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone

from shopify_client import App, Origins, TokenPair, TokenRefused, Unavailable

from .crypto import Unreadable
from .models import Grant, Shop

EARLY = timedelta(minutes=5)
LEASE = timedelta(seconds=30)
WAIT_SECONDS = 20.0


def app() -> App:
    """The app's credentials. The first secret is the current one."""
    secret = settings.SHOPIFY_API_SECRETS[0] if settings.SHOPIFY_API_SECRETS else ""
    return App(settings.SHOPIFY_API_KEY, secret, Origins(settings.SHOPIFY_API_ORIGIN), timeout=settings.REQUEST_TIMEOUT)


@dataclass(slots=True)
class ShopToken:
    """`shopify_client.TokenSource` over a shop's row. Threads of one process share it; processes share the row."""

    shop_id: int
    credentials: App = field(default_factory=app)
    sleep: Callable[[float], None] = time.sleep
    _mutex: threading.Lock = field(default_factory=threading.Lock)
    _token: str = ""
    _good_until: float | None = None

    def get(self) -> str:
        with self._mutex:
            if self._token and (self._good_until is None or time.monotonic() < self._good_until):
                return self._token
            return self._load()

    def renew(self, refused: str) -> str:
        with self._mutex:
            if self._token and self._token != refused:
                return self._token  # another thread was faster
            return self._load(refused=refused)

    def _load(self, refused: str = "") -> str:
        """The stored token, or a new one where that is too old or refused."""
        try:
            shop = Shop.objects.get(pk=self.shop_id)
            token = shop.token
            fresh = shop.token_expires_at is None or shop.token_expires_at > timezone.now() + EARLY
            if token and fresh and token != refused:
                return self._keep(shop, token)
            return self._renewed(shop, token)
        except Unreadable as problem:
            raise TokenRefused(str(problem)) from None
        finally:
            if threading.current_thread() is not threading.main_thread():
                close_old_connections()

    def _keep(self, shop: Shop, token: str) -> str:
        self._token = token
        self._good_until = None
        if shop.token_expires_at is not None:
            left = (shop.token_expires_at - EARLY - timezone.now()).total_seconds()
            self._good_until = time.monotonic() + max(left, 1.0)
        return token

    def _renewed(self, shop: Shop, old: str) -> str:
        """Renews under the row's lease; whoever does not get it waits for the one who did."""
        waited = 0.0
        while not self._lease():
            if waited >= WAIT_SECONDS:
                raise Unavailable("Another process is renewing the access token and does not come to an end.", wait=5.0)
            self.sleep(0.25)
            waited += 0.25
            shop.refresh_from_db()
            if shop.token and shop.token != old:
                return self._keep(shop, shop.token)
        try:
            pair = self._next_pair(shop)
            Shop.objects.filter(pk=shop.pk).update(**Shop.columns_of(pair))  # saved before it is used
            shop.refresh_from_db()
            return self._keep(shop, pair.access_token)
        finally:
            Shop.objects.filter(pk=shop.pk).update(token_lease_until=None)

    def _lease(self) -> bool:
        free = Q(token_lease_until=None) | Q(token_lease_until__lt=Now())
        return bool(Shop.objects.filter(free, pk=self.shop_id).update(token_lease_until=Now() + LEASE))

    def _next_pair(self, shop: Shop) -> TokenPair:
        if shop.grant == Grant.CLIENT_CREDENTIALS:
            return self.credentials.client_credentials(shop.domain)
        if shop.grant == Grant.EXCHANGE and shop.refresh_token:
            return self.credentials.refresh(shop.domain, shop.refresh_token)
        raise TokenRefused("The store refuses the access token; open the app in the store again.")

"""A shop's access token: cached, renewed five minutes early or once when refused, by one process at a time.

Only one pair of tokens is good per shop, and every renewal changes both. So whoever renews holds the lease in the
shop's row, reads the row again inside it, and saves the new pair before using it. An answer that is lost costs
nothing: the old refresh token may be used again until its replacement is.
"""

from __future__ import annotations

import logging
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connections, transaction
from django.db.models import Q
from django.db.models.functions import Coalesce, Now
from django.utils import timezone

from shopify_client import AccessLost, App, BadRequest, Origins, TokenPair, TokenRefused, Unavailable

from . import signals
from .crypto import Unreadable
from .models import Grant, Shop

logger = logging.getLogger(__name__)

EARLY = timedelta(minutes=5)
LEASE = timedelta(seconds=60)  # longer than a request to Shopify can take
STILLBORN = timedelta(hours=1)
WAIT_SECONDS = 20.0
REOPEN = (
    "The store does not accept this app any more: it was uninstalled there, or its access was revoked or has ended. "
    "Open the app in the store (install it, if it is gone), and the run goes on by itself."
)
LOCKED = (
    "The app cannot read its stored access to the store: its keys were replaced or lost. Open the app in the store, "
    "and the run goes on by itself."
)
UNKNOWN = (
    "Shopify does not accept this app's own credentials. Whoever runs the app has to check its client id and secret; "
    "the run goes on by itself."
)
REOPEN_PAUSE = 60.0  # seconds after which a run looks again whether somebody has

Pairing = Callable[[App], TokenPair]


def ask(pairing: Pairing) -> TokenPair:
    """Asks with the app's secrets, the first one first: while a secret is rotated, either may be the good one."""
    origins, refusal = Origins(settings.SHOPIFY_API_ORIGIN), BadRequest("The app has no client secret.")
    for secret in settings.SHOPIFY_API_SECRETS:
        try:
            return pairing(App(settings.SHOPIFY_API_KEY, secret, origins, timeout=settings.REQUEST_TIMEOUT))
        except BadRequest as problem:
            refusal = problem
    raise refusal


def exchange(domain: str, id_token: str, issued_at: datetime, *, anew: bool = False) -> Shop:
    """Installs a shop, or brings its dead tokens back to life. Of many who open it at once, one asks Shopify.

    `anew`: a good token is exchanged too, to learn the scopes of now.
    """
    shop, _ = Shop.objects.get_or_create(domain=domain, uninstalled_at=None)
    row = _Row(shop.pk)
    try:
        row.renew(
            lambda shop: ask(lambda app: app.exchange(shop.domain, id_token)),
            done=lambda shop: shop.usable and not anew,
            grant=Grant.EXCHANGE,
            installed_at=issued_at,
            named_at=None,
        )
    except Exception:
        remove_never_installed(timedelta(0), pk=shop.pk)
        raise
    opened = row.read()
    signals.reopened.send_robust(Shop, shop=opened)
    return opened


def remove_never_installed(older: timedelta = STILLBORN, **which: object) -> int:
    """Removes rows made to ask Shopify for a first token that never came. Locked, so that nobody begins to ask now.

    `older`: what a process left that died while it asked stands that long.
    """
    free = Q(token_lease_until=None) | Q(token_lease_until__lt=Now())
    made = Q(installed_at__lte=timezone.now() - older)
    with transaction.atomic():
        stillborn = Shop.objects.filter(free, made, sealed_token="", scopes_at=None, uninstalled_at=None, **which)
        found = list(stillborn.select_for_update().values_list("pk", flat=True))
        Shop.objects.filter(pk__in=found).delete()
    return len(found)


@dataclass(slots=True)
class _Row:
    """A shop's row, and the lease on its tokens."""

    shop_id: int
    sleep: Callable[[float], None] = time.sleep

    def read(self) -> Shop:
        """Raises TokenRefused where the row went: the app was uninstalled."""
        shop = Shop.objects.filter(pk=self.shop_id, uninstalled_at=None).first()
        if shop is None:
            raise TokenRefused("The app is not installed in this store any more.")
        return shop

    def renew(self, pairing: Callable[[Shop], TokenPair], done: Callable[[Shop], bool], **columns: object) -> None:
        """Saves the next pair, unless the row, read again under the lease, needs none any more."""
        mine = self._lease(done)
        if mine is None:
            return
        try:
            shop = self.read()
            if not done(shop):
                pair = pairing(shop)
                Shop.objects.filter(pk=self.shop_id, token_lease_by=mine).update(**Shop.columns_of(pair), **columns)
        finally:
            Shop.objects.filter(pk=self.shop_id, token_lease_by=mine).update(token_lease_until=None, token_lease_by="")

    def _lease(self, done: Callable[[Shop], bool]) -> str | None:
        """The name under which the lease is ours; None where somebody else did the work while we waited."""
        mine, waited = secrets.token_hex(16), 0.0
        free = Q(token_lease_until=None) | Q(token_lease_until__lt=Now())
        while not Shop.objects.filter(free, pk=self.shop_id).update(
            token_lease_until=Now() + LEASE, token_lease_by=mine
        ):
            if waited >= WAIT_SECONDS:
                raise Unavailable("Another process is renewing the access token and does not come to an end.", wait=5.0)
            self.sleep(0.25)
            waited += 0.25
            if done(self.read()):
                return None
        return mine


@dataclass(slots=True)
class ShopToken:
    """`shopify_client.TokenSource` over a shop's row. Threads of one process share it; processes share the row."""

    shop_id: int
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

    def refused(self, token: str) -> None:
        """A token that was got a moment ago is refused as well: the store wants nothing of the app as it is."""
        raise AccessLost(REOPEN, wait=REOPEN_PAUSE)

    def _load(self, refused: str = "") -> str:
        """The stored token, or a new one where that is too old or refused."""

        def good(shop: Shop) -> bool:
            fresh = shop.token_expires_at is None or shop.token_expires_at > timezone.now() + EARLY
            return shop.readable and shop.token_dead_since is None and fresh and shop.token != refused

        row = _Row(self.shop_id, self.sleep)
        try:
            shop = row.read()
            if not good(shop):
                row.renew(_next_pair, good)
                shop = row.read()
            return self._keep(shop)
        except Unreadable:  # a process with other keys has renewed it
            raise AccessLost(LOCKED, wait=REOPEN_PAUSE) from None
        finally:
            if threading.current_thread() is not threading.main_thread():
                connections.close_all()  # a thread of the client's pool, which nobody would close it for

    def _keep(self, shop: Shop) -> str:
        self._token = shop.token
        self._good_until = None
        if shop.token_expires_at is not None:
            left = (shop.token_expires_at - EARLY - timezone.now()).total_seconds()
            self._good_until = time.monotonic() + max(left, 1.0)
        return self._token


def _next_pair(shop: Shop) -> TokenPair:
    """Raises AccessLost, which pauses a run, where only a person can help: in the store, or at the app's settings."""
    try:
        return _asked(shop)
    except BadRequest as problem:  # no request of the run's: what it was about to ask is nobody's mistake
        logger.error("no access token for %s: %s", shop.domain, problem)
        raise AccessLost(UNKNOWN, wait=REOPEN_PAUSE) from None


def _asked(shop: Shop) -> TokenPair:
    if shop.grant == Grant.CLIENT_CREDENTIALS:
        return ask(lambda app: app.client_credentials(shop.domain))
    if shop.grant != Grant.EXCHANGE:
        refused = "The store refuses the access token" if shop.readable else "The stored access token cannot be read"
        raise TokenRefused(f"{refused}; connect the store again.")
    if shop.sealed_token and not shop.readable:  # not marked as dead: it is good again once the keys are back
        raise AccessLost(LOCKED, wait=REOPEN_PAUSE)
    if shop.token_dead_since is not None:
        raise AccessLost(REOPEN, wait=REOPEN_PAUSE)
    try:
        if not shop.refresh_token:
            raise TokenRefused(REOPEN)
        return ask(lambda app: app.refresh(shop.domain, shop.refresh_token))
    except TokenRefused:
        Shop.objects.filter(pk=shop.pk).update(token_dead_since=Coalesce("token_dead_since", Now()))
        raise AccessLost(REOPEN, wait=REOPEN_PAUSE) from None


def keep_alive(idle: timedelta) -> int:
    """Renews the tokens of shops that nothing was done for so long: a refresh token that rests for 90 days is dead."""
    rested = timezone.now() - idle
    shops = Shop.objects.filter(
        grant=Grant.EXCHANGE, uninstalled_at=None, token_dead_since=None, token_expires_at__lt=rested
    )
    renewed = 0
    for pk in shops.values_list("pk", flat=True):
        try:
            ShopToken(pk).get()
            renewed += 1
        except (Unavailable, TokenRefused, BadRequest):
            continue
    return renewed

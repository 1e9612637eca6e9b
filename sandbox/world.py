"""Everything the sandbox holds: shops, buckets, tokens, faults, and the settings that may change while it runs."""

from __future__ import annotations

import random
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from .blobs import Blobs
from .bucket import Bucket, Plan
from .context import AppAccess
from .graphql_endpoint import Stats
from .resolvers.translations import primary_locale
from .seed import SEEDS, plant
from .store import Shop

DEFAULT_CLIENT_ID = "sandbox-client-id"
DEFAULT_CLIENT_SECRET = "sandbox-client-secret-of-32-chars!!"
ALL_SCOPES = frozenset(
    {
        "write_products",
        "write_publications",
        "write_metaobjects",
        "write_metaobject_definitions",
        "write_files",
        "write_companies",
        "write_content",
        "write_customers",
        "write_online_store_navigation",
        "write_legal_policies",
        "write_locales",
        "write_translations",
        "write_discounts",
        "write_draft_orders",
        "write_inventory_transfers",
        "write_inventory",
        "write_locations",
        "write_markets",
        "write_orders",
    }
)
TOKEN_SECONDS = 3600.0
REFRESH_SECONDS = 7_776_000.0
CLIENT_CREDENTIALS_SECONDS = 86_399.0


@dataclass
class Fault:
    """One rule of misbehaviour. `after`: matching requests let through first; `times`: how often (None: always).

    `where`: the address that misbehaves: graphql, or oauth (which knows lost_answer, reset, delay, timeout and status).
    """

    kind: str
    status: int = 503
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str = "<html>Service Unavailable</html>"
    seconds: float = 1.0
    match: str = ""
    shop: str = ""
    where: str = "graphql"
    after: int = 0
    times: int | None = None
    probability: float = 1.0

    KINDS = ("status", "reset", "delay", "lost_answer", "throttled", "body", "timeout")

    def strikes(self, where: str, shop: str, text: str, chance: random.Random) -> bool:
        if self.where != where or self.shop not in ("", shop) or self.match not in text:
            return False
        if self.after > 0:
            self.after -= 1
            return False
        if self.times is not None and self.times <= 0:
            return False
        if self.probability < 1.0 and chance.random() >= self.probability:
            return False
        if self.times is not None:
            self.times -= 1
        return True


@dataclass
class Token:
    """`scopes`: None means whatever the shop has granted at the moment; merchants grant more while a token lives."""

    shop: str
    client_id: str
    scopes: frozenset[str] | None
    expires_at: float | None = None


@dataclass
class Settings:
    """What `/sandbox/config` shows and changes. `latency`: seconds before each answer; `clock_offset`: seconds that the
    shops' clock, and that of the tokens, is ahead of the machine's. `scopes`: what installing the app grants;
    `optional_scopes`: what it may ask for later. `protected_customer_data`: whether Shopify approved the app for it.
    `b2b`: whether the stores' plans have companies."""

    latency: float = 0.0
    plan: Plan = Plan.STANDARD
    token_seconds: float = TOKEN_SECONDS
    search_lag: float = 0.0
    clock_offset: float = 0.0
    file_seconds: float = 0.5
    scopes: frozenset[str] = ALL_SCOPES
    optional_scopes: frozenset[str] = frozenset()
    protected_customer_data: bool = True
    b2b: bool = True


class World:
    def __init__(
        self,
        *,
        client_id: str = DEFAULT_CLIENT_ID,
        client_secret: str = DEFAULT_CLIENT_SECRET,
        app_url: str = "http://127.0.0.1:8000",
        rng: int = 1,
        now: Callable[[], float] = time.time,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.client_id, self.client_secrets, self.app_url = client_id, [client_secret], app_url.rstrip("/")
        self.rng, self._machine_now, self.clock = rng, now, clock
        self.settings = Settings()
        self.blobs = Blobs()
        self.shops: dict[str, Shop] = {}
        self.buckets: dict[tuple[str, str], Bucket] = {}
        self.stats: dict[str, Stats] = {}
        self.in_flight: dict[str, int] = {}
        self.largest_in_flight: dict[str, int] = {}
        self.tokens: dict[str, Token] = {}
        self.refresh_tokens: dict[str, Token] = {}
        self.granted: dict[str, frozenset[str]] = {}  # shops that have the app, and what they let it do
        self.grants: dict[str, dict[str, int]] = {}  # shop -> how often each way to a token was gone
        self.faults: list[Fault] = []
        self.chance = random.Random(rng)

    def now(self) -> float:
        """Seconds since 1970, by the shops' clock."""
        return self._machine_now() + self.settings.clock_offset

    # -- shops -------------------------------------------------------------------------------------------------

    def create_shop(self, domain: str, seed: str = "empty", products: int | None = None, language: str = "en") -> Shop:
        """Makes a shop, or makes it anew. `language`: its primary one."""
        if seed not in SEEDS:
            raise ValueError(f"There is no seed {seed!r}; there are {', '.join(sorted(SEEDS))}.")
        shop = Shop(domain, self.now, blobs=self.blobs, file_seconds=self.settings.file_seconds)
        shop.locales = {language: primary_locale(language)}
        plant(shop, seed, rng=self.rng, products=products)
        shop.search_lag = self.settings.search_lag
        self.shops[domain] = shop
        self.stats[domain] = Stats()
        self.buckets = {key: bucket for key, bucket in self.buckets.items() if key[0] != domain}
        return shop

    def bucket(self, shop: str, client_id: str) -> Bucket:
        key = (shop, client_id)
        if key not in self.buckets:
            self.buckets[key] = Bucket(self.settings.plan, self.clock)
        return self.buckets[key]

    def fault(self, shop: str, text: str, where: str = "graphql") -> Fault | None:
        return next((fault for fault in self.faults if fault.strikes(where, shop, text, self.chance)), None)

    # -- the app in a shop ---------------------------------------------------------------------------------------

    @property
    def client_secret(self) -> str:
        """What Shopify signs with: the oldest secret that was not revoked. It accepts all of them."""
        return self.client_secrets[-1]

    def install(self, shop: str) -> None:
        """A shop that has the app keeps what it granted beyond the scopes that every installation has."""
        self.granted[shop] = self.granted.get(shop, frozenset()) | self.settings.scopes

    def uninstall(self, shop: str) -> None:
        """Every token of the shop is dead at once."""
        self.granted.pop(shop, None)
        self.tokens = {token: known for token, known in self.tokens.items() if known.shop != shop}
        self.refresh_tokens = {token: known for token, known in self.refresh_tokens.items() if known.shop != shop}

    def grant(self, shop: str, scopes: frozenset[str]) -> None:
        """Raises ValueError for what the app does not declare."""
        unknown = scopes - self.settings.optional_scopes - self.settings.scopes
        if unknown:
            raise ValueError(f"The scopes {', '.join(sorted(unknown))} are not declared as optional.")
        self.install(shop)
        self.granted[shop] |= scopes

    # -- tokens ------------------------------------------------------------------------------------------------

    def issue(self, shop: str, *, scopes: frozenset[str] | None = None, seconds: float | None = None) -> str:
        """A token; without `seconds` a permanent one."""
        token = f"shpat_{secrets.token_hex(16)}"
        expires_at = self.now() + seconds if seconds is not None else None
        self.tokens[token] = Token(shop, self.client_id, scopes, expires_at)
        return token

    def issue_pair(self, shop: str, used: str | None = None) -> dict[str, Any]:
        """An expiring offline token with its refresh token: the only good pair of the shop from now on.

        `used`: the refresh token that was given for it, which may be given again until the new one is.
        """
        for token, known in list(self.tokens.items()):
            if known.shop == shop and known.expires_at is not None:
                del self.tokens[token]
        for token, known in list(self.refresh_tokens.items()):
            if known.shop == shop and token != used:
                del self.refresh_tokens[token]
        refresh = f"shprt_{secrets.token_hex(16)}"
        self.refresh_tokens[refresh] = Token(shop, self.client_id, None, self.now() + REFRESH_SECONDS)
        return {
            "access_token": self.issue(shop, seconds=self.settings.token_seconds),
            "scope": ",".join(sorted(self.scopes_of(shop))),
            "expires_in": int(self.settings.token_seconds),
            "refresh_token": refresh,
            "refresh_token_expires_in": int(REFRESH_SECONDS),
        }

    def scopes_of(self, shop: str) -> frozenset[str]:
        return self.granted.get(shop, self.settings.scopes)

    def access(self, shop: str, token: str) -> AppAccess | None:
        """What a token allows in a shop; None where it is not valid there, or no more."""
        known = self.tokens.get(token)
        if known is None or known.shop != shop:
            return None
        if known.expires_at is not None and self.now() >= known.expires_at:
            return None
        scopes = known.scopes if known.scopes is not None else self.scopes_of(shop)
        return AppAccess(known.client_id, scopes, self.settings.protected_customer_data, self.settings.b2b)

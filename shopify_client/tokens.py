"""Access tokens: getting them for an ID token, renewing them, asking for one's own store's.

https://shopify.dev/docs/apps/build/authentication-authorization/access-tokens. Offline tokens live an hour and come
with a refresh token of ninety days; both change at every renewal, so both are saved before the new one is used.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from .errors import BadRequest, TokenRefused, Unavailable
from .transport import NoAnswer, NotSent, Origins, PooledTransport, Transport

TOKEN_SECONDS = 3600.0  # what Shopify gives where the answer does not say (seen to happen)
REFRESH_SECONDS = 90 * 24 * 3600.0
EARLY_SECONDS = 300.0  # tokens are renewed this long before they end

_OFFLINE = "urn:shopify:params:oauth:token-type:offline-access-token"
_ID_TOKEN = "urn:ietf:params:oauth:token-type:id_token"  # noqa: S105  # a type, not a token
_EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"


@dataclass(frozen=True, slots=True)
class TokenPair:
    """Times are seconds since 1970; None: it does not end. `repr` shows nothing that is secret."""

    access_token: str
    scopes: frozenset[str]
    expires_at: float | None = None
    refresh_token: str | None = None
    refresh_expires_at: float | None = None

    def __repr__(self) -> str:
        return f"TokenPair(scopes={sorted(self.scopes)}, expires_at={self.expires_at})"


@dataclass(frozen=True, slots=True)
class App:
    """The app's credentials and the way to a shop's token address."""

    client_id: str
    client_secret: str
    origins: Origins = field(default_factory=Origins)
    transport: Transport | None = None
    now: Callable[[], float] = time.time
    timeout: float = 15.0

    def __repr__(self) -> str:
        return f"App({self.client_id})"

    def exchange(self, shop: str, id_token: str) -> TokenPair:
        """An expiring offline token for a verified ID token. Raises TokenRefused where the ID token is stale."""
        return self._pair(
            shop,
            {
                "grant_type": _EXCHANGE,
                "subject_token": id_token,
                "subject_token_type": _ID_TOKEN,
                "requested_token_type": _OFFLINE,
                "expiring": "1",
            },
        )

    def refresh(self, shop: str, refresh_token: str) -> TokenPair:
        """The next pair. Raises TokenRefused where the refresh token is dead: the app must be opened in the store."""
        return self._pair(shop, {"grant_type": "refresh_token", "refresh_token": refresh_token})

    def client_credentials(self, shop: str) -> TokenPair:
        """A token of a day for a store of the app's own organisation."""
        return self._pair(shop, {"grant_type": "client_credentials"})

    def _pair(self, shop: str, grant: Mapping[str, str]) -> TokenPair:
        body = json.dumps({"client_id": self.client_id, "client_secret": self.client_secret, **grant}).encode()
        url = self.origins.url(shop, "/admin/oauth/access_token")
        send = self.transport or PooledTransport()
        headers = {"Content-Type": "application/json", "Accept": "application/json", "User-Agent": "shopsync"}
        try:
            response = send(url, headers, body, self.timeout)
        except (NotSent, NoAnswer):
            raise Unavailable("The store cannot be reached to get an access token.") from None
        if response.status >= 500 or response.status == 429:
            raise Unavailable(f"The store gives no access token at the moment (HTTP {response.status}).")
        try:
            answer = json.loads(response.body)
        except ValueError:
            answer = {}
        if response.status != 200 or not isinstance(answer, dict) or not answer.get("access_token"):
            raise _refusal(answer if isinstance(answer, dict) else {}, response.status)
        return self._read(answer)

    def _read(self, answer: Mapping[str, Any]) -> TokenPair:
        now = self.now()
        refresh = answer.get("refresh_token")
        expires = answer.get("expires_in", TOKEN_SECONDS if refresh else None)
        ends = answer.get("refresh_token_expires_in", REFRESH_SECONDS)
        return TokenPair(
            access_token=str(answer["access_token"]),
            scopes=frozenset(filter(None, (scope.strip() for scope in str(answer.get("scope", "")).split(",")))),
            expires_at=now + float(expires) if expires is not None else None,
            refresh_token=str(refresh) if refresh else None,
            refresh_expires_at=now + float(ends) if refresh else None,
        )


def _refusal(answer: Mapping[str, Any], status: int) -> TokenRefused | BadRequest:
    word = str(answer.get("error", ""))
    if word in ("invalid_client", "unauthorized_client"):
        return BadRequest("The store does not accept the app's own credentials; check its client id and secret.")
    return TokenRefused(
        f"The store gives no access token ({word or f'HTTP {status}'}); open the app in the store again."
    )


class TokenSource(Protocol):
    def get(self) -> str:
        """A token that is valid now. Raises TokenRefused where there is none."""

    def renew(self, refused: str) -> str:
        """A new token, because Shopify refused this one. Raises TokenRefused where there is none."""

    def refused(self, token: str) -> None:
        """Shopify refuses the new one as well. May raise AccessLost, where a person can mend that and it is waited
        for."""


@dataclass(frozen=True, slots=True)
class FixedToken:
    """A token that somebody gave us: it cannot be renewed."""

    token: str

    def get(self) -> str:
        return self.token

    def renew(self, refused: str) -> str:
        raise TokenRefused("The store refuses this access token; connect the store again.")

    def refused(self, token: str) -> None:
        """Nobody waits for anything."""

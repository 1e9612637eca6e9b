"""ID tokens and access tokens, given and renewed as Shopify does."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from typing import Any

import jwt

from .world import CLIENT_CREDENTIALS_SECONDS, World

EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
ID_TOKEN_SECONDS = 60
LEEWAY_SECONDS = 10

Reply = tuple[int, dict[str, Any]]


def id_token(world: World, shop: str) -> str:
    """What the admin hands to the app's frame: who opened which shop, for one minute."""
    now = int(world.now())
    claims = {
        "iss": f"https://{shop}/admin",
        "dest": f"https://{shop}",
        "aud": world.client_id,
        "sub": "42",
        "exp": now + ID_TOKEN_SECONDS,
        "nbf": now,
        "iat": now,
        "jti": str(uuid.uuid4()),
        "sid": "sandbox-session",
    }
    return jwt.encode(claims, world.client_secret, algorithm="HS256")


def access_token(world: World, shop: str, given: Mapping[str, Any]) -> Reply:
    """The answer of `/admin/oauth/access_token`."""
    if given.get("client_id") != world.client_id or given.get("client_secret") not in world.client_secrets:
        return 400, {"error": "invalid_client"}
    status, body = _granted(world, shop, given)
    if status == 200:
        counts = world.grants.setdefault(shop, {})
        way = str(given["grant_type"]).rsplit(":", 1)[-1]
        counts[way] = counts.get(way, 0) + 1
    return status, body


def _granted(world: World, shop: str, given: Mapping[str, Any]) -> Reply:
    grant = given.get("grant_type")
    if grant == EXCHANGE:
        return _exchange(world, shop, given)
    if grant == "refresh_token":
        return _refresh(world, shop, given)
    if grant == "client_credentials":
        token = world.issue(shop, seconds=CLIENT_CREDENTIALS_SECONDS)
        scope = ",".join(sorted(world.scopes_of(shop)))
        return 200, {"access_token": token, "scope": scope, "expires_in": int(CLIENT_CREDENTIALS_SECONDS)}
    return 400, {"error": "unsupported_grant_type"}


def _exchange(world: World, shop: str, given: Mapping[str, Any]) -> Reply:
    try:
        claims = jwt.decode(
            str(given.get("subject_token")),
            world.client_secret,
            algorithms=["HS256"],
            audience=world.client_id,
            leeway=LEEWAY_SECONDS,
        )
    except jwt.PyJWTError:
        return 400, {"error": "invalid_subject_token"}
    if claims.get("dest") != f"https://{shop}":
        return 400, {"error": "invalid_subject_token"}
    world.install(shop)
    if str(given.get("expiring")) == "1":
        return 200, world.issue_pair(shop)
    return 200, {"access_token": world.issue(shop), "scope": ",".join(sorted(world.scopes_of(shop)))}


def _refresh(world: World, shop: str, given: Mapping[str, Any]) -> Reply:
    """Both tokens rotate. A used refresh token may be replayed until its replacement is used."""
    known = world.refresh_tokens.get(str(given.get("refresh_token")))
    if known is None or known.shop != shop or (known.expires_at or 0) <= world.now():
        return 400, {"error": "invalid_grant"}
    return 200, world.issue_pair(shop, used=str(given.get("refresh_token")))


def parse_body(content_type: str, raw: bytes, form: Mapping[str, Any]) -> Mapping[str, Any]:
    if "json" in content_type:
        try:
            data = json.loads(raw)
        except ValueError:
            return {}
        return data if isinstance(data, dict) else {}
    return form

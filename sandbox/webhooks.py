"""Webhooks, signed and sent to the app as Shopify sends them: https://shopify.dev/docs/apps/build/webhooks."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from aiohttp import ClientError, ClientSession, ClientTimeout

from .world import World

API_VERSION = "2026-10"
PATIENCE = ClientTimeout(total=5.0, connect=1.0)  # Shopify's: whoever takes longer gets the delivery again


def payload_of(world: World, shop: str, topic: str) -> dict[str, Any]:
    """What Shopify says with a topic, as far as an app may rely on it."""
    if topic == "app/uninstalled":
        return {"id": 1, "name": shop.split(".")[0], "domain": shop, "myshopify_domain": shop}
    if topic == "app/scopes_update":
        current = sorted(world.scopes_of(shop))
        return {"id": 1, "previous": sorted(world.settings.scopes), "current": current, "updated_at": _moment(world)}
    if topic == "bulk_operations/finish":
        gid = "gid://shopify/BulkOperation/1"
        return {"admin_graphql_api_id": gid, "status": "completed", "type": "query", "error_code": None}
    body: dict[str, Any] = {"shop_id": 1, "shop_domain": shop}
    if topic.startswith("customers/"):
        body["customer"] = {"id": 191167, "email": "john@example.com", "phone": "555-625-1199"}
    return body


async def send(
    world: World, shop: str, topic: str, payload: Mapping[str, Any] | None = None, **headers: str
) -> dict[str, Any]:
    """One delivery; the app's status and words, or status 0 where it did not answer in time. `headers` replace ours."""
    body = json.dumps(payload if payload is not None else payload_of(world, shop, topic)).encode()
    digest = hmac.digest(world.client_secret.encode(), body, hashlib.sha256)
    own = {
        "Content-Type": "application/json",
        "User-Agent": "Shopify-Captain-Hook",
        "X-Shopify-Topic": topic,
        "X-Shopify-Shop-Domain": shop,
        "X-Shopify-API-Version": API_VERSION,
        "X-Shopify-Webhook-Id": str(uuid.uuid4()),
        "X-Shopify-Event-Id": str(uuid.uuid4()),
        "X-Shopify-Triggered-At": _moment(world),
        "X-Shopify-Hmac-Sha256": base64.b64encode(digest).decode(),
    } | headers
    try:
        async with (
            ClientSession(timeout=PATIENCE) as session,
            session.post(f"{world.app_url}/webhooks", data=body, headers=own) as answer,
        ):
            text = await answer.text()
            return {"status": answer.status, "body": text, "id": own["X-Shopify-Webhook-Id"]}
    except (ClientError, TimeoutError) as problem:
        return {"status": 0, "body": type(problem).__name__, "id": own["X-Shopify-Webhook-Id"]}


def _moment(world: World) -> str:
    return datetime.fromtimestamp(world.now(), UTC).isoformat()

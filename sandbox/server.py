"""The HTTP door: the Admin API, tokens, an admin page that embeds the app, and the controls of the sandbox itself."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import html
import json
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from aiohttp import web

from .bucket import Plan
from .context import AppAccess
from .graphql_endpoint import GraphQLAnswer, Stats, answer, throttled
from .oauth import access_token, id_token, parse_body
from .world import Fault, World

STATIC = Path(__file__).with_name("static")
API_VERSION = "2026-10"
WORLD = web.AppKey("world", World)


def application(world: World) -> web.Application:
    app = web.Application(client_max_size=32 << 20)
    app[WORLD] = world
    app.add_routes(
        [
            web.post("/shops/{shop}/admin/api/{version}/graphql.json", graphql),
            web.post("/shops/{shop}/admin/oauth/access_token", oauth),
            web.get("/store/{name}/apps/{client_id}", admin_page),
            web.get("/store/{name}/apps/{client_id}/{path:.*}", admin_page),
            web.get("/store/{name}/id-token", fresh_id_token),
            web.get("/app-bridge.js", app_bridge),
            web.get("/sandbox/stats", stats),
            web.post("/sandbox/stats/reset", reset_stats),
            web.get("/sandbox/config", config),
            web.post("/sandbox/config", configure),
            web.post("/sandbox/faults", faults),
            web.post("/sandbox/shops", create_shop),
            web.post("/sandbox/tokens", create_token),
            web.get("/sandbox/shops/{shop}/dump", dump),
            web.get("/", index),
        ]
    )
    return app


# -- Shopify's side ----------------------------------------------------------------------------------------------


async def graphql(request: web.Request) -> web.StreamResponse:
    world = request.app[WORLD]
    domain = request.match_info["shop"]
    if domain not in world.shops:
        return web.json_response({"errors": "Not Found"}, status=404)
    raw = await request.read()
    world.in_flight[domain] = world.in_flight.get(domain, 0) + 1
    world.largest_in_flight[domain] = max(world.largest_in_flight.get(domain, 0), world.in_flight[domain])
    try:
        return await _graphql(request, world, domain, raw)
    finally:
        world.in_flight[domain] -= 1


async def _graphql(request: web.Request, world: World, domain: str, raw: bytes) -> web.StreamResponse:
    """Half of the latency before Shopify looks at its bucket, half after."""
    fault = world.fault(domain, raw.decode("utf-8", "replace"))
    await asyncio.sleep(world.settings.latency / 2)
    if fault is not None and fault.kind != "lost_answer":
        broken = await _misbehave(request, world, domain, fault)
        if broken is not None:
            return broken
    access = world.access(domain, request.headers.get("X-Shopify-Access-Token", ""))
    if access is None:
        message = "[API] Invalid API key or access token (unrecognized login or wrong password)"
        return web.json_response({"errors": message}, status=401)
    result = _answer(world, domain, access, raw)
    if fault is not None and fault.kind == "lost_answer":
        return _reset(request)
    await asyncio.sleep(world.settings.latency / 2)
    return web.Response(
        body=json.dumps(result.body, ensure_ascii=False).encode("utf-8", "replace"),
        status=result.status,
        content_type="application/json",
        headers={"X-Shopify-API-Version": request.match_info["version"], "x-request-id": "sandbox"},
    )


def _answer(world: World, domain: str, access: AppAccess, raw: bytes) -> GraphQLAnswer:
    try:
        body = json.loads(raw)
    except ValueError:
        return GraphQLAnswer(400, {"errors": "Bad Request"})
    if not isinstance(body, dict):
        return GraphQLAnswer(400, {"errors": "Bad Request"})
    return answer(world.shops[domain], access, world.bucket(domain, access.client_id), world.stats[domain], body)


async def _misbehave(request: web.Request, world: World, domain: str, fault: Fault) -> web.StreamResponse | None:
    """What a fault answers instead; None where it only takes time."""
    if fault.kind == "reset":
        return _reset(request)
    if fault.kind in ("delay", "timeout"):
        await asyncio.sleep(fault.seconds)
        return _reset(request) if fault.kind == "timeout" else None
    if fault.kind == "throttled":
        world.stats[domain].throttled += 1
        refused = throttled(world.bucket(domain, world.client_id), 100)
        return web.json_response(refused.body, status=refused.status)
    status = fault.status if fault.kind == "status" else 200
    return web.Response(text=fault.body, status=status, headers=dict(fault.headers), content_type="text/html")


def _reset(request: web.Request) -> web.StreamResponse:
    """Breaks the connection instead of answering."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=500)


async def oauth(request: web.Request) -> web.Response:
    world = request.app[WORLD]
    domain = request.match_info["shop"]
    if domain not in world.shops:
        return web.json_response({"error": "shop_not_found"}, status=404)
    raw = await request.read()
    form = (
        {} if "json" in request.content_type else {name: str(value) for name, value in (await request.post()).items()}
    )
    status, body = access_token(world, domain, parse_body(request.content_type, raw, form))
    return web.json_response(body, status=status)


# -- the admin that embeds the app -------------------------------------------------------------------------------


def _domain(request: web.Request) -> str:
    domain = f"{request.match_info['name']}.myshopify.com"
    if domain not in request.app[WORLD].shops:
        raise web.HTTPNotFound(text="There is no such store in the sandbox.")
    return domain


async def admin_page(request: web.Request) -> web.Response:
    """The app in a frame, opened with the query that Shopify gives."""
    world = request.app[WORLD]
    domain = _domain(request)
    path = request.match_info.get("path", "")
    own = f"{request.scheme}://{request.host}"
    host = base64.b64encode(f"{request.host}/store/{request.match_info['name']}".encode()).decode().rstrip("=")
    query = {
        "embedded": "1",
        "shop": domain,
        "host": host,
        "locale": "en",
        "session": "sandbox-session",
        "timestamp": str(int(world.now())),
        "id_token": id_token(world, domain),
        **request.query,
    }
    message = "&".join(f"{name}={value}" for name, value in sorted(query.items()))
    query["hmac"] = hmac.new(world.client_secret.encode(), message.encode(), hashlib.sha256).hexdigest()
    page = (STATIC / "admin.html").read_text(encoding="utf-8")
    values = {
        "store": request.match_info["name"],
        "frame": f"{world.app_url}/{path}?{urlencode(query)}",
        "app": world.app_url,
        "origin": own,
        "client": world.client_id,
    }
    for name, value in values.items():
        page = page.replace("{{" + name + "}}", html.escape(value, quote=True))
    return web.Response(text=page, content_type="text/html")


async def fresh_id_token(request: web.Request) -> web.Response:
    domain = _domain(request)
    return web.json_response({"id_token": id_token(request.app[WORLD], domain)}, headers={"Cache-Control": "no-store"})


async def app_bridge(request: web.Request) -> web.Response:
    text = (STATIC / "app-bridge.js").read_text(encoding="utf-8")
    return web.Response(text=text, content_type="text/javascript", charset="utf-8")


async def index(request: web.Request) -> web.Response:
    world = request.app[WORLD]
    links = "".join(
        f'<li><a href="/store/{name}/apps/{html.escape(world.client_id)}">{name}</a></li>'
        for name in (html.escape(domain.removesuffix(".myshopify.com")) for domain in world.shops)
    )
    page = f"<!doctype html><meta charset=utf-8><title>Sandbox</title><h1>Stores</h1><ul>{links}</ul>"
    return web.Response(text=page, content_type="text/html")


# -- the sandbox's own controls ----------------------------------------------------------------------------------


async def _json(request: web.Request) -> dict[str, Any]:
    try:
        data = await request.json()
    except ValueError:
        data = None
    if not isinstance(data, dict):
        raise web.HTTPBadRequest(text="Send a JSON object.")
    return data


async def stats(request: web.Request) -> web.Response:
    world = request.app[WORLD]
    shops = {
        domain: {
            **own.to_json(),
            "bucket": world.bucket(domain, world.client_id).status(),
            "largest_in_flight": world.largest_in_flight.get(domain, 0),
            "objects": {kind: len(numbers) for kind, numbers in world.shops[domain].order.items()},
        }
        for domain, own in world.stats.items()
    }
    return web.json_response({"shops": shops})


async def reset_stats(request: web.Request) -> web.Response:
    world = request.app[WORLD]
    world.stats = {domain: Stats() for domain in world.shops}
    world.largest_in_flight = {}
    return web.json_response({})


async def config(request: web.Request) -> web.Response:
    own = request.app[WORLD].settings
    return web.json_response(
        {
            "latency_ms": own.latency * 1000,
            "plan": own.plan.name.lower(),
            "token_ttl": own.token_seconds,
            "search_lag_seconds": own.search_lag,
            "clock_offset_seconds": own.clock_offset,
            "scopes": sorted(own.scopes),
        }
    )


async def configure(request: web.Request) -> web.Response:
    world = request.app[WORLD]
    given = await _json(request)
    own = world.settings
    try:
        own.latency = float(given.get("latency_ms", own.latency * 1000)) / 1000
        own.plan = Plan.named(given["plan"]) if "plan" in given else own.plan
        own.token_seconds = float(given.get("token_ttl", own.token_seconds))
        own.search_lag = float(given.get("search_lag_seconds", own.search_lag))
        own.clock_offset = float(given.get("clock_offset_seconds", own.clock_offset))
        own.scopes = frozenset(given.get("scopes", own.scopes))
    except (KeyError, TypeError, ValueError):
        raise web.HTTPBadRequest(text="A setting has a value that it cannot have.") from None
    if "plan" in given:
        world.buckets.clear()
    for shop in world.shops.values():
        shop.search_lag = own.search_lag
    return await config(request)


async def faults(request: web.Request) -> web.Response:
    given = await _json(request)
    try:
        rules = [Fault(**rule) for rule in given.get("rules", ())]
    except TypeError:
        raise web.HTTPBadRequest(text="A rule has a field that rules do not have.") from None
    if any(rule.kind not in Fault.KINDS for rule in rules):
        raise web.HTTPBadRequest(text=f"A rule's kind is one of {', '.join(Fault.KINDS)}.")
    request.app[WORLD].faults = rules
    return web.json_response({"rules": len(rules)})


async def create_shop(request: web.Request) -> web.Response:
    given = await _json(request)
    try:
        request.app[WORLD].create_shop(given["domain"], given.get("seed", "empty"), given.get("products"))
    except (KeyError, ValueError) as problem:
        raise web.HTTPBadRequest(text=str(problem)) from None
    return web.json_response({"domain": given["domain"]})


async def create_token(request: web.Request) -> web.Response:
    world = request.app[WORLD]
    given = await _json(request)
    if given.get("shop") not in world.shops:
        raise web.HTTPNotFound(text="There is no such store in the sandbox.")
    scopes = frozenset(given["scopes"]) if given.get("scopes") else None
    return web.json_response({"access_token": world.issue(given["shop"], scopes=scopes)})


async def dump(request: web.Request) -> web.Response:
    shop = request.app[WORLD].shops.get(request.match_info["shop"])
    if shop is None:
        raise web.HTTPNotFound(text="There is no such store in the sandbox.")
    return web.json_response(shop.dump())

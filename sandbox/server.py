"""The HTTP door: the Admin API and its tokens, beside the admin (`admin`) and the sandbox's controls (`controls`)."""

from __future__ import annotations

import asyncio
import json
from email.utils import formatdate

from aiohttp import web

from . import admin, controls, file_doors
from .context import AppAccess
from .doors import WORLD
from .graphql_endpoint import GraphQLAnswer, answer
from .oauth import access_token, parse_body
from .world import Fault, World


def application(world: World) -> web.Application:
    app = web.Application(client_max_size=32 << 20)
    app[WORLD] = world
    app.add_routes(
        [
            web.post("/shops/{shop}/admin/api/{version}/graphql.json", graphql),
            web.post("/shops/{shop}/admin/oauth/access_token", oauth),
            *file_doors.ROUTES,
            *admin.ROUTES,
            *controls.ROUTES,
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
    if fault is not None and fault.kind not in ("lost_answer", "throttled"):
        broken = await _misbehave(request, world, domain, fault)
        if broken is not None:
            return broken
    access = world.access(domain, request.headers.get("X-Shopify-Access-Token", ""))
    if access is None:
        message = "[API] Invalid API key or access token (unrecognized login or wrong password)"
        return web.json_response({"errors": message}, status=401)
    result = _answer(world, domain, access, raw, refused=fault is not None and fault.kind == "throttled")
    if fault is not None and fault.kind == "lost_answer":
        return _reset(request)
    await asyncio.sleep(world.settings.latency / 2)
    return web.Response(
        body=json.dumps(result.body, ensure_ascii=False).encode("utf-8", "replace"),
        status=result.status,
        content_type="application/json",
        headers={
            "X-Shopify-API-Version": request.match_info["version"],
            "x-request-id": "sandbox",
            "Date": formatdate(world.now(), usegmt=True),
        },
    )


def _answer(world: World, domain: str, access: AppAccess, raw: bytes, *, refused: bool) -> GraphQLAnswer:
    try:
        body = json.loads(raw)
    except ValueError:
        return GraphQLAnswer(400, {"errors": "Bad Request"})
    if not isinstance(body, dict):
        return GraphQLAnswer(400, {"errors": "Bad Request"})
    shop, bucket, stats = world.shops[domain], world.bucket(domain, access.client_id), world.stats[domain]
    return answer(shop, access, bucket, stats, body, refused=refused)


async def _misbehave(request: web.Request, world: World, domain: str, fault: Fault) -> web.StreamResponse | None:
    """What a fault answers instead; None where it only takes time."""
    if fault.kind == "reset":
        return _reset(request)
    if fault.kind in ("delay", "timeout"):
        await asyncio.sleep(fault.seconds)
        return _reset(request) if fault.kind == "timeout" else None
    status = fault.status if fault.kind == "status" else 200
    return web.Response(text=fault.body, status=status, headers=dict(fault.headers), content_type="text/html")


def _reset(request: web.Request) -> web.StreamResponse:
    """Breaks the connection instead of answering."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=500)


async def oauth(request: web.Request) -> web.StreamResponse:
    world = request.app[WORLD]
    domain = request.match_info["shop"]
    if domain not in world.shops:
        return web.json_response({"error": "shop_not_found"}, status=404)
    raw = await request.read()
    form = (
        {} if "json" in request.content_type else {name: str(value) for name, value in (await request.post()).items()}
    )
    fault = world.fault(domain, raw.decode("utf-8", "replace"), "oauth")
    await asyncio.sleep(world.settings.latency)
    if fault is not None and fault.kind != "lost_answer":
        broken = await _misbehave(request, world, domain, fault)
        if broken is not None:
            return broken
    status, body = access_token(world, domain, parse_body(request.content_type, raw, form))
    if fault is not None and fault.kind == "lost_answer":
        return _reset(request)
    return web.json_response(body, status=status)

"""The admin around the app: a page that embeds it, its ID tokens, and App Bridge's other end."""

from __future__ import annotations

import base64
import hashlib
import hmac
import html
from pathlib import Path
from urllib.parse import urlencode

from aiohttp import web

from .doors import WORLD, json_object
from .oauth import id_token
from .webhooks import send
from .world import World

STATIC = Path(__file__).with_name("static")


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


async def scopes(request: web.Request) -> web.Response:
    """What `shopify.scopes.query()` tells the app."""
    return web.json_response(_scopes(request.app[WORLD], _domain(request)))


async def grant_scopes(request: web.Request) -> web.Response:
    """The merchant agrees to `shopify.scopes.request()`: tokens may do more from now on, and the app is told."""
    world, domain = request.app[WORLD], _domain(request)
    wanted = (await json_object(request)).get("scopes")
    if not isinstance(wanted, list) or not wanted:
        raise web.HTTPBadRequest(text="Name the scopes.")
    try:
        world.grant(domain, frozenset(map(str, wanted)))
    except ValueError as problem:
        raise web.HTTPBadRequest(text=str(problem)) from None
    await send(world, domain, "app/scopes_update")
    return web.json_response(_scopes(world, domain))


def _scopes(world: World, domain: str) -> dict[str, list[str]]:
    return {
        "granted": sorted(world.scopes_of(domain)),
        "required": sorted(world.settings.scopes),
        "optional": sorted(world.settings.optional_scopes),
    }


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


ROUTES = (
    web.get("/store/{name}/apps/{client_id}", admin_page),
    web.get("/store/{name}/apps/{client_id}/{path:.*}", admin_page),
    web.get("/store/{name}/id-token", fresh_id_token),
    web.get("/store/{name}/scopes", scopes),
    web.post("/store/{name}/scopes", grant_scopes),
    web.get("/app-bridge.js", app_bridge),
    web.get("/", index),
)

"""What every door of the sandbox needs: the world behind it, and JSON that comes in."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from .world import World

WORLD = web.AppKey("world", World)


async def json_object(request: web.Request) -> dict[str, Any]:
    try:
        data = await request.json()
    except ValueError:
        data = None
    if not isinstance(data, dict):
        raise web.HTTPBadRequest(text="Send a JSON object.")
    return data

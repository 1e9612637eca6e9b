"""The sandbox's own controls: figures, settings, faults, shops, tokens, secrets, webhooks."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from .bucket import Plan
from .doors import WORLD, json_object
from .graphql_endpoint import Stats
from .limits import PAST, DailyVariants
from .webhooks import send
from .world import Fault, World


async def stats(request: web.Request) -> web.Response:
    world = request.app[WORLD]
    shops = {
        domain: {
            **own.to_json(),
            "bucket": world.bucket(domain, world.client_id).status(),
            "largest_in_flight": world.largest_in_flight.get(domain, 0),
            "grants": world.grants.get(domain, {}),
            "objects": {kind: len(numbers) for kind, numbers in world.shops[domain].order.items()},
        }
        for domain, own in world.stats.items()
    }
    return web.json_response({"shops": shops})


async def reset_stats(request: web.Request) -> web.Response:
    world = request.app[WORLD]
    world.stats = {domain: Stats() for domain in world.shops}
    world.largest_in_flight = {}
    world.grants = {}
    return web.json_response({})


async def config(request: web.Request) -> web.Response:
    return web.json_response(_configured(request.app[WORLD]))


def _configured(world: World) -> dict[str, Any]:
    own = world.settings
    return {
        "latency_ms": own.latency * 1000,
        "plan": own.plan.name.lower(),
        "token_ttl": own.token_seconds,
        "search_lag_seconds": own.search_lag,
        "clock_offset_seconds": own.clock_offset,
        "file_seconds": own.file_seconds,
        "scopes": sorted(own.scopes),
        "optional_scopes": sorted(own.optional_scopes),
        "protected_customer_data": own.protected_customer_data,
        "b2b": own.b2b,
        "app_url": world.app_url,
    }


async def configure(request: web.Request) -> web.Response:
    world = request.app[WORLD]
    given = await json_object(request)
    own = world.settings
    if unknown := sorted(given.keys() - _configured(world).keys()):
        raise web.HTTPBadRequest(text=f"There is no setting {unknown[0]}; GET shows those that there are.")
    try:
        if min(float(given.get(name, 0)) for name in ("latency_ms", "search_lag_seconds", "file_seconds")) < 0:
            raise ValueError("a time")
        own.latency = float(given.get("latency_ms", own.latency * 1000)) / 1000
        own.plan = Plan.named(given["plan"]) if "plan" in given else own.plan
        own.token_seconds = float(given.get("token_ttl", own.token_seconds))
        own.search_lag = float(given.get("search_lag_seconds", own.search_lag))
        own.file_seconds = float(given.get("file_seconds", own.file_seconds))
        own.clock_offset = float(given.get("clock_offset_seconds", own.clock_offset))
        own.scopes = frozenset(given.get("scopes", own.scopes))
        own.optional_scopes = frozenset(given.get("optional_scopes", own.optional_scopes))
        own.protected_customer_data = bool(given.get("protected_customer_data", own.protected_customer_data))
        own.b2b = bool(given.get("b2b", own.b2b))
        world.app_url = str(given.get("app_url", world.app_url)).rstrip("/")
    except (KeyError, TypeError, ValueError):
        raise web.HTTPBadRequest(text="A setting has a value that it cannot have.") from None
    if "plan" in given:
        world.buckets.clear()
    for shop in world.shops.values():
        shop.search_lag = own.search_lag
        shop.file_seconds = own.file_seconds
    return await config(request)


async def faults(request: web.Request) -> web.Response:
    given = await json_object(request)
    try:
        rules = [Fault(**rule) for rule in given.get("rules", ())]
    except TypeError:
        raise web.HTTPBadRequest(text="A rule has a field that rules do not have.") from None
    if any(rule.kind not in Fault.KINDS for rule in rules):
        raise web.HTTPBadRequest(text=f"A rule's kind is one of {', '.join(Fault.KINDS)}.")
    request.app[WORLD].faults = rules
    return web.json_response({"rules": len(rules)})


async def create_shop(request: web.Request) -> web.Response:
    given = await json_object(request)
    try:
        seed, language = given.get("seed", "empty"), given.get("language", "en")
        request.app[WORLD].create_shop(given["domain"], seed, given.get("products"), language)
    except (KeyError, ValueError) as problem:
        raise web.HTTPBadRequest(text=str(problem)) from None
    return web.json_response({"domain": given["domain"]})


async def limits(request: web.Request) -> web.Response:
    """How many new variants a store may have a day, and from how many on; null: any number. A new day begins."""
    world = request.app[WORLD]
    given = await json_object(request)
    if given.get("shop") not in world.shops:
        raise web.HTTPNotFound(text="There is no such store in the sandbox.")
    most, past = given.get("variants_a_day"), given.get("past", PAST)
    if not isinstance(past, int) or not (most is None or isinstance(most, int)):
        raise web.HTTPBadRequest(text="Numbers of variants are whole numbers.")
    world.shops[given["shop"]].daily_variants = DailyVariants(most, past) if most is not None else None
    return web.json_response({"shop": given["shop"], "variants_a_day": most, "past": past})


async def put_value(request: web.Request) -> web.Response:
    """Puts a value where Shopify would refuse it today: stores hold what older versions of the API took, as it is.

    `{"shop", "owner", "key", "value"}` changes a field of an entry; with `namespace` and `type`, a metafield.
    """
    given = await json_object(request)
    shop = request.app[WORLD].shops.get(str(given.get("shop")))
    owner = shop.get(str(given.get("owner"))) if shop is not None else None
    if shop is None or owner is None:
        raise web.HTTPNotFound(text="There is no such store, or nothing of this id in it.")
    if not all(isinstance(given.get(name, ""), str) for name in ("namespace", "key", "type", "value")):
        raise web.HTTPBadRequest(text="Names, types and values are texts.")
    if "namespace" in given:
        name = {"namespace": given["namespace"], "key": given["key"]}
        shop.put_metafield(owner, **name, type_=given["type"], value=given["value"])
    else:
        owner["_values"][given["key"]] = given["value"]
        shop.touch(owner)
    return web.json_response({"owner": owner["id"]})


async def create_token(request: web.Request) -> web.Response:
    world = request.app[WORLD]
    given = await json_object(request)
    if given.get("shop") not in world.shops:
        raise web.HTTPNotFound(text="There is no such store in the sandbox.")
    scopes = frozenset(given["scopes"]) if given.get("scopes") else None
    return web.json_response({"access_token": world.issue(given["shop"], scopes=scopes)})


async def rotate_secrets(request: web.Request) -> web.Response:
    """The app's secrets, the newest first: two while one is rotated, one once the old one is revoked."""
    secrets = (await json_object(request)).get("secrets")
    if not isinstance(secrets, list) or not secrets:
        raise web.HTTPBadRequest(text="Name at least one secret.")
    request.app[WORLD].client_secrets = [str(secret) for secret in secrets]
    return web.json_response({"secrets": len(secrets)})


async def webhook(request: web.Request) -> web.Response:
    """Sends one: `{"shop", "topic"}`, and if wanted `payload` and `headers` that replace the usual ones."""
    world = request.app[WORLD]
    given = await json_object(request)
    if given.get("shop") not in world.shops or not given.get("topic"):
        raise web.HTTPBadRequest(text="Name a store of the sandbox and a topic.")
    headers = {str(name): str(value) for name, value in given.get("headers", {}).items()}
    return web.json_response(await send(world, given["shop"], str(given["topic"]), given.get("payload"), **headers))


async def uninstall(request: web.Request) -> web.Response:
    """A merchant removes the app: its tokens are dead at once, and unless `"webhook": false` the app is told."""
    world = request.app[WORLD]
    given = await json_object(request)
    if given.get("shop") not in world.shops:
        raise web.HTTPNotFound(text="There is no such store in the sandbox.")
    world.uninstall(given["shop"])
    if not given.get("webhook", True):
        return web.json_response({"status": None})
    return web.json_response(await send(world, given["shop"], "app/uninstalled"))


async def dump(request: web.Request) -> web.Response:
    shop = request.app[WORLD].shops.get(request.match_info["shop"])
    if shop is None:
        raise web.HTTPNotFound(text="There is no such store in the sandbox.")
    return web.json_response(shop.dump())


ROUTES = (
    web.get("/sandbox/stats", stats),
    web.post("/sandbox/stats/reset", reset_stats),
    web.get("/sandbox/config", config),
    web.post("/sandbox/config", configure),
    web.post("/sandbox/faults", faults),
    web.post("/sandbox/shops", create_shop),
    web.post("/sandbox/limits", limits),
    web.post("/sandbox/values", put_value),
    web.post("/sandbox/tokens", create_token),
    web.post("/sandbox/secrets", rotate_secrets),
    web.post("/sandbox/webhook", webhook),
    web.post("/sandbox/uninstall", uninstall),
    web.get("/sandbox/shops/{shop}/dump", dump),
)

"""``python -m sandbox``: a Shopify stand-in on one address."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import gc
import os
import signal

from aiohttp import web

from .bucket import Plan
from .seed import SEEDS
from .server import application
from .world import ALL_SCOPES, DEFAULT_CLIENT_ID, DEFAULT_CLIENT_SECRET, World


def arguments(argv: list[str] | None = None) -> argparse.Namespace:
    """Every option has its environment variable: ``--app-url`` is SANDBOX_APP_URL."""
    parser = argparse.ArgumentParser(prog="python -m sandbox", description=__doc__)

    def option(name: str, default: object, help_: str, **more: object) -> None:
        value = os.environ.get(f"SANDBOX_{name.replace('-', '_').upper()}", default)
        parser.add_argument(f"--{name}", default=value, help=f"{help_} (default: {default})", **more)  # type: ignore[arg-type]

    option("host", "127.0.0.1", "address to listen on")
    option("port", 4010, "port to listen on, 0 for any", type=int)
    option("seed", "boutique", f"what the full shop holds: {', '.join(sorted(SEEDS))}")
    option("products", None, "how many products the full shop has", type=int)
    option("rng", 1, "number that everything random comes from", type=int)
    option("app-url", "http://127.0.0.1:8000", "where the app is, for the admin page")
    option("client-id", DEFAULT_CLIENT_ID, "the app's client id")
    option("client-secret", DEFAULT_CLIENT_SECRET, "the app's client secret")
    option("plan", "standard", f"API budget: {', '.join(plan.name.lower() for plan in Plan)}")
    option("scopes", ",".join(sorted(ALL_SCOPES)), "what installing the app grants")
    option("optional-scopes", "", "what the app may ask for later")
    option("latency-ms", 0.0, "milliseconds before each answer", type=float)
    option("file-origin", "", "where the app finds the files; by default the address that is listened on")
    parser.add_argument("--shop", action="append", default=[], metavar="DOMAIN=SEED", help="a further shop")
    return parser.parse_args(argv)


def world_of(options: argparse.Namespace) -> World:
    world = World(
        client_id=options.client_id, client_secret=options.client_secret, app_url=options.app_url, rng=options.rng
    )
    world.settings.scopes = frozenset(filter(None, options.scopes.split(",")))
    world.settings.optional_scopes = frozenset(filter(None, options.optional_scopes.split(",")))
    world.settings.plan = Plan.named(options.plan)
    world.settings.latency = options.latency_ms / 1000
    world.create_shop("boutique.myshopify.com", options.seed, options.products)
    world.create_shop("empty.myshopify.com", "empty")
    for item in options.shop:
        domain, _, seed = item.partition("=")
        world.create_shop(domain, seed or "empty")
    gc.freeze()  # the seeds are here to stay: no collection need ever walk them
    return world


async def serve(options: argparse.Namespace) -> None:
    world = world_of(options)
    runner = web.AppRunner(application(world), access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    site = web.TCPSite(runner, options.host, options.port)
    await site.start()
    port = runner.addresses[0][1]
    world.blobs.origin = options.file_origin or f"http://{options.host}:{port}"
    print(f"sandbox listening on http://{options.host}:{port}", flush=True)  # noqa: T201
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await stop.wait()
    await runner.cleanup()


def main() -> None:
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve(arguments()))


if __name__ == "__main__":
    main()

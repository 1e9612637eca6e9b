"""Real workers, a real broker: whatever happens to them, it costs time and nothing else."""

from __future__ import annotations

import shutil
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from demo.copy import Copy, Store
from tests.faults.test_kill import _members
from tests.operations.stack import Stack, wait_for
from tests.program import Program
from tests.servers import Redis, database
from tests.support import Sandbox

pytestmark = [pytest.mark.faults, pytest.mark.broker, pytest.mark.timeout(600)]

SHORT = {"LEASE_SECONDS": "4", "SWEEP_SECONDS": "1", "REQUEST_TIMEOUT": "1", "SETTLING_SECONDS": "0.5"}


# Enough to be read in many slices and to refer to each other. At this latency every further kind costs a second.
KINDS = ("metaobject_definitions", "metafield_definitions", "metaobjects", "products", "product_metafields")


@pytest.fixture
def slow() -> Iterator[Sandbox]:
    """Slow enough that something can happen in the middle of a run."""
    own = Sandbox("--plan", "enterprise", "--latency-ms", "250")
    yield own
    own.stop()


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[Redis]:
    if shutil.which("redis-server") is None:
        pytest.skip("Redis is not installed")
    (tmp_path / "redis").mkdir()
    own = Redis(tmp_path / "redis")
    own.start()
    yield own
    own.stop()


@pytest.fixture
def stack_of(slow: Sandbox, redis: Redis, tmp_path: Path) -> Iterator[Callable[..., Stack]]:
    made: list[Stack] = []

    def make(workers: int = 1, without: tuple[str, ...] = (), **settings: str) -> Stack:
        own = Stack(slow, tmp_path / "var", redis=redis, database=url, shortened={**SHORT, **settings})
        made.append(own)
        own.up(workers, without)
        return own

    with database(tmp_path) as url:
        yield make
        for own in made:
            own.down()


class Shopper:
    """One store's merchant, who exports."""

    def __init__(self, stack: Stack | Program, sandbox: Sandbox, seed: str, products: int | None = None) -> None:
        name = sandbox.shop(seed, products=products).removesuffix(".myshopify.com")
        self.copy = Copy(stack.url, sandbox.url, name, name)
        self.store = Store(stack.url, sandbox.url, name)
        self.store.ask("/")

    def export(self) -> str:
        """The page of a new run."""
        return self.store.ask("/exports/new", form=[("resources", kind) for kind in KINDS])[0]

    def status(self, run: str) -> dict[str, Any]:
        return self.store.json(f"{run}status.json")

    def archive(self, run: str) -> dict[str, str]:
        link = self.store.json(f"/exports/{self.status(run)['id']}/download-link", form=[])
        return _members(self.store.download(link["url"]))

    def done(self, run: str, seconds: float = 240) -> float:
        took = wait_for(lambda: self.status(run)["poll_ms"] is None, f"run {run}", seconds)
        assert self.status(run)["status"] == "succeeded", self.status(run)
        return took

    def works(self, run: str) -> None:
        wait_for(lambda: self.status(run)["status"] == "working" and self.status(run)["done"] > 0, f"run {run}")


def test_a_small_export_behind_a_long_one_of_another_shop_is_done_within_seconds(
    slow: Sandbox, stack_of: Callable[..., Stack]
) -> None:
    """With one worker, and slices as they are shipped. A machine that is busy takes longer for either."""
    stack = stack_of(LEASE_SECONDS="60", REQUEST_TIMEOUT="15")
    large, small = Shopper(stack, slow, "plain", products=20_000), Shopper(stack, slow, "plain")
    alone = small.done(small.export())
    long = large.export()
    large.works(long)
    assert small.done(small.export()) < 20 + 3 * alone
    assert large.status(long)["poll_ms"] is not None, "the long one was not long"
    large.store.ask(f"{long}cancel", form=[])


def test_eight_busy_shops_on_one_worker_all_advance(slow: Sandbox, stack_of: Callable[..., Stack]) -> None:
    stack = stack_of(TURN_SECONDS="1", LEASE_SECONDS="60", REQUEST_TIMEOUT="15")
    shoppers = [Shopper(stack, slow, "plain", products=300) for _ in range(8)]
    runs = [shopper.export() for shopper in shoppers]
    pairs = list(zip(shoppers, runs, strict=True))
    wait_for(lambda: all(shopper.status(run)["done"] > 0 for shopper, run in pairs), "all advance", 120)
    assert any(shopper.status(run)["poll_ms"] is not None for shopper, run in pairs), "one after the other"
    for shopper, run in pairs:
        shopper.done(run)


def test_a_frozen_worker_wakes_up_behind_another_and_changes_nothing(
    slow: Sandbox, stack_of: Callable[..., Stack]
) -> None:
    stack = stack_of(workers=1)
    shopper = Shopper(stack, slow, "boutique", products=60)
    before = shopper.export()
    shopper.done(before)
    run = shopper.export()
    shopper.works(run)
    frozen = stack.processes("worker-shopify")[0]
    frozen.send_signal(signal.SIGSTOP)
    stack.start("worker-shopify")
    time.sleep(6)  # beyond its lease
    frozen.send_signal(signal.SIGCONT)
    shopper.done(run)
    assert shopper.archive(run) == shopper.archive(before)
    assert "Traceback" not in stack.logs()


def test_lost_and_doubled_bells_change_nothing(slow: Sandbox, redis: Redis, stack_of: Callable[..., Stack]) -> None:
    # Leases and patience as they are shipped: where one runs out on a busy machine, something does run twice.
    stack = stack_of(workers=2, LEASE_SECONDS="60", REQUEST_TIMEOUT="15")
    shopper = Shopper(stack, slow, "boutique", products=60)
    first, second = shopper.export(), shopper.export()
    for _ in range(20):
        ring = "from runs import bell; bell.ring(5)"
        stack.manage("shell", "--no-imports", "-c", ring) if _ % 10 == 0 else redis.empty()
        time.sleep(0.2)
    for run in (first, second):
        shopper.done(run)
    assert shopper.archive(first) == shopper.archive(second)
    stats = [shopper.status(run)["stats"] for run in (first, second)]
    assert abs(stats[0]["requests"] - stats[1]["requests"]) < 0.5 * stats[0]["requests"], "something ran twice"


def test_without_beat_work_goes_on_and_what_waited_goes_on_with_it(
    slow: Sandbox, redis: Redis, stack_of: Callable[..., Stack]
) -> None:
    stack = stack_of(without=("beat",))
    shopper = Shopper(stack, slow, "plain")
    shopper.done(shopper.export())
    stack.stop("worker-shopify")
    lost = shopper.export()
    redis.empty()
    stack.start("worker-shopify")
    time.sleep(3)
    assert shopper.status(lost)["status"] == "queued"
    stack.start("beat")
    shopper.done(lost)


def test_while_redis_is_down_a_page_answers_and_the_run_starts_by_itself_later(
    slow: Sandbox, redis: Redis, stack_of: Callable[..., Stack]
) -> None:
    stack = stack_of()
    shopper = Shopper(stack, slow, "plain")
    redis.stop(signal.SIGKILL)
    began = time.monotonic()
    run = shopper.export()
    assert shopper.status(run)["status"] == "queued"
    assert time.monotonic() - began < 30  # a broker that is tried again and again would take a minute
    redis.start()
    shopper.done(run)


def test_redis_killed_in_the_middle_of_a_run_costs_time(
    slow: Sandbox, redis: Redis, stack_of: Callable[..., Stack]
) -> None:
    stack = stack_of(SLICE_SECONDS="2")
    shopper = Shopper(stack, slow, "boutique", products=60)
    run = shopper.export()
    shopper.works(run)
    redis.stop(signal.SIGKILL)
    time.sleep(3)
    redis.start()
    shopper.done(run)


def test_the_embedded_brokers_folder_and_socket_vanish_in_the_middle_of_a_run(slow: Sandbox, tmp_path: Path) -> None:
    program = Program(slow, tmp_path / "var", {**SHORT, "SLICE_SECONDS": "2", "REDIS_URL": ""})
    try:
        shopper = Shopper(program, slow, "boutique", products=60)
        run = shopper.export()
        shopper.works(run)
        shutil.rmtree(tmp_path / "var" / "broker")
        for socket in tmp_path.glob("var/*.sock"):
            socket.unlink()
        shopper.done(run)
        again = shopper.export()
        shopper.done(again)
    finally:
        program.stop()

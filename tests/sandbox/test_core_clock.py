"""The shops' clock can be set, so that time passes without anybody waiting."""

from __future__ import annotations

from sandbox.world import World


def test_time_passes_when_it_is_told_to() -> None:
    world = World(now=lambda: 1_800_000_000.0)
    shop = world.create_shop("one.myshopify.com", "plain")
    before = shop.now()
    world.settings.clock_offset = 3600
    assert before == "2027-01-15T08:00:00Z"
    assert shop.now() == "2027-01-15T09:00:00Z"


def test_a_token_dies_by_the_same_clock() -> None:
    world = World(now=lambda: 1_800_000_000.0)
    world.create_shop("one.myshopify.com", "empty")
    token = world.issue("one.myshopify.com", seconds=3600)
    assert world.access("one.myshopify.com", token) is not None
    world.settings.clock_offset = 3600
    assert world.access("one.myshopify.com", token) is None

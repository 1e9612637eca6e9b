"""What has to exist before what, and what goes in circles."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from transfer.graph import circular, groups, levels


def test_what_is_needed_comes_first() -> None:
    needs = {"shirt": ["cotton"], "cotton": ["farm"], "farm": []}
    assert groups(needs, needs.__getitem__) == [["farm"], ["cotton"], ["shirt"]]


def test_a_circle_is_one_group_and_a_self_reference_is_a_circle() -> None:
    needs = {"a": ["b"], "b": ["a"], "c": ["c"], "d": ["a"]}
    found = groups(needs, needs.__getitem__)
    assert sorted(map(sorted, found)) == [["a", "b"], ["c"], ["d"]]
    assert [circular(group, needs.__getitem__) for group in found] == [True, True, False]
    assert levels(found, needs.__getitem__) == {"a": 0, "b": 0, "c": 0, "d": 1}


def test_a_chain_of_fifty_thousand_needs_no_recursion() -> None:
    size = 50_000
    found = groups(range(size), lambda n: [n + 1])
    assert found[0] == [size - 1] and len(found) == size


@given(st.integers(1, 40), st.integers(0, 10_000))
def test_every_need_stands_in_an_earlier_or_the_same_group(size: int, seed: int) -> None:
    rng = random.Random(seed)
    edges = {node: [rng.randrange(size) for _ in range(rng.randrange(3))] for node in range(size)}
    found = groups(range(size), edges.__getitem__)
    place = {node: number for number, group in enumerate(found) for node in group}
    assert len(place) == size
    assert all(place[need] <= place[node] for node, needs in edges.items() for need in needs)
    level = levels(found, edges.__getitem__)
    assert all(
        level[need] < level[node] or place[need] == place[node] for node, needs in edges.items() for need in needs
    )

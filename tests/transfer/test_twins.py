"""Several records of one key: the equal ones pair first, and then those that are the same thing otherwise."""

from __future__ import annotations

from transfer.registry import RESOURCES
from transfer.twins import pairs

FILES, DISCOUNTS = RESOURCES["files"], RESOURCES["discounts"]


def _film(alt: str, width: int = 320) -> dict[str, object]:
    return {"alt": alt, "mimeType": "video/mp4", "size": 500, "width": width, "height": 180}


def test_what_is_equal_pairs_before_what_is_the_same() -> None:
    assert pairs(FILES, {0: _film("a"), 1: _film("b")}, [_film("b"), _film("c")]) == {0: 1, 1: 0}


def test_another_content_is_no_twin() -> None:
    assert pairs(FILES, {0: _film("a"), 2: _film("b")}, [_film("a", width=640)]) == {}


def test_none_pairs_twice_and_places_are_kept() -> None:
    assert pairs(FILES, {1: _film("a"), 3: _film("a")}, [_film("a")]) == {1: 0}


def test_kinds_of_which_nothing_says_that_two_are_the_same_pair_by_equality_only() -> None:
    fields = {"kind": "basic", "title": "Twins"}
    assert pairs(DISCOUNTS, {}, [fields]) == {}

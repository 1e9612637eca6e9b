"""Whether records are still there. A deletion leaves no other trace, and 250 cost no more than one to ask about."""

from __future__ import annotations

from collections.abc import Sequence

from shopify_client import ShopifyError

from .halves import by_halves
from .resource import Ask, Talk
from .talk import ask_all
from .work import Desk

LOOKUP = 250  # ids in one `nodes(ids:)`: the most that an array argument may hold

_EXISTING = "query Existing($ids: [ID!]!) { nodes(ids: $ids) { id } }"


def existing(desk: Desk, nodes: Sequence[str]) -> tuple[set[str], dict[str, ShopifyError]]:
    """Which of these GIDs the shop knows, and of which it does not say."""
    starts = range(0, len(nodes), LOOKUP)
    talks = {start: by_halves(_existing, nodes[start : start + LOOKUP]) for start in starts}
    there: set[str] = set()
    unsaid: dict[str, ShopifyError] = {}
    for answers, errors in ask_all(desk, talks).values():
        there |= {gid for answer in answers for gid in answer}
        unsaid |= errors
    return there, unsaid


def _existing(nodes: Sequence[str]) -> Talk[list[str]]:
    data = yield Ask(_EXISTING, {"ids": list(nodes)})
    return [node["id"] for node in data["nodes"] if node]

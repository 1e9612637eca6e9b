"""Strongly connected groups and levels: what has to exist before what, and what goes in circles.

Used twice: over resources (a handful of names) and over the records of one import (integers, possibly many). All of
it is iterative: a chain of ten thousand entries is an ordinary thing in a shop.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from typing import TypeVar

Node = TypeVar("Node", bound=Hashable)


def groups(nodes: Iterable[Node], needs: Callable[[Node], Iterable[Node]]) -> list[list[Node]]:
    """Strongly connected components (Tarjan 1972), each after everything that it needs.

    `needs` may name nodes that are not in `nodes`: they are taken as given. Order is that of `nodes` where nothing
    else decides, so that the same input gives the same output.
    """
    known = list(nodes)
    members = set(known)
    index: dict[Node, int] = {}
    low: dict[Node, int] = {}
    stack: list[Node] = []
    on_stack: set[Node] = set()
    found: list[list[Node]] = []

    def open_(node: Node) -> tuple[Node, Iterator[Node]]:
        index[node] = low[node] = len(index)
        stack.append(node)
        on_stack.add(node)
        return node, iter([need for need in needs(node) if need in members])

    for start in known:
        if start in index:
            continue
        path = [open_(start)]
        while path:
            node, rest = path[-1]
            for need in rest:
                if need not in index:
                    path.append(open_(need))
                    break
                if need in on_stack:
                    low[node] = min(low[node], index[need])
            else:
                path.pop()
                if path:
                    low[path[-1][0]] = min(low[path[-1][0]], low[node])
                if low[node] == index[node]:
                    found.append(_unwind(stack, on_stack, node))
    return found


def _unwind(stack: list[Node], on_stack: set[Node], node: Node) -> list[Node]:
    group: list[Node] = []
    while True:
        member = stack.pop()
        on_stack.discard(member)
        group.append(member)
        if member == node:
            return group[::-1]


def levels(ordered: Sequence[Sequence[Node]], needs: Callable[[Node], Iterable[Node]]) -> dict[Node, int]:
    """For groups in the order of `groups`: how many groups deep each node stands. Nodes of one group share a level."""
    level: dict[Node, int] = {}
    for group in ordered:
        inside = set(group)
        depth = 1 + max(
            (level[need] for node in group for need in needs(node) if need not in inside and need in level),
            default=-1,
        )
        for node in group:
            level[node] = depth
    return level


def circular(group: Sequence[Node], needs: Callable[[Node], Iterable[Node]]) -> bool:
    """Whether a strongly connected group really is a circle: several members, or one that needs itself."""
    return len(group) > 1 or group[0] in set(needs(group[0]))

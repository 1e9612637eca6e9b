"""What a shop does not have any more, or calls otherwise, though it was read: it was deleted, or renamed, meanwhile.

What is gone has no name: its id stands for nothing that can be named (`dangling`) from then on. Else whoever got its
name in the meantime would be taken for it, wherever a record that was read before refers to it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from .existence import existing
from .passes import MOVED
from .references import Target, dangling
from .resource import Json, Resource
from .work import Desk

Lines = Sequence[dict[str, Any]]


def forget(desk: Desk, read: Sequence[tuple[Resource, Lines]], gone: list[Json]) -> None:
    """Takes their names from those of these records that are gone. The shop is asked for all kinds at once.

    Into `gone` comes the key of each that leaves a gap; one that was made anew under that key does not.
    """
    nodes = {resource.node(line["gid"]) for resource, lines in read for line in lines}
    there, unsaid = existing(desk, sorted(nodes - {""}))
    for error in unsaid.values():
        raise error
    for resource, lines in read:
        own = [(line, resource.node(line["gid"])) for line in lines]
        _forgotten(desk, resource, [line for line, node in own if node and node not in there], gone)


def _forgotten(desk: Desk, resource: Resource, missing: Lines, gone: list[Json]) -> None:
    called = desk.ids.by_target(Target(resource.name, tuple(line["key"])) for line in missing)
    known = desk.ids.by_gid(line["gid"] for line in missing)
    for line in missing:
        if called.get(Target(resource.name, tuple(line["key"]))) == line["gid"]:
            _note(gone, resource, line)
    desk.ids.put(replace(known[line["gid"]], target=dangling(line["gid"])) for line in missing)


def still_called(
    desk: Desk, resource: Resource, lines: Sequence[dict[str, Any]], gone: list[Json]
) -> list[dict[str, Any]]:
    """Those of these records that are there, and whose key no other has by now: such were renamed too late to be read
    again, and their keys come into `gone`."""
    known = desk.ids.by_gid(line["gid"] for line in lines)
    lines = [line for line in lines if not known[line["gid"]].target.unknown]
    targets = [Target(resource.name, tuple(line["key"])) for line in lines]
    called = desk.ids.by_target(targets)
    kept = []
    for line, target in zip(lines, targets, strict=True):
        if not resource.unique or called.get(target) == line["gid"]:
            kept.append(line)
        else:
            _note(gone, resource, line)
    return kept


def _note(gone: list[Json], resource: Resource, line: dict[str, Any]) -> None:
    note = [resource.name, line["key"]]
    if len(gone) < MOVED and note not in gone:
        gone.append(note)

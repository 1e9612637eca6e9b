"""Records that the target has and does not list, found by their names: without them they would be planned anew.

Shopify leaves entries that lack a field which became required out of every list, the admin's too, and lists what was
made a moment ago only later. A snapshot is read from lists, so the store is asked by name for what it does not show.

One that is equal to the archive's has not arrived as long as nobody sees it. That is judged by its definition, as it
will stand: at the comparison, and again once it is decided what of the plan is written.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence

from .archive.members import MemberSet
from .governors import Governors
from .keys import Key
from .namesakes import Present
from .outcomes import Outcome, Reason, Verdict
from .present import located, now
from .references import Target
from .resource import Fields, Resource
from .work import Desk, Row

WINDOW = 500  # keys that are looked for together

Side = tuple[Key, list[Present], list[Present]]


def beside(desk: Desk, resource: Resource, snapshot: MemberSet, sides: Iterable[Side]) -> Iterator[Side]:
    """The two sides (`compare.side_by_side`), the target's with what it does not show."""
    governors = _governors(desk, resource, snapshot)
    if not governors:
        yield from sides
        return
    held: list[Side] = []
    for side in sides:
        held.append(side)
        if len(held) == WINDOW:
            yield from _looked(desk, resource, governors, held)
            held = []
    yield from _looked(desk, resource, governors, held)


def _governors(desk: Desk, resource: Resource, snapshot: MemberSet) -> set[Target]:
    """The definitions of the target: where there is none, there are no such records."""
    if resource.listed_whole or resource.governor not in snapshot.resources or resource.name not in desk.reachable:
        return set()
    return {Target(resource.governor, line.key) for line in snapshot.records(resource.governor)}


def _looked(desk: Desk, resource: Resource, governors: set[Target], held: list[Side]) -> Iterator[Side]:
    missing = [Target(resource.name, key) for key, wanted, there in held if wanted and not there]
    missing = [target for target in missing if resource.governed_by(target.key) in governors]
    gids = located(desk, {resource.name: missing}).found if missing else {}
    found = now(desk, resource, list(gids.values())).found if gids else {}
    for key, wanted, there in held:
        current = found.get(gids.get(Target(resource.name, key), ""))
        if current is not None and not there:
            yield key, wanted, [Present(key, current.fields, current.reading.gid, unlisted=True)]
        else:
            yield key, wanted, there


MARK = "unlisted"  # the name of a note in `Row.open`, which holds what the target has and what is wanted


def note(row: Row, present: Fields, wanted: Fields) -> None:
    """Notes on the row of a record that is equal, and that the target lists to nobody, what there is to judge it by."""
    if row.verdict in (Verdict.UNCHANGED, Verdict.FULLER) and row.outcome is not Outcome.SKIPPED:
        row.open = (*row.open, json.dumps({MARK: [present, wanted]}))


def judged(desk: Desk, rows: Sequence[Row], snapshot: MemberSet) -> list[Row]:
    """These rows; conflicts in place of those whose record stays in no list of the store: it has not arrived."""
    noted = {(row.target, row.number): sides for row in rows if (sides := _noted(row)) is not None}
    if not noted:
        return list(rows)
    governors = Governors(desk, snapshot)
    governors.learn([row for row in rows if (row.target, row.number) in noted])
    return [_judged(desk, row, noted.get((row.target, row.number)), governors) for row in rows]


def _noted(row: Row) -> list[Fields] | None:
    notes = [json.loads(note) for note in row.open if MARK in note]
    return next((note[MARK] for note in notes if isinstance(note, dict)), None)


def _judged(desk: Desk, row: Row, sides: list[Fields] | None, governors: Governors) -> Row:
    resource = desk.registry[row.resource]
    governor = governors.of(resource, row.key)
    lacking = resource.lacking(sides[0], governor) if sides is not None and governor is not None else ""
    if not sides or not lacking:
        return row
    before, after = sides
    return Row(
        *(row.resource, row.key, row.number, Verdict.CONFLICT),
        reason=Reason.TYPE_CONFLICT, detail=f"{lacking} {resource.hidden}", gid=row.gid, before=before, after=after,
    )  # fmt: skip

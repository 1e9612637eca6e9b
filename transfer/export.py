"""Reading a shop: the first half of an export, and of every snapshot.

Two steps, each a generator of checkpoints (see `transfer.work`):

`read`     every stream of every chosen resource, many at a time, in id order; parts hold what was read as it was read
`settle`   late streams are read, and then what moved while we read is read again, up to three rounds, with what late
           streams have of it; the latest reading of a GID counts. What late streams have can change by itself: they are
           looked through whole in the first round, and again as long as such a look finds something

After them `transfer.resolve` makes the parts portable and sorts them, and `transfer.archive.merge` merges them into
members. A part is written whole before the checkpoint that names it, and its name carries the ticket, so that a killed
or fenced worker leaves nothing behind that anyone reads.
"""

from __future__ import annotations

from collections.abc import Collection, Generator, Iterator, Sequence
from functools import partial

from . import unlisted
from .by_hand import moment_of
from .looked import missed
from .passes import Pass, chosen, counted, goes_by, refused
from .reader import Reader
from .resource import Ask, Selection, Talk
from .selection import hanging, whole
from .talk import REFUSALS, ask_all, ask_shown
from .work import Checkpoint, Cursor, Desk

ROUNDS = 3  # of reading again what moved
READING, READ = "reading", "read"  # how far the late streams are

_TYPES = """
query MetaobjectTypes($after: String) {
  metaobjectDefinitions(first: 250, after: $after) { nodes { type } pageInfo { hasNextPage endCursor } }
}
"""


def read(
    desk: Desk, cursor: Cursor, *, selection: Selection, lenient: Collection[str] = (), settled: bool = False
) -> Iterator[Checkpoint]:
    """Reads every record of the selection into parts. Restarts from `cursor`; an empty one starts afresh.

    `settled`: `settle` comes after this, and reads the late streams.
    `lenient`: resources of which a stream that the store refuses to show from its first page on is not carried, and the
    cursor says why. What a snapshot does not see would be created again, unless somebody looks at that.
    """
    if "types" not in cursor:
        cursor = _start(desk, selection, lenient=lenient)
        yield Checkpoint(cursor)
    yield from Pass(desk, cursor, selection, since=None, lenient=lenient, settled=settled).run()


def settle(desk: Desk, cursor: Cursor, *, selection: Selection, lenient: Collection[str] = ()) -> Iterator[Checkpoint]:
    """Reads the late streams, and again what moved since the reading began, until nothing does, at most `ROUNDS` times.

    What came or went while it did so is held together by a last look (`_closing`). `lenient`: as of `read`, for the
    late streams.
    """
    reading = partial(Pass, desk, selection=selection, lenient=lenient)
    if cursor.get("late") != READ:
        if not cursor.get("late"):
            cursor = {**cursor, "late": READING, "streams": {}}
        if (last := (yield from _gone_through(reading(cursor, since=None, late=True)))) is None:
            return
        cursor = {**last.cursor, "late": READ}
        _note_unlisted(desk, cursor, selection)
        yield Checkpoint(cursor, last.counts)
    while "closing" not in cursor and cursor["round"] < ROUNDS and _goes_on(cursor):
        if "began" not in cursor:
            cursor = _next_round(desk, cursor, selection)
        if (last := (yield from _gone_through(reading(cursor, since=moment_of(cursor["since"]))))) is None:
            return
        cursor = {**last.cursor, "round": cursor["round"] + 1, "since": cursor["began"]}
        del cursor["began"]
        yield Checkpoint(cursor, last.counts)
    if "closing" not in cursor and cursor.get("look"):
        cursor = yield from missed(desk, cursor, selection)
        if cursor["unlooked"]:
            return
    if cursor["round"] > 1 and "closing" not in cursor:
        last_of = {"closing": _closing(desk, cursor["renaming"]), "renamed": cursor["renaming"], "renaming": []}
        cursor = {**cursor, **last_of, "streams": {}}
    if only := frozenset(cursor.get("closing", ())):
        if (last := (yield from _gone_through(reading(cursor, since=moment_of(cursor["since"]), only=only)))) is None:
            return
        cursor = {**last.cursor, "closing": []}
        yield Checkpoint(cursor, last.counts)
    yield Checkpoint(cursor, counted(cursor), done=True)


def _gone_through(reading: Pass) -> Generator[Checkpoint, None, Checkpoint | None]:
    """One pass to its end: the last checkpoint, or None where the slice is over before."""
    last = None
    for last in reading.run():
        if not last.done:
            yield last
    return last if last is not None and last.done else None


def _goes_on(cursor: Cursor) -> bool:
    """Whether a round is under way, of which nobody knows yet what moved, or another is to follow."""
    return "began" in cursor or cursor["round"] == 0 or bool(cursor["moves"])


def _next_round(desk: Desk, cursor: Cursor, selection: Selection) -> Cursor:
    again = {"streams": {}, "moved": [], "moves": 0, "renamed": cursor["renaming"], "renaming": []}
    cursor = {**cursor, "began": desk.now(), **again}
    if cursor["round"] == 0 or cursor.get("late_moves"):
        cursor |= {"looking": True, "look": cursor.get("look", 0) + 1, "late_moves": 0}
    else:
        cursor |= {"looking": False}
    if cursor["typed"]:  # somebody may have defined another meanwhile
        cursor["types"] = _wanted(ask_all(desk, {"types": _types()})["types"], selection)
    return cursor


def _closing(desk: Desk, renamed: Collection[str]) -> list[str]:
    """The kinds that are read once more where something moved up to the last round: definitions, by which what came
    meanwhile is made, and what goes by the names of kinds of which one has another name since (`renamed`)."""
    governors = {resource.governor for resource in desk.registry.values()}
    return sorted(name for name, own in desk.registry.items() if name in governors or goes_by(desk, own, renamed))


def _note_unlisted(desk: Desk, cursor: Cursor, selection: Selection) -> None:
    """Names what the store has and lists to nobody, of the kinds that were read list by list.

    Type after type: before the looks at what moved, that nothing moves unseen meanwhile.
    """
    reader = Reader(desk, cursor)
    read_ = [resource for resource in chosen(desk, selection) if not hanging(selection, resource)]
    talks = {resource.name: resource.unlisted(cursor["types"]) for resource in read_}
    for name, parts in ask_shown(desk, talks).items():
        for part, count in parts.items():
            reader.note(name, part, unlisted.WHY, count)


def _start(desk: Desk, selection: Selection, *, lenient: Collection[str]) -> Cursor:
    """The types to page by, how many records there may be, and the moment from which changes are looked for."""
    resources = chosen(desk, selection)
    types: list[str] = []
    shown = False
    skipped: Cursor = {}
    typed = [resource.name for resource in resources if "metaobjects" in (resource.name, *resource.holders)]
    if typed and "metaobjects" in desk.reachable:
        try:
            types, shown = ask_all(desk, {"types": _types()})["types"], True
        except REFUSALS as refusal:
            if "metaobjects" not in lenient:
                raise
            skipped |= {"metaobjects": refused(refusal)} if "metaobjects" in typed else {}
    told = whole(selection, [resource.name for resource in resources])
    totals = ask_all(desk, {name: _if_allowed(desk.registry[name].total()) for name in told})
    return {
        "types": _wanted(types, selection),
        "typed": shown,
        "totals": {name: total for name, total in totals.items() if total is not None},
        "since": desk.now() - CLOCK_MARGIN,
        "streams": {},
        "parts": {},
        "read": {},
        "skipped": skipped,
        "moved": [],
        "moves": 0,
        "renamed": [],
        "renaming": [],
        "refused": [],
        "part": 0,
        "reading": 0,
        "late": "",
        "owed": {},
        "round": 0,
    }


def _wanted(types: Sequence[str], selection: Selection) -> list[str]:
    return [t for t in types if not selection.metaobject_types or t in selection.metaobject_types]


# Our clock and Shopify's may differ; what moved in this margin is read twice, which costs points and never data.
CLOCK_MARGIN = 120.0


def _types() -> Talk[list[str]]:
    types: list[str] = []
    after = None
    while True:
        data = yield Ask(_TYPES, {"after": after})
        types += [node["type"] for node in data["metaobjectDefinitions"]["nodes"]]
        page = data["metaobjectDefinitions"]["pageInfo"]
        if not page["hasNextPage"]:
            return sorted(types)
        after = page["endCursor"]


def _if_allowed(total: Talk[int | None]) -> Talk[int | None]:
    """A total is for progress only: where the store does not tell it, nobody knows it."""
    try:
        return (yield from total)
    except REFUSALS:
        return None

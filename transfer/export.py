"""Reading a shop: the first half of an export, and of every snapshot.

Two steps, each a generator of checkpoints (see `transfer.work`):

`read`     every stream of every chosen resource, many at a time, in id order; parts hold what was read as it was read
`settle`   late streams are read, and then what moved while we read is read again, up to three rounds, with what late
           streams have of it; the latest reading of a GID counts. What late streams have can change by itself: they are
           looked through whole in the first round, and again as long as such a look finds something. In the end what
           was read is asked by its ids when it changed, because lists are behind

After them `transfer.resolve` makes the parts portable and sorts them, and `transfer.archive.merge` merges them into
members. A part is written whole before the checkpoint that names it, and its name carries the ticket, so that a killed
or fenced worker leaves nothing behind that anyone reads.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Generator, Iterator, Sequence
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
    """Goes through the phases of `PHASES` that are not over yet. `lenient`: as of `read`, for the late streams."""
    passing = partial(Pass, desk, selection=selection, lenient=lenient)
    for name, phase in PHASES.items():
        if name in cursor.get("settled", ()):
            continue
        if cursor.get("phase") != name:
            cursor = {**cursor, "phase": name, "streams": {}}
        over = yield from phase(desk, cursor, selection, passing)
        if over is None:
            return
        cursor = {**over, "settled": [*over.get("settled", ()), name]}
        yield Checkpoint(cursor, counted(cursor))
    yield Checkpoint(cursor, counted(cursor), done=True)


Passing = Callable[..., Pass]
Phase = Generator[Checkpoint, None, Cursor | None]  # the cursor at its end; None where the slice is over before


def _late(desk: Desk, cursor: Cursor, selection: Selection, passing: Passing) -> Phase:
    """What costs much, for the first time."""
    over = yield from _gone_through(passing(cursor, since=None, late=True))
    if over is not None:
        _note_unlisted(desk, over, selection)
    return over


def _rounds(desk: Desk, cursor: Cursor, selection: Selection, passing: Passing) -> Phase:
    """What moved since the reading began, until nothing does, at most `ROUNDS` times."""
    while cursor["round"] < ROUNDS and _goes_on(cursor):
        if "began" not in cursor:
            cursor = _next_round(desk, cursor, selection)
        over = yield from _gone_through(passing(cursor, since=moment_of(cursor["since"])))
        if over is None:
            return None
        cursor = {**over, "round": over["round"] + 1, "since": over["began"] - MARGIN}
        del cursor["began"]
        yield Checkpoint(cursor, counted(cursor))
    return cursor


def _missed(desk: Desk, cursor: Cursor, selection: Selection, passing: Passing) -> Phase:
    """What a look at translations showed no more."""
    cursor = yield from missed(desk, cursor, selection)
    return None if cursor["unlooked"] else cursor


def _stirred(desk: Desk, cursor: Cursor, selection: Selection, passing: Passing) -> Phase:
    """What moved and no list tells yet."""
    if "stirring" not in cursor:
        parts = [[name, part] for name, own in sorted(cursor["parts"].items()) for part in own]
        cursor = {**cursor, "stirring": parts}
    over = yield from _gone_through(passing(cursor, since=moment_of(cursor["since"]), stirring=True))
    return over and {**over, "stirring": []}


def _closed(desk: Desk, cursor: Cursor, selection: Selection, passing: Passing) -> Phase:
    """What came or went up to the end is held together by a last look at what it goes by."""
    if cursor["round"] == 1 and not cursor["moves"]:
        return cursor
    if "closing" not in cursor:
        last_of = {"closing": _closing(desk, cursor["renaming"]), "renamed": cursor["renaming"], "renaming": []}
        cursor = {**cursor, **last_of}
    only = frozenset(cursor["closing"])
    return (yield from _gone_through(passing(cursor, since=moment_of(cursor["since"]), only=only)))


PHASES = {"late": _late, "rounds": _rounds, "missed": _missed, "stirred": _stirred, "closed": _closed}


def _gone_through(reading: Pass) -> Phase:
    """One pass to its end."""
    for checkpoint in reading.run():
        if checkpoint.done:
            return checkpoint.cursor
        yield checkpoint
    return None


def _goes_on(cursor: Cursor) -> bool:
    """Whether a round is under way, of which nobody knows yet what moved, or another is to follow."""
    return "began" in cursor or cursor["round"] == 0 or bool(cursor["moves"])


def _next_round(desk: Desk, cursor: Cursor, selection: Selection) -> Cursor:
    again = {"streams": {}, "moved": [], "moves": 0, "renamed": cursor["renaming"], "renaming": []}
    cursor = {**cursor, "began": shop_time(desk), **again}
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
        "since": shop_time(desk) - MARGIN,
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
        "owed": {},
        "round": 0,
    }


def _wanted(types: Sequence[str], selection: Selection) -> list[str]:
    return [t for t in types if not selection.metaobject_types or t in selection.metaobject_types]


# Shopify's search shows a change seconds after it was made, and its clock is told in whole seconds; what moved in this
# margin is read twice, which costs points and never data.
MARGIN = 120.0


def shop_time(desk: Desk) -> float:
    """Seconds since 1970 by Shopify's clock, by which it says when a record was changed; at most what it is there."""
    if desk.client.ahead is None:
        ask_all(desk, {"": _hello()})
    return desk.client.shop_time()


def _hello() -> Talk[None]:
    yield Ask("query Hello { shop { id } }")


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

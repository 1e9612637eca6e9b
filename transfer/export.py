"""Reading a shop: the first half of an export, and of every snapshot.

Two steps, each a generator of checkpoints (see `transfer.work`):

`read`     every stream of every chosen resource, many at a time, in id order; parts hold what was read as it was read
`settle`   late streams are read, and then what moved while we read is read again, up to three rounds, with what late
           streams have of it; the latest reading of a GID counts

After them `transfer.resolve` makes the parts portable and sorts them, and `transfer.archive.merge` merges them into
members. A part is written whole before the checkpoint that names it, and its name carries the ticket, so that a killed
or fenced worker leaves nothing behind that anyone reads.
"""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Collection, Generator, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from . import unlisted
from .by_hand import moment_of
from .called import holders
from .halves import whole as in_pieces
from .jsonl import dumps
from .reader import Reader
from .registry import order, owner_of
from .resource import Ask, Page, Reading, Resource, Selection, Stream, Talk
from .selection import by_kind, hanging, seo_only, takes, whole
from .talk import REFUSALS, Ended, Talks, ask_all, ask_shown
from .work import Checkpoint, Cursor, Desk

PART_BYTES = 16_000_000  # of JSON text held in memory before it becomes a part
SAVE_SECONDS = 3.0  # how much reading a killed worker may lose
MOVED = 1_000  # records named as changed while reading: cursors and manifests stay small
ROUNDS = 3  # of reading again what moved
OWNERS = 20  # records whose parts in late streams are read again with one conversation
READING, READ = "reading", "read"  # how far the late streams are

_TYPES = """
query MetaobjectTypes($after: String) {
  metaobjectDefinitions(first: 250, after: $after) { nodes { type } pageInfo { hasNextPage endCursor } }
}
"""


def chosen(desk: Desk, selection: Selection) -> list[Resource]:
    """The resources of a selection that the app may read, in the order of writing."""
    meant = (name for name in order() if by_kind(selection, name) or seo_only(selection, name))
    return [desk.reachable[name] for name in meant if name in desk.reachable]


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
    yield from _Reading(desk, cursor, selection, since=None, lenient=lenient, settled=settled).run()


def settle(desk: Desk, cursor: Cursor, *, selection: Selection, lenient: Collection[str] = ()) -> Iterator[Checkpoint]:
    """Reads the late streams, and again what moved since the reading began, until nothing does, at most `ROUNDS` times.

    What came or went while it did so is held together by a last look (`_closing`). `lenient`: as of `read`, for the
    late streams.
    """
    reading = partial(_Reading, desk, selection=selection, lenient=lenient)
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
    if cursor["round"] > 1 and "closing" not in cursor:
        last_of = {"closing": _closing(desk, cursor["renaming"]), "renamed": cursor["renaming"], "renaming": []}
        cursor = {**cursor, **last_of, "streams": {}}
    if only := frozenset(cursor.get("closing", ())):
        if (last := (yield from _gone_through(reading(cursor, since=moment_of(cursor["since"]), only=only)))) is None:
            return
        cursor = {**last.cursor, "closing": []}
        yield Checkpoint(cursor, last.counts)
    yield Checkpoint(cursor, counted(cursor), done=True)


def _gone_through(reading: _Reading) -> Generator[Checkpoint, None, Checkpoint | None]:
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
    if cursor["typed"]:  # somebody may have defined another meanwhile
        cursor["types"] = _wanted(ask_all(desk, {"types": _types()})["types"], selection)
    return cursor


def _closing(desk: Desk, renamed: Collection[str]) -> list[str]:
    """The kinds that are read once more where something moved up to the last round: definitions, by which what came
    meanwhile is made, and what goes by the names of kinds of which one has another name since (`renamed`)."""
    governors = {resource.governor for resource in desk.registry.values()}
    return sorted(name for name, own in desk.registry.items() if name in governors or _goes_by(desk, own, renamed))


def _goes_by(desk: Desk, resource: Resource, renamed: Collection[str]) -> bool:
    """Whether keys of a kind hold names of these kinds: of what it hangs on, or of what that is a part of."""
    return not {resource.keyed_by, owner_of(resource.hangs_on, desk.registry)}.isdisjoint(renamed)


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
            skipped |= {"metaobjects": _refused(refusal)} if "metaobjects" in typed else {}
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


def _refused(refusal: Exception) -> Cursor:
    """What is noted of a kind that the store does not show: nobody can count it."""
    return {f"the store does not show it to the app: {refusal}": {"count": None, "examples": []}}


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


@dataclass(slots=True)
class _Reading:
    """One pass over all streams, or over those of some kinds (`only`), or over the late ones."""

    desk: Desk
    cursor: Cursor
    selection: Selection
    since: str | None
    lenient: Collection[str] = ()
    settled: bool = False
    late: bool = False
    only: frozenset[str] = frozenset()
    reader: Reader = field(init=False)
    streams: dict[str, tuple[Resource, Stream]] = field(default_factory=dict)
    asked: set[str] = field(default_factory=set)
    saved_at: float = 0.0

    def __post_init__(self) -> None:
        self.reader = Reader(self.desk, self.cursor)
        self.cursor.setdefault("owed", {})

    def run(self) -> Iterator[Checkpoint]:
        self.saved_at = self.desk.clock()
        streams = self.streams = {stream.name: (resource, stream) for resource, stream in self._streams()}
        state = self.cursor["streams"]
        waiting = deque(name for name in streams if not state.get(name, {}).get("done"))
        with Talks[str, Page](self.desk) as talks:
            while True:
                self._settle_debts(talks)
                while waiting and talks.room and not self.desk.stopping():
                    name = waiting.popleft()
                    after = state.get(name, {}).get("after")
                    resource, stream = streams[name]
                    named_anew = _goes_by(self.desk, resource, self.cursor["renamed"])
                    talks.start(name, stream.read(after, None if named_anew else self.since))
                if not talks.open:
                    break
                for ended in talks.ended():
                    if ended.tag in streams and self._not_shown(*streams[ended.tag], ended):
                        continue
                    if ended.error is not None:
                        yield self._save()
                        raise ended.error
                    assert ended.value is not None
                    if ended.tag in self.cursor["owed"]:
                        self._settled(ended.tag, ended.value)
                        continue
                    self._take(*streams[ended.tag], ended.value)
                    if ended.value.after is not None:
                        waiting.append(ended.tag)
                if self.reader.size > PART_BYTES or self.desk.clock() - self.saved_at > SAVE_SECONDS:
                    yield self._save()
        yield self._save(done=not waiting and not self.cursor["owed"])

    def _streams(self) -> Iterator[tuple[Resource, Stream]]:
        for resource in chosen(self.desk, self.selection):
            if hanging(self.selection, resource):
                continue  # read owner by owner, once these are known (`transfer.follow`)
            for stream in resource.streams(self.selection, self.cursor["types"]):
                if self._wanted(resource, stream) and stream.name not in self.cursor["refused"]:
                    yield resource, stream

    def _wanted(self, resource: Resource, stream: Stream) -> bool:
        if self.late or self.only:
            return stream.late if self.late else resource.name in self.only and not stream.late
        return not stream.late or (self.since is None and not self.settled)

    def _first(self, stream: Stream) -> bool:
        """Whether nothing of this stream was read before."""
        return self.since is None

    def _not_shown(self, resource: Resource, stream: Stream, ended: Ended[str, Page]) -> bool:
        """Whether the store refused the whole stream, which is then named as not carried instead of read."""
        begun = ended.tag in self.cursor["streams"] or not self._first(stream)
        if resource.name not in self.lenient or begun or not isinstance(ended.error, REFUSALS):
            return False
        self.cursor["refused"].append(ended.tag)
        self.cursor["skipped"].setdefault(resource.name, {}).update(_refused(ended.error))
        return True

    def _take(self, resource: Resource, stream: Stream, page: Page) -> None:
        self.cursor["streams"][stream.name] = {"after": page.after, "done": page.after is None}
        page = replace(page, readings=tuple(one for one in page.readings if self._meant(resource, one)))
        if self._first(stream):
            self._count(resource, page)
            news = [(reading, _mark(reading)) for reading in page.readings]
        else:
            news = self._news(page)
            self._owe(resource, [reading.gid for reading, _ in news])
            self.cursor["moves"] += len(news)
            self._renamed(resource, [reading for reading, _ in news])
            room = MOVED - len(self.cursor["moved"])
            self.cursor["moved"] += [[reading.resource, list(reading.key)] for reading, _ in news[: max(0, room)]]
        for reading, mark in news:
            self.reader.line(reading, mark)
        if (
            self.since is None and not self.settled
        ):  # a target, whose variants keep their names whatever becomes of their labels
            self.desk.ids.put(holders(self.desk, resource, [reading for reading, _ in news]))

    # -- what late streams have of records that moved: by now it may be something else, or go by another name

    def _owe(self, resource: Resource, gids: Sequence[str]) -> None:
        """Notes what is to be read again; the cursor names it until that is done."""
        owed = self.cursor["owed"]
        for late in chosen(self.desk, self.selection):
            if late.of_others and resource.name in late.holders and not hanging(self.selection, late):
                for start in range(0, len(gids), OWNERS):
                    self.cursor["debts"] = self.cursor.get("debts", 0) + 1
                    owed[f"owed/{self.cursor['debts']}"] = [late.name, *gids[start : start + OWNERS]]

    def _settle_debts(self, talks: Talks[str, Page]) -> None:
        for name, (late, *gids) in self.cursor["owed"].items():
            if name not in self.asked and talks.room and not self.desk.stopping():
                self.asked.add(name)
                talks.start(name, _owned(self.desk.registry[late], gids))

    def _settled(self, name: str, page: Page) -> None:
        del self.cursor["owed"][name]
        for reading, mark in self._news(page):
            if self._meant(self.desk.registry[reading.resource], reading):
                self.reader.line(reading, mark)

    def _meant(self, resource: Resource, one: Reading) -> bool:
        return takes(self.selection, resource, one.key, {**one.fields, **one.beside})

    def _count(self, resource: Resource, page: Page) -> None:
        read_ = self.cursor["read"]
        read_[resource.name] = read_.get(resource.name, 0) + len(page.readings)
        for what, why in page.skipped:
            self.reader.note(resource.name, what, why)

    def _news(self, page: Page) -> list[tuple[Reading, str]]:
        """What is not as we read it before. A filter on time gives much that did not move at all."""
        known = self.desk.ids.by_gid(reading.gid for reading in page.readings)
        marked = [(reading, _mark(reading)) for reading in page.readings]
        return [(r, mark) for r, mark in marked if r.gid not in known or known[r.gid].mark != mark]

    def _renamed(self, resource: Resource, news: list[Reading]) -> None:
        """Notes kinds of which one has another name now: what goes by that name as well is read again, moved or not."""
        known = self.desk.ids.by_gid(reading.gid for reading in news)
        anew = any(one.gid in known and known[one.gid].target.key != one.key for one in news)
        if anew and resource.name not in self.cursor["renaming"]:
            self.cursor["renaming"].append(resource.name)

    def _save(self, *, done: bool = False) -> Checkpoint:
        self.reader.save()
        self.saved_at = self.desk.clock()
        return Checkpoint(self.cursor, counted(self.cursor, self._unread()), done=done)

    def _unread(self) -> set[str]:
        """Kinds of which something is still read for the first time."""
        state = self.cursor["streams"]
        return {
            resource.name
            for name, (resource, stream) in self.streams.items()
            if self._first(stream) and not state.get(name, {}).get("done")
        }


def _owned(resource: Resource, gids: Sequence[str]) -> Talk[Page]:
    pages = yield from in_pieces(resource.owned, gids)
    return Page(tuple(reading for page in pages for reading in page.readings), None)


def _mark(reading: Reading) -> str:
    """A digest of what was read: equal marks mean that nothing moved."""
    return hashlib.blake2b(dumps([list(reading.key), reading.fields]), digest_size=8).hexdigest()


def counted(cursor: Cursor, unread: Collection[str] = ()) -> dict[str, tuple[int, int | None]]:
    """kind -> (records read, how many there are). `unread`: kinds that were not read to their end yet."""
    totals = cursor["totals"]
    return {
        name: (count, (max(count, totals[name]) if name in totals else None) if name in unread else count)
        for name, count in {**dict.fromkeys(totals, 0), **cursor["read"]}.items()
    }

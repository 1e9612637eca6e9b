"""One pass over a shop's lists: many streams at a time, each in the order of ids.

A first pass reads everything. Those that come later read what moved since a moment, where a list can be asked for that,
and else the whole list; either way only what is not as it was read before becomes part of the export again.

Translations have lists that say nothing of time, and cost as much as all else. Each complete pass over them but the
first is a *look*; the mark of what was read says which look saw it last, so that what a later one shows no more can be
told (`transfer.looked`).
"""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from . import stirred
from .called import holders
from .halves import whole as in_pieces
from .jsonl import dumps
from .reader import Reader
from .references import Target
from .registry import order, owner_of
from .resource import Page, Reading, Resource, Selection, Stream, Talk
from .selection import by_kind, hanging, seo_of_all, takes
from .talk import REFUSALS, Ended, Talks
from .work import Checkpoint, Cursor, Desk, Id

PART_BYTES = 16_000_000  # of JSON text held in memory before it becomes a part
SAVE_SECONDS = 3.0  # how much reading a killed worker may lose
MOVED = 1_000  # records named as changed while reading: cursors and manifests stay small
OWNERS = 20  # records whose parts in late streams are read again with one conversation
_NO_LOOK: Cursor = {"owed": {}, "look": 0, "looking": False, "late_moves": 0}
_DIGEST = 14  # characters of a mark that say what was read; two more say which look saw it


def chosen(desk: Desk, selection: Selection) -> list[Resource]:
    """The resources of a selection that the app may read, in the order of writing."""
    meant = (name for name in order() if by_kind(selection, name) or seo_of_all(selection, name))
    reachable = desk.reachable
    return [reachable[name] for name in meant if name in reachable]


def goes_by(desk: Desk, resource: Resource, renamed: Collection[str]) -> bool:
    """Whether keys of a kind hold names of these kinds: of what it hangs on, or of what that is a part of."""
    return not {resource.keyed_by, owner_of(resource.hangs_on, desk.registry)}.isdisjoint(renamed)


def refused(refusal: Exception) -> Cursor:
    """What is noted of a kind that the store does not show: nobody can count it."""
    return {f"the store does not show it to the app: {refusal}": {"count": None, "examples": []}}


def note_moved(cursor: Cursor, targets: Iterable[Target]) -> None:
    """Names what moved, as far as a cursor stays small."""
    named = {(resource, tuple(key)) for resource, key in cursor["moved"]}
    for target in targets:
        if len(named) < MOVED and (target.resource, target.key) not in named:
            named.add((target.resource, target.key))
            cursor["moved"].append([target.resource, list(target.key)])


def seen(one: Id) -> int:
    """The last look that showed what has this mark."""
    return int(one.mark[_DIGEST:] or "0", 16)


@dataclass(slots=True)
class Pass:
    """One pass over all streams, or over those of some kinds (`only`), or over the late ones.

    `stirring`: over what was read, by its ids (`transfer.stirred`).
    """

    desk: Desk
    cursor: Cursor
    selection: Selection
    since: str | None
    lenient: Collection[str] = ()
    settled: bool = False
    late: bool = False
    only: frozenset[str] = frozenset()
    stirring: bool = False
    reader: Reader = field(init=False)
    streams: dict[str, tuple[Resource, Stream]] = field(default_factory=dict)
    asked: set[str] = field(default_factory=set)
    saved_at: float = 0.0

    def __post_init__(self) -> None:
        self.reader = Reader(self.desk, self.cursor)
        self.cursor.update({**_NO_LOOK, **self.cursor})  # of an export that an older version began

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
                    named_anew = goes_by(self.desk, resource, self.cursor["renamed"])
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
            if self.stirring:
                yield from ((resource, stream) for stream in stirred.streams(self.desk.storage, self.cursor, resource))
                continue
            for stream in resource.streams(self.selection, self.cursor["types"]):
                if self._wanted(resource, stream) and stream.name not in self.cursor["refused"]:
                    yield resource, stream

    def _wanted(self, resource: Resource, stream: Stream) -> bool:
        if self.late or self.only:
            return stream.late if self.late else resource.name in self.only and not stream.late
        if stream.late:
            return self.cursor["looking"] if self.since else not self.settled
        return True

    def _first(self, stream: Stream) -> bool:
        """Whether nothing of this stream was read before."""
        return self.since is None

    def _not_shown(self, resource: Resource, stream: Stream, ended: Ended[str, Page]) -> bool:
        """Whether the store refused the whole stream, which is then named as not carried instead of read."""
        begun = ended.tag in self.cursor["streams"] or not self._first(stream)
        if resource.name not in self.lenient or begun or not isinstance(ended.error, REFUSALS):
            return False
        self.cursor["refused"].append(ended.tag)
        self.cursor["skipped"].setdefault(resource.name, {}).update(refused(ended.error))
        return True

    def _take(self, resource: Resource, stream: Stream, page: Page) -> None:
        self.cursor["streams"][stream.name] = {"after": page.after, "done": page.after is None}
        page = replace(page, readings=tuple(one for one in page.readings if self._meant(resource, one)))
        if self._first(stream):
            self._count(resource, page)
            news = [(reading, self._mark(reading)) for reading in page.readings]
        else:
            news = self._news(page)
            self.cursor["late_moves"] += len(news) if stream.late else 0
            self._owe(resource, [reading.gid for reading in (page.readings if self.stirring else (r for r, _ in news))])
            self.cursor["moves"] += len(news)
            self._renamed(resource, [reading for reading, _ in news])
            note_moved(self.cursor, [Target(reading.resource, reading.key) for reading, _ in news])
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
        for own in chosen(self.desk, self.selection):
            owes = (own.of_others or self.stirring) and resource.name in own.holders
            if owes and not hanging(self.selection, own):
                for start in range(0, len(gids), OWNERS):
                    self.cursor["debts"] = self.cursor.get("debts", 0) + 1
                    owed[f"owed/{self.cursor['debts']}"] = [own.name, *gids[start : start + OWNERS]]

    def _settle_debts(self, talks: Talks[str, Page]) -> None:
        for name, (late, *gids) in self.cursor["owed"].items():
            if name not in self.asked and talks.room and not self.desk.stopping():
                self.asked.add(name)
                talks.start(name, _owned(self.desk.registry[late], gids))

    def _settled(self, name: str, page: Page) -> None:
        del self.cursor["owed"][name]
        for reading, mark in self._news(page):
            if self._meant(self.desk.registry[reading.resource], reading):
                note_moved(self.cursor, [Target(reading.resource, reading.key)])
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
        marked = [(reading, self._mark(reading), known.get(reading.gid)) for reading in page.readings]
        news = [(r, mark) for r, mark, old in marked if old is None or old.mark[:_DIGEST] != mark[:_DIGEST]]
        moved = {reading.gid for reading, _ in news}
        self.desk.ids.put(replace(old, mark=mark) for r, mark, old in marked if old and r.gid not in moved)
        return news

    def _mark(self, reading: Reading) -> str:
        return mark_of(reading, self.cursor["look"] if self.desk.registry[reading.resource].of_others else 0)

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


def mark_of(reading: Reading, look: int) -> str:
    """A digest of what was read, and the look that showed it: equal digests mean that nothing moved."""
    digest = hashlib.blake2b(dumps([list(reading.key), reading.fields]), digest_size=_DIGEST // 2).hexdigest()
    return f"{digest}{look:02x}"


def counted(cursor: Cursor, unread: Collection[str] = ()) -> dict[str, tuple[int, int | None]]:
    """kind -> (records read, how many there are). `unread`: kinds that were not read to their end yet."""
    totals = cursor["totals"]
    return {
        name: (count, (max(count, totals[name]) if name in totals else None) if name in unread else count)
        for name, count in {**dict.fromkeys(totals, 0), **cursor["read"]}.items()
    }

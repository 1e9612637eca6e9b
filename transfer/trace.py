"""Where every reference of the plan will point, before anything is written.

A reference lands if its target is in the target shop, or if this import creates it. One that does neither is *lost*:
it is left out of the wanted record and named in the report, so that a second import finds nothing to write. Where
the lost place had to be filled, the record itself cannot be written, and what refers to that record is traced again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence, Set
from dataclasses import dataclass, field, replace

from . import unshown
from .archive.members import MemberSet
from .dead_links import NOTED, noted, told
from .detours import Detours
from .dropped import tell_dropped
from .entry_pages import arriving
from .given import tell_given
from .governed import Definitions
from .governors import Governors
from .hiding import tell_hidden
from .included import tell_included
from .judging import concede, unwritten, update
from .keys import Key
from .landing import Landing
from .lost import Lost
from .nowhere import ALL, ENOUGH, pointing
from .outcomes import TO_WRITE, Outcome, Reason, State, Verdict
from .paths import ENTRY_PAGES
from .references import Target
from .registry import missing_owner
from .renew import take_back
from .resource import OWNER, Conceded, Place
from .retitled import tell_retitled
from .severed import EQUAL, Severed
from .showing import tell_shown
from .unread import Lacks
from .work import Checkpoint, Cursor, Desk, Row, Where, tell

WINDOW = 300  # rows whose references are looked up together

WRITABLE = Where(verdicts=TO_WRITE, outcomes=frozenset({Outcome.PENDING}))


def trace(
    desk: Desk,
    cursor: Cursor,
    *,
    snapshot: MemberSet,
    lacks: Lacks = ALL,
    mirroring: bool = False,
    read: Collection[str] = (),
) -> Iterator[Checkpoint]:
    """Judges every reference of every row that is to be written; repeats while rows fall out of the plan.

    Then the links in the texts of unchanged rows are judged, and what these lose by this import. `lacks`: what the
    archive does not hold; `mirroring`: it is decided that what only the target has goes; `read`: the kinds of which
    the snapshot says all that the target has. The cursor says in `outside` of which kinds, that nobody asked for,
    something is referred to and missing.
    """
    cursor = cursor or {"after": None, "fell": 0, "told": {}, "outside": []}
    landing = Landing(desk, snapshot, mirroring)
    tracer = _Tracer.of(desk, landing, cursor["told"], lacks, cursor.setdefault("outside", []))
    tracer.taking = cursor.get("taking", False)
    while True:
        after = cursor["after"]
        where, window = (tracer.equal(), tracer.unwritten) if cursor.get("unwritten") else (WRITABLE, tracer.window)
        rows = desk.ledger.select(where, limit=WINDOW, after=(after[0], tuple(after[1]), after[2]) if after else None)
        if rows:
            last = rows[-1]
            cursor["after"] = [last.resource, list(last.key), last.number]
            cursor["fell"] += window(rows)
            cursor["taking"] = tracer.taking
        elif cursor["fell"]:
            cursor |= {"after": None, "fell": 0}
        elif not cursor.get("unwritten"):
            _take_back(desk)
            cursor |= {"unwritten": True, "after": None}
        else:
            tell_given(desk, cursor["told"])
            _tell_what_else(desk, snapshot, read, mirroring=tracer.landing.mirroring)
            yield Checkpoint(cursor, done=True)
            return
        yield Checkpoint(cursor)
        if desk.stopping():
            return


def _take_back(desk: Desk) -> None:
    """Leaves alone what was to be written only because of what, by now, is not (`renew.take_back`)."""
    for resource in [own for own in desk.reachable.values() if own.of_others]:
        after = None
        where = replace(WRITABLE.of(resource.name), verdicts=frozenset({Verdict.UPDATE}))
        while rows := desk.ledger.select(where, limit=WINDOW, after=after):
            after = (resource.name, rows[-1].key, rows[-1].number)
            desk.ledger.put(list(take_back(desk, rows, resource)))
            desk.beat()


def _tell_what_else(desk: Desk, snapshot: MemberSet, read: Collection[str], *, mirroring: bool) -> None:
    """What rows that are to be written show, hide, drop and call otherwise, and what stands against them."""
    tell_hidden(desk, mirroring=mirroring)
    tell_shown(desk, snapshot, mirroring=mirroring)
    tell_included(desk, snapshot, mirroring=mirroring)
    tell_dropped(desk, snapshot, read)
    tell_retitled(desk)


GOES_WITH = "It hangs on {}, which a row deletes."


@dataclass(slots=True)
class _Tracer:
    desk: Desk
    snapshot: MemberSet
    told: dict[str, int]  # what the target has not been given -> how many records name it
    landing: Landing
    detours: Detours
    lost: Lost
    governing: Collection[str]  # kinds that say what others may hold
    severed: Severed
    taking: bool = False  # records that are updated lose parts that others may refer to
    smaller: set[Target] = field(default_factory=set)  # records of which parts, that others may name, are lost

    @classmethod
    def of(cls, desk: Desk, landing: Landing, told: dict[str, int], lacks: Lacks, outside: list[str]) -> _Tracer:
        snapshot = landing.snapshot
        governing = frozenset(resource.governor for resource in desk.registry.values())
        lost = Lost(desk, landing, lacks, outside)
        severed = Severed(desk.registry, snapshot, landing)
        return cls(desk, snapshot, told, landing, Detours(desk, snapshot, landing), lost, governing, severed)

    def window(self, rows: Sequence[Row]) -> int:
        """Judges these rows; returns after how many others have to be judged again: those that fell out of the plan,
        and definitions of which a part did."""
        governors = Governors(self.desk, self.snapshot)
        governors.learn(rows)
        unfit = [row for row in rows if self._fit(row, governors)]
        going = [row for row in rows if row.verdict in TO_WRITE]
        spots = [arriving(self.desk, governors.demanded(row)) for row in going]
        lands, told = self._there(place for own in spots for place in own)
        spots = self._without_detours(spots, lands | told)
        self.lost.look_up({place.target for own in spots for place in own} - lands - told)
        changed = [row for row, own in zip(going, spots, strict=True) if self._change(row, own, lands, told, governors)]
        moved = list(
            {(row.target, row.number): row for row in (*unfit, *changed, *self._confined(going, governors))}.values()
        )
        self.desk.ledger.put(moved)
        self.taking = self.taking or any(map(self._takes, going))
        fell = {
            row.target
            for row in moved
            if row.verdict in (Verdict.CANNOT, Verdict.CONFLICT) or row.reason is Reason.EXCLUDED
        }
        fell |= {row.target for row in moved if row.resource in self.governing} | self.smaller
        self.smaller.clear()
        return sum(not self.desk.registry[target.resource].given for target in fell)

    def _takes(self, row: Row) -> bool:
        resource = self.desk.registry[row.resource]
        return bool(row.before and row.after and resource.taken(row.key, row.before, row.after))

    def _fit(self, row: Row, governors: Governors) -> bool:
        """Takes out of the row what its definition in the target does not take. Whether the row changed."""
        conceded = governors.fit(row)
        if conceded is not None:
            self._concede(row, conceded)
        return conceded is not None

    def _concede(self, row: Row, conceded: Conceded) -> None:
        told_before = row.detail
        concede(self.desk.registry[row.resource], row, conceded)
        row.detail = " ".join(filter(None, (told_before, row.detail)))

    def _confined(self, rows: Sequence[Row], governors: Governors) -> Iterator[Row]:
        """The rows of which definitions do not let a part be what it says (`Resource.made_by`), without that."""
        definitions = self._definitions(rows, governors)
        for row in rows:
            resource = self.desk.registry[row.resource]
            going = bool(definitions and row.after)
            conceded = resource.confined(row.key, row.before, row.after or {}, definitions) if going else None
            if conceded is not None:
                self._concede(row, conceded)
                yield row

    def _definitions(self, rows: Sequence[Row], governors: Governors) -> Definitions:
        """What the target says, or will say, of the definitions by which parts of these rows are made."""
        standing = [row for row in rows if row.after]  # of others nothing is left that could be written
        targets = {
            target for row in standing for target in self.desk.registry[row.resource].made_by(row.key, row.after or {})
        }
        if not targets:
            return {}
        lands = self.landing.of(targets)
        absent: Definitions = dict.fromkeys(targets - lands - self.landing.unlooked.keys())
        self.lost.note(absent)
        return {**absent, **governors.said(lands)}

    def equal(self) -> Where:
        """The rows on which nothing is to be written, and of which there is something to judge."""
        return EQUAL if self.taking or self.landing.deleting else NOTED

    def unwritten(self, rows: Sequence[Row]) -> int:
        """Says which links in unchanged texts lead nowhere, what their records lose, and what nobody sees. Nothing else
        falls with that."""
        if self.equal() is EQUAL:
            self.severed.note(rows)
            rows = [row for row in rows if row.open]
        rows = unshown.judged(self.desk, rows, self.snapshot)
        news = [row for row in rows if row.verdict is Verdict.CONFLICT]
        rows = [row for row in rows if row.verdict is not Verdict.CONFLICT]
        spots = [[link for link in arriving(self.desk, noted(row)) if self._judged(link)] for row in rows]
        lands, given = self._there(link for own in spots for link in own)
        spots = self._without_detours(spots, lands | given)
        self.lost.look_up({link.target for own in spots for link in own} - lands - given)
        for row, links in zip(rows, spots, strict=True):
            lost = [link for link in links if self._lost(link, lands | given)]
            row.reason = Reason.NONE
            if told(row, lost, self.lost.reason(row, lost), self.lost.sentences(lost)):
                news.append(row)
        self.desk.ledger.put(news)
        return 0

    def _there(self, places: Iterable[Place]) -> tuple[set[Target], set[Target]]:
        """What lands of the targets of these, and what another row of the plan speaks for."""
        targets = {place.target for place in places}
        lands = self.landing.of(targets)
        return lands, self._told(targets - lands)

    def _without_detours(self, spots: Sequence[Sequence[Place]], there: set[Target]) -> list[list[Place]]:
        """Without the links that work although what they name is not there."""
        lost = {place for own in spots for place in own if place.link and self._lost(place, there)}
        working = self.detours.of(lost)
        return [[place for place in own if place not in working] for own in spots]

    def _lost(self, place: Place, there: Set[Target]) -> bool:
        """What a record hangs on does not go before the record: with what the archive has of it, it stays."""
        if place.target not in there or place.target in self.landing.taken:
            return True
        return place.target in self.landing.leaving and place.path != OWNER

    def _judged(self, link: Place) -> bool:
        """Whether anything here can say what a link leads to."""
        return link.target.resource == ENTRY_PAGES or not missing_owner(link.target, self.desk.registry)

    def _change(
        self, row: Row, spots: Sequence[Place], lands: set[Target], told: set[Target], governors: Governors
    ) -> bool:
        """Whether anything of the row changed."""
        if self._goes_with(row, spots):
            return True
        rest = [place for place in spots if place.path == OWNER or place.target not in told]
        changed = [self._not_given(row), self._without(row, spots, told), self._judge(row, rest, lands, governors)]
        robbed = bool(row.lost) or any(place.target in told for place in spots)
        if robbed and row.verdict in TO_WRITE and self.desk.registry[row.resource].vain(row.after or {}):
            row.verdict, row.reason, row.lost = Verdict.CANNOT, Reason.NOTHING_LANDS, ()
            gone = sorted({str(place.target) for place in spots if place.target in told})
            row.detail = row.detail or f"The target store has nothing of what it names: {', '.join(gone)}."
        return any(changed)

    def _goes_with(self, row: Row, spots: Sequence[Place]) -> bool:
        """Whether it hangs on what another row deletes: writing it first would be in vain, and count as somebody's."""
        home = next(
            (place.target for place in spots if place.path == OWNER and place.target in self.landing.asked), None
        )
        if home is None:
            return False
        row.verdict, row.reason, row.lost = Verdict.UNCHANGED, Reason.EXCLUDED, ()
        row.outcome, row.state, row.before, row.after = Outcome.SKIPPED, State.DONE, None, None
        row.detail = GOES_WITH.format(home)
        return True

    def _not_given(self, row: Row) -> bool:
        """What only a person can add to the target is not there. Whether the row is such a one."""
        sentence = self.desk.registry[row.resource].given
        if not sentence:
            return False
        row.verdict, row.reason, row.detail = Verdict.CANNOT, Reason.NOT_PERMITTED, sentence
        return True

    def _told(self, lost: Iterable[Target]) -> set[Target]:
        """Which of these a row of the plan speaks for: a person has to add them."""
        wanted: dict[str, list[Key]] = {}
        for target in lost:
            if target.resource in self.desk.registry and self.desk.registry[target.resource].given:
                wanted.setdefault(target.resource, []).append(target.key)
        rows = {name: self.desk.ledger.get(name, sorted(keys)) for name, keys in wanted.items()}
        return {Target(name, key) for name, found in rows.items() for key in found}

    def _without(self, row: Row, spots: Sequence[Place], told: set[Target]) -> bool:
        """Takes out of the row what another row speaks for, counts it there, and names it. Whether the row changed.

        It is no trouble of this row: all of those that name it would be one, and a person adds it once for all.
        """
        for name in {str(place.target) for place in spots if place.target in told}:
            self.told[name] = self.told.get(name, 0) + 1
        gone = {str(place.target) for place in spots if place.target in told and place.path != OWNER}
        if not gone:
            return False
        lost = [place for place in spots if str(place.target) in gone and place.path != OWNER]
        for sentence in self.lost.sentences(lost):
            tell(row, sentence)
        resource = self.desk.registry[row.resource]
        assert row.after is not None
        row.after = resource.rewrite(row.after, lambda text: None if text in gone else text)
        if row.verdict is Verdict.UPDATE:
            update(resource, row)
        return True

    def _judge(self, row: Row, spots: Sequence[Place], lands: set[Target], governors: Governors) -> bool:
        """Takes what is lost out of the row, and names it; links stay in their texts. Whether the row changed.

        A list is filled by whichever item lands; of what a record belongs to, all of it must be there.
        """
        lost = [spot for spot in spots if self._lost(spot, lands) and (not spot.link or self._unsaid(row, spot))]
        if not lost or row.after is None:
            return False
        filled = {place.path for place in spots if not self._lost(place, lands) and place.path != OWNER}
        hard = next((place for place in lost if place.hard and place.path not in filled), None)
        if hard is not None:
            row.verdict = Verdict.CANNOT
            row.reason = self.lost.why(hard)
            fell = row.reason is Reason.DEPENDS_ON_FAILED
            row.detail = f"{pointing(hard)}, which cannot be written either." if fell else self.lost.explain(hard)
            return True
        resource = self.desk.registry[row.resource]
        gone = {str(place.target) for place in lost if not place.link}
        losing = resource.losing(row.before, row.after, gone) if gone and row.before is not None else None
        if losing is not None and losing.after is not None:
            row.after = losing.after
            self.smaller.add(row.target)
        if gone:
            row.after = resource.rewrite(row.after, lambda text: None if text in gone else text)
        unsure = [place.path for place in lost if self.lost.lacks.unsure(place.target)]
        if unsure and row.before is not None:
            without, row.after = row.after, resource.with_theirs(row.before, row.after, unsure)
            if governors.fit(row) is not None:  # with what only the target has it would be too long
                row.after = without
        row.lost = tuple(sorted({*row.lost, *(place.path for place in lost)}))
        row.reason = self.lost.reason(row, lost)
        told = self.lost.sentences(lost)
        row.detail = " ".join(filter(None, [row.detail, *told, losing.detail if losing else ""]))
        if gone and row.verdict is Verdict.UPDATE:
            update(resource, row)
        elif gone and not resource.vain(row.after) and resource.void(row.after):
            unwritten(row)
        return True

    def _unsaid(self, row: Row, link: Place) -> bool:
        """Whether a link can be judged here, and has not been yet: it stays in its text, so it is met on every look.

        An item of a menu whose record is lost has become one.
        """
        if f"{pointing(replace(link, link=False))}," in row.detail:
            return False
        return self._judged(link) and len(row.detail) < ENOUGH and self.lost.explain(link) not in row.detail

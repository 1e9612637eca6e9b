"""References of records that an import finds equal and leaves alone, to what it takes away.

Nothing of such a record is written, so nothing else looks at what it refers to. Where something goes, what the target's
snapshot says of these records is read once, in the order of the ledger; what they lose is noted in `Row.open`, beside
their links (`dead_links`), so that a decision which keeps it is told likewise.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from .archive.members import Line, MemberSet
from .dead_links import NOTED, note_lost
from .keys import sort_key
from .landing import Landing
from .resource import OWNER, Place, Resource
from .work import Row

EQUAL = replace(NOTED, linkable=None)


@dataclass(slots=True)
class Severed:
    registry: Mapping[str, Resource]
    snapshot: MemberSet
    landing: Landing
    _kind: str = ""
    _lines: Iterator[Line] = field(default_factory=lambda: iter(()))
    _line: Line | None = None

    def note(self, rows: Sequence[Row]) -> None:
        """Notes on these, which follow those of the call before, what they refer to and this import takes away.

        What was to be written, and is equal without what it lost, has all that told already.
        """
        rows = [row for row in rows if row.open or not row.lost]
        places = [self._places(row) for row in rows]
        going = self.landing.going({place.target for own in places for place in own})
        for row, own in zip(rows, places, strict=True):
            lost = [place for place in own if place.target in going]
            if not any(place.path == OWNER for place in lost):  # else it goes itself, with what it hangs on
                note_lost(row, lost)

    def _places(self, row: Row) -> list[Place]:
        line = self._found(row)
        if line is None:
            return []
        found = self.registry[row.resource].places(row.key, line.fields, None)
        return [place for place in found if not place.link]

    def _found(self, row: Row) -> Line | None:
        """What the snapshot has of it. Both come in the order of their keys."""
        order = sort_key(row.key)
        if row.resource != self._kind:
            self._kind, self._lines = row.resource, self.snapshot.records(row.resource)
            self._line = next(self._lines, None)
        while self._line is not None and (before := sort_key(self._line.key)) <= order:
            if before == order and self._line.gid == row.gid:
                return self._line
            self._line = next(self._lines, None)
        return None

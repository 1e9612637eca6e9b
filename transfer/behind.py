"""Values of which parts of their owners are made: they change with these, and not by themselves.

An option that is linked to entries keeps its values in a metafield of its product. What only the target has among an
option's values stays, so it stays in the metafield too; and where the archive's product is not made so, its metafield
says nothing of the target's option.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from .archive.members import MemberSet
from .dead_links import say
from .fuller import equal
from .keys import Key
from .outcomes import Reason, Verdict
from .resource import Fields, Resource
from .work import Row, tell

STANDING = (Verdict.UNCHANGED, Verdict.UPDATE)
STAYS = "It keeps what else the option of its product has that is linked to it; change the option instead."


@dataclass(slots=True)
class Behind:
    """What of one kind is behind parts of its owners, on either side. Read once, and only where there can be any."""

    resource: Resource
    archive: MemberSet
    snapshot: MemberSet
    _known: dict[bool, set[Key]] = field(default_factory=dict)

    def with_theirs(self, key: Key, wanted: Fields, present: Fields) -> Fields:
        """What is wanted of a value, and behind it what the target's option has besides. A row that deletes one, or
        passes it over, says nothing of it."""
        if not wanted or not self.resource.echoing or key not in self._there:
            return wanted
        return self.resource.echo(wanted, present)

    def judged(self, row: Row, said: Fields, wanted: Fields, present: Fields, *, by_hand: bool) -> Row:
        """Tells of a row what is not written of it. `said`: what the archive has, and what `wanted` was made of.
        `by_hand`: nothing of it is a store's state, so that no mirror takes away the rest."""
        if not said or not self.resource.echoing or row.key not in self._there:
            return row
        if row.verdict is Verdict.UPDATE and row.key not in self._here:
            row.verdict, row.reason, row.detail = Verdict.CONFLICT, Reason.TYPE_CONFLICT, self.resource.echoed
        elif self.resource.changes(self.resource.echo(present, said), said) and row.verdict in STANDING:
            if by_hand:
                (say if row.verdict is Verdict.UNCHANGED else tell)(row, STAYS)
                return row
            row.more = {name: value for name, value in said.items() if value != wanted[name]}
            return equal(self.resource, row, present, wanted)
        return row

    @property
    def _there(self) -> set[Key]:
        return self._behind(self.snapshot, here=False)

    @property
    def _here(self) -> set[Key]:
        return self._behind(self.archive, here=True)

    def _behind(self, members: MemberSet, *, here: bool) -> set[Key]:
        if here not in self._known:
            lines = members.records(self.resource.hangs_on)
            self._known[here] = {key for line in lines for key in self.resource.echoing_of(line.key, line.fields)}
        return self._known[here]

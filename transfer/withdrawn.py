"""Rows of what hangs on a record that rows of the same spreadsheet take away: DELETE, or a variant without a row where
its product's says REPLACE.

Where that is gone already, as it is when the file is uploaded again, its metafields and stock have nothing to hang on,
and nothing is to be done. Where it is still there, they go with it: `trace` and `hanging` tell.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from .archive.members import MemberSet
from .commands import Command
from .keys import Key
from .outcomes import Outcome, State, Verdict
from .references import Target
from .registry import owner
from .work import Desk, Row

GONE = "It hangs on {}, which a row takes away."

# Of a record that a row takes away: None. Of one with REPLACE: the parts that it keeps.
Kept = frozenset[Target] | None


@dataclass(slots=True)
class Withdrawn:
    """Of an archive that is a spreadsheet. What its rows say is read once per kind, and only where it is asked for."""

    desk: Desk
    archive: MemberSet
    _said: dict[str, dict[Key, Kept]] = field(default_factory=dict)

    def settle(self, row: Row) -> Row:
        """A row that is to be created or updated, at its end where what it hangs on is to be no more."""
        if row.verdict not in (Verdict.CREATE, Verdict.UPDATE):
            return row
        home = next(filter(self._gone, self.desk.registry[row.resource].owners(row.key)), None)
        if home is not None:
            row.verdict, row.outcome, row.state, row.verified = Verdict.UNCHANGED, Outcome.UNCHANGED, State.DONE, True
            row.before, row.after, row.changed, row.detail = None, None, (), GONE.format(home)
        return row

    def _gone(self, target: Target) -> bool:
        """Whether it is not there, or will not be, because of a row. What DELETE still finds is told by `trace`."""
        home = owner(target, self.desk.registry)
        if home is None:
            return False
        said = self._rows(home.resource) if home.resource in self.archive.resources else {}
        if home.key not in said:  # a translation hangs on a value, and that on a variant
            return any(map(self._gone, self.desk.registry[home.resource].owners(home.key)))
        kept = said[home.key]
        if kept is None:
            return not self.desk.ids.by_target([home])
        return target != home and target not in kept

    def _rows(self, name: str) -> dict[Key, Kept]:
        if name not in self._said:
            found: dict[Key, Kept] = {}
            for line in self.archive.records(name):
                if line.command == Command.DELETE:
                    found[line.key] = None
                elif line.command == Command.REPLACE:
                    found |= self._replacing(name, line.key, line.fields)
            self._said[name] = found
        return self._said[name]

    def _replacing(self, name: str, key: Key, fields: dict[str, object]) -> dict[Key, Kept]:
        """Nothing where it names no part at all: then all of them stay."""
        kind = self.desk.registry[name]
        said = any(fields.get(one) for one in kind.exact_lists)
        return {key: frozenset(kind.embedded(key, fields))} if said else {}

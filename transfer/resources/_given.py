"""Kinds that no import can make: a person has to add them to a store, and records name them.

Each is known by the name that people gave it. The one that both stores call alike is the same; of several that one
store calls alike nobody can say which is meant, so none of them is. What the target lacks is told once, in the row of
what is missing and with the number of records that name it, and not again in each of these.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from ..outcomes import Reason
from ..references import Target
from ..resource import Ask, Fields, Ids, Job, Page, Place, Reading, Resource, Result, Selection, Stream, Talk
from ..shapes import Object, Text


class Given(Resource):
    document: str  # reads a page of them all; takes $after
    connection: str
    shape = Object("a thing that only a person can add", {})
    key_shape = (Text("a name", least=1),)
    unique = True
    deletable = False
    upsert = True

    # -- reading

    def streams(self, selection: Selection, types: Sequence[str]) -> list[Stream]:
        return [Stream(self.name, self._read, moves=False)]

    def _read(self, after: str | None, changed_since: str | None) -> Talk[Page]:
        found = yield from self.all()
        twice = sorted(name for name, count in Counter(found.values()).items() if count > 1)
        why = f"the store has several {self.label.lower()} of this name, and nobody can say which is meant"
        readings = [self._reading(gid, name) for gid, name in found.items() if name not in twice]
        return Page(tuple(readings), None, tuple((name, why) for name in twice) if changed_since is None else ())

    def read_back(self, gids: Sequence[str]) -> Talk[list[Reading]]:
        found = yield from self.all()
        return [self._reading(gid, found[gid]) for gid in gids if gid in found]

    def locate(self, targets: Sequence[Target]) -> Talk[dict[Target, str]]:
        found = yield from self.all()
        return {
            target: gids[0]
            for target in targets
            if len(gids := [gid for gid, name in found.items() if (name,) == target.key]) == 1
        }

    def identified(self, gid_type: str, node: Mapping[str, Any]) -> Target | None:
        name = self.name_of(node)
        return Target(self.name, (name,)) if name else None

    def name_of(self, node: Mapping[str, Any]) -> str:
        """What people call it; empty where it has no name."""
        return str(node["name"])

    def all(self) -> Talk[dict[str, str]]:
        """GID -> name, of those that have one."""
        found: dict[str, str] = {}
        after = None
        while True:
            connection = (yield Ask(self.document, {"after": after}))[self.connection]
            found |= {node["id"]: name for node in connection["nodes"] if (name := self.name_of(node))}
            if not connection["pageInfo"]["hasNextPage"]:
                return found
            after = connection["pageInfo"]["endCursor"]

    def _reading(self, gid: str, name: str) -> Reading:
        return Reading(self.name, (name,), gid, {})

    # -- meaning

    def rewrite(self, fields: Fields, translate: Callable[[str], str | None]) -> Fields:
        return fields

    def places(self, key: tuple[str, ...], fields: Fields, governor: Fields | None) -> Iterator[Place]:
        return iter(())

    def normalise(self, fields: Fields) -> Fields:
        """There is nothing to compare: it has a name, and is there or not."""
        return {}

    # -- writing

    def write(self, jobs: Sequence[Job], ids: Ids) -> Talk[list[Result]]:
        """Somebody may have added it since the plan was made."""
        found = yield from self.locate([Target(self.name, job.key) for job in jobs])
        return [
            Result(job.key, gid)
            if (gid := found.get(Target(self.name, job.key)))
            else Result(job.key, reason=Reason.NOT_PERMITTED, detail=self.given)
            for job in jobs
        ]

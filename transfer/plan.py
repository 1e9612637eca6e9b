"""From two sets of members to a plan that a person can decide on, and from the decision to what will be done."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Self

from . import crowded, dropped, fuller, hiding, incomplete, showing
from .archive.members import MemberSet
from .keys import Key, encode
from .nowhere import ALL
from .order import order
from .outcomes import TO_WRITE, Outcome, Policy, Reason, State, Verdict
from .resource import Json
from .trace import trace
from .unread import Lacks
from .work import Checkpoint, Cursor, Desk, Row, Where

WINDOW = 500
PENDING = Where(outcomes=frozenset({Outcome.PENDING}))
NOT_WRITTEN = frozenset({Verdict.CONFLICT, Verdict.CANNOT})


@dataclass(frozen=True, slots=True)
class Decision:
    """What the merchant chose on the plan page. `records`: (resource, encoded key) that are left out. `spared`: kinds
    of which a mirror deletes nothing, because the archive does not hold all that the source has."""

    policy: Policy = Policy.UPDATE
    resources: frozenset[str] = frozenset()
    records: frozenset[tuple[str, str]] = frozenset()
    spared: frozenset[str] = frozenset()

    @classmethod
    def from_json(cls, policy: str, excluded: Json) -> Self:
        """`excluded`: ``{"resources": ["products"], "records": [["metaobjects", ["designer", "anna"]]]}``."""
        return cls(
            Policy(policy),
            frozenset(excluded.get("resources", ())),
            frozenset((resource, encode(tuple(key))) for resource, key in excluded.get("records", ())),
        )

    def leaves_out(self, resource: str, key: Key) -> bool:
        return resource in self.resources or (resource, encode(key)) in self.records


def arrange(
    desk: Desk,
    cursor: Cursor,
    *,
    snapshot: MemberSet,
    lacks: Lacks = ALL,
    mirroring: bool = False,
    read: Collection[str] = (),
) -> Iterator[Checkpoint]:
    """Traces the references, then computes the order; again, if a circle made records fall out of the plan.

    The last cursor says in `outside` which kinds that nobody asked for are referred to, and missing.
    """
    cursor = cursor or {"phase": "trace", "inner": {}, "outside": []}
    while cursor["phase"] != "done":
        work = partial(trace, lacks=lacks, mirroring=mirroring, read=read) if cursor["phase"] == "trace" else order
        for checkpoint in work(desk, cursor["inner"], snapshot=snapshot):
            cursor["inner"] = checkpoint.cursor
            if not checkpoint.done:
                yield Checkpoint(cursor)
                continue
            again = cursor["phase"] == "trace" or checkpoint.cursor["fell"]
            phase = "order" if cursor["phase"] == "trace" else ("trace" if again else "done")
            missed = {*cursor.get("outside", ()), *checkpoint.cursor.get("outside", ())}
            cursor = {"phase": phase, "inner": {}, "outside": sorted(missed)}
            yield Checkpoint(cursor, done=phase == "done")
            break
        else:
            return  # the slice is over
        if desk.stopping() and cursor["phase"] != "done":
            return


def decide(desk: Desk, cursor: Cursor, *, decision: Decision) -> Iterator[Checkpoint]:
    """Applies what the merchant chose: what is left out, what the policy does not write, what cannot be written.

    The last cursor says in `left` how many records, that were to be written or to make way, will not be, or will be
    otherwise, and how many that others may refer to are to go, or are not to go any more.
    """
    cursor = cursor or {"after": None, "left": 0}
    while True:
        after = cursor["after"]
        rows = desk.ledger.select(
            PENDING, limit=WINDOW, after=(after[0], tuple(after[1]), after[2]) if after is not None else None
        )
        if not rows:
            yield Checkpoint(cursor, done=True)
            return
        cursor["after"] = [rows[-1].resource, list(rows[-1].key), rows[-1].number]
        for row in rows:
            if _decided(desk, row, decision):
                cursor["left"] += row.verdict in TO_WRITE | {Verdict.DELETE} or row.aside is not None
            elif row.verdict in (Verdict.UPDATE, Verdict.FULLER):
                cursor["left"] += _emptied(desk, row, decision)
            elif row.verdict is Verdict.EXTRA:
                cursor["left"] += 1
        desk.ledger.put(rows)
        yield Checkpoint(cursor)
        if desk.stopping():
            return


def _emptied(desk: Desk, row: Row, decision: Decision) -> bool:
    """Decides on values for which the archive has none. Whether more is to be written by that than was planned."""
    resource = desk.registry[row.resource]
    told = crowded.of(resource, row)
    if decision.policy is Policy.MIRROR:
        more = fuller.clear(resource, row)
    else:
        fuller.keep(resource, row)
        more = False
    return crowded.settle(resource, row, told) or more


def _decided(desk: Desk, row: Row, decision: Decision) -> bool:
    """Whether the decision settles this row without writing anything."""
    if decision.leaves_out(row.resource, row.key):
        left = row.verdict is Verdict.EXTRA
        row.outcome, row.reason = (Outcome.LEFT if left else Outcome.SKIPPED), Reason.EXCLUDED
    elif row.verdict is Verdict.EXTRA:
        deletes = decision.policy is Policy.MIRROR and desk.registry[row.resource].deletable
        if deletes and row.resource not in decision.spared:
            return False
        row.outcome, row.detail = Outcome.LEFT, incomplete.WHY if deletes else row.detail
    elif row.reason is Reason.PART_CONFLICT and row.verdict is Verdict.CONFLICT:
        if decision.policy is Policy.MIRROR and fuller.lose(desk.registry[row.resource], row):
            return False
        row.outcome, row.verified = Outcome.UNCHANGED, True  # the snapshot has just read all but the part
    elif row.verdict in NOT_WRITTEN:
        row.outcome = Outcome.FAILED
    elif row.verdict in (Verdict.UPDATE, Verdict.DELETE) and decision.policy is Policy.CREATE_ONLY:
        row.outcome, row.reason = Outcome.SKIPPED, Reason.POLICY
    else:
        return False
    row.state = State.DONE
    if row.outcome is Outcome.SKIPPED:
        row.detail = dropped.untold(hiding.untold(showing.untold(row.detail)))  # nothing of that comes to be
    return True

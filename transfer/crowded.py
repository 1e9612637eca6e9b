"""Records that have no room for all of the archive's, because of what only the target has in them.

Whether that goes is known when somebody has chosen a policy: until then a row wants all, and says what stays out of it.
"""

from __future__ import annotations

from . import commands
from .judging import concede
from .outcomes import Outcome, Reason, State, Verdict
from .resource import Conceded, Resource
from .work import Row, tell

MIRROR = "A mirror makes room for all."


def note(resource: Resource, row: Row) -> Row:
    """Says in the plan what stays out, and whether a mirror would let it in."""
    found = of(resource, row)
    if found is not None:
        assert row.before is not None
        assert row.after is not None
        mirrored = row.more is not None and commands.completed(resource, row.after, row.more)
        row.reason = Reason.PART_CONFLICT
        tell(row, found.detail)
        if mirrored and resource.crowded(row.before, mirrored) is None:
            tell(row, MIRROR)
    return row


def of(resource: Resource, row: Row) -> Conceded | None:
    """What of a row fits, where that is not all of it."""
    if row.verdict is not Verdict.UPDATE or row.before is None or row.after is None:
        return None
    return resource.crowded(row.before, row.after)


def settle(resource: Resource, row: Row, told: Conceded | None) -> bool:
    """Takes out of a row what does not fit beside what stays; `told`: what did not before it was known what goes.

    Whether anything is not written that was planned.
    """
    if told is None:
        return False
    left = of(resource, row)
    if left is None:
        for sentence in (MIRROR, told.detail):
            row.detail = row.detail.replace(sentence, "").strip()
        row.reason = Reason.UNRESOLVED_REFERENCE if row.lost else Reason.NONE
        return False
    detail = row.detail
    concede(resource, row, left)
    row.detail = detail
    tell(row, left.detail)
    if row.verdict is Verdict.CONFLICT:  # the snapshot has just read all but what does not fit
        row.outcome, row.state, row.verified = Outcome.UNCHANGED, State.DONE, True
    return True

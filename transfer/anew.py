"""Records that conflict with a rule which a mirror takes away: judged anew, once it is known that one is wanted.

A plan is made before anybody has chosen a policy, and tells what the rules of the target's definitions do not take.
Under a mirror a definition loses the rules that the archive's has not, and these records fit.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from . import fuller
from .archive.members import Line, MemberSet
from .judging import judge
from .namesakes import Present
from .outcomes import Outcome, Reason, Verdict
from .references import Target
from .resource import Resource
from .work import Checkpoint, Cursor, Desk, Row, Where

WINDOW = 300
CONFLICTS = (Reason.PART_CONFLICT, Reason.TYPE_CONFLICT)


def judge_anew(desk: Desk, cursor: Cursor, *, archive: MemberSet, snapshot: MemberSet) -> Iterator[Checkpoint]:
    """Puts fresh rows where a definition is to lose something; the references of these are traced after this."""
    kinds = [resource for resource in desk.registry.values() if resource.governor or resource.looser]
    cursor = cursor or {"kind": 0, "after": None}
    while cursor["kind"] < len(kinds):
        resource, after = kinds[cursor["kind"]], cursor["after"]
        where = Where(resource=resource.name, verdicts=frozenset(Verdict) - {Verdict.EXTRA, Verdict.UNCHANGED})
        rows = desk.ledger.select(
            where, limit=WINDOW, after=(after[0], tuple(after[1]), after[2]) if after is not None else None
        )
        desk.ledger.put(_anew(desk, resource, rows, archive, snapshot))
        if rows:
            cursor["after"] = [rows[-1].resource, list(rows[-1].key), rows[-1].number]
        else:
            cursor |= {"kind": cursor["kind"] + 1, "after": None}
        yield Checkpoint(cursor)
        if desk.stopping():
            return
    yield Checkpoint(cursor, done=True)


def _anew(
    desk: Desk, resource: Resource, rows: Sequence[Row], archive: MemberSet, snapshot: MemberSet
) -> Iterator[Row]:
    keys = [row.key for row in rows if row.reason in CONFLICTS and row.outcome is not Outcome.SKIPPED]
    wanted, present = archive.lookup(resource.name, keys), snapshot.lookup(resource.name, keys)
    definitions = {key: _definitions(resource, wanted[key]) for key in keys if key in wanted}
    losing = _losing(desk, {target for own in definitions.values() for target in own})
    for key in (key for key, own in definitions.items() if own & losing):
        if not wanted[key].command:
            own = [_present(present[key])] if key in present else []
            (row,) = judge(resource, key, [_present(wanted[key])], own)
            if own:
                row = fuller.fuller(resource, row, own[0].fields, wanted[key].fields)
            if row.verdict in (Verdict.UPDATE, Verdict.FULLER):
                fuller.clear(resource, row)
            yield row


def _definitions(resource: Resource, wanted: Line) -> set[Target]:
    """By what it is judged what of a record the target takes."""
    governor = resource.governed_by(wanted.key)
    return {governor} if governor is not None else set(resource.made_by(wanted.key, wanted.fields))


def _losing(desk: Desk, targets: Collection[Target]) -> set[Target]:
    """The definitions of which this mirror takes something away."""
    found = set()
    for name in {target.resource for target in targets}:
        rows = desk.ledger.get(name, sorted(target.key for target in targets if target.resource == name)).values()
        found |= {row.target for row in rows if row.more is not None and row.outcome is Outcome.PENDING}
    return found


def _present(line: Line) -> Present:
    return Present(line.key, line.fields, line.gid)

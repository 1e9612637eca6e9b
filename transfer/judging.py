"""The verdict on one key: what an import would do with the records that the two sides have under it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from . import commands
from .dead_links import note
from .fuller import equal
from .keys import Key
from .namesakes import Present
from .naming import field, listed
from .outcomes import Outcome, Reason, State, Verdict
from .resource import Conceded, Job, Resource, Result
from .twins import pairs
from .work import Row

STAYING = "What goes with the type stays as the target has it: {}."


def judge(resource: Resource, key: Key, wanted: Sequence[Present], present: Sequence[Present]) -> list[Row]:
    """The rows of one key."""
    if len(wanted) <= 1 and len(present) <= 1:
        return [_one(resource, key, wanted[0] if wanted else None, present[0] if present else None)]
    return _group(resource, key, list(wanted), list(present))


def forbidden(resource: Resource, key: Key, wanted: Sequence[Present], why: str, *, unclear: bool = False) -> list[Row]:
    """The rows of a key that is not touched in the target, with what would help. `unclear`: it may be another's."""
    verdict = Verdict.CONFLICT if unclear else Verdict.CANNOT
    reason = Reason.AMBIGUOUS if unclear else Reason.NOT_PERMITTED
    return [Row(resource.name, key, number, verdict, reason=reason, detail=why) for number, _ in enumerate(wanted)]


SHARED = (
    "Several records share this key, and nobody can say which is which. Give each a key of its own where they come "
    "from (the source store, or the rows of a spreadsheet), then try again."
)


def _group(resource: Resource, key: Key, wanted: list[Present], present: list[Present]) -> list[Row]:
    """A group of duplicates: equal content pairs, the rest is ambiguous on both sides.

    What the target has beside it may be one of those, so it is left alone under every policy.
    """
    if wanted and all(record.command == commands.Command.IGNORE for record in wanted):
        rows = [_one(resource, key, record, None) for record in wanted]
        return [replace(row, number=number) for number, row in enumerate(rows)]
    known = {place: record.fields for place, record in enumerate(wanted) if not record.command}
    found = pairs(resource, known, [other.fields for other in present])
    # Of what is the same thing several times, one comes.
    one = bool(wanted) and not present and all(resource.twins(wanted[0].fields, own.fields) for own in wanted)
    rows = []
    for place, record in enumerate(wanted):
        if place in found or (one and place == 0):
            rows.append(_row(resource, key, record, present[found[place]] if place in found else None))
        else:
            rows.append(
                Row(
                    resource.name,
                    key,
                    verdict=Verdict.CONFLICT,
                    reason=Reason.AMBIGUOUS,
                    detail=SHARED,
                )
            )
    unclear = any(row.verdict is Verdict.CONFLICT for row in rows)
    for other in (own for place, own in enumerate(present) if place not in found.values()):
        row = _row(resource, key, None, other)
        if unclear:
            row.outcome, row.state, row.reason = Outcome.LEFT, State.DONE, Reason.AMBIGUOUS
        rows.append(row)
    for number, row in enumerate(rows):
        row.number = number
    return rows


def _one(resource: Resource, key: Key, wanted: Present | None, present: Present | None) -> Row:
    """The row of a key that each side has once at most, by its command if it has one."""
    if wanted is None or not wanted.command:
        return _row(resource, key, wanted, present)
    before = present.fields if present is not None else None
    asked = commands.judge(resource, key, commands.Command(wanted.command), before, wanted.fields)
    if not isinstance(asked, Row):
        return _row(resource, key, wanted._replace(fields=asked, command=""), present)
    asked.gid = present.gid if present is not None else ""
    return asked


def _row(resource: Resource, key: Key, wanted: Present | None, present: Present | None) -> Row:
    if wanted is None:
        assert present is not None
        return Row(resource.name, key, verdict=Verdict.EXTRA, gid=present.gid, before=present.fields)
    if present is None and resource.void(wanted.fields):
        return unwritten(Row(resource.name, key))
    if present is None:
        return _refused(resource, Row(resource.name, key, verdict=Verdict.CREATE, after=wanted.fields))
    row = Row(resource.name, key, gid=present.gid, before=present.fields, after=wanted.fields)
    conceded = resource.concede(present.fields, wanted.fields)
    if conceded is not None:
        concede(resource, row, conceded)
    elif update(resource, row).verdict is Verdict.UNCHANGED:
        note(resource, row, wanted.fields)
    else:
        row.detail = resource.warning(row.changed, wanted.fields)
    return _refused(resource, row) if row.verdict is Verdict.UPDATE else row


def unwritten(row: Row) -> Row:
    """A record that the target is to have none of, and has none of: the snapshot is the proof."""
    row.verdict, row.outcome, row.state, row.verified = Verdict.UNCHANGED, Outcome.UNCHANGED, State.DONE, True
    row.before = row.after = None
    return row


def update(resource: Resource, row: Row) -> Row:
    """Judges a record that both sides have: what differs, if anything."""
    assert row.before is not None
    assert row.after is not None
    row.changed = tuple(change.path for change in resource.changes(row.before, row.after))
    if row.changed:
        row.verdict = Verdict.UPDATE
    else:  # the snapshot has just read it: that is its proof
        row.verdict, row.outcome, row.state = Verdict.UNCHANGED, Outcome.UNCHANGED, State.DONE
        before, after = row.before, row.after
        row.before = row.after = None
        row.verified = True
        equal(resource, row, before, after)
    return row


def concede(resource: Resource, row: Row, conceded: Conceded) -> None:
    """Takes out of a row what conflicts for good, and names it; where nothing is left to write, all of it is named."""
    names = list(dict.fromkeys(field(path, resource.name) for path in conceded.left))
    row.detail = f"{conceded.detail} {STAYING.format(listed(names))}" if names else conceded.detail
    if not conceded.sentences:
        row.after = conceded.after
        return
    if conceded.after is None:
        row.verdict = Verdict.CANNOT if row.before is None else Verdict.CONFLICT
        row.reason = Reason.TYPE_CONFLICT
        return
    before, wanted = row.before, row.after
    row.reason, row.after = Reason.PART_CONFLICT, conceded.after
    if before is not None and update(resource, row).verdict is not Verdict.UPDATE:
        row.verdict, row.outcome, row.state, row.verified = Verdict.CONFLICT, Outcome.PENDING, State.PLANNED, None
        row.before, row.after = before, wanted


def _refused(resource: Resource, row: Row) -> Row:
    """What Shopify would refuse for certain is not attempted."""
    assert row.after is not None
    job = Job(resource.name, row.key, row.after, before=row.before, gid=row.gid or None, changed=row.changed)
    refusal = resource.refuse(job) or (_renamed(resource, row) if job.creates else None)
    if refusal is not None:
        row.verdict, row.reason, row.detail = Verdict.CANNOT, Reason(refusal.reason), refusal.detail
    return row


def _renamed(resource: Resource, row: Row) -> Result | None:
    """Under a name that Shopify would change nobody finds the record again: the next import would make another."""
    named = tuple(part.lower() if place in resource.lowered else part for place, part in enumerate(row.key))
    if named == row.key:
        return None
    detail = f"Shopify writes its name in lower case: call it {' / '.join(named)}."
    return Result(row.key, reason=Reason.INVALID, detail=detail)

"""Records that are equal to the archive's but for values of which the archive says that it has none.

A price that was reduced in the source and is not any more, a barcode that was taken away: nothing of that is written,
because empty never clears unless somebody asks. It is said, though; and a mirror clears it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from . import commands, lasting
from .dead_links import said, say
from .outcomes import Outcome, Reason, State, Verdict
from .reasons import emptiness
from .resource import Fields, Resource
from .work import Row, tell


def fuller(resource: Resource, row: Row, before: Fields, after: Fields) -> Row:
    """Notes on the row of a record that both sides have what only the target has of it, by what the source itself says.

    Judged here, by the whole records: what is taken out of a row later, because it conflicts or lands nowhere, is
    nothing that the source lacks.
    """
    if row.verdict not in (Verdict.UNCHANGED, Verdict.UPDATE, Verdict.CONFLICT):
        return row
    for stays in filter(None, (resource.beyond(before, after), lasting.kept(resource, before, after))):
        (say if row.verdict is Verdict.UNCHANGED else tell)(row, stays)
    more = commands.emptiness(resource, before, after)
    row.more = (resource.loosened(before, after, more) if row.reason is Reason.PART_CONFLICT else more) or None
    told = row.more is not None and row.verdict is Verdict.CONFLICT
    if told and (kept := _paths(resource, row.more or {}, before, after)):
        tell(row, emptiness(resource.name, kept))
    return equal(resource, row, before, after)


def equal(resource: Resource, row: Row, before: Fields, after: Fields) -> Row:
    """A row that turned out to be equal in all that is said: what is not, a person may still choose to clear."""
    if row.verdict is Verdict.UNCHANGED and row.more is not None:
        kept = _paths(resource, row.more, before, after)
        if not kept:
            return row
        row.verdict, row.outcome, row.state, row.verified = Verdict.FULLER, Outcome.PENDING, State.PLANNED, None
        row.before, row.after, row.changed = before, commands.completed(resource, after, row.more), kept
        tell(row, emptiness(resource.name, kept))
    return row


def keep(resource: Resource, row: Row) -> None:
    """Says of a row what it leaves in the target. What is not to be written at all is at its end with that."""
    assert row.before is not None
    assert row.after is not None
    if row.more is not None:
        kept = row.changed if row.verdict is Verdict.FULLER else _paths(resource, row.more, row.before, row.after)
        if kept:
            row.reason = row.reason or Reason.FULLER
            tell(row, emptiness(resource.name, kept))
    if row.verdict is Verdict.FULLER:
        row.outcome, row.state, row.verified = Outcome.UNCHANGED, State.DONE, True


def clear(resource: Resource, row: Row) -> bool:
    """Makes an update of a row that takes away what the source does not have, too. Whether that is news.

    What else is told of it, such as a reference that does not land, stays told; so is what it leaves.
    """
    assert row.before is not None
    assert row.after is not None
    if row.more is None:
        return False
    if row.verdict is Verdict.FULLER:
        return _clear_equal(resource, row)
    going = _going(resource, row)
    every, kept = (_paths(resource, more, row.before, row.after) for more in (row.more, going))
    row.detail = row.detail.replace(emptiness(resource.name, every), "").strip()  # told of a row that conflicts
    row.after = commands.completed(resource, row.after, going)
    row.changed = tuple(dict.fromkeys((*row.changed, *kept)))
    _tell_rest(resource, row, every, kept)
    return bool(kept)


def _clear_equal(resource: Resource, row: Row) -> bool:
    """Of a record that is equal in all that is said, its `after` is the cleared one already."""
    assert row.before is not None
    every, going = row.changed, _going(resource, row)
    if going is not row.more:
        row.after = commands.completed(resource, row.before, going)
        row.changed = _paths(resource, going, row.before, row.before)
    if not row.changed:
        row.changed = every
        keep(resource, row)
        return False
    told, more = row.detail.replace(emptiness(resource.name, every), "").strip(), said(row)
    row.verdict, row.open = Verdict.UPDATE, ()
    row.detail = " ".join(filter(None, [told, *(sentence for _, sentence in more if sentence not in told)]))
    row.reason = row.reason or next((reason for reason, _ in more), Reason.NONE)
    _tell_rest(resource, row, every, row.changed)
    return True


def _tell_rest(resource: Resource, row: Row, every: Iterable[str], going: Collection[str]) -> None:
    if stays := [path for path in every if path not in going]:
        tell(row, emptiness(resource.name, stays))


def lose(resource: Resource, row: Row) -> bool:
    """Makes an update of a row that conflicts in a part and is equal else, if a mirror takes anything away from it."""
    if row.more is None or row.before is None or row.after is None:
        return False
    conceded = resource.concede(row.before, row.after)
    if conceded is None or conceded.after is None:
        return False
    if not _paths(resource, _going(resource, row), row.before, conceded.after):
        return False
    row.verdict, row.after = Verdict.UPDATE, conceded.after
    return True


def _going(resource: Resource, row: Row) -> Fields:
    """What may be taken away: of a record in which its definition does not take a part, nothing of any list."""
    assert row.more is not None
    if row.reason is Reason.PART_CONFLICT and resource.governor:
        return Resource.loosened(resource, {}, {}, row.more)
    return row.more


def _paths(resource: Resource, more: Fields, before: Fields, after: Fields) -> tuple[str, ...]:
    """The paths of what only a mirror would take away."""
    asked = resource.changes(before, after)
    whole = resource.changes(before, commands.completed(resource, after, more))
    return tuple(change.path for change in whole if change not in asked)

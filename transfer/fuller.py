"""Records that are equal to the archive's but for values of which the archive says that it has none.

A price that was reduced in the source and is not any more, a barcode that was taken away: nothing of that is written,
because empty never clears unless somebody asks. It is said, though; and a mirror clears it.
"""

from __future__ import annotations

from . import commands
from .dead_links import note, said
from .outcomes import Outcome, Reason, State, Verdict
from .reasons import emptiness
from .resource import Fields, Resource
from .work import Row


def fuller(resource: Resource, row: Row, before: Fields, after: Fields) -> Row:
    """The row of a record that both sides have: as it is, or, if all that is said is equal, with what is not said."""
    if row.verdict is not Verdict.UNCHANGED or not (kept := _kept(resource, before, after)):
        return row
    whole = commands.mirrored(resource, before, after)
    found = Row(row.resource, row.key, verdict=Verdict.FULLER, gid=row.gid, before=before, after=whole, changed=kept)
    found.detail = emptiness(resource.name, kept)
    note(resource, found, after)
    return found


def keep(resource: Resource, row: Row) -> None:
    """Says of a row what it leaves in the target. What is not to be written at all is at its end with that."""
    assert row.before is not None
    assert row.after is not None
    kept = row.changed if row.verdict is Verdict.FULLER else _kept(resource, row.before, row.after)
    if kept:
        row.reason = row.reason or Reason.FULLER
        row.detail = " ".join(dict.fromkeys(filter(None, (row.detail, emptiness(resource.name, kept)))))
    if row.verdict is Verdict.FULLER:
        row.outcome, row.state, row.verified = Outcome.UNCHANGED, State.DONE, True


def clear(resource: Resource, row: Row) -> bool:
    """Makes an update of a row that takes away what the archive does not have, too. Whether that is news."""
    assert row.before is not None
    assert row.after is not None
    row.after = commands.mirrored(resource, row.before, row.after)
    changed = tuple(change.path for change in resource.changes(row.before, row.after))
    news = row.verdict is Verdict.FULLER or changed != row.changed
    if row.verdict is Verdict.FULLER:
        more = said(row)
        row.verdict, row.detail, row.open = Verdict.UPDATE, " ".join(sentence for _, sentence in more), ()
        row.reason = next((reason for reason, _ in more), Reason.NONE)
    row.changed = tuple(dict.fromkeys((*row.changed, *changed)))
    return news


def _kept(resource: Resource, before: Fields, after: Fields) -> tuple[str, ...]:
    """The paths of what only a mirror would take away."""
    asked = {change.path for change in resource.changes(before, after)}
    whole = resource.changes(before, commands.mirrored(resource, before, after))
    return tuple(change.path for change in whole if change.path not in asked)

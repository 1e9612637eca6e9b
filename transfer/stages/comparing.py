"""A comparison: options are {"archive": storage name, "other": storage name, or "" for the shop itself}."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from .. import export
from ..archive.members import MemberSet
from ..fidelity import Side, fidelity
from ..registry import withheld_parts
from ..same_variants import match
from ..sheets.book import ARCHIVE, form_of
from ..work import Checkpoint, Cursor, Desk
from .importing import check, hidden_of, snapshot_merge, snapshot_resolve, snapshot_selection
from .step import Options, Past, Stage, Steps


def _compared_read(desk: Desk, cursor: Cursor, past: Past, options: Options) -> Steps:
    return export.read(desk, cursor, selection=snapshot_selection(desk, past, empty=True))


def _other(desk: Desk) -> Desk:
    """The desk with a folder of its own, so that two files of one run do not meet."""
    return replace(desk, prefix=f"{desk.prefix}other/")


def _check_other(desk: Desk, cursor: Cursor, past: Past, options: Options) -> Steps:
    if options["other"]:
        return check(_other(desk), cursor, past, {"archive": options["other"]})
    return iter([Checkpoint(cursor, done=True)])


def _of_shop(step: Callable[[Desk, Cursor, Past, Options], Steps]) -> Callable[[Desk, Cursor, Past, Options], Steps]:
    """A step that there is only where the other side is the shop."""

    def work(desk: Desk, cursor: Cursor, past: Past, options: Options) -> Steps:
        return iter([Checkpoint(cursor, done=True)]) if options["other"] else step(desk, cursor, past, options)

    return work


def _match(desk: Desk, cursor: Cursor, past: Past, options: Options) -> Steps:
    """Variants that are the same go by the first side's names. What rows say may be a part of a product."""
    merged = past["check_other"] if options["other"] else past["snapshot_merge"]
    left, right = (MemberSet.from_cursor(desk.storage, own) for own in (past["check"], merged))
    if options["other"] and (_is_sheet(desk, options["other"]) or _says_parts(desk, right)):
        return iter([Checkpoint(cursor, done=True)])
    return match(desk, cursor, archive=left, snapshot=right, merged=merged)


def _fidelity(desk: Desk, cursor: Cursor, past: Past, options: Options) -> Steps:
    left = _side(desk, past["check"], options["archive"])
    if options["other"]:
        other = past["check_other"] | {"members": past.get("match", {}).get("members", past["check_other"]["members"])}
        return fidelity(desk, cursor, left=left, right=_side(desk, other, options["other"]))
    store = MemberSet.from_cursor(desk.storage, past.get("match") or past["snapshot_merge"])
    whole_ = frozenset(store.resources)
    right = Side(store, whole_, unread=frozenset(desk.withheld) | hidden_of(past).keys(), parts=desk.withheld_parts)
    return fidelity(desk, cursor, left=left, right=right)


def _side(desk: Desk, checked: Cursor, file: str) -> Side:
    facts = checked["manifest"]
    parts = withheld_parts(facts["scopes"], "read")
    members = MemberSet.from_cursor(desk.storage, checked)
    chosen = frozenset(facts["selection"].get("namespaces", ()))
    return Side(members, frozenset(facts["whole"]), parts=parts, sheet=_is_sheet(desk, file), namespaces=chosen)


def _says_parts(desk: Desk, members: MemberSet) -> bool:
    """Whether an archive was made of a spreadsheet: its records ask for something, of those in which things live."""
    kinds = [own.name for own in desk.registry.values() if own.embeds or own.renamed_inside]
    return any(line.command for name in kinds if name in members.resources for line in members.records(name))


def _is_sheet(desk: Desk, file: str) -> bool:
    with desk.storage.read(file) as opened:
        return form_of(opened) != ARCHIVE


COMPARISON = (
    Stage("check", "Checking the file", check),
    Stage("check_other", "Checking the other file", _check_other),
    Stage("snapshot", "Reading this store", _of_shop(_compared_read)),
    Stage("snapshot_resolve", "Resolving its references", _of_shop(snapshot_resolve)),
    Stage("snapshot_merge", "Sorting", _of_shop(snapshot_merge)),
    Stage("match", "Matching variants", _match),
    Stage("compare", "Comparing", _fidelity),
)

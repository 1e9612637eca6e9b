"""An import: options are {"archive": storage name, "policy": word, "excluded": {...}}, perhaps "anonymise", "only", and
"withheld": kinds that should have come, and that the app may not read in the source.
"""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType

from .. import export
from ..anew import judge_anew
from ..apply import apply
from ..archive.check import unpack
from ..archive.members import MemberSet
from ..archive.merge import merge
from ..compare import compare
from ..incomplete import incomplete
from ..outcomes import Outcome, Policy, Reason
from ..plan import Decision, arrange, decide
from ..registry import order
from ..resolve import resolve
from ..resource import Selection
from ..same_variants import match
from ..sheets.book import ARCHIVE, form_of, open_file
from ..sheets.errors import report
from ..sheets.first import first_of
from ..sheets.read import read as read_sheets
from ..standing import judge_standing
from ..unread import lacks
from ..verify import verify
from ..work import Checkpoint, Cursor, Desk
from .step import Options, Past, Stage, Steps, nameless, narrowed, without_names


def _form(desk: Desk, options: Options, past: Past = MappingProxyType({})) -> str:
    """What was uploaded. `check` has noted it: only what an older version checked is looked at again."""
    if "form" in past.get("check", {}):
        return str(past["check"]["form"])
    with desk.storage.read(options["archive"]) as file:
        return form_of(file)


def check(desk: Desk, cursor: Cursor, past: Past, options: Options) -> Steps:
    """Nothing after this knows anybody's name, or of more than some records, where that is asked for."""

    form = _form(desk, options)

    def of_nobody(own: Cursor) -> Steps:
        return nameless(desk, own, lambda inner: _checked(desk, inner, options, form), options)

    for checkpoint in narrowed(desk, cursor, of_nobody, options):
        noted = {**checkpoint.cursor, "form": form} if checkpoint.done else checkpoint.cursor
        yield replace(checkpoint, cursor=noted)


def _checked(desk: Desk, cursor: Cursor, options: Options, form: str) -> Steps:
    if form == ARCHIVE:
        return unpack(desk, cursor, archive=options["archive"])
    return read_sheets(desk, cursor, source=options["archive"], form=form)


def snapshot_selection(desk: Desk, past: Past, *, empty: bool = False) -> Selection:
    """What of the target the archive touches: its resources, the definitions that govern them, its types of entries.

    Where the archive holds all entries of its store, those of every type are looked at, or a mirror would not see what
    only the target has; so is a kind of which the archive says that its store has none. `empty`: all others of which
    the archive holds nothing are read as well.
    """
    archive = MemberSet.from_cursor(desk.storage, past["check"])
    none = archive.resources if empty else past["check"]["manifest"]["whole"]
    names = {name for name in archive.resources if archive.count(name) or name in none}
    names |= {desk.registry[name].governor for name in names if desk.registry[name].governor}
    names -= desk.withheld.keys()
    all_types = "metaobjects" not in names or "metaobjects" in past["check"]["manifest"]["whole"]
    types = frozenset() if all_types else frozenset(past["check"].get("types", ()))
    return Selection(frozenset(names or [name for name in order() if name in desk.reachable][:1]), types)


def _snapshot_read(desk: Desk, cursor: Cursor, past: Past, options: Options) -> Steps:
    """What is not shown is not written either (`hidden_of`)."""
    return export.read(desk, cursor, selection=snapshot_selection(desk, past), lenient=desk.registry)


def _as_archive(desk: Desk, past: Past) -> Desk:
    """The target's people are named where the archive names the source's."""
    return without_names(desk, set(past["check"]["manifest"]["resources"]))


def hidden_of(past: Past) -> dict[str, str]:
    """Resource -> why the target does not show it: nobody knows what it has of these, so nothing of them is written."""
    refused = {stream.partition("/")[0] for stream in past["snapshot"]["refused"]}
    return {name: next(iter(past["snapshot"]["skipped"][name])) for name in refused}


def snapshot_resolve(desk: Desk, cursor: Cursor, past: Past, options: Options) -> Steps:
    return resolve(_as_archive(desk, past), cursor, parts=past["snapshot"]["parts"])


def snapshot_merge(desk: Desk, cursor: Cursor, past: Past, options: Options) -> Steps:
    parts = past["snapshot_resolve"]["sorted"]
    return merge(desk, cursor, parts={name: parts.get(name, []) for name in order()})


def _snapshot_match(desk: Desk, cursor: Cursor, past: Past, options: Options) -> Steps:
    merged = past["snapshot_merge"]
    archive, snapshot = (MemberSet.from_cursor(desk.storage, own) for own in (past["check"], merged))
    return match(desk, cursor, archive=archive, snapshot=snapshot, merged=merged)


def _read(desk: Desk, past: Past) -> frozenset[str]:
    """The kinds of which the snapshot says all that the target has."""
    return snapshot_selection(desk, past).resources - hidden_of(past).keys()


def target_of(desk: Desk, past: Past) -> MemberSet:
    return MemberSet.from_cursor(desk.storage, past.get("snapshot_match") or past["snapshot_merge"])


def _compare(desk: Desk, cursor: Cursor, past: Past, options: Options) -> Steps:
    desk = _as_archive(desk, past)
    archive = MemberSet.from_cursor(desk.storage, past["check"])
    manifest = past["check"]["manifest"]
    whole_ = frozenset(manifest["whole"])
    hidden = hidden_of(past)
    edited = _form(desk, options, past) != ARCHIVE
    target = target_of(desk, past)
    source = manifest.get("addresses") or [manifest["sourceShop"]]
    spoken = manifest.get("language", "")
    return compare(
        desk,
        cursor,
        archive=archive,
        snapshot=target,
        whole=whole_,
        hidden=hidden,
        edited=edited,
        source=source,
        source_language=spoken,
    )


def _arrange(desk: Desk, cursor: Cursor, past: Past, options: Options) -> Steps:
    return _arranged(desk, cursor, past, options)


def _arranged(desk: Desk, cursor: Cursor, past: Past, options: Options, *, mirroring: bool = False) -> Steps:
    known = lacks(past["check"], options.get("withheld", ()))
    own, target, read = _as_archive(desk, past), target_of(desk, past), _read(desk, past)
    return arrange(own, cursor, snapshot=target, lacks=known, mirroring=mirroring, read=read)


def _reconsider(desk: Desk, cursor: Cursor, past: Past, options: Options) -> Steps:
    if options["policy"] != Policy.MIRROR:
        return iter([Checkpoint(cursor, done=True)])
    archive = MemberSet.from_cursor(desk.storage, past["check"])
    return judge_anew(_as_archive(desk, past), cursor, archive=archive, snapshot=target_of(desk, past))


def _standing(desk: Desk, cursor: Cursor, past: Past, options: Options) -> Steps:
    return judge_standing(desk, cursor)


def _rearrange(desk: Desk, cursor: Cursor, past: Past, options: Options) -> Steps:
    """Where the decision took nothing out of the plan, all stays as it was arranged."""
    left = past["decide"].get("left", 1) or past.get("standing", {}).get("fell")
    if not cursor and not left:
        return iter([Checkpoint(cursor, done=True)])
    return _arranged(desk, cursor, past, options, mirroring=options["policy"] == Policy.MIRROR)


def _decide(desk: Desk, cursor: Cursor, past: Past, options: Options) -> Steps:
    decision = Decision.from_json(options["policy"], options.get("excluded") or {})
    spared = incomplete(past["check"]["manifest"]["notCarried"])
    return decide(desk, cursor, decision=replace(decision, spared=spared))


def _apply(desk: Desk, cursor: Cursor, past: Past, options: Options) -> Steps:
    return apply(_as_archive(desk, past), cursor, snapshot=target_of(desk, past), read=_read(desk, past))


def _verify(desk: Desk, cursor: Cursor, past: Past, options: Options) -> Steps:
    return verify(_as_archive(desk, past), cursor)


def _annotate(desk: Desk, cursor: Cursor, past: Past, options: Options) -> Steps:
    """The uploaded spreadsheet with what was not written; nothing for an archive, or where all was.

    All is written and proven by now: where the file is gone, only its annotated copy is not made.
    """
    # What was anonymised names people, and the ledger names nobody: no row of one is one of the other.
    unwritten = any(own.get(word) for own in desk.ledger.tally().values() for word in UNWRITTEN)
    wanted = unwritten and not options.get("anonymise") and desk.storage.exists(options["archive"])
    form = _form(desk, options, past) if wanted else ARCHIVE
    if form != ARCHIVE:
        with desk.storage.read(options["archive"]) as file, open_file(file, form) as book:
            for _ in report(desk, book, first_of(book)):
                yield Checkpoint(cursor)
    yield Checkpoint(cursor, done=True)


UNWRITTEN = (
    f"outcome:{Outcome.FAILED}",
    f"outcome:{Outcome.SKIPPED}",
    f"reason:{Reason.PART_CONFLICT}",
    "lost",
)


IMPORT = (
    Stage("check", "Checking what came", check),
    Stage("snapshot", "Reading the target store", _snapshot_read),
    Stage("snapshot_resolve", "Resolving its references", snapshot_resolve),
    Stage("snapshot_merge", "Sorting", snapshot_merge),
    Stage("snapshot_match", "Matching variants", _snapshot_match),
    Stage("compare", "Comparing", _compare),
    Stage("arrange", "Tracing references", _arrange, waits=True),
    Stage("decide", "Applying your choices", _decide),
    Stage("reconsider", "Applying your choices", _reconsider),
    Stage("standing", "Applying your choices", _standing),
    Stage("rearrange", "Computing the order", _rearrange),
    Stage("settle_plan", "Closing the plan", _decide),  # what fell out of the plan by what was left out
    Stage("apply", "Writing", _apply),
    Stage("verify", "Reading back", _verify),
    Stage("annotate", "Finishing", _annotate),
)

"""The steps of an export and of an import, one after the other.

A stage gets the last cursors of the stages before it (`past`) and the choices of whoever started the run (`options`),
and is a step as `transfer.work` describes. The Django engine and `transfer.local` run the same two lists.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from shopify_client import API_VERSION

from . import export
from .anew import judge_anew
from .anonymise import anonymise, nameless_manifest
from .apply import apply
from .archive.assemble import assemble, entries
from .archive.check import quick_check, unpack
from .archive.manifest import Manifest
from .archive.members import MemberSet
from .archive.merge import merge
from .compare import compare
from .fidelity import Side, fidelity
from .follow import follow
from .incomplete import incomplete
from .keys import Key
from .narrow import narrow
from .outcomes import Outcome, Policy, Reason
from .plan import Decision, arrange, decide
from .registry import order, withheld_parts
from .resolve import resolve
from .resource import Json, Selection
from .selection import asked, beyond, by_kind, not_chosen, options_of, selection_of, whole
from .sheets.book import ARCHIVE, form_of, open_file
from .sheets.errors import report
from .sheets.first import first_of
from .sheets.read import read as read_sheets
from .sheets.write import write as write_sheets
from .unmatched import unmatched
from .unread import lacks
from .verify import verify
from .work import Checkpoint, Cursor, Desk

Past = Mapping[str, Cursor]
Options = Mapping[str, Any]
Steps = Iterator[Checkpoint]


@dataclass(frozen=True, slots=True)
class Stage:
    """`label`: what a merchant reads while it goes on. `waits`: after it, a person has to decide."""

    name: str
    label: str
    work: Callable[[Desk, Cursor, Past, Options], Steps]
    waits: bool = False


def _then(
    cursor: Cursor, name: str, first: Callable[[Cursor], Steps], second: Callable[[Cursor, Cursor], Steps]
) -> Steps:
    """Two steps in one stage. `second`: gets a cursor of its own, and the one that `first` ended with."""
    before = f"before {name}"
    if before not in cursor:
        for checkpoint in first(cursor):
            if not checkpoint.done:
                yield checkpoint
                continue
            cursor = {before: checkpoint.cursor, name: {}}
            yield Checkpoint(cursor)
        if before not in cursor:
            return
    for checkpoint in second(cursor[name], cursor[before]):
        state = checkpoint.cursor if checkpoint.done else {**cursor, name: checkpoint.cursor}
        yield Checkpoint(state, checkpoint.counts, done=checkpoint.done)


def _nameless(desk: Desk, cursor: Cursor, first: Callable[[Cursor], Steps], options: Options) -> Steps:
    """A step that ends with members, and then nobody's name in these, where that is asked for.

    `options` may have "anonymise": the secret with which aliases are made (`transfer.anonymise.alias_with`).
    """
    secret = options.get("anonymise", "")
    if not secret:
        return first(cursor)

    def second(own: Cursor, checked: Cursor) -> Steps:
        if checked.get("manifest", {}).get("anonymised"):
            return iter([Checkpoint(checked, done=True)])
        return anonymise(desk, own, checked=checked, secret=secret)

    return _then(cursor, "anonymous", first, second)


def _narrowed(desk: Desk, cursor: Cursor, first: Callable[[Cursor], Steps], options: Options) -> Steps:
    """A step that ends with the members of an archive, and then only some of their records, where that is asked for.

    `options` may have "only": the name of a list of records in the storage (`transfer.narrow`).
    """
    only = options.get("only", "")
    if not only:
        return first(cursor)
    return _then(cursor, "only", first, lambda own, checked: narrow(desk, own, checked=checked, only=only))


# -- export: options are those of a selection (`transfer.selection`), {"shop": domain, "scopes": [...]}, and perhaps ---
# -- {"anonymise": secret}


def _naming(desk: Desk, options: Options) -> Desk:
    """The desk of somebody who asked for people's records, or for none of them."""
    selection = selection_of(options)
    return _without_names(desk, {name for name in desk.registry if asked(selection, name)})


def _without_names(desk: Desk, chosen: set[str]) -> Desk:
    """`chosen`: the kinds of which records may come. Who is named in the key of one of these is no secret."""
    personal = frozenset(name for name, resource in desk.registry.items() if resource.personal)
    told = {name for one in chosen & personal for name in (one, *desk.registry[one].tells_of)}
    return replace(desk, unnamed=personal - told)


def _read(desk: Desk, cursor: Cursor, past: Past, options: Options) -> Steps:
    return export.read(desk, cursor, selection=selection_of(options), lenient=desk.registry, settled=True)


def _settle(desk: Desk, cursor: Cursor, past: Past, options: Options) -> Steps:
    selection = selection_of(options)
    return export.settle(desk, cursor or dict(past["read"]), selection=selection, lenient=desk.registry)


def _follow(desk: Desk, cursor: Cursor, past: Past, options: Options) -> Steps:
    return follow(_naming(desk, options), cursor, selection=selection_of(options), settled=past["settle"])


def _resolve(desk: Desk, cursor: Cursor, past: Past, options: Options) -> Steps:
    return resolve(
        _naming(desk, options),
        cursor,
        parts=past["follow"]["parts"],
        beyond=beyond(selection_of(options)),
        mentioning=True,
    )


def _merge(desk: Desk, cursor: Cursor, past: Past, options: Options) -> Steps:
    return _nameless(desk, cursor, lambda own: _sorted(desk, own, past, options), options)


def _sorted(desk: Desk, cursor: Cursor, past: Past, options: Options) -> Steps:
    sorted_parts = past["resolve"]["sorted"]
    chosen = {resource.name for resource in export.chosen(desk, selection_of(options))}
    names = [name for name in order() if name in chosen or name in sorted_parts]
    for checkpoint in merge(desk, cursor, parts={name: sorted_parts.get(name, []) for name in names}):
        if checkpoint.done:
            _nothing_missing(past["resolve"]["kept"], checkpoint.cursor)
            members = MemberSet.from_cursor(desk.storage, checkpoint.cursor)
            checkpoint.cursor["unmatched"] = unmatched(desk, selection_of(options), members)
        yield checkpoint


def _nothing_missing(kept: Mapping[str, int], cursor: Cursor) -> None:
    """What was read and kept is what was merged, or the run fails: lines never go missing silently."""
    for name, members in cursor["members"].items():
        merged = sum(member["count"] for member in members)
        if merged != kept.get(name, 0):
            raise AssertionError(f"{name}: {kept.get(name, 0)} records were read, and {merged} were merged")


def _assemble(desk: Desk, cursor: Cursor, past: Past, options: Options) -> Steps:
    members = MemberSet.from_cursor(desk.storage, past["merge"])
    return assemble(desk, cursor, members=members, manifest=manifest_of(desk, past, options))


def not_carried(desk: Desk, past: Past, options: Options) -> dict[str, Json]:
    """resource -> reason -> how many (None: nobody could count them), and examples."""
    skipped = dict(past["follow"]["skipped"])
    for name, reasons in past["merge"].get("unmatched", {}).items():  # runs of an older version have none
        skipped[name] = {**skipped.get(name, {}), **reasons}
    for name, scopes in desk.withheld.items():
        if by_kind(selection_of(options), name):
            why = f"the app may not read it; grant it {', '.join(scopes)}"
            skipped[name] = {**skipped.get(name, {}), why: {"count": None, "examples": []}}
    return skipped


def manifest_of(desk: Desk, past: Past, options: Options) -> Manifest:
    """Of an export that is sorted."""
    members = MemberSet.from_cursor(desk.storage, past["merge"])
    manifest = _manifest(desk, members, past, options)
    left = past["merge"].get("left")
    return manifest if left is None else nameless_manifest(desk, manifest, left)


def _manifest(desk: Desk, members: MemberSet, past: Past, options: Options) -> Manifest:
    settled = past["settle"]
    selection = selection_of(options)
    refused = {stream.partition("/")[0] for stream in settled["refused"]}
    return Manifest(
        source_shop=options.get("shop", ""),
        api_version=API_VERSION,
        scopes=tuple(options.get("scopes", ())),
        resources=tuple(members.resources),
        selection=options_of(selection),
        whole=tuple(name for name in whole(selection, members.resources) if name not in refused),
        outside=past["resolve"]["outside"],
        members=entries(members),
        not_chosen=tuple(name for name in not_chosen(selection) if name not in members.resources),
        not_carried=not_carried(desk, past, options),
        changed=changed(past),
        deleted=past["resolve"]["deleted"],
        dangling=past["resolve"]["dangling"],
        external=past["resolve"]["external"],
        addresses=tuple(past["resolve"].get("addresses", ())),
        language=past["resolve"].get("language", ""),
        mentions=past["resolve"].get("mentions", {}),
    )


def changed(past: Past) -> tuple[tuple[str, Key], ...]:
    """What moved up to the end: changed in the last round of reading again, or deleted after it was read."""
    found = {(resource, tuple(key)) for resource, key in [*past["settle"]["moved"], *past["resolve"]["gone"]]}
    return tuple(sorted(found)[: export.MOVED])


EXPORT = (
    Stage("read", "Reading the store", _read),
    Stage("settle", "Reading translations, and again what changed", _settle),
    Stage("follow", "Following references", _follow),
    Stage("resolve", "Resolving references", _resolve),
    Stage("merge", "Sorting", _merge),
    Stage("assemble", "Writing the archive", _assemble),
)


# -- spreadsheet: options are {"archive": storage name, "form": "xlsx" or "csv"} ---------------------------------------


def _unpack(desk: Desk, cursor: Cursor, past: Past, options: Options) -> Steps:
    return unpack(desk, cursor, archive=options["archive"])


def _write(desk: Desk, cursor: Cursor, past: Past, options: Options) -> Steps:
    with desk.storage.read(options["archive"]) as file:
        manifest = quick_check(file)
    members = MemberSet.from_cursor(desk.storage, past["check"])
    return write_sheets(desk, cursor, members=members, manifest=manifest, form=options["form"])


SPREADSHEET = (
    Stage("check", "Reading the archive", _unpack),
    Stage("write", "Writing the spreadsheet", _write),
)


# -- import: options are {"archive": storage name, "policy": word, "excluded": {...}}, perhaps "anonymise", ----
# -- "only", and "withheld": kinds that should have come, and that the app may not read in the source ------------------


def _form(desk: Desk, options: Options) -> str:
    with desk.storage.read(options["archive"]) as file:
        return form_of(file)


def _check(desk: Desk, cursor: Cursor, past: Past, options: Options) -> Steps:
    """Nothing after this knows anybody's name, or of more than some records, where that is asked for."""

    def nameless(own: Cursor) -> Steps:
        return _nameless(desk, own, lambda inner: _checked(desk, inner, options), options)

    return _narrowed(desk, cursor, nameless, options)


def _checked(desk: Desk, cursor: Cursor, options: Options) -> Steps:
    form = _form(desk, options)
    if form == ARCHIVE:
        return unpack(desk, cursor, archive=options["archive"])
    return read_sheets(desk, cursor, source=options["archive"], form=form)


def _snapshot_selection(desk: Desk, past: Past, *, empty: bool = False) -> Selection:
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
    """What is not shown is not written either (`_hidden`)."""
    return export.read(desk, cursor, selection=_snapshot_selection(desk, past), lenient=desk.registry)


def _as_archive(desk: Desk, past: Past) -> Desk:
    """The target's people are named where the archive names the source's."""
    return _without_names(desk, set(past["check"]["manifest"]["resources"]))


def _hidden(past: Past) -> dict[str, str]:
    """Resource -> why the target does not show it: nobody knows what it has of these, so nothing of them is written."""
    refused = {stream.partition("/")[0] for stream in past["snapshot"]["refused"]}
    return {name: next(iter(past["snapshot"]["skipped"][name])) for name in refused}


def _snapshot_resolve(desk: Desk, cursor: Cursor, past: Past, options: Options) -> Steps:
    return resolve(_as_archive(desk, past), cursor, parts=past["snapshot"]["parts"])


def _snapshot_merge(desk: Desk, cursor: Cursor, past: Past, options: Options) -> Steps:
    parts = past["snapshot_resolve"]["sorted"]
    return merge(desk, cursor, parts={name: parts.get(name, []) for name in order()})


def _target(desk: Desk, past: Past) -> MemberSet:
    return MemberSet.from_cursor(desk.storage, past["snapshot_merge"])


def _compare(desk: Desk, cursor: Cursor, past: Past, options: Options) -> Steps:
    archive = MemberSet.from_cursor(desk.storage, past["check"])
    manifest = past["check"]["manifest"]
    whole_ = frozenset(manifest["whole"])
    hidden = _hidden(past)
    edited = _form(desk, options) != ARCHIVE
    target = _target(desk, past)
    source = manifest.get("addresses") or [manifest["sourceShop"]]
    return compare(
        desk, cursor, archive=archive, snapshot=target, whole=whole_, hidden=hidden, edited=edited, source=source
    )


def _arrange(desk: Desk, cursor: Cursor, past: Past, options: Options) -> Steps:
    known = lacks(past["check"], options.get("withheld", ()))
    return arrange(desk, cursor, snapshot=_target(desk, past), lacks=known)


def _reconsider(desk: Desk, cursor: Cursor, past: Past, options: Options) -> Steps:
    if options["policy"] != Policy.MIRROR:
        return iter([Checkpoint(cursor, done=True)])
    archive = MemberSet.from_cursor(desk.storage, past["check"])
    return judge_anew(desk, cursor, archive=archive, snapshot=_target(desk, past))


def _rearrange(desk: Desk, cursor: Cursor, past: Past, options: Options) -> Steps:
    """Where the decision took nothing out of the plan, all stays as it was arranged."""
    if not cursor and not past["decide"].get("left", 1):
        return iter([Checkpoint(cursor, done=True)])
    return _arrange(desk, cursor, past, options)


def _decide(desk: Desk, cursor: Cursor, past: Past, options: Options) -> Steps:
    decision = Decision.from_json(options["policy"], options.get("excluded") or {})
    spared = incomplete(past["check"]["manifest"]["notCarried"])
    return decide(desk, cursor, decision=replace(decision, spared=spared))


def _apply(desk: Desk, cursor: Cursor, past: Past, options: Options) -> Steps:
    read = _snapshot_selection(desk, past).resources - _hidden(past).keys()
    return apply(_as_archive(desk, past), cursor, snapshot=_target(desk, past), read=read)


def _verify(desk: Desk, cursor: Cursor, past: Past, options: Options) -> Steps:
    return verify(_as_archive(desk, past), cursor)


def _annotate(desk: Desk, cursor: Cursor, past: Past, options: Options) -> Steps:
    """The uploaded spreadsheet with what was not written; nothing for an archive, or where all was."""
    form = _form(desk, options)
    if options.get("anonymise"):
        form = ARCHIVE  # the file names people, and the ledger names nobody: no row of one is one of the other
    if form != ARCHIVE and any(own.get(word) for own in desk.ledger.tally().values() for word in UNWRITTEN):
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
    Stage("check", "Checking what came", _check),
    Stage("snapshot", "Reading the target store", _snapshot_read),
    Stage("snapshot_resolve", "Resolving its references", _snapshot_resolve),
    Stage("snapshot_merge", "Sorting", _snapshot_merge),
    Stage("compare", "Comparing", _compare),
    Stage("arrange", "Tracing references", _arrange, waits=True),
    Stage("decide", "Applying your choices", _decide),
    Stage("reconsider", "Applying your choices", _reconsider),
    Stage("rearrange", "Computing the order", _rearrange),
    Stage("settle_plan", "Closing the plan", _decide),  # what fell out of the plan by what was left out
    Stage("apply", "Writing", _apply),
    Stage("verify", "Reading back", _verify),
    Stage("annotate", "Finishing", _annotate),
)


# -- comparison: options are {"archive": storage name, "other": storage name, or "" for the shop itself} ---------------


def _compared_read(desk: Desk, cursor: Cursor, past: Past, options: Options) -> Steps:
    return export.read(desk, cursor, selection=_snapshot_selection(desk, past, empty=True))


def _other(desk: Desk) -> Desk:
    """The desk with a folder of its own, so that two files of one run do not meet."""
    return replace(desk, prefix=f"{desk.prefix}other/")


def _check_other(desk: Desk, cursor: Cursor, past: Past, options: Options) -> Steps:
    if options["other"]:
        return _check(_other(desk), cursor, past, {"archive": options["other"]})
    return iter([Checkpoint(cursor, done=True)])


def _of_shop(step: Callable[[Desk, Cursor, Past, Options], Steps]) -> Callable[[Desk, Cursor, Past, Options], Steps]:
    """A step that there is only where the other side is the shop."""

    def work(desk: Desk, cursor: Cursor, past: Past, options: Options) -> Steps:
        return iter([Checkpoint(cursor, done=True)]) if options["other"] else step(desk, cursor, past, options)

    return work


def _fidelity(desk: Desk, cursor: Cursor, past: Past, options: Options) -> Steps:
    left = _side(desk, past["check"])
    if options["other"]:
        return fidelity(desk, cursor, left=left, right=_side(desk, past["check_other"]))
    store = _target(desk, past)
    whole_ = frozenset(store.resources)
    right = Side(store, whole_, unread=frozenset(desk.withheld) | _hidden(past).keys(), parts=desk.withheld_parts)
    return fidelity(desk, cursor, left=left, right=right)


def _side(desk: Desk, checked: Cursor) -> Side:
    facts = checked["manifest"]
    parts = withheld_parts(facts["scopes"], "read")
    return Side(MemberSet.from_cursor(desk.storage, checked), frozenset(facts["whole"]), parts=parts)


COMPARISON = (
    Stage("check", "Checking the file", _check),
    Stage("check_other", "Checking the other file", _check_other),
    Stage("snapshot", "Reading this store", _of_shop(_compared_read)),
    Stage("snapshot_resolve", "Resolving its references", _of_shop(_snapshot_resolve)),
    Stage("snapshot_merge", "Sorting", _of_shop(_snapshot_merge)),
    Stage("compare", "Comparing", _fidelity),
)

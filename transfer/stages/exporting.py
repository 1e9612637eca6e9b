"""An export: options are those of a selection (`transfer.selection`), {"shop": domain, "scopes": [...]}, and perhaps
{"anonymise": secret}.
"""

from __future__ import annotations

from collections.abc import Mapping

from shopify_client import API_VERSION

from .. import export
from ..anonymise import nameless_manifest
from ..archive.assemble import assemble, entries
from ..archive.manifest import Manifest
from ..archive.members import MemberSet
from ..archive.merge import merge
from ..follow import follow
from ..keys import Key
from ..passes import MOVED, chosen
from ..registry import order
from ..resolve import resolve
from ..resource import Json
from ..selection import asked, beyond, by_kind, not_chosen, options_of, selection_of, whole
from ..unmatched import unmatched
from ..work import Cursor, Desk
from .step import Options, Past, Stage, Steps, nameless, without_names


def _naming(desk: Desk, options: Options) -> Desk:
    """The desk of somebody who asked for people's records, or for none of them."""
    selection = selection_of(options)
    return without_names(desk, {name for name in desk.registry if asked(selection, name)})


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
    return nameless(desk, cursor, lambda own: _sorted(desk, own, past, options), options)


def _sorted(desk: Desk, cursor: Cursor, past: Past, options: Options) -> Steps:
    sorted_parts = past["resolve"]["sorted"]
    kinds = {resource.name for resource in chosen(desk, selection_of(options))}
    names = [name for name in order() if name in kinds or name in sorted_parts]
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
        not_chosen=tuple(not_chosen(selection, members.resources)),
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
    return tuple(sorted(found)[:MOVED])


EXPORT = (
    Stage("read", "Reading the store", _read),
    Stage("settle", "Reading translations, and again what changed", _settle),
    Stage("follow", "Following references", _follow),
    Stage("resolve", "Resolving references", _resolve),
    Stage("merge", "Sorting", _merge),
    Stage("assemble", "Writing the archive", _assemble),
)

"""What an archive lacks: what the app was not let read in the source store, and what nobody asked for."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from .incomplete import incomplete
from .references import Target
from .registry import RESOURCES, by_gid_type, order, owner_of, withheld
from .selection import asked, by_kind, selection_of, seo_only

Checked = Mapping[str, Any]  # what checking an archive or a spreadsheet left behind: its members, facts of its manifest
Scopes = tuple[str, ...]  # to grant in the source; empty where Shopify refused, and nobody knows why


@dataclass(frozen=True, slots=True)
class Lacks:
    """`unread`: kinds that the app may not read in the source -> what to grant there. `unnamed`: kinds that tell of
    people and that nobody asked for. `outside`: kinds of which nothing was to come, whatever refers to them. `short`:
    kinds of which the source has more than the archive holds -> GIDs of some of that -> why it did not come."""

    unread: Mapping[str, Scopes] = field(default_factory=dict)
    unnamed: Collection[str] = ()
    outside: Collection[str] = ()
    short: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def unsure(self, target: Target) -> bool:
        """Whether the source may have what it could not name."""
        kind = kind_of(target)
        return target.unknown and (kind in self.short or kind in self.unread or kind in self.unnamed)

    def left_out(self, target: Target) -> bool:
        """Whether something that does not land is not there because nobody asked for its kind. What the source could
        not name although it would have shown it, it no longer had."""
        kind = kind_of(target)
        hidden = kind in self.unread or kind in self.unnamed
        return kind in self.outside and (hidden or not target.unknown)


def lacks(checked: Checked, wanted: Collection[str] = ()) -> Lacks:
    """`wanted`: kinds that were asked for although the selection of the archive does not say so."""
    return Lacks(unread(checked), unnamed(checked), outside(checked) - set(wanted), short(checked))


def short(checked: Checked) -> dict[str, dict[str, str]]:
    """Of each kind of which not all came, the things that are named, and why."""
    notes = checked["manifest"]["notCarried"]
    return {
        name: {example: why for why, note in notes.get(name, {}).items() for example in note.get("examples") or ()}
        for name in incomplete(notes)
    }


def outside(checked: Checked) -> frozenset[str]:
    """The kinds that nobody asked for, neither as such nor with what needs them."""
    manifest = checked["manifest"]
    selection = selection_of(manifest["selection"])
    meant = {name for name in RESOURCES if by_kind(selection, name) or (selection.closure and asked(selection, name))}
    held = {name for name in manifest["resources"] if not seo_only(selection, name)}
    return frozenset(RESOURCES) - meant - held


def unread(checked: Checked) -> dict[str, Scopes]:
    """Every kind that the app may not read in the source, chosen or not: what points there cannot be named."""
    missing = withheld(checked["manifest"]["scopes"], "read")
    return {name: missing.get(name, ()) for name in order() if name in missing or _refused(checked, name)}


def withheld_kinds(checked: Checked) -> dict[str, Scopes]:
    """Of these, the kinds of which the archive should hold everything."""
    return {name: own for name, own in unread(checked).items() if _refused(checked, name)}


def _refused(checked: Checked, name: str) -> bool:
    """Whether nothing came, and nobody could even count what there is."""
    notes = checked["manifest"]["notCarried"].get(name, {}).values()
    came = any(member["count"] for member in checked["members"].get(name, ()))
    return not came and any(note["count"] is None for note in notes)


def unnamed(checked: Checked) -> frozenset[str]:
    """The kinds that tell of people and that nobody asked for: the archive does not even name who is referred to."""
    chosen = set(checked["manifest"]["resources"])
    told = {name for one in chosen & RESOURCES.keys() for name in (one, *RESOURCES[one].tells_of)}
    return frozenset(name for name, resource in RESOURCES.items() if resource.personal and name not in told)


def kind_of(target: Target) -> str:
    """The resource that a target belongs to, also where the source could tell no more than the type of its GID."""
    if not target.unknown:
        return owner_of(target.resource)
    namer = by_gid_type().get(target.key[0])
    return namer.name if namer is not None else ""

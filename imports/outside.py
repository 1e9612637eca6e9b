"""Kinds that records of an import refer to and that nobody asked for: what left them out, and what brings them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from runs.models import Run
from shops.models import LinkStatus
from transfer.naming import listed
from transfer.outcomes import Reason
from transfer.registry import RESOURCES, in_order, withheld

from .models import Copy

# {"resource": name, "by": what left it out, "scopes": what to grant in the source, besides}
Kinds = list[dict[str, Any]]
LINK, COPY, ARCHIVE = "link", "copy", "archive"  # the link does not carry it; not ticked for the copy; not exported
WIDENED = "widened"  # the link did not carry it then, and does by now
REASONS = frozenset({Reason.OUTSIDE_REFERENCE, Reason.OUTSIDE_REQUIRED})
THEN = {
    Reason.OUTSIDE_REFERENCE: "only the references will be written",
    Reason.OUTSIDE_REQUIRED: "what arrived already is left as it is",
}


def of_import(run: Run) -> Kinds:
    """Of a run whose references were traced."""
    traced = (run.past.get(stage, {}).get("outside", ()) for stage in ("arrange", "rearrange"))
    missed = {name for names in traced for name in names}
    unreadable = withheld(run.past["check"]["manifest"]["scopes"], "read")
    copy = Copy.objects.filter(run=run.pk).first()
    return [
        {"resource": name, "by": _by(copy, name), "scopes": list(unreadable.get(name, ()))} for name in in_order(missed)
    ]


def _by(copy: Copy | None, name: str) -> str:
    if copy is None:
        return ARCHIVE
    return LINK if name in copy.unlinked else COPY


def told(run: Run) -> Kinds:
    """Of a run that has a plan, or has ended, as it is by now: a link may have become wider since."""
    kinds: Kinds = (run.result or run.plan).get("outside", [])
    if not any(kind["by"] == LINK for kind in kinds):
        return kinds
    copy = Copy.objects.select_related("link").filter(run=run.pk).first()
    link = copy.link if copy is not None else None
    carried = link.resources if link is not None and link.status == LinkStatus.ACTIVE else []
    since = {name for name in carried if name in RESOURCES and RESOURCES[name].by_default}
    return [{**kind, "by": WIDENED} if kind["by"] == LINK and kind["resource"] in since else kind for kind in kinds]


def causes(kinds: Iterable[Mapping[str, Any]], source: str = "") -> list[str]:
    """What left the kinds out: half a sentence each, that names them. `source`: the store that they are in."""
    where = f"the link with {source}" if source else "the link"
    words = {
        LINK: f"{where} does not carry {{}}",
        WIDENED: f"{where} did not carry {{}} then",
        COPY: "{} were not ticked for this copy",
        ARCHIVE: "the archive was made without {}",
    }
    return [words[by].format(names) for by, names in _grouped(kinds)]


def remedies(kinds: Iterable[Mapping[str, Any]], source: str = "") -> list[str]:
    """What brings the kinds: a sentence each. Without `source`, the store is called the other one."""
    where = source or "the other store"
    words = {
        LINK: f"Make a new code in {where} with {{}} ticked, enter it here and confirm it there: the link then carries "
        "that as well. Then copy again.",
        WIDENED: "The link carries {} by now: copy again.",
        COPY: "Tick {} when you copy again.",
        ARCHIVE: "Export {} with them, then import again.",
    }
    return [words[by].format(names) for by, names in _grouped(kinds)]


def advice(word: str, kinds: Iterable[Mapping[str, Any]]) -> str:
    """What a report advises where records lack something of these kinds; empty where it knows none."""
    found = remedies(kinds)
    after = THEN[Reason(word)]
    return f"{' '.join(found)[:-1]}; {after}." if found else ""


def lines(run: Run) -> list[dict[str, Any]]:
    """A line of the report for each kind, of no record."""
    return [
        {"resource": kind["resource"], "reason": str(Reason.OUTSIDE_REFERENCE), "detail": sentence(kind)}
        for kind in told(run)
    ]


def sentence(kind: Mapping[str, Any]) -> str:
    """For reports and terminals."""
    (cause,), (remedy,) = causes([kind]), remedies([kind])
    return f"Records refer to {label(kind)}, and {cause}. {remedy}"


def label(kind: Mapping[str, Any]) -> str:
    name = kind["resource"]
    return RESOURCES[name].label if name in RESOURCES else str(name)


def _grouped(kinds: Iterable[Mapping[str, Any]]) -> list[tuple[str, str]]:
    """(what left them out, the kinds as they are read aloud)."""
    found: dict[str, list[str]] = {}
    for kind in kinds:
        found.setdefault(kind["by"], []).append(label(kind))
    return [(by, listed(found[by])) for by in (LINK, WIDENED, COPY, ARCHIVE) if by in found]

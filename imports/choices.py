"""What a merchant chooses while a plan waits: kept on the import at once, carried out when the plan is confirmed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, cast

from django.db import transaction

from runs.ledger import place_of
from runs.models import LedgerEntry
from runs.states import Status
from runs.templatetags.words import seconds, spoken
from shops.services import Refused
from transfer.incomplete import incomplete
from transfer.keys import Key
from transfer.outcomes import Outcome, Policy, Verdict
from transfer.registry import RESOURCES, order, owner_of

from . import losing
from .listing import MANY, records_left_out
from .models import Import
from .words import of_copy

MOST_LEFT_OUT = 5000
STAYING = "staying"  # of a plan's counts: extra ones that no policy deletes
NOT_WAITING = "This plan does not wait for a decision any more: it was decided, cancelled, or has expired."


def keep(run: Import, *, policy: str, resources: Sequence[str]) -> Import:
    """Keeps the policy, and the kinds that are left out. Raises Refused."""
    with transaction.atomic():
        own = _chosen(_waiting(run), policy, resources)
        own.save(update_fields=["policy", "excluded"])
    return own


def imagine(run: Import, *, policy: str, resources: Sequence[str]) -> Import:
    """The import as it would be under these choices, which are not kept. Raises Refused."""
    if run.status != Status.WAITING:
        raise Refused(NOT_WAITING)
    return _chosen(run, policy, resources)


def _chosen(run: Import, policy: str, resources: Sequence[str]) -> Import:
    if policy not in set(Policy):
        raise Refused(f"The policy must be one of {', '.join(Policy)}.")
    if not set(resources) <= set(RESOURCES):
        raise Refused("What is left out must be a list of resources that exist.")
    run.policy, run.excluded = policy, {**run.excluded, "resources": sorted(set(resources))}
    return run


def leave_out(run: Import, resource: str, key: Key, *, out: bool) -> Import:
    """Leaves one record out, or takes it back. Raises Refused."""
    if not LedgerEntry.objects.filter(run=run, place=place_of(resource, key)).exists():
        raise Refused("There is no such record in this plan.")
    with transaction.atomic():
        own = _waiting(run)
        records = [(name, kept) for name, kept in records_left_out(own) if (name, tuple(kept)) != (resource, key)]
        if out:
            records.append((resource, list(key)))
        if len(records) > MOST_LEFT_OUT:
            raise Refused(
                f"At most {MOST_LEFT_OUT:,} records can be left out one by one; leave out their kind instead."
            )
        own.excluded = {**own.excluded, "records": records}
        own.save(update_fields=["excluded"])
    return own


def _waiting(run: Import) -> Import:
    own = Import.objects.select_for_update().filter(pk=run.pk, status=Status.WAITING).first()
    if own is None:
        raise Refused(NOT_WAITING)
    return cast(Import, own)


def figures(run: Import) -> dict[str, str]:
    """What would be written under the present choices, and what it will cost. `stay`: what a mirror never deletes;
    `hanging`: what may not be written either."""
    counts = _remaining(run)
    stay = _staying(run, counts)
    verdicts: Counter[str] = Counter()
    points = 0.0
    for resource, own in counts.items():
        doing = {Verdict.CREATE: own[Verdict.CREATE]}
        if run.policy != Policy.CREATE_ONLY:
            doing[Verdict.UPDATE] = own[Verdict.UPDATE]
            doing[Verdict.DELETE] = own[Verdict.DELETE]
        if run.policy == Policy.MIRROR:
            doing[Verdict.EXTRA] = 0 if resource in stay else _going(own)
            doing[Verdict.UPDATE] += own[Verdict.FULLER]
        verdicts.update(doing)
        removals = doing.get(Verdict.DELETE, 0) + doing.get(Verdict.EXTRA, 0)
        points += RESOURCES[resource].price(doing[Verdict.CREATE], doing.get(Verdict.UPDATE, 0), removals)
    return {
        "write": f"{verdicts.total():,}",
        "records": f"{verdicts.total():,} record{'' if verdicts.total() == 1 else 's'}",
        "create": f"{verdicts[Verdict.CREATE]:,}",
        "update": f"{verdicts[Verdict.UPDATE]:,}",
        "delete": f"{verdicts[Verdict.EXTRA] + verdicts[Verdict.DELETE]:,}",
        "stay": _stays(stay),
        "hanging": " ".join(filter(None, [_hanging(run, counts), _losing(run, counts, stay)])),
        "left_out": f"{len(records_left_out(run)):,}",
        "points": f"{round(points):,}",
        "time": _time(run, points),
    }


def question(run: Import, figures: Mapping[str, str]) -> str:
    """What is asked before a mirror, which deletes; empty for what needs no question. `figures`: those of `figures`."""
    if run.policy != Policy.MIRROR:
        return ""
    number = figures["delete"]
    if number == "0":
        words = (
            "No record would be deleted. Inside records that the archive has too, what only this store has goes: "
            "variants, and values that the archive leaves empty. Go on? That cannot be undone by one click."
        )
        return of_copy(words) if run.copied else words
    records = "record" if number == "1" else "records"
    return f"Delete {number} {records} from this store? That cannot be undone by one click."


def _going(own: Mapping[str, int]) -> int:
    """Of what only the store has, how many a mirror deletes; the plan has settled that the others stay."""
    return own.get(Verdict.EXTRA, 0) - own.get(STAYING, 0)


def _staying(run: Import, counts: Mapping[str, Counter[str]]) -> dict[str, int]:
    """resource -> records that only the store has and that a mirror leaves all the same, as their kind is spared."""
    if run.policy != Policy.MIRROR:
        return {}
    spared = {name for name, own in RESOURCES.items() if not own.deletable}
    spared |= incomplete(run.past["check"]["manifest"]["notCarried"])
    found = {name: counts[name][Verdict.EXTRA] for name in order() if name in counts and name in spared}
    return {name: count for name, count in found.items() if count}


def _stays(stay: Mapping[str, int]) -> str:
    if not stay:
        return ""
    number = sum(stay.values())
    more = f"{number:,} more that only this store has stay{'s' if number == 1 else ''}"
    never = all(not RESOURCES[name].deletable for name in stay)
    why = "never deleted" if never else "never deleted, or of which not all was brought here"
    return f"{more}, of kinds {why}: {spoken([RESOURCES[name].label for name in stay])}."


def _hanging(run: Import, counts: Mapping[str, Counter[str]]) -> str:
    """One sentence on kinds of which some hang on records of kinds that are left out, and that would be made."""
    planned = run.plan["counts"]
    gone = {name for name in run.excluded.get("resources", []) if planned.get(name, {}).get(Verdict.CREATE)}
    homes = {name: {owner_of(RESOURCES[name].hangs_on), RESOURCES[name].keyed_by} for name in counts}
    found = [name for name in order() if name in counts and counts[name][Verdict.CREATE] and homes[name] & gone]
    if not found:
        return ""
    left = spoken([RESOURCES[name].label for name in order() if any(name in homes[other] & gone for other in found)])
    which = spoken([RESOURCES[name].label for name in found])
    return f"{which} of {left} that this store does not have cannot be written without them."


def _losing(run: Import, counts: Mapping[str, Counter[str]], stay: Mapping[str, int]) -> str:
    """One sentence on kinds that may refer to what is deleted, by a mirror or by rows of a spreadsheet."""
    going = {name for name, own in counts.items() if own[Verdict.DELETE] and run.policy != Policy.CREATE_ONLY}
    if run.policy == Policy.MIRROR:
        going |= {name for name, own in counts.items() if _going(own) and name not in stay}
    return losing.before(losing.kinds(run, going))


def _remaining(run: Import) -> dict[str, Counter[str]]:
    """resource -> records of each verdict, without what is left out."""
    kinds = set(run.excluded.get("resources", []))
    counts = {name: Counter(own) for name, own in run.plan["counts"].items() if name not in kinds and name in RESOURCES}
    places = [place_of(name, tuple(key)) for name, key in records_left_out(run) if name not in kinds]
    for start in range(0, len(places), MANY):
        query = LedgerEntry.objects.filter(run=run, place__in=places[start : start + MANY])
        for resource, verdict, outcome in query.values_list("resource", "verdict", "outcome"):
            counts[resource][verdict] -= 1
            counts[resource][STAYING] -= verdict == Verdict.EXTRA and outcome == Outcome.LEFT
    return counts


def _time(run: Import, points: float) -> str:
    bucket: dict[str, Any] = run.shop.bucket or {}
    rate = bucket.get("rate") or 100.0
    return seconds(max(1.0, (points - (bucket.get("level") or 0.0)) / rate))

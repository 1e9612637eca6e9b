"""What an import is to the engine."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from exports.people import secret
from runs import kinds
from runs.ledger import tally
from runs.models import Kind, Run
from runs.states import Status
from transfer.outcomes import Outcome, Reason, Verdict
from transfer.registry import RESOURCES
from transfer.stages import IMPORT
from transfer.work import Desk

from . import again, losing, outside
from .answer import to_json
from .models import SOURCE, Copy, Import
from .withheld import withheld_in_source


def options(run: Run) -> Mapping[str, Any]:
    row: Import = Import.objects.get(pk=run.pk)
    alias = secret() if row.anonymise else ""
    chosen = {"policy": row.policy, "excluded": row.excluded, "only": row.only}
    copied = Copy.objects.filter(run=run.pk).first()
    lacking = [kept["resource"] for kept in copied.withheld] if copied is not None else []
    return {"archive": row.archive, **chosen, "anonymise": alias, "withheld": lacking}


def plan(run: Run) -> Mapping[str, Any]:
    """What the merchant decides on: records of each verdict, and what carrying it out will cost.

    `points` is an estimate; `seconds` is what they take on the shop's plan, beyond what its bucket holds now.
    """
    tallies = tally(run.pk)
    counts = {
        name: {verdict: own.get(f"verdict:{verdict}", 0) for verdict in Verdict}
        | {
            "lost": own.get("lost", 0),
            "part_conflicts": own.get(f"reason:{Reason.PART_CONFLICT}", 0),
            "staying": own.get(f"{Verdict.EXTRA}:{Outcome.LEFT}", 0),
        }
        for name, own in tallies.items()
    }
    written = (Verdict.CREATE, Verdict.UPDATE, Verdict.DELETE)
    points = sum(RESOURCES[name].price(*(own[verdict] for verdict in written)) for name, own in counts.items())
    bucket = run.shop.bucket or {}
    rate = bucket.get("rate") or 100.0
    seconds = max(0.0, points - (bucket.get("level") or 0.0)) / rate
    source = _source(run)
    row: Import = Import.objects.get(pk=run.pk)
    if not row.source_shop:  # a spreadsheet says it late
        row.source_shop = source[:255]
        row.save(update_fields=["source_shop"])
    return {
        "counts": counts,
        "points": round(points),
        "seconds": round(seconds),
        "withheld": withheld_in_source(run),
        "outside": outside.of_import(run),
        "anonymised": row.anonymise or run.past["check"]["manifest"].get("anonymised", False),
        "not_carried": run.past["check"]["manifest"]["notCarried"],
        "source_shop": source,
        "deleted_references": run.past["check"]["manifest"]["deleted"],
        "external_links": run.past["check"]["manifest"]["externalLinks"],
        "languages": languages(run),
    }


def _source(run: Run) -> str:
    """Where the archive comes from, taken out of what the run keeps of its steps: a store that removes the app is to
    be found nowhere, and from here on only the plan and the import name it."""
    checked = run.past["check"]
    facts = {name: value for name, value in checked["manifest"].items() if name not in ("sourceShop", "addresses")}
    run.past = {**run.past, "check": {**checked, "manifest": facts}}
    run.save(update_fields=["past"])
    source: str = checked["manifest"]["sourceShop"]
    return source


def languages(run: Run) -> dict[str, str]:
    """The primary languages of both stores, where they differ and texts come over; else nothing."""
    source, target = run.past["check"]["manifest"].get("language", ""), run.past["compare"].get("language", "")
    members = run.past["check"]["members"]
    texts = any(members.get(name) for name, resource in RESOURCES.items() if resource.translated)
    return {"source": source, "target": target} if source and target and source != target and texts else {}


def finish(run: Run, desk: Desk) -> kinds.Finish:
    """The report: every record of the archive is accounted for, or the run does not end."""
    members = run.past["check"]["members"]
    tallies = tally(run.pk)
    report: dict[str, dict[str, Any]] = {}
    for name in dict.fromkeys([*members, *tallies]):
        report[name] = _line(tallies.get(name, {}), sum(member["count"] for member in members.get(name, ())))
    totals = {word: sum(line[word] for line in report.values()) for word in WORDS}
    whole = not any(totals[word] for word in ("failed", "changed_meanwhile", "part_conflicts", "unverified"))
    status = Status.SUCCEEDED if whole else Status.INCOMPLETE
    row: Import = Import.objects.get(pk=run.pk)
    lacking: dict[str, Any] = {"withheld": withheld_in_source(run), "outside": outside.of_import(run)}
    lacking["losing"] = losing.kinds(run, [name for name, line in report.items() if line["deleted"]])
    result = {"resources": report, "totals": totals, **lacking, "copied": row.copied, "languages": languages(run)}
    keep = (SOURCE,) if again.worth_keeping(row) else ()
    return kinds.Finish(status, {**result, "answer": to_json(result)}, keep=keep)


WORDS = (
    "source",
    "created",
    "updated",
    "unchanged",
    "skipped",
    "failed",
    "deleted",
    "left",
    "verified",
    "unverified",
    "lost_references",
    "changed_meanwhile",
    "kept",
    "part_conflicts",
)
_ACCOUNTED = (
    *(Outcome.CREATED, Outcome.UPDATED, Outcome.UNCHANGED, Outcome.SKIPPED, Outcome.FAILED),
    Outcome.DELETED,  # a row of the source asked for it, or what it hung on went so
)


def _line(own: Mapping[str, int], source: int) -> dict[str, Any]:
    """One resource's line of the report."""
    extra = {outcome: own.get(f"{Verdict.EXTRA}:{outcome}", 0) for outcome in Outcome}
    counts = {outcome: own.get(f"outcome:{outcome}", 0) - extra[outcome] for outcome in _ACCOUNTED}
    accounted = sum(counts.values())
    if accounted != source:
        raise AssertionError(f"{source} records are in the archive, and {accounted} are accounted for")
    deleted = counts[Outcome.DELETED] + extra[Outcome.DELETED]
    written = counts[Outcome.CREATED] + counts[Outcome.UPDATED] + deleted
    proven = own.get("verified", 0)
    return {
        "source": source,
        **{str(outcome): count for outcome, count in counts.items()},
        "failed": counts[Outcome.FAILED] + extra[Outcome.FAILED],
        "deleted": deleted,
        "left": own.get(f"outcome:{Outcome.LEFT}", 0),
        "verified": proven,
        "unverified": written + counts[Outcome.UNCHANGED] - proven,
        "lost_references": own.get("lost", 0),
        "changed_meanwhile": (moved := own.get(f"reason:{Reason.CHANGED_MEANWHILE}", 0)),
        "kept": moved - extra[Outcome.SKIPPED],
        "part_conflicts": own.get(f"reason:{Reason.PART_CONFLICT}", 0),
        "reasons": {word.removeprefix("reason:"): count for word, count in own.items() if word.startswith("reason:")},
    }


PHASES = {
    "check": "Check what came",
    "snapshot": "Read this store",
    "compare": "Compare",
    "decide": "Write",
    "verify": "Read back",
}


def gone(run: Run) -> str:
    again = "start the copy anew" if Copy.objects.filter(run=run.pk).exists() else "upload the archive again"
    return f"The files of this run are gone; {again}."


def register() -> None:
    kept = ("errors.",)  # the uploaded spreadsheet, with what was not written of it
    kinds.register(
        kinds.RunKind(Kind.IMPORT, "write", IMPORT, options, finish, plan=plan, phases=PHASES, keep=kept, gone=gone)
    )
